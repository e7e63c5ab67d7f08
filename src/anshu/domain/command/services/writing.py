# SPDX-License-Identifier: Apache-2.0
"""What every write about an incident shares: lock and rights, the entry, audit and event together."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from anshu.domain.command.choices import EntryKind, IncidentState
from anshu.domain.command.events import IncidentChanged
from anshu.domain.command.models import Entry, Incident, Link
from anshu.kernel.access.choices import Capability, Right
from anshu.kernel.audit.actor import Actor
from anshu.kernel.audit.refusals import Absent, Refusal
from anshu.kernel.audit.services import attribute, record
from anshu.kernel.events.services import publish

WRITERS = (Right.UPDATE, Right.CREATE)


def lock(incident: Incident, actor: Actor, *rights: Right, open_only: bool = True) -> Incident:
    """This will lock the incident for an actor with one of the rights; raises Absent out of sight, else Refusal."""
    found = Incident.objects.select_for_update(of=("self",)).filter(pk=incident.pk).first()
    if found is None or not actor.may(Capability.INCIDENT, Right.READ, found):
        raise Absent
    if not any(actor.may(Capability.INCIDENT, right, found) for right in rights):
        raise Refusal(_("您没有处置该事件的权限。"), code="forbidden")
    if open_only and found.state != IncidentState.OPEN:
        raise Refusal(_("事件已结束,请先重新开启。"), code="state")
    return found


def missing(field: str, message: str) -> Refusal:
    """This will give the refusal of one empty or absurd field."""
    return Refusal(message, code="invalid", fields={field: message})


def entry_write(
    incident: Incident,
    *,
    kind: str,
    text: str,
    actor: Actor,
    now: datetime,
    at: datetime | None = None,
    subject: tuple[str, str] = ("", ""),
    cause: str = "",
) -> Entry:
    """This will put a line on the timeline; nothing else of it is ever written again but its strike."""
    return Entry.objects.create(
        incident=incident,
        at=at or now,
        recorded_at=now,
        kind=kind,
        author_id=actor.id,
        author=actor.label,
        text=text,
        subject_type=subject[0],
        subject_id=subject[1],
        cause=cause,
    )


def link_write(incident: Incident, subject: tuple[str, str], text: str, *, actor: Actor, now: datetime) -> bool:
    """This will tie an alarm or task to the incident and say so on the timeline; False when it was tied before."""
    _link, made = Link.objects.get_or_create(
        incident=incident,
        subject_type=subject[0],
        subject_id=subject[1],
        defaults={"linked_at": now, "linked_by": actor.label},
    )
    if made:
        entry_write(incident, kind=EntryKind.LINK, text=text, actor=actor, now=now, subject=subject)
    return made


def changed(
    incident: Incident,
    *,
    change: str,
    actor: Actor,
    now: datetime,
    text: str = "",
    details: dict[str, Any] | None = None,
    save: bool = False,
) -> Incident:
    """This will save the row if asked, and tell the audit log and the outbox what changed."""
    if save:
        with attribute(actor=actor, reason=text):
            incident.save()
    record(
        actor=actor,
        now=now,
        action=f"incident.{change}",
        subject=incident,
        reason=text,
        changes=details,
    )
    publish(_fact(incident, change, actor, text), now=now)
    return incident


def _fact(incident: Incident, change: str, actor: Actor, text: str) -> IncidentChanged:
    return IncidentChanged(
        subject_type=incident._meta.label_lower,
        subject_id=incident.pk,
        title=incident.title,
        division_code=incident.division_code,
        sector_code=incident.sector_code,
        unit_id=incident.unit_id,
        number=incident.number,
        change=change,
        grade=incident.grade,
        state=incident.state,
        actor=actor.label,
        text=text,
        lng=incident.point.x if incident.point else None,
        lat=incident.point.y if incident.point else None,
    )
