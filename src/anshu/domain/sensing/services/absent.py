# SPDX-License-Identifier: Apache-2.0
"""Which numbers a device sends where it has no value: of each datastream, with reason and a way back."""

import math
from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from anshu.domain.sensing.models import Datastream
from anshu.domain.sensing.services.things import require_onboarding
from anshu.kernel.access.viewer import Refusal
from anshu.kernel.audit.actor import Actor
from anshu.kernel.audit.models import AuditEntry
from anshu.kernel.audit.services import attribute, record

MOST_CODES = 20
_ACTION = "datastream.missing_codes_set"


@transaction.atomic
def missing_codes_set(
    *, datastream: Datastream, codes: Iterable[float], actor: Actor, now: datetime, reason: str
) -> list[float]:
    """This will set what a datastream sends for nothing, before factor and offset; values that come later go by it.

    Raises Absent, or Refusal with the fields at fault.
    """
    require_onboarding(actor, datastream.thing)
    wanted = sorted(set(codes))
    if not reason.strip():
        raise Refusal(_("请填写理由"), fields={"reason": _("必填")})
    if len(wanted) > MOST_CODES or not all(map(math.isfinite, wanted)):
        text = _("应是数,至多 %(number)d 个") % {"number": MOST_CODES}
        raise Refusal(text, fields={"codes": text})
    stream = Datastream.objects.select_for_update().get(pk=datastream.pk)
    before, stream.missing_codes = stream.missing_codes, wanted
    if before == wanted:
        raise Refusal(_("没有改动。"), code="unchanged")
    with attribute(actor=actor, reason=reason):
        stream.save(update_fields=["missing_codes"])
    record(
        actor=actor, now=now, action=_ACTION, subject=stream, reason=reason, changes={"missing_codes": [before, wanted]}
    )
    return wanted


def missing_codes_undo(*, datastream: Datastream, actor: Actor, now: datetime, reason: str) -> list[float]:
    """This will go back to the codes before the last change; raises Absent and Refusal."""
    require_onboarding(actor, datastream.thing)
    last = next(iter(missing_codes_changes(datastream)), None)
    if last is None:
        raise Refusal(_("缺测码没有改过,无可撤销。"), code="absent")
    before, _after = last.changes["missing_codes"]
    return missing_codes_set(datastream=datastream, codes=before, actor=actor, now=now, reason=reason)


def missing_codes_changes(datastream: Datastream, most: int = 5) -> list[AuditEntry]:
    """This will give the last changes of a datastream's codes, the newest first."""
    about = {"subject_type": Datastream._meta.label_lower, "subject_id": str(datastream.pk), "action": _ACTION}
    return list(AuditEntry.objects.filter(**about).order_by("-id")[:most])
