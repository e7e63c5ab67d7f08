# SPDX-License-Identifier: Apache-2.0
"""Rain: merging judged at gauges left out, readers beside pysteps, flags beside the published ones."""

import time
from collections.abc import Callable
from datetime import timedelta

import numpy as np

from anshu.science.rainfall import (
    accumulation,
    faulty_zeros,
    gauges,
    high_influx,
    merging,
    neighbours,
    station_outlier,
)
from anshu.science.rainfall.grid import Grid
from anshu.science.rainfall.reading import read_grids
from tools.bench.report import SHARED, Figures, Target, finish, outside

DATA = SHARED / "data"
OPENMRG = DATA / "02_rain_gauge_radar" / "openmrg"
PWS = DATA / "02_rain_gauge_radar" / "pws_ams"
EVENTS = {
    "2015-07-25": ("openmrg_rad.nc", "openmrg_municp_gauge.nc"),
    "2015-08-27": ("openMRG_Radar_180minutes.nc", "openMRG_city_gauges_20150827.nc"),
}
# Rain aloft reaches the gauge a scan later, and both kinds of stamp here mark the start.
FALL = timedelta(minutes=5)
# In five minutes a gauge resolves 0.1 to 0.2 mm: there only the methods offered first are held to beating it.
MINUTES = (15, 30, 60)
# While it rains, only the hour behind can tell where the radar lies.
PAST_STEPS = 12


def measure(*, as_json: bool) -> int:
    """This will judge every merging method on both storms, then the flags and the readers."""
    found = figures()
    return finish("rainfall", found.targets, as_json=as_json, details=found.details)


def figures() -> Figures:
    """This will measure what `measure` prints."""
    outside("data/02_rain_gauge_radar")
    targets: list[Target] = []
    details: dict[str, object] = {}
    for day in EVENTS:
        storm, raw = storm_of(day)
        for minutes in (5, *MINUTES):
            error = merging.leave_one_out(storm, raw=raw, steps_each=minutes // 5)
            details[f"rmse_mm {day} {minutes} min"] = {key: round(value, 4) for key, value in error.items()}
            live = merging.leave_one_out(storm, raw=raw, steps_each=minutes // 5, past_steps=PAST_STEPS)
            details[f"rmse_mm_live {day} {minutes} min"] = {key: round(value, 4) for key, value in live.items()}
            judged = merging.METHODS if minutes in MINUTES else merging.DEFAULTS
            targets += [_beats(day, minutes, method, error) for method in judged]
            targets += [_beats(f"{day} live", minutes, method, live) for method in merging.DEFAULTS]
    targets += _flags(details)
    targets.append(Target("reading_a_day_of_radolan", _seconds(_radolan), "s", 5.0))
    return Figures(targets, details)


def storm_of(day: str) -> tuple[merging.Storm, tuple[Grid, ...]]:
    """This will pair the radar's amounts with the gauges' of the steps they fall in, and keep the raw fields."""
    radar, table = EVENTS[day]
    scans = read_grids((OPENMRG / radar).read_bytes(), name=radar)
    network = gauges.decode_netcdf((OPENMRG / table).read_bytes())
    steps = accumulation.along_the_way(scans)
    amounts = [
        accumulation.gauge_totals(
            network, since=step.time - timedelta(minutes=5) + FALL, until=step.time + FALL, stamped="start"
        )
        for step in steps
        if step.time is not None
    ]
    x, y = steps[0].project(network.longitude, network.latitude)
    return merging.Storm(steps, x, y, np.array(amounts).T), tuple(scan.amount_mm() for scan in scans[1:])


def _beats(day: str, minutes: int, method: str, error: dict[str, float]) -> Target:
    best = min(error["radar"], error["gauges_only"], error["gauges_kriged"])
    note = f"radar {error['radar']:.3f}, gauges {error['gauges_only']:.3f}, kriged {error['gauges_kriged']:.3f}"
    return Target(f"rmse {day} {minutes} min {method}", error[method], "mm", best, reference=best, note=note)


def _flags(details: dict[str, object]) -> list[Target]:
    import netCDF4

    network = gauges.decode_netcdf((PWS / "test_dataset.nc").read_bytes())
    near = neighbours.within(network.distances_m())
    wrong: dict[str, int] = {}
    judged: dict[str, int] = {}
    started = time.perf_counter()
    with netCDF4.Dataset(PWS / "expected_array_fz_hi.nc") as file:
        span, row = _span(file, network), network.ids.index(str(file["id"][...]))
        rain = network.rain_mm[:, span]
        median, reporting = neighbours.reference(rain, near)
        for key, found in (
            ("fz_flag", faulty_zeros.flags(rain, median, reporting)),
            ("hi_flag", high_influx.flags(rain, median, reporting)),
        ):
            judged[key] = len(file[key])
            wrong[key] = int(np.count_nonzero(found[row] != np.asarray(file[key][:])))
    with netCDF4.Dataset(PWS / "expected_array_so_bias.nc") as file:
        span, row = _span(file, network), network.ids.index(str(file["id"][...]))
        found = station_outlier.flags(network.rain_mm, near, only=[row])[row, span]
        judged["so_flag"] = len(file["so_flag"])
        wrong["so_flag"] = int(np.count_nonzero(found != np.asarray(file["so_flag"][:])))
    details["flags_s"] = round(time.perf_counter() - started, 2)
    return [
        Target(f"flags_like_pypwsqc {key}", judged[key] - wrong[key], "steps", judged[key], False, judged[key])
        for key in judged
    ]


def _span(file: "object", network: gauges.Gauges) -> slice:
    first = int(np.searchsorted(network.times, int(file["time"][0])))  # type: ignore[index]
    return slice(first, first + len(file["time"]))  # type: ignore[index]


def _radolan() -> None:
    path = DATA / "02_rain_gauge_radar" / "wradlib_radolan" / "RW-20221018.tar.gz"
    assert len(read_grids(path.read_bytes(), name=path.name)) == 24


def _seconds(work: Callable[[], None]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started
