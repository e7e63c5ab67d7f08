# SPDX-License-Identifier: Apache-2.0
"""A crash trial: devices send until they are acknowledged, parts are killed meanwhile, and the outcome is counted.

The devices remember what nobody acknowledged and send it again, as MQTT's QoS 1 and SL 651 want; the platform has to
store every acknowledged value once and to raise every alarm once, whatever is killed.
"""

import json
import random
import socket
import struct
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from anshu.wire.base import CHINA
from anshu.wire.mqtt.sending import connect, publish
from anshu.wire.sl651 import Group, Station, encode_uplink
from tools.jetstream import Nodes
from tools.mosquitto import Broker
from tools.running import Platform, run

HOSTS, STATIONS = 10, 10
PROPERTIES = tuple(f"crash_{n}" for n in range(10))
# Values in one SL 651 frame, one minute apart.
GROUPS = 5
# The part of the observations that comes by TCP.
TCP_SHARE = 0.1
THRESHOLD, WAVE = 5.0, 40
SECRET = "crash-secret"
# MQTT messages under way on one connection.
WINDOW = 50
_PATIENCE_S = 600.0
_ANSWER_S = 3.0

_SETUP = f"""
import django; django.setup()
from django.contrib.gis.geos import Point
from django.utils import timezone
from anshu.domain.alerts.models import Rule
from anshu.domain.sensing.models import Datastream, ObservedProperty, Thing
level = ObservedProperty.objects.get(code="water_level")
known = [ObservedProperty.objects.create(code=code, name=code, unit="1") for code in {PROPERTIES!r}]
place = dict(point=Point(119.19, 28.87, srid=4326), division_code="330825109201", sector_code="flood", kind="river")
def judge(stream):
    Rule.objects.create(datastream=stream, name="c", yellow={THRESHOLD}, source="crash",
        valid_from=timezone.now() - timezone.timedelta(days=30))
for number in range({HOSTS}):
    thing = Thing.objects.create(code=f"CM{{number}}", name=f"CM{{number}}", protocol="mqtt", address=f"cm{{number}}",
        secret={SECRET!r}, **place)
    streams = [Datastream.objects.create(thing=thing, observed_property=each, name=each.code) for each in known]
    judge(streams[0])
for number in range({STATIONS}):
    thing = Thing.objects.create(code=f"CT{{number}}", name=f"CT{{number}}", protocol="sl651",
        address=f"92{{number:08d}}", **place)
    judge(Datastream.objects.create(thing=thing, observed_property=level, name=thing.name))
"""

_CONNECTOR = """
import django; django.setup()
from django.utils import timezone
from anshu.domain.sensing.models import ConnectorState
from anshu.domain.sensing.services import connector_create
from anshu.kernel.audit.actor import platform
settings = dict(host="127.0.0.1", port={port}, client_id="crash", subscriptions=[dict(topic="site/+/up", level=2)])
made = connector_create(actor=platform("crash"), now=timezone.now(), code="B", name="B", kind="mqtt", settings=settings)
import time
while not ConnectorState.objects.filter(connector=made, failures=0, ok_at__isnull=False).exists():
    time.sleep(0.1)
"""

_OUTCOME = """
import django, json; django.setup()
from django.db import connection
from anshu.domain.alerts.models import Alarm
from anshu.kernel.audit import chain
from anshu.kernel.events.models import Event
with connection.cursor() as cursor:
    cursor.execute('''select t.code, count(*), count(distinct (o.datastream_id, o.at)),
        sum((o.value * 10)::bigint * ((extract(epoch from o.at))::bigint %% 1000003 + p.place))::bigint
        from sensing_observation o join sensing_datastream d on d.id = o.datastream_id
        join (select id, case when code like 'crash_%%' then substr(code, 7)::int else 0 end as place
              from sensing_observedproperty) p on p.id = d.observed_property_id
        join sensing_thing t on t.id = d.thing_id
        where t.code ~ '^C[MT][0-9]+$' group by 1''', [])
    stored = {row[0]: row[1:] for row in cursor.fetchall()}
    cursor.execute('''select t.code, count(*) from alerts_alarm a join sensing_thing t on t.id = a.thing_id
        where t.code ~ '^C[MT][0-9]+$' group by 1''')
    alarms = dict(cursor.fetchall())
ids = [str(pk) for pk in Alarm.objects.filter(thing__code__regex="^C[MT][0-9]+$").values_list("pk", flat=True)]
raised = Event.objects.filter(kind="alarm.raised", subject_id__in=ids).count()
print(json.dumps({"stored": stored, "alarms": alarms, "raised": raised, "breaks": len(chain.verify().breaks)}))
"""


