# SPDX-License-Identifier: Apache-2.0
"""Steps that choose and repeat: switch, repeat, channel lists, TLV, windows, presence masks, blocks."""

import re
from typing import Any

from anshu.wire.payload import limits
from anshu.wire.payload.building import Builder
from anshu.wire.payload.machine import Action, State, StopRepeat, Value, text_of
from anshu.wire.payload.operators import whole
from anshu.wire.payload.reading import reader
from anshu.wire.payload.steps import VERBS, sequence

_CASE = re.compile(r"\s*(-?(?:0x[0-9A-Fa-f]{1,16}|\d{1,20}))(?:\s*\.\.\s*(-?(?:0x[0-9A-Fa-f]{1,16}|\d{1,20})))?\s*\Z")
_KEY = re.compile(r"([A-Za-z_][A-Za-z0-9_]{0,63})(?::u(8|16|24|32)(be|le)?)?\Z")
_MASK_BITS = 64


def _switch(builder: Builder, path: str, given: dict[str, Any]) -> Action:
    subject = builder.expression(f"{path}.switch", given["switch"])
    exact: dict[Value, Action] = {}
    ranges: list[tuple[int, int, Action]] = []
    for key, steps in _cases(builder, path, given).items():
        action = sequence(builder, f"{path}.cases.{key}", steps)
        for part in key.split(","):
            match = _CASE.match(part)
            if match is None:
                exact[part.strip()] = action
            elif match[2] is None:
                exact[int(match[1], 0)] = action
            else:
                ranges.append((int(match[1], 0), int(match[2], 0), action))
    other = sequence(builder, f"{path}.else", given["else"]) if "else" in given else None
    builder.spent += len(ranges) // 4

    def choose(state: State) -> None:
        value = subject(state)
        action = exact.get(value)
        if action is None and isinstance(value, int | float):
            action = next((each for low, high, each in ranges if low <= value <= high), None)
        action = action or other
        if action is None:
            state.refuse("payload_unknown", value=text_of(value)[:100])
        action(state)

    return choose


def _cases(builder: Builder, path: str, given: dict[str, Any]) -> dict[str, Any]:
    cases = given.get("cases")
    if not isinstance(cases, dict):
        builder.problem(f"{path}.cases", "config_type", expected="object")
        return {}
    return cases


def _repeat(builder: Builder, path: str, given: dict[str, Any]) -> Action:
    """This will run steps over and over: a number of times, while something holds, or to the end of the bytes."""
    index = builder.name(f"{path}.index", given.get("index", "index"))
    times = builder.expression(f"{path}.times", given.get("times", limits.WORK))
    spent = builder.spent
    going = builder.expression(f"{path}.while", given.get("while", "left_bits > 0"))
    cost = 1 + builder.spent - spent
    to_end = "times" not in given
    body = sequence(builder, f"{path}.repeat", given["repeat"])

    def repeat(state: State) -> None:
        count = whole(times(state))
        if count is None or count < 0:
            state.refuse("bad_length", found=str(count))
        for turn in range(count):
            state.charge(cost)
            if (to_end or "while" in given) and not going(state):
                break
            state.names[index] = turn
            if not _turn(state, body):
                break

    return repeat


def _turn(state: State, body: Action) -> bool:
    """This will run the body once; False when it asked to leave the repetition."""
    depth = state.depth
    try:
        body(state)
    except StopRepeat:
        state.depth = depth
        return False
    return True


def _channels(builder: Builder, path: str, given: dict[str, Any]) -> Action:
    """This will read key bytes and the value they announce, over and over to the end."""
    options = builder.record(f"{path}.channels", given["channels"], frozenset({"key", "cases", "else"}))
    keys = _keys(builder, f"{path}.channels.key", options.get("key", ["channel", "type"]))
    width = sum(size for _, size, _ in keys) // 8
    exact: dict[str, Action] = {}
    patterns: list[tuple[re.Pattern[str], Action]] = []
    for key, steps in _cases(builder, f"{path}.channels", options).items():
        at = f"{path}.channels.cases.{key}"
        action = sequence(builder, at, steps)
        for written in key.split(","):
            _channel_case(builder, at, written, width, action, exact, patterns)
    other = sequence(builder, f"{path}.channels.else", options["else"]) if "else" in options else None

    def run(state: State) -> None:
        while state.position < state.end:
            state.charge(2)
            state.path = path
            if not _turn(state, lambda state: _channel(state, keys, exact, patterns, other)):
                break

    return run


_Keys = list[tuple[str, int, bool]]
_Patterns = list[tuple[re.Pattern[str], Action]]


def _channel(state: State, keys: _Keys, exact: dict[str, Action], patterns: _Patterns, other: Action | None) -> None:
    first = state.position
    for name, size, little in keys:
        state.names[name] = state.take(size, little)
    raw = f"{int.from_bytes(state.data[first >> 3 : state.position >> 3], 'big'):0{(state.position - first) // 4}x}"
    action = exact.get(raw)
    if action is None:
        state.charge(len(patterns))
        action = next((each for pattern, each in patterns if pattern.match(raw)), other)
    if action is None:
        state.refuse("payload_unknown", value=raw)
    action(state)


def _keys(builder: Builder, path: str, given: Any) -> _Keys:
    listed = given if isinstance(given, list) and 1 <= len(given) <= 4 else None
    if listed is None:
        builder.problem(path, "config_type", expected="list of 1 to 4 names")
        listed = ["channel"]
    keys = []
    for index, each in enumerate(listed):
        match = _KEY.match(each) if isinstance(each, str) else None
        if match is None:
            builder.problem(f"{path}[{index}]", "config_bad_name", found=each)
            continue
        little = builder.little if match[3] is None else match[3] == "le"
        keys.append((builder.name(f"{path}[{index}]", match[1]), int(match[2] or 8), little))
    return keys or [("_", 8, False)]


