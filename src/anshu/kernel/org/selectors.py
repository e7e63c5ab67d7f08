# SPDX-License-Identifier: Apache-2.0
"""Reading the organisation: places, and the chain of people who answer for them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.gis.geos import GEOSGeometry, Point
from django.db import connection
from django.db.models import Prefetch, Q
from django.utils.timezone import localdate

from anshu.kernel.org.choices import PREFIX_LENGTH, Level, Rung, Sector
from anshu.kernel.org.models import Division, Responsibility, Tenure


@dataclass(frozen=True, slots=True)
class Answerable:
    """One link of a chain: a seat, whoever sits in it now, and how to reach them (masked)."""

    level: Level
    rung: Rung
    division_code: str
    division_name: str
    post_id: int
    post_title: str
    organisation_id: int
    organisation_name: str
    person_id: int | None
    person_name: str
    phone_masked: str


def prefixes_of(code: str) -> list[str]:
    """This will list the full codes of a division and all above it, lowest first."""
    if not code.isdigit():
        return [code, f"{code[:6]}000000"]
    found = [code]
    for length in (12, 9, 6):
        upper = code[:length].ljust(12, "0")
        if upper not in found:
            found.append(upper)
    return found


def level_of(code: str) -> Level:
    """This will tell a division's level from its code alone."""
    if not code.isdigit():
        return Level.PARK
    if len(code) > 12:
        return Level.GRIDCELL
    if code[6:].strip("0") == "":
        return Level.COUNTY
    return Level.TOWNSHIP if code[9:] == "000" else Level.VILLAGE


def prefix_of(code: str) -> str:
    """This will give the leading digits that everything inside the division shares."""
    return code if level_of(code) is Level.PARK else code[: PREFIX_LENGTH[level_of(code)]]


def division_at(point: Point, *, level: Level | None = None) -> Division | None:
    """This will find the smallest division (or the one of `level`) whose area holds the point."""
    held = Division.objects.filter(area__contains=point, valid_until=None).exclude(level=Level.PARK)
    if level is not None:
        held = held.filter(level=level)
    return _smallest(list(held.defer("area")))


_VILLAGES = """
select (select code from org_division where level = 'village' and valid_until is null
        and st_contains(area, st_setsrid(st_makepoint(lng, lat), 4326)) limit 1)
from unnest(%s::float8[], %s::float8[]) with ordinality as given (lng, lat, number) order by number
"""


def villages_at(places: Sequence[tuple[float, float]]) -> list[str]:
    """This will give, in one query, the code of the village at each (longitude, latitude); empty where none is."""
    if not places:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_VILLAGES, [[lng for lng, _ in places], [lat for _, lat in places]])
        return [code or "" for (code,) in cursor.fetchall()]


def _smallest(divisions: list[Division]) -> Division | None:
    return max(divisions, key=lambda division: len(division.prefix), default=None)


def county_box() -> tuple[float, float, float, float] | None:
    """This will give the county's west, south, east and north in degrees; None before its outline is known."""
    county = Division.objects.filter(level=Level.COUNTY, area__isnull=False).order_by("-valid_from").first()
    return county.area.extent if county is not None and county.area is not None else None


def division_names(codes: set[str]) -> dict[str, str]:
    """This will give the names of many divisions in one query."""
    return dict(Division.objects.filter(code__in=codes).values_list("code", "name"))


def chain_for(place: str | GEOSGeometry, *, sector: str = Sector.GENERAL, at: datetime) -> tuple[Answerable, ...]:
    """This will name who answers for a place, from the lowest division upwards and by rung within it.

    `place` is a division code or a geometry: a point finds its smallest division; a line or polygon
    finds every lowest division it touches; a park that it touches answers beside them. A sector's own duty comes
    before the general one at the same rung.
    """
    codes = [place] if isinstance(place, str) else _codes_touched(place, at)
    wanted = {upper for code in codes for upper in prefixes_of(code)}
    duties = (
        Responsibility.objects.filter(
            Q(until=None) | Q(until__gt=at),
            division_code__in=wanted,
            sector_code__in={sector, Sector.GENERAL},
            since__lte=at,
        )
        .select_related("post__organisation")
        .prefetch_related(_tenures_at(at))
    )
    names = division_names(wanted)
    return tuple(_answerable(duty, names) for duty in _preferred(list(duties), sector))


def chains_for(places: set[tuple[str, str]], *, at: datetime) -> dict[tuple[str, str], tuple[Answerable, ...]]:
    """This will name who answers for many (division code, sector) at once, in as many queries as for one."""
    wanted = {upper for code, _sector in places for upper in prefixes_of(code)}
    sectors = {sector for _code, sector in places} | {Sector.GENERAL}
    duties = list(
        Responsibility.objects.filter(
            Q(until=None) | Q(until__gt=at), division_code__in=wanted, sector_code__in=sectors, since__lte=at
        )
        .select_related("post__organisation")
        .prefetch_related(_tenures_at(at))
    )
    names = division_names(wanted)
    found = {}
    for code, sector in places:
        uppers = set(prefixes_of(code))
        own = [each for each in duties if each.division_code in uppers and each.sector_code in (sector, Sector.GENERAL)]
        found[code, sector] = tuple(_answerable(duty, names) for duty in _preferred(own, sector))
    return found


def _codes_touched(geometry: GEOSGeometry, at: datetime) -> list[str]:
    day = localdate(at)
    lasting = Q(valid_until=None) | Q(valid_until__gt=day)
    divisions = Division.objects.filter(lasting, area__intersects=geometry, valid_from__lte=day)
    codes = list(divisions.values_list("code", flat=True))
    return [code for code in codes if not any(other != code and other.startswith(prefix_of(code)) for other in codes)]


def _tenures_at(at: datetime) -> "Prefetch[Any]":
    current = Tenure.objects.filter(Q(until=None) | Q(until__gt=at), since__lte=at).select_related("person")
    return Prefetch("post__tenures", queryset=current.order_by("-since"), to_attr="current_tenures")


def _preferred(duties: list[Responsibility], sector: str) -> list[Responsibility]:
    """This will drop a general duty where the sector has its own at that place and rung, and sort the rest."""
    own = {(duty.division_code, duty.rung) for duty in duties if duty.sector_code == sector}
    kept = [duty for duty in duties if duty.sector_code == sector or (duty.division_code, duty.rung) not in own]
    return sorted(kept, key=lambda duty: (-len(prefix_of(duty.division_code)), duty.rung, duty.pk))


def _answerable(duty: Responsibility, names: dict[str, str]) -> Answerable:
    tenures = getattr(duty.post, "current_tenures", [])
    person = tenures[0].person if tenures else None
    return Answerable(
        level=level_of(duty.division_code),
        rung=Rung(duty.rung),
        division_code=duty.division_code,
        division_name=names.get(duty.division_code, duty.division_code),
        post_id=duty.post_id,
        post_title=duty.post.title,
        organisation_id=duty.post.organisation_id,
        organisation_name=str(duty.post.organisation),
        person_id=person.pk if person else None,
        person_name=person.name if person else "",
        phone_masked=person.phone_masked if person else "",
    )
