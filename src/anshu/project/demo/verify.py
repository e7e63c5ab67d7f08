# SPDX-License-Identifier: Apache-2.0
"""Looks in the database whether the storm's story left what it should."""

from collections.abc import Iterator

from anshu.domain.alerts.choices import AlarmState, Level
from anshu.domain.alerts.models import Alarm
from anshu.domain.command.models import Entry, Incident
from anshu.domain.grassroots.models import Task
from anshu.domain.sensing.models import Observation, Quarantine
from anshu.kernel.audit import chain
from anshu.kernel.audit.models import AuditEntry
from anshu.kernel.events.models import FailedDelivery
from anshu.kernel.files.models import StoredFile
from anshu.project.demo.stations import STATIONS
from anshu.project.demo.story import Told

STEPS = 73


def faults(told: Told) -> list[str]:
    """This will list everything that is not as it should be."""
    return [*_stored(told), *_chain_of_work(told), *_accounted()]


def _stored(told: Told) -> Iterator[str]:
    expected = sum(len(station.properties) for station in STATIONS) * STEPS
    stored = Observation.objects.count()
    if stored != expected:
        yield f"{stored} observations are stored, {expected} were sent"
    if told.frames != len(STATIONS) * STEPS:
        yield f"{told.frames} frames were acknowledged, {len(STATIONS) * STEPS} were sent"
    if Quarantine.objects.exists():
        yield "frames went into quarantine"


def _chain_of_work(told: Told) -> Iterator[str]:
    alarm = Alarm.objects.get(pk=told.alarm_id)
    if (alarm.state, alarm.peak_level) != (AlarmState.CLEARED, Level.ORANGE):
        yield f"the alarm is {alarm.state} with peak {alarm.peak_level}"
    if Alarm.objects.filter(rule=alarm.rule, cause=alarm.cause).count() != 1:
        yield "the crossing made more than one alarm"
    task = Task.objects.get(pk=told.task_id)
    if task.state != "closed":
        yield f"the task is {task.state}"
    photo = StoredFile.objects.filter(subject_type="grassroots.task", subject_id=str(task.pk)).first()
    if photo is None or photo.position is None:
        yield "the feedback's photo or its position is missing"
    incident = Incident.objects.get(pk=told.incident_id)
    if incident.state != "closed":
        yield f"the incident is {incident.state}"
    if Entry.objects.filter(incident=incident).count() < 4:
        yield "the incident's timeline is thin"


def _accounted() -> Iterator[str]:
    for failed in FailedDelivery.objects.all()[:3]:
        yield f"{failed.subscription} failed: {failed.error.splitlines()[-1]}"
    actions = set(AuditEntry.objects.values_list("action", flat=True))
    for wanted in ("alarm.raised", "alarm.acknowledged", "incident.opened", "incident.closed"):
        if wanted not in actions:
            yield f"the audit log has no {wanted}"
    for broken in chain.verify().breaks:
        yield f"the audit chain is broken: {broken.kind} at {broken.chain_no}"
