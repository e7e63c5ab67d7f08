# SPDX-License-Identifier: Apache-2.0
"""Pictures of fires, blasts and harm."""

from typing import Any

import numpy as np

from anshu.science.explosion import (
    baker_strehlow_tang,
    fireball,
    flammability,
    individual_risk,
    jet_fire,
    multi_energy,
    pool_fire,
    probit,
    radiation,
    tnt,
    toxic_endpoints,
    vapour_cloud,
)
from anshu.science.standing import Refusal
from tools.gallery.drawing import CYCLE, bars, curves, label
from tools.gallery.panels import Panels

panel = Panels()
AWAY_M = np.geomspace(30, 2000, 80)
BUTANE_J = 5.078e11  # the butane cloud of the worked example
BURNING = {
    "氢": "1333-74-0",
    "乙炔": "74-86-2",
    "甲烷": "74-82-8",
    "丙烷": "74-98-6",
    "苯": "71-43-2",
    "乙醇": "64-17-5",
    "氨": "7664-41-7",
}
PETROL = {"burning_kg_m2_s": 0.055, "heat_of_combustion_j_kg": 43.7e6}


@panel("vapour_cloud", "云团能量(丁烷)")
def _cloud(axes: Any) -> None:
    reach = np.linspace(20, 200, 60)
    fraction = vapour_cloud.stoichiometric_fraction(vapour_cloud.oxygen_per_fuel(carbon=4, hydrogen=10))
    state = {"heat_of_combustion_j_mol": 2.657e6, "temperature_k": 272.55, "pressure_pa": 101325.0}
    energy = [
        vapour_cloud.energy_j(vapour_cloud.site_volume_m3(float(x)), fuel_fraction=fraction, **state) for x in reach
    ]
    curves(axes, reach, {"": np.array(energy) / 1e9}, x_label="至 1/2 爆炸下限 m", y_label="GJ")


@panel("baker_strehlow_tang", "BST 超压")
def _bst(axes: Any) -> None:
    lines = {
        f"M = {mach}": baker_strehlow_tang.overpressure_pa(AWAY_M, energy_j=BUTANE_J, mach=mach) / 1e3
        for mach in (0.2, 0.44, 1.0, 5.2)
    }
    curves(axes, AWAY_M, lines, x_label="距离 m", y_label="kPa", log="xy")


@panel("tnt", "TNT 当量超压")
def _tnt(axes: Any) -> None:
    lines = {f"{mass} t": tnt.overpressure_pa(AWAY_M, tnt_kg=mass * 1000.0) / 1e3 for mass in (1, 10, 100)}
    curves(axes, AWAY_M, lines, x_label="距离 m", y_label="kPa", log="xy")


@panel("multi_energy", "TNO 多能法(示意曲线)")
def _multi_energy(axes: Any) -> None:
    # Local data is needed; these two straight lines only show how it is read.
    made = multi_energy.BlastCurves("示意", {7: ((0.5, 1.0), (5.0, 0.06)), 10: ((0.5, 3.0), (5.0, 0.06))})
    lines = {
        f"强度 {one}": multi_energy.overpressure_pa(AWAY_M, energy_j=7e9, strength=one, curves=made) / 1e3
        for one in (7, 10)
    }
    curves(axes, AWAY_M, lines, x_label="距离 m", y_label="kPa", log="xy")


@panel("fireball", "火球直径与时长")
def _fireball(axes: Any) -> None:
    fuel = np.geomspace(100, 2e5, 60)
    balls = [fireball.fireball(float(one)) for one in fuel]
    lines = {"直径 m": [ball.diameter_m for ball in balls], "时长 s": [ball.duration_s for ball in balls]}
    curves(axes, fuel / 1000, lines, x_label="燃料 t", y_label="", log="xy")


@panel("pool_fire", "池火热辐射(汽油)")
def _pool(axes: Any) -> None:
    away = np.linspace(25, 120, 60)
    lines = {}
    for diameter in (5, 10, 20):
        fire = pool_fire.PoolFire(float(diameter), **PETROL)
        length = pool_fire.flame_length_m(fire, wind_m_s=3.0)
        power = pool_fire.smoky_emissive_power_w_m2(fire.diameter_m)
        heat = pool_fire.heat_flux_w_m2(fire, away, length_m=length, emissive_w_m2=power)
        lines[f"直径 {diameter} m"] = heat / 1e3
    curves(axes, away, lines, x_label="距池心 m", y_label="kW/m²", log="y")


