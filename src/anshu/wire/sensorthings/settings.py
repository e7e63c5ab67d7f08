# SPDX-License-Identifier: Apache-2.0
"""Where another server is, and which of its observed properties are which of ours."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlencode

from anshu.wire.settings import Fields, Problem, SettingsRefused, Signing

_MOST_MATCHES = 500
_MOST_MISSING = 20
_KNOWN = frozenset(
    {"url", "interval_s", "timeout_s", "page", "filter", "thing", "prefix", "first_days", "overlap_h"}
    | {"properties", "signing"}
)
_MATCH = frozenset({"match", "property", "unit", "missing"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A property of theirs, by name or definition of the ObservedProperty or what the Datastream says, and ours."""

    match: str
    property: str
    # In place of the unit that the datastream states, where that is wrong or absent.
    unit: str = ""
    missing: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SensorThingsSettings:
    """The first time `first_days` back are read; later each time what is newer, and `overlap_h` before that."""

    url: str
    interval_s: float = 300.0
    timeout_s: float = 60.0
    page: int = 1000
    # A $filter for their datastreams.
    filter: str = ""
    # What is the address of a device: its "id", its "name", or "properties/NAME".
    thing: str = "id"
    prefix: str = ""
    first_days: float = 1.0
    overlap_h: float = 2.0
    properties: tuple[Match, ...] = ()
    signing: Signing = field(default_factory=Signing)

    @classmethod
    def parse(cls, given: Any) -> "SensorThingsSettings":
        """Read settings from JSON; raise SettingsRefused naming every field that is wrong."""
        problems: list[Problem] = []
        if not isinstance(given, Mapping):
            raise SettingsRefused([Problem("", "table")])
        fields = Fields(given, "", problems)
        fields.known(_KNOWN)
        settings = cls(
            url=fields.address("url", ("http", "https")),
            interval_s=fields.number("interval_s", 300.0, 10, 86_400),
            timeout_s=fields.number("timeout_s", 60.0, 0.5, 300),
            page=fields.integer("page", 1, 10_000, 1000),
            filter=fields.text("filter", 1000),
            thing=fields.text("thing", 80) or "id",
            prefix=fields.text("prefix", 30),
            first_days=fields.number("first_days", 1.0, 0.01, 3660),
            overlap_h=fields.number("overlap_h", 2.0, 0, 168),
            properties=tuple(map(_match, fields.each("properties", _MOST_MATCHES, needed=True))),
            signing=Signing.read(fields.part("signing")),
        )
        if settings.thing not in ("id", "name") and not settings.thing.startswith("properties/"):
            fields.wrong("thing", "choice", found=settings.thing, choices="id, name, properties/…")
        if problems:
            raise SettingsRefused(problems)
        return settings

    def streams(self) -> str:
        """Give the address of the first page of datastreams."""
        query = {
            "$expand": "Thing,ObservedProperty",
            "$orderby": "id asc",
            "$top": str(self.page),
        }
        if self.filter:
            query["$filter"] = self.filter
        return self._address("Datastreams", query)

    def observations(self, stream: int | str, since: datetime) -> str:
        """Give the address of the first page of a datastream's observations after a moment."""
        # OGC 18-088, 9.1: a text id stands in quotes, a quote in it twice.
        key = str(stream) if isinstance(stream, int) else "'" + stream.replace("'", "''") + "'"
        query = {
            "$select": "phenomenonTime,result",
            "$filter": f"phenomenonTime gt {since.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}",
            "$orderby": "phenomenonTime asc",
            "$top": str(self.page),
        }
        return self._address(f"Datastreams({quote(key)})/Observations", query)

    def _address(self, path: str, query: Mapping[str, str]) -> str:
        return f"{self.url}/{path}?{urlencode(query, safe='$,', quote_via=quote)}"


def _match(fields: Fields) -> Match:
    fields.known(_MATCH)
    found = Match(
        match=fields.text("match", 300),
        property=fields.property("property"),
        unit=fields.text("unit", 16),
        missing=fields.numbers("missing", _MOST_MISSING),
    )
    if not found.match:
        fields.wrong("match", "absent")
    return found
