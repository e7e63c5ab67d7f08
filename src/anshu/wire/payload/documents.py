# SPDX-License-Identifier: Apache-2.0
"""Steps on JSON: get a value, go over a list or an object, unpack bytes written as hexadecimal or Base64."""

import base64
import binascii
from collections.abc import Iterable
from typing import Any

from anshu.wire.payload import limits
from anshu.wire.payload.building import Builder
from anshu.wire.payload.machine import Action, State, StopRepeat, tidy
from anshu.wire.payload.paths import ABSENT, Getter, getter
from anshu.wire.payload.steps import VERBS, sequence
from anshu.wire.payload.values import VALUE_KEYS, sink


def _get(builder: Builder, path: str, given: dict[str, Any]) -> Action:
    find = getter(builder, f"{path}.get", given["get"])
    required = builder.truth(f"{path}.required", given.get("required", False))
    send = sink(builder, path, given)
    has_default = "default" in given

    def get(state: State) -> None:
        found = find(state)
        if found is ABSENT:
            if required:
                state.refuse("payload_no_path", path=str(given["get"]))
            if has_default:
                send(state, None)
            return
        send(state, tidy(found))

    return get


def _each(builder: Builder, path: str, given: dict[str, Any]) -> Action:
    find = getter(builder, f"{path}.each", given["each"])
    index = builder.name(f"{path}.index", given.get("index", "index"))
    key_name = builder.name(f"{path}.key", given.get("key", "key"))
    body = sequence(builder, f"{path}.do", given.get("do", []))

    def each(state: State) -> None:
        outer = state.node
        depth = state.depth
        for turn, (key, item) in enumerate(_items(find(state))):
            state.charge(1)
            state.node = item
            state.names[index], state.names[key_name] = turn, tidy(key)
            try:
                body(state)
            except StopRepeat:
                state.depth = depth
                break
        state.node = outer

    return each


def _items(found: Any) -> Iterable[tuple[Any, Any]]:
    if isinstance(found, list):
        return enumerate(found)
    return found.items() if isinstance(found, dict) else ()


def _unpack(builder: Builder, path: str, given: dict[str, Any]) -> Action:
    find = _packed(builder, f"{path}.unpack", given["unpack"])
    encoding = builder.choice(f"{path}.as", given.get("as"), ("hex", "base64", "latin-1"))
    required = builder.truth(f"{path}.required", given.get("required", False))
    body = sequence(builder, f"{path}.do", given.get("do", []))

    def unpack(state: State) -> None:
        found = find(state)
        if found is ABSENT and not required:
            return
        data = unpacked(found, encoding)
        if data is None:
            state.refuse("payload_bad_encoding", path=str(given["unpack"]), encoding=encoding)
        state.charge(len(data) // 8)
        kept = state.data, state.position, state.end
        state.data, state.position, state.end = data, 0, 8 * len(data)
        try:
            body(state)
        finally:
            state.data, state.position, state.end = kept

    return unpack


def _packed(builder: Builder, path: str, given: Any) -> Getter:
    """This will build what finds the text to unpack: at a path, or as {"value": expression}."""
    if not isinstance(given, dict):
        return getter(builder, path, given)
    return builder.expression(f"{path}.value", builder.record(path, given, frozenset({"value"})).get("value"))


def unpacked(text: Any, encoding: str) -> bytes | None:
    """This will turn a text into the bytes it stands for; None when it does not."""
    if not isinstance(text, str) or len(text) > 2 * limits.PAYLOAD_BYTES:
        return None
    try:
        if encoding == "hex":
            return bytes.fromhex(text)
        if encoding == "base64":
            return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
        return text.encode("latin-1")
    except (ValueError, binascii.Error):
        return None


VERBS |= {
    "get": (VALUE_KEYS | {"required"}, _get),
    "each": (frozenset({"do", "index", "key"}), _each),
    "unpack": (frozenset({"as", "do", "required"}), _unpack),
}
