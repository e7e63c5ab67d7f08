# SPDX-License-Identifier: Apache-2.0
"""Observations stored as ingest stores them, without its sockets."""

import numpy as np

from anshu.domain.sensing.models import Observation
from anshu.domain.sensing.rules import Check
from anshu.domain.sensing.selectors import registry_load
from anshu.domain.sensing.services import Columns, latest_store, months_ensure, observations_store


class Store:
    """What a running ingest holds: the registers, read again when told."""

    def __init__(self, now):
        self.registry = registry_load(now=now)
        self._months = set()

    def __call__(self, rows, now, *, latest=True):
        """Stores (datastream, at, value) in one batch and remembers the newest."""
        slots = {pk: slot for slot, pk in enumerate(self.registry.datastream_ids.tolist())}
        columns = Columns()
        for stream, at, value in rows:
            columns.add(slots[stream.pk], round(at.timestamp() * 1e6), value, 0, False)
        months_ensure(at_us=np.array(columns.at_us, dtype=np.int64), made=self._months, now=now)
        stored = observations_store(registry=self.registry, columns=columns, now=now)
        self.registry.remember(stored.newest)
        if latest:
            latest_store(registry=self.registry, newest=stored.newest, now=now)
        return stored


def flags(stream):
    """The flags of a datastream's values, in the order of time."""
    rows = Observation.objects.filter(datastream=stream).order_by("at")
    return [Check(each.checks) for each in rows]
