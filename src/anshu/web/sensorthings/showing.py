# SPDX-License-Identifier: Apache-2.0
"""How stored values and identities are written in JSON and in addresses."""

import json
from datetime import UTC, datetime
from typing import Any

from anshu.web.sensorthings.entities import Attribute, Entity
from anshu.web.sensorthings.literals import moment

Row = dict[str, Any]


def identity(entity: Entity, row: Row) -> str:
    """This will write an entity's number as addresses do."""
    if entity.plural == "Observations":
        return f"'{row['datastream_id']}-{microseconds(row['at'])}'"
    return str(row["id"])


def microseconds(at: datetime) -> int:
    """This will count the microseconds since 1970, exactly."""
    since = at - datetime(1970, 1, 1, tzinfo=UTC)
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def spoken(attribute: Attribute, alias: str) -> str:
    """This will give the SQL of what an attribute says."""
    sql = attribute.sql.format(a=alias)
    return f"st_asgeojson({sql}, 7)" if attribute.kind == "geo" else f"({sql})"


def plain(value: Any) -> Any:
    """This will write what the token of a next page holds."""
    return instant(value) if isinstance(value, datetime) else value


def instant(at: datetime) -> str:
    """This will write an instant as the standard's examples do, in UTC."""
    text = at.astimezone(UTC).isoformat(timespec="microseconds" if at.microsecond else "seconds")
    return text.replace("+00:00", "Z")


def value_of(attribute: Attribute, value: Any) -> Any:
    """This will give what an attribute says as JSON has it."""
    if value is None:
        return None
    if attribute.kind == "moment":
        return instant(value)
    if attribute.kind in ("json", "geo"):
        return json.loads(value) if isinstance(value, str) else value
    if attribute.kind == "period":
        first, last = json.loads(value) if isinstance(value, str) else value
        return f"{instant(moment(first))}/{instant(moment(last))}" if first else None
    return value
