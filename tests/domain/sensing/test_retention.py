# SPDX-License-Identifier: Apache-2.0
"""What is old goes by policy, and only when its hours are kept."""

from datetime import datetime, timedelta

import pytest
from django.db import connection
from tests.cast import datastream, observed_property, thing
from tests.cast import scene as scene_of
from tests.cast import viewer as viewer_of
from tests.domain.sensing.test_aggregates import store, told

from anshu.domain.sensing.choices import Way
from anshu.domain.sensing.models import Exchange, Observation, Purge, RetentionPolicy
from anshu.domain.sensing.selectors.history import Step, step_for
from anshu.domain.sensing.services.aggregating import aggregates_close
from anshu.domain.sensing.services.retention import (
    exchanges_clear,
    policy_create,
    policy_retire,
    retention_plan,
    retention_preview,
    retention_run,
)
from anshu.kernel.access.viewer import Absent, Refusal
from anshu.kernel.audit.actor import platform
from anshu.kernel.audit.models import AuditEntry
from anshu.wire.base import CHINA

NOW = datetime(2026, 7, 20, 8, tzinfo=CHINA)
OLD = datetime(2023, 5, 10, 8, tzinfo=CHINA)
CLERK = platform("retention")
MAY = OLD.replace(day=1)
JUNE = OLD.replace(month=6, day=3)


@pytest.fixture
def levels(db):
    return datastream(thing())


@pytest.fixture
def rain(levels):
    return datastream(levels.thing, observed_property("rain_1h", "1小时降水量", "mm"))


def policy(raw, minutes=None, prop=None):
    values = {"name": "策略", "observed_property": prop, "raw_months": raw, "minute_months": minutes or raw}
    return policy_create(actor=CLERK, now=NOW, reason="县档案馆要求", **values)


def minutely(stream, at=OLD, number=30):
    """Half an hour of minutes, each a multiple of a quarter."""
    store([(stream, at + timedelta(minutes=n), n / 4) for n in range(number)], NOW)


def hours(stream):
    return told(stream, MAY, JUNE, Step.HOUR)


@pytest.fixture
def three_years(db):
    """The policy that most of these claims are about."""
    policy(36)


def test_without_a_policy_nothing_ever_goes(levels):
    minutely(levels)
    aggregates_close(now=NOW)
    assert retention_run(actor=CLERK, now=NOW) == []
    assert Observation.objects.count() == 30


def test_raw_rows_go_after_36_months_and_hours_and_days_stay(levels, three_years):
    minutely(levels)
    aggregates_close(now=NOW)
    before = hours(levels), told(levels, MAY, JUNE, Step.DAY)
    done = retention_run(actor=CLERK, now=NOW)
    assert [(each.table, each.rows, each.blocked) for each in done] == [("sensing_observation_202305", 30, "")]
    assert not Observation.objects.exists()
    assert (hours(levels), told(levels, MAY, JUNE, Step.DAY)) == before
    assert AuditEntry.objects.filter(action="observations.purged", changes__rows=30).exists()
    assert step_for([levels], MAY, JUNE) in {Step.HOUR, Step.MINUTE}


def test_a_plan_takes_nothing_away(levels, three_years):
    minutely(levels)
    aggregates_close(now=NOW)
    [due] = retention_plan(now=NOW)
    assert (due.rows, due.property_ids, due.blocked) == (30, None, "")
    assert Observation.objects.count() == 30
    assert not Purge.objects.exists()


def test_a_preview_counts_months_rows_and_bytes_and_writes_nothing(levels, rain):
    for stream in (levels, rain):
        minutely(stream)
    aggregates_close(now=NOW)
    draft = RetentionPolicy(name="策略", observed_property=rain.observed_property, raw_months=36, minute_months=60)
    [due] = retention_preview(draft=draft, now=NOW)
    assert (due.table, due.rows, due.blocked) == ("sensing_observation_202305", 30, "")
    [whole] = retention_preview(draft=RetentionPolicy(raw_months=36, minute_months=60), now=NOW)
    assert whole.rows == 60
    assert whole.size == 2 * due.size > 0
    assert retention_preview(draft=RetentionPolicy(raw_months=120, minute_months=120), now=NOW) == []
    assert retention_plan(now=NOW) == []
    assert Observation.objects.count() == 60


def test_a_month_that_is_not_closed_stays(levels, three_years):
    minutely(levels)
    [due] = retention_run(actor=CLERK, now=NOW)
    assert due.blocked
    assert Observation.objects.count() == 30


def test_a_month_with_a_late_row_waits_for_it(levels, three_years):
    minutely(levels)
    aggregates_close(now=NOW)
    store([(levels, OLD + timedelta(hours=5), 9.0)], NOW)
    assert retention_run(actor=CLERK, now=NOW)[0].blocked
    aggregates_close(now=NOW)
    assert not retention_run(actor=CLERK, now=NOW)[0].blocked


