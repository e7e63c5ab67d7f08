# SPDX-License-Identifier: Apache-2.0
"""The demonstration's organisations, seats, people, duties and accounts. All names and phones are made up."""

import random
from dataclasses import dataclass
from datetime import UTC, datetime

from django.contrib.auth.hashers import make_password

from anshu.kernel.access.choices import Role
from anshu.kernel.access.models import Grant, User
from anshu.kernel.org.choices import Rung, Sector, UnitKind
from anshu.kernel.org.models import Division, Organisation, Person, Post, Responsibility, Tenure
from anshu.project.demo import PASSWORD

SINCE = datetime(2025, 12, 31, 16, 0, tzinfo=UTC)
SOURCE = "演示数据"
_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡林郭何高罗郑梁谢宋唐许邓冯韩曹曾彭萧蔡潘田董袁于余叶蒋杜苏魏程吕丁沈任姚卢傅钟姜"
)
_GIVEN = "建国志明春华晓东丽萍国庆海燕文斌雪梅永强小红俊杰玉兰伟民秀英振华美琴光荣桂香立新爱珍金水月娥根土银花卫星彩云"


@dataclass(frozen=True, slots=True)
class County:
    """The fixed accounts: user name, person's place, seat, role, sectors."""

    username: str
    organisation: str
    title: str
    role: Role
    sectors: tuple[str, ...] = ()
    note: str = ""


OFFICES: tuple[tuple[str, str, UnitKind, tuple[str, ...]], ...] = (
    ("330825-GOV", "县政府", UnitKind.LEADERSHIP, ()),
    ("330825-AWB", "县安委办", UnitKind.LEADERSHIP, ()),
    ("330825-EMB", "县应急管理局", UnitKind.DEPARTMENT, (Sector.GENERAL,)),
    ("330825-FXB", "县防指办", UnitKind.HEADQUARTERS, (Sector.FLOOD,)),
    ("330825-LSJ", "县林水局", UnitKind.DEPARTMENT, (Sector.FLOOD, Sector.FOREST)),
    ("330825-ZGJ", "县资规局", UnitKind.DEPARTMENT, (Sector.GEOHAZARD,)),
    ("330825-QXJ", "县气象局", UnitKind.DEPARTMENT, (Sector.WEATHER,)),
    ("330825-XFD", "县消防救援大队", UnitKind.TEAM, (Sector.FIRE, Sector.RESCUE)),
    ("330825-DSJ", "县大数据中心", UnitKind.DEPARTMENT, ()),
    ("330825-JWJ", "县纪委监委", UnitKind.LEADERSHIP, ()),
)
COUNTY_SEATS: tuple[County, ...] = (
    County("leader", "330825-GOV", "常务副县长", Role.R01, note="县领导:全县一览"),
    County("safety", "330825-AWB", "综合科科长", Role.R02, note="安委办综合岗"),
    County("duty", "330825-EMB", "值班长", Role.R06, note="值班员:告警、事件、指令"),
    County("hazchem", "330825-EMB", "危化科科长", Role.R03, (Sector.HAZCHEM, Sector.INDUSTRY), "应急局业务岗"),
    County("flood", "330825-FXB", "主任", Role.R10, (Sector.FLOOD,), "专项指挥部办公室"),
    County("water", "330825-LSJ", "水旱灾害防御科科长", Role.R08, (Sector.FLOOD, Sector.FOREST), "行业监管岗"),
    County("weather", "330825-QXJ", "预报台台长", Role.R09, (Sector.WEATHER,), "预警发布岗"),
    County("rescue", "330825-XFD", "大队长", Role.R21, (), "救援队"),
    County("auditor", "330825-JWJ", "监督室主任", Role.R22, note="审计/纪检(只读)"),
    County("sysadmin", "330825-DSJ", "系统管理员", Role.R24, note="系统管理员:看不到业务数据"),
    County("secadmin", "330825-DSJ", "安全管理员", Role.SECURITY, note="安全管理员:授权"),
    County("audadmin", "330825-DSJ", "审计管理员", Role.AUDIT, note="审计管理员:审计日志"),
)

# Two of the local accounts, shown at the sign-in page beside the county's.
LOCAL_NOTES = {"z330825109000b": "乡镇应急站:溪口镇", "c330825109205": "村级岗:溪口镇大垅村"}


class Names:
    """Gives made-up names and phones, the same ones at every run."""

    def __init__(self) -> None:
        self._rng = random.Random(330825)
        self._count = 0

    def next(self, division_code: str) -> Person:
        """This will make the next person. The number range 190-0000 is not given to anybody."""
        self._count += 1
        surname = self._rng.choice(_SURNAMES)
        start = self._rng.randrange(0, len(_GIVEN) - 1, 2)
        return Person(
            name=surname + _GIVEN[start : start + 2],
            phone=f"1900000{self._count:04d}",
            division_code=division_code,
        )


