# SPDX-License-Identifier: Apache-2.0
"""Quality control through the database: flags as values are stored, and flags that come later."""

import math
from datetime import timedelta

import numpy as np
import pytest
from tests.cast import NOW, account, datastream, observed_property, scene, thing, viewer
from tests.domain.sensing.storing import Store, flags

from anshu.domain.sensing.choices import Quality
from anshu.domain.sensing.models import (
    ClockState,
    Contact,
    Latest,
    Maintenance,
    Observation,
    PropertyPair,
    QualityLimit,
    Repeats,
    Revision,
)
from anshu.domain.sensing.rules import Check
from anshu.domain.sensing.selectors import registry_load, usable_values
from anshu.domain.sensing.services import (
    clocks_measure,
    latest_recover,
    maintenance_end,
    maintenance_open,
    maintenance_retire,
    observation_correct,
    observations_mark,
    properties_seed,
    revision_undo,
)
from anshu.kernel.access.viewer import Absent, Refusal
from anshu.kernel.audit.actor import platform
from anshu.kernel.audit.models import AuditEntry
from anshu.kernel.events.models import Event

SETUP = platform("setup")
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def level(db):
    return datastream(thing())


def limit(stream, **values):
    return QualityLimit.objects.create(
        observed_property=stream.observed_property, since=NOW - 400 * 24 * HOUR, source="test", **values
    )


def minutes(stream, values, since=NOW - HOUR):
    return [(stream, since + n * MINUTE, value) for n, value in enumerate(values)]


def qualities(stream):
    return list(Observation.objects.filter(datastream=stream).order_by("at").values_list("quality", flat=True))


# ---- as values are stored


def test_limits_of_the_device_go_before_the_models_and_the_propertys(level):
    limit(level, maximum=50.0, step_max=5.0)
    limit(level, thing=level.thing, maximum=60.0)
    limit(level, maximum=1.0, retired_at=NOW)
    Store(NOW)(minutes(level, [55.0, 57.0, 65.0]), NOW)
    assert flags(level) == [Check(0), Check(0), Check.RANGE]


def test_limits_hold_from_and_to_their_dates(level):
    turn = QualityLimit.objects.create(
        observed_property=level.observed_property, maximum=1.0, since=NOW + HOUR, until=NOW + 2 * HOUR, source="test"
    )
    assert registry_load(now=NOW).limits_until == turn.since
    assert registry_load(now=NOW + HOUR).limits.maximum[0] == 1.0
    assert registry_load(now=NOW + HOUR).limits_until == turn.until
    assert registry_load(now=NOW + 2 * HOUR).limits.maximum[0] == 9000.0


@pytest.mark.parametrize("cut", range(1, 10))
def test_what_stays_the_same_is_found_whenever_ingest_was_killed(level, cut):
    limit(level, flat_after_s=300)
    values = [1.0, 1.0, 2.0, 2.0, 2.0, 2.0, 2.0, 2.0, 2.0, 2.0]
    rows = minutes(level, values)
    store = Store(NOW)
    for row in rows[:cut]:
        # Killed before it wrote the latest value.
        store([row], NOW, latest=False)
    registry = registry_load(now=NOW)
    latest_recover(registry=registry, now=NOW)
    assert registry.last_since_us.tolist() == store.registry.last_since_us.tolist()
    after = Store(NOW)
    for row in rows[cut:]:
        after([row], NOW)
    assert flags(level) == [Check(0)] * 7 + [Check.FLAT] * 3


def test_a_value_out_of_order_does_not_change_what_is_recovered(level):
    store = Store(NOW)
    rows = minutes(level, [1.0, 9.0, 1.0])
    store([rows[0]], NOW, latest=False)
    store([rows[2]], NOW + MINUTE, latest=False)
    store([rows[1]], NOW + 2 * MINUTE, latest=False)
    registry = registry_load(now=NOW + 3 * MINUTE)
    latest_recover(registry=registry, now=NOW + 3 * MINUTE)
    assert registry.last_since_us.tolist() == store.registry.last_since_us.tolist()
    assert Latest.objects.get().same_since == rows[0][1]


def test_values_that_contradict_each_other_are_both_suspect_in_one_batch_or_two(db):
    station = thing()
    short, long = (datastream(station, observed_property(code, code, "mm")) for code in ("rain_5min", "rain_1h"))
    PropertyPair.objects.create(
        lesser=short.observed_property, greater=long.observed_property, tolerance=0.1, source="test"
    )
    store = Store(NOW)
    store([(short, NOW, 5.0), (long, NOW, 3.0), (short, NOW - HOUR, 3.1), (long, NOW - HOUR, 3.0)], NOW)
    store([(short, NOW + MINUTE, 5.0)], NOW + MINUTE)
    store([(long, NOW + MINUTE, 3.0)], NOW + MINUTE)
    assert flags(short) == flags(long) == [Check(0), Check.INCONSISTENT, Check.INCONSISTENT]
    assert qualities(short) == [Quality.GOOD, Quality.SUSPECT, Quality.SUSPECT]


