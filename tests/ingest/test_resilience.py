# SPDX-License-Identifier: Apache-2.0
"""What is acknowledged is stored once, whatever breaks on the way."""

from datetime import timedelta

from django.db import connection
from tests.ingest.conftest import AT, NOW, Running, frame, rule
from tests.ingest.test_quarantine import until

from anshu.domain.alerts.models import Alarm, RuleState
from anshu.domain.sensing.models import Datastream, Latest, Observation, Quarantine
from anshu.kernel.events.models import Event


def test_a_crash_between_commit_and_answer_costs_nothing(network):
    rule(network)
    sent = frame([("water_level", 45.32)])
    with Running(NOW) as first, first.line() as line:
        line.send(sent)
        until(lambda: Observation.objects.exists())
        # The station never reads the answer: for it, the frame is still to be sent.
    with Running(NOW) as second, second.line() as line:
        assert line.ask(sent)
        assert line.ask(frame([("water_level", 45.4)], at=AT + timedelta(minutes=1), serial=2))
    assert Observation.objects.count() == 2
    assert Alarm.objects.count() == 1
    assert Event.objects.filter(kind="alarm.raised").count() == 1
    assert RuleState.objects.get().observed_at == AT + timedelta(minutes=1)


def test_database_connections_that_die_are_replaced(ingest):
    with ingest.line() as line:
        assert line.ask(frame([("water_level", 1.0)]))
        with connection.cursor() as cursor:
            cursor.execute(
                "select count(pg_terminate_backend(pid)) from pg_stat_activity"
                " where datname = current_database() and pid <> pg_backend_pid() and application_name = ''"
            )
            assert cursor.fetchone()[0] >= 1
        assert line.ask(frame([("water_level", 1.1)], at=AT - timedelta(minutes=1), serial=2))
    assert Observation.objects.count() == 2


def test_a_poison_message_is_put_aside_and_the_rest_of_its_batch_is_stored(network, ingest):
    stream = Datastream.objects.get(thing=network, observed_property__code="voltage")
    with connection.cursor() as cursor:
        cursor.execute(f"alter table sensing_observation add constraint poison check (datastream_id <> {stream.pk})")
    try:
        with ingest.line() as line, ingest.line() as other:
            line.send(frame([("voltage", 12.0)], serial=5))
            other.send(frame([("water_level", 3.0)], serial=6))
            assert (line.answer().serial, other.answer().serial) == (5, 6)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("alter table sensing_observation drop constraint poison")
    assert list(Observation.objects.values_list("value", flat=True)) == [3.0]
    assert Quarantine.objects.get().reason == "not_storable"


def test_a_vanished_datastream_does_not_stop_the_line(network, ingest):
    with ingest.line() as line:
        assert line.ask(frame([("voltage", 12.0)]))
        Latest.objects.all().delete()
        Datastream.objects.filter(thing=network, observed_property__code="voltage").delete()
        assert line.ask(frame([("voltage", 12.1)], at=AT - timedelta(minutes=1), serial=2))
    assert Datastream.objects.filter(thing=network, observed_property__code="voltage").exists()


def test_a_rule_saved_now_judges_the_next_frame(network, ingest):
    with ingest.line() as line:
        assert line.ask(frame([("water_level", 45.0)], at=AT - timedelta(minutes=1)))
        made = rule(network)
        assert line.ask(frame([("water_level", 45.1)], serial=2))
        made.enabled = False
        made.save()
        assert line.ask(frame([("water_level", 46.5)], at=AT + timedelta(minutes=1), serial=3))
    assert Alarm.objects.get().peak_level == 2


def test_a_silent_half_frame_is_given_up_and_kept(network):
    with Running(NOW, partial_s=0.05) as running, running.line() as line:
        line.send(frame([("water_level", 1.0)])[:30])
        until(lambda: Quarantine.objects.filter(reason="truncated").exists())
        assert line.ask(frame([("water_level", 2.0)], serial=9)).serial == 9


def test_stopping_answers_what_was_taken(network):
    with Running(NOW) as running, running.line() as line:
        for n in range(50):
            line.send(frame([("water_level", 1.0)], at=AT - timedelta(minutes=n), serial=n + 1))
        answered = [line.answer().serial for _ in range(50)]
        running.stop()
        assert line.answer() is None
    assert answered == list(range(1, 51))
    assert Observation.objects.count() == 50
