# SPDX-License-Identifier: Apache-2.0
"""The JSON API under nonsense, forged keys and simultaneous hands."""

import gc
import json
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections
from django.test import Client
from tests.cast import scene
from tests.hostile.conftest import NASTY
from tests.web.api.test_scope import addresses, operations

from anshu.domain.grassroots.models import Task
from anshu.domain.risks.models import RiskObject

REPORT = {"kind": "flood", "title": "河水漫堤", "text": "正在上涨"}


def send(client, path, body, **headers):
    return client.post(path, json.dumps(body), content_type="application/json", headers=headers)


def told(answer):
    error = answer.json()["error"]
    return error["code"], error["message"]


@pytest.mark.parametrize(("method", "path"), operations())
def test_every_operation_takes_every_nonsense(method, path, world, cast, sit):
    client = sit(cast.duty_officer)
    client.raise_request_exception = False
    for address in addresses(path, world):
        for said, nasty in NASTY.items():
            text = nasty[:6000]
            if method == "GET":
                names = ("q", "state", "limit", "bbox", "at", "mine", "since", "until", "thing", "cursor")
                answer = client.get(address, dict.fromkeys(names, text.encode("utf-8", "surrogatepass")))
            else:
                names = ("title", "text", "reason", "comment", "kind", "conclusion", "assignee", "days", "position",
                         "photos", "at", "division_code", "into", "grade", "level")  # fmt: skip
                answer = send(client, address, dict.fromkeys(names, text))
            assert answer.status_code < 500, (address, said)
            if answer.status_code >= 400:
                assert all(told(answer)), (address, said)


@pytest.mark.parametrize("body", [b"", b"null", b"[]", b'"x"', b"1", b"{", b"\xff", b"[" * 100_000, b"{" * 9])
def test_a_body_that_is_no_object_is_told_so(body, world, cast, sit):
    # What earlier tests left must not be finalised at the depth that a body of brackets reaches: Python gives up there.
    gc.collect()
    answer = sit(cast.village).post("/api/v1/tasks", body, content_type="application/json")
    assert answer.status_code in (400, 422)
    assert all(told(answer))
    assert not Task.objects.filter(title="").exists()


def test_a_report_may_not_claim_the_platforms_own_kind(cast, sit):
    answer = send(sit(cast.village), "/api/v1/tasks", {**REPORT, "kind": "alarm"})
    assert answer.status_code == 422
    assert "kind" in answer.json()["error"]["fields"]


def test_a_report_cannot_be_laid_at_another_townships_door(cast, sit):
    answer = send(sit(cast.village), "/api/v1/tasks", {**REPORT, "division_code": "330825109205"})
    assert answer.status_code in (403, 404, 422)
    assert not Task.objects.exists()


def test_fields_that_the_api_does_not_have_cannot_be_set(cast, sit):
    forged = {"state": "closed", "number": "RW1", "reporter": "别人", "level": 1, "id": 700_000, "due_at": "2099-01-01"}
    answer = send(sit(cast.village), "/api/v1/tasks", {**REPORT, **forged})
    task = Task.objects.get(pk=answer.json()["id"])
    assert (task.state, task.number != "RW1", task.reporter != "别人", task.pk != 700_000) == (
        "reported", True, True, True,
    )  # fmt: skip


def test_a_key_sent_again_with_another_body_is_refused_and_writes_nothing(cast, sit):
    client = sit(cast.village)
    first = send(client, "/api/v1/tasks", REPORT, **{"Idempotency-Key": "k1"})
    second = send(client, "/api/v1/tasks", {**REPORT, "title": "别的"}, **{"Idempotency-Key": "k1"})
    assert (first.status_code, second.status_code) == (200, 409)
    assert all(told(second))
    assert Task.objects.count() == 1


@pytest.mark.parametrize("key", ["x" * 10_000, "é", "'; drop table access_reply; --", "\t"])
def test_a_wild_key_is_answered(key, cast, sit):
    client = sit(cast.village)
    client.raise_request_exception = False
    assert send(client, "/api/v1/tasks", REPORT, **{"Idempotency-Key": key}).status_code in (200, 400, 422)


def at_once(number, work):
    """Run a piece of work in so many threads that start together, each with its own connection."""
    gate = threading.Barrier(number)

    def one(index):
        try:
            gate.wait(20)
            return work(index)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(number) as pool:
        return list(pool.map(one, range(number)))


def browser(user):
    client = Client()
    client.force_login(user)
    return client


@pytest.mark.django_db(transaction=True)
def test_sixty_reports_at_once_get_sixty_numbers():
    village = scene().village
    browsers = [browser(village) for _ in range(6)]

    def report(index):
        return [send(browsers[index], "/api/v1/tasks", {**REPORT, "title": f"{index}-{n}"}) for n in range(10)]

    answers = [answer for batch in at_once(6, report) for answer in batch]
    assert [answer.status_code for answer in answers] == [200] * 60
    assert len({answer.json()["number"] for answer in answers}) == 60


@pytest.mark.django_db(transaction=True)
def test_two_who_accept_the_same_task_at_once_accept_it_once():
    people = scene()
    made = send(browser(people.village), "/api/v1/tasks", REPORT).json()
    hands = [browser(people.township) for _ in range(4)]
    answers = at_once(4, lambda n: send(hands[n], f"/api/v1/tasks/{made['id']}/transitions/accept", {"text": "受理"}))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]


@pytest.mark.django_db(transaction=True)
def test_two_who_change_the_same_row_at_once_change_it_once():
    from tests.cast import risk

    people = scene()
    row = risk()
    hands = [browser(people.township) for _ in range(3)]
    page = hands[0].get(f"/r/risks/{row.pk}/edit/")
    form = page.context["form"]
    given = {name: form[name].value() or "" for name in form.fields if name != "point"}
    given |= {"point_lng": row.point.x, "point_lat": row.point.y, "point_crs": "wgs84", "reason": "核对"}
    given["version"] = page.context["version"]
    answers = at_once(3, lambda n: hands[n].post(f"/r/risks/{row.pk}/edit/", {**given, "name": f"新名{n}"}))
    assert sorted(answer.status_code for answer in answers) == [302, 409, 409]
    assert RiskObject.objects.get().name.startswith("新名")
