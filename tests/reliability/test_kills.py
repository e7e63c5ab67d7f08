# SPDX-License-Identifier: Apache-2.0
"""kill -9 of any part during a storm: the acknowledged is stored once, alarms exist once, the chain goes on."""

import json
import random
import socket
import threading
import time
from datetime import datetime, timedelta

import pytest
from tools.running import run

from anshu.wire.base import CHINA
from anshu.wire.sl651 import Group, Station, encode_uplink

pytestmark = pytest.mark.reliability
STATIONS, FRAMES, THRESHOLD = 8, 60, 5.0
KILLS = ("ingest", "worker", "postgres", "web", "ingest", "postgres", "stream")

SETUP = f"""
import django; django.setup()
from datetime import timedelta
from django.contrib.gis.geos import Point
from django.utils import timezone
from anshu.domain.alerts.models import Rule
from anshu.domain.sensing.models import Datastream, ObservedProperty, Thing
level = ObservedProperty.objects.get(code="water_level")
for number in range({STATIONS}):
    thing = Thing.objects.create(code=f"K{{number}}", name=f"K{{number}}", kind="river", protocol="sl651",
        address=f"91{{number:08d}}", point=Point(119.19, 28.87, srid=4326), division_code="330825109201",
        sector_code="flood")
    stream = Datastream.objects.create(thing=thing, observed_property=level, name=thing.name)
    Rule.objects.create(datastream=stream, name=thing.name, yellow={THRESHOLD}, hysteresis=0.5, source="test",
        valid_from=timezone.now() - timedelta(days=2))
"""

OUTCOME = """
import django, json; django.setup()
from django.db.models import Count
from anshu.domain.alerts.models import Alarm, Occurrence
from anshu.domain.grassroots.models import Task
from anshu.domain.sensing.models import Observation
from anshu.kernel.audit import chain
from anshu.kernel.events.models import Event, FailedDelivery
alarms = Alarm.objects.filter(thing__code__startswith="K")
ids = [str(pk) for pk in alarms.values_list("pk", flat=True)]
tasks = Task.objects.filter(source_type="alerts.alarm", source_id__in=ids)
stored = Observation.objects.filter(datastream__thing__code__startswith="K").select_related("datastream__thing")
print(json.dumps({
    "observations": [[row.datastream.thing.code, row.at.isoformat(), row.value] for row in stored],
    "alarms": list(alarms.values_list("thing__code", "state").order_by("id")),
    "raised": Event.objects.filter(kind="alarm.raised", subject_id__in=ids).count(),
    "tasks": list(tasks.values("source_id").annotate(n=Count("id")).values_list("source_id", "n")),
    "failed": FailedDelivery.objects.count(),
    "unplaced": Event.objects.filter(position=None).count(),
    "breaks": [repr(found) for found in chain.verify().breaks],
}))
"""


class Sender(threading.Thread):
    """A station with a good memory: it resends a frame until it is acknowledged, as the standard wants."""

    def __init__(self, running, number, first_at):
        super().__init__(daemon=True)
        self.running, self.number, self.first_at = running, number, first_at
        self.acknowledged, self.resends, self.line = [], 0, None
        self.end = time.monotonic() + 150

    def value(self, step):
        """One flood wave: over the threshold from step 20 to step 40."""
        return 6.0 if 20 <= step < 40 else 1.0

    def run(self):
        try:
            self.send_all()
        finally:
            self.hang_up()

    def hang_up(self):
        if self.line is not None:
            self.line.close()
        self.line = None

    def send_all(self):
        for step in range(FRAMES):
            at = self.first_at + timedelta(minutes=step)
            station = Station(f"91{self.number:08d}", password="1234", station_class="H")
            group = Group(at, [("water_level", self.value(step))])
            frame = encode_uplink(0x33, station, serial=step + 1, sent_at=at, groups=[group])
            while not self.offer(frame):
                self.resends += 1
                if time.monotonic() > self.end:
                    return
            self.acknowledged.append((f"K{self.number}", at.isoformat(), self.value(step)))

    def offer(self, frame):
        try:
            if self.line is None:
                self.line = socket.create_connection(self.running.address("ANSHU_INGEST_SL651"), timeout=3)
            self.line.sendall(frame)
            answer = self.line.recv(4096)
        except OSError:
            answer = b""
        if not answer:
            self.hang_up()
            # A short wait stands for the station's own pause before a resend.
            threading.Event().wait(0.1)
        return bool(answer)


@pytest.fixture(scope="module")
def trial(running):
    """The storm with kills in it, and what it left."""
    run(running, SETUP)
    running.kill("ingest")
    threading.Event().wait(1.0)
    running.wait_healthy()
    first_at = datetime.now(CHINA).replace(second=0, microsecond=0) - timedelta(minutes=FRAMES + 5)
    senders = [Sender(running, number, first_at) for number in range(STATIONS)]
    killer = threading.Thread(target=kill_all, args=(running, senders), daemon=True)
    for sender in senders:
        sender.start()
    killer.start()
    for sender in senders:
        sender.join(170)
    killer.join(60)
    running.wait_healthy()
    return senders, settle(running)


def kill_all(running, senders):
    """Kills one part after another, each once the storm has gone on a little."""
    rng = random.Random(9)
    for place, part in enumerate(KILLS):
        goal = (place + 1) * STATIONS * FRAMES // (len(KILLS) + 2)
        while sum(len(sender.acknowledged) for sender in senders) < goal and any(one.is_alive() for one in senders):
            threading.Event().wait(0.02)
        threading.Event().wait(rng.uniform(0, 0.05))
        running.kill(part)


def settle(running):
    """Reads the outcome until the worker has caught up."""
    end = time.monotonic() + 40
    while True:
        outcome = json.loads(run(running, OUTCOME))
        if len(outcome["tasks"]) >= STATIONS or time.monotonic() > end:
            return outcome
        threading.Event().wait(0.5)


def test_every_frame_was_acknowledged_in_the_end(trial):
    senders, _ = trial
    assert [len(sender.acknowledged) for sender in senders] == [FRAMES] * STATIONS
    assert sum(sender.resends for sender in senders) > 0


def test_every_acknowledged_value_is_stored_exactly_once(trial):
    senders, outcome = trial
    stored = sorted((code, datetime.fromisoformat(at), value) for code, at, value in outcome["observations"])
    sent = sorted((code, datetime.fromisoformat(at), value) for one in senders for code, at, value in one.acknowledged)
    assert stored == sent


def test_every_alarm_exists_once_and_has_cleared(trial):
    _, outcome = trial
    assert sorted(map(tuple, outcome["alarms"])) == [(f"K{number}", "cleared") for number in range(STATIONS)]
    assert outcome["raised"] == STATIONS


def test_every_alarm_became_one_task(trial):
    _, outcome = trial
    assert [count for _, count in outcome["tasks"]] == [1] * STATIONS


def test_no_event_is_lost_and_the_audit_chain_holds(trial):
    _, outcome = trial
    assert (outcome["failed"], outcome["unplaced"], outcome["breaks"]) == (0, 0, [])
