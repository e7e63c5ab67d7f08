# SPDX-License-Identifier: Apache-2.0
"""Settings of connectors: every example is in order, every mistake is named by its path, nothing is guessed."""

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anshu.wire.base import Refused
from anshu.wire.connectors import EXAMPLES, PARSERS, HttpSettings, read_items
from anshu.wire.settings import SettingsRefused

WRONG = [
    ("tcp", {"protocol": "gopher"}, {"protocol", "host", "port"}),
    ("tcp", {"protocol": "hj212", "host": "-x", "port": 70_000}, {"host", "port"}),
    ("tcp", [], {""}),
    ("mqtt", {"host": "h", "client_id": "a b"}, {"client_id", "subscriptions"}),
    (
        "mqtt",
        {"host": "h", "client_id": "a", "subscriptions": [{"topic": "a/#/b", "level": 1}]},
        {"subscriptions[0].topic"},
    ),
    ("mqtt", {"host": "h", "client_id": "a", "subscriptions": [{"topic": "a/+"}]}, {"subscriptions[0].level"}),
    (
        "mqtt",
        {"host": "h", "client_id": "a", "tls": "yes", "ca": "x", "subscriptions": ["a"], "typo": 1},
        {"tls", "ca", "subscriptions[0]", "typo"},
    ),
    ("http", {"url": "ftp://h/", "device": "d"}, {"url"}),
    ("http", {"url": "http://user:pass@h/", "device": "d"}, {"url"}),
    ("http", {"url": "http://h/"}, {"device"}),
    ("http", {"url": "http://h/", "device": "d", "items": {"device": "id"}}, {"device"}),
    ("http", {"url": "http://h/", "device": "d", "signing": {"way": "header", "name": "a\nb"}}, {"signing.name"}),
    ("http", {"url": "http://h/", "items": {"path": "a"}}, {"items.device"}),
    (
        "sensorthings",
        {"url": "http://h/?$top=1", "properties": [{"property": "Water"}]},
        {"url", "properties[0].match", "properties[0].property"},
    ),
    (
        "sensorthings",
        {"url": "http://h/v1.1", "thing": "serial", "properties": [{"match": "a", "property": "b"}]},
        {"thing"},
    ),
    ("usgs", {"url": "http://h/iv", "sites": ["1", "2;3"], "interval_s": 1}, {"sites[1]", "interval_s"}),
]


@pytest.mark.parametrize("kind", list(PARSERS))
def test_the_example_of_each_kind_is_in_order(kind):
    assert PARSERS[kind](json.loads(json.dumps(EXAMPLES[kind])))


@pytest.mark.parametrize(("kind", "settings", "paths"), WRONG)
def test_every_mistake_is_named_by_its_path(kind, settings, paths):
    with pytest.raises(SettingsRefused) as caught:
        PARSERS[kind](settings)
    assert {each.path for each in caught.value.problems} == paths
    assert all(each.message("zh") and each.message("en") for each in caught.value.problems)


_leaves = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
_documents = st.recursive(
    _leaves, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
)
_names = st.sampled_from(
    ["url", "host", "port", "sites", "properties", "subscriptions", "items", "signing", "tls", "ca", "device"]
)


@given(kind=st.sampled_from(sorted(PARSERS)), settings=st.dictionaries(_names, _documents) | _documents)
def test_whatever_is_written_down_is_taken_or_refused(kind, settings):
    with contextlib.suppress(SettingsRefused):
        PARSERS[kind](settings)


def listed(**items):
    return HttpSettings.parse({"url": "http://h/", "items": {"device": "id", **items}})


def test_items_are_taken_out_of_a_document():
    body = json.dumps({"a": [{"b": [{"id": 1, "x": 2}, {"id": True}, {"y": 0}, 7, {"id": "s"}]}]}).encode()
    found = dict(read_items(listed(path="a.0.b", prefix="p-"), body))
    assert {name: json.loads(text) for name, text in found.items()} == {"p-1": {"id": 1, "x": 2}, "p-s": {"id": "s"}}


@pytest.mark.parametrize(
    "body", [b"", b"\xff", b"{}", b"[" * 5000, b'{"a": 1}', json.dumps({"a": [1] * 6000}).encode()]
)
def test_a_document_without_the_list_is_refused(body):
    with pytest.raises(Refused):
        list(read_items(listed(path="a"), body))


@given(body=st.binary(max_size=60) | _documents.map(lambda each: json.dumps(each).encode()))
def test_no_document_does_any_harm(body):
    with contextlib.suppress(Refused):
        list(read_items(listed(path="a.0"), body))
