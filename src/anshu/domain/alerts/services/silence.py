# SPDX-License-Identifier: Apache-2.0
"""What the clock judges once a minute: silence, and alarms of rules outside their time."""

from datetime import datetime, timedelta

import numpy as np
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from anshu.domain.alerts.choices import AlarmState, Cause, Level
from anshu.domain.alerts.events import AlarmRaised
from anshu.domain.alerts.models import Alarm, Rule, RuleState
from anshu.domain.alerts.services.alarms import alarm_end
from anshu.domain.alerts.services.rulebook import calendars_of, us_of
from anshu.domain.alerts.services.telling import alarm_new, occurrence_note, silence_title, tell
from anshu.domain.sensing.selectors import latest_of, received_in_maintenance
from anshu.kernel.audit.actor import platform

_WATCH = platform("silence")
_REST = platform("rules")


def no_data_check(*, now: datetime) -> int:
    """This will raise an alarm for each datastream silent for longer than its rule allows, and end those that spoke.

    Silence counts from the receipt of the last good value or of one taken during maintenance, or from when the rule
    came into force. Gives the number of alarms raised or ended.
    """
    in_force = Q(valid_until=None) | Q(valid_until__gt=now)
    rules = list(
        Rule.objects.filter(in_force, enabled=True, no_data_s__isnull=False, valid_from__lte=now).select_related(
            "datastream__thing", "datastream__observed_property"
        )
    )
    heard = _heard(rules, now)
    active = set(Alarm.objects.filter(cause=Cause.NO_DATA, state=AlarmState.ACTIVE).values_list("rule_id", flat=True))
    moved = 0
    for rule in rules:
        since = heard.get(rule.datastream_id)
        silent = rule.datastream.thing.retired_at is None and _too_long(rule, since, now)
        if silent != (rule.pk in active):
            moved += _move(rule, since, silent, now)
    watched = {rule.pk for rule in rules}
    return moved + sum(_end_unwatched(rule_id, now) for rule_id in active - watched)


def _heard(rules: list[Rule], now: datetime) -> dict[int, datetime]:
    """This will tell when each datastream was last heard; one being worked on has no new latest value, yet reports."""
    latest = latest_of({rule.datastream.thing_id for rule in rules})
    heard = {each.datastream_id: each.received_at for each in latest}
    quiet = [rule for rule in rules if _too_long(rule, heard.get(rule.datastream_id), now)]
    if quiet:
        since = now - 2 * max(timedelta(seconds=rule.no_data_s or 0) for rule in quiet)
        worked_on = received_in_maintenance({rule.datastream_id for rule in quiet}, since=since)
        heard |= {pk: max(at, heard.get(pk, at)) for pk, at in worked_on.items()}
    return heard


def _too_long(rule: Rule, since: datetime | None, now: datetime) -> bool:
    return now - (since or rule.valid_from) > timedelta(seconds=rule.no_data_s or 0)


@transaction.atomic
def _move(rule: Rule, since: datetime | None, silent: bool, now: datetime) -> int:
    RuleState.objects.get_or_create(rule=rule)
    state = RuleState.objects.select_for_update().get(rule=rule)
    alarm = _active(rule.pk)
    if silent and alarm is None:
        at = (since or rule.valid_from) + timedelta(seconds=rule.no_data_s or 0)
        title = silence_title(rule, since)
        alarm = alarm_new(rule=rule, cause=Cause.NO_DATA, level=Level.BLUE, title=title, value=None, at=at, now=now)
        occurrence_note(alarm, at=at, level=Level.BLUE, value=None, threshold=None, now=now)
        tell(AlarmRaised, alarm, at=at, actor=_WATCH, now=now)
    elif not silent and alarm is not None:
        alarm_end(alarm, at=since or now, actor=_WATCH, now=now, value=None)
    else:
        return 0
    state.silent = silent
    state.save(update_fields=["silent"])
    return 1


@transaction.atomic
def _end_unwatched(rule_id: int, now: datetime) -> int:
    """This will end the no-data alarm of a rule that no longer watches for silence."""
    RuleState.objects.select_for_update().filter(rule_id=rule_id).update(silent=False)
    alarm = _active(rule_id)
    if alarm is not None:
        alarm_end(alarm, at=now, actor=_WATCH, now=now, value=None)
    return int(alarm is not None)


def resting_check(*, now: datetime) -> int:
    """This will end the threshold alarms of rules that do not judge at this hour, season or date; gives their number.

    An observation outside the time does the same; this is for streams that have none then.
    """
    active = Alarm.objects.filter(cause=Cause.THRESHOLD, state=AlarmState.ACTIVE)
    rules = list(Rule.objects.filter(pk__in=active.values("rule_id")).order_by("id"))
    if not rules:
        return 0
    judging = calendars_of(rules).judging(np.arange(len(rules)), np.full(len(rules), us_of(now)))
    return sum(_rest(rule.pk, now) for rule, awake in zip(rules, judging.tolist(), strict=True) if not awake)


@transaction.atomic
def _rest(rule_id: int, now: datetime) -> int:
    RuleState.objects.filter(rule_id=rule_id).update(level=Level.NONE, beyond_since=[])
    alarm = _active(rule_id, Cause.THRESHOLD)
    if alarm is not None:
        alarm_end(alarm, at=now, actor=_REST, now=now, value=alarm.value, reason=_("不在规则判定的时段内"))
    return int(alarm is not None)


def _active(rule_id: int, cause: Cause = Cause.NO_DATA) -> Alarm | None:
    return (
        Alarm.objects.select_for_update(of=("self",))
        .select_related("thing")
        .filter(rule_id=rule_id, cause=cause, state=AlarmState.ACTIVE)
        .first()
    )
