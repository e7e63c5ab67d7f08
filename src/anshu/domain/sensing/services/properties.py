# SPDX-License-Identifier: Apache-2.0
"""The shipped observed properties."""

import csv
from datetime import datetime
from pathlib import Path

from django.db import transaction

from anshu.domain.sensing.models import ObservedProperty
from anshu.kernel.audit.actor import Actor
from anshu.kernel.audit.services import attribute, record


@transaction.atomic
def properties_seed(*, actor: Actor, now: datetime) -> int:
    """This will add the shipped properties that are missing, leaving edited ones alone; gives the number added."""
    added = 0
    with attribute(actor=actor), (Path(__file__).parents[1] / "properties.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            code = row.pop("code")
            values = {name: value for name, value in row.items() if value != ""}
            added += ObservedProperty.objects.get_or_create(code=code, defaults=values)[1]
    if added:
        record(actor=actor, now=now, action="observed_properties.added", changes={"added": added})
    return added
