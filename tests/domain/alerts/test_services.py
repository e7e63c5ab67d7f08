# SPDX-License-Identifier: Apache-2.0
"""What people and the clock do with alarms and rules."""

from datetime import timedelta

import numpy as np
import pytest
from tests.cast.people import NOW
from tests.cast.scene import scene
from tests.cast.things import datastream, observed_property, rule, thing
from tests.domain.sensing.storing import Store

from anshu.domain.alerts.choices import Level
from anshu.domain.alerts.models import Alarm, RuleState
from anshu.domain.alerts.selectors import alarm_get, alarms_visible, open_counts
from anshu.domain.alerts.services import (
    alarm_acknowledge,
    alarm_assign,
    alarm_clear,
    alarm_comment,
    no_data_check,
    observations_judge,
    rule_save,
    rulebook_load,
)
from anshu.domain.sensing.models import Latest, Maintenance
from anshu.kernel.access.selectors import viewer_of
from anshu.kernel.access.viewer import Absent, Refusal
from anshu.kernel.audit.actor import platform
from anshu.kernel.audit.models import AuditEntry
from anshu.kernel.events.models import Event

pytestmark = pytest.mark.django_db
SETUP = platform("setup")


def judge(stream, *values, first_at=NOW - timedelta(hours=1)):
    """One value a minute through the rules."""
    moments = [first_at + timedelta(minutes=n) for n in range(len(values))]
    return observations_judge(
        book=rulebook_load(),
        datastream_id=np.full(len(values), stream.pk),
        at_us=np.array([round(at.timestamp() * 1e6) for at in moments]),
        value=np.array(values, dtype=float),
        now=NOW,
    )


@pytest.fixture
def stream():
    return datastream(thing())


@pytest.fixture
def alarm(stream):
    rule(stream)
    judge(stream, 42.5)
    return Alarm.objects.get()


@pytest.fixture
def people():
    return scene()


def kinds():
    return list(Event.objects.filter(kind__startswith="alarm").order_by("id").values_list("kind", flat=True))


def test_an_alarm_rises_and_falls_through_the_levels_in_one_batch(stream):
    rule(stream, hysteresis=0.5)
    assert judge(stream, 39.0, 40.0, 43.0, 42.6, 42.4, 39.6, 39.4) == 5
    assert kinds() == ["alarm.raised", "alarm.escalated", "alarm.eased", "alarm.eased", "alarm.cleared"]
    assert Alarm.objects.get().peak_level == Level.RED


def test_a_level_waits_for_its_duration_even_across_batches(stream):
    rule(stream, duration_s=300)
    assert judge(stream, 42.0, 42.0, 42.0) == 0
    assert RuleState.objects.get().beyond_since[3] is None
    assert judge(stream, 42.0, first_at=NOW - timedelta(minutes=54)) == 1
    assert Alarm.objects.get().raised_at == NOW - timedelta(minutes=54)


def test_a_rule_below_its_threshold_says_so(stream):
    rule(stream, direction="below", blue=5.0, yellow=4.0, orange=3.0, red=None)
    judge(stream, 3.5)
    assert "低于黄色阈值 4.00 m" in Alarm.objects.get().title


def test_no_alarm_outside_a_rules_time(stream):
    rule(stream, valid_until=NOW - timedelta(hours=2))
    assert judge(stream, 50.0) == 0


def test_acknowledging_is_recorded_once_with_who(alarm, people):
    duty = viewer_of(people.duty_officer, at=NOW)
    for _ in range(2):
        alarm_acknowledge(alarm=alarm, actor=duty, now=NOW, comment="已核实")
    alarm.refresh_from_db()
    assert alarm.acknowledged_by == people.duty_officer
    assert kinds() == ["alarm.raised", "alarm.acknowledged"]
    assert Event.objects.get(kind="alarm.acknowledged").payload["actor"] == duty.label
    assert AuditEntry.objects.get(action="alarm.acknowledged").actor_label == duty.label


def test_another_township_neither_sees_nor_touches_the_alarm(alarm, people):
    stranger = viewer_of(people.other_township, at=NOW)
    assert not alarms_visible(stranger).exists()
    assert open_counts(stranger) == {}
    with pytest.raises(Absent):
        alarm_get(stranger, alarm.pk)
    with pytest.raises(Absent):
        alarm_acknowledge(alarm=alarm, actor=stranger, now=NOW)


