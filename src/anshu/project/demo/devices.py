# SPDX-License-Identifier: Apache-2.0
"""The demonstration's devices that are no water stations. All of them are made up; addresses are of no real device."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.gis.geos import Point

from anshu.domain.alerts.models import Rule
from anshu.domain.alerts.services import rule_template, template_apply
from anshu.domain.risks.models import RiskObject
from anshu.domain.sensing.models import Datastream, DeviceModel, Thing
from anshu.domain.sensing.services import thing_connect
from anshu.kernel.access.models import ApiToken
from anshu.kernel.audit.actor import platform
from anshu.kernel.org.choices import Sector
from anshu.project.demo.routes import Journey, way
from anshu.project.demo.stations import THRESHOLD_SOURCE

COUNTY = "330825000000"
ACTOR = platform("demo")
PLANT = "330825DEMO00000000000001"
PLANT_SECRET = "123456"
FIRE_HOST = "330825000001"
# System 1-1, zone 3, number 12, as the address of a part writes them.
DETECTOR = "1-1-03000C00"
TILT_EUI = "ff330825ff000001"
SOIL, SOIL_SECRET = "demo-soil-1", "demo-soil"
STRANGER = "3308250099"
LORA_TOKEN, LORA_SECRET = "demolora", "demo-lora"


@dataclass(frozen=True, slots=True)
class Craft:
    """A vehicle or boat: its terminal's number, its way, its usual speed, and from where on the way it starts."""

    phone: str
    code: str
    name: str
    model: str
    sector: str
    way: str
    speed_km_h: float
    start_m: float
    # Sometimes drives so fast that its terminal says so.
    hurries: bool = False
    # Minutes of the hour before now in which it stood, and in which it was not heard.
    stood: tuple[int, int] = (0, 0)
    unheard: tuple[int, int] = (0, 0)


_CAR, _BOAT = "jt808-vehicle", "jt808-boat"
CRAFT: tuple[Craft, ...] = (
    Craft(
        "013900000801", "CL-801", "应急指挥车(演示)", _CAR, Sector.RESCUE, "县城至溪口、沐尘公路", 52, 3000,
        stood=(20, 29),
    ),
    Craft(
        "013900000802", "CL-802", "抢险工程车(演示)", _CAR, Sector.FLOOD, "湖镇至社阳公路", 43, 1000,
        stood=(8, 16), unheard=(30, 42),
    ),
    Craft("013900000803", "CL-803", "危化品运输车(演示)", _CAR, Sector.HAZCHEM, "320国道", 61, 9000, hurries=True),
    Craft("013900000804", "CB-804", "水上救援艇(演示)", _BOAT, Sector.RESCUE, "衢江", 24, 12000, stood=(35, 45)),
)  # fmt: skip


def load(ground: Any, *, now: datetime, valid_from: datetime) -> None:
    """This will register them by the shipped models, with the models' rules in force from `valid_from` on."""
    models = {row.code: row for row in DeviceModel.objects.all()}
    risks = {row.code: row for row in RiskObject.objects.filter(code="FX-S004")}
    outlet = _connect(
        ground, models["hj212-wastewater"], "PK-001", "经开区造纸企业排放口(演示)", PLANT, (119.2135, 29.0795),
        Sector.INDUSTRY, now, secret=PLANT_SECRET, risk_object=risks.get("FX-S004"),
    )  # fmt: skip
    host = _connect(
        ground, models["gb26875-host"], "XF-001", "龙洲养老服务中心消防主机(演示)", FIRE_HOST, (119.1755, 29.0305),
        Sector.FIRE, now,
    )  # fmt: skip
    slope = _connect(
        ground, models["milesight-em310-tilt"], "DZ-001", "庙下滑坡倾角仪(演示)", TILT_EUI, (119.122, 28.828),
        Sector.GEOHAZARD, now, report_interval_s=600,
    )  # fmt: skip
    _connect(
        ground, None, "SQ-001", "石佛墒情站(演示)", SOIL, (119.13, 29.262), Sector.FLOOD, now, secret=SOIL_SECRET,
        kind="other", protocol="mqtt", report_interval_s=300, properties=("soil_moisture_10cm", "voltage"),
    )  # fmt: skip
    smoke = _connect(
        ground, models["gb26875-host"], "XF-001-12", "三楼活动室感烟探测器(演示)", f"{FIRE_HOST}/{DETECTOR}",
        (119.1757, 29.0306), Sector.FIRE, now,
    )  # fmt: skip
    Thing.objects.filter(pk=smoke.pk).update(parent=host)
    crafts = [_craft(ground, models, each, now) for each in CRAFT]
    _rule(outlet, "cod", "化学需氧量超限", valid_from, yellow=80.0, orange=100.0, red=150.0, hysteresis=5.0)
    _rule(slope, "tilt_x", "倾角", valid_from, yellow=2.0, orange=4.0, red=8.0, hysteresis=0.2)
    for thing in (host, smoke, *crafts):
        for code in thing.model.rule_templates if thing.model else ():
            template_apply(template=rule_template(code), things=[thing], actor=ACTOR, now=now, valid_from=valid_from)
    ApiToken.objects.create(
        name="LoRaWAN 网络服务器(演示)", identifier=LORA_TOKEN, division_code=COUNTY, created_at=now,
        secret_hash=hashlib.sha256(LORA_SECRET.encode()).hexdigest(), expires_at=now + timedelta(days=365),
    )  # fmt: skip


def _craft(ground: Any, models: dict[str, DeviceModel], craft: Craft, now: datetime) -> Thing:
    start = Journey(way(craft.way), craft.start_m).place
    return _connect(ground, models[craft.model], craft.code, craft.name, craft.phone, start, craft.sector, now)


def _connect(
    ground: Any, model: DeviceModel | None, code: str, name: str, address: str, place: tuple[float, float], sector: str,
    now: datetime, **more: Any,
) -> Thing:  # fmt: skip
    point = Point(*place, srid=4326)
    return thing_connect(
        actor=ACTOR, now=now, reason="演示设备", model=model, code=code, name=name, address=address, point=point,
        division_code=ground.village_at(point), sector_code=sector, **more,
    )  # fmt: skip


def _rule(thing: Thing, code: str, name: str, valid_from: datetime, **levels: float) -> None:
    stream = Datastream.objects.get(thing=thing, observed_property__code=code)
    Rule.objects.create(
        datastream=stream, name=f"{thing.name} {name}", source=THRESHOLD_SOURCE, valid_from=valid_from, **levels
    )