@dataclass(frozen=True, slots=True)
class Message:
    """What is sent and acknowledged as one: (moment in s, place of the property, value)."""

    body: bytes
    rows: tuple[tuple[int, int, float], ...]


@dataclass(slots=True)
class Tally:
    """What a device had acknowledged."""

    observations: int = 0
    weight: int = 0

    def add(self, message: Message) -> None:
        """This will count a message, once, when it is acknowledged."""
        for second, place, value in message.rows:
            self.observations += 1
            self.weight += round(value * 10) * (second % 1_000_003 + place)


def value_at(step: int) -> float:
    """This will give a flood wave: over the threshold for half of it."""
    return 6.0 if step % WAVE >= WAVE // 2 else 1.0


def waves(steps: int) -> int:
    """This will count, in plain Python, how often the judged value passes the threshold."""
    return sum(value_at(step) >= THRESHOLD > value_at(step - 1) for step in range(1, steps))


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast the devices send at most, and when they lose patience."""

    start: float
    seconds: float

    @property
    def end(self) -> float:
        """The moment at which nobody tries any more."""
        return self.start + self.seconds + _PATIENCE_S

    def due(self, count: int) -> int:
        """This will give how many of so many messages may have been sent by now."""
        return min(count, 1 + int((time.monotonic() - self.start) / self.seconds * count))


class Device(threading.Thread):
    """Sends its messages in their order, and again until each is acknowledged."""

    def __init__(self, code: str, messages: Sequence[Message], pace: Pace) -> None:
        super().__init__(daemon=True, name=code)
        self.code, self.messages, self.pace = code, messages, pace
        self.tally = Tally()
        self.done = self.resends = 0

    def run(self) -> None:
        """This will go on until everything is acknowledged or patience is at its end."""
        while self.done < len(self.messages) and time.monotonic() < self.pace.end:
            try:
                self.talk()
            except OSError:
                # A short wait stands for the device's own pause before it connects again.
                threading.Event().wait(0.1)

    def due(self) -> int:
        """This will give how many messages may have been sent by now."""
        return self.pace.due(len(self.messages))

    def talk(self) -> None:
        """This will connect and send; raises OSError when the line is cut or silent."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Door:
    """Where MQTT devices send: to the platform, or to a broker that it subscribes to."""

    address: Callable[[], tuple[str, int]]
    topic: str = "anshu/{}/up"


class MqttDevice(Device):
    """QoS 1 with many messages under way."""

    def __init__(self, door: Door, number: int, messages: Sequence[Message], pace: Pace) -> None:
        super().__init__(f"CM{number}", messages, pace)
        self._door, self._name = door, f"cm{number}"
        self._acknowledged: set[int] = set()
        self._sent_before = 0

    def talk(self) -> None:
        """This will send from the first message that was not acknowledged."""
        with socket.create_connection(self._door.address(), timeout=_ANSWER_S) as line:
            line.sendall(connect(self._name, SECRET, version=4))
            if _exactly(line, _exactly(line, 2)[1])[1]:
                raise OSError("refused")
            sent = self.done
            while self.done < len(self.messages):
                upto = max(sent, min(self.due(), self.done + WINDOW))
                line.sendall(b"".join(self._publish(number) for number in range(sent, upto)))
                self.resends += max(0, min(upto, self._sent_before) - sent)
                sent = max(sent, upto)
                self._sent_before = max(self._sent_before, sent)
                if self.done < sent:
                    self._hear(line)
                else:
                    threading.Event().wait(0.01)

    def _publish(self, number: int) -> bytes:
        again = number < self._sent_before and number not in self._acknowledged
        topic = self._door.topic.format(self._name).encode()
        return publish(topic, number, self.messages[number].body, version=4, again=again)

    def _hear(self, line: socket.socket) -> None:
        """This will take one acknowledgement; they may come in any order."""
        packet = _exactly(line, 4)
        if packet[0] != 0x40:
            raise OSError(f"unexpected packet {packet.hex()}")
        low = struct.unpack(">H", packet[2:])[0] - 1
        number = self.done - self.done % 65_535 + low
        if number < self.done:
            # Acknowledged before: sent again although its first acknowledgement was under way.
            return
        if number not in self._acknowledged:
            self._acknowledged.add(number)
            self.tally.add(self.messages[number])
        while self.done in self._acknowledged:
            self.done += 1


