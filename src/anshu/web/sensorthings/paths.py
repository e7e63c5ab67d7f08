# SPDX-License-Identifier: Apache-2.0
"""Resource paths of any depth (18-088, 9.2): kinds, numbers, links, properties, $value, $ref and $count."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from anshu.kernel.access.viewer import Absent
from anshu.web.sensorthings.entities import ENTITIES, Entity
from anshu.web.sensorthings.problems import wrong
from anshu.web.sensorthings.reading import Reader
from anshu.web.sensorthings.showing import Row

MOST_SEGMENTS = 12
_SEGMENT = re.compile(r"([A-Za-z]+)(?:\((-?\d{1,18}|'[^']{1,60}')\))?")
_OBSERVATION = re.compile(r"(\d{1,18})-(-?\d{1,17})")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a path leads: to one row of a kind, or to those with fixed columns."""

    entity: Entity
    fixed: Mapping[str, Any]
    # The row itself where the path leads to one.
    row: Row | None = None
    # $ref, $count or $value at the end.
    ending: str = ""
    # The property and what is inside it.
    inside: tuple[str, ...] = ()
    # The entity that a collection hangs on.
    parent: "Place | None" = None
    # The link by which it does.
    link: str = ""
    path: str = field(default="")


def resolve(path: str, reader: Reader) -> Place:
    """This will walk a path; every entity on the way must be in the caller's sight. Raises Absent and Problem."""
    parts = path.strip("/").split("/")
    if len(parts) > MOST_SEGMENTS:
        raise wrong(_("路径太长,最多 %(number)s 段") % {"number": MOST_SEGMENTS}, "too_long")
    place = _start(parts[0], reader)
    for index, part in enumerate(parts[1:], start=1):
        if part in ("$ref", "$count", "$value") and index == len(parts) - 1:
            return _ended(place, part, path)
        place = _step(place, part, reader)
    return Place(place.entity, place.fixed, place.row, "", place.inside, place.parent, place.link, path.strip("/"))


def _start(part: str, reader: Reader) -> Place:
    name, number = _read(part)
    entity = ENTITIES.get(name)
    if entity is None:
        raise Absent
    place = Place(entity, {})
    return _numbered(place, number, reader) if number else place


def _step(place: Place, part: str, reader: Reader) -> Place:
    if place.inside:
        return Place(place.entity, place.fixed, place.row, "", (*place.inside, part))
    if place.row is None:
        raise Absent
    if place.entity.attribute(part) is not None:
        return Place(place.entity, place.fixed, place.row, "", (part,))
    name, number = _read(part)
    link = place.entity.link(name)
    if link is None or (number and not link.many):
        raise Absent
    row = place.row
    fixed: dict[str, Any] = {theirs: row[own] for own, theirs in link.pairs}
    if link.besides:
        fixed["current"] = True
    found = Place(ENTITIES[link.target], fixed, parent=place, link=link.name)
    if number:
        return _numbered(found, number, reader)
    return found if link.many else _single(found, reader)


def _numbered(place: Place, number: str, reader: Reader) -> Place:
    fixed = {**place.fixed, **key_of(place.entity, number)}
    if any(place.fixed.get(name, value) != value for name, value in fixed.items()):
        raise Absent
    return _single(Place(place.entity, fixed, parent=place.parent, link=place.link), reader)


def key_of(entity: Entity, number: str) -> dict[str, Any]:
    """This will read the number of an entity as an address or a body writes it; raises Absent."""
    text = number.strip("'")
    if entity.plural != "Observations":
        if not re.fullmatch(r"-?\d{1,18}", text):
            raise Absent
        return {"id": int(text)}
    found = _OBSERVATION.fullmatch(text)
    if found is None:
        raise Absent
    try:
        at = _EPOCH + timedelta(microseconds=int(found[2]))
    except OverflowError as error:
        raise Absent from error
    return {"datastream_id": int(found[1]), "at": at}


def _single(place: Place, reader: Reader) -> Place:
    row = reader.row(place.entity, place.fixed)
    if row is None:
        raise Absent
    fixed = {name: row[name] for name in place.entity.keys}
    return Place(place.entity, fixed, row, parent=place.parent, link=place.link)


def _ended(place: Place, ending: str, path: str) -> Place:
    fits = {
        "$ref": not place.inside,
        "$count": place.row is None and not place.inside,
        "$value": bool(place.inside),
    }[ending]
    if not fits:
        raise wrong(_("%(ending)s 不能用在这里") % {"ending": ending}, "bad_path")
    whole = path.strip("/").rpartition("/")[0]
    return Place(place.entity, place.fixed, place.row, ending, place.inside, place.parent, place.link, whole)


def _read(part: str) -> tuple[str, str]:
    found = _SEGMENT.fullmatch(part)
    if found is None:
        raise Absent
    return found[1], found[2] or ""
