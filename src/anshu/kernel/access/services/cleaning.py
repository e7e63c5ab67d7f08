# SPDX-License-Identifier: Apache-2.0
"""Forgetting what has run out: sessions, answers kept for repeated writes, failures of addresses."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import import_module

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db.models import Q

from anshu.kernel.access.choices import Surface
from anshu.kernel.access.models import IdempotentReply, LoginFailure, OpenSession
from anshu.kernel.access.services.sessions import idle_limit

# A phone's outbox may lie without signal for days before it tries again.
REPLIES_KEPT = timedelta(days=30)
# Longer than any window in which failures are counted.
FAILURES_KEPT = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Cleaned:
    """How many of each were forgotten."""

    sessions: int
    replies: int
    failures: int


def access_clean(*, now: datetime) -> Cleaned:
    """This will forget expired and idle sessions, old answers and old failures; gives how many."""
    stale = Q()
    for surface in Surface:
        stale |= Q(surface=surface, seen_at__lt=now - idle_limit(surface))
    store, ended = import_module(settings.SESSION_ENGINE).SessionStore, OpenSession.objects.filter(stale)
    keys = list(ended.values_list("session_key", flat=True))
    for key in keys:
        store(key).delete()
    OpenSession.objects.filter(session_key__in=keys).delete()
    Session.objects.filter(expire_date__lt=now).delete()
    replies = IdempotentReply.objects.filter(at__lt=now - REPLIES_KEPT).delete()[0]
    failures = LoginFailure.objects.filter(failed_at__lt=now - FAILURES_KEPT).delete()[0]
    return Cleaned(len(keys), replies, failures)
