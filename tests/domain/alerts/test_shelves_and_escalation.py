# SPDX-License-Identifier: Apache-2.0
"""Alarms put aside, alarms that nobody answers, and devices that flood."""

from datetime import timedelta

import numpy as np
import pytest
from tests.cast.people import NOW
from tests.cast.scene import scene
from tests.cast.things import datastream, rule, thing

from anshu.domain.alerts.choices import AlarmState, Cause, Level
from anshu.domain.alerts.models import Alarm, Escalation, EscalationStep, Shelf
from anshu.domain.alerts.selectors import open_counts
from anshu.domain.alerts.services import (
    alarm_acknowledge,
    alarm_clear,
    alarm_shelve,
    alarm_unshelve,
    alarms_escalate,
    floods_check,
    observations_judge,
    rulebook_load,
    shelves_end,
    step_retire,
    step_save,
    steps_seed,
)
from anshu.domain.sensing.models import Flood
from anshu.kernel.access.selectors import viewer_of
from anshu.kernel.access.viewer import Absent, Refusal
from anshu.kernel.audit.actor import platform
from anshu.kernel.audit.models import AuditEntry
from anshu.kernel.events.models import Event

pytestmark = pytest.mark.django_db
SETUP = platform("setup")
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def judge(stream, value, at=NOW):
    observations_judge(
        book=rulebook_load(),
        datastream_id=np.array([stream.pk]),
        at_us=np.array([round(at.timestamp() * 1e6)]),
        value=np.array([float(value)]),
        now=at,
    )


@pytest.fixture
def stream():
    made = datastream(thing())
    rule(made)
    return made


@pytest.fixture
def alarm(stream):
    steps_seed(actor=SETUP, now=NOW)
    judge(stream, 42.5)
    return Alarm.objects.get()


def shelve(alarm, hours=1.0, **more):
    return alarm_shelve(
        **{"alarm": alarm, "until": NOW + hours * HOUR, "reason": "仪器检修", "actor": SETUP, "now": NOW} | more
    )


def kinds():
    return list(Event.objects.filter(kind__startswith="alarm").order_by("id").values_list("kind", flat=True))


def test_a_shelved_alarm_does_not_count_until_its_time_is_over(alarm):
    viewer = viewer_of(scene().duty_officer, at=NOW)
    assert sum(open_counts(viewer).values()) == 1
    shelve(alarm)
    assert sum(open_counts(viewer).values()) == 0
    assert shelves_end(now=NOW + 59 * MINUTE) == 0
    assert shelves_end(now=NOW + 61 * MINUTE) == 1
    alarm.refresh_from_db()
    assert (alarm.shelved_until, alarm.state) == (None, AlarmState.ACTIVE)
    assert sum(open_counts(viewer).values()) == 1
    assert kinds() == ["alarm.raised", "alarm.shelved", "alarm.unshelved"]
    # Its escalation begins again, for nobody has answered it.
    assert alarm.escalate_at is not None


def test_what_ends_and_comes_again_meanwhile_is_still_on_the_shelf(alarm, stream):
    shelve(alarm)
    judge(stream, 30, NOW + MINUTE)
    judge(stream, 42.6, NOW + 2 * MINUTE)
    again = Alarm.objects.get(state=AlarmState.ACTIVE)
    assert again.pk != alarm.pk
    assert again.shelved_until == NOW + HOUR
    assert again.escalate_at is None


def test_a_worse_level_breaks_the_shelf(alarm, stream):
    levels = rule_levels(alarm)
    shelve(alarm)
    judge(stream, levels["red"] + 1, NOW + MINUTE)
    alarm.refresh_from_db()
    assert (alarm.level, alarm.shelved_until) == (Level.RED, None)
    shelf = Shelf.objects.get()
    assert shelf.ended_at == NOW + MINUTE
    assert kinds()[-2:] == ["alarm.unshelved", "alarm.escalated"]


def rule_levels(alarm):
    return {name: getattr(alarm.rule, name) for name in ("yellow", "orange", "red")}


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"reason": "  "}, "reason"),
        ({"until": NOW}, "hours"),
        ({"until": NOW + timedelta(days=30)}, "hours"),
    ],
)
def test_a_shelf_needs_a_reason_and_an_end(alarm, more, field):
    with pytest.raises(Refusal) as refused:
        shelve(alarm, **more)
    assert field in refused.value.fields
    assert not Shelf.objects.exists()


def test_putting_it_on_again_replaces_the_shelf_and_taking_it_back_is_noted(alarm):
    shelve(alarm)
    shelve(alarm, hours=0.5, reason="再半小时")
    assert Shelf.objects.filter(ended_at=None).get().reason == "再半小时"
    alarm_unshelve(alarm=alarm, actor=SETUP, now=NOW)
    assert not Shelf.objects.filter(ended_at=None).exists()
    alarm_unshelve(alarm=alarm, actor=SETUP, now=NOW)
    assert AuditEntry.objects.filter(action="alarm.unshelved").count() == 1
    alarm_clear(alarm=alarm, reason="误报", actor=SETUP, now=NOW)
    with pytest.raises(Refusal):
        shelve(alarm)