class TcpDevice(Device):
    """An SL 651 station: one frame, one answer."""

    def __init__(self, running: Platform, number: int, messages: Sequence[Message], pace: Pace) -> None:
        super().__init__(f"CT{number}", messages, pace)
        self._running = running

    def talk(self) -> None:
        """This will send a frame and wait for its answer, and so on."""
        with socket.create_connection(self._running.address("ANSHU_INGEST_SL651"), timeout=_ANSWER_S) as line:
            while self.done < len(self.messages):
                while self.done >= self.due():
                    threading.Event().wait(0.01)
                line.sendall(self.messages[self.done].body)
                self.resends += 1
                if not line.recv(4096):
                    raise OSError("cut off")
                self.resends -= 1
                self.tally.add(self.messages[self.done])
                self.done += 1


def _exactly(line: socket.socket, size: int) -> bytes:
    found = b""
    while len(found) < size:
        more = line.recv(size - len(found))
        if not more:
            raise OSError("cut off")
        found += more
    return found


def _mqtt_messages(steps: int, first: datetime) -> list[Message]:
    """This will make one message a step: a moment of all properties."""
    made = []
    for step in range(steps):
        second = int(first.timestamp()) + step
        values = {name: value_at(step) + place / 10 for place, name in enumerate(PROPERTIES)}
        rows = tuple((second, place, value) for place, value in enumerate(values.values()))
        made.append(Message(json.dumps({"time": second * 1000, "values": values}).encode(), rows))
    return made


def _tcp_messages(number: int, frames: int, first: datetime) -> list[Message]:
    station = Station(f"92{number:08d}", password="1234", station_class="H")
    made = []
    for serial in range(frames):
        steps = range(serial * GROUPS, (serial + 1) * GROUPS)
        times = [first + timedelta(minutes=step) for step in steps]
        groups = [Group(at, [("water_level", value_at(step))]) for at, step in zip(times, steps, strict=True)]
        body = encode_uplink(0x33, station, serial=serial % 65_535 + 1, sent_at=times[-1], groups=groups)
        rows = tuple((int(at.timestamp()), 0, value_at(step)) for at, step in zip(times, steps, strict=True))
        made.append(Message(body, rows))
    return made


@dataclass
class Outcome:
    """What was sent, acknowledged, stored and raised."""

    sent: int = 0
    acknowledged: int = 0
    stored: int = 0
    doubled: int = 0
    differing: list[str] = field(default_factory=list)
    alarms_expected: int = 0
    alarms_off: int = 0
    raised_off: int = 0
    breaks: int = 0
    resends: int = 0
    kills: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def faults(self) -> list[str]:
        """What must not have happened, in words."""
        said = {
            "not acknowledged in the end": self.sent - self.acknowledged,
            "acknowledged and not stored": self.acknowledged - self.stored,
            "stored twice": self.doubled,
            "devices whose values differ": len(self.differing),
            "alarms lost or doubled": self.alarms_off,
            "announcements of alarms lost or doubled": self.raised_off,
            "breaks of the audit chain": self.breaks,
        }
        return [f"{name}: {count}" for name, count in said.items() if count]


Kill = tuple[str, Callable[[], None]]


def parts_to_kill(
    running: Platform, names: Sequence[str], nodes: Nodes | None = None, broker: Broker | None = None
) -> list[Kill]:
    """This will give the means to kill parts by name: a process, `postgres`, `broker`, or `nats:0` and so on."""
    return [(name, _killing(running, name, nodes, broker)) for name in names]


def _killing(running: Platform, name: str, nodes: Nodes | None, broker: Broker | None) -> Callable[[], None]:
    def kill() -> None:
        kind, _, number = name.partition(":")
        if kind == "broker":
            assert broker is not None
            broker.kill()
            threading.Timer(0.5, broker.start).start()
            return
        if kind == "nats":
            assert nodes is not None
            node = nodes.nodes[int(number)]
            node.kill()
            threading.Timer(2.0, node.start).start()
            return
        if name != "postgres":
            # The pause that grows with every restart is for programs that fail by themselves; here it only costs time.
            running.supervisor.children[name].pause_s = 0.2
        running.kill(name)

    return kill


