# SPDX-License-Identifier: Apache-2.0
"""Tables of station weather, as the Canadian programs and spreadsheets write them."""

import csv
from collections.abc import Iterable, Mapping
from datetime import date
from itertools import pairwise
from types import MappingProxyType
from typing import Final

import numpy as np

from anshu.science.fire_weather.daily import HourlyWeather, NoonWeather
from anshu.science.standing import Refusal
from anshu.science.units import Array

# What a column may be called, in small letters.
_NAMES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "station": ("id", "station"),
        "latitude": ("lat", "latitude"),
        "year": ("yr", "year"),
        "month": ("mon", "month"),
        "day": ("day",),
        "hour": ("hr", "hour"),
        "temperature_c": ("temp", "temperature"),
        "humidity_pct": ("rh", "humidity"),
        "wind_km_h": ("ws", "wind"),
        "rain_mm": ("prec", "rain"),
    }
)
_WEATHER: Final = ("temperature_c", "humidity_pct", "wind_km_h", "rain_mm")
_NOON: Final = ("latitude", "year", "month", "day", *_WEATHER)
_HOURLY: Final = ("year", "month", "day", "hour", *_WEATHER)
_MISSING: Final = frozenset({"", "na", "nan", "-9999", "-999"})

Row = dict[str, str]


def read_noon(text: str) -> dict[str, NoonWeather]:
    """Read daily noon weather by station, in the order of days; a day left out is a day of missing values.

    Parameters
    ----------
    text
        A table with a heading, parted by `;`, `,` or tabs: `lat`, `yr`, `mon`, `day`, `temp` (°C), `rh` (%), `ws`
        (km/h), `prec` (mm) in any order and case, and `id` where there are several stations (otherwise the key is
        empty). A byte-order mark is passed over; `NA`, -9999 and blanks are missing.

    Raises
    ------
    Refusal
        `columns_missing` with their names, `not_a_number` or `not_a_date` with line and column, `day_twice`.
    """
    by_station: dict[str, dict[date, tuple[int, Row]]] = {}
    for line, row in _rows(text, _NOON):
        days = by_station.setdefault(row.get("station", ""), {})
        day = _day(line, row)
        if day in days:
            raise Refusal("day_twice", line=line, day=day.isoformat())
        days[day] = (line, row)
    return {station: _noon(days) for station, days in by_station.items()}


def read_hourly(text: str) -> HourlyWeather:
    """Read one station's hourly weather, columns as in `read_noon` with `hr` and without `lat`; hours must not skip.

    Raises
    ------
    Refusal
        As `read_noon`, and `hours_skip` with the line after a gap.
    """
    rows = list(_rows(text, _HOURLY))
    hours = [24 * _day(line, row).toordinal() + _number(line, row, "hour") for line, row in rows]
    for place, (before, after) in enumerate(pairwise(hours), 1):
        if after - before != 1:
            raise Refusal("hours_skip", line=rows[place][0])
    return HourlyWeather(*(np.array([_number(*one, name) for one in rows]) for name in _WEATHER))


def _rows(text: str, needed: tuple[str, ...]) -> Iterable[tuple[int, Row]]:
    """This will give each line's number and its cells under our names."""
    lines = text.lstrip("\ufeff").splitlines()
    head = lines[0] if lines else ""
    reader = csv.reader(lines, delimiter=max(";,\t", key=head.count))
    found = [cell.strip().strip('"').lower() for cell in next(reader, [])]
    places = {name: found.index(one) for name, called in _NAMES.items() for one in called if one in found}
    missing = tuple(_NAMES[name][0] for name in needed if name not in places)
    if missing:
        raise Refusal("columns_missing", names=missing)
    for line, cells in enumerate(reader, 2):
        if any(cell.strip() for cell in cells):
            padded = cells + [""] * (len(found) - len(cells))
            yield line, {name: padded[place].strip() for name, place in places.items()}


def _noon(days: dict[date, tuple[int, Row]]) -> NoonWeather:
    first, last = min(days), max(days)
    every = [date.fromordinal(one) for one in range(first.toordinal(), last.toordinal() + 1)]

    def column(name: str) -> Array:
        return np.array([_number(*days[day], name) if day in days else np.nan for day in every])

    return NoonWeather(
        temperature_c=column("temperature_c"),
        humidity_pct=column("humidity_pct"),
        wind_km_h=column("wind_km_h"),
        rain_mm=column("rain_mm"),
        month=np.array([day.month for day in every]),
        latitude_deg=_number(*days[first], "latitude"),
    )


def _day(line: int, row: Row) -> date:
    told = tuple(row[name] for name in ("year", "month", "day"))
    try:
        return date(*(int(one) for one in told))
    except ValueError as error:
        raise Refusal("not_a_date", line=line, value="-".join(told)) from error


def _number(line: int, row: Row, name: str) -> float:
    if row[name].lower() in _MISSING:
        return float("nan")
    try:
        return float(row[name])
    except ValueError as error:
        raise Refusal("not_a_number", line=line, column=name, value=row[name]) from error
