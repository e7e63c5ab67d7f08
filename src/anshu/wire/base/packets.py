# SPDX-License-Identifier: Apache-2.0
"""Packets of messages under way, in bounded memory: what protocols that number the packets of a long message share."""

from collections import OrderedDict
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
P = TypeVar("P")


@dataclass(slots=True)
class _Parts(Generic[P]):
    packets: dict[int, P] = field(default_factory=dict)
    weights: dict[int, int] = field(default_factory=dict)


class Packets(Generic[K, P]):
    """Packets of one connection, by message and number from 1.

    They may come in any order and more than once. When too much is under way, the message that has waited longest is
    forgotten.
    """

    def __init__(self, max_messages: int, max_bytes: int) -> None:
        self._max_messages, self._max_bytes = max_messages, max_bytes
        self._under_way: OrderedDict[K, _Parts[P]] = OrderedDict()
        self.size = 0

    def add(self, key: K, index: int, total: int, packet: P, *, weight: int) -> list[P] | None:
        """Keep a packet; gives all of a message's, in order, when this one completes it, and forgets them."""
        parts = self._under_way.setdefault(key, _Parts())
        self._under_way.move_to_end(key)
        self.size += weight - parts.weights.get(index, 0)
        parts.packets[index], parts.weights[index] = packet, weight
        if len(parts.packets) == total:
            self.forget(key)
            return [parts.packets[number] for number in range(1, total + 1)]
        while self._under_way and (len(self._under_way) > self._max_messages or self.size > self._max_bytes):
            self.forget(next(iter(self._under_way)))
        return None

    def of(self, key: K) -> Mapping[int, P]:
        """Give the packets of a message that are here, by number."""
        parts = self._under_way.get(key)
        return parts.packets if parts else {}

    def missing(self, key: K, total: int) -> list[int]:
        """List the numbers still missing of a message under way; none of one that is not."""
        here = self.of(key)
        return [number for number in range(1, total + 1) if number not in here] if here else []

    def forget(self, key: K) -> None:
        """Drop what is here of a message."""
        parts = self._under_way.pop(key, None)
        self.size -= sum(parts.weights.values()) if parts else 0
