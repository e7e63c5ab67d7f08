# SPDX-License-Identifier: Apache-2.0
"""Curves over any period, their table and files, and who is silent."""

import csv
import io
from datetime import timedelta

import numpy as np
import pyarrow.parquet as pq
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.cast import datastream, observed_property, thing
from tests.cast.people import NOW
from tests.cast.scene import scene
from tests.cast.things import rule

from anshu.domain.sensing.models import Contact, Observation
from anshu.domain.sensing.services.aggregating import aggregates_close
from anshu.kernel.audit.models import AuditEntry

pytestmark = pytest.mark.django_db
FIRST, LAST = "2026-07-01", "2026-07-02"
FIVE = timedelta(minutes=5)


@pytest.fixture
def people():
    return scene()


@pytest.fixture
def client(client, people):
    client.force_login(people.duty_officer)
    return client


def filled(stream, values, *, every=FIVE, start="2026-07-01T00:00:00+08:00", quality=0):
    from datetime import datetime

    first = datetime.fromisoformat(start)
    Observation.objects.bulk_create(
        Observation(datastream=stream, at=first + n * every, value=value, quality=quality, checks=0,
                    received_at=first + n * every)
        for n, value in enumerate(values)
    )  # fmt: skip
    return stream


def asked(*streams, more="", first=FIRST, last=LAST):
    things = "".join(f"&thing={each.thing_id}" for each in streams)
    return f"?property={streams[0].observed_property.code}&first={first}&last={last}{things}{more}"


def test_a_gap_is_left_open_and_a_peak_is_not_lost(client):
    values = [40.0] * 100 + [None] * 60 + [40.0] * 100
    values[50] = 45.5
    stream = filled(datastream(thing()), values)
    rule(stream)
    page = client.get(f"/history/{asked(stream)}")
    plot = page.context["plot"]
    assert plot.lines[0].path.count("M") == 2
    assert page.context["lines"][0]["high"] == 45.5
    assert {each.colour for each in plot.levels} <= {"red", "orange", "yellow", "blue"}
    assert plot.levels
    assert page.context["table"]["total"] == 260


def test_the_drawing_does_not_grow_with_the_values(client):
    stream = filled(datastream(thing()), np.sin(np.arange(11_000) / 50).tolist(), every=timedelta(seconds=15))
    page = client.get(f"/history/{asked(stream, more='&step=raw')}")
    assert page.context["asked"].step == "raw"
    assert len(page.context["plot"].lines[0].path) < 20_000
    assert page.context["plot"].lines[0].band


def test_stations_are_compared_in_as_many_queries_as_one(client):
    streams = [filled(datastream(thing(f"W{n}", f"{n}号站", address=f"w{n}")), [40.0 + n] * 20) for n in range(9)]
    counts = []
    for number in (1, 8):
        with CaptureQueriesContext(connection) as queries:
            page = client.get(f"/history/{asked(*streams[:number])}")
        counts.append(len(queries))
        assert [line["middle"] for line in page.context["lines"]] == [40.0 + n for n in range(number)]
    assert counts[1] <= counts[0]
    assert client.get(f"/history/{asked(*streams)}").context["asked"].trouble


def test_rain_is_bars_alone_and_sums_together(client):
    rain = observed_property("rain_5min", name="5分钟降水量", unit="mm")
    one, two = (datastream(thing(f"R{n}", f"雨{n}", kind="rain", address=f"r{n}"), rain) for n in range(2))
    for each in (one, two):
        filled(each, [0.5, 0, 2.5, 0])
    alone = client.get(f"/history/{asked(one)}").context
    assert alone["plot"].lines[0].bars.count("M") == 2
    assert alone["lines"][0]["middle"] == 3.0
    together = client.get(f"/history/{asked(one, two)}").context["plot"]
    assert all(line.path and not line.bars for line in together.lines)


def test_amounts_that_overlap_are_not_added_up(client):
    hourly = observed_property("rain_1h", name="1小时降水量", unit="mm")
    stream = filled(
        datastream(thing("R9", "雨9", kind="rain", address="r9", report_interval_s=300), hourly), [6.0] * 12
    )
    found = client.get(f"/history/{asked(stream)}").context
    assert (found["lines"][0]["adds_up"], found["lines"][0]["middle"]) == (False, 6.0)
    assert not found["plot"].lines[0].bars


def test_what_nobody_may_see_is_not_there(client, people):
    stream = filled(datastream(thing()), [40.0] * 3)
    client.force_login(people.other_township)
    assert not client.get(f"/history/{asked(stream)}").context["asked"].streams
    assert client.get(f"/history/export/{asked(stream)}").status_code == 404


