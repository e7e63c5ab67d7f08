# SPDX-License-Identifier: Apache-2.0
"""Manual correction of an observation."""

import math
from datetime import datetime

import numpy as np
from django.db import transaction
from django.utils.translation import gettext as _

from anshu.domain.sensing.choices import Quality
from anshu.domain.sensing.models import Datastream, Latest, Observation
from anshu.domain.sensing.rules import Check
from anshu.domain.sensing.services.aggregating import hours_mark
from anshu.domain.sensing.services.things import require_onboarding
from anshu.kernel.access.viewer import Refusal
from anshu.kernel.audit.actor import Actor
from anshu.kernel.audit.services import record


@transaction.atomic
def observation_correct(
    *, datastream: Datastream, at: datetime, value: float, reason: str, actor: Actor, now: datetime
) -> None:
    """This will set a value by hand with a reason; the old one stays in the audit log. Raises Refusal and Absent."""
    require_onboarding(actor, datastream.thing)
    if not reason.strip():
        raise Refusal(_("请填写订正理由"), fields={"reason": _("必填")})
    if not math.isfinite(value):
        raise Refusal(_("数值不合理"), fields={"value": _("应为数字")})
    rows = Observation.objects.select_for_update().filter(datastream_id=datastream.pk, at=at)
    old = rows.first()
    if old is None:
        raise Refusal(_("没有这个时刻的观测值"), code="absent", fields={"at": _("没有观测值")})
    rows.update(value=value, quality=Quality.CORRECTED, checks=old.checks | int(Check.CORRECTED))
    hours_mark(datastream_ids=np.array([datastream.pk]), at_us=np.array([round(at.timestamp() * 1e6)]))
    Latest.objects.filter(datastream_id=datastream.pk, at=at).update(value=value, quality=Quality.CORRECTED)
    record(
        actor=actor,
        now=now,
        action="observation.corrected",
        subject=datastream,
        reason=reason,
        changes={"at": at.isoformat(), "value": [old.value, value], "quality": old.quality},
    )
