# SPDX-License-Identifier: Apache-2.0
"""From a frame's bytes on a socket to rows, alarms and an answer."""

from datetime import timedelta

from tests.ingest.conftest import AT, frame, rule

from anshu.domain.alerts.models import Alarm, Occurrence
from anshu.domain.sensing.models import Latest, Observation, Quarantine
from anshu.kernel.audit.models import AuditEntry
from anshu.kernel.events.models import Event


def stored(code="water_level"):
    rows = Observation.objects.filter(datastream__observed_property__code=code).order_by("at")
    return [(row.at, row.value) for row in rows]


def test_a_frame_becomes_rows_an_alarm_an_event_and_an_answer(network, ingest):
    rule(network)
    with ingest.line() as line:
        reply = line.ask(frame([("water_level", 45.32), ("voltage", 12.4)], serial=7))
    assert (reply.direction, reply.serial, reply.thing) == ("down", 7, network.address)
    assert stored() == [(AT, 45.32)]
    assert Latest.objects.get(datastream__observed_property__code="water_level").value == 45.32
    alarm = Alarm.objects.get()
    assert alarm.title == "溪口水位站 水位 45.32 m 超橙色阈值 45.00 m(研判)"
    assert (alarm.state, alarm.level, alarm.raised_at) == ("active", 2, AT)
    assert Event.objects.get(kind="alarm.raised").position
    assert AuditEntry.objects.filter(action="alarm.raised").count() == 1
    assert network.contact.peer.startswith("127.0.0.1:")


def test_a_frame_sent_again_is_stored_once_and_acknowledged_again(network, ingest):
    rule(network)
    sent = frame([("water_level", 45.32)])
    with ingest.line() as line:
        assert line.ask(sent)
        assert line.ask(sent)
    assert len(stored()) == 1
    assert Alarm.objects.count() == Occurrence.objects.count() == 1


def test_an_alarm_rises_eases_and_clears_with_hysteresis(network, ingest):
    rule(network)
    levels = [43.0, 44.1, 45.0, 44.9, 44.7, 43.9, 43.7]
    with ingest.line() as line:
        for minute, level in enumerate(levels):
            assert line.ask(frame([("water_level", level)], at=AT - timedelta(minutes=10 - minute), serial=minute + 1))
    kinds = Event.objects.filter(kind__startswith="alarm").order_by("position").values_list("kind", flat=True)
    assert list(kinds) == ["alarm.raised", "alarm.escalated", "alarm.eased", "alarm.cleared"]
    alarm = Alarm.objects.get()
    assert (alarm.state, alarm.peak_level, alarm.occurrences) == ("cleared", 2, 4)
    assert list(alarm.history.values_list("level", "value")) == [(3, 44.1), (2, 45.0), (3, 44.7), (0, 43.7)]


def test_garbage_on_one_line_does_not_touch_another(ingest):
    with ingest.line() as bad, ingest.line() as good:
        bad.send(b"\x00" * 500)
        assert good.ask(frame([("water_level", 1.0)], serial=1))
        bad.send(bytes(range(256)) * 4)
        assert good.ask(frame([("water_level", 1.1)], at=AT - timedelta(minutes=5), serial=2))
        bad.socket.shutdown(1)
        assert bad.answer() is None
    assert len(stored()) == 2
    assert Quarantine.objects.filter(kind="refused").exists()
    assert bytes(Quarantine.objects.order_by("id").first().raw).startswith(b"\x00")
