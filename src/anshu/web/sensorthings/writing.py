# SPDX-License-Identifier: Apache-2.0
"""Which request writes what: creating at collections, changing and removing at entities."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from anshu.kernel.access.viewer import Absent, Viewer
from anshu.web.sensorthings.bodies import Body, as_object
from anshu.web.sensorthings.changing import CHANGED, CREATED, REMOVED, Changer, remove
from anshu.web.sensorthings.creating import Creator, Made
from anshu.web.sensorthings.entities import ENTITIES
from anshu.web.sensorthings.observing import Observer, Sent
from anshu.web.sensorthings.options import Options
from anshu.web.sensorthings.patching import merged
from anshu.web.sensorthings.paths import Place, key_of, resolve
from anshu.web.sensorthings.problems import Problem
from anshu.web.sensorthings.reading import Reader

_PARENTS = {("Things", "Locations"), ("Things", "Datastreams"), ("Datastreams", "Observations")}


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes for one caller at one moment."""

    viewer: Viewer
    base: str
    now: datetime
    # The token that the call came with, for what ingest must be asked.
    secret: str | None

    def create(self, path: str, body: Any) -> tuple[str, dict[str, Any]]:
        """This will create an entity at a collection; gives its address and itself."""
        place, given = resolve(path, self._reader()), as_object(body)
        _require_collection(place)
        parent = place.parent.fixed["id"] if place.parent is not None else None
        if place.entity.plural == "Observations":
            sent = self._observer().one(given, parent)
            return self._shown("Observations", f"'{sent.identity}'")
        made = self._made(place.entity.plural, given, parent)
        return self._shown(made.plural, str(made.key))

    def arrays(self, body: Any) -> list[str]:
        """This will store a dataArray; gives an address, or `error`, for each row."""
        return self._observer().arrays(body, self.base)

    def change(self, path: str, body: Any, *, whole: bool) -> dict[str, Any]:
        """This will change an entity and give it as it is now."""
        place, given = resolve(path, self._reader()), as_object(body)
        _require_entity(place, CHANGED)
        Changer(self.viewer, self.now, whole=whole).change(place, given)
        found = self._reader().one(place.entity, place.fixed, Options())
        if found is None:
            raise Absent
        return found

    def patch(self, path: str, operations: Any) -> dict[str, Any]:
        """This will change an entity by operations on it as it is shown, and give it as it is now."""
        place = resolve(path, self._reader())
        _require_entity(place, CHANGED)
        with transaction.atomic():
            shown = self._reader().one(place.entity, place.fixed, Options())
            if shown is None:
                raise Absent
            changed = merged(place, shown, operations)
            return self.change(path, changed, whole=False) if changed else shown

    def remove(self, path: str, reason: str) -> None:
        """This will take an entity out of use."""
        place = resolve(path, self._reader())
        _require_entity(place, REMOVED)
        remove(place, self.viewer, self.now, reason)

    def _made(self, plural: str, body: Body, parent: int | None) -> Made:
        """This will create with everything spelled out inside; observations follow once ingest can see their thing."""
        observer, creator = self._observer(), Creator(self.viewer, self.base, self.now)
        if _has_observations(body):
            observer.ready()
        with transaction.atomic():
            made = self._create(creator, plural, body, parent)
            streams = observer.streams(made.observations)
            sent = [
                observer.read(each, streams[number]) for number, given in made.observations.items() for each in given
            ]
        self._follow(observer, sent, made)
        return made

    def _create(self, creator: Creator, plural: str, body: Body, parent: int | None) -> Made:
        match plural:
            case "Things":
                return creator.thing(body)
            case "Locations":
                return creator.location(body, parent)
            case "Datastreams":
                return creator.datastream(body, parent)
        return creator.observed_property(body)

    def _follow(self, observer: Observer, sent: list[Sent], made: Made) -> None:
        try:
            observer.all(sent)
        except Problem as problem:
            problem.message = _("对象已建立,但其中的观测值没有保存,请单独重发。") + problem.message
            problem.headers["Location"] = f"{self.base}/{made.plural}({made.key})"
            raise

    def _shown(self, plural: str, number: str) -> tuple[str, dict[str, Any]]:
        entity = ENTITIES[plural]
        found = self._reader().one(entity, key_of(entity, number), Options())
        return f"{self.base}/{plural}({number})", found or {}

    def _reader(self) -> Reader:
        return Reader(self.viewer, self.base, self.now)

    def _observer(self) -> Observer:
        return Observer(self.viewer, self.secret, self.now)


def not_taken(allowed: Iterable[str], why: str = "") -> Problem:
    """This will make the answer to a method that an address does not take."""
    return Problem(405, "wrong_method", why or _("这个地址不接受这种请求"), {"Allow": ", ".join(allowed)})


def _require_collection(place: Place) -> None:
    plain = place.row is None and not place.ending and not place.inside
    hung = place.parent is None or (place.parent.entity.plural, place.link) in _PARENTS
    if not plain or not hung or place.entity.plural not in CREATED:
        raise not_taken(_methods(place))


def _require_entity(place: Place, kinds: tuple[str, ...]) -> None:
    if place.row is None or place.ending or place.inside or place.entity.plural not in kinds:
        raise not_taken(_methods(place))


def _methods(place: Place) -> list[str]:
    name, methods = place.entity.plural, ["GET", "HEAD"]
    if place.ending or place.inside:
        return methods
    if place.row is None:
        hung = place.parent is None or (place.parent.entity.plural, place.link) in _PARENTS
        return [*methods, "POST"] if name in CREATED and hung else methods
    return [*methods, *(["PATCH", "PUT"] if name in CHANGED else []), *(["DELETE"] if name in REMOVED else [])]


def _has_observations(body: Body) -> bool:
    streams = body.get("Datastreams")
    inner = [each for each in streams if isinstance(each, dict)] if isinstance(streams, list) else []
    return any(each.get("Observations") for each in (body, *inner))
