# SPDX-License-Identifier: Apache-2.0
"""Looks in the database whether the storm's story left what it should."""

from collections.abc import Iterator

from anshu.domain.alerts.choices import AlarmState, Level
from anshu.domain.alerts.models import Alarm
from anshu.domain.command.models import Entry, Incident
from anshu.domain.grassroots.models import Task
from anshu.domain.sensing.choices import QuarantineKind
from anshu.domain.sensing.models import Flood, Observation, Quarantine
from anshu.kernel.audit import chain
from anshu.kernel.audit.models import AuditEntry
from anshu.kernel.events.models import FailedDelivery
from anshu.kernel.files.models import StoredFile
from anshu.project.demo import devices
from anshu.project.demo.signals import KEPT
from anshu.project.demo.stations import STATIONS
from anshu.project.demo.story import Told

STEPS = 73
# The last hour, a fix every half minute, less stop and gap.
LEAST_PLACES = 60


def faults(told: Told) -> list[str]:
    """This will list everything that is not as it should be."""
    return [*_stored(told), *_others(), *_chain_of_work(told), *_accounted()]


def _stored(told: Told) -> Iterator[str]:
    expected = sum(len(station.properties) for station in STATIONS) * STEPS
    stored = Observation.objects.filter(datastream__thing__protocol="sl651").count()
    if stored != expected:
        yield f"{stored} observations are stored, {expected} were sent"
    if told.frames != len(STATIONS) * STEPS:
        yield f"{told.frames} frames were acknowledged, {len(STATIONS) * STEPS} were sent"
    kept = list(Quarantine.objects.values_list("kind", "thing_address"))
    if kept != [(QuarantineKind.UNKNOWN, devices.STRANGER)]:
        yield f"the quarantine holds {kept}, not the one unknown station"


def _others() -> Iterator[str]:
    """This will look for what the devices of the other protocols left."""
    for what, found in (
        ("alarm of the outlet", Alarm.objects.filter(thing__address=devices.PLANT, level=Level.ORANGE)),
        (
            "alarm of the smoke detector",
            Alarm.objects.filter(thing__parent__address=devices.FIRE_HOST, level=Level.RED),
        ),
        ("alarm of the tilt sensor", Alarm.objects.filter(thing__address=devices.TILT_EUI, level=Level.YELLOW)),
        ("overspeed alarm", Alarm.objects.filter(rule__template="jt808-overspeed/flag")),
        ("flood of the soil station", Flood.objects.filter(thing__address=devices.SOIL)),
    ):
        if found.count() != 1:
            yield f"there are {found.count()} of: {what}"
    kept = Observation.objects.filter(datastream__thing__address=devices.SOIL).count()
    if kept != KEPT:
        yield f"{kept} values of the soil station are stored, {KEPT} were sent"
    for craft in devices.CRAFT:
        fixes = Observation.objects.filter(
            datastream__thing__address=craft.phone, datastream__observed_property__code="position.longitude"
        )
        if fixes.values("value").distinct().count() < LEAST_PLACES:
            yield f"{craft.name} hardly moved"


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
