# SPDX-License-Identifier: Apache-2.0
"""Reading incidents and the one timeline that everything about them stands on."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from anshu.domain.alerts.choices import AlarmState
from anshu.domain.alerts.selectors import alarms_visible
from anshu.domain.command.choices import EntryKind, IncidentState
from anshu.domain.command.models import Entry, Incident, SceneClock
from anshu.domain.grassroots.selectors import HistoryLine, histories_of, tasks_visible
from anshu.kernel.access.choices import Capability, Right
from anshu.kernel.access.viewer import Viewer, fetch, within
from anshu.kernel.audit.refusals import Absent
from anshu.kernel.files.models import StoredFile

ALARM, TASK = "alerts.alarm", "grassroots.task"
FALLBACK_MINUTES = 30
# Steps that say nothing about how the incident goes.
_MINOR_STEPS = frozenset({"note", "merged", "extend", "extension_grant", "extension_refuse"})
# Automatic entries that repeat what a linked task's or alarm's own history says better.
_MIRRORING = ("task.moved:", "alarm.escalated:", "alarm.eased:", "alarm.cleared:", "alarm.overdue:")


def incidents_visible(viewer: Viewer) -> QuerySet[Incident]:
    """This will give the incidents in the viewer's scope."""
    return Incident.objects.filter(within(viewer, Incident, Capability.INCIDENT))


def incident_get(viewer: Viewer, pk: Any, right: Right = Right.READ) -> Incident:
    """This will give one incident on which the viewer holds the right, or raise Absent."""
    rows = Incident.objects.select_related("commander__person", "unit")
    incident: Incident = fetch(rows, viewer, Capability.INCIDENT, right, pk=pk)
    return incident


def incident_of_source(viewer: Viewer, source_type: str, source_id: Any) -> Incident | None:
    """This will give the newest incident that an alarm or task belongs to, if it is in sight."""
    linked = Q(links__subject_type=source_type, links__subject_id=str(source_id))
    return incidents_visible(viewer).filter(linked).order_by("state", "-id").first()


def active_alarms_of(viewer: Viewer, incident: Incident) -> QuerySet[Any]:
    """This will give the incident's linked alarms whose condition still holds."""
    ids = incident.links.filter(subject_type=ALARM).values_list("subject_id", flat=True)
    return alarms_visible(viewer).filter(pk__in=[int(pk) for pk in ids], state=AlarmState.ACTIVE)


def scene_due_from(opened_at: datetime) -> datetime:
    """This will give the instant by which the scene must be seen."""
    clock = SceneClock.objects.filter(Q(valid_until=None) | Q(valid_until__gt=opened_at), valid_from__lte=opened_at)
    row = clock.order_by("-valid_from").first()
    return opened_at + timedelta(minutes=row.minutes if row else FALLBACK_MINUTES)


