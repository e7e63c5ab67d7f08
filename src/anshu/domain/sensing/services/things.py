# SPDX-License-Identifier: Apache-2.0
"""Things and their datastreams."""

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.contrib.gis.geos import Point
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from anshu.domain.sensing.choices import ThingKind
from anshu.domain.sensing.events import ThingConnected
from anshu.domain.sensing.models import Datastream, ObservedProperty, Thing
from anshu.kernel.access.choices import Capability, Right
from anshu.kernel.access.viewer import Absent, Refusal, Viewer
from anshu.kernel.audit.actor import PLATFORM, Actor
from anshu.kernel.audit.services import attribute, record
from anshu.kernel.events.services import publish

# A station that names more properties than this is broken or hostile.
MOST_DATASTREAMS = 200
# A host that names more parts than this, likewise.
MOST_PARTS = 5_000
MOST_ADDRESS = 64
_PROPERTY = re.compile(r"[a-z][a-z0-9_.]{0,39}")
EDITABLE = (
    "name",
    "kind",
    "address",
    "point",
    "division_code",
    "sector_code",
    "unit",
    "park_code",
    "secret",
    "report_interval_s",
    "risk_object",
    "model",
)


def require_onboarding(actor: Actor, row: Any) -> None:
    """This will raise Absent unless the actor may connect and change things there.

    The matrix gives nobody the creation of monitoring points by hand (actors.md §6): those who approve them in their
    sector do it, or the system administrator, whose ground is interfaces.
    """
    if not isinstance(actor, Viewer):
        if actor.kind != PLATFORM:
            raise Absent
        return
    if not (
        actor.covers(row, Capability.MONITORING, Right.APPROVE)
        or actor.covers(row, Capability.MONITORING, Right.CREATE)
        or actor.covers(row, Capability.CONFIGURATION, Right.UPDATE)
    ):
        raise Absent


def address_of(protocol: str, given: str) -> str:
    """This will write an address as the protocol's frames have it: people leave out zeros and mix cases."""
    address = given.strip()
    if protocol in ("sl651", "gb26875"):
        return address.upper()
    # JT/T 808-2013 fills a terminal's number up to twelve digits (4.4.3).
    return address.zfill(12) if protocol == "jt808" and address.isdigit() else address


@transaction.atomic
def thing_create(
    *,
    actor: Actor,
    now: datetime,
    code: str,
    name: str,
    kind: str,
    protocol: str,
    address: str,
    point: Point,
    division_code: str,
    properties: Iterable[str] = (),
    reason: str = "",
    **more: Any,
) -> Thing:
    """This will register a thing with datastreams for the properties; `more` takes the other editable fields.

    Raises Refusal naming the fields that are wrong, and Absent where the actor may not.
    """
    thing = Thing(
        code=code.strip(),
        name=name.strip(),
        kind=kind,
        protocol=protocol,
        address=address_of(protocol, address),
        point=point,
        division_code=division_code,
        **more,
    )
    require_onboarding(actor, thing)
    _check(thing)
    with attribute(actor=actor, reason=reason):
        _save(thing)
        datastreams_ensure(thing_id=thing.pk, properties=[(each, None) for each in properties], actor=actor, now=now)
    record(actor=actor, now=now, action="thing.created", subject=thing, reason=reason)
    return thing


@transaction.atomic
def thing_update(*, thing: Thing, actor: Actor, now: datetime, reason: str = "", **changed: Any) -> Thing:
    """This will change the named editable fields; a change of place needs the right at both places."""
    thing = Thing.objects.select_for_update().get(pk=thing.pk)
    require_onboarding(actor, thing)
    if unknown := set(changed) - set(EDITABLE):
        raise Refusal(_("这些字段不能修改"), fields=dict.fromkeys(unknown, _("不能修改")))
    before = {name: str(getattr(thing, name)) for name in changed}
    for name, value in changed.items():
        setattr(thing, name, address_of(thing.protocol, value) if name == "address" else value)
    require_onboarding(actor, thing)
    _check(thing)
    with attribute(actor=actor, reason=reason):
        _save(thing)
    changes = {name: [before[name], str(getattr(thing, name))] for name in changed if name != "secret"}
    record(actor=actor, now=now, action="thing.updated", subject=thing, reason=reason, changes=changes)
    return thing


@transaction.atomic
def thing_retire(*, thing: Thing, reason: str, actor: Actor, now: datetime) -> None:
    """This will take a thing out of use; its history stays and its frames go to quarantine from now on."""
    thing = Thing.objects.select_for_update().get(pk=thing.pk)
    require_onboarding(actor, thing)
    if not reason.strip():
        raise Refusal(_("请填写停用理由"), fields={"reason": _("必填")})
    if thing.retired_at is None:
        thing.retired_at = now
        with attribute(actor=actor, reason=reason):
            thing.save(update_fields=["retired_at"])
        record(actor=actor, now=now, action="thing.retired", subject=thing, reason=reason)