def test_clearing_by_hand_needs_a_reason_and_a_value_that_stays_raises_again(alarm, people, stream):
    duty = viewer_of(people.duty_officer, at=NOW)
    with pytest.raises(Refusal) as refused:
        alarm_clear(alarm=alarm, reason=" ", actor=duty, now=NOW)
    assert refused.value.fields.keys() == {"reason"}
    alarm_clear(alarm=alarm, reason="传感器检修", actor=duty, now=NOW)
    judge(stream, 42.5, first_at=NOW - timedelta(minutes=10))
    assert list(Alarm.objects.order_by("id").values_list("state", flat=True)) == ["cleared", "active"]


def test_assigning_and_commenting_are_kept(alarm, people):
    duty = viewer_of(people.duty_officer, at=NOW)
    alarm_assign(alarm=alarm, assignee=people.township, actor=duty, now=NOW)
    alarm_comment(alarm=alarm, text="请到现场", actor=duty, now=NOW)
    alarm.refresh_from_db()
    assert alarm.assignee == people.township
    assert alarm.comments.get().author == duty.label
    assert open_counts(duty) == {Level.ORANGE: 1}


def test_silence_raises_one_alarm_and_data_ends_it(stream):
    made = rule(stream, no_data_s=600)
    assert no_data_check(now=NOW) == 1
    assert no_data_check(now=NOW + timedelta(minutes=1)) == 0
    Latest.objects.create(datastream=stream, at=NOW, value=1.0, quality=0, received_at=NOW + timedelta(minutes=2))
    assert no_data_check(now=NOW + timedelta(minutes=3)) == 1
    alarm = Alarm.objects.get()
    assert (alarm.cause, alarm.state) == ("no_data", "cleared")
    assert no_data_check(now=NOW + timedelta(minutes=30)) == 1
    made.no_data_s = None
    made.save()
    assert no_data_check(now=NOW + timedelta(minutes=31)) == 1


def test_a_device_that_reports_through_a_long_maintenance_is_not_silent(stream):
    rule(stream, no_data_s=600)
    hour = timedelta(hours=1)
    Maintenance.objects.create(
        thing=stream.thing, since=NOW - 3 * hour, until=NOW + 3 * hour, reason="清洗", made_at=NOW - hour,
        made_by="甲", division_code=stream.thing.division_code, sector_code=stream.thing.sector_code,
    )  # fmt: skip
    Store(NOW)([(stream, NOW - timedelta(minutes=4), 40.0)], NOW)
    assert not Latest.objects.exists()
    assert no_data_check(now=NOW) == 0
    # It falls silent while people work on it: that is still told, from the last report on.
    assert no_data_check(now=NOW + timedelta(minutes=11)) == 1
    assert Alarm.objects.get().raised_at == NOW + timedelta(minutes=10)


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"yellow": 41.0, "orange": 40.0}, "orange"),
        ({"yellow": 41.0, "orange": 41.5, "hysteresis": 0.5}, "hysteresis"),
        ({"yellow": 41.0, "hysteresis": -1.0}, "hysteresis"),
        ({"yellow": 41000.0}, "yellow"),
        ({"yellow": float("nan")}, "yellow"),
        ({}, "yellow"),
        ({"yellow": 41.0, "unit": "cm"}, "unit"),
        ({"yellow": 41.0, "source": ""}, "source"),
        ({"yellow": 41.0, "no_data_s": 5}, "no_data_s"),
        ({"yellow": 41.0, "valid_until": NOW - timedelta(days=9)}, "valid_until"),
        ({"yellow": 41.0, "direction": "beside"}, "direction"),
    ],
)
def test_an_absurd_rule_is_refused_with_the_field(stream, fields, wrong):
    observed_property()
    with pytest.raises(Refusal) as refused:
        rule_save(actor=SETUP, now=NOW, datastream=stream, name="水位", **{"source": "防洪预案", **fields})
    assert wrong in refused.value.fields


def test_a_disabled_rule_ends_its_alarm(alarm):
    rule_save(rule=alarm.rule, enabled=False, reason="汛后停用", actor=SETUP, now=NOW)
    alarm.refresh_from_db()
    assert alarm.state == "cleared"


def test_a_township_may_not_change_thresholds(stream, people):
    with pytest.raises(Absent):
        rule_save(
            actor=viewer_of(people.township, at=NOW), now=NOW, datastream=stream, name="水位", source="x", yellow=41.0
        )
