# SPDX-License-Identifier: Apache-2.0
"""The demonstration's risk objects, shelters, teams, stock and stations. All of them are made up."""

import random
from datetime import UTC, datetime, timedelta

from django.contrib.gis.geos import Point

from anshu.domain.alerts.models import Rule
from anshu.domain.resources.models import Shelter, Stock, Team
from anshu.domain.risks.models import RiskObject
from anshu.domain.sensing.models import Datastream, ObservedProperty, Thing
from anshu.kernel.org.choices import Sector
from anshu.kernel.org.models import Division
from anshu.project.demo import devices
from anshu.project.demo.stations import RAIN_1H_LEVELS, STATIONS, THRESHOLD_SOURCE, DemoStation

SOURCE = "演示数据"
CHECKED = datetime(2026, 5, 12, 2, 0, tzinfo=UTC)
# Long enough before the start that the storm, which ends at the start, falls into it.
IN_FORCE_BEFORE = timedelta(hours=7)
SILENCE_S = 12 * 3600
# Kind, sector, what it is called, its hazards, its measures.
_RISKS = (
    ("flash_flood", Sector.FLOOD, "山洪危险区", "短历时强降雨引发山洪", "责任人巡查,雨量预警即转移"),
    ("slope", Sector.GEOHAZARD, "滑坡隐患点", "强降雨诱发滑坡", "群测群防,裂缝监测"),
    ("place", Sector.FIRE, "养老服务中心", "人员密集、行动不便", "消防设施月检,夜间双人值守"),
    ("place", Sector.FIRE, "中心小学", "人员密集", "疏散演练每学期两次"),
    ("enterprise", Sector.INDUSTRY, "竹木加工厂", "木粉尘爆炸、火灾", "除尘系统日清,动火审批"),
    ("road", Sector.ROAD, "临水临崖路段", "车辆坠落", "波形护栏,限速 30"),
    ("forest", Sector.FOREST, "重点林区", "野外用火", "防火期封山,护林员巡护"),
)
_SPECIAL = (
    (
        "major_hazard",
        Sector.HAZCHEM,
        "城南氟化工储罐区(演示)",
        119.196,
        28.985,
        1,
        "液氯、氢氟酸泄漏中毒",
        "三级包保,紧急切断阀",
    ),
    ("major_hazard", Sector.HAZCHEM, "城南液氨制冷站(演示)", 119.205, 28.992, 2, "液氨泄漏", "喷淋、联锁、双人值守"),
    ("enterprise", Sector.HAZCHEM, "经开区涂料企业(演示)", 119.205, 29.075, 2, "易燃液体火灾", "可燃气体报警,防爆电气"),
    (
        "enterprise",
        Sector.INDUSTRY,
        "经开区造纸企业(演示)",
        119.213,
        29.08,
        3,
        "有限空间中毒窒息",
        "先通风、再检测、后作业",
    ),
    ("reservoir", Sector.FLOOD, "沐尘水库(演示)", 119.2065, 28.806, 2, "超汛限水位", "三个责任人,汛期加密观测"),
    ("reservoir", Sector.FLOOD, "社阳水库(演示)", 119.297, 28.906, 2, "超汛限水位", "三个责任人,汛期加密观测"),
    (
        "river",
        Sector.FLOOD,
        "溪口低洼河段(演示)",
        119.1885,
        28.8695,
        1,
        "洪水漫堤,沿江 42 户受淹",
        "水位 69.60 米即转移",
    ),
)


class Map:
    """Finds the village of a point, and points inside villages."""

    def __init__(self, divisions: list[Division]) -> None:
        self.villages = [division for division in divisions if division.level == "village" and division.area]
        self._rng = random.Random(1143)

    def village_at(self, point: Point) -> str:
        """This will give the code of the village that holds the point, or of the nearest one."""
        for village in self.villages:
            if village.area is not None and village.area.contains(point):
                return str(village.code)
        nearest = min(self.villages, key=lambda village: village.area.distance(point) if village.area else 9.0)
        return str(nearest.code)

    def somewhere_in(self, village: Division) -> Point:
        """This will give a point inside the village."""
        west, south, east, north = village.area.extent  # type: ignore[union-attr]
        for _ in range(40):
            point = Point(self._rng.uniform(west, east), self._rng.uniform(south, north), srid=4326)
            if village.area.contains(point):  # type: ignore[union-attr]
                return point
        return village.point or village.area.point_on_surface  # type: ignore[union-attr]


def load(divisions: list[Division], *, now: datetime) -> None:
    """This will make everything that stands on the map."""
    ground = Map(divisions)
    RiskObject.objects.bulk_create(_risks(ground))
    _resources(ground)
    stations(ground, valid_from=now - IN_FORCE_BEFORE)
    devices.load(ground, now=now, valid_from=now - IN_FORCE_BEFORE)