def test_the_shipped_limits_and_relations_have_sources(db):
    properties_seed(actor=SETUP, now=NOW)
    assert QualityLimit.objects.count() > 15
    assert not QualityLimit.objects.filter(source="").exists()
    assert not PropertyPair.objects.filter(source="").exists()
    assert properties_seed(actor=SETUP, now=NOW) == 0


def test_the_same_again_is_counted_and_another_value_for_the_same_instant_is_shown(level):
    store = Store(NOW)
    store(minutes(level, [1.0, 2.0, math.nan]), NOW)
    store(minutes(level, [1.0, 2.5, math.nan]), NOW + MINUTE)
    seen = Repeats.objects.get()
    assert (seen.same, seen.different) == (2, 1)
    assert (seen.difference["stored"], seen.difference["sent"]) == (2.0, 2.5)
    assert Observation.objects.filter(value=2.0).exists()
    store([(level, NOW, 7.0), (level, NOW, 8.0)], NOW + MINUTE)
    assert Repeats.objects.get().different == 2
    assert Observation.objects.get(at=NOW).value == 7.0


def test_a_late_value_is_flagged_and_its_lag_is_there(level):
    Store(NOW)([(level, NOW - 5 * HOUR, 1.0)], NOW)
    row = Observation.objects.get()
    assert (Check(row.checks), row.received_at - row.at) == (Check.DELAYED, 5 * HOUR)


def test_a_clock_that_leads_is_measured_and_its_values_are_flagged(level):
    Contact.objects.create(thing=level.thing, heard_at=NOW)
    store = Store(NOW)
    for n in range(5):
        store([(level, NOW + n * MINUTE + timedelta(minutes=8), 1.0 + n)], NOW + n * MINUTE)
    assert set(flags(level)) == {Check.CLOCK}
    assert clocks_measure(now=NOW + 5 * MINUTE) == 1
    clock = ClockState.objects.get()
    assert clock.lag_s == pytest.approx(-480)
    assert clock.skewed_since == NOW + 5 * MINUTE


def test_suspect_values_can_be_left_to_people(level):
    limit(level, step_max=1.0, ignore_suspect=True)
    stored = Store(NOW)(minutes(level, [1.0, 9.0, 9.1]), NOW)
    assert flags(level)[1] == Check.STEP | Check.IGNORED
    assert stored.value.tolist() == [1.0, 9.1]
    since, until = (round(each.timestamp() * 1e6) for each in (NOW - HOUR, NOW))
    assert usable_values([(level.pk, since, until)])[2].tolist() == [1.0, 9.1]


# ---- maintenance


def window(stream, since=NOW, until=NOW + HOUR, **fields):
    fields = {"thing": stream.thing, "reason": "清洗雨量筒", "actor": SETUP, "now": NOW} | fields
    return maintenance_open(since=since, until=until, **fields)


def test_values_in_maintenance_are_kept_flagged_and_not_judged(level):
    window(level)
    stored = Store(NOW)(minutes(level, [1.0, 99.0, 1.1], since=NOW - MINUTE), NOW + 2 * MINUTE)
    assert flags(level) == [Check(0), Check.MAINTENANCE, Check.MAINTENANCE]
    assert stored.value.tolist() == [1.0]
    assert stored.newest.value.tolist() == [1.0]
    assert qualities(level)[1] == Quality.BAD


def test_a_window_of_a_place_and_kind_has_its_things_and_no_others(level):
    other = datastream(thing("RV009", division_code="330825102203", address="9"))
    window(level, thing=None, division_code="330825101000", kind="river")
    Store(NOW)([(level, NOW, 1.0), (other, NOW, 1.0)], NOW)
    assert (flags(level), flags(other)) == ([Check.MAINTENANCE], [Check(0)])


def test_a_window_written_down_afterwards_reaches_back_and_taking_it_back_tells_the_rules(level):
    Store(NOW)(minutes(level, [1.0, 2.0, 3.0]), NOW)
    late = window(level, since=NOW - HOUR + MINUTE, until=NOW)
    assert flags(level) == [Check(0), Check.MAINTENANCE, Check.MAINTENANCE]
    assert Latest.objects.get().value == 1.0
    maintenance_retire(maintenance=late, reason="记错了站", actor=SETUP, now=NOW)
    assert flags(level) == [Check(0)] * 3
    assert Latest.objects.get().value == 3.0
    assert Event.objects.filter(kind="values.restored").count() == 1


