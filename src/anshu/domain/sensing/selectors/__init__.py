# SPDX-License-Identifier: Apache-2.0
"""Reading the sensing network."""

from anshu.domain.sensing.selectors.commands import WaitingCommand, waiting_commands
from anshu.domain.sensing.selectors.quarantine import (
    likely_kind,
    property_names,
    quarantine_get,
    quarantine_visible,
    sender_properties,
)
from anshu.domain.sensing.selectors.registry import Newest, RegisteredThing, Registry, registry_load, waiting_replays
from anshu.domain.sensing.selectors.things import (
    Outage,
    Point,
    latest_of,
    outages,
    properties,
    series,
    thing_get,
    things_visible,
)

__all__ = [
    "Newest",
    "Outage",
    "Point",
    "RegisteredThing",
    "Registry",
    "WaitingCommand",
    "latest_of",
    "likely_kind",
    "outages",
    "properties",
    "property_names",
    "quarantine_get",
    "quarantine_visible",
    "registry_load",
    "sender_properties",
    "series",
    "thing_get",
    "things_visible",
    "waiting_commands",
    "waiting_replays",
]
