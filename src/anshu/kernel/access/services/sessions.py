# SPDX-License-Identifier: Apache-2.0
"""Open sessions: how many, how long idle, and how they end."""

from datetime import datetime, timedelta
from importlib import import_module

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from anshu.kernel.access.choices import Capability, Right, Surface
from anshu.kernel.access.models import OpenSession, User
from anshu.kernel.access.services.guards import actor_of
from anshu.kernel.access.viewer import Viewer
from anshu.kernel.audit.actor import Actor
from anshu.kernel.audit.refusals import Absent
from anshu.kernel.audit.services import record

# Activity is written down at most this often, so that reading does not become writing.
TOUCH_EVERY_S = 60


@transaction.atomic
def session_open(
    *, user: User, session_key: str, surface: Surface, address: str, agent: str, now: datetime
) -> OpenSession:
    """This will note a session that has just signed in and end the oldest ones beyond the limit."""
    User.objects.select_for_update(of=("self",)).get(pk=user.pk)
    _drop_idle(user, now)
    opened = OpenSession.objects.create(
        user=user,
        session_key=session_key,
        surface=surface,
        opened_at=now,
        seen_at=now,
        address=address[:64],
        agent=agent[:200],
    )
    newest_first = OpenSession.objects.filter(user=user).order_by("-opened_at", "-pk")
    _close(list(newest_first[settings.SESSIONS_MAX :]))
    record(actor=actor_of(user), now=now, action="account.signed_in", subject=user, changes={"surface": surface})
    return opened


def session_touch(*, session_key: str, now: datetime) -> None:
    """This will note that a session was just used."""
    OpenSession.objects.filter(session_key=session_key).update(seen_at=now)


@transaction.atomic
def session_end(*, session: OpenSession, actor: Actor, now: datetime) -> None:
    """This will end one session: its owner may, and the security administrator."""
    own = isinstance(actor, Viewer) and actor.user_id == session.user_id
    if not own and not actor.may(Capability.SECURITY, Right.UPDATE):
        raise Absent
    record(actor=actor, now=now, action="account.session_ended", subject=session.user)
    _close([session])


def session_over(*, session_key: str, now: datetime, action: str = "account.signed_out") -> None:
    """This will note that a session has ended by signing out or by idling too long."""
    with transaction.atomic():
        row = OpenSession.objects.select_related("user__person").filter(session_key=session_key).first()
        if row is not None:
            record(actor=actor_of(row.user), now=now, action=action, subject=row.user)
            row.delete()


def sessions_end_all(*, user: User, now: datetime, but: str = "") -> int:
    """This will end every session of an account, the one with the key `but` apart; gives how many."""
    found = list(OpenSession.objects.filter(user=user).exclude(session_key=but))
    _close(found)
    return len(found)


def idle_limit(surface: str) -> timedelta:
    """This will give how long a session of that surface may idle."""
    minutes = settings.SESSION_IDLE_MINUTES
    return timedelta(minutes=minutes.get(surface, minutes[Surface.CONSOLE]))


def _drop_idle(user: User, now: datetime) -> None:
    stale = Q()
    for surface in Surface:
        stale |= Q(surface=surface, seen_at__lt=now - idle_limit(surface))
    _close(list(OpenSession.objects.filter(stale, user=user)))


def _close(rows: list[OpenSession]) -> None:
    store = import_module(settings.SESSION_ENGINE).SessionStore
    for row in rows:
        store(row.session_key).delete()
        row.delete()
