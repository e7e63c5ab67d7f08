# SPDX-License-Identifier: Apache-2.0
"""Writing to the sensing network."""

from anshu.domain.sensing.services.corrections import observation_correct
from anshu.domain.sensing.services.properties import properties_seed
from anshu.domain.sensing.services.quarantine import (
    Kept,
    quarantine_adopt,
    quarantine_dismiss,
    quarantine_keep,
    quarantine_replayed,
)
from anshu.domain.sensing.services.storing import Columns, Stored, contacts_keep, months_ensure, observations_store
from anshu.domain.sensing.services.things import datastreams_ensure, thing_create, thing_retire, thing_update

__all__ = [
    "Columns",
    "Kept",
    "Stored",
    "contacts_keep",
    "datastreams_ensure",
    "months_ensure",
    "observation_correct",
    "observations_store",
    "properties_seed",
    "quarantine_adopt",
    "quarantine_dismiss",
    "quarantine_keep",
    "quarantine_replayed",
    "thing_create",
    "thing_retire",
    "thing_update",
]
