# SPDX-License-Identifier: Apache-2.0
"""How a secret goes along with a request over HTTP."""

import re
from dataclasses import dataclass

from anshu.wire.settings.fields import Fields

_SIGNING = frozenset({"way", "user", "name"})
WAYS = ("none", "bearer", "basic", "header", "query")
# RFC 9110, 5.6.2: what a field may be called
_TOKEN = re.compile(r"[0-9A-Za-z!#$%&'*+.^_`|~-]{1,80}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Signing:
    """As a bearer token, as the password of a user, or as the value of a header or query field called `name`."""

    way: str = "none"
    user: str = ""
    name: str = ""

    @classmethod
    def read(cls, fields: Fields) -> "Signing":
        """Read the part `signing` of settings."""
        fields.known(_SIGNING)
        way = fields.choice("way", WAYS, "none")
        named = way in ("header", "query")
        return cls(
            way=way, user=fields.text("user", 200), name=fields.matching("name", _TOKEN, "name") if named else ""
        )
