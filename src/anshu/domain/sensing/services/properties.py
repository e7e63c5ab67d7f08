# SPDX-License-Identifier: Apache-2.0
"""The shipped observed properties and how they hang together."""

import csv
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from django.db import transaction

from anshu.domain.sensing.models import ObservedProperty, PropertyPair, QualityLimit
from anshu.kernel.audit.actor import Actor
from anshu.kernel.audit.services import attribute, record

_FOLDER = Path(__file__).parents[1]
_LIMITS_SINCE = datetime(2020, 1, 1, tzinfo=UTC)


@transaction.atomic
def properties_seed(*, actor: Actor, now: datetime) -> int:
    """This will add the shipped properties and relations that are missing, leaving edited ones alone.

    Gives the number of properties added.
    """
    added = 0
    with attribute(actor=actor):
        for row in _rows("properties.csv"):
            code = row.pop("code")
            added += ObservedProperty.objects.get_or_create(code=code, defaults=row)[1]
        changes = {"added": added, "pairs": _pairs_seed(), "limits": _limits_seed()}
    if any(changes.values()):
        record(actor=actor, now=now, action="observed_properties.added", changes=changes)
    return added


def _pairs_seed() -> int:
    known = {each.code: each for each in ObservedProperty.objects.all()}
    added = 0
    for row in _rows("property_pairs.csv"):
        lesser, greater = known[row.pop("lesser")], known[row.pop("greater")]
        added += PropertyPair.objects.get_or_create(lesser=lesser, greater=greater, defaults=row)[1]
    return added


def _limits_seed() -> int:
    """This will add a property's shipped limits where nobody ever wrote any for it as a whole."""
    known = {each.code: each for each in ObservedProperty.objects.all()}
    written = set(QualityLimit.objects.filter(model=None, thing=None).values_list("observed_property_id", flat=True))
    rows = [(known[row.pop("property")], row) for row in _rows("property_limits.csv")]
    made = [
        QualityLimit(observed_property=found, since=_LIMITS_SINCE, **row)
        for found, row in rows
        if found.pk not in written
    ]
    QualityLimit.objects.bulk_create(made)
    return len(made)


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (_FOLDER / name).open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            yield {key: value for key, value in row.items() if value != ""}
