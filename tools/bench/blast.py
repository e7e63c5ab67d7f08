# SPDX-License-Identifier: Apache-2.0
"""Fire and blast: published blast curves, measured pool fires, hydrogen releases and flames."""

import csv
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from anshu.science.dispersion.air import ideal_gas_density
from anshu.science.dispersion.gas_orifice import gas_release
from anshu.science.dispersion.liquid_orifice import Hole
from anshu.science.explosion import baker_strehlow_tang, jet_fire, pool_fire, tnt
from anshu.science.units import ATMOSPHERE_PA
from tools.bench.report import Figures, Target, finish, outside

# The curves are kept at the fewest points within 2 %, three digits; beyond these distances the readings are noise.
READ_OFF, NEAREST, FARTHEST, FARTHEST_SLOW = 0.025, 0.1, 9.0, 2.9
SLOW_MACH = 0.05
# Large pool fires of one fuel scatter by this factor (Mudan 1984).
SCATTER = 1.5
POOL_HEATS_J_KG = {"LNG": 50e6, "gasoline": 43.7e6, "kerosene": 43.2e6, "LPG": 46e6}
SMOKY = {"kerosene"}
UNMEASURED_SHARE = 0.32  # Montoir's radiant share is given as a range of the series: its upper end
HYDROGEN_KG_MOL, HYDROGEN_RATIO = 0.002016, 1.41
HYDROGEN_J_KG, HYDROGEN_STOICHIOMETRIC, HYDROGEN_FLAME_K = 120e6, 0.2958, 2380.0
# HyRAM's own limits on these flames, in per cent (Limits-cryo.json, Lab Cryo Data - Flamelength).
HYRAM_MEAN, HYRAM_WORST = 35.0, 81.0
FLOW_MEAN = 10.0


def measure(*, as_json: bool) -> int:
    """This will read every curve, burn every pool and every hydrogen jet."""
    found = figures()
    return finish("blast", found.targets, as_json=as_json, details=found.details)


def figures() -> Figures:
    """This will measure what `measure` prints."""
    folder = outside("data/04_gas_consequence")
    found = Figures()
    found.alike("bst_curves points", _curves(folder / "bst_overpressure_curves_ccps.csv"), READ_OFF)
    # Python package kingery-bulmash (Swisdak's coefficients), README: 10 t at 500 m.
    away = abs(float(tnt.overpressure_pa(500.0, tnt_kg=1e4)) / 5054.9639655028455 - 1)
    found.alike("tnt 10 t at 500 m", [away], 1e-10)
    found.alike("pool_fire powers, factor beyond the measured band", _pools(folder, found), SCATTER)
    _hydrogen(folder / "hyram_validation" / "cryo-data.csv", found)
    return found


def rows_of(path: Path) -> list[dict[str, str]]:
    """This will read a table, with or without a byte-order mark."""
    with path.open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))


def _curves(path: Path) -> Iterable[float]:
    for row in rows_of(path):
        mach, scaled, printed = float(row["Mf"]), float(row["Scaled Distance"]), float(row["Overpressure"])
        if NEAREST <= scaled <= (FARTHEST_SLOW if mach < SLOW_MACH else FARTHEST):
            unit = {"energy_j": 1.0, "ambient_pa": 1.0, "reflection": 1.0}
            yield abs(float(baker_strehlow_tang.overpressure_pa(scaled, mach=mach, **unit)) / printed - 1)


def _pools(folder: Path, found: Figures) -> Iterable[float]:
    """This will give the factor by which each surface power lies outside its measured band; one is inside."""
    for row in rows_of(folder / "poolfire_surface_emissive_power.csv"):
        share = row["chi_rad"].split()[0]
        radiated = UNMEASURED_SHARE if share == "not" else float(share)
        rate, wind = (float(row[name].split()[0]) for name in ("burn_rate_kg_m2_s", "wind_m_s"))
        fire = pool_fire.PoolFire(float(row["diameter_m"]), rate, POOL_HEATS_J_KG[row["fuel"]], radiated)
        length = pool_fire.flame_length_m(fire, wind_m_s=wind)
        power = pool_fire.emissive_power_w_m2(fire, length_m=length)
        if row["fuel"] in SMOKY:
            power = pool_fire.smoky_emissive_power_w_m2(fire.diameter_m)
        low, high = (1e3 * float(row[f"SEP_{end}_kW_m2"]) for end in ("low", "high"))
        found.details[f"surface_power_kw_m2 {row['case']}"] = (
            f"{power / 1e3:.0f} (measured {low / 1e3:g}-{high / 1e3:g})"
        )
        yield max(low / power, power / high, 1.0)


def _hydrogen(path: Path, found: Figures) -> None:
    """This will compute flow and flame length of each laboratory jet, ambient and cryogenic."""
    flows, lengths = [], []
    for row in rows_of(path):
        diameter, kelvin = float(row["D (mm)"]) / 1000, float(row["T (K)"])
        measured = float(row["mdot (g/s)"]) / 1000
        flows.append(_apart(_flow(diameter, kelvin, float(row["P (bar_g)"]) * 1e5 + ATMOSPHERE_PA), measured))
        flame = jet_fire.JetFire(
            diameter,
            measured,
            HYDROGEN_J_KG,
            HYDROGEN_KG_MOL,
            kelvin,
            HYDROGEN_STOICHIOMETRIC,
            HYDROGEN_FLAME_K,
        )
        lengths.append(_apart(jet_fire.flame_length_m(flame), float(row["Fl"])))
    note = f"{len(lengths)} jets"
    found.targets += [
        Target("hydrogen flow, mean difference", float(np.mean(flows)), "%", FLOW_MEAN, note=note),
        Target(
            "hydrogen flame length, mean difference", float(np.mean(lengths)), "%", HYRAM_MEAN, True, HYRAM_MEAN, note
        ),
        Target("hydrogen flame length, worst difference", max(lengths), "%", HYRAM_WORST, True, HYRAM_WORST, note),
    ]


def _flow(diameter_m: float, kelvin: float, pressure_pa: float) -> float:
    state = {"density_kg_m3": ideal_gas_density(HYDROGEN_KG_MOL, kelvin, pressure_pa), "pressure_pa": pressure_pa}
    # The diameters are those of the flow, calibrated: no coefficient of discharge.
    jet = gas_release(Hole(diameter_m, 1.0), **state, temperature_k=kelvin, heat_capacity_ratio=HYDROGEN_RATIO)
    return jet.mass_rate_kg_s


def _apart(one: float, other: float) -> float:
    """This will give a difference over the mean of both, per cent, as HyRAM's limits are said."""
    return 200 * abs(one - other) / (one + other)