def scene_waiting(viewer: Viewer) -> QuerySet[Incident]:
    """This will give the open incidents whose scene has not been seen yet, the most pressing first."""
    return incidents_visible(viewer).filter(state=IncidentState.OPEN, scene_seen_at=None).order_by("scene_due_at")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a timeline. `source` is entry, alarm or task; `key` is unique in one timeline."""

    at: datetime
    key: str
    source: str
    kind: str
    actor: str
    text: str
    label: str = ""
    level: int = 0
    entry_id: int | None = None
    subject_type: str = ""
    subject_id: str = ""
    struck_at: datetime | None = None
    struck_by: str = ""
    struck_reason: str = ""
    automatic: bool = False
    noise: bool = False
    files: tuple[StoredFile, ...] = ()

    @property
    def struck(self) -> bool:
        """Whether the line was struck through."""
        return self.struck_at is not None


def timeline(viewer: Viewer, incident: Incident, *, noise: bool = False) -> list[Line]:
    """This will merge entries, linked alarms' occurrences and comments and linked tasks' steps in order of time.

    What only repeats or says little is left out unless `noise`. Linked alarms and tasks out of the viewer's sight
    are known by the incident's own entries alone. Raises Absent when the incident is out of sight. The number of
    queries does not grow with the number of lines or links.
    """
    if not viewer.covers(incident, Capability.INCIDENT):
        raise Absent
    links = list(incident.links.values_list("subject_type", "subject_id"))
    alarms = _alarms(viewer, [int(pk) for kind, pk in links if kind == ALARM])
    histories = _histories(viewer, [int(pk) for kind, pk in links if kind == TASK])
    seen = {(ALARM, str(alarm.pk)) for alarm in alarms} | {(TASK, str(pk)) for pk, _title, _lines in histories}
    lines = [*_entry_lines(incident, seen), *_alarm_lines(alarms), *_task_lines(histories)]
    lines.sort(key=lambda line: (line.at, _RANK[line.source], line.key))
    return lines if noise else [line for line in lines if not line.noise]


# What was observed comes before what was done about it, and both before what was written down.
_RANK = {"alarm": 0, "task": 1, "entry": 2}


def _alarms(viewer: Viewer, pks: list[int]) -> list[Any]:
    return list(alarms_visible(viewer).filter(pk__in=pks).prefetch_related("history", "comments")) if pks else []


def _histories(viewer: Viewer, pks: list[int]) -> list[tuple[int, str, list[HistoryLine]]]:
    if not pks:
        return []
    lines = histories_of(viewer, pks)
    titles = {pk: number for pk, number in tasks_visible(viewer).filter(pk__in=pks).values_list("pk", "number")}
    return [(pk, titles[pk], found) for pk, found in lines.items() if pk in titles]


def _entry_lines(incident: Incident, seen: set[tuple[str, str]]) -> Iterator[Line]:
    for entry in incident.entries.all():
        mirrors = entry.cause.startswith(_MIRRORING) and (entry.subject_type, entry.subject_id) in seen
        yield _entry_line(entry, noise=mirrors)


def _entry_line(entry: Entry, *, noise: bool) -> Line:
    return Line(
        at=entry.at,
        key=f"entry:{entry.pk:012d}",
        source="entry",
        kind=entry.kind,
        actor=entry.author,
        text=entry.text,
        label=str(EntryKind(entry.kind).label),
        entry_id=entry.pk,
        subject_type=entry.subject_type,
        subject_id=entry.subject_id,
        struck_at=entry.struck_at,
        struck_by=entry.struck_by,
        struck_reason=entry.struck_reason,
        automatic=bool(entry.cause),
        noise=noise,
    )


def _alarm_lines(alarms: Iterable[Any]) -> Iterator[Line]:
    for alarm in alarms:
        for change in alarm.history.all():
            yield _alarm_line(
                alarm,
                key=f"alarm:{change.pk:012d}",
                at=change.at,
                kind="alarm",
                actor=str(_("监测")),
                label=str(change.get_level_display()),
                level=change.level,
                text=_change_text(alarm, change),
            )
        for comment in alarm.comments.all():
            yield _alarm_line(
                alarm,
                key=f"comment:{comment.pk:012d}",
                at=comment.at,
                kind="note",
                actor=comment.author,
                label=_("告警意见"),
                text=comment.text,
            )


def _alarm_line(alarm: Any, **fields: Any) -> Line:
    return Line(source="alarm", subject_type=ALARM, subject_id=str(alarm.pk), **fields)


def _change_text(alarm: Any, change: Any) -> str:
    if change.level == 0:
        return _("%(title)s:已恢复") % {"title": alarm.title}
    words = _("%(title)s:%(level)s") % {"title": alarm.title, "level": change.get_level_display()}
    if change.value is None or change.threshold is None:
        return words
    return words + _("(实测 %(value)s,阈值 %(threshold)s)") % {
        "value": f"{change.value:g}",
        "threshold": f"{change.threshold:g}",
    }


def _task_lines(histories: Iterable[tuple[int, str, list[HistoryLine]]]) -> Iterator[Line]:
    for pk, number, steps in histories:
        for step in steps:
            yield Line(
                at=step.at,
                key=f"task:{step.id:012d}",
                source="task",
                kind=step.transition,
                actor=step.actor,
                text=step.text,
                label=f"{number} {step.label}",
                subject_type=TASK,
                subject_id=str(pk),
                noise=step.transition in _MINOR_STEPS,
                files=step.files,
            )