def trial(
    running: Platform,
    *,
    observations: int,
    kills: Sequence[Kill],
    seconds: float,
    seed: int,
    broker: Broker | None = None,
) -> Outcome:
    """This will send so many observations, over so long at least, while killing one part after the other.

    With a broker the MQTT devices send to it, and the platform subscribes by a connector.
    """
    run(running, _SETUP)
    door = Door(lambda: running.address("ANSHU_INGEST_MQTT"))
    if broker is not None:
        run(running, _CONNECTOR.format(port=broker.port))
        door = Door(lambda: ("127.0.0.1", broker.port), "site/{}/up")
    frames = max(1, round(observations * TCP_SHARE / STATIONS / GROUPS))
    steps = round((observations - frames * GROUPS * STATIONS) / HOSTS / len(PROPERTIES))
    now = datetime.now(CHINA).replace(second=0, microsecond=0)
    own, minutes = _mqtt_messages(steps, now - timedelta(seconds=steps + 60)), frames * GROUPS + 5
    stations = [_tcp_messages(number, frames, now - timedelta(minutes=minutes)) for number in range(STATIONS)]
    pace = Pace(time.monotonic(), seconds)
    devices: list[Device] = [MqttDevice(door, number, own, pace) for number in range(HOSTS)]
    devices += [TcpDevice(running, number, messages, pace) for number, messages in enumerate(stations)]
    for device in devices:
        device.start()
    outcome = Outcome(sent=HOSTS * steps * len(PROPERTIES) + STATIONS * frames * GROUPS)
    _kill_all(devices, kills, outcome, random.Random(seed))
    for device in devices:
        device.join()
    outcome.seconds = time.monotonic() - pace.start
    running.wait_healthy()
    expected = {each.code: waves(steps if each.code[1] == "M" else frames * GROUPS) for each in devices}
    return _count(running, devices, expected, outcome)


def _kill_all(devices: Sequence[Device], kills: Sequence[Kill], outcome: Outcome, rng: random.Random) -> None:
    """This will kill each part once every line has come a little further, at a moment of chance."""
    for place, (name, kill) in enumerate(kills):
        goal = (place + rng.random()) / (len(kills) + 1)
        while any(_share(each) < goal for each in devices) and any(each.is_alive() for each in devices):
            threading.Event().wait(0.01)
        threading.Event().wait(rng.uniform(0, 0.1))
        kill()
        outcome.kills.append(name)


def _share(device: Device) -> float:
    return device.done / len(device.messages)


def _count(running: Platform, devices: Sequence[Device], expected: Mapping[str, int], outcome: Outcome) -> Outcome:
    outcome.acknowledged = sum(each.tally.observations for each in devices)
    outcome.resends = sum(each.resends for each in devices)
    outcome.alarms_expected = sum(expected.values())
    found = _settled(running, outcome)
    stored: dict[str, list[int]] = found["stored"]
    outcome.stored = sum(row[1] for row in stored.values())
    outcome.doubled = sum(row[0] - row[1] for row in stored.values())
    outcome.differing = [each.code for each in devices if stored.get(each.code, [0, 0, 0])[2] != each.tally.weight]
    alarms: dict[str, int] = found["alarms"]
    outcome.alarms_off = sum(abs(alarms.get(code, 0) - count) for code, count in expected.items())
    outcome.raised_off = abs(found["raised"] - sum(alarms.values()))
    outcome.breaks = found["breaks"]
    return outcome


def _settled(running: Platform, outcome: Outcome) -> dict[str, Any]:
    """This will read the outcome until all that was acknowledged is there, or nothing moves any more."""
    end = time.monotonic() + 60
    while True:
        found: dict[str, Any] = json.loads(run(running, _OUTCOME))
        there = sum(row[1] for row in found["stored"].values()) >= outcome.acknowledged
        if (there and sum(found["alarms"].values()) >= outcome.alarms_expected) or time.monotonic() > end:
            return found
        threading.Event().wait(1.0)
