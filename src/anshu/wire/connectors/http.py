# SPDX-License-Identifier: Apache-2.0
"""A web address that is asked at an interval: one device's document, or a list with an item for each device."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from anshu.wire.base import refuse
from anshu.wire.settings import Fields, Problem, SettingsRefused, Signing

MOST_ITEMS = 5_000
_KNOWN = frozenset({"url", "interval_s", "timeout_s", "signing", "device", "items"})
_ITEMS = frozenset({"path", "device", "prefix"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Items:
    """Where the list of devices is in a document, and which field of an item is the device's address."""

    path: str = ""
    device: str
    prefix: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpSettings:
    """What is asked and how often; what the answer means is the business of the device's model."""

    url: str
    interval_s: float = 300.0
    timeout_s: float = 20.0
    signing: Signing = field(default_factory=Signing)
    device: str = ""
    items: Items | None = None

    @classmethod
    def parse(cls, given: Any) -> "HttpSettings":
        """Read settings from JSON; raise SettingsRefused naming every field that is wrong."""
        problems: list[Problem] = []
        if not isinstance(given, Mapping):
            raise SettingsRefused([Problem("", "table")])
        fields = Fields(given, "", problems)
        fields.known(_KNOWN)
        settings = cls(
            url=fields.address("url", ("http", "https"), query=True),
            interval_s=fields.number("interval_s", 300.0, 5, 86_400),
            timeout_s=fields.number("timeout_s", 20.0, 0.5, 120),
            signing=Signing.read(fields.part("signing")),
            device=fields.text("device", 64),
            items=_items(fields.part("items")) if fields.given.get("items") is not None else None,
        )
        if bool(settings.device) == (settings.items is not None):
            fields.wrong("device", "either", names="device, items")
        if problems:
            raise SettingsRefused(problems)
        return settings


def _items(fields: Fields) -> Items:
    fields.known(_ITEMS)
    found = Items(path=fields.text("path", 200), device=fields.text("device", 200), prefix=fields.text("prefix", 30))
    if not found.device:
        fields.wrong("device", "absent")
    return found


def read_items(settings: HttpSettings, body: bytes) -> Iterator[tuple[str, bytes]]:
    """Give (address, document) for each device that an answer speaks of; raise Refused where it cannot be read."""
    if settings.items is None:
        yield settings.device, body
        return
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        refuse("bad_field", 0, "", field="JSON", raw=body[:40].decode("utf-8", "replace"))
    listed = _at(document, settings.items.path)
    if not isinstance(listed, list):
        refuse("missing_field", 0, "", field=settings.items.path or "[]")
    if len(listed) > MOST_ITEMS:
        refuse("oversized", 0, "", found=len(listed), limit=MOST_ITEMS)
    for item in listed:
        named = _at(item, settings.items.device)
        if isinstance(named, str | int) and not isinstance(named, bool) and 0 < len(str(named)) <= 64:
            yield f"{settings.items.prefix}{named}"[:64], json.dumps(item, ensure_ascii=False).encode()


def _at(document: Any, path: str) -> Any:
    """Follow a path of dots into objects and lists; None where it leads nowhere."""
    for name in path.split(".") if path else ():
        if isinstance(document, Mapping):
            document = document.get(name)
        elif isinstance(document, list) and name.isascii() and name.isdigit() and int(name) < len(document):
            document = document[int(name)]
        else:
            return None
    return document
