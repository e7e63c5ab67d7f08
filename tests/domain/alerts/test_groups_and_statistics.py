# SPDX-License-Identifier: Apache-2.0
"""A storm as few groups, and figures about alarms: each opens to exactly the rows it counts."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.cast.people import NOW
from tests.cast.scene import scene
from tests.cast.things import datastream, observed_property, rule, thing

from anshu.domain.alerts.choices import AlarmState, Cause, Level
from anshu.domain.alerts.models import Alarm, Shelf
from anshu.domain.alerts.selectors import alarm_groups, alarm_statistics, frequent_rows, group_rows, metric_rows
from anshu.kernel.access.selectors import viewer_of

pytestmark = pytest.mark.django_db
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
SINCE, UNTIL = NOW - 7 * DAY, NOW + DAY


@pytest.fixture
def people():
    return scene()


@pytest.fixture
def viewer(people):
    return viewer_of(people.duty_officer, at=NOW)


def alarm(kept, at=NOW - HOUR, *, lasts=None, level=Level.YELLOW, cause=Cause.THRESHOLD, **more):
    stands = kept.datastream.thing
    return Alarm.objects.create(
        rule=kept, thing=stands, cause=cause, title="水位", level=level, peak_level=level, raised_at=at, changed_at=at,
        point=stands.point, division_code=stands.division_code, sector_code=stands.sector_code,
        state=AlarmState.ACTIVE if lasts is None else AlarmState.CLEARED,
        cleared_at=None if lasts is None else at + lasts, **more,
    )  # fmt: skip


def rules(number, prefix="W", **place):
    return [
        rule(datastream(thing(f"{prefix}{n}", f"{prefix}站{n}", address=f"{prefix}{n}", **place)))
        for n in range(number)
    ]


def test_a_storm_reads_as_one_group_for_each_place_and_cause(viewer):
    here, there = rules(3), rules(2, "V", division_code="330825109205")
    for each in here:
        alarm(each, level=Level.ORANGE)
    alarm(here[0], cause=Cause.NO_DATA, level=Level.BLUE)
    other = rule(datastream(here[1].datastream.thing, observed_property("voltage", "电压", "V")))
    alarm(other, cause=Cause.NO_DATA, level=Level.BLUE)
    alarm(there[0], level=Level.RED)
    alarm(there[1], acknowledged_at=NOW)
    alarm(there[1], lasts=HOUR)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        found = alarm_groups(viewer)
    assert len(queries) == 1
    assert [(each.township, each.name, each.worst, each.number, each.unanswered) for each in found] == [
        ("330825109000", found[0].name, Level.RED, 2, 1),
        (here[0].datastream.thing.division_code[:9] + "000", found[1].name, Level.ORANGE, 3, 3),
        (here[0].datastream.thing.division_code[:9] + "000", "数据中断", Level.BLUE, 2, 2),
    ]
    for each in found:
        rows = group_rows(viewer, township=each.township, cause=each.cause, property_id=each.property_id)
        assert rows.count() == each.number


def test_every_figure_opens_to_the_rows_it_counts(viewer):
    one, other, third = rules(3)
    for n in range(4):
        alarm(one, NOW - 5 * HOUR + n * 10 * MINUTE, lasts=MINUTE)
    alarm(other, NOW - 3 * HOUR, lasts=HOUR, acknowledged_at=NOW - 3 * HOUR + 5 * MINUTE)
    alarm(other, NOW - 2 * HOUR, lasts=HOUR, acknowledged_at=NOW - 2 * HOUR + 11 * MINUTE)
    alarm(third, NOW - 2 * DAY, escalations=1)
    alarm(third, NOW - HOUR, lasts=HOUR, late=True)
    found = alarm_statistics(viewer, SINCE, UNTIL, now=NOW)
    assert (found.total, found.late, found.by_level[Level.YELLOW]) == (7, 1, 7)
    assert {each.code: (each.part, each.whole) for each in found.metrics} == {
        "answered": (1, 7),
        "unanswered": (4, 6),
        "escalated": (1, 7),
        "fleeting": (4, 6),
        # The third and the fourth within an hour.
        "chattering": (2, 7),
        "standing": (1, 1),
        "shelved": (0, 7),
        "no_data": (0, 7),
    }
    for each in found.metrics:
        assert metric_rows(viewer, each.code, SINCE, UNTIL, NOW).count() == each.part
    assert [(each.rule_id, each.number) for each in found.frequent] == [(one.pk, 4), (other.pk, 2), (third.pk, 1)]
    assert found.frequent_number == 7
    assert frequent_rows(viewer, one.datastream.thing_id, one.pk, SINCE, UNTIL).count() == 4
    assert metric_rows(viewer, "nothing", SINCE, UNTIL, NOW) is None


def test_ten_minutes_with_more_than_ten_alarms_are_a_flood(viewer):
    kept = rules(1)[0]
    for n in range(11):
        alarm(kept, NOW - HOUR + n * timedelta(seconds=20), lasts=MINUTE)
    found = alarm_statistics(viewer, NOW - DAY, NOW, now=NOW)
    assert (found.periods, found.flooded, found.most) == (144, 1, 11)


def test_what_was_put_aside_while_it_lasted_is_counted_as_shelved(viewer):
    kept, other = rules(2)
    alarm(kept, NOW - 2 * HOUR, lasts=HOUR)
    alarm(other, NOW - 2 * HOUR, lasts=HOUR)
    for each, since in ((kept, NOW - 90 * MINUTE), (other, NOW - 30 * MINUTE)):
        Shelf.objects.create(
            thing=each.datastream.thing, rule=each, cause=Cause.THRESHOLD, level=Level.YELLOW, since=since,
            until=since + HOUR, reason="检修", author="x",
        )  # fmt: skip
    assert metric_rows(viewer, "shelved", SINCE, UNTIL, NOW).get().rule == kept


def test_nothing_is_told_beyond_ones_own_ground(people):
    alarm(rules(1)[0])
    stranger = viewer_of(people.other_township, at=NOW)
    assert alarm_groups(stranger) == []
    assert alarm_statistics(stranger, SINCE, UNTIL, now=NOW).total == 0


def test_the_pages_are_there_and_say_when_a_period_makes_no_sense(client, people):
    alarm(rules(1)[0])
    client.force_login(people.duty_officer)
    for address in ("/alarms/groups/", "/alarms/statistics/", "/alarms/statistics/?first=2020-01-01&last=2020-01-02"):
        assert client.get(address).status_code == 200
    page = client.get("/alarms/groups/")
    rows = page.context["lines"][0]["url"]
    assert client.get(rows).context["total"] == 1
    assert client.get("/alarms/statistics/?first=2026-02-01&last=2026-01-01").status_code == 422
    assert client.get("/alarms/statistics/?first=x&last=2026-01-01").status_code == 422
    assert client.get("/alarms/rows/?metric=nothing&first=2026-01-01&last=2026-01-02").status_code == 404
    assert client.get("/alarms/rows/?township=1;2&cause=threshold").status_code == 404
    table = b"".join(client.get("/alarms/statistics/?first=2026-01-01&last=2026-01-02&format=csv").streaming_content)
    assert table.startswith(b"\xef\xbb\xbf")
