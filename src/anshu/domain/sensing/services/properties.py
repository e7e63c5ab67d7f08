# SPDX-License-Identifier: Apache-2.0
"""The shipped observed properties and how they hang together."""

import csv
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from django.db import transaction

from anshu.domain.sensing.models import ObservedProperty, PropertyPair
from anshu.kernel.audit.actor import Actor
from anshu.kernel.audit.services import attribute, record

_FOLDER = Path(__file__).parents[1]
# Limits that came after the first properties were shipped: rows that have none of them get them.
_LATER = ("flat_after_s", "calm_max", "neighbour_range_m")


@transaction.atomic
def properties_seed(*, actor: Actor, now: datetime) -> int:
    """This will add the shipped properties and relations that are missing, leaving edited ones alone.

    Gives the number of properties added.
    """
    added = 0
    with attribute(actor=actor):
        for row in _rows("properties.csv"):
            code = row.pop("code")
            found, made = ObservedProperty.objects.get_or_create(code=code, defaults=row)
            later = {name: row[name] for name in _LATER if name in row}
            if not made and later and all(getattr(found, name) is None for name in _LATER):
                ObservedProperty.objects.filter(pk=found.pk).update(**later)
            added += made
        pairs = _pairs_seed()
    if added or pairs:
        record(actor=actor, now=now, action="observed_properties.added", changes={"added": added, "pairs": pairs})
    return added


def _pairs_seed() -> int:
    known = {each.code: each for each in ObservedProperty.objects.all()}
    added = 0
    for row in _rows("property_pairs.csv"):
        lesser, greater = known[row.pop("lesser")], known[row.pop("greater")]
        added += PropertyPair.objects.get_or_create(lesser=lesser, greater=greater, defaults=row)[1]
    return added


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (_FOLDER / name).open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            yield {key: value for key, value in row.items() if value != ""}
