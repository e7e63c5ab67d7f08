# SPDX-License-Identifier: Apache-2.0
"""What people do through the API: answered once, told as the contract has it."""

import json
from datetime import timedelta

import pytest
from django.test import Client
from tests.web.conftest import make_world

from anshu.domain.command.models import Incident
from anshu.domain.grassroots.models import Task
from anshu.kernel.access.choices import Role
from anshu.kernel.access.models import ApiToken


def post(client, path, body=None, key=""):
    headers = {"Idempotency-Key": key} if key else {}
    return client.post(f"/api/v1{path}", json.dumps(body or {}), content_type="application/json", headers=headers)


def test_a_repeated_report_is_stored_once_and_answered_alike(cast, sit):
    client, body = sit(cast.village), {"kind": "flood", "title": "河水漫堤", "text": "过路桥"}
    first, second = (post(client, "/tasks", body, key="k-1") for _ in range(2))
    assert first.status_code == second.status_code == 200
    assert first.json() == second.json()
    assert Task.objects.count() == 1


def test_a_key_is_not_taken_for_another_write(cast, sit):
    client = sit(cast.village)
    post(client, "/tasks", {"kind": "flood", "title": "河水漫堤"}, key="k-1")
    answer = post(client, "/tasks", {"kind": "fire", "title": "电线老化"}, key="k-1")
    assert answer.status_code == 409
    assert Task.objects.count() == 1


def test_a_refused_write_may_be_mended_and_sent_again(cast, sit):
    client = sit(cast.village)
    assert post(client, "/tasks", {"kind": "flood", "title": ""}, key="k-2").status_code == 422
    assert post(client, "/tasks", {"kind": "flood", "title": "河水漫堤"}, key="k-2").status_code == 200


def test_an_alarm_is_acknowledged_and_becomes_an_incident_once(world, cast, sit):
    client, pk = sit(cast.duty_officer), world.alarm.pk
    assert post(client, f"/alarms/{pk}/acknowledgement", {"comment": "已核实"}).json()["acknowledged"] is True
    before = Incident.objects.count()
    first, again = (post(client, f"/alarms/{pk}/incident", {"title": "洪水"}, key="i-1") for _ in range(2))
    assert first.status_code == 200, first.content.decode()
    assert first.json() == again.json()
    assert Incident.objects.count() == before + 1
    assert first.json()["href"] == f"/incidents/{first.json()['id']}/"


def test_the_timeline_is_kept_struck_and_closed(world, cast, sit):
    client, pk = sit(cast.duty_officer), world.incident.pk
    entry = post(client, f"/incidents/{pk}/entries", {"text": "水位回落"}).json()["entry"]
    assert post(client, f"/incidents/{pk}/entries/{entry}/strike", {"reason": ""}).status_code == 422
    assert post(client, f"/incidents/{pk}/entries/{entry}/strike", {"reason": "误记"}).status_code == 200
    told = {row["id"]: row for row in client.get(f"/api/v1/incidents/{pk}").json()["timeline"]}
    assert told[entry]["struck_reason"] == "误记"
    assert told[entry]["text"] == "水位回落"
    assert post(client, f"/incidents/{pk}/scene").status_code == 200
    assert post(client, f"/incidents/{pk}/closure", {"conclusion": ""}).status_code == 422
    assert post(client, f"/incidents/{pk}/closure", {"conclusion": "险情解除"}).json()["state"] == "closed"
    assert post(client, f"/incidents/{pk}/closure", {"conclusion": "险情解除"}).status_code == 409


def test_a_step_out_of_turn_is_a_conflict_or_unknown(world, cast, sit):
    answer = post(sit(cast.township), f"/tasks/{world.task.pk}/transitions/close", {"text": "好"})
    assert answer.status_code == 409, answer.content.decode()
    assert post(sit(cast.township), f"/tasks/{world.task.pk}/transitions/explode").status_code in (404, 422)


def test_a_task_is_told_with_its_stations_and_what_may_be_done(world, cast, sit):
    client, pk = sit(cast.township), world.task.pk
    assert post(client, f"/tasks/{pk}/transitions/accept").status_code == 200
    told = client.get(f"/api/v1/tasks/{pk}").json()
    assert [step["done"] for step in told["steps"]] == [True, True, False, False, False, False]
    assert told["history"][-1]["to"] == "已受理"
    assert {"assign"} <= {action["code"] for action in told["actions"]}


@pytest.fixture
def token(db, now):
    """An upper platform's token over 湖镇镇, and its bearer text."""
    import hashlib

    ApiToken.objects.create(
        name="市平台", identifier="abc", secret_hash=hashlib.sha256(b"s3cret").hexdigest(), role=Role.R25,
        division_code="330825101000", created_at=now, expires_at=now + timedelta(days=1),
    )  # fmt: skip
    return "abc.s3cret"


def test_an_upper_platform_reads_with_its_token_and_without_csrf(world, token):
    client = Client(enforce_csrf_checks=True)
    answer = client.get("/api/v1/alarms", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 200
    assert answer.json()["count"] == 1
    assert client.get("/api/v1/session", headers={"Authorization": f"Bearer {token}"}).json()["user"]["id"] == 0


def test_an_upper_platforms_token_for_one_township_reads_no_other(cast, now, token):
    make_world(now)
    ApiToken.objects.update(division_code="330825109000")
    answer = Client().get("/api/v1/alarms", headers={"Authorization": f"Bearer {token}"})
    assert answer.json()["count"] == 0


def test_a_wrong_token_is_not_made_good_by_a_session(cast, sit):
    answer = sit(cast.township).get("/api/v1/alarms", headers={"Authorization": "Bearer no.body"})
    assert answer.status_code == 401
