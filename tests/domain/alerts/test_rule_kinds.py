# SPDX-License-Identifier: Apache-2.0
"""Rules of every kind through the database: stored values, restarts, roll-backs, other workers."""

from datetime import time, timedelta

import numpy as np
import pytest
from django.db import transaction
from tests.cast.people import NOW
from tests.cast.scene import scene
from tests.cast.things import datastream, observed_property, rule, thing

from anshu.domain.alerts.models import Alarm
from anshu.domain.alerts.services import (
    observations_judge,
    resting_check,
    rule_dry_run,
    rule_save,
    rulebook_load,
)
from anshu.domain.sensing.choices import Quality
from anshu.domain.sensing.models import Observation
from anshu.kernel.access.selectors import viewer_of
from anshu.kernel.access.viewer import Absent, Refusal
from anshu.kernel.audit.actor import platform
from anshu.kernel.events.models import Event

pytestmark = pytest.mark.django_db
SETUP = platform("setup")
START = NOW - timedelta(hours=6)
RAIN = {"name": "5分钟降水量", "unit": "mm", "minimum": 0.0, "maximum": 60.0}
LEVELS = dict.fromkeys(("blue", "yellow", "orange", "red"))


@pytest.fixture
def rain():
    return datastream(thing(), observed_property("rain_5min", **RAIN))


def feed(book, *batch, at=START):
    """Store values and judge them, as ingest does; `batch` is (datastream, minutes after `at`, value)."""
    rows = sorted((stream.pk, at + timedelta(minutes=minutes), value) for stream, minutes, value in batch)
    Observation.objects.bulk_create(
        Observation(datastream_id=pk, at=when, value=value, received_at=when) for pk, when, value in rows
    )
    return observations_judge(
        book=book,
        datastream_id=np.array([row[0] for row in rows]),
        at_us=np.array([round(row[1].timestamp() * 1e6) for row in rows]),
        value=np.array([row[2] for row in rows], dtype=float),
        now=NOW,
    )


def summing(stream, **fields):
    return rule(
        stream,
        **{**LEVELS, "kind": "sum", "window_s": 3600, "blue": 30.0, "orange": 50.0, "hysteresis": 0.0, **fields},
    )


def kinds():
    return list(Event.objects.filter(kind__startswith="alarm").order_by("id").values_list("kind", flat=True))


def test_rain_adds_up_over_the_window_and_says_so(rain):
    summing(rain)
    feed(rulebook_load(), *[(rain, 5 * n, 5.0) for n in range(1, 11)])
    assert Alarm.objects.get().title == "后陈河道水位站 5分钟降水量近1小时累计 50.0 mm 超橙色阈值 50.0 mm(研判)"


def test_a_restart_between_any_two_values_changes_nothing(rain):
    summing(rain)
    for n in range(1, 13):
        feed(rulebook_load(), (rain, 5 * n, 5.0))
    feed(rulebook_load(), (rain, 120, 0.0))
    assert kinds() == ["alarm.raised", "alarm.escalated", "alarm.cleared"]


def test_a_batch_that_was_rolled_back_leaves_no_rain_in_the_window(rain):
    summing(rain)
    book = rulebook_load()
    feed(book, (rain, 5, 5.0))
    with transaction.atomic():
        feed(book, (rain, 10, 28.0))
        transaction.set_rollback(True)
    feed(book, (rain, 15, 5.0))
    assert not Alarm.objects.exists()


@pytest.mark.parametrize("kind", ["sum", "count", "formula"])
def test_a_value_corrected_by_hand_counts_as_corrected_from_then_on(rain, kind):
    other = datastream(thing("RV002"), rain.observed_property)
    fields = {
        "sum": {"window_s": 3600, "orange": 50.0},
        "count": {"member_ids": [other.pk], "member_threshold": 45.0, "age_s": 3600, "orange": 2.0},
        "formula": {"formula": "rain_5min + rain_10min", "age_s": 3600, "orange": 50.0},
    }[kind]
    second = datastream(rain.thing, observed_property("rain_10min", **RAIN)) if kind == "formula" else other
    rule(rain, **{**LEVELS, "kind": kind, "hysteresis": 0.0, **fields})
    book = rulebook_load()
    wrong = rain if kind == "sum" else second
    feed(book, (wrong, 5, 49.0))
    Observation.objects.filter(datastream=wrong).update(value=0.5, quality=Quality.CORRECTED)
    feed(book, (rain, 10, 48.0))
    assert not Alarm.objects.exists()


def test_two_workers_that_judge_the_same_rule_in_turn_agree(rain):
    summing(rain)
    one, other = rulebook_load(), rulebook_load()
    for n in range(1, 11):
        feed(one if n % 2 else other, (rain, 5 * n, 5.0))
    assert Alarm.objects.get().value == 50.0


