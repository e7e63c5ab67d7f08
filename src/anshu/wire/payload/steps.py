# SPDX-License-Identifier: Apache-2.0
"""The steps of a configuration: each has one verb, and becomes one action on the state."""

from collections.abc import Callable
from typing import Any

from anshu.wire.payload import limits
from anshu.wire.payload.building import Builder
from anshu.wire.payload.machine import Action, State, StopAll, StopRepeat, Value, text_of
from anshu.wire.payload.operators import whole
from anshu.wire.payload.reading import TYPE_KEYS, reader
from anshu.wire.payload.values import VALUE_KEYS, sink

Maker = Callable[[Builder, str, dict[str, Any]], Action]

_COMMON = frozenset({"when", "comment"})


def sequence(builder: Builder, path: str, given: Any) -> Action:
    """This will build a list of steps, or a single one, that run one after another."""
    single = isinstance(given, dict)
    if not single and not isinstance(given, list):
        builder.problem(path, "config_type", expected="list of steps")
        return lambda _: None
    listed = [(path, given)] if single else [(f"{path}[{index}]", each) for index, each in enumerate(given)]
    spent = builder.spent
    steps = tuple(_step(builder, at, each) for at, each in listed)
    builder.spent = spent  # inner steps charge for themselves

    def run(state: State) -> None:
        state.depth += 1
        if state.depth > limits.NESTING:
            state.refuse("payload_limit", what="nesting", limit=limits.NESTING)
        for at, cost, action in steps:
            state.path = at
            state.charge(cost)
            action(state)
        state.depth -= 1

    return run


def _step(builder: Builder, path: str, given: Any) -> tuple[str, int, Action]:
    """This will build one step with its place in the configuration and its cost."""
    before = builder.spent
    action = _action(builder, path, given)
    return path, 1 + builder.spent - before, action


def _action(builder: Builder, path: str, given: Any) -> Action:
    if not isinstance(given, dict):
        builder.problem(path, "config_type", expected="object")
        return lambda _: None
    verbs = [key for key in given if key in VERBS]
    if len(verbs) != 1:
        builder.problem(path, "config_one_verb", choices=", ".join(VERBS))
        return lambda _: None
    keys, maker = VERBS[verbs[0]]
    builder.record(path, given, keys | _COMMON | {verbs[0]})
    action = maker(builder, path, given)
    if "when" not in given:
        return action
    test = builder.expression(f"{path}.when", given["when"])
    return lambda state: action(state) if test(state) else None


def _read(builder: Builder, path: str, given: dict[str, Any]) -> Action:
    options = {key: given[key] for key in TYPE_KEYS if key in given}
    read, send = reader(builder, f"{path}.read", given["read"], options), sink(builder, path, given)
    if "at" not in given:
        return lambda state: send(state, read(state))
    place = builder.expression(f"{path}.at", given["at"])

    def peek(state: State) -> None:
        kept = state.position
        state.position = _offset(state, place(state))
        raw = read(state)
        state.position = kept
        send(state, raw)

    return peek


def _offset(state: State, value: Value) -> int:
    """This will turn a byte offset, from the end when negative, into a bit position."""
    found = whole(value)
    if found is not None and found < 0:
        found += state.end >> 3
    if found is None or not 0 <= found <= state.end >> 3:
        state.refuse("bad_length", found=text_of(value))
    return 8 * found


def _value(builder: Builder, path: str, given: dict[str, Any]) -> Action:
    expression, send = builder.expression(f"{path}.value", given["value"]), sink(builder, path, given)
    return lambda state: send(state, expression(state))


def _skip(builder: Builder, path: str, given: dict[str, Any]) -> Action:
    expression = builder.expression(f"{path}.skip", given["skip"])
    bits = builder.choice(f"{path}.in", given.get("in", "bytes"), ("bytes", "bits")) == "bits"

    def skip(state: State) -> None:
        count = whole(expression(state))
        if count is None or count < 0:
            state.refuse("bad_length", found=str(count))
        needed = count if bits else 8 * count
        if needed > state.end - state.position:
            state.refuse("payload_short", needed=needed, left=state.end - state.position)
        state.position += needed

    return skip


def _seek(builder: Builder, path: str, given: dict[str, Any]) -> Action:
    place = builder.expression(f"{path}.seek", given["seek"])

    def seek(state: State) -> None:
        state.position = _offset(state, place(state))

    return seek


def _align(builder: Builder, path: str, given: dict[str, Any]) -> Action:
    builder.truth(f"{path}.align", given["align"])

    def align(state: State) -> None:
        state.position = min(state.end, state.position + 7 & ~7)

    return align


def _if(builder: Builder, path: str, given: dict[str, Any]) -> Action:
    test = builder.expression(f"{path}.if", given["if"])
    chosen = sequence(builder, f"{path}.then", given.get("then", []))
    other = sequence(builder, f"{path}.else", given.get("else", []))
    return lambda state: chosen(state) if test(state) else other(state)


def _check(builder: Builder, path: str, given: dict[str, Any]) -> Action:
    test = builder.expression(f"{path}.check", given["check"])
    message = builder.words(f"{path}.message", given.get("message", str(given["check"])), 200)

    def check(state: State) -> None:
        if not test(state):
            state.refuse("payload_check", check=message)

    return check


def _stop(builder: Builder, path: str, given: dict[str, Any]) -> Action:
    everything = builder.choice(f"{path}.stop", given["stop"], ("repeat", "all")) == "all"

    def stop(_: State) -> None:
        raise StopAll if everything else StopRepeat

    return stop


def _note(builder: Builder, path: str, given: dict[str, Any]) -> Action:
    text = builder.template(f"{path}.note", given["note"])
    return lambda state: state.note("configured", text(state))


def _refuse(builder: Builder, path: str, given: dict[str, Any]) -> Action:
    text = builder.template(f"{path}.refuse", given["refuse"])
    return lambda state: state.refuse("payload_check", check=text(state)[:200])


VERBS: dict[str, tuple[frozenset[str], Maker]] = {
    "read": (VALUE_KEYS | TYPE_KEYS | {"at"}, _read),
    "value": (VALUE_KEYS, _value),
    "skip": (frozenset({"in"}), _skip),
    "seek": (frozenset(), _seek),
    "align": (frozenset(), _align),
    "if": (frozenset({"then", "else"}), _if),
    "check": (frozenset({"message"}), _check),
    "stop": (frozenset(), _stop),
    "note": (frozenset(), _note),
    "refuse": (frozenset(), _refuse),
}
