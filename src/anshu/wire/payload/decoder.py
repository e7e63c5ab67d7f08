# SPDX-License-Identifier: Apache-2.0
"""Loading a configuration and decoding payloads with it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec

from anshu.wire.base import Observation, refuse
from anshu.wire.payload import documents, limits, structures
from anshu.wire.payload.building import Builder
from anshu.wire.payload.machine import Action, Note, Reading, State, StopAll, StopRepeat
from anshu.wire.payload.problems import ConfigRefused
from anshu.wire.payload.steps import sequence
from anshu.wire.payload.tables import read_tables

FORMAT = "anshu.payload/1"

_KEYS = frozenset(
    {"format", "title", "maker", "model", "comment", "source", "samples", "input", "endian"}
    | {"properties", "tables", "blocks", "decode"}
)
_VERBS_FROM = (documents, structures)  # importing them fills the register of verbs


@dataclass(frozen=True, slots=True)
class Decoded:
    """What a payload said. `left` counts the bytes no step has read."""

    observations: tuple[Reading, ...]
    attributes: Mapping[str, str]
    notes: tuple[Note, ...] = ()
    left: int = 0

    def of(self, thing: str) -> tuple[Observation, ...]:
        """This will give the observations as those of a thing."""
        return tuple(
            Observation(thing, each.property, each.time, each.value, each.unit, "missing")
            if each.value is None
            else Observation(thing, each.property, each.time, each.value, each.unit)
            for each in self.observations
        )


@dataclass(frozen=True, slots=True)
class Decoder:
    """A configuration ready to run; it keeps nothing between payloads."""

    config: Mapping[str, Any]
    takes_json: bool
    properties: Mapping[str, str]  # declared name -> unit
    _run: Action

    def decode(self, data: bytes | dict[str, Any] | list[Any], *, port: int | None, received_at: datetime) -> Decoded:
        """This will decode one payload; raise Refused."""
        payload, root = self._accept(data)
        received = received_at.timestamp()
        state = State(payload, 8 * len(payload), port, received, root, root, moment=received_at.astimezone(UTC))
        try:
            self._run(state)
        except (StopAll, StopRepeat):
            state.depth = 0
        return Decoded(tuple(state.readings), state.attributes, tuple(state.notes), (state.end - state.position) >> 3)

    def _accept(self, data: bytes | dict[str, Any] | list[Any]) -> tuple[bytes, Any]:
        if isinstance(data, bytes):
            most = limits.JSON_BYTES if self.takes_json else limits.PAYLOAD_BYTES
            if len(data) > most:
                refuse("oversized", 0, "", found=len(data), limit=most)
            return (b"", read_json(data)) if self.takes_json else (data, None)
        if not self.takes_json:
            refuse("payload_wrong_input", 0, "", expected="bytes", found="JSON")
        return b"", data


def read_json(body: bytes) -> Any:
    """This will read a JSON document; raise Refused('payload_not_json')."""
    try:
        return msgspec.json.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as wrong:
        refuse("payload_not_json", 0, "", problem=str(wrong)[:100])


def load(config: Any) -> Decoder:
    """This will check a configuration and make it ready; raise ConfigRefused with everything that is wrong."""
    builder = Builder()
    if not _small(builder, config):
        raise ConfigRefused(builder.problems)
    given = builder.record("", config, _KEYS)
    builder.choice("format", given.get("format", FORMAT), (FORMAT,))
    takes_json = builder.choice("input", given.get("input", "bytes"), ("bytes", "json")) == "json"
    builder.little = builder.choice("endian", given.get("endian", "big"), ("big", "little")) == "little"
    _properties(builder, given.get("properties", {}))
    read_tables(builder, "tables", given.get("tables", {}))
    run = _program(builder, given)
    builder.check_names()
    if builder.problems:
        raise ConfigRefused(builder.problems)
    return Decoder(given, takes_json, builder.units, run)


def _program(builder: Builder, given: dict[str, Any]) -> Action:
    """This will build the named blocks and then the steps that may use them."""
    blocks = given.get("blocks", {})
    if not isinstance(blocks, dict):
        builder.problem("blocks", "config_type", expected="object")
        blocks = {}
    ready: dict[str, Any] = dict.fromkeys(blocks)
    builder.blocks = ready
    for name, steps in blocks.items():
        builder.block = name
        ready[name] = sequence(builder, f"blocks.{name}", steps)
    builder.block = ""
    if "decode" not in given:
        builder.problem("decode", "config_absent", key="decode")
    run = sequence(builder, "decode", given.get("decode", []))
    for name in blocks:
        if _reaches(builder.calls, name):
            builder.problem(f"blocks.{name}", "config_cycle", block=name)
    return run


def _reaches(calls: Mapping[str, set[str]], start: str) -> bool:
    """This will say whether a block comes back to itself."""
    seen: set[str] = set()
    waiting = list(calls.get(start, ()))
    while waiting:
        name = waiting.pop()
        if name == start:
            return True
        if name not in seen:
            seen.add(name)
            waiting.extend(calls.get(name, ()))
    return False


def _properties(builder: Builder, given: Any) -> None:
    if not isinstance(given, dict):
        builder.problem("properties", "config_type", expected="object")
        return
    for name, about in given.items():
        path = f"properties.{name}"
        record = builder.record(path, about, frozenset({"unit", "title"}))
        builder.words(f"{path}.title", record.get("title", ""), 200)
        builder.units[name] = builder.words(f"{path}.unit", record.get("unit", ""), 32)


def _small(builder: Builder, config: Any) -> bool:
    """This will say whether the configuration is an object of bounded size and depth, without recursion."""
    if not isinstance(config, dict):
        builder.problem("", "config_type", expected="object")
        return False
    nodes, waiting = 0, [(config, 1)]
    while waiting:
        each, depth = waiting.pop()
        nodes += 1
        if depth > limits.CONFIG_DEPTH or nodes > limits.CONFIG_NODES:
            what, limit = (
                ("depth", limits.CONFIG_DEPTH) if depth > limits.CONFIG_DEPTH else ("nodes", limits.CONFIG_NODES)
            )
            builder.problem("", "config_too_large", what=what, limit=limit)
            return False
        if isinstance(each, dict):
            if not all(isinstance(key, str) and len(key) <= 200 for key in each):
                builder.problem("", "config_type", expected="text keys up to 200 characters")
                return False
            waiting.extend((inner, depth + 1) for inner in each.values())
        elif isinstance(each, list):
            waiting.extend((inner, depth + 1) for inner in each)
    return True