def test_a_new_book_inherits_windows_without_reading_them_again(rain, django_assert_num_queries):
    summing(rain)
    book = rulebook_load()
    feed(book, (rain, 5, 5.0))
    book = rulebook_load(book)
    with django_assert_num_queries(3):
        feed(book, (rain, 10, 5.0))


def test_observations_that_no_rule_reads_cost_no_query(rain, django_assert_num_queries):
    summing(rain)
    book = rulebook_load()
    with django_assert_num_queries(0):
        observations_judge(
            book=book,
            datastream_id=np.arange(rain.pk + 1, rain.pk + 2000),
            at_us=np.zeros(1999, dtype=np.int64),
            value=np.ones(1999),
            now=NOW,
        )


def test_late_rain_found_in_a_past_window_is_an_alarm_found_late(rain):
    summing(rain)
    book = rulebook_load()
    feed(book, (rain, 5, 20.0), (rain, 240, 0.0))
    feed(book, (rain, 10, 15.0))
    alarm = Alarm.objects.get()
    assert (alarm.late, alarm.state, alarm.value) == (True, "cleared", 35.0)
    assert alarm.raised_at == START + timedelta(minutes=10)


def test_late_rain_within_the_present_window_raises_a_living_alarm(rain):
    summing(rain)
    book = rulebook_load()
    feed(book, (rain, 5, 20.0), (rain, 15, 0.0))
    feed(book, (rain, 10, 15.0))
    alarm = Alarm.objects.get()
    assert (alarm.state, alarm.raised_at) == ("active", START + timedelta(minutes=15))
    assert set(alarm.history.values_list("at", flat=True)) == {START + timedelta(minutes=n) for n in (10, 15)}


def test_a_fast_rise_is_a_change_per_window():
    stream = datastream(thing())
    rule(stream, **{**LEVELS, "kind": "rate", "window_s": 3600, "yellow": 0.3, "hysteresis": 0.0})
    feed(rulebook_load(), (stream, 0, 45.02), (stream, 30, 45.2), (stream, 60, 45.32))
    assert "水位1小时变化 0.30 m 超黄色阈值 0.30 m" in Alarm.objects.get().title


def test_three_of_five_stations_raise_one_alarm():
    streams = [datastream(thing(f"RV00{n}", f"站{n}")) for n in range(1, 6)]
    fields = {"kind": "count", "age_s": 600, "member_threshold": 40.0, "member_ids": [s.pk for s in streams[1:]]}
    rule(streams[0], **{**LEVELS, **fields, "name": "安溪水位群", "orange": 3.0, "hysteresis": 0.0})
    book = rulebook_load()
    feed(book, *[(stream, 0, 41.0) for stream in streams[3:]], (streams[0], 1, 39.0))
    assert not Alarm.objects.exists()
    feed(book, (streams[1], 2, 41.0))
    assert Alarm.objects.get().title == "安溪水位群 水位超限个数 3/5 个 超橙色阈值 3 个(研判)"
    feed(book, (streams[0], 11, 39.0))
    assert Alarm.objects.get().state == "cleared"


def test_a_formula_reads_several_properties_of_one_thing():
    here = thing()
    up = datastream(here, observed_property("water_level_upstream", "上游水位"))
    down = datastream(here, observed_property("water_level_downstream", "下游水位"))
    made = rule_save(
        actor=SETUP,
        now=START,
        datastream=up,
        name="闸前后水位差",
        kind="formula",
        formula="abs(water_level_upstream - water_level_downstream)",
        age_s=900,
        red=2.0,
        source="闸门调度规程",
    )
    assert made.unit == "m"
    feed(rulebook_load(), (up, 0, 45.0), (down, 5, 42.5))
    assert "闸前后水位差 2.5 m 超红色阈值 2 m" in Alarm.objects.get().title


def test_outside_its_hours_a_rule_ends_its_alarm_and_says_why():
    stream = datastream(thing())
    rule(stream, day_from=time(8), day_until=time(20))
    ten = START.replace(hour=2, minute=0, second=0, microsecond=0)
    feed(rulebook_load(), (stream, 0, 45.0), (stream, 60 * 11, 45.0), (stream, 60 * 12, 45.0), at=ten)
    assert kinds() == ["alarm.raised", "alarm.cleared"]
    assert Alarm.objects.get().cleared_at == ten + timedelta(hours=11)


def test_the_clock_ends_an_alarm_when_its_season_is_over():
    stream = datastream(thing())
    made = rule(stream)
    feed(rulebook_load(), (stream, 0, 45.0))
    assert resting_check(now=NOW) == 0
    made.season_from = made.season_until = "02-29"
    made.save()
    assert resting_check(now=NOW) == 1
    assert Alarm.objects.get().state == "cleared"


