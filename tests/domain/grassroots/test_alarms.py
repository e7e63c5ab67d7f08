# SPDX-License-Identifier: Apache-2.0
"""An alarm makes one task for the people who answer for the place, whatever happens on the way."""

from datetime import timedelta

import pytest
from tests import cast

from anshu.domain.alerts.events import AlarmCleared, AlarmEscalated, AlarmRaised
from anshu.domain.grassroots.models import Party, Task, TaskDeadline
from anshu.domain.grassroots.receivers import follow_alarm
from anshu.domain.grassroots.selectors import actions_for, history_of, tasks_mine
from anshu.domain.grassroots.services import tasks_escalate
from anshu.kernel.org.models import Tenure

NOW = cast.NOW


def fact(cls, alarm, **more):
    return cast.alarm_fact(alarm, cls, **more)


@pytest.fixture
def alarm(scene):
    return cast.alarm()


@pytest.fixture
def task(alarm):
    follow_alarm(fact(AlarmRaised, alarm), NOW)
    return Task.objects.get()


def test_an_alarm_is_given_to_the_villages_first_responsible(task, scene):
    assert (task.state, task.post, task.kind, task.origin) == ("assigned", scene.village_post, "flood", "alarm")
    assert list(Party.objects.values_list("post__title", "rung")) == [
        ("村主任", "doer"),
        ("副主任", "deputy"),
        ("镇长", "supervisor"),
    ]


def test_its_text_names_the_people_and_the_time(task):
    for part in ("新光村主任", "新光村副主任", "湖镇镇镇长", "07-04 15:05", "41.2"):
        assert part in task.text


@pytest.mark.parametrize(("level", "minutes"), [(1, 15), (2, 30), (3, 60), (4, 120)])
def test_the_level_sets_the_deadline(alarm, level, minutes):
    follow_alarm(fact(AlarmRaised, alarm, level=level), NOW)
    assert Task.objects.get().due_at == NOW + timedelta(minutes=minutes)


def test_deadlines_are_dated_data(alarm):
    TaskDeadline.objects.filter(origin="alarm").update(valid_until=NOW)
    TaskDeadline.objects.create(
        origin="alarm", kind="flood", level=3, period="45m", source="县防指〔2026〕1号", valid_from=NOW
    )
    follow_alarm(fact(AlarmRaised, alarm), NOW)
    assert Task.objects.get().due_at == NOW + timedelta(minutes=45)


def test_a_task_never_stays_without_a_deadline(alarm):
    TaskDeadline.objects.all().delete()
    follow_alarm(fact(AlarmRaised, alarm), NOW)
    assert Task.objects.get().due_at == NOW + timedelta(hours=24)


def test_an_alarm_told_twice_makes_one_task(task, alarm):
    follow_alarm(fact(AlarmRaised, alarm), NOW)
    assert Task.objects.count() == 1


def test_an_alarm_that_was_over_before_it_was_found_makes_no_task(alarm):
    follow_alarm(fact(AlarmRaised, alarm, late=True), NOW)
    assert Task.objects.count() == 0


def test_an_escalation_raises_the_same_task_once(task, alarm, scene):
    later = NOW + timedelta(minutes=5)
    for _ in range(2):
        follow_alarm(fact(AlarmEscalated, alarm, level=2), later)
    task = Task.objects.get()
    assert (task.level, task.due_at) == (2, later + timedelta(minutes=30))
    lines = history_of(cast.viewer(scene.township), task)
    assert [line.transition for line in lines] == ["raise", "level"]
    assert "值班员甲" in lines[-1].text
    assert Party.objects.get(rung="county").post == scene.county_post


def test_an_escalation_never_gives_more_time(task, alarm):
    late = NOW + timedelta(minutes=50)
    follow_alarm(fact(AlarmEscalated, alarm, level=2), late)
    assert Task.objects.get().due_at == task.due_at


def test_recovery_is_noted_once_and_the_task_stays_open(task, alarm, scene):
    for _ in range(2):
        follow_alarm(fact(AlarmCleared, alarm), NOW + timedelta(minutes=9))
    lines = history_of(cast.viewer(scene.village), task)
    assert [line.label for line in lines] == ["告警生成任务", "告警已恢复"]
    assert Task.objects.get().state == "assigned"


def test_an_escalation_after_closing_makes_a_new_task(task, alarm):
    Task.objects.filter(pk=task.pk).update(state="closed", closed_at=NOW)
    follow_alarm(fact(AlarmEscalated, alarm, level=1), NOW)
    assert Task.objects.filter(state="assigned", level=1).count() == 1


@pytest.mark.parametrize(
    ("empty", "title", "rung"),
    [
        (["新光村主任"], "副主任", "village"),
        (["新光村主任", "新光村副主任"], "镇长", "township"),
        (["新光村主任", "新光村副主任", "湖镇镇镇长"], "值班长", "county"),
    ],
)
def test_empty_seats_are_stood_in_for_and_the_text_says_so(alarm, empty, title, rung):
    Tenure.objects.filter(person__name__in=empty).update(until=NOW)
    follow_alarm(fact(AlarmRaised, alarm), NOW)
    task = Task.objects.get()
    assert (task.post.title, task.rung) == (title, rung)
    assert "空缺" in task.text


def test_with_nobody_in_any_seat_the_task_waits_to_be_accepted(alarm, scene):
    Tenure.objects.update(until=NOW)
    follow_alarm(fact(AlarmRaised, alarm), NOW)
    task = Task.objects.get()
    assert (task.state, task.post, task.rung) == ("reported", None, "county")
    assert "未配置" in task.text
    assert "accept" in [offer.code for offer in actions_for(cast.viewer(scene.bureau), task)]
    follow_alarm(fact(AlarmRaised, alarm), NOW)
    assert Task.objects.count() == 1


def test_the_called_people_find_it_among_their_own(task, scene):
    for user, mark in ((scene.village, "duty"), (scene.village_deputy, "duty"), (scene.township, "waiting")):
        assert [row.mine for row in tasks_mine(cast.viewer(user), NOW)] == [mark]
    assert not tasks_mine(cast.viewer(scene.other_township), NOW).exists()


def test_nothing_is_escalated_before_its_time(task):
    assert tasks_escalate(now=task.due_at) == 0


def test_an_overdue_task_climbs_village_township_county_and_stops(task, scene):
    rungs, now = [], task.due_at
    for _ in range(5):
        now += timedelta(seconds=1)
        while tasks_escalate(now=now):
            rungs.append(Task.objects.get().rung)
        now += timedelta(hours=1)
    assert rungs == ["township", "county", "county"]
    assert list(Party.objects.filter(rung="county").values_list("post__title", flat=True)) == ["值班长"]
    assert Task.objects.get().due_at == task.due_at


def test_a_task_is_escalated_once_for_one_deadline(task):
    now = task.due_at + timedelta(seconds=1)
    assert [tasks_escalate(now=now) for _ in range(3)] == [1, 0, 0]


def test_an_escalated_task_is_the_duty_of_the_rung_called_in(task, scene):
    tasks_escalate(now=task.due_at + timedelta(seconds=1))
    assert [row.mine for row in tasks_mine(cast.viewer(scene.township), NOW)] == ["duty"]


def test_an_ended_task_is_not_escalated(task):
    Task.objects.update(state="closed")
    assert tasks_escalate(now=task.due_at + timedelta(days=1)) == 0
