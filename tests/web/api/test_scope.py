# SPDX-License-Identifier: Apache-2.0
"""No endpoint shows or changes another township's object. Every endpoint is tried, new ones included."""

import json

import pytest
from django.test import Client
from tests.web.conftest import SECRET

from anshu.console.maplayers import map_layers
from anshu.web.api.door import api

# By the first part of the path: whose number `{id}` is.
NOUN_OF = {"alarms": "alarm", "tasks": "task", "incidents": "incident", "tracks": "thing"}
# Writes that make something of one's own and name no object.
MAKES_OWN = {"/api/v1/tasks", "/api/v1/incidents", "/api/v1/files"}
BODY = {
    "text": f"{SECRET}写入", "comment": f"{SECRET}写入", "title": f"{SECRET}写入", "reason": "理由",
    "conclusion": "结论", "kind": "flood", "assignee": 1, "days": 1,
}  # fmt: skip


def operations():
    schema = api.get_openapi_schema(path_prefix="/api/v1/")
    return sorted((method.upper(), path) for path, methods in schema["paths"].items() for method in methods)


def addresses(path, world):
    """Every address of the path that names an object of another township."""
    if "{type}" in path:
        return [path.format(type=name, id=pk) for name, pk in world.ids.items()]
    if path.endswith("/map/layers/{code}"):
        return [path.format(code=layer.code) for layer in map_layers()]
    if "{id}" in path:
        noun = NOUN_OF[path.removeprefix("/api/v1/").split("/")[0]]
        return [path.format(id=world.ids[noun], entry=world.entry.pk, code="accept")]
    assert "{" not in path, f"say in this test which object {path} names"
    return [path]


def shape(world):
    """Everything that a write could change."""
    world.alarm.refresh_from_db()
    world.task.refresh_from_db()
    world.incident.refresh_from_db()
    return (
        world.alarm.acknowledged_at, world.alarm.assignee_id, world.alarm.state, world.alarm.comments.count(),
        world.task.state, world.task.updated_at,
        world.incident.state, world.incident.entries.count(), world.incident.entries.filter(struck_at=None).count(),
    )  # fmt: skip


@pytest.mark.parametrize(("method", "path"), operations())
def test_nobody_is_served_without_signing_in(method, path, world):
    for address in addresses(path, world):
        answer = getattr(Client(), method.lower())(address)
        assert answer.status_code == 401
        assert answer.json()["error"]["code"] == "signed_out"


@pytest.mark.parametrize(("method", "path"), operations())
def test_another_township_neither_sees_nor_touches(method, path, world, cast, sit):
    client = sit(cast.other_township)
    before = shape(world)
    for address in addresses(path, world):
        if method == "GET":
            answer = client.get(address, {"q": SECRET, "state": "all"} if "search" in address else {})
        else:
            answer = client.post(address, json.dumps(BODY), content_type="application/json")
        assert SECRET not in answer.content.decode()
        if (method == "POST" and path not in MAKES_OWN) or "{id}" in path:
            assert answer.status_code in (404, 422)
        if "{id}" in path and method == "GET":
            assert answer.status_code == 404
    assert shape(world) == before


def test_the_own_township_sees_every_object(world, cast, sit):
    client = sit(cast.township)
    for name, pk in world.ids.items():
        answer = client.get(f"/api/v1/map/objects/{name}/{pk}")
        assert answer.status_code == 200, (name, answer.content.decode())
        assert answer.json()["title"]
    seen = "".join(client.get(f"/api/v1/map/layers/{layer.code}").content.decode() for layer in map_layers())
    assert seen.count(SECRET) >= len(world.ids)
    assert {hit["type"] for hit in client.get("/api/v1/search", {"q": SECRET}).json()} >= {"risk", "task", "incident"}


def test_an_unknown_object_and_a_forbidden_one_look_alike(world, cast, sit):
    client = sit(cast.other_township)
    forbidden = client.get(f"/api/v1/map/objects/risk/{world.risk.pk}")
    unknown = client.get("/api/v1/map/objects/risk/999999999")
    assert (forbidden.status_code, forbidden.content) == (unknown.status_code, unknown.content)