def test_a_month_whose_aggregates_miss_rows_stays(levels, three_years):
    minutely(levels)
    aggregates_close(now=NOW)
    # Somebody writes behind the platform's back.
    Observation.objects.create(datastream=levels, at=OLD.replace(day=12), value=1, received_at=NOW)
    assert "1" in retention_run(actor=CLERK, now=NOW)[0].blocked
    assert Observation.objects.count() == 31


def test_minutes_that_stay_longer_are_written_before_raw_rows_go(levels):
    policy(36, 60)
    minutely(levels)
    aggregates_close(now=NOW)
    before = told(levels, OLD, OLD + timedelta(hours=1), Step.MINUTE)
    retention_run(actor=CLERK, now=NOW)
    assert not Observation.objects.exists()
    assert told(levels, OLD, OLD + timedelta(hours=1), Step.MINUTE) == before
    retention_run(actor=CLERK, now=NOW + timedelta(days=800))
    assert told(levels, OLD, OLD + timedelta(hours=1), Step.MINUTE) == []
    assert len(hours(levels)) == 1


def test_one_property_may_go_earlier_than_the_rest(levels, rain):
    policy(12, prop=levels.observed_property)
    recent = NOW.replace(year=2025, month=3)
    for stream in (levels, rain):
        minutely(stream, recent)
    aggregates_close(now=NOW)
    [due] = retention_run(actor=CLERK, now=NOW)
    assert due.property_ids == (levels.observed_property_id,)
    assert set(Observation.objects.values_list("datastream", flat=True)) == {rain.pk}
    assert retention_run(actor=CLERK, now=NOW) == []


def test_a_row_for_a_month_that_is_gone_is_added_to_its_hour(levels, three_years):
    minutely(levels)
    aggregates_close(now=NOW)
    retention_run(actor=CLERK, now=NOW)
    [before] = hours(levels)
    store([(levels, OLD + timedelta(minutes=45), 100.0)], NOW)
    aggregates_close(now=NOW)
    [after] = hours(levels)
    assert after[2:4] == (100.0, before[3] + 100.0)
    assert after[4:] == tuple(each + 1 for each in before[4:])
    [day] = told(levels, MAY, JUNE, Step.DAY)
    assert day[2:] == after[2:]
    assert not Observation.objects.exists()


def test_a_policy_needs_a_reason_and_a_right(levels):
    with pytest.raises(Refusal):
        policy_create(actor=CLERK, now=NOW, reason=" ", name="x", raw_months=12, minute_months=12)
    outsider = viewer_of(scene_of().village)
    with pytest.raises(Absent):
        policy_create(actor=outsider, now=NOW, reason="想", name="x", raw_months=12, minute_months=12)
    with pytest.raises(Refusal):
        policy_create(actor=CLERK, now=NOW, reason="想", name="x", raw_months=12, minute_months=11)


def test_there_is_one_policy_for_a_property_at_a_time(levels):
    first = policy(12)
    with pytest.raises(Refusal):
        policy(24)
    policy_retire(policy=first, actor=CLERK, now=NOW, reason="换新")
    policy(24)
    assert RetentionPolicy.objects.filter(retired_at=None).count() == 1


def test_raw_frames_go_after_a_week(levels):
    for days in (6, 8):
        Exchange.objects.create(thing=levels.thing, at=NOW - timedelta(days=days), way=Way.UP, kind="x", raw=b"1")
    assert exchanges_clear(now=NOW) == 1
    assert Exchange.objects.count() == 1


def test_dropping_a_month_leaves_the_table_writable(levels, three_years):
    minutely(levels)
    aggregates_close(now=NOW)
    retention_run(actor=CLERK, now=NOW)
    store([(levels, NOW - timedelta(minutes=1), 1.0)], NOW)
    with connection.cursor() as cursor:
        cursor.execute("select to_regclass('sensing_observation_202305')")
        assert cursor.fetchone()[0] is None


def test_the_register_keeps_policies_and_shows_what_they_would_take_away(client, levels):
    people = scene_of()
    minutely(levels)
    aggregates_close(now=NOW)
    client.force_login(people.system_administrator)
    typed = {"name": "全部要素", "raw_months": 12, "minute_months": 12, "source": "试", "reason": "县档案馆要求"}
    assert client.post("/r/retention-policies/new/", typed | {"minute_months": 6}).status_code == 422
    shown = client.post("/r/retention-policies/new/", typed)
    assert shown.status_code == 422
    assert "2023-05,30 行" in shown.content.decode()
    assert not RetentionPolicy.objects.exists()
    assert client.post("/r/retention-policies/new/", typed | {"seen": "on"}).status_code == 302
    made = RetentionPolicy.objects.get()
    page = client.get(f"/r/retention-policies/{made.pk}/").content.decode()
    assert "2023-05" in page
    assert "30" in page
    assert client.get("/r/purges/").status_code == 200
    client.force_login(people.village)
    assert client.get("/r/retention-policies/").status_code == 404
