# SPDX-License-Identifier: Apache-2.0
"""Many at the same time: no number twice, no task escalated twice, one task for one alarm."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from tests import cast

from anshu.domain.alerts.events import AlarmRaised
from anshu.domain.grassroots.models import Task
from anshu.domain.grassroots.services import task_move, task_report, tasks_escalate
from anshu.kernel.audit.refusals import Refusal
from anshu.kernel.events.models import FailedDelivery
from anshu.kernel.events.services import deliver_pending, publish
from anshu.kernel.workflow.models import Step

pytestmark = pytest.mark.django_db(transaction=True)
NOW = cast.NOW


def together(*works):
    errors = []

    def run(work):
        try:
            work()
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return errors


def report(user):
    return task_report(
        actor=cast.viewer(user), now=NOW, kind="flood", title="渗水", text="", point=None, division_code="330825101200"
    )


def test_numbers_of_reports_made_together_are_unique_and_without_gaps():
    scene = cast.scene()
    assert together(*[lambda: [report(scene.village) for _ in range(3)] for _ in range(4)]) == []
    numbers = sorted(Task.objects.values_list("number", flat=True))
    assert numbers == [f"RW20260704-{n:04d}" for n in range(1, 13)]


def test_escalations_run_together_escalate_each_task_once():
    scene = cast.scene()
    for _ in range(6):
        report(scene.village)
    later = NOW + timedelta(days=30)
    assert together(*[lambda: tasks_escalate(now=later) for _ in range(4)]) == []
    while tasks_escalate(now=later):
        pass
    assert Step.objects.filter(transition="escalate").count() == 6


def test_of_two_who_accept_together_one_is_told_it_is_done():
    scene = cast.scene()
    task = report(scene.village)

    def accept(user):
        task_move(task=task, transition="accept", actor=cast.viewer(user), now=NOW, given={})

    errors = together(lambda: accept(scene.township), lambda: accept(scene.bureau))
    assert [error.code for error in errors if isinstance(error, Refusal)] == ["state"]
    assert Step.objects.filter(transition="accept").count() == 1


def test_two_workers_make_one_task_of_one_alarm():
    cast.scene()
    alarm = cast.alarm()
    publish(
        AlarmRaised(
            subject_type="alerts.alarm",
            subject_id=alarm.pk,
            title=alarm.title,
            division_code=alarm.division_code,
            sector_code=alarm.sector_code,
            level=3,
            value=41.2,
            threshold=41.0,
            thing_id=alarm.thing_id,
            thing_name=alarm.thing.name,
            lng=alarm.point.x,
            lat=alarm.point.y,
            at=NOW.isoformat(),
        ),
        now=NOW,
    )
    assert together(*[lambda: deliver_pending(now=NOW) for _ in range(3)]) == []
    assert (Task.objects.count(), FailedDelivery.objects.count()) == (1, 0)
