# SPDX-License-Identifier: Apache-2.0
"""Absurd input is answered with the field at fault, in the reader's language, and changes nothing."""

import json

import pytest
from django.test import Client

from anshu.domain.grassroots.models import Task
from anshu.web.api.inputs import Position

NASTY = "<script>alert(1)</script>\"'&"


@pytest.mark.parametrize(
    "box", ["1,2,3", "a,b,c,d", "nan,28,120,29", "119,28,inf,29", "120,29,119,28", "-999,0,999,1", "119,28,119,29"]
)
def test_an_absurd_box_is_refused(box, cast, sit):
    answer = sit(cast.township).get("/api/v1/map/layers/alarms", {"bbox": box})
    assert answer.status_code == 422
    assert "bbox" in answer.json()["error"]["fields"]


@pytest.mark.parametrize("at", ["yesterday", "1969-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "2026-13-40"])
def test_an_absurd_instant_is_refused(at, cast, sit):
    answer = sit(cast.township).get("/api/v1/map/layers/alarms", {"at": at})
    assert answer.status_code == 422
    assert "at" in answer.json()["error"]["fields"]


@pytest.mark.parametrize("number", [str(2**63), "9" * 40, "0", "-1", "1.5", "x"])
def test_an_absurd_number_is_refused(number, cast, sit):
    assert sit(cast.township).get(f"/api/v1/tasks/{number}").status_code in (404, 422)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"kind": "war"}, "kind"),
        ({"title": ""}, "title"),
        ({"title": "长" * 201}, "title"),
        ({"title": "a\x00b"}, "title"),
        ({"position": {"lng": 1e400, "lat": 29.0}}, "position.lng"),
        ({"position": {"lng": 119.1, "lat": 91}}, "position.lat"),
        ({"position": {"lng": 119.1, "lat": 29.0, "crs": "mars"}}, "position.crs"),
        ({"photos": list(range(1, 99))}, "photos"),
        ({"photos": [2**70]}, "photos.0"),
    ],
)
def test_an_absurd_report_is_refused_by_field(change, field, cast, sit):
    body = {"kind": "flood", "title": "河水漫堤", **change}
    answer = sit(cast.village).post("/api/v1/tasks", json.dumps(body), content_type="application/json")
    assert answer.status_code == 422, answer.content.decode()
    assert field in answer.json()["error"]["fields"]
    assert not Task.objects.exists()


def test_not_a_number_is_refused(cast, sit):
    body = '{"kind": "flood", "title": "河水漫堤", "position": {"lng": NaN, "lat": 29}}'
    answer = sit(cast.village).post("/api/v1/tasks", body, content_type="application/json")
    assert answer.status_code == 422
    assert answer.json()["error"]["fields"]["position.lng"]


def test_a_body_that_is_no_json_is_answered_in_words(cast, sit):
    answer = sit(cast.village).post("/api/v1/tasks", "{", content_type="application/json")
    assert answer.status_code == 400
    assert answer.json()["error"]["message"]


def test_a_script_in_a_name_stays_text(world, cast, sit):
    type(world.risk).objects.filter(pk=world.risk.pk).update(name=NASTY)
    client = sit(cast.township)
    answer = client.get(f"/api/v1/map/objects/risk/{world.risk.pk}")
    assert answer["Content-Type"].startswith("application/json")
    assert answer.json()["title"] == NASTY
    assert "<script>alert" not in client.get("/search/", {"q": NASTY}).content.decode()


def test_a_write_without_the_csrf_token_is_refused(world, cast):
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.township)
    answer = client.post(f"/api/v1/alarms/{world.alarm.pk}/acknowledgement", "{}", content_type="application/json")
    assert answer.status_code == 403
    assert answer.json()["error"]["code"] == "csrf"


def test_errors_are_told_in_the_readers_language(cast, sit):
    answer = sit(cast.township).get("/api/v1/tasks/999999", headers={"Accept-Language": "zh-CN"})
    assert "没有找到" in answer.json()["error"]["message"]


def test_a_gcj02_position_is_stored_where_it_is():
    here = Position(lng=119.17, lat=29.03, crs="gcj02").point()
    assert 0.003 < 119.17 - here.x < 0.006
    assert here.srid == 4326
