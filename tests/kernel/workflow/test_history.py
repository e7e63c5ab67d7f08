# SPDX-License-Identifier: Apache-2.0
"""Steps are kept in order, audited, and never changed; numbers have no gaps and no doubles."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from tests import cast

from anshu.kernel.audit.actor import platform
from anshu.kernel.audit.models import AuditEntry
from anshu.kernel.workflow.models import Step
from anshu.kernel.workflow.numbers import number_next
from anshu.kernel.workflow.selectors import steps_of, steps_of_many
from anshu.kernel.workflow.services import step_record


def step(subject, transition="shut"):
    return step_record(
        subject=subject,
        actor=platform("test"),
        now=cast.NOW,
        transition=transition,
        source="open",
        target="shut",
        reason="夜里",
    )


@pytest.mark.django_db
def test_a_step_is_in_the_history_and_in_the_audit_log():
    village = cast.village()
    step(village)
    assert [(s.transition, s.target, s.reason) for s in steps_of(village)] == [("shut", "shut", "夜里")]
    assert AuditEntry.objects.get().action == "division.shut"


@pytest.mark.django_db
def test_the_steps_of_many_come_in_one_query(django_assert_num_queries):
    villages = [cast.village(code) for code in cast.VILLAGES]
    for village in villages:
        step(village)
    with django_assert_num_queries(1):
        found = list(steps_of_many(type(villages[0]), [v.pk for v in villages[:2]]))
    assert len(found) == 2


@pytest.mark.django_db
@pytest.mark.parametrize("write", [lambda: Step.objects.update(reason="x"), lambda: Step.objects.all().delete()])
def test_steps_are_append_only(write):
    step(cast.village())
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        write()


@pytest.mark.django_db
def test_numbers_run_within_the_countys_own_day():
    late = datetime(2026, 7, 4, 15, 59, tzinfo=UTC)
    assert number_next("RW", now=late, width=4) == "RW20260704-0001"
    assert number_next("RW", now=late, width=4) == "RW20260704-0002"
    assert number_next("SJ", now=late, width=2) == "SJ20260704-01"
    assert number_next("RW", now=late + timedelta(minutes=1), width=4) == "RW20260705-0001"


@pytest.mark.django_db(transaction=True)
def test_numbers_taken_at_the_same_time_are_neither_doubled_nor_skipped():
    taken = []

    def take():
        try:
            for _ in range(10):
                with transaction.atomic():
                    taken.append(number_next("RW", now=cast.NOW, width=4))
        finally:
            connection.close()

    threads = [threading.Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(taken) == [f"RW20260704-{n:04d}" for n in range(1, 41)]


@pytest.mark.django_db(transaction=True)
def test_the_number_of_a_rolled_back_matter_is_given_out_again():
    with transaction.atomic():
        number_next("RW", now=cast.NOW, width=4)
        transaction.set_rollback(True)
    assert number_next("RW", now=cast.NOW, width=4) == "RW20260704-0001"
