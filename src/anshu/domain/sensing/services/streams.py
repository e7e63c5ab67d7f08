# SPDX-License-Identifier: Apache-2.0
"""Instruments, single datastreams and observed properties, as interfaces add them one by one."""

import re
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from anshu.domain.sensing.models import Datastream, ObservedProperty, Sensor, Thing
from anshu.domain.sensing.services.things import MOST_DATASTREAMS, require_onboarding
from anshu.kernel.access.choices import Capability, Right
from anshu.kernel.access.configuring import configures
from anshu.kernel.access.viewer import Absent, Refusal, Viewer
from anshu.kernel.audit.actor import PLATFORM, Actor
from anshu.kernel.audit.services import attribute, record

MOST_SENSORS = 200
_CODE = re.compile(r"[a-z][a-z0-9_.]{0,39}")


@transaction.atomic
def property_create(*, actor: Actor, now: datetime, code: str, name: str, unit: str, source: str) -> ObservedProperty:
    """This will register what can be observed, without bounds; raises Refusal, and Absent where the actor may not.

    A property has no place: whoever may connect things anywhere may name what they observe, as with device models.
    """
    if not may_name_properties(actor):
        raise Absent
    if not _CODE.fullmatch(code):
        raise Refusal(_("要素信息有误"), fields={"code": _("应为小写字母、数字、点和下划线,字母开头,最多 40 位")})
    if not name.strip() or len(name) > 60 or len(unit) > 16:
        raise Refusal(_("要素信息有误"), fields={"name": _("名称 1–60 字,单位最多 16 字")})
    try:
        with attribute(actor=actor), transaction.atomic():
            made = ObservedProperty.objects.create(code=code, name=name.strip(), unit=unit, source=source[:200])
    except IntegrityError as error:
        raise Refusal(_("已有同样代码的要素"), code="duplicate", fields={"code": _("已被使用")}) from error
    record(actor=actor, now=now, action="observed_property.created", subject=made)
    return made


def may_name_properties(actor: Actor) -> bool:
    """This will tell whether the actor may add to the list of what can be observed."""
    if not isinstance(actor, Viewer):
        return actor.kind == PLATFORM
    return (
        actor.can(Capability.MONITORING, Right.APPROVE)
        or actor.can(Capability.MONITORING, Right.CREATE)
        or configures(actor)
    )


@transaction.atomic
def sensor_create(*, thing: Thing, actor: Actor, now: datetime, name: str, maker: str = "", model: str = "") -> Sensor:
    """This will add an instrument to a thing; raises Refusal, and Absent where the actor may not."""
    thing = Thing.objects.select_for_update().get(pk=thing.pk)
    require_onboarding(actor, thing)
    _named(name, 80)
    if Sensor.objects.filter(thing=thing).count() >= MOST_SENSORS:
        raise Refusal(_("设备的传感器过多"), code="too_many")
    with attribute(actor=actor):
        made = Sensor.objects.create(thing=thing, name=name.strip(), maker=maker[:80], model=model[:80])
    record(actor=actor, now=now, action="sensor.created", subject=thing, changes={"sensor": [None, made.name]})
    return made


@transaction.atomic
def sensor_rename(*, sensor: Sensor, name: str, actor: Actor, now: datetime) -> Sensor:
    """This will give an instrument another name."""
    sensor = Sensor.objects.select_for_update(of=("self",)).select_related("thing").get(pk=sensor.pk)
    require_onboarding(actor, sensor.thing)
    _named(name, 80)
    before, sensor.name = sensor.name, name.strip()
    with attribute(actor=actor):
        sensor.save(update_fields=["name"])
    record(actor=actor, now=now, action="sensor.renamed", subject=sensor.thing, changes={"name": [before, sensor.name]})
    return sensor


@transaction.atomic
def datastream_create(
    *,
    thing: Thing,
    observed_property: ObservedProperty,
    name: str,
    actor: Actor,
    now: datetime,
    sensor: Sensor | None = None,
) -> Datastream:
    """This will have a thing observe one property more; raises Refusal where it does so already."""
    thing = Thing.objects.select_for_update().get(pk=thing.pk)
    require_onboarding(actor, thing)
    _named(name, 120)
    if sensor is not None and sensor.thing_id != thing.pk:
        raise Refusal(_("传感器不属于这台设备"), fields={"Sensor": _("应为同一设备的传感器")})
    if Datastream.objects.filter(thing=thing).count() >= MOST_DATASTREAMS:
        raise Refusal(_("设备的观测要素过多"), code="too_many_properties")
    try:
        with attribute(actor=actor), transaction.atomic():
            made = Datastream.objects.create(
                thing=thing, observed_property=observed_property, sensor=sensor, name=name.strip()
            )
    except IntegrityError as error:
        raise Refusal(_("这台设备已经观测这个要素"), code="duplicate") from error
    added = {"added": [observed_property.code]}
    record(actor=actor, now=now, action="datastreams.added", subject=thing, changes=added)
    return made


@transaction.atomic
def datastream_rename(*, datastream: Datastream, name: str, actor: Actor, now: datetime) -> Datastream:
    """This will give a datastream another name."""
    stream = Datastream.objects.select_for_update(of=("self",)).select_related("thing").get(pk=datastream.pk)
    require_onboarding(actor, stream.thing)
    _named(name, 120)
    before, stream.name = stream.name, name.strip()
    with attribute(actor=actor):
        stream.save(update_fields=["name"])
    changes = {"name": [before, stream.name]}
    record(actor=actor, now=now, action="datastream.renamed", subject=stream.thing, changes=changes)
    return stream


def _named(name: str, most: int) -> None:
    if not name.strip() or len(name) > most:
        raise Refusal(_("名称有误"), fields={"name": _("名称为 1–%(most)s 字") % {"most": most}})
