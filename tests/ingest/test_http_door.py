# SPDX-License-Identifier: Apache-2.0
"""The HTTP door: who may send what, and how it says no."""

import hashlib
import http.client
import json
from datetime import timedelta

import pytest
from tests.ingest.conftest import AT, NOW, rule

from anshu.domain.alerts.models import Alarm
from anshu.domain.sensing.models import Observation, Thing
from anshu.kernel.access.models import ApiToken


@pytest.fixture
def token(network):
    ApiToken.objects.create(
        name="省级平台",
        identifier="up",
        secret_hash=hashlib.sha256(b"secret").hexdigest(),
        division_code="330825000000",
        created_at=NOW,
        expires_at=NOW + timedelta(days=1),
    )
    return "up.secret"


def post(ingest, body, *, token="up.secret", language="zh-CN"):
    address = ingest.server.addresses["http"]
    line = http.client.HTTPConnection(address.host, address.port, timeout=20)
    headers = {"Content-Type": "application/json", "Accept-Language": language}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    try:
        line.request("POST", "/observations", body if isinstance(body, bytes) else json.dumps(body), headers)
        reply = line.getresponse()
        return reply.status, json.loads(reply.read()), reply.headers
    finally:
        line.close()


def item(**changed):
    return {"thing": "RV1", "property": "water_level", "time": AT.isoformat(), "value": 45.32, "unit": "m", **changed}


def faults(reply):
    return [(each["index"], each["field"], each["code"]) for each in reply["errors"]]


def test_observations_are_stored_and_judged_once_before_the_answer(network, token, ingest):
    rule(network)
    body = {"observations": [item(), item(property="voltage", value=12400, unit="mV")]}
    for _ in range(2):
        status, reply, _headers = post(ingest, body)
        assert (status, reply) == (200, {"accepted": 2, "errors": []})
        assert Alarm.objects.count() == 1
        assert sorted(Observation.objects.values_list("value", flat=True)) == [12.4, 45.32]


def test_each_bad_item_is_named_and_none_is_stored(network, token, ingest):
    bad = [
        (item(), None),
        (item(thing="XX"), ("thing", "absent")),
        (item(property="rain_5min"), ("property", "absent")),
        (item(unit="mm/h"), ("unit", "unit_mismatch")),
        (item(value="45"), ("value", "not_a_number")),
        (item(value=float("nan")), ("value", "not_a_number")),
        (item(value=float("inf")), ("value", "not_a_number")),
        (item(value=1e300), ("value", "absurd")),
        (item(value=10**400), ("value", "not_a_number")),
        (item(time="2026-07-04T14:05:00"), ("time", "naive_time")),
        (item(time="yesterday"), ("time", "bad_time")),
        (item(time="2126-07-04T14:05:00Z"), ("time", "absurd_time")),
        ("text", ("", "not_an_object")),
    ]
    expected = [(index, *fault) for index, (_, fault) in enumerate(bad) if fault]
    status, reply, _headers = post(ingest, {"observations": [each for each, _ in bad]})
    assert (status, faults(reply)) == (422, expected)
    assert Observation.objects.count() == 0
    status, reply, _headers = post(ingest, {"observations": [each for each, _ in bad], "partial": True})
    assert (status, reply["accepted"], faults(reply)) == (200, 1, expected)
    assert Observation.objects.count() == 1


def test_another_divisions_thing_looks_like_none_at_all(network, token, ingest):
    Thing.objects.filter(pk=network.pk).update(division_code="330824101201")
    status, reply, _headers = post(ingest, {"observations": [item()]})
    unknown = post(ingest, {"observations": [item(thing="nothing")]})[1]
    assert (status, reply) == (422, unknown)


def test_without_a_valid_token_nothing_is_said(network, token, ingest):
    for wrong in ("", "up.other", "no.secret", "up"):
        status, reply, headers = post(ingest, {"observations": [item()]}, token=wrong)
        assert (status, reply["error"]["code"], headers["WWW-Authenticate"]) == (401, "unauthorized", "Bearer")
    ApiToken.objects.update(revoked_at=NOW)
    assert post(ingest, {"observations": [item()]})[0] == 401


@pytest.mark.parametrize("language", ["zh-CN,zh;q=0.9", "en-GB,en;q=0.8,zh;q=0.2"])
def test_too_large_and_broken_bodies_get_an_answer_in_the_callers_language(network, token, ingest, language):
    expected = "en" if language.startswith("en") else "zh-hans"
    status, reply, headers = post(ingest, b" " * (5 * 1024 * 1024 + 1), language=language)
    assert (status, reply["error"]["code"], headers["Content-Language"]) == (413, "too_large", expected)
    status, reply, headers = post(ingest, b'{"observations": [', language=language)
    assert (status, reply["error"]["code"], headers["Content-Language"]) == (400, "not_json", expected)
    assert post(ingest, {"observations": []}, language=language)[0] == 422


def test_health_answers(ingest):
    address = ingest.server.addresses["http"]
    line = http.client.HTTPConnection(address.host, address.port, timeout=20)
    line.request("GET", "/health")
    assert line.getresponse().status == 200
    line.close()


def test_a_tokens_use_is_noted(network, token, ingest):
    post(ingest, {"observations": [item()]})
    assert ApiToken.objects.get().last_used_at is not None
