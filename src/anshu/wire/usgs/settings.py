# SPDX-License-Identifier: Apache-2.0
"""Which sites of a USGS-style service are asked for, how often, and the address that asks for them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from anshu.wire.settings import Fields, Problem, SettingsRefused, Signing

# The service answers for at most 100 sites named in one request.
MOST_SITES = 100
_SITE = re.compile(r"[0-9A-Za-z_-]{1,30}")
_KNOWN = frozenset({"url", "interval_s", "timeout_s", "sites", "prefix", "first_days", "overlap_h", "signing"})


@dataclass(frozen=True, slots=True, kw_only=True)
class UsgsSettings:
    """The first time `first_days` back are asked for; later each time what is newer, and `overlap_h` before that."""

    url: str
    interval_s: float = 900.0
    timeout_s: float = 60.0
    sites: tuple[str, ...] = ()
    prefix: str = ""
    first_days: float = 1.0
    overlap_h: float = 2.0
    signing: Signing = field(default_factory=Signing)

    @classmethod
    def parse(cls, given: Any) -> "UsgsSettings":
        """Read settings from JSON; raise SettingsRefused naming every field that is wrong."""
        problems: list[Problem] = []
        if not isinstance(given, Mapping):
            raise SettingsRefused([Problem("", "table")])
        fields = Fields(given, "", problems)
        fields.known(_KNOWN)
        sites = fields.items("sites", MOST_SITES, needed=True)
        named = Fields({f"[{number}]": site for number, site in enumerate(sites)}, "sites", problems)
        settings = cls(
            url=fields.address("url", ("http", "https")),
            interval_s=fields.number("interval_s", 900.0, 60, 86_400),
            timeout_s=fields.number("timeout_s", 60.0, 0.5, 300),
            sites=tuple(named.matching(name, _SITE, "name") for name in named.given),
            prefix=fields.text("prefix", 30),
            first_days=fields.number("first_days", 1.0, 0.01, 120),
            overlap_h=fields.number("overlap_h", 2.0, 0, 168),
            signing=Signing.read(fields.part("signing")),
        )
        if problems:
            raise SettingsRefused(problems)
        return settings

    def asking(self, since: datetime) -> str:
        """Give the address of stage and discharge since a moment."""
        query = {
            "format": "json",
            "sites": ",".join(self.sites),
            "parameterCd": "00060,00065",
            "startDT": f"{since.astimezone(UTC):%Y-%m-%dT%H:%MZ}",
        }
        return f"{self.url}/?{urlencode(query, safe=',:')}"
