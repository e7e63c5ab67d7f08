# SPDX-License-Identifier: Apache-2.0
"""Events are read in the order of commits, once each, and one bad event holds up nobody."""

import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar

import pytest
from django.db import DatabaseError, OperationalError, connection, transaction

from anshu.kernel.events import services
from anshu.kernel.events.facts import Fact
from anshu.kernel.events.models import Event, EventHead, FailedDelivery, Subscription
from anshu.kernel.events.services import deliver_pending, delivery_retry, publish, subscribe

NOW = datetime(2026, 7, 4, 6, 5, tzinfo=UTC)
pytestmark = pytest.mark.django_db(transaction=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class BellRung(Fact):
    kind: ClassVar[str] = "bell.rung"
    capability: ClassVar[str] = "monitoring"
    times: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorShut(Fact):
    kind: ClassVar[str] = "door.shut"
    capability: ClassVar[str] = "monitoring"


@pytest.fixture(autouse=True)
def only_own_subscribers(monkeypatch):
    monkeypatch.setattr(services, "_subscribers", {})


def ring(number):
    return publish(
        BellRung(subject_type="test.bell", subject_id=number, title=f"钟{number}", division_code="330825101200"),
        now=NOW,
    )


def shut(number):
    return publish(
        DoorShut(subject_type="test.door", subject_id=number, title="门", division_code="330825101200"), now=NOW
    )


def heard_by(name="test.ear", failing=()):
    heard = []

    @subscribe(BellRung, name=name)
    def hear(fact, at):
        if fact.subject_id in failing:
            raise ValueError(f"cannot hear {fact.subject_id}")
        heard.append(fact.subject_id)

    return heard


def in_thread(work):
    """Run it on a connection of its own."""

    def run():
        try:
            work()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def test_positions_follow_commits_not_inserts():
    inserted, may_commit = threading.Event(), threading.Event()

    def slow():
        with transaction.atomic():
            ring(1)
            inserted.set()
            may_commit.wait(10)

    thread = in_thread(slow)
    assert inserted.wait(10)
    ring(2)
    may_commit.set()
    thread.join(10)
    assert list(Event.objects.order_by("position").values_list("subject_id", flat=True)) == ["2", "1"]
    assert Event.objects.get(subject_id="1").pk < Event.objects.get(subject_id="2").pk


def test_a_reader_never_misses_an_event_that_commits_late():
    heard = heard_by()
    inserted, may_commit = threading.Event(), threading.Event()

    def slow():
        with transaction.atomic():
            ring(1)
            inserted.set()
            may_commit.wait(10)

    thread = in_thread(slow)
    assert inserted.wait(10)
    ring(2)
    deliver_pending(now=NOW)
    assert heard == [2]
    may_commit.set()
    thread.join(10)
    deliver_pending(now=NOW)
    assert heard == [2, 1]


def test_many_writers_leave_no_gap_and_no_double():
    threads = [in_thread(lambda n=n: [ring(n * 10 + i) for i in range(5)]) for n in range(4)]
    for thread in threads:
        thread.join(20)
    assert list(Event.objects.order_by("position").values_list("position", flat=True)) == list(range(1, 21))


def test_an_event_of_a_rolled_back_transaction_never_happened():
    with transaction.atomic():
        ring(1)
        transaction.set_rollback(True)
    ring(2)
    assert list(Event.objects.values_list("subject_id", "position")) == [("2", 1)]


def test_a_failing_event_is_parked_and_later_ones_go_on():
    heard = heard_by(failing={2})
    for number in (1, 2, 3):
        ring(number)
    deliver_pending(now=NOW)
    assert heard == [1, 3]
    parked = FailedDelivery.objects.get()
    assert (parked.event.subject_id, parked.subscription) == ("2", "test.ear")
    assert "cannot hear 2" in parked.error


def test_a_parked_event_is_retried_once():
    failing = {1}
    heard = heard_by(failing=failing)
    ring(1)
    deliver_pending(now=NOW)
    failing.clear()
    parked = FailedDelivery.objects.get()
    delivery_retry(parked, now=NOW)
    delivery_retry(parked, now=NOW)
    assert heard == [1]


def test_what_a_failing_receiver_wrote_is_undone():
    @subscribe(BellRung, name="test.half")
    def half(fact, at):
        shut(1)
        raise ValueError

    ring(1)
    deliver_pending(now=NOW)
    assert Event.objects.filter(kind="door.shut").count() == 0


def test_each_event_is_delivered_once():
    heard = heard_by()
    ring(1)
    while deliver_pending(now=NOW):
        pass
    deliver_pending(now=NOW)
    assert heard == [1]


def test_after_a_crash_between_handling_and_committing_the_work_is_done_exactly_once(monkeypatch):
    @subscribe(BellRung, name="test.answer")
    def answer(fact, at):
        shut(fact.subject_id)

    ring(1)
    with monkeypatch.context() as patch:
        patch.setattr(Subscription, "save", lambda *a, **k: (_ for _ in ()).throw(SystemExit))
        with pytest.raises(SystemExit):
            deliver_pending(now=NOW)
    assert Event.objects.filter(kind="door.shut").count() == 0
    deliver_pending(now=NOW)
    deliver_pending(now=NOW)
    assert Event.objects.filter(kind="door.shut").count() == 1


def test_a_lost_connection_parks_nothing_and_the_batch_is_read_again():
    troubles = [OperationalError("deadlock detected")]
    heard = []

    @subscribe(BellRung, name="test.unlucky")
    def unlucky(fact, at):
        if troubles:
            raise troubles.pop()
        heard.append(fact.subject_id)

    ring(1)
    with pytest.raises(OperationalError):
        deliver_pending(now=NOW)
    deliver_pending(now=NOW)
    assert (heard, FailedDelivery.objects.count()) == ([1], 0)


def test_events_of_no_interest_are_passed_over():
    heard = heard_by()
    for number in range(3):
        shut(number)
    assert deliver_pending(now=NOW) == 3
    assert (heard, Subscription.objects.get().position) == ([], EventHead.objects.get().position)


def test_more_than_a_batch_is_read_in_order(monkeypatch):
    monkeypatch.setattr(services, "BATCH", 2)
    heard = heard_by()
    for number in range(5):
        ring(number)
        shut(number)
    while deliver_pending(now=NOW):
        pass
    assert heard == list(range(5))


def test_a_second_worker_leaves_a_busy_subscriber_alone():
    heard = heard_by()
    ring(1)
    Subscription.objects.create(name="test.ear")
    results = []
    with transaction.atomic():
        Subscription.objects.select_for_update().get()
        in_thread(lambda: results.append(deliver_pending(now=NOW))).join(10)
    assert (results, heard) == ([0], [])


def test_one_failing_subscriber_does_not_hold_up_another():
    heard_by("test.deaf", failing={1})
    heard = heard_by("test.good")
    ring(1)
    deliver_pending(now=NOW)
    assert heard == [1]


def test_a_receiver_name_is_given_once():
    heard_by("test.same")
    with pytest.raises(ValueError, match=r"test\.same"):
        heard_by("test.same")


@pytest.mark.parametrize("statement", ["update events_event set kind = 'x'", "delete from events_event"])
def test_events_are_append_only(statement):
    ring(1)
    with pytest.raises(DatabaseError, match="append-only"), connection.cursor() as cursor:
        cursor.execute(statement)


def test_a_fact_is_restored_as_it_was_published():
    event = ring(7)
    event.refresh_from_db()
    assert services.restore(event, BellRung) == BellRung(
        subject_type="test.bell", subject_id=7, title="钟7", division_code="330825101200"
    )
