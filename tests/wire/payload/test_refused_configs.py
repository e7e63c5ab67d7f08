# SPDX-License-Identifier: Apache-2.0
"""What is refused when a configuration is saved, and where it says the mistake is."""

import pytest

from anshu.wire import payload
from anshu.wire.payload import PROBLEMS, ConfigRefused, limits


def problems(config):
    with pytest.raises(ConfigRefused) as caught:
        payload.load(config)
    return {(each.path, each.code) for each in caught.value.problems}


@pytest.mark.parametrize(
    ("step", "path", "code"),
    [
        ({"reed": "u8"}, "decode[0]", "config_one_verb"),
        ({"read": "u8", "value": "1"}, "decode[0]", "config_one_verb"),
        ({"read": "u65"}, "decode[0].read", "config_range"),
        ({"read": "x8"}, "decode[0].read", "config_unknown_type"),
        ({"read": "f24"}, "decode[0].read", "config_unknown_type"),
        ({"read": "u8", "propertie": "x"}, "decode[0]", "config_unknown_key"),
        ({"read": "u8", "length": 2}, "decode[0].read", "config_unknown_key"),
        ({"read": "u8", "map": "nowhere"}, "decode[0].map", "config_unknown_table"),
        ({"read": "u8", "scale": "1"}, "decode[0].scale", "config_number"),
        ({"read": "u8", "scale": float("nan")}, "decode[0].scale", "config_number"),
        ({"read": "u8", "divide": 0}, "decode[0].scale", "config_range"),
        ({"read": "u8", "name": "left"}, "decode[0].name", "config_bad_name"),
        ({"read": "u8", "bits": [0]}, "decode[0].bits", "config_type"),
        ({"read": "u8", "time": "yesterday"}, "decode[0].time", "config_choice"),
        ({"value": "1 +"}, "decode[0].value", "expression_value"),
        ({"value": "open('x')"}, "decode[0].value", "expression_function"),
        ({"value": "abs(1, 2)"}, "decode[0].value", "expression_arguments"),
        ({"value": "(1"}, "decode[0].value", "expression_mark"),
        ({"value": "1 2"}, "decode[0].value", "expression_ended"),
        ({"value": "1e999"}, "decode[0].value", "expression_number"),
        ({"value": "port.__class__"}, "decode[0].value", "expression_unreadable"),
        ({"value": "unset + 1"}, "decode[0].value", "config_unknown_name"),
        ({"value": 1, "property": "x_{"}, "decode[0].property", "expression_mark"),
        ({"use": "nothing"}, "decode[0].use", "config_unknown_block"),
        ({"channels": {"cases": {"01": []}}}, "decode[0].channels.cases.01", "config_bad_key"),
        ({"tlv": {"cases": {"x": []}}}, "decode[0].tlv.cases.x", "config_bad_key"),
        ({"mask": "1", "bits": {"64": []}}, "decode[0].bits", "config_bad_key"),
        ({"get": "a..b"}, "decode[0].get", "config_bad_path"),
        ({"unpack": "a", "as": "rot13"}, "decode[0].as", "config_choice"),
        ("read", "decode[0]", "config_type"),
    ],
)
def test_a_mistake_is_named_with_its_place(step, path, code):
    assert (path, code) in problems({"decode": [step]})


def test_all_mistakes_are_told_at_once():
    assert len(problems({"decode": [{"read": "x"}, {"value": ")"}], "endian": "middle", "extra": 1})) == 4


@pytest.mark.parametrize("config", [None, [], "x", 3, {}])
def test_what_is_no_configuration_is_refused(config):
    assert problems(config)


def test_a_block_may_not_reach_itself():
    config = {"blocks": {"a": [{"use": "b"}], "b": [{"if": "1", "then": [{"use": "a"}]}]}, "decode": [{"use": "a"}]}
    assert ("blocks.a", "config_cycle") in problems(config)


def test_a_configuration_too_deep_or_too_large_is_refused():
    deep = {"read": "u8"}
    for _ in range(limits.CONFIG_DEPTH):
        deep = {"if": "1", "then": [deep]}
    assert problems({"decode": [deep]}) == {("", "config_too_large")}
    assert problems({"decode": [{"read": "u8"}] * limits.CONFIG_NODES}) == {("", "config_too_large")}


@pytest.mark.parametrize("expression", ["(" * 200 + "1" + ")" * 200, "-" * 500 + "1", "1" + "+1" * 250, "1" * 601])
def test_an_expression_too_deep_or_too_long_is_refused(expression):
    (problem,) = problems({"decode": [{"value": expression}]})
    assert problem[1] in ("expression_too_long", "expression_too_deep", "expression_unreadable")


def test_every_problem_says_the_same_particulars_in_both_languages():
    for zh, en in PROBLEMS.values():
        assert {p.split("}")[0] for p in zh.split("{")[1:]} == {p.split("}")[0] for p in en.split("{")[1:]}


def test_a_problem_speaks_to_people():
    with pytest.raises(ConfigRefused) as caught:
        payload.load({"decode": [{"read": "u65"}]})
    assert caught.value.problems[0].as_json()["message_zh"] == "65 超出范围 1–64"