def _channel_case(
    builder: Builder,
    path: str,
    written: str,
    width: int,
    action: Action,
    exact: dict[str, Action],
    patterns: _Patterns,
) -> None:
    """This will enter one key: hexadecimal bytes, `*` for any one byte."""
    key = re.sub(r"\s+", "", written).lower().replace("*", "..")
    if len(key) != 2 * width or not re.fullmatch(r"(?:[0-9a-f]{2}|\.\.)+", key):
        builder.problem(path, "config_bad_key", key=written, expected=f"{width} bytes: 01 75, * 67")
    elif "." in key:
        patterns.append((re.compile(key), action))
    else:
        exact[key] = action


def _tlv(builder: Builder, path: str, given: dict[str, Any]) -> Action:
    """This will read tag, length and that many bytes, over and over; an unknown tag is passed over and noted."""
    at = f"{path}.tlv"
    options = builder.record(at, given["tlv"], frozenset({"tag", "length", "cases", "else", "times"}))
    tag = reader(builder, f"{at}.tag", options.get("tag", "u8"), {})
    length = reader(builder, f"{at}.length", options.get("length", "u8"), {})
    builder.assigned |= {"tag", "length"}
    cases: dict[Value, Action] = {}
    for key, steps in _cases(builder, at, options).items():
        match = _CASE.match(key)
        if match is None or match[2]:
            builder.problem(f"{at}.cases.{key}", "config_bad_key", key=key, expected="1, 0x1F")
        else:
            cases[int(match[1], 0)] = sequence(builder, f"{at}.cases.{key}", steps)
    other = sequence(builder, f"{at}.else", options["else"]) if "else" in options else None

    def item(state: State) -> None:
        state.names["tag"] = found = tag(state)
        state.names["length"] = size = length(state)
        action = cases.get(found, other)
        if action is None:
            state.note("unknown_tag", text_of(found))
        _within(state, whole(size), action or _ignore)

    def run(state: State) -> None:
        while state.position < state.end:
            state.charge(3)
            state.path = path
            if not _turn(state, item):
                break

    return run


def _ignore(_: State) -> None:
    return None


def _within(state: State, count: int | None, action: Action) -> None:
    """This will run the action on the next bytes only, and leave the cursor behind them."""
    if count is None or count < 0:
        state.refuse("bad_length", found=str(count))
    last = state.position + 8 * count
    if last > state.end:
        state.refuse("payload_short", needed=8 * count, left=state.end - state.position)
    kept, state.end = state.end, last
    try:
        action(state)
    finally:
        state.position, state.end = last, kept


def _window(builder: Builder, path: str, given: dict[str, Any]) -> Action:
    size = builder.expression(f"{path}.window", given["window"])
    body = sequence(builder, f"{path}.do", given.get("do", []))
    return lambda state: _within(state, whole(size(state)), body)


def _mask(builder: Builder, path: str, given: dict[str, Any]) -> Action:
    """This will run the steps of each bit that is set, from the lowest bit or from the highest."""
    subject = builder.expression(f"{path}.mask", given["mask"])
    falling = builder.choice(f"{path}.order", given.get("order", "rising"), ("rising", "falling")) == "falling"
    fields = given.get("bits")
    if not isinstance(fields, dict):
        builder.problem(f"{path}.bits", "config_type", expected="object")
        fields = {}
    actions: list[tuple[int, Action]] = []
    for key, steps in fields.items():
        if not key.isdecimal() or int(key[:3]) >= _MASK_BITS:
            builder.problem(f"{path}.bits", "config_bad_key", key=key, expected=f"0..{_MASK_BITS - 1}")
            continue
        actions.append((int(key), sequence(builder, f"{path}.bits.{key}", steps)))
    actions.sort(key=lambda pair: pair[0], reverse=falling)
    known = sum(1 << bit for bit, _ in actions)

    def run(state: State) -> None:
        flags = whole(subject(state)) or 0
        if flags & ~known:
            state.note("unknown_bit", f"{flags & ~known:#x}")
        for bit, action in actions:
            if flags >> bit & 1:
                action(state)

    return run


def _use(builder: Builder, path: str, given: dict[str, Any]) -> Action:
    """This will run a named block, after setting the variables it is given."""
    name = given["use"]
    if not isinstance(name, str) or name not in builder.blocks:
        builder.problem(f"{path}.use", "config_unknown_block", name=name)
        return _ignore
    builder.calls.setdefault(builder.block, set()).add(name)
    given_names = given.get("with", {})
    if not isinstance(given_names, dict):
        builder.problem(f"{path}.with", "config_type", expected="object")
        given_names = {}
    settings = [
        (builder.name(f"{path}.with.{key}", key), builder.expression(f"{path}.with.{key}", each))
        for key, each in given_names.items()
    ]
    blocks = builder.blocks

    def use(state: State) -> None:
        for key, expression in settings:
            state.names[key] = expression(state)
        blocks[name](state)

    return use


VERBS |= {
    "switch": (frozenset({"cases", "else"}), _switch),
    "repeat": (frozenset({"times", "while", "index"}), _repeat),
    "channels": (frozenset(), _channels),
    "tlv": (frozenset(), _tlv),
    "window": (frozenset({"do"}), _window),
    "mask": (frozenset({"bits", "order"}), _mask),
    "use": (frozenset({"with"}), _use),
}