@panel("jet_fire", "射流火热辐射(甲烷)")
def _jet(axes: Any) -> None:
    away = np.linspace(10, 120, 60)
    lines = {
        f"{rate} kg/s": jet_fire.heat_flux_w_m2(
            jet_fire.JetFire(0.025, rate, 50e6, 0.016, 298.0, 0.095), away, radiant_fraction=0.2
        )
        / 1e3
        for rate in (0.5, 1.0, 3.0)
    }
    curves(axes, away, lines, x_label="距离 m", y_label="kW/m²", log="y")


@panel("radiation", "视角系数与透射率")
def _radiation(axes: Any) -> None:
    away = np.linspace(8, 100, 80)
    upright, flat = radiation.cylinder_view(away, diameter_m=10, length_m=15)
    water = radiation.water_vapour_pa(humidity_fraction=0.7, temperature_k=298)
    lines = {"直立面": upright, "水平面": flat, "透射率": radiation.transmissivity(away, water_pa=water)}
    curves(axes, away, lines, x_label="距离 m", y_label="")


@panel("probit", "伤害概率")
def _probit(axes: Any) -> None:
    share = np.geomspace(0.1, 1, 80)
    lines = {
        "灼伤 100 kW/m²·30 s": probit.share_harmed(probit.burn_death(share * 1e5, exposed_s=30)),
        "肺伤 500 kPa": probit.share_harmed(probit.lung_death(share * 5e5)),
        "氯 2000 ppm·10 min": probit.share_harmed(probit.toxic_death("氯", share * 2000, exposed_min=10)),
    }
    curves(axes, share, lines, x_label="占所注最大剂量之比", y_label="死亡份额", log="x")


@panel("flammability", "可燃性(爆炸极限)")
def _flammable(axes: Any) -> None:
    for row, cas in enumerate(BURNING.values()):
        lower, upper = (100 * one(cas).value for one in (flammability.lower_limit, flammability.upper_limit))
        axes.barh(row, upper - lower, left=lower, height=0.6, color=CYCLE[row % len(CYCLE)])
    axes.set_yticks(range(len(BURNING)), list(BURNING))
    axes.invert_yaxis()
    label(axes, "空气中体积 %", "", log="x")
    axes.set_xticks([1, 3, 10, 30, 100], ["1", "3", "10", "30", "100"])
    axes.grid(visible=False, axis="y")


@panel("toxic_endpoints", "毒性终点(AEGL 为 60 min)")
def _toxic(axes: Any) -> None:
    names = ("光气", "氯", "二氧化硫", "硫化氢", "氨", "一氧化碳")
    for place, (kind, mark) in enumerate({"AEGL-2": "o", "AEGL-3": "s", "IDLH": "^"}.items()):
        levels = [_endpoint_ppm(toxic_endpoints.CAS[name], kind) for name in names]
        axes.plot(levels, range(len(names)), mark, color=CYCLE[place], markersize=4, label=kind)
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(len(names) - 0.5, -0.5)
    label(axes, "ppm", "", log="x")
    axes.legend(loc="upper right")


def _endpoint_ppm(cas: str, kind: str) -> float:
    """This will give NaN where nobody lists it."""
    try:
        if kind == "IDLH":
            return toxic_endpoints.idlh(cas).ppm
        return toxic_endpoints.aegl(cas, int(kind[-1]), exposed_min=60).ppm
    except Refusal:
        return float("nan")


@panel("individual_risk", "个人风险与限值")
def _risk(axes: Any) -> None:
    risk = individual_risk.risk_per_year([(1e-5, 0.2), (4e-6, 0.25)])
    new = [in_new for _, in_new in individual_risk.LIMITS_PER_YEAR.values()]
    names = ["算例", *(f"限值{one}" for one in range(1, len(new) + 1))]
    bars(axes, names, [risk, *new], y_label="每年", log="y")
    axes.set_ylim(1e-7, 1e-4)
