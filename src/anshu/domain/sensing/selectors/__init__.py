# SPDX-License-Identifier: Apache-2.0
"""Reading the sensing network."""

from anshu.domain.sensing.selectors.quarantine import (
    likely_kind,
    property_names,
    quarantine_get,
    quarantine_visible,
    sender_properties,
)
from anshu.domain.sensing.selectors.registry import RegisteredThing, Registry, registry_load, waiting_replays
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
    "Outage",
    "Point",
    "RegisteredThing",
    "Registry",
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
    "waiting_replays",
]
