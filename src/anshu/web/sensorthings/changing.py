# SPDX-License-Identifier: Apache-2.0
"""Changing and removing entities. What no service allows is refused with the reason."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from anshu.domain.sensing.selectors import thing_get
from anshu.domain.sensing.selectors.relations import datastreams_within, property_found, sensor_within
from anshu.domain.sensing.services import (
    datastream_rename,
    may_name_properties,
    observation_correct,
    sensor_rename,
    thing_retire,
    thing_update,
)
from anshu.kernel.access.viewer import Absent, Viewer
from anshu.web.sensorthings.bodies import Body, as_object, known, properties, text
from anshu.web.sensorthings.creating import allowed, forbidden, free_properties, own_properties
from anshu.web.sensorthings.describing import DESCRIBED, describe
from anshu.web.sensorthings.paths import Place
from anshu.web.sensorthings.problems import Problem, wrong

WRITTEN_BY_US = ("observedArea", "phenomenonTime", "resultTime", "observationType")
# What may be created at a collection, changed and removed: for the Allow header, and for what is refused.
CREATED = ("Things", "Locations", "Datastreams", "ObservedProperties", "Observations")
CHANGED = ("Things", "Locations", "Datastreams", "Sensors", "ObservedProperties", "Observations")
REMOVED = ("Things",)


class Changer:
    """Changes entities for one caller; `whole` says that what a body leaves out is to go (PUT)."""

    def __init__(self, viewer: Viewer, now: datetime, *, whole: bool) -> None:
        self._viewer, self._now, self._whole = viewer, now, whole

    def change(self, place: Place, body: Body) -> None:
        """This will change the entity that a path leads to."""
        does: dict[str, Callable[[Place, Body], None]] = {
            "Things": self._thing,
            "Locations": self._location,
            "Datastreams": self._datastream,
            "Sensors": self._sensor,
            "ObservedProperties": self._property,
            "Observations": self._observation,
        }
        with transaction.atomic():
            does[place.entity.plural](place, body)

    def _thing(self, place: Place, body: Body) -> None:
        known(body, "name", "description", "properties")
        thing = thing_get(self._viewer, place.fixed["id"])
        allowed(self._viewer, thing)
        changed = own_properties(body)
        if changed.pop("code", thing.code) != thing.code:
            raise Problem(409, "fixed", _("设备编号不能修改"))
        if self._whole or "name" in body:
            changed["name"] = text(body, "name", 120)
        changed = {name: value for name, value in changed.items() if getattr(thing, name) != value}
        if changed:
            try:
                thing_update(thing=thing, actor=self._viewer, now=self._now, **changed)
            except Absent as error:
                raise forbidden() from error
        said = {**body, "properties": free_properties(body)} if "properties" in body else body
        self._describe(place, said, thing)

    def _location(self, place: Place, body: Body) -> None:
        known(body, "name", "description", "properties", "encodingType", "location")
        row = place.row or {}
        thing = thing_get(self._viewer, row["thing_id"])
        allowed(self._viewer, thing)
        if "location" in body:
            raise Problem(409, "fixed", _("位置是历史,不能改写;设备搬迁请 POST 到 Things(…)/Locations"))
        self._describe(place, body, thing, also=("name",))

    def _datastream(self, place: Place, body: Body) -> None:
        known(body, "name", "description", "properties", "unitOfMeasurement", *WRITTEN_BY_US)
        stream = datastreams_within(self._viewer, [place.fixed["id"]])[place.fixed["id"]]
        allowed(self._viewer, stream.thing)
        if "unitOfMeasurement" in body:
            unit = as_object(body["unitOfMeasurement"], "unitOfMeasurement")
            known(unit, "name", "symbol", "definition")
            if text(unit, "symbol", 16) != (stream.observed_property.unit or "1"):
                raise Problem(409, "fixed", _("已有数据流的单位不能修改"))
        if self._whole or "name" in body:
            datastream_rename(datastream=stream, name=text(body, "name", 120), actor=self._viewer, now=self._now)
        self._describe(place, body, stream.thing)

    def _sensor(self, place: Place, body: Body) -> None:
        known(body, "name", "description", "encodingType", "metadata", "properties")
        sensor = sensor_within(self._viewer, place.fixed["id"])
        if sensor is None:
            raise Problem(409, "fixed", _("这台设备没有单独登记传感器,请修改设备本身"))
        allowed(self._viewer, sensor.thing)
        if self._whole or "name" in body:
            sensor_rename(sensor=sensor, name=text(body, "name", 80), actor=self._viewer, now=self._now)
        self._describe(place, body, sensor.thing)

    def _property(self, place: Place, body: Body) -> None:
        known(body, "name", "description", "definition", "properties")
        found = property_found(pk=place.fixed["id"])
        if not may_name_properties(self._viewer):
            raise forbidden()
        if found is None or body.get("name", found.name) != found.name or "definition" in body:
            raise Problem(409, "fixed", _("要素的名称和定义全县共用,不能由接口修改"))
        self._describe(place, body, found, keep=("definition",))

    def _observation(self, place: Place, body: Body) -> None:
        known(body, "result", "parameters")
        stream = datastreams_within(self._viewer, [place.fixed["datastream_id"]])[place.fixed["datastream_id"]]
        allowed(self._viewer, stream.thing)
        value = body.get("result")
        if isinstance(value, bool) or not isinstance(value, int | float) or not -1e12 < value < 1e12:
            raise wrong(_("result 应为数字"), "bad_value")
        given = as_object(body.get("parameters", {}), "parameters")
        observation_correct(
            datastream=stream,
            at=place.fixed["at"],
            value=float(value),
            reason=text(given, "reason", 200),
            actor=self._viewer,
            now=self._now,
        )

    def _describe(
        self, place: Place, body: Body, subject: Any, *, also: tuple[str, ...] = (), keep: tuple[str, ...] = ()
    ) -> None:
        for name in ("description", "definition", "encodingType"):
            if body.get(name) is not None:
                text(body, name)
        properties(body)
        given = {name: body[name] for name in (*DESCRIBED, *also) if name in body and name not in keep}
        describe(
            place.entity,
            place.fixed["id"],
            given,
            subject=subject,
            viewer=self._viewer,
            now=self._now,
            whole=self._whole and not keep,
            also=also,
        )


def remove(place: Place, viewer: Viewer, now: datetime, reason: str) -> None:
    """This will take a thing out of use; what it observed stays, and its number is not given again."""
    thing = thing_get(viewer, place.fixed["id"])
    allowed(viewer, thing)
    thing_retire(thing=thing, reason=reason.strip()[:200] or _("由 SensorThings 接口停用"), actor=viewer, now=now)