def _risks(ground: Map) -> list[RiskObject]:
    rows = []
    for number, (kind, sector, name, lng, lat, grade, hazards, measures) in enumerate(_SPECIAL, start=1):
        point = Point(lng, lat, srid=4326)
        code = ground.village_at(point)
        rows.append(_risk(f"FX-S{number:03d}", name, kind, sector, grade, point, code, hazards, measures))
    for number, village in enumerate(ground.villages):
        kind, sector, name, hazards, measures = _RISKS[number % len(_RISKS)]
        point = ground.somewhere_in(village)
        grade = (4, 3, 4, 3, 2, 4, 3, 3, 4, 1)[(number * 7) % 10]
        title = f"{village.name.removesuffix('村').removesuffix('社区')}{name}"
        rows.append(_risk(f"FX-{number:04d}", title, kind, sector, grade, point, village.code, hazards, measures))
    return rows


def _risk(
    code: str, name: str, kind: str, sector: str, grade: int, point: Point, division: str, hazards: str, measures: str
) -> RiskObject:
    return RiskObject(
        code=code, name=name, kind=kind, sector_code=sector, grade=grade, point=point, division_code=division,
        hazards=hazards, measures=measures, people_exposed=20 + (len(name) * 37) % 180, source=SOURCE,
        verified_at=CHECKED, verified_by="演示核实人",
    )  # fmt: skip


def _resources(ground: Map) -> None:
    shelters: list[Shelter] = []
    teams: list[Team] = []
    stock: list[Stock] = []
    for number, village in enumerate(ground.villages):
        base = {
            "division_code": village.code,
            "contact": "演示联系人",
            "phone": f"1910000{number:04d}",
            "checked_at": CHECKED,
        }
        if number % 4 == 0 and len(shelters) < 67:
            shelters.append(
                Shelter(
                    code=f"BZ-{number:04d}", name=f"{village.name}文化礼堂避灾点", point=ground.somewhere_in(village),
                    capacity=60 + (number * 13) % 140, sector_code=Sector.DISASTER, **base,
                )
            )  # fmt: skip
        if number % 17 == 3:
            kind = ("grassroots", "micro_station", "specialist", "social")[number % 4]
            teams.append(
                Team(
                    code=f"DW-{number:04d}", name=f"{village.name}应急救援队", kind=kind, members=8 + number % 22,
                    on_duty=3 + number % 5, point=ground.somewhere_in(village), sector_code=Sector.RESCUE, **base,
                )
            )  # fmt: skip
        if number % 19 == 5:
            item, measure = (("编织袋", "只"), ("救生衣", "件"), ("排水泵", "台"), ("帐篷", "顶"))[number % 4]
            stock.append(
                Stock(
                    code=f"WZ-{number:04d}", name=f"{village.name}防汛物资点", item=item, quantity=20 + number,
                    measure=measure, point=ground.somewhere_in(village), sector_code=Sector.FLOOD, **base,
                )
            )  # fmt: skip
    Shelter.objects.bulk_create(shelters)
    Team.objects.bulk_create(teams)
    Stock.objects.bulk_create(stock)


def stations(ground: Map, *, valid_from: datetime) -> None:
    """This will make the stations with their datastreams and rules."""
    known = {row.code: row for row in ObservedProperty.objects.all()}
    for station in STATIONS:
        point = Point(station.lng, station.lat, srid=4326)
        thing = Thing.objects.create(
            code=f"SW-{station.address[-4:]}", name=station.name, kind=station.kind, protocol="sl651",
            address=station.address, point=point, division_code=ground.village_at(point),
            sector_code=Sector.FLOOD, report_interval_s=600,
        )  # fmt: skip
        streams = {
            code: Datastream.objects.create(
                thing=thing, observed_property=known[code], name=f"{station.name} {known[code].name}"
            )
            for code in station.properties
        }
        Rule.objects.bulk_create(_rules(station, streams, valid_from))


def _rules(station: DemoStation, streams: dict[str, Datastream], valid_from: datetime) -> list[Rule]:
    common = {"source": THRESHOLD_SOURCE, "valid_from": valid_from}
    blue, yellow, orange, red = RAIN_1H_LEVELS
    rules = [
        Rule(
            datastream=streams["rain_1h"], name=f"{station.name} 1小时雨量", blue=blue, yellow=yellow, orange=orange,
            red=red, hysteresis=2.0, **common,
        )
    ]  # fmt: skip
    if station.levels:
        blue, yellow, orange, red = station.levels
        code = "water_level" if station.kind == "river" else "water_level_upstream"
        rules.append(
            Rule(
                datastream=streams[code], name=f"{station.name} 水位", blue=None, yellow=yellow, orange=orange,
                red=red, hysteresis=0.1, no_data_s=SILENCE_S, **common,
            )
        )  # fmt: skip
    return rules
