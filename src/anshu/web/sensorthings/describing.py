# SPDX-License-Identifier: Apache-2.0
"""Keeping what clients say about entities that our registers have no column for."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import Model

from anshu.kernel.access.viewer import Viewer
from anshu.kernel.audit.services import record
from anshu.web.models import Description
from anshu.web.sensorthings.entities import Entity

DESCRIBED = ("description", "definition", "encodingType", "metadata", "properties", "unitOfMeasurement")


def describe(
    entity: Entity,
    key: int,
    given: Mapping[str, Any],
    *,
    subject: Model | None,
    viewer: Viewer,
    now: datetime,
    whole: bool = False,
    also: tuple[str, ...] = (),
) -> None:
    """This will keep the described fields of `given`, beside those kept before, or (`whole`) in their stead.

    The caller has made sure of the rights, and has opened the transaction.
    """
    said = {name: value for name, value in given.items() if name in (*DESCRIBED, *also) and value is not None}
    if not said and not whole:
        return
    found, _made = Description.objects.select_for_update().get_or_create(entity=entity.plural, key=key)
    before, found.given = found.given, said if whole else {**found.given, **said}
    if found.given == before:
        return
    found.save(update_fields=["given"])
    changes = {"entity": entity.plural, "key": key, "given": [before, found.given]}
    record(actor=viewer, now=now, action="description.written", subject=subject, changes=changes)
