# SPDX-License-Identifier: Apache-2.0
"""Fire weather: every row of the reference program's tables, to four significant digits."""

import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np

from anshu.science.fire_weather import bui, daily, dc, dmc, ffmc, fwi, isi
from anshu.science.fire_weather.reading import read_noon
from tools.bench.report import Figures, finish, outside

# The tables are printed to four significant digits: half a unit of the fourth is at most this share.
FOUR_DIGITS = 5e-4
MARKS = {"NA": np.nan, "TRUE": 1.0, "FALSE": 0.0}
CODES = ("ffmc", "dmc", "dc", "isi", "bui", "fwi", "dsr")

Table = dict[str, np.ndarray]


def measure(*, as_json: bool) -> int:
    """This will compute every row of every table."""
    found = figures()
    return finish("fire_weather", found.targets, as_json=as_json, details=found.details)


def figures() -> Figures:
    """This will measure what `measure` prints."""
    folder = outside("data/03_forest_fire/cffdrs_r_expected")
    rows: dict[str, tuple[np.ndarray, np.ndarray]] = {}
    for name, compute in TABLES.items():
        given = table(folder / f"{name}.csv")
        rows[name] = compute(given), given[name]
    season = table(folder / "fwi_01.csv")
    (weather,) = read_noon((folder / "fwi_01.csv").read_text(encoding="utf-8")).values()
    run = daily.run(weather)
    rows |= {f"fwi_01 {code}": (np.asarray(getattr(run, code)), season[code.upper()]) for code in CODES}
    found = Figures()
    for name, (computed, printed) in rows.items():
        missing = f"{int(np.isnan(printed).sum())} missing in both"
        found.alike(f"{name} rows", _away(computed, printed), FOUR_DIGITS, note=missing)
    return found


def table(path: Path) -> Table:
    """This will read one of the reference program's tables, NA as NaN."""
    with path.open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.DictReader(lines))
    return {name: np.array([float(MARKS.get(row[name], row[name])) for row in rows]) for name in rows[0]}


def _away(computed: np.ndarray, printed: np.ndarray) -> np.ndarray:
    """This will give relative differences: none where both are missing, infinite where only one is."""
    with np.errstate(divide="ignore", invalid="ignore"):
        away = np.abs(computed - printed) / np.abs(printed)
    away[np.isnan(away)] = np.inf
    away[(computed == printed) | (np.isnan(computed) & np.isnan(printed))] = 0.0
    return away


def _by_flag(given: Table, flag: str, compute: Callable[[np.ndarray, bool], np.ndarray]) -> np.ndarray:
    """This will compute the rows whose flag is set and the rows whose flag is not."""
    found = np.full(given[flag].size, np.nan)
    for is_set in (True, False):
        rows = given[flag] == is_set
        found[rows] = compute(rows, is_set)
    return found


def _aged(method: Callable[..., np.ndarray], names: tuple[str, ...]) -> Callable[[Table], np.ndarray]:
    """This will make the run of a code whose day length may follow latitude."""

    def run(given: Table) -> np.ndarray:
        def some(rows: np.ndarray, by_latitude: bool) -> np.ndarray:
            season = {"latitude_deg": given["lat"][rows], "month": given["mon"][rows], "by_latitude": by_latitude}
            return method(*(given[name][rows] for name in names), **season)

        return _by_flag(given, "lat.adjust", some)

    return run


def _spread(given: Table) -> np.ndarray:
    def some(rows: np.ndarray, for_behaviour: bool) -> np.ndarray:
        return isi.initial_spread_index(given["ffmc"][rows], given["ws"][rows], for_behaviour=for_behaviour)

    return _by_flag(given, "fbpMod", some)


def _fine(given: Table) -> np.ndarray:
    return ffmc.fine_fuel_moisture_code(*(given[name] for name in ("ffmc_yda", "temp", "rh", "ws", "prec")))


TABLES: dict[str, Callable[[Table], np.ndarray]] = {
    "FineFuelMoistureCode": _fine,
    "DuffMoistureCode": _aged(dmc.duff_moisture_code, ("dmc_yda", "temp", "rh", "prec")),
    "DroughtCode": _aged(dc.drought_code, ("dc_yda", "temp", "prec")),
    "InitialSpreadIndex": _spread,
    "BuildupIndex": lambda given: bui.buildup_index(given["dmc"], given["dc"]),
    "FireWeatherIndex": lambda given: fwi.fire_weather_index(given["isi"], given["bui"]),
}
