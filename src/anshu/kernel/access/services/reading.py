# SPDX-License-Identifier: Apache-2.0
"""Readings that must leave a trace: a phone number unmasked, a business row opened in an emergency."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models, transaction
from django.utils.translation import gettext as _

from anshu.kernel.access.choices import Capability, Right, Role
from anshu.kernel.access.events import GlassBroken
from anshu.kernel.access.rules import DUTY_ROLES
from anshu.kernel.access.services.guards import one_at_a_time, require_reason
from anshu.kernel.access.viewer import Viewer
from anshu.kernel.audit.models import AuditEntry
from anshu.kernel.audit.refusals import Absent, Refusal
from anshu.kernel.audit.services import record
from anshu.kernel.events.services import publish
from anshu.kernel.org.models import Person
from anshu.kernel.org.selectors import prefix_of

_REVEALED = "phone.revealed"


@transaction.atomic
def phone_reveal(*, person: Person, actor: Viewer, now: datetime, reason: str) -> str:
    """This will give one person's phone to somebody who may need to call, and log who asked and why.

    One number a call, and no more than PHONE_REVEALS_PER_HOUR of them: lists are not harvested here.
    """
    if not _may_call(actor, person):
        raise Absent
    why = require_reason(reason)
    one_at_a_time(f"reveal:{actor.id}")
    recent = AuditEntry.objects.filter(action=_REVEALED, actor_id=actor.id, at__gt=now - timedelta(hours=1))
    if recent.count() >= settings.PHONE_REVEALS_PER_HOUR:
        raise Refusal(_("一小时内查看的号码过多，请稍后再试。"), code="too_many")
    record(actor=actor, now=now, action=_REVEALED, subject=person, reason=why)
    return person.phone


def _may_call(actor: Viewer, person: Person) -> bool:
    if actor.covers(person, Capability.SENSITIVE, Right.READ):
        return True
    return any(
        holding.role in DUTY_ROLES and person.division_code.startswith(prefix_of(holding.division_code))
        for holding in actor.holdings
    )


@transaction.atomic
def break_glass(*, actor: Viewer, subject: models.Model, reason: str, now: datetime) -> models.Model:
    """This will let a system administrator read one business row in an emergency: logged and sent for review."""
    if not any(holding.role == Role.R24 for holding in actor.holdings):
        raise Absent
    why = require_reason(reason)
    record(actor=actor, now=now, action="glass.broken", subject=subject, reason=why)
    fact = GlassBroken(
        subject_type=subject._meta.label_lower,
        subject_id=subject.pk,
        title=_("系统管理员紧急查看：%(what)s") % {"what": subject},
        division_code=getattr(subject, "division_code", "") or settings.COUNTY_CODE,
        sector_code=getattr(subject, "sector_code", "") or "",
        reader=actor.label,
        reason=why,
    )
    publish(fact, now=now)
    return subject