def test_another_township_can_put_nothing_aside(alarm):
    viewer = viewer_of(scene().other_township, at=NOW)
    with pytest.raises(Absent):
        shelve(alarm, actor=viewer)


def test_nobody_answers_so_that_step_after_step_is_called_in(alarm):
    EscalationStep.objects.all().delete()
    for minutes, rung in ((5, "township"), (15, "county")):
        step_save(actor=SETUP, now=NOW, level=alarm.level, after_minutes=minutes, rung=rung, source="试")
    Alarm.objects.update(escalate_at=NOW + 5 * MINUTE)
    assert alarms_escalate(now=NOW + 4 * MINUTE) == 0
    assert alarms_escalate(now=NOW + 5 * MINUTE) == 1
    assert alarms_escalate(now=NOW + 5 * MINUTE) == 0
    assert alarms_escalate(now=NOW + 15 * MINUTE) == 1
    assert alarms_escalate(now=NOW + 60 * MINUTE) == 0
    assert list(Escalation.objects.values_list("number", "rung")) == [(1, "township"), (2, "county")]
    assert kinds() == ["alarm.raised", "alarm.overdue", "alarm.overdue"]


def test_whoever_acknowledges_ends_the_escalation(alarm):
    assert alarm.escalate_at is not None
    alarm_acknowledge(alarm=alarm, actor=SETUP, now=NOW)
    assert alarms_escalate(now=NOW + 24 * HOUR) == 0
    assert not Escalation.objects.exists()


def test_a_worse_level_hurries_the_escalation(alarm, stream):
    before = alarm.escalate_at
    judge(stream, rule_levels(alarm)["red"] + 1, NOW + MINUTE)
    alarm.refresh_from_db()
    assert alarm.escalate_at < before


def test_steps_are_kept_with_a_reason_by_those_who_keep_rules(alarm):
    step = EscalationStep.objects.first()
    with pytest.raises(Refusal):
        step_retire(step=step, reason=" ", actor=SETUP, now=NOW)
    step_retire(step=step, reason="改制度", actor=SETUP, now=NOW)
    with pytest.raises(Refusal):
        step_save(step=step, actor=SETUP, now=NOW, after_minutes=9)
    with pytest.raises(Refusal):
        step_save(actor=SETUP, now=NOW, level=2, after_minutes=0, rung="county", source="x")
    assert steps_seed(actor=SETUP, now=NOW) == 0


def test_a_flooding_device_raises_one_alarm_about_itself_until_it_is_quiet(stream):
    flood = Flood.objects.create(thing=stream.thing, since=NOW, last_at=NOW)
    assert [floods_check(now=NOW + n * MINUTE) for n in (1, 2)] == [1, 0]
    alarm = Alarm.objects.get()
    assert (alarm.cause, alarm.rule, alarm.thing, alarm.unit_of_value) == (Cause.FLOOD, None, stream.thing, "")
    Flood.objects.filter(pk=flood.pk).update(last_at=NOW + 3 * MINUTE)
    assert floods_check(now=NOW + 7 * MINUTE) == 0
    assert floods_check(now=NOW + 9 * MINUTE) == 1
    alarm.refresh_from_db()
    assert alarm.state == AlarmState.CLEARED


def test_the_alarm_of_a_flood_can_be_cleared_by_hand(stream):
    Flood.objects.create(thing=stream.thing, since=NOW, last_at=NOW)
    floods_check(now=NOW)
    alarm_clear(alarm=Alarm.objects.get(), reason="已联系厂家", actor=SETUP, now=NOW)
    assert Alarm.objects.get().state == AlarmState.CLEARED


def test_the_pages_shelve_an_alarm_and_keep_the_steps(client, alarm):
    people = scene()
    client.force_login(people.duty_officer)
    act = f"/r/alarms/{alarm.pk}/do/shelved/"
    assert client.post(act, {"reason": "检修", "hours": "999"}).status_code == 422
    assert client.post(act, {"reason": "", "hours": "1"}).status_code == 422
    assert client.post(act, {"reason": "检修", "hours": "0.5"}).status_code == 302
    alarm.refresh_from_db()
    assert alarm.shelved_until is not None
    assert client.get("/r/alarms/?tab=shelved").content.decode().count(alarm.title) >= 1
    assert client.get(f"/alarms/{alarm.pk}/").status_code == 200
    step = EscalationStep.objects.first()
    assert client.get(f"/r/escalation-steps/{step.pk}/").status_code == 200
    typed = {"level": 1, "after_minutes": 0, "rung": "county", "source": "试", "reason": "试"}
    client.force_login(people.system_administrator)
    assert client.post("/r/escalation-steps/new/", typed).status_code == 422
    assert client.post("/r/escalation-steps/new/", typed | {"after_minutes": 30}).status_code == 302
    assert EscalationStep.objects.filter(level=1, after_minutes=30).exists()
