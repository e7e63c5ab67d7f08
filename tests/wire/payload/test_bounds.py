# SPDX-License-Identifier: Apache-2.0
"""Whatever the configuration and the payload: an answer or a refusal, soon, and nothing large."""

import contextlib
import json
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anshu.wire import payload
from anshu.wire.base import Refused
from anshu.wire.payload import limits
from anshu.wire.payload.structures import VERBS

NOW = datetime(2026, 7, 1, tzinfo=UTC)


def outcome(config, data, port=1):
    """The decoding, or None for a refusal; anything else that is raised fails the test."""
    try:
        return payload.load(config).decode(data, port=port, received_at=NOW)
    except (Refused, payload.ConfigRefused):
        return None


def refused_for(config, data=b"\x00" * 64):
    with pytest.raises(Refused) as caught:
        payload.load(config).decode(data, port=1, received_at=NOW)
    return caught.value.reason, caught.value.params.get("what")


def test_a_repeat_that_never_moves_runs_out_of_work():
    assert refused_for({"decode": [{"repeat": [{"value": "1", "name": "x"}]}]}) == ("payload_limit", "work")


def test_repeats_inside_repeats_run_out_of_work():
    step = {"value": "crc16_ccitt(0, -1) + crc16_modbus(0, size)", "name": "x"}
    for _ in range(6):
        step = {"repeat": [step], "times": 1_000_000}
    assert refused_for({"decode": [step]}, bytes(limits.PAYLOAD_BYTES)) == ("payload_limit", "work")


def test_a_number_of_times_beyond_all_counting_runs_out_of_work():
    assert refused_for({"decode": [{"repeat": [], "times": "2 ** 60"}]}) == ("payload_limit", "work")


def test_blocks_that_double_run_out_of_work():
    blocks = {f"b{n}": [{"use": f"b{n + 1}"}, {"use": f"b{n + 1}"}] for n in range(40)}
    blocks["b40"] = [{"value": 1, "property": "x"}]
    assert refused_for({"blocks": blocks, "decode": [{"use": "b0"}]})[0] == "payload_limit"


def test_blocks_may_not_nest_beyond_the_stack():
    blocks = {f"b{n}": [{"if": "1", "then": [{"use": f"b{n + 1}"}]}] for n in range(500)}
    blocks["b500"] = []
    assert refused_for({"blocks": blocks, "decode": [{"use": "b0"}]}) == ("payload_limit", "nesting")


def test_texts_do_not_grow_without_end():
    grow = [{"value": "'aaaaaaaa'", "name": "s"}, {"repeat": [{"value": "s + s", "name": "s"}], "times": 500}]
    out = outcome({"decode": [*grow, {"value": "s", "attribute": "s"}]}, b"")
    assert len(out.attributes["s"]) == limits.TEXT_CHARACTERS


def test_numbers_do_not_grow_without_end():
    grow = [{"value": "3", "name": "n"}, {"repeat": [{"value": "n * n", "name": "n"}], "times": 500}]
    assert outcome({"decode": [*grow, {"value": "n", "property": "n"}]}, b"").observations == ()


def test_outputs_are_limited():
    assert refused_for({"decode": [{"repeat": [{"value": 1, "property": "x"}]}]}) == ("payload_limit", "readings")
    named = {"value": 1, "attribute": "a{index}"}
    assert refused_for({"decode": [{"repeat": [named]}]}) == ("payload_limit", "attributes")
    noted = outcome({"decode": [{"repeat": [{"note": "x"}], "times": 1000}]}, b"")
    assert len(noted.notes) == limits.NOTES


def test_a_payload_too_large_is_refused():
    assert refused_for({"decode": []}, bytes(limits.PAYLOAD_BYTES + 1))[0] == "oversized"
    assert refused_for({"decode": [{"read": "hex"}]}, bytes(limits.PAYLOAD_BYTES)) == (
        "payload_limit", "bytes in one field"
    )  # fmt: skip


def test_a_stranger_in_the_document_does_no_harm():
    config = {"input": "json", "decode": [{"each": "$", "do": [{"get": "@", "property": "x_{index}"}]}]}
    document = [
        10**500,
        -(10**40),
        1e308,
        "9" * 10_000,
        None,
        True,
        {},
        [],
        "١٢",
        "1_000",
        "nan",
        "infinity",
        "\ud800\0",
    ]
    out = outcome(config, document)
    assert {each.property for each in out.observations if each.value is not None} == {"x_2", "x_5"}
    assert "".join(each.label for each in out.observations).encode()
    assert outcome(config, b"[" * 5_000 + b"]" * 5_000) is None


