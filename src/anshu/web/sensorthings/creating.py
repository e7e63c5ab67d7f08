# SPDX-License-Identifier: Apache-2.0
"""Creating entities, with what is spelled out inside them, through the services and with the caller's rights."""

import hashlib
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from anshu.domain.sensing.choices import Protocol, ThingKind
from anshu.domain.sensing.selectors import thing_get
from anshu.domain.sensing.selectors.relations import property_found, sensor_within
from anshu.domain.sensing.services import (
    datastream_create,
    property_create,
    require_onboarding,
    sensor_create,
    thing_create,
    thing_update,
)
from anshu.kernel.access.viewer import Absent, Viewer
from anshu.kernel.org.choices import Sector
from anshu.kernel.org.selectors import division_at, division_names
from anshu.web.models import Description
from anshu.web.sensorthings.bodies import Body, as_object, known, number_of_entity, objects, point, properties, text
from anshu.web.sensorthings.describing import describe
from anshu.web.sensorthings.entities import ENTITIES
from anshu.web.sensorthings.problems import Problem, wrong
from anshu.web.sensorthings.reading import Reader

# What a Thing's properties may say about columns of our register.
OWN_PROPERTIES = ("code", "kind", "division", "sector", "reportInterval")
MEASUREMENT = "http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_Measurement"
_OURS = "urn:anshu:property:"
_LOCATION = ("name", "description", "properties", "encodingType", "location")
_DATASTREAM = (
    "name", "description", "properties", "observationType", "unitOfMeasurement",
    "ObservedProperty", "Sensor", "Observations",
)  # fmt: skip


@dataclass(slots=True)
class Made:
    """What a creation made: the entity to point to, and observations to be sent once it is committed."""

    plural: str
    key: int
    # Of each datastream, by its number.
    observations: dict[int, list[Body]]


