# SPDX-License-Identifier: Apache-2.0
"""Rain gauges with their place and series, read from netCDF or text tables."""

import csv
import io
import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from pyproj import Geod, Transformer

from anshu.science.extra import library
from anshu.science.rainfall.grid import HOUR_S
from anshu.science.rainfall.netcdf import times_of
from anshu.science.standing import Refusal, Standing
from anshu.science.units import Array

STANDING: Final = Standing(
    verified_by=("OpenMRG 4 个、PWS Amsterdam 1 个站表逐值", "PWS 参考雷达站表（20 站，缺测 -9999）"),
    valid_for="每时段雨量表；经纬度为 WGS-84；CSV 宽表或长表",
)
_RAIN: Final = re.compile(r"rain|precip|雨量|降水", re.I)
_MISSING_TEXT: Final = {"", "na", "nan", "null", "none", "-", "/", "-9999", "-999", "-999.9", "999999", "32766", "缺测"}
_RATES: Final = {"mm/h", "mmh-1", "mm/hr", "mm/hour"}
_COLUMNS: Final = {
    "id": {"id", "station", "station_id", "stationid", "gauge", "站号", "站点", "测站编码"},
    "time": {"time", "datetime", "timestamp", "date", "时间", "时次"},
    "longitude": {"lon", "longitude", "lng", "经度"},
    "latitude": {"lat", "latitude", "纬度"},
    "elevation": {"elevation", "altitude", "height", "z", "海拔", "高程"},
}


@dataclass(frozen=True, slots=True, eq=False)
class Gauges:
    """A network of gauges over one series of times.

    Parameters
    ----------
    ids
        One name a station.
    times
        Unix seconds (UTC), ascending; the stamps as the source gives them.
    rain_mm
        Shape (stations, times); millimetres of each step, NaN missing.
    longitude, latitude, elevation_m
        WGS-84 degrees and metres, NaN where unknown.
    x_m, y_m
        Metres in a plane, where the source gives them; NaN otherwise.
    """

    ids: tuple[str, ...]
    times: NDArray[np.int64]
    rain_mm: Array
    longitude: Array
    latitude: Array
    elevation_m: Array
    x_m: Array
    y_m: Array

    def __post_init__(self) -> None:
        if self.rain_mm.shape != (len(self.ids), self.times.size):
            raise Refusal("shapes_differ", rain=self.rain_mm.shape, stations=len(self.ids), times=self.times.size)
        if (np.diff(self.times) <= 0).any():
            raise Refusal("times_not_ascending")

    @property
    def step_s(self) -> float:
        """Give the usual seconds between stamps; NaN for a single one."""
        return float(np.median(np.diff(self.times))) if self.times.size > 1 else float("nan")

    def between(self, since: datetime, until: datetime) -> "Gauges":
        """Keep the stamps from `since` up to, not including, `until`."""
        kept = (self.times >= since.timestamp()) & (self.times < until.timestamp())
        return replace(self, times=self.times[kept], rain_mm=self.rain_mm[:, kept])

    def pick(self, ids: list[str]) -> "Gauges":
        """Keep some stations, in the order asked for."""
        rows = [self.ids.index(one) for one in ids]
        kept = {
            key: getattr(self, key)[rows] for key in ("rain_mm", "longitude", "latitude", "elevation_m", "x_m", "y_m")
        }
        return replace(self, ids=tuple(ids), **kept)

    def distances_m(self) -> Array:
        """Give the distance between every two stations: in the plane where known, else along the ellipsoid."""
        if not (np.isnan(self.x_m).any() or np.isnan(self.y_m).any()):
            return np.asarray(np.hypot(self.x_m[:, None] - self.x_m, self.y_m[:, None] - self.y_m), float)
        size = len(self.ids)
        longitude, latitude = np.repeat(self.longitude, size), np.repeat(self.latitude, size)
        other_longitude, other_latitude = np.tile(self.longitude, size), np.tile(self.latitude, size)
        _, _, metres = Geod(ellps="WGS84").inv(longitude, latitude, other_longitude, other_latitude)
        return np.asarray(metres, float).reshape(size, size)


def decode_netcdf(content: bytes, *, variable: str = "", name: str = "") -> Gauges:
    """Read a station table from netCDF, whichever way round its dimensions are.

    Raises
    ------
    Refusal
        `library_missing`, `not_netcdf` or `no_rain_field`.
    """
    reader = library("netCDF4")
    try:
        file = reader.Dataset(name or "memory", memory=content)
    except OSError as error:
        raise Refusal("not_netcdf", name=name) from error
    with file:
        keys = [variable] if variable else [key for key in file.variables if _RAIN.search(key)]
        tables = [file.variables[key] for key in keys if "time" in file.variables[key].dimensions]
        if not tables or tables[0].ndim > 2:
            raise Refusal("no_rain_field", found=tuple(file.variables))
        table = tables[0]
        rain = np.ma.filled(np.ma.asarray(table[...]).astype(float), np.nan)
        rain = np.atleast_2d(rain if table.dimensions[-1] == "time" else rain.T)
        times = np.array([stamp.timestamp() for stamp in times_of(file.variables["time"])]).astype(np.int64)
        if str(getattr(table, "units", "")).replace(" ", "") in _RATES and times.size > 1:
            rain = rain * (float(np.median(np.diff(times))) / HOUR_S)
        station = next((key for key in table.dimensions if key != "time"), "")
        keyed = file.variables[station][...] if station in file.variables else np.arange(len(rain))
        ids = tuple(str(one) for one in np.atleast_1d(keyed))
        place = [_place(file, names, len(rain)) for names in _PLACES]
    return Gauges(ids, times, rain, *place)


