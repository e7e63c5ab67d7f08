# SPDX-License-Identifier: Apache-2.0
"""Reading alarms and rules."""

from django.db.models import Count, QuerySet

from anshu.domain.alerts.choices import AlarmState
from anshu.domain.alerts.models import Alarm, Comment, Escalation, Occurrence, Rule, Shelf
from anshu.domain.sensing.selectors import things_visible
from anshu.kernel.access.choices import Capability, Right
from anshu.kernel.access.viewer import Viewer, fetch, within


def alarms_visible(viewer: Viewer) -> QuerySet[Alarm]:
    """This will give the alarms in the viewer's scope."""
    return Alarm.objects.filter(within(viewer, Alarm, Capability.MONITORING))


def alarm_get(viewer: Viewer, pk: int, right: Right = Right.READ) -> Alarm:
    """This will give one alarm on which the viewer holds the right, or raise Absent."""
    rows = Alarm.objects.select_related("rule__datastream__observed_property", "thing", "unit", "assignee")
    alarm: Alarm = fetch(rows, viewer, Capability.MONITORING, right, pk=pk)
    return alarm


def open_counts(viewer: Viewer) -> dict[int, int]:
    """This will count the active alarms in scope by level, those on a shelf apart."""
    active = alarms_visible(viewer).filter(state=AlarmState.ACTIVE, shelved_until=None)
    rows = active.values("level").annotate(number=Count("id"))
    return {row["level"]: row["number"] for row in rows.order_by("level")}


def occurrences_of(viewer: Viewer, alarm: Alarm) -> QuerySet[Occurrence]:
    """This will give the changes of an alarm in order; raises Absent when it is out of scope."""
    return Occurrence.objects.filter(alarm_id=alarm_get(viewer, alarm.pk).pk).order_by("id")


def escalations_of(viewer: Viewer, alarm: Alarm) -> QuerySet[Escalation]:
    """This will give the steps of escalation that were taken for an alarm; raises Absent when it is out of scope."""
    return Escalation.objects.filter(alarm_id=alarm_get(viewer, alarm.pk).pk).order_by("id")


def shelves_of(viewer: Viewer, alarm: Alarm) -> QuerySet[Shelf]:
    """This will give the times at which an alarm's matter was put aside, the newest first; raises Absent."""
    found = alarm_get(viewer, alarm.pk)
    return Shelf.objects.filter(thing=found.thing_id, rule=found.rule_id, cause=found.cause)


def comments_of(viewer: Viewer, alarm: Alarm) -> QuerySet[Comment]:
    """This will give what people said about an alarm; raises Absent when it is out of scope."""
    return Comment.objects.filter(alarm_id=alarm_get(viewer, alarm.pk).pk).order_by("id")


def rules_visible(viewer: Viewer) -> QuerySet[Rule]:
    """This will give the rules over datastreams of things in the viewer's scope."""
    return Rule.objects.filter(datastream__thing__in=things_visible(viewer)).select_related("datastream__thing")