@dataclass(slots=True)
class Creator:
    """Creates for one caller at one moment; everything of one call stands or falls together."""

    viewer: Viewer
    base: str
    now: datetime

    # Things

    def thing(self, body: Body) -> Made:
        """This will register a thing with its place, and the datastreams spelled out inside it."""
        known(body, "name", "description", "properties", "Locations", "Datastreams")
        places = objects(body, "Locations")
        if len(places) != 1:
            raise wrong(_("设备须有且只有一个位置(Locations)"), "location_needed")
        known(places[0], *_LOCATION)
        name, described, at = text(body, "name", 120), text(body, "description"), point(places[0], "location")
        own = _own(body)
        made, code = Made("Things", 0, {}), own.pop("code", "") or f"STA-{secrets.token_hex(5).upper()}"
        with transaction.atomic():
            try:
                thing = thing_create(
                    actor=self.viewer,
                    now=self.now,
                    code=code,
                    name=name,
                    kind=own.pop("kind", ThingKind.OTHER),
                    protocol=Protocol.HTTP,
                    address=code,
                    point=at,
                    division_code=own.pop("division_code", "") or self._division(at),
                    **{"sector_code": Sector.GENERAL, **own},
                )
            except Absent as error:
                raise forbidden() from error
            made.key = thing.pk
            said = {"description": described, "properties": _more(body)}
            describe(ENTITIES["Things"], thing.pk, said, subject=thing, viewer=self.viewer, now=self.now)
            self._place(thing, places[0])
            for stream in objects(body, "Datastreams"):
                self._datastream(thing, stream, made)
        return made

    def _division(self, at: Any) -> str:
        """This will give the division that holds the place, else the one that the caller stands for."""
        found = division_at(at)
        if found is not None:
            return str(found.code)
        held = {holding.division_code for holding in self.viewer.holdings}
        if len(held) != 1:
            raise wrong(_("位置不在任何区划内,请用 properties.division 写明区划代码"), "division_needed")
        return held.pop()

    def _place(self, thing: Any, given: Body) -> int:
        """This will keep what is said of the place where the thing now stands; gives the place's number."""
        entity = ENTITIES["Locations"]
        row = Reader(self.viewer, self.base, self.now).row(entity, {"current_thing_id": thing.pk})
        if row is None:
            raise Absent
        said = {name: value for name, value in given.items() if name != "location"}
        describe(entity, row["id"], said, subject=thing, viewer=self.viewer, now=self.now, also=("name",))
        return int(row["id"])

    # Locations

    def location(self, body: Body, thing_id: int | None) -> Made:
        """This will put a thing elsewhere. A place without a thing has no meaning in our registers."""
        known(body, *_LOCATION, "Things")
        named = [number_of_entity(each, "Things") for each in objects(body, "Things")]
        wanted = {each for each in (*named, thing_id) if each is not None}
        if len(wanted) != 1 or None in named:
            raise wrong(_("请用 Things 写明是哪一台设备的位置"), "thing_needed")
        text(body, "name", 120)
        at, thing = point(body, "location"), self._thing(wanted.pop())
        with transaction.atomic():
            self._allowed(thing)
            if not thing.point.equals(at):
                thing = thing_update(thing=thing, actor=self.viewer, now=self.now, point=at)
            return Made("Locations", self._place(thing, body), {})

    # Datastreams

    def datastream(self, body: Body, thing_id: int | None) -> Made:
        """This will have a thing observe one property more."""
        named = number_of_entity(body["Thing"], "Thing") if "Thing" in body else None
        wanted = {each for each in (named, thing_id) if each is not None}
        if len(wanted) != 1:
            raise wrong(_("请用 Thing 写明是哪一台设备的数据流"), "thing_needed")
        thing, made = self._thing(wanted.pop()), Made("Datastreams", 0, {})
        with transaction.atomic():
            self._allowed(thing)
            made.key = self._datastream(thing, {name: body[name] for name in body if name != "Thing"}, made)
        return made

    def _datastream(self, thing: Any, body: Body, made: Made) -> int:
        known(body, *_DATASTREAM)
        if body.get("observationType", MEASUREMENT) != MEASUREMENT:
            raise wrong(_("只接收数值观测(OM_Measurement)"), "observation_type")
        name, unit = text(body, "name", 120), as_object(body.get("unitOfMeasurement"), "unitOfMeasurement")
        known(unit, "name", "symbol", "definition")
        text(body, "description")
        stream = datastream_create(
            thing=thing,
            observed_property=self._property(body.get("ObservedProperty"), text(unit, "symbol", 16)),
            sensor=self._sensor(thing, body.get("Sensor")),
            name=name,
            actor=self.viewer,
            now=self.now,
        )
        describe(ENTITIES["Datastreams"], stream.pk, body, subject=thing, viewer=self.viewer, now=self.now)
        if observations := objects(body, "Observations"):
            made.observations[stream.pk] = observations
        return int(stream.pk)

    def _sensor(self, thing: Any, given: Any) -> Any:
        """This will find or add the instrument; None is the thing itself."""
        number = number_of_entity(given, "Sensor")
        if number == -thing.pk:
            return None
        if number is not None:
            sensor = sensor_within(self.viewer, number)
            if sensor is None or sensor.thing_id != thing.pk:
                raise wrong(_("没有这个传感器,或它不属于这台设备"), "no_such_entity")
            return sensor
        known(given, "name", "description", "encodingType", "metadata", "properties")
        name = text(given, "name", 80)
        for each in ("description", "encodingType"):
            text(given, each)
        if "metadata" not in given:
            raise wrong(_("传感器须有 metadata"), "bad_value")
        # Two datastreams of one thing that spell out the same instrument share it.
        found = thing.sensors.filter(name=name).first()
        if found is not None:
            return found
        sensor = sensor_create(thing=thing, actor=self.viewer, now=self.now, name=name)
        describe(ENTITIES["Sensors"], sensor.pk, given, subject=thing, viewer=self.viewer, now=self.now)
        return sensor

    # Observed properties

    def observed_property(self, body: Body) -> Made:
        """This will register what can be observed; its unit stands in properties.unit."""
        known(body, "name", "description", "definition", "properties")
        unit = properties(body).get("unit")
        if not isinstance(unit, str) or not 0 < len(unit) <= 16:
            raise wrong(_("请用 properties.unit 写明要素的单位(UCUM),例如 m"), "unit_needed")
        with transaction.atomic():
            return Made("ObservedProperties", self._observed(body, unit).pk, {})

    def _property(self, given: Any, unit: str) -> Any:
        """This will find the property that is meant: by number, by our own name for it, or by its definition."""
        number = number_of_entity(given, "ObservedProperty")
        if number is not None:
            found = property_found(pk=number)
        else:
            known(given, "name", "description", "definition", "properties")
            found = _defined(text(given, "definition"))
        if found is None and number is not None:
            raise wrong(_("没有这个观测要素"), "no_such_entity")
        if found is None:
            return self._observed(given, unit)
        if unit != (found.unit or "1"):
            said = {"name": found.name, "unit": found.unit or "1"}
            raise wrong(
                _("要素“%(name)s”的单位是 %(unit)s,unitOfMeasurement.symbol 应与之相同") % said, "unit_mismatch"
            )
        return found

    def _observed(self, given: Body, unit: str) -> Any:
        name, definition = text(given, "name", 60), text(given, "definition")
        text(given, "description")
        if _defined(definition) is not None:
            raise Problem(409, "duplicate", _("已有同样定义的要素"))
        try:
            made = property_create(
                actor=self.viewer, now=self.now, code=_code(given, definition), name=name, unit=unit, source=definition
            )
        except Absent as error:
            raise forbidden() from error
        entity = ENTITIES["ObservedProperties"]
        describe(entity, made.pk, given, subject=made, viewer=self.viewer, now=self.now)
        return made

    # Rights

    def _thing(self, pk: int) -> Any:
        thing = thing_get(self.viewer, pk)
        if thing.retired_at is not None:
            raise Absent
        return thing

    def _allowed(self, thing: Any) -> None:
        allowed(self.viewer, thing)