def save(stream, **fields):
    return rule_save(
        actor=SETUP, now=NOW, datastream=stream, **{"name": "降雨", "source": "预案", "yellow": 50.0, **fields}
    )


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"kind": "sum"}, "window_s"),
        ({"kind": "sum", "window_s": 200_000_000}, "window_s"),
        ({"kind": "sum", "window_s": 3600, "unit": "m"}, "unit"),
        ({"kind": "sum", "window_s": 3600, "yellow": -1.0}, "yellow"),
        ({"kind": "rate", "window_s": 3600, "yellow": 61.0}, "yellow"),
        ({"kind": "rate", "window_s": 1}, "window_s"),
        ({"kind": "count", "age_s": 600, "member_threshold": 5.0, "yellow": 1.0}, "member_ids"),
        ({"kind": "count", "age_s": 600, "member_threshold": 99.0, "yellow": 1.0}, "member_threshold"),
        ({"kind": "count", "age_s": 600, "member_threshold": 5.0, "member_ids": [987654], "yellow": 1.0}, "member_ids"),
        ({"kind": "formula", "age_s": 600, "formula": "rain_5min +"}, "formula"),
        ({"kind": "formula", "age_s": 600, "formula": "rain_5min + snow"}, "formula"),
        ({"kind": "formula", "age_s": 600, "formula": "rain_5min + water_level"}, "formula"),
        ({"kind": "formula", "age_s": 600, "formula": "(" * 150 + "rain_5min" + ")" * 150}, "formula"),
        ({"kind": "formula", "age_s": 600, "formula": "__import__('os')"}, "formula"),
        ({"kind": "formula", "formula": "rain_5min * 2"}, "age_s"),
        ({"kind": "magic"}, "kind"),
        ({"day_from": time(8)}, "day_until"),
        ({"season_from": "04-15", "season_until": "13-01"}, "season_until"),
    ],
)
def test_a_rule_that_cannot_be_is_refused_with_the_field(rain, fields, wrong):
    datastream(rain.thing)
    with pytest.raises(Refusal) as refused:
        save(rain, **fields)
    assert wrong in refused.value.fields


def test_hourly_amounts_sent_every_five_minutes_are_not_added_twice():
    hourly = datastream(thing(), observed_property("rain_1h", "1小时降水量", "mm", minimum=0.0, maximum=300.0))
    with pytest.raises(Refusal) as refused:
        save(hourly, kind="sum", window_s=7200)
    assert "重复" in refused.value.fields["datastream"]


def test_what_a_kind_has_no_use_for_is_emptied(rain):
    made = save(rain, kind="sum", window_s=3600, age_s=600, formula="rain_5min")
    assert (made.age_s, made.formula, made.unit) == (None, "", "mm")


def test_a_rule_that_measures_something_else_ends_its_alarm(rain):
    made = summing(rain)
    feed(rulebook_load(), (rain, 5, 35.0))
    rule_save(rule=made, kind="value", actor=SETUP, now=NOW, reason="改判据")
    assert Alarm.objects.get().state == "cleared"


def test_a_dry_run_shows_what_a_changed_rule_would_have_raised(rain):
    made = summing(rain)
    feed(rulebook_load(), *[(rain, 5 * n, 6.0) for n in range(1, 8)], (rain, 200, 0.0))
    before = Event.objects.count()
    found = rule_dry_run(
        viewer=SETUP, rule=made, since=START, until=NOW, blue=None, orange=40.0, hysteresis=0.0, window_s=3600
    )
    assert [(each.peak.name, each.value) for each in found.draft] == [("ORANGE", 42.0)]
    assert [(each.peak.name, each.value) for each in found.present] == [("BLUE", 30.0)]
    assert (found.draft_known, found.present_kept, found.judged, found.moments) == (1, 1, 8, 8)
    assert Event.objects.count() == before
    made.refresh_from_db()
    assert made.orange == 50.0


def test_a_dry_run_over_unchanged_history_repeats_the_alarms_exactly(rain):
    made = summing(rain, red=60.0)
    random = np.random.default_rng(5)
    amounts = [(rain, 5 * n, round(float(amount), 1)) for n, amount in enumerate(random.gamma(0.6, 7.0, 70))]
    book = rulebook_load()
    for first in range(0, 70, 7):
        feed(book, *amounts[first : first + 7])
    found = rule_dry_run(viewer=SETUP, rule=made, since=START, until=NOW + timedelta(days=1))
    assert [(each.since, each.until, each.peak) for each in found.draft] == [
        (each.since, each.until, each.peak) for each in found.present
    ]
    assert found.draft


def test_a_dry_run_over_too_long_a_time_is_refused_in_words(rain):
    with pytest.raises(Refusal) as refused:
        rule_dry_run(viewer=SETUP, rule=summing(rain), since=NOW - timedelta(days=400), until=NOW)
    assert "366" in refused.value.fields["since"]


def test_a_township_may_not_try_thresholds_that_it_may_not_set(rain):
    with pytest.raises(Absent):
        rule_dry_run(
            viewer=viewer_of(scene().township, at=NOW), rule=summing(rain), since=START, until=NOW, orange=45.0
        )
