# SPDX-License-Identifier: Apache-2.0
"""A device or platform that waits to be called: we open the connection, and then it speaks its protocol as ever."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from anshu.wire.settings import Fields, Problem, SettingsRefused

PROTOCOLS = ("hj212", "sl651", "jt808", "jt809", "gb26875")
_KNOWN = frozenset({"protocol", "host", "port"})


@dataclass(frozen=True, slots=True, kw_only=True)
class DialledSettings:
    """Whom to call and what will be spoken."""

    protocol: str
    host: str
    port: int

    @classmethod
    def parse(cls, given: Any) -> "DialledSettings":
        """Read settings from JSON; raise SettingsRefused naming every field that is wrong."""
        problems: list[Problem] = []
        if not isinstance(given, Mapping):
            raise SettingsRefused([Problem("", "table")])
        fields = Fields(given, "", problems)
        fields.known(_KNOWN)
        settings = cls(
            protocol=fields.choice("protocol", PROTOCOLS),
            host=fields.host("host"),
            port=fields.integer("port", 1, 65_535),
        )
        if problems:
            raise SettingsRefused(problems)
        return settings
