# SPDX-License-Identifier: Apache-2.0
"""Writes the demonstration's synthetic storm: six hours of SL 651 frames of all its stations.

Run: .venv/bin/python -m tools.make_storm. The same seed gives the same bytes.
"""

import math
from datetime import datetime, timedelta, timezone
from pathlib import Path

import numpy as np

from anshu.project.demo.stations import STATIONS, DemoStation
from anshu.wire.sl651 import Group, Station, encode_uplink

OUT = Path(__file__).resolve().parents[1] / "src/anshu/project/demo/storm.sl651"
START = datetime(2026, 6, 20, 14, 0, tzinfo=timezone(timedelta(hours=8)))
STEP_MIN = 5
STEPS = 73
SEED = 20260620
TIMED, EXTRA = 0x32, 0x33
# The storm's heart: the southern mountains, two hours after the start.
HEART = (119.17, 28.80)
PEAK_MIN = 110.0


def rain(station: DemoStation, rng: np.random.Generator) -> list[float]:
    """This will give rain in mm in each 5 minutes, heavy near the storm's heart, light in the north."""
    distance_km = math.hypot((station.lng - HEART[0]) * 97.5, (station.lat - HEART[1]) * 111.0)
    height = 5.2 * math.exp(-((distance_km / 22.0) ** 2)) + 0.25
    series = []
    for step in range(STEPS):
        minute = step * STEP_MIN - distance_km * 0.8
        shape = math.exp(-(((minute - PEAK_MIN) / 48.0) ** 2))
        noise = float(rng.gamma(3.0, 1.0 / 3.0))
        series.append(round(height * shape * noise, 1))
    return series


def level(station: DemoStation, step: int) -> float:
    """This will give the water level in m: a flood wave that rises faster than it falls."""
    minute = step * STEP_MIN - (PEAK_MIN + station.lag_min)
    width = 46.0 if minute < 0 else 900.0 if station.stays else 62.0
    return round(station.base_m + 0.4 + station.rise_m * math.exp(-((minute / width) ** 2)), 3)


def frames(station: DemoStation, serial: int, rng: np.random.Generator) -> list[tuple[int, bytes]]:
    """This will give the station's frames with their seconds after the start."""
    series = rain(station, rng)
    found = []
    for step in range(STEPS):
        at = START + timedelta(minutes=step * STEP_MIN)
        hour = round(sum(series[max(0, step - 11) : step + 1]), 1)
        values: list[tuple[str, float]] = [("rain_5min", series[step]), ("rain_1h", hour)]
        if station.kind == "river":
            values.append(("water_level", level(station, step)))
        if station.kind == "reservoir":
            values.append(("water_level_upstream", level(station, step)))
        values.append(("voltage", round(12.6 - 0.002 * step, 2)))
        function = TIMED if step % 12 == 0 else EXTRA
        frame = encode_uplink(
            function,
            Station(station.address, center=1, password="1234", station_class="P" if station.kind == "rain" else "H"),
            serial=serial + step + 1,
            sent_at=at + timedelta(seconds=20),
            groups=[Group(at, values)],
        )
        found.append((step * STEP_MIN * 60 + 20, frame))
    return found


def main() -> None:
    """This will write the file."""
    rng = np.random.default_rng(SEED)
    rows = [row for number, station in enumerate(STATIONS) for row in frames(station, number * 100, rng)]
    rows.sort(key=lambda row: row[0])
    lines = [
        "# 合成数据:演示用暴雨过程,非实测。Synthetic storm for the demonstration, not measured.",
        f"# start {START.isoformat()}; each line: +seconds after the start, then one SL 651-2014 frame in hex",
        *(f"+{seconds} {frame.hex().upper()}" for seconds, frame in rows),
    ]
    OUT.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
