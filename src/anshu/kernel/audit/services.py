# SPDX-License-Identifier: Apache-2.0
"""Writing to the audit log. Nothing else writes it, and nothing updates or deletes it."""

from collections.abc import Mapping
from contextvars import ContextVar
from datetime import datetime
from typing import Any

import pghistory
from django.db import models

from anshu.kernel.audit.actor import Actor
from anshu.kernel.audit.models import AuditEntry

# Set by the web layer for the length of one request.
source_address: ContextVar[str] = ContextVar("source_address", default="")


def record(
    *,
    actor: Actor,
    now: datetime,
    action: str,
    subject: models.Model | None = None,
    reason: str = "",
    changes: Mapping[str, Any] | None = None,
) -> AuditEntry:
    """This will append one entry; the chain's hash is added by the database at commit.

    `action` is `<noun>.<past participle>` such as `task.accepted`. `changes` must be JSON-able.
    Call it inside the service's transaction, so that the write and its entry stand or fall together.
    """
    return AuditEntry.objects.create(
        at=now,
        actor_kind=actor.kind,
        actor_id=actor.id,
        actor_label=actor.label,
        action=action,
        subject_type=subject._meta.label_lower if subject is not None else "",
        subject_id=str(subject.pk) if subject is not None else "",
        subject_label=str(subject)[:200] if subject is not None else "",
        division_code=getattr(subject, "division_code", "") or "",
        sector_code=getattr(subject, "sector_code", "") or "",
        reason=reason,
        changes=dict(changes or {}),
        address=source_address.get(),
    )


def attribute(*, actor: Actor, reason: str = "") -> pghistory.context:
    """This will open a context in which row histories carry the actor and the reason."""
    return pghistory.context(actor=actor.id, actor_label=actor.label, reason=reason)
