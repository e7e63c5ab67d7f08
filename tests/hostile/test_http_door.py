# SPDX-License-Identifier: Apache-2.0
"""What a hostile or broken sender may do to the HTTP door of observations."""

import http.client
import json
import socket
import zlib

import pytest
from tests.ingest.conftest import NOW, Running, frame, ingest, network
from tests.ingest.test_http_door import item, token

from anshu.domain.sensing.models import Observation, Quarantine

__all__ = ["ingest", "network", "token"]


def ask(running, body=b"", *, method="POST", path="/observations", bearer="up.secret", language="zh-CN", **headers):
    address = running.server.addresses["http"]
    line = http.client.HTTPConnection(address.host, address.port, timeout=20)
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    if bearer:
        headers["Authorization"] = f"Bearer {bearer}"
    try:
        line.request(method, path, body, {"Accept-Language": language, **headers})
        reply = line.getresponse()
        return reply.status, json.loads(reply.read()).get("error")
    finally:
        line.close()


def of(*items):
    return json.dumps({"observations": items}).encode()


def in_place_of_the_value(text):
    return of(item(value=4711)).replace(b"4711", text)


REFUSED = {
    "one hundred megabytes": (b"[" + b"1," * 10_000_000, 413),
    "a million items": (b'{"observations":[' + b"1," * 999_999 + b"1]}", 413),
    "lists in lists": (b"[" * 2_000_000, 400),
    "objects in objects": (b'{"a":' * 500_000, 400),
    "a number of five thousand digits": (in_place_of_the_value(b"1" + b"0" * 5000), 400),
    "no JSON": (b"\xff\xfe{", 400),
    "a number of four hundred digits": (in_place_of_the_value(b"1" + b"0" * 400), 422),
    "not a number": (in_place_of_the_value(b"NaN"), 422),
    "half a character": (of(item(property="\udfff")), 422),
    "a NUL in a name": (of(item(thing="RV1\x00")), 422),
    "the year 9999": (of(item(time="9999-12-31T23:59:59-12:00")), 422),
    "the year 1": (of(item(time="0001-01-01T00:00:00+14:00")), 422),
    "a naive time": (of(item(time="2026-07-04T14:00:00")), 422),
    "the wrong unit": (of(item(unit="℃")), 422),
}


def test_absurd_bodies_are_refused_in_both_languages_and_nothing_is_stored(network, token, ingest):
    for name, (body, expected) in REFUSED.items():
        said = set()
        for language in ("zh-CN", "en"):
            status, error = ask(ingest, body, language=language)
            assert status == expected, name
            said.add(error["message"])
        assert len(said) == 2, name
    assert not Observation.objects.exists()
    assert not Quarantine.objects.exists()


def test_a_body_that_lies_about_its_compression_is_told_so(network, token, ingest):
    assert ask(ingest, of(item()), Content_Encoding="gzip") == (
        400,
        {"code": "bad_encoding", "message": "请求体的压缩或分块格式有误"},
    )


def test_a_small_body_that_unpacks_into_a_huge_one_is_too_large(network, token, ingest):
    assert ask(ingest, zlib.compress(b" " * 100_000_000), Content_Encoding="deflate")[0] == 413


def test_a_body_without_end_is_given_up_and_a_station_is_answered_meanwhile(network, token):
    with Running(NOW, body_s=0.3) as running, running.line() as station:
        address = running.server.addresses["http"]
        with socket.create_connection((address.host, address.port), timeout=20) as line:
            line.sendall(
                b"POST /observations HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer up.secret\r\n"
                b'Transfer-Encoding: chunked\r\n\r\n5\r\n{"a":\r\n'
            )
            assert station.ask(frame([("water_level", 41.0)]))
            assert line.recv(4096).startswith(b"HTTP/1.1 408 ")


def test_every_bad_token_gets_the_same_answer(network, token, ingest):
    expected = {"code": "unauthorized", "message": "令牌无效或已过期"}
    for bearer in ("", "old.secret", "up.wrong", "up.secret.more", "x" * 7000, "é.é"):
        assert ask(ingest, of(item()), bearer=bearer) == (401, expected), bearer
    assert not Observation.objects.exists()
    assert ask(ingest, of(item())) == (200, None)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/observations", 405), ("TRACE", "/observations", 405), ("POST", "/../../etc/passwd", 404)],
)
def test_a_wrong_address_or_method_is_answered_in_the_same_form(method, path, status, network, token, ingest):
    found, error = ask(ingest, method=method, path=path)
    assert found == status
    assert error["code"]
    assert error["message"]
    assert ask(ingest, of(item())) == (200, None)