def test_too_fine_a_step_gives_way_to_one_that_can_be_drawn(client, monkeypatch):
    monkeypatch.setattr("anshu.web.history.views.MOST_DRAWN", 10)
    stream = filled(datastream(thing()), [40.0] * 30)
    context = client.get(f"/history/{asked(stream, more='&step=minute', first='2025-07-01')}").context
    assert context["asked"].trouble
    assert context["asked"].step != "minute"
    # A file has what was asked for.
    rows = b"".join(client.get(f"/history/export/{asked(stream, more='&step=raw')}").streaming_content)
    assert len(rows.splitlines()) == 31


@pytest.mark.parametrize(
    "query",
    [
        "",
        "?property=nothing",
        "?property=a%00b&thing=1",
        "?property=water_level&thing=x&first=yesterday&last=2",
        "?first=2026-07-09&last=2026-07-01",
        "?first=1900-01-01&step=century",
    ],
)
def test_an_address_that_makes_no_sense_still_gives_a_page(client, query):
    assert client.get(f"/history/{query}").status_code == 200


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ("&first=yesterday", "first"),
        ("&last=2026-13-40", "last"),
        ("&step=century", "step"),
        ("&thing=1;drop", "thing"),
        ("&format=xlsx", "format"),
        ("&first=2026-07-09&last=2026-07-01", "对调"),
        ("&first=1999-01-01&last=2026-07-01", "5 年"),
        ("".join(f"&thing={n}" for n in range(9)), "8 个站"),
    ],
)
def test_a_file_is_of_what_was_asked_or_is_refused_with_the_field(client, more, field):
    stream = filled(datastream(thing()), [40.0] * 3)
    answer = client.get(f"/history/export/{asked(stream, more=more)}")
    assert answer.status_code == 400
    assert field in answer.content.decode()
    assert "<" not in answer.content.decode()
    assert not AuditEntry.objects.filter(action="observations.exported").exists()
    # The page draws what it can and says what it left out.
    assert client.get(f"/history/{asked(stream, more=more)}").status_code == 200


def test_files_hold_exactly_the_values_and_are_noted(client):
    stream = filled(datastream(thing()), [40.0, None, 41.25])
    text = b"".join(client.get(f"/history/export/{asked(stream)}").streaming_content).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert [row[5] for row in rows[1:]] == ["40", "", "41.25"]
    assert rows[1][4] == "2026-07-01T00:00:00+08:00"
    body = b"".join(client.get(f"/history/export/{asked(stream, more='&format=parquet')}").streaming_content)
    table = pq.read_table(io.BytesIO(body))
    assert table.column("value").to_pylist() == [40.0, None, 41.25]
    assert str(table.schema.field("at").type) == "timestamp[us, tz=Asia/Shanghai]"
    assert AuditEntry.objects.filter(action="observations.exported").count() == 2


def test_hours_go_to_files_as_low_high_and_mean(client):
    stream = filled(datastream(thing()), [1.0, 3.0] * 12)
    aggregates_close(now=NOW)
    text = b"".join(client.get(f"/history/export/{asked(stream, more='&step=hour')}").streaming_content)
    rows = list(csv.reader(io.StringIO(text.decode("utf-8-sig"))))
    assert [row[5:9] for row in rows[1:]] == [["1", "3", "24", "2"]] * 2


def test_who_is_silent_since_when_and_whose_duty(client, people):
    silent, never, spoke = (thing(f"S{n}", f"{n}号", address=f"s{n}", report_interval_s=300) for n in range(3))
    Contact.objects.create(thing=silent, heard_at=NOW - timedelta(hours=3), peer="x")
    Contact.objects.create(thing=spoke, heard_at=NOW, peer="x")
    page = client.get("/outages/")
    now = page.context["now"]
    assert now >= NOW
    names = [line["outage"].thing.code for line in page.context["lines"]]
    assert names[0] == never.code
    assert silent.code in names
    assert page.context["whole"] == 3
    assert all(line["duty"] is not None for line in page.context["lines"])
    assert client.get("/outages/?township=330825999&kind=rain").context["lines"] == []
    text = b"".join(client.get("/outages/?format=csv").streaming_content).decode("utf-8-sig")
    assert len(list(csv.reader(io.StringIO(text)))) == len(names) + 1


def test_the_board_asks_no_more_for_more_stations(client):
    counts = []
    for number in (2, 30):
        for n in range(number):
            thing(f"T{number}-{n}", f"{n}号", address=f"t{number}-{n}")
        with CaptureQueriesContext(connection) as queries:
            assert client.get("/outages/").status_code == 200
        counts.append(len(queries))
    assert counts[1] <= counts[0]