_words = st.sampled_from(["a", "b", "index", "channel", "type", "tag", "length", "key", "value"])
_expressions = st.recursive(
    st.sampled_from(
        ["0", "1", "2", "255", "0.5", "1e300", "null", "'x'", "left", "left_bits", "size", "port", "pos", "received"]
    )
    | _words,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["+", "-", "*", "/", "//", "%", "**", "<<", ">>", "&", "|", "^"]), inner).map(
            lambda parts: f"({parts[0]} {parts[1]} {parts[2]})"
        ),
        st.tuples(inner, st.sampled_from(["<", "==", "and", "or", ">="]), inner).map(
            lambda parts: f"({parts[0]} {parts[1]} {parts[2]})"
        ),
        st.tuples(
            st.sampled_from(
                ["abs", "sqrt", "exp", "round", "int", "be", "le", "hex", "text", "number", "iso", "len", "-", "~"]
            ),
            inner,
        ).map(lambda parts: f"{parts[0]}({parts[1]})"),
        st.tuples(
            st.sampled_from(["crc16_modbus", "sum8", "xor8", "round", "max", "signed", "be", "after"]), inner, inner
        ).map(lambda parts: f"{parts[0]}({parts[1]}, {parts[2]})"),
        st.tuples(inner, inner, inner).map(lambda parts: f"({parts[0]} ? {parts[1]} : {parts[2]})"),
    ),
    max_leaves=5,
)
_numbers = st.integers(-300, 300) | st.floats(-1e30, 1e30, allow_nan=False)
_kinds = st.sampled_from(
    [
        "u8",
        "u16",
        "i16le",
        "u3",
        "i5",
        "f32",
        "uvar",
        "ivar",
        "u32cdab",
        "sm16",
        "f64le",
        "f16",
        "bcd4",
        "bcd3le",
        "hex",
        "text",
        "hex2",
    ]
)
_sinks = st.fixed_dictionaries(
    {},
    optional={
        "bits": st.tuples(st.integers(0, 70), st.integers(1, 70)).map(list),
        "scale": _numbers,
        "divide": _numbers,
        "offset": _numbers,
        "digits": st.integers(0, 12),
        "missing": _numbers,
        "valid": st.tuples(_numbers, _numbers).map(list),
        "calc": _expressions,
        "curve": st.just([[0, 1], [10, 5], [1e30, -1e30]]),
        "map": st.sampled_from([["a", "b"], {"0": 5, "1-9": None, "0x10": "z"}]),
        "default": _numbers,
        "missing_as": st.just("null"),
        "text": st.sampled_from(["{a:02x}", "{b}", "x{value:.3f}", "{index:30d}"]),
        "name": _words,
        "property": st.sampled_from(["x", "x_{index}", "{a}{b}"]),
        "attribute": st.sampled_from(["y", "y_{a}"]),
        "time": st.sampled_from(["epoch_s", "epoch_ms", "epoch_min", "ago_s", "ago_min", "ago_ms"]),
    },
)
_paths = st.sampled_from(["a", "a.b", "$", "@", "$.a[0]", "[0]", "b[-1].a"])
_leaf = st.one_of(
    st.tuples(_kinds, _sinks).map(lambda parts: {"read": parts[0], **parts[1]}),
    st.tuples(_expressions, _sinks).map(lambda parts: {"value": parts[0], **parts[1]}),
    st.tuples(_kinds, _expressions).map(lambda parts: {"read": parts[0], "at": parts[1], "property": "p"}),
    st.tuples(_paths, _sinks).map(lambda parts: {"get": parts[0], **parts[1]}),
    _expressions.map(lambda text: {"skip": text}),
    _expressions.map(lambda text: {"seek": text}),
    _expressions.map(lambda text: {"check": text}),
    st.sampled_from([{"align": True}, {"stop": "all"}, {"stop": "repeat"}, {"note": "{a}"}, {"refuse": "no"}]),
)
_using = _leaf | st.just({"use": "block"})


