# SPDX-License-Identifier: Apache-2.0
"""Writing to the sensing network."""

from anshu.domain.sensing.services.aggregating import aggregates_close
from anshu.domain.sensing.services.clocks import clocks_measure
from anshu.domain.sensing.services.commands import (
    COMMAND_CHANNEL,
    command_answered,
    command_request,
    command_sent,
    commands_expire,
    flood_note,
)
from anshu.domain.sensing.services.comparing import (
    DAILY,
    OFTEN,
    levels_compare,
    neighbours_compare,
    rain_compare,
)
from anshu.domain.sensing.services.corrections import observation_correct, observations_mark, revision_undo
from anshu.domain.sensing.services.diagnosis import exchange_watch, gaps_fill, history_parameters
from anshu.domain.sensing.services.limits import (
    limit_retire,
    limit_save,
    neighbour_retire,
    neighbour_save,
    pair_retire,
    pair_save,
)
from anshu.domain.sensing.services.maintenance import maintenance_end, maintenance_open, maintenance_retire
from anshu.domain.sensing.services.models_of_devices import (
    DecoderReport,
    decoders_checked_by,
    model_create,
    model_retire,
    model_update,
    models_seed,
    require_connecting,
    rule_templates_named_by,
    thing_connect,
    thing_refit,
)
from anshu.domain.sensing.services.positions import positions_keep
from anshu.domain.sensing.services.properties import properties_seed
from anshu.domain.sensing.services.quarantine import (
    Kept,
    quarantine_adopt,
    quarantine_dismiss,
    quarantine_keep,
    quarantine_replayed,
)
from anshu.domain.sensing.services.retention import (
    housekeeping,
    policy_create,
    policy_retire,
    policy_update,
    retention_plan,
    retention_run,
)
from anshu.domain.sensing.services.storing import (
    Columns,
    Stored,
    contacts_keep,
    exchanges_keep,
    latest_recover,
    latest_store,
    months_ensure,
    observations_store,
)
from anshu.domain.sensing.services.things import (
    datastreams_ensure,
    parts_ensure,
    thing_create,
    thing_retire,
    thing_update,
)

__all__ = [
    "COMMAND_CHANNEL",
    "DAILY",
    "OFTEN",
    "Columns",
    "DecoderReport",
    "Kept",
    "Stored",
    "aggregates_close",
    "clocks_measure",
    "command_answered",
    "command_request",
    "command_sent",
    "commands_expire",
    "contacts_keep",
    "datastreams_ensure",
    "decoders_checked_by",
    "exchange_watch",
    "exchanges_keep",
    "flood_note",
    "gaps_fill",
    "history_parameters",
    "housekeeping",
    "latest_recover",
    "latest_store",
    "levels_compare",
    "limit_retire",
    "limit_save",
    "maintenance_end",
    "maintenance_open",
    "maintenance_retire",
    "model_create",
    "model_retire",
    "model_update",
    "models_seed",
    "months_ensure",
    "neighbour_retire",
    "neighbour_save",
    "neighbours_compare",
    "observation_correct",
    "observations_mark",
    "observations_store",
    "pair_retire",
    "pair_save",
    "parts_ensure",
    "policy_create",
    "policy_retire",
    "policy_update",
    "positions_keep",
    "properties_seed",
    "quarantine_adopt",
    "quarantine_dismiss",
    "quarantine_keep",
    "quarantine_replayed",
    "rain_compare",
    "require_connecting",
    "retention_plan",
    "retention_run",
    "revision_undo",
    "rule_templates_named_by",
    "thing_connect",
    "thing_create",
    "thing_refit",
    "thing_retire",
    "thing_update",
]
