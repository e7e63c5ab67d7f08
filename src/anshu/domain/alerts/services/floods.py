# SPDX-License-Identifier: Apache-2.0
"""A device that sends more than it may raises an alarm about itself, which ends once it is quiet."""

from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from anshu.domain.alerts.choices import AlarmState, Cause, Level
from anshu.domain.alerts.events import AlarmRaised
from anshu.domain.alerts.models import Alarm
from anshu.domain.alerts.services.alarms import alarm_end
from anshu.domain.alerts.services.telling import alarm_new, occurrence_note, tell
from anshu.domain.sensing.selectors import floods_since
from anshu.kernel.audit.actor import platform

_WATCH = platform("floods")
# A device is told to flood every ten seconds of waiting; quiet for this long, it is over.
QUIET = timedelta(minutes=5)


def floods_check(*, now: datetime) -> int:
    """This will raise and end the alarms about flooding devices; gives the number of changes."""
    flooding = {each.thing_id: each for each in floods_since(now - QUIET)}
    active = Alarm.objects.filter(rule=None, cause=Cause.FLOOD, state=AlarmState.ACTIVE)
    known = dict(active.values_list("thing_id", "pk"))
    raised = sum(_raise(each, now) for thing_id, each in flooding.items() if thing_id not in known)
    return raised + sum(_end(pk, now) for thing_id, pk in known.items() if thing_id not in flooding)


def _raise(flood: Any, now: datetime) -> int:
    title = _("%(thing)s 上报过于频繁,已限速接收") % {"thing": flood.thing.name}
    try:
        with transaction.atomic():
            alarm = alarm_new(
                rule=None,
                thing=flood.thing,
                cause=Cause.FLOOD,
                level=Level.BLUE,
                title=title[:200],
                value=None,
                at=flood.last_at,
                now=now,
            )
            occurrence_note(alarm, at=flood.last_at, level=Level.BLUE, value=None, threshold=None, now=now)
            tell(AlarmRaised, alarm, at=flood.last_at, actor=_WATCH, now=now)
    except IntegrityError:
        # Another process has just raised it.
        return 0
    return 1


@transaction.atomic
def _end(pk: int, now: datetime) -> int:
    alarm = (
        Alarm.objects.select_for_update(of=("self",))
        .select_related("thing")
        .filter(pk=pk, state=AlarmState.ACTIVE)
        .first()
    )
    if alarm is not None:
        alarm_end(alarm, at=now, actor=_WATCH, now=now, value=None)
    return int(alarm is not None)