def _branches(steps):
    listed = st.lists(steps, max_size=3)
    return st.one_of(
        st.tuples(_expressions, listed, listed).map(lambda p: {"if": p[0], "then": p[1], "else": p[2]}),
        st.tuples(listed, _expressions).map(lambda p: {"repeat": p[0], "times": p[1]}),
        st.tuples(listed, _expressions).map(lambda p: {"repeat": p[0], "while": p[1]}),
        listed.map(lambda p: {"repeat": p}),
        st.tuples(_expressions, listed, listed).map(lambda p: {"switch": p[0], "cases": {"0": p[1], "1..9": p[2]}}),
        st.tuples(listed, listed).map(lambda p: {"channels": {"cases": {"* 01": p[0], "00 00": p[1]}, "else": []}}),
        st.tuples(listed, _kinds).map(lambda p: {"tlv": {"length": p[1], "cases": {"0": p[0]}}}),
        st.tuples(_expressions, listed).map(lambda p: {"window": p[0], "do": p[1]}),
        st.tuples(_expressions, listed).map(lambda p: {"mask": p[0], "bits": {"0": p[1], "7": p[1]}}),
        st.tuples(_paths, listed).map(lambda p: {"each": p[0], "do": p[1]}),
        st.tuples(_paths, listed).map(lambda p: {"unpack": p[0], "as": "hex", "do": p[1]}),
    )


_block = st.lists(st.recursive(_leaf, _branches, max_leaves=6), max_size=3)
_steps = st.lists(st.recursive(_using, _branches, max_leaves=12), max_size=6)
_set_all = [{"value": 1, "name": name} for name in ("a", "b", "key", "tag", "length", "channel", "type", "value")]
_documents = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.just("0102ff"),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["a", "b", "c"]), inner, max_size=3),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None)
@given(_steps, _block, st.binary(max_size=80), st.sampled_from(["big", "little"]))
def test_any_program_on_any_bytes_ends(steps, block, data, endian):
    config = {
        "endian": endian,
        "blocks": {"block": block},
        "decode": [*_set_all, {"value": 0, "name": "index"}, *steps],
    }
    out = outcome(config, data)
    if out is not None:
        assert len(out.observations) <= limits.READINGS
        assert json.dumps([each.value for each in out.observations], allow_nan=False)
        assert out.left >= 0


@settings(max_examples=150, deadline=None)
@given(_steps, _block, _documents)
def test_any_program_on_any_document_ends(steps, block, document):
    config = {"input": "json", "blocks": {"block": block}, "decode": [*_set_all, {"value": 0, "name": "index"}, *steps]}
    outcome(config, document)


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from([*VERBS, "cases", "do", "decode", "map", "bits"]) | st.text(max_size=5), inner, max_size=4
        )
    ),
    max_leaves=15,
)


@settings(max_examples=150, deadline=None)
@given(_json | st.fixed_dictionaries({"decode": st.lists(_json, max_size=4), "tables": _json, "blocks": _json}))
def test_any_json_is_a_configuration_or_refused_in_words(config):
    try:
        payload.load(config)
        problems = ()
    except payload.ConfigRefused as refused:
        problems = refused.problems or ("none told",)
    assert all(each.message("zh") and each.message("en") for each in problems)


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet="0123456789.eExabcdf+-*/%&|^~<>=!?:,()'\" porteflzmincx", max_size=60))
def test_any_text_is_an_expression_or_refused(text):
    outcome({"decode": [{"value": text, "property": "x"}]}, b"\x01\x02")


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(payload.KINDS),
    st.binary(max_size=60)
    | st.dictionaries(
        st.sampled_from(["device", "devEUI", "deviceInfo", "DevEUI_uplink", "EUI", "data", "fPort", "time", "ts"])
        | st.sampled_from(["rxInfo", "uplink_message", "end_device_ids", "gws", "bat", "values", "payload"]),
        _documents | st.sampled_from(["0102", "AQI=", "2026-07-01T00:00:00Z", {"devEui": "x"}, {"device_id": "x"}]),
    ).map(lambda document: json.dumps(document).encode()),
)
def test_any_envelope_is_opened_or_refused(kind, body):
    try:
        uplink = payload.envelope(kind, body)
    except Refused:
        return
    assert uplink.data is None or len(uplink.data) <= limits.JSON_BYTES


@settings(max_examples=200, deadline=None)
@given(
    st.binary(max_size=80)
    | _documents.map(lambda each: json.dumps({"times": each, "time": each, "values": each}).encode())
)
def test_any_body_is_one_of_ours_or_refused(body):
    for read in (payload.own_json, payload.columnar):
        with contextlib.suppress(Refused):
            assert read(body).values is not None