def test_a_window_can_end_early_and_what_comes_then_is_believed(level):
    open_window = window(level)
    Store(NOW)([(level, NOW + MINUTE, 1.0)], NOW + MINUTE)
    maintenance_end(maintenance=open_window, reason="提前完工", actor=SETUP, now=NOW + 10 * MINUTE)
    Store(NOW + 11 * MINUTE)([(level, NOW + 11 * MINUTE, 1.0)], NOW + 11 * MINUTE)
    assert flags(level) == [Check.MAINTENANCE, Check(0)]
    assert Maintenance.objects.get().ended_at == NOW + 10 * MINUTE
    assert AuditEntry.objects.filter(action="maintenance.ended").exists()


def test_a_window_needs_a_reason_and_an_end_and_is_not_written_down_long_after(level):
    for fields in ({"reason": " "}, {"until": NOW}, {"until": NOW + 40 * 24 * HOUR}, {"since": NOW - 10 * 24 * HOUR}):
        with pytest.raises(Refusal):
            window(level, **fields)


# ---- what people say


def test_a_correction_keeps_the_old_value_and_can_be_undone(level):
    Store(NOW)(minutes(level, [1.0, 2.0]), NOW)
    at = NOW - HOUR + MINUTE
    said = observation_correct(datastream=level, at=at, value=5.0, reason="人工校核", actor=SETUP, now=NOW)
    row = Observation.objects.get(at=at)
    assert (row.value, row.quality, Check(row.checks)) == (5.0, Quality.CORRECTED, Check.CORRECTED)
    assert (said.old_value, said.value) == (2.0, 5.0)
    assert Latest.objects.get().value == 5.0
    revision_undo(revision=said, reason="记错了", actor=SETUP, now=NOW)
    row = Observation.objects.get(at=at)
    assert (row.value, row.quality, row.checks) == (2.0, Quality.GOOD, 0)
    assert AuditEntry.objects.filter(action="revision.undone").exists()


def test_corrections_are_undone_newest_first(level):
    Store(NOW)(minutes(level, [1.0]), NOW)
    first, second = (
        observation_correct(datastream=level, at=NOW - HOUR, value=value, reason="x", actor=SETUP, now=NOW)
        for value in (5.0, 6.0)
    )
    with pytest.raises(Refusal):
        revision_undo(revision=first, reason="x", actor=SETUP, now=NOW)
    revision_undo(revision=second, reason="x", actor=SETUP, now=NOW)
    assert Observation.objects.get().value == 5.0


def test_the_newest_word_on_a_value_counts_and_taking_it_back_restores_the_one_before(level):
    Store(NOW)(minutes(level, [1.0, 99999.0, 3.0]), NOW)
    said = {"datastream": level, "until": NOW, "reason": "现场核实", "actor": SETUP, "now": NOW}
    bad = observations_mark(since=NOW - HOUR, verdict="bad", **said)
    assert qualities(level) == [Quality.BAD] * 3
    assert not Latest.objects.exists()
    trusted = observations_mark(since=NOW - HOUR + MINUTE, verdict="trusted", **said)
    assert flags(level) == [Check.MARKED, Check.RANGE | Check.TRUSTED, Check.TRUSTED]
    assert qualities(level) == [Quality.BAD, Quality.GOOD, Quality.GOOD]
    revision_undo(revision=trusted, reason="看错了", actor=SETUP, now=NOW)
    assert qualities(level) == [Quality.BAD] * 3
    revision_undo(revision=bad, reason="看错了", actor=SETUP, now=NOW)
    assert flags(level) == [Check(0), Check.RANGE, Check(0)]
    assert qualities(level) == [Quality.GOOD, Quality.BAD, Quality.GOOD]
    assert Latest.objects.get().value == 3.0


def test_who_may_not_run_devices_says_nothing_about_their_values(level):
    Store(NOW)(minutes(level, [1.0]), NOW)
    scene()
    stranger = viewer(account("gridworker"))
    with pytest.raises(Absent):
        observations_mark(
            datastream=level, since=NOW - HOUR, until=NOW, verdict="bad", reason="x", actor=stranger, now=NOW
        )
    assert not Revision.objects.exists()


def test_a_word_without_reason_or_values_is_refused(level):
    Store(NOW)(minutes(level, [1.0]), NOW)
    good = {"datastream": level, "since": NOW - HOUR, "until": NOW, "verdict": "bad", "reason": "x"}
    for wrong in ({"reason": ""}, {"since": NOW - MINUTE}, {"verdict": "doubted"}, {"until": NOW - 2 * HOUR}):
        with pytest.raises(Refusal):
            observations_mark(**(good | wrong), actor=SETUP, now=NOW)


def test_quality_in_the_database_is_what_the_rules_say(level):
    from django.db import connection

    from anshu.domain.sensing.rules import quality_of, quality_sql

    every = np.arange(1 << 14)
    with connection.cursor() as cursor:
        cursor.execute(f"select {quality_sql('n')} from generate_series(0, {len(every) - 1}) n order by n")
        assert [row[0] for row in cursor.fetchall()] == quality_of(every).tolist()