@dataclass(slots=True)
class Seat:
    """One seat to be made, with who sits there, its role and its duties."""

    post: Post
    person: Person
    role: Role
    division_code: str
    sectors: tuple[str, ...]
    username: str
    duties: tuple[tuple[str, Rung], ...]


def load(divisions: list[Division], *, now: datetime) -> list[User]:
    """This will make everything in a few bulk statements; gives the accounts, whose passwords age from now."""
    offices = _organisations(divisions)
    seats = _seats(divisions, offices)
    Person.objects.bulk_create([seat.person for seat in seats])
    Post.objects.bulk_create([seat.post for seat in seats])
    Tenure.objects.bulk_create([Tenure(post=seat.post, person=seat.person, since=SINCE) for seat in seats])
    Responsibility.objects.bulk_create(
        [
            Responsibility(division_code=code, rung=rung, post=seat.post, since=SINCE, source=SOURCE)
            for seat in seats
            for code, rung in seat.duties
        ]
    )
    Grant.objects.bulk_create([_grant(seat) for seat in seats])
    # One hash for all: the password is the demonstration's, and hashing 300 times would take half a minute.
    hashed = make_password(PASSWORD)
    notes = {row.username: row.note for row in COUNTY_SEATS if row.note} | LOCAL_NOTES
    users = [
        User(
            username=seat.username,
            person=seat.person,
            password=hashed,
            created_at=SINCE,
            password_set_at=now,
            must_change_password=False,
            # What the sign-in page says of the accounts that it offers.
            preferences={"demo": notes[seat.username]} if seat.username in notes else {},
        )
        for seat in seats
        if seat.username
    ]
    return User.objects.bulk_create(users)


def _organisations(divisions: list[Division]) -> dict[str, Organisation]:
    county = next(division.code for division in divisions if division.level == "county")
    rows = [
        Organisation(code=code, name=name, kind=kind, division_code=county, sectors=list(sectors))
        for code, name, kind, sectors in OFFICES
    ]
    rows += [
        Organisation(code=f"T{division.code}", name=_office(division), kind=kind, division_code=division.code)
        for division in divisions
        for level, kind in (("township", UnitKind.TOWNSHIP), ("village", UnitKind.VILLAGE))
        if division.level == level
    ]
    Organisation.objects.bulk_create(rows)
    return {row.code: row for row in rows}


def _office(division: Division) -> str:
    if division.level == "village":
        return division.name
    return division.name + ("街道办事处" if division.kind == "street" else "政府").replace("街道街道", "街道")


def _seats(divisions: list[Division], offices: dict[str, Organisation]) -> list[Seat]:
    names = Names()
    county = next(division.code for division in divisions if division.level == "county")
    seats = [_county_seat(row, offices, county, names) for row in COUNTY_SEATS]
    for division in divisions:
        office = offices.get(f"T{division.code}")
        if office is not None:
            seats += _local_seats(division, office, names)
    return seats


def _county_seat(row: County, offices: dict[str, Organisation], county: str, names: Names) -> Seat:
    post = Post(organisation=offices[row.organisation], title=row.title, order=1)
    duties: tuple[tuple[str, Rung], ...] = ()
    if row.username == "duty":
        duties = ((county, Rung.FIRST),)
    if row.username == "flood":
        duties = ((county, Rung.DEPUTY),)
    if row.username == "leader":
        duties = ((county, Rung.SUPERVISOR),)
    return Seat(post, names.next(county), row.role, county, row.sectors, row.username, duties)


def _local_seats(division: Division, office: Organisation, names: Names) -> list[Seat]:
    place = division.code
    if division.level == "township":
        titles = (("乡镇长" if division.kind != "street" else "主任", Rung.SUPERVISOR), ("应急管理站站长", Rung.FIRST))
        role, prefix = Role.R11, "z"
    else:
        titles = (("党组织书记", Rung.FIRST), ("灾害信息员", Rung.DEPUTY))
        role, prefix = Role.R13, "c"
    return [
        Seat(
            Post(organisation=office, title=title, order=number),
            names.next(place),
            role,
            place,
            (),
            f"{prefix}{place}" + ("" if number == 1 else "b"),
            ((place, rung),),
        )
        for number, (title, rung) in enumerate(titles, start=1)
    ]


def _grant(seat: Seat) -> Grant:
    return Grant(
        post=seat.post,
        role=seat.role,
        division_code=seat.division_code,
        sectors=list(seat.sectors),
        unit=seat.post.organisation,
        since=SINCE,
        reason=SOURCE,
    )