_PLACES: Final = (
    ("lon", "longitude"),
    ("lat", "latitude"),
    ("elevation", "altitude", "elev"),
    ("x",),
    ("y",),
)


def _place(file: Any, names: tuple[str, ...], size: int) -> Array:
    for key in names:
        if key in file.variables:
            raw = file.variables[key][...]
            # One source writes elevations as the text "nan".
            plain = (
                np.ma.filled(raw.astype(float), np.nan) if np.ma.isMaskedArray(raw) else np.asarray(raw).astype(float)
            )
            return np.broadcast_to(np.atleast_1d(plain), (size,)).astype(float)
    return np.full(size, np.nan)


def decode_csv(text: str, *, zone: tzinfo = UTC, column: str = "") -> Gauges:
    """Read a text table: long (station, time, rain and perhaps its place a line) or wide (a station a column).

    Parameters
    ----------
    text
        Comma-, semicolon- or tab-separated, with a head; a byte-order mark is ignored.
    zone
        Zone of stamps that carry none.
    column
        The rain column of a long table; found by its name where not given.

    Raises
    ------
    Refusal
        `no_rain_field`, `no_time_column` or `bad_number` with its line.
    """
    body = text.lstrip("\ufeff")
    first = body.split("\n", 1)[0]
    rows = list(csv.reader(io.StringIO(body), delimiter=max(",;\t", key=first.count)))
    head = [one.strip() for one in rows[0]] if rows else []
    lines = [row for row in rows[1:] if any(one.strip() for one in row)]
    where = {
        key: next((at for at, one in enumerate(head) if one.lower() in names), None) for key, names in _COLUMNS.items()
    }
    if where["time"] is None:
        raise Refusal("no_time_column", head=tuple(head))
    if where["id"] is None:
        return _wide(head, lines, where["time"], zone)
    rain = next((at for at, one in enumerate(head) if one == column or (not column and _RAIN.search(one))), None)
    if rain is None:
        raise Refusal("no_rain_field", head=tuple(head))
    return _long(lines, where, rain, zone)


def _long(lines: list[list[str]], where: dict[str, int | None], rain: int, zone: tzinfo) -> Gauges:
    id_at, time_at = where["id"] or 0, where["time"] or 0
    ids = tuple(dict.fromkeys(line[id_at].strip() for line in lines))
    stamps = [_seconds(line[time_at], zone) for line in lines]
    times = np.array(sorted(set(stamps)), np.int64)
    row, at = {one: place for place, one in enumerate(ids)}, {one: place for place, one in enumerate(times.tolist())}
    values = np.full((len(ids), times.size), np.nan)
    place = {key: np.full(len(ids), np.nan) for key in ("longitude", "latitude", "elevation")}
    for number, (line, stamp) in enumerate(zip(lines, stamps, strict=True), start=2):
        station = row[line[id_at].strip()]
        values[station, at[stamp]] = _number(line[rain], number)
        for key, held in place.items():
            column = where[key]
            if column is not None:
                held[station] = _number(line[column], number)
    blank = np.full(len(ids), np.nan)
    return Gauges(ids, times, values, place["longitude"], place["latitude"], place["elevation"], blank, blank.copy())


def _wide(head: list[str], lines: list[list[str]], time_at: int, zone: tzinfo) -> Gauges:
    columns = [at for at, one in enumerate(head) if at != time_at and one]
    if not columns:
        raise Refusal("no_rain_field", head=tuple(head))
    times = np.array([_seconds(line[time_at], zone) for line in lines], np.int64)
    numbered = list(enumerate(lines, start=2))
    values = np.array([[_number(line[at], number) for number, line in numbered] for at in columns], float)
    order = np.argsort(times, kind="stable")
    blank = [np.full(len(columns), np.nan) for _ in range(5)]
    return Gauges(tuple(head[at] for at in columns), times[order], values.reshape(len(columns), -1)[:, order], *blank)


def _number(text: str, line: int) -> float:
    plain = text.strip()
    if plain.lower() in _MISSING_TEXT:
        return float("nan")
    try:
        return float(plain)
    except ValueError as error:
        raise Refusal("bad_number", line=line, text=plain) from error


def _seconds(text: str, zone: tzinfo) -> int:
    plain = text.strip()
    if re.fullmatch(r"\d{12}", plain):
        plain = f"{plain[:4]}-{plain[4:6]}-{plain[6:8]} {plain[8:10]}:{plain[10:]}"
    stamp = datetime.fromisoformat(plain.replace("/", "-"))
    return int((stamp if stamp.tzinfo else stamp.replace(tzinfo=zone)).timestamp())


def placed(gauges: Gauges, crs: str) -> Gauges:
    """Give stations their place in a plane, from their longitude and latitude."""
    transformer = Transformer.from_crs("EPSG:4326", crs, always_xy=True)
    x, y = transformer.transform(gauges.longitude, gauges.latitude)
    return replace(gauges, x_m=np.asarray(x, float), y_m=np.asarray(y, float))