def allowed(viewer: Viewer, thing: Any) -> None:
    """This will raise 403 where the caller sees a thing and may not change it."""
    try:
        require_onboarding(viewer, thing)
    except Absent as error:
        raise forbidden() from error


def forbidden() -> Problem:
    """This will make the answer to whoever has no right to write."""
    return Problem(403, "forbidden", _("您无权在这里新建或修改。"))


def _own(body: Body) -> dict[str, Any]:
    """This will take what the free properties say about columns of our register, checked."""
    given = properties(body)
    own: dict[str, Any] = {}
    for name, column, most in (("code", "code", 40), ("kind", "kind", 12), ("division", "division_code", 15),
                               ("sector", "sector_code", 20)):  # fmt: skip
        if given.get(name) is not None:
            own[column] = text(given, name, most)
    if "division_code" in own and not division_names({own["division_code"]}):
        raise wrong(_("没有区划“%(code)s”") % {"code": own["division_code"]}, "bad_value")
    if own.get("sector_code", Sector.GENERAL) not in Sector.values:
        raise wrong(_("没有行业“%(code)s”") % {"code": own["sector_code"]}, "bad_value")
    interval = given.get("reportInterval")
    if interval is not None:
        if isinstance(interval, bool) or not isinstance(interval, int) or not 0 < interval < 2**31:
            raise wrong(_("reportInterval 应为秒数"), "bad_value")
        own["report_interval_s"] = interval
    return own


def own_properties(body: Body) -> dict[str, Any]:
    """This will give the columns that a body's free properties speak of."""
    return _own(body)


def _more(body: Body) -> Mapping[str, Any] | None:
    """This will give the free properties that are no column of ours."""
    return {name: value for name, value in properties(body).items() if name not in OWN_PROPERTIES} or None


def free_properties(body: Body) -> Mapping[str, Any]:
    """This will give the free properties that are no column of ours."""
    return _more(body) or {}


def _defined(definition: str) -> Any:
    if definition.startswith(_OURS):
        return property_found(code=definition.removeprefix(_OURS))
    kept = Description.objects.filter(entity="ObservedProperties", given__definition=definition).first()
    return property_found(pk=kept.key) if kept is not None else None


def _code(given: Body, definition: str) -> str:
    """This will make the property's code: the one given, else from its definition, which tells properties apart."""
    code = properties(given).get("code")
    if isinstance(code, str):
        return code
    last = re.sub(r"[^a-z0-9_.]", "", re.split(r"[/#:]", definition.lower().rstrip("/#:"))[-1])[:28].strip(".")
    mark = hashlib.sha256(definition.encode()).hexdigest()[:6]
    return f"{last}_{mark}" if last[:1].isalpha() else f"x_{mark}"