@transaction.atomic
def parts_ensure(*, thing_id: int, addresses: Iterable[str], actor: Actor, now: datetime) -> list[str]:
    """This will register parts of a thing that it speaks for, at its place, up to a number; gives the codes added.

    A part's address is its host's, a slash, and what the host calls it.
    """
    host = Thing.objects.select_for_update().get(pk=thing_id)
    wanted = [each for each in addresses if each.startswith(f"{host.address}/") and len(each) <= MOST_ADDRESS]
    present = set(Thing.objects.filter(protocol=host.protocol, address__in=wanted).values_list("address", flat=True))
    room = MOST_PARTS - Thing.objects.filter(parent=host).count()
    made = []
    for address in [each for each in wanted if each not in present][: max(0, room)]:
        name = address.removeprefix(f"{host.address}/")
        part = _part(host, address, name, actor, now)
        _as_host(part, host, actor, now)
        made.append(part.code)
    return made


def _as_host(part: Thing, host: Thing, actor: Actor, now: datetime) -> None:
    """This will give a part what its host's model observes, and tell those who make the model's default rules."""
    if host.model is None:
        return
    properties = [(row["property"], None) for row in host.model.datastreams]
    datastreams_ensure(thing_id=part.pk, properties=properties, actor=actor, now=now)
    fact = ThingConnected(
        subject_type="sensing.thing",
        subject_id=part.pk,
        title=part.name,
        division_code=part.division_code,
        sector_code=part.sector_code,
        unit_id=part.unit_id,
        thing_id=part.pk,
        model=host.model.code,
        rule_templates=list(host.model.rule_templates),
    )
    publish(fact, now=now)


def _part(host: Thing, address: str, name: str, actor: Actor, now: datetime) -> Thing:
    part = Thing(
        code=f"{host.code}/{name}"[:40] if len(f"{host.code}/{name}") <= 40 else f"P{host.pk}/{name}"[:40],
        name=f"{host.name} {name}"[:120],
        kind=host.kind,
        protocol=host.protocol,
        address=address,
        point=host.point,
        division_code=host.division_code,
        sector_code=host.sector_code,
        unit_id=host.unit_id,
        park_code=host.park_code,
        report_interval_s=host.report_interval_s,
        risk_object_id=host.risk_object_id,
        parent=host,
    )
    reason = _("由主机 %(host)s 的报文自动登记") % {"host": host.code}
    with attribute(actor=actor, reason=reason):
        _save(part)
    record(actor=actor, now=now, action="thing.created", subject=part, reason=reason)
    return part


@transaction.atomic
def datastreams_ensure(
    *, thing_id: int, properties: Iterable[tuple[str, str | None]], actor: Actor, now: datetime
) -> list[str]:
    """This will give the thing a datastream for each (property, unit) that it lacks; gives the codes added.

    A property that no register knows is made with the unit that the protocol gave. Without a unit it is refused, so
    that a slip of the pen makes no property. Raises Refusal.
    """
    wanted = dict(properties)
    known = {each.code: each for each in ObservedProperty.objects.filter(code__in=wanted)}
    present = set(Datastream.objects.filter(thing_id=thing_id).values_list("observed_property__code", flat=True))
    missing = sorted(set(wanted) - present)
    if len(present) + len(missing) > MOST_DATASTREAMS:
        raise Refusal(_("设备的观测要素过多"), code="too_many_properties")
    for code in missing:
        observed = known.get(code) or _property(code, wanted[code])
        Datastream.objects.get_or_create(
            thing_id=thing_id, observed_property=observed, defaults={"name": observed.name}
        )
    if missing:
        thing = Thing.objects.get(pk=thing_id)
        record(actor=actor, now=now, action="datastreams.added", subject=thing, changes={"added": missing})
    return missing


def _property(code: str, unit: str | None) -> ObservedProperty:
    if unit is None or not _PROPERTY.fullmatch(code):
        raise Refusal(_("没有登记的观测要素:%(code)s") % {"code": code}, code="unknown_property")
    return ObservedProperty.objects.get_or_create(
        code=code,
        defaults={"name": code, "unit": unit[:16], "source": _("由报文自动登记,范围待定")},
    )[0]


def _check(thing: Thing) -> None:
    wrong = {name: _("必填") for name in ("code", "name", "address", "division_code") if not getattr(thing, name)}
    if thing.kind not in ThingKind.values:
        wrong["kind"] = _("没有这个类别")
    if not thing.point or not (-180 <= thing.point.x <= 180 and -90 <= thing.point.y <= 90):
        wrong["point"] = _("经纬度不合理")
    if thing.protocol == "sl651" and not re.fullmatch(r"[0-9A-F]{10}", thing.address):
        wrong["address"] = _("SL 651 遥测站地址为 10 位")
    if not 1 <= thing.report_interval_s <= 31 * 86_400:
        wrong["report_interval_s"] = _("应在 1 秒至 31 天之间")
    if wrong:
        raise Refusal(_("设备信息有误"), fields=wrong)


def _save(thing: Thing) -> None:
    try:
        with transaction.atomic():
            thing.save()
    except IntegrityError as error:
        field = "address" if "thing_address_once" in str(error) else "code"
        raise Refusal(_("已有同样编号或地址的设备"), code="duplicate", fields={field: _("已被使用")}) from error
