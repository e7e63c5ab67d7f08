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
from anshu.domain.sensing.selectors.registry import (
    Newest,
    RegisteredThing,
    Registry,
    WaitingReplay,
    registry_load,
    waiting_replays,
)
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
from anshu.domain.sensing.selectors.usable import (
    datastreams_by_thing,
    datastreams_in_use,
    newest_usable,
    observations_between,
    siblings_of,
    usable_values,
)

__all__ = [
    "Newest",
    "Outage",
    "Point",
    "RegisteredThing",
    "Registry",
    "WaitingCommand",
    "WaitingReplay",
    "datastreams_by_thing",
    "datastreams_in_use",
    "latest_of",
    "likely_kind",
    "newest_usable",
    "observations_between",
    "outages",
    "properties",
    "property_names",
    "quarantine_get",
    "quarantine_visible",
    "registry_load",
    "sender_properties",
    "series",
    "siblings_of",
    "thing_get",
    "things_visible",
    "usable_values",
    "waiting_commands",
    "waiting_replays",
]
