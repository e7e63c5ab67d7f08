# SPDX-License-Identifier: Apache-2.0
"""Textbook releases computed as their sources set them: each case's answers beside the printed ones."""

import json
from collections.abc import Callable, Iterator
from decimal import Decimal
from math import pi, sqrt
from pathlib import Path
from typing import Any

from anshu.science.dispersion import (
    aerosol,
    britter_mcquaid_plume,
    britter_mcquaid_puff,
    flash,
    flue_gas,
    gas_orifice,
    gaussian_plume,
    gaussian_puff,
    plume_rise,
    pool,
    spread,
    wind,
)
from anshu.science.dispersion.air import Air, ideal_gas_density
from anshu.science.dispersion.liquid_orifice import Hole, liquid_release
from anshu.science.explosion import vapour_cloud
from anshu.science.units import ATMOSPHERE_PA, CUBIC_FOOT_M3, FOOT_M, POUND_KG, POUND_PER_SQUARE_INCH_PA

# The references' own constants, so that their digits can be met: air of 28.96 g/mol and each author's gravity.
AIR_G_MOL = 0.02896
LATITUDE_45 = 9.80616
BUTANE_GRAVITY = 9.806
BUTANE_LEAK_GRAVITY = 9.81
LFL_IN_AMMONIA_PUFF = 1 / 16.4
BTU_J = 1055.06  # ISO, as the stack's source has it
MERCURY_760_PA = 760 * 133.322387415  # the same source's mmHg

# Fifteen digits are printed at most; beyond ten the order of operations shows.
FINEST = 1e-10

Given = dict[str, Any]
Answers = Iterator[tuple[str, float]]


def computed(path: Path) -> Iterator[tuple[str, float, float, float]]:
    """This will give, for each answer of each case, its name, ours, the printed one and half a unit of its last digit.

    The last is relative; ours is NaN for a case of a kind not known here.
    """
    cases = json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    for case in cases:
        given, printed = _plain(case.get("in", {})), case["out"]
        found = dict(KINDS[case["id"]](given, _plain(printed))) if case["id"] in KINDS else {}
        for name, said in printed.items():
            ours = found.get(name, float("nan"))
            wanted = _puff_peak(printed) if isinstance(said, str) else float(said)
            yield f"{case['id']} {name}", ours, wanted, _half_unit(said)


def _plain(values: Given) -> Given:
    return {name: float(one) if isinstance(one, Decimal | int) else one for name, one in values.items()}


def _half_unit(printed: object) -> float:
    """This will give half a unit of a number's last digit over the number."""
    if not isinstance(printed, Decimal):
        return FINEST
    return max(float(Decimal(5).scaleb(int(printed.as_tuple().exponent) - 1) / abs(printed)), FINEST)


def _puff_peak(printed: Given) -> float:
    """This will evaluate the one answer that is printed as a formula, 1/(√(2π) π σy² σz)."""
    return 1 / (sqrt(2 * pi) * pi * float(printed["sigma_y_m"]) ** 2 * float(printed["sigma_z_m"]))


def _liquid_orifice(given: Given, _: Given) -> Answers:
    hole = Hole(given["d_m"], given["Cd"])
    pressures = {"pressure_pa": given["p_abs_Pa"], "ambient_pa": given["p_amb_Pa"]}
    flow = liquid_release(hole, density_kg_m3=given["rho_kg_m3"], **pressures)
    yield from (("mass_rate_kg_s", flow.mass_rate_kg_s), ("velocity_m_s", flow.velocity_m_s))


def _gas_orifice(given: Given, _: Given) -> Answers:
    jet = gas_orifice.gas_release(
        Hole(given["d_m"], given["Cd"]),
        density_kg_m3=given["rho_kg_m3"],
        heat_capacity_ratio=given["k"],
        pressure_pa=given["p_abs_Pa"],
        temperature_k=given["T_K"],
    )
    yield from (("mass_rate_kg_s", jet.mass_rate_kg_s), ("exit_velocity_m_s", jet.velocity_m_s))
    yield from (("exit_p_Pa", jet.pressure_pa), ("exit_T_K", jet.temperature_k))


def _gaussian_plume(given: Given, _: Given) -> Answers:
    plume = gaussian_plume.Plume(given["Q_kg_s"], given["u_m_s"], given["stability"], given["h_m"])
    yield "C_kg_m3", float(gaussian_plume.concentration(plume, given["x_m"]))


def _gaussian_puff(_given: Given, _: Given) -> Answers:
    # The case says its inputs in words: F, 500 m, 250 s, 2 m/s, 1 kg.
    sigma_h, sigma_z = spread.puff_sigmas(500.0, "F")
    yield from (("sigma_y_m", float(sigma_h)), ("sigma_z_m", float(sigma_z)))
    yield "C_kg_m3", float(gaussian_puff.concentration(gaussian_puff.Puff(1.0, 2.0, "F"), 500.0, after_s=250.0))


def _dense_plume(given: Given, _: Given) -> Answers:
    plume = britter_mcquaid_plume.DensePlume(
        flow_m3_s=given["spill_m3_s"] * given["rho_liq"] / given["rho_gas"],
        density_kg_m3=given["rho_gas"],
        temperature_k=given["T_K"],
        wind_10m_m_s=given["u10_m_s"],
        air=Air(given["T_amb_K"], molar_mass_kg_mol=AIR_G_MOL, gravity_m_s2=LATITUDE_45),
    )
    # 45.2 m is 20 D, printed to three digits; D = 2.26 m.
    for name, away in (("C_at_45.2m", 2.26 * 20), ("C_at_367m", 367.0), ("C_at_1200m", 1200.0)):
        yield name, float(britter_mcquaid_plume.volume_fraction(plume, away))


def _dense_puff(given: Given, _: Given) -> Answers:
    cloud = britter_mcquaid_puff.DenseCloud(
        volume_m3=given["V0_m3"],
        density_kg_m3=given["rho_kg_m3"],
        wind_10m_m_s=given["u_m_s"],
        air=Air(given["T_amb_K"], molar_mass_kg_mol=AIR_G_MOL, gravity_m_s2=LATITUDE_45),
        gas_fraction=LFL_IN_AMMONIA_PUFF,
    )
    for away, after in ((160, 200), (333, 124), (333, 1396), (2500, 3125)):
        yield f"C_x{away}_t{after}s", float(britter_mcquaid_puff.volume_fraction(cloud, away, after_s=after))


class Butane:
    """Butane as the source has it: Perry's Handbook, 8th edition, correlations in kelvin."""

    G_MOL, CRITICAL_K, BOILING_K = 58.122, 425.12, 272.55
    AMBIENT_PA = 14.7 * POUND_PER_SQUARE_INCH_PA

    @classmethod
    def liquid(cls, temperature: float) -> float:
        """Density of the liquid."""
        return cls.G_MOL * 1.0677 / 0.27188 ** (1 + (1 - temperature / cls.CRITICAL_K) ** 0.28688)

    @classmethod
    def latent(cls, temperature: float) -> float:
        """Heat of vaporisation, J/kg."""
        r = temperature / cls.CRITICAL_K
        return float(3.6238e7 * (1 - r) ** (0.8337 - 0.82274 * r + 0.39613 * r**2) / cls.G_MOL)

    @classmethod
    def heat_capacity(cls, t: float) -> float:
        """Heat capacity of the liquid, J/(kg K)."""
        return (191030 - 1675 * t + 12.5 * t**2 - 0.03874 * t**3 + 4.6121e-5 * t**4) / cls.G_MOL

    @classmethod
    def vapour(cls, temperature: float) -> float:
        """Density of the vapour."""
        return ideal_gas_density(cls.G_MOL / 1000, temperature, cls.AMBIENT_PA)


def _butane_leak(given: Given, _: Given) -> Answers:
    hole, stored, boiling = Hole(given["d_m"], given["Cd"]), given["T_K"], given["Tb_K"]
    flow = liquid_release(
        hole,
        density_kg_m3=Butane.liquid(stored),
        # The gauge pressure is printed to eight digits; the source has 250 psi.
        pressure_pa=250 * POUND_PER_SQUARE_INCH_PA + Butane.AMBIENT_PA,
        ambient_pa=Butane.AMBIENT_PA,
        head_m=given["head_m"],
        gravity_m_s2=BUTANE_LEAK_GRAVITY,
    )
    heats = {"heat_capacity_j_kg_k": Butane.heat_capacity(stored), "latent_heat_j_kg": Butane.latent(stored)}
    flashed = flash.flash_fraction(**heats, temperature_k=stored, boiling_k=boiling)
    aloft = _aloft(flow.velocity_m_s / hole.coefficient, stored, boiling)
    yield from (("liquid_rate_kg_s", flow.mass_rate_kg_s), ("flash_fraction", flashed))
    yield from (("aerosol_fraction_RELEASE", aloft),)
    into_pool = flow.mass_rate_kg_s * (1 - flashed) * (1 - aloft)
    at_once = flow.mass_rate_kg_s * (flashed + (1 - flashed) * aloft)
    # The printed rate is reached where the pool gives its rate at the end of the ten minutes.
    yield "airborne_kg_s", at_once + min(off_the_pool(into_pool, stored, boiling, 600.0), into_pool)


def _aloft(speed: float, stored: float, boiling: float) -> float:
    spray = aerosol.Spray(
        velocity_m_s=speed,
        superheat_k=stored - boiling,
        surface_tension_n_m=0.05196 * (1 - boiling / Butane.CRITICAL_K) ** 1.2181,
        liquid_density_kg_m3=Butane.liquid(boiling),
        vapour_density_kg_m3=Butane.vapour(boiling),
        air_density_kg_m3=ideal_gas_density(AIR_G_MOL, boiling, Butane.AMBIENT_PA),
        viscosity_pa_s=1.425e-6 * boiling**0.5039 / (1 + 108.3 / boiling),
    )
    return float(aerosol.aerosol_fraction(spray, gravity_m_s2=BUTANE_LEAK_GRAVITY))


def off_the_pool(inflow: float, ground_k: float, boiling: float, after_s: float) -> float:
    """This will give what a growing pool boils off, kg/s, so long after its inflow began."""
    area = pool.spread_area_m2(
        inflow, density_kg_m3=Butane.liquid(boiling), after_s=after_s, at_most_m2=500 * FOOT_M**2
    )
    flux = pool.boiling_flux_kg_m2_s(
        ground_k=ground_k,
        boiling_k=boiling,
        conductivity_w_m_k=1.28,
        diffusivity_m2_s=6.6e-7,
        latent_heat_j_kg=Butane.latent(boiling),
        after_s=after_s,
    )
    return flux * area


def _butane_cloud(given: Given, printed: Given) -> Answers:
    height, ambient, cold = 10 * FOOT_M, 298.15, Butane.BOILING_K
    at_10m = wind.wind_at(
        10.0,
        speed_m_s=given["u_at_release_3.05m"],
        measured_at_m=height,
        stability=given["stability"],
        ground="rural",
    )
    friction = wind.screening_friction_velocity(at_10m)
    flashed, aloft = 0.17128269541302374, 0.9227949810754577  # the leak's answers, from which this case goes on
    density = 1 / (flashed / Butane.vapour(cold) + (1 - flashed) * aloft / Butane.liquid(cold))
    air = Air(ambient, Butane.AMBIENT_PA, AIR_G_MOL, BUTANE_GRAVITY)
    plume = britter_mcquaid_plume.DensePlume(given["Qaq_kg_s"] / density, density, cold, at_10m, air)
    half = given["LFL"] / 2
    yield "u_star", friction
    yield "Ri", britter_mcquaid_plume.release_richardson(plume, height_m=height, friction_velocity_m_s=friction)
    yield "alpha", plume.alpha
    yield "C_isothermal_equiv", britter_mcquaid_plume.bm.isothermal(half, ambient / cold)
    yield "x_half_LFL_m", britter_mcquaid_plume.distance_to(plume, half)
    yield from _butane_energy(printed["x_half_LFL_m"])


def _butane_energy(reach_m: float) -> Answers:
    volume = vapour_cloud.site_volume_m3(reach_m)
    fraction = vapour_cloud.stoichiometric_fraction(vapour_cloud.oxygen_per_fuel(carbon=4, hydrogen=10))
    state = {"temperature_k": Butane.BOILING_K, "pressure_pa": Butane.AMBIENT_PA}
    energy = vapour_cloud.energy_j(volume, fuel_fraction=fraction, heat_of_combustion_j_mol=2657.320e3, **state)
    yield from (("V_PES_m3", volume), ("stoich_fraction", fraction), ("E_kJ", energy / 1000))


def _stack(given: Given, _: Given) -> Answers:
    heat_w = given["W_GJ_h"] * 1e9 / 3600
    factor, value = 84e-6 * POUND_KG / CUBIC_FOOT_M3, 1020 * BTU_J / CUBIC_FOOT_M3
    yield "Q_kg_s", flue_gas.emission_rate(heat_w, factor_kg_m3=factor, heating_value_j_m3=value)
    standard = flue_gas.flue_gas_flow(heat_w, oxygen_pct=4)
    yield "V_std_m3_s", standard
    # The source's standard flow is at its own 760 mmHg.
    actual = flue_gas.at_stack(standard, temperature_k=given["T_s_K"]) * MERCURY_760_PA / ATMOSPHERE_PA
    yield "V_act_m3_s", actual
    air = Air(given["T_a_K"], gravity_m_s2=LATITUDE_45)
    stable = plume_rise.stability_parameter(air, given["lapse_K_m"])
    flux = plume_rise.buoyancy_flux(plume_rise.Stack(given["D_m"], given["T_s_K"], actual), air)
    yield from (("s_per_s2", stable), ("F_b", flux))
    yield "x_f_m", plume_rise.distance_to_final_rise(flux, wind_m_s=given["u_m_s"], stability_per_s2=stable)


KINDS: dict[str, Callable[[Given, Given], Answers]] = {
    "ccps_liquid_orifice": _liquid_orifice,
    "ccps_gas_orifice_choked": _gas_orifice,
    "ccps_gaussian_plume": _gaussian_plume,
    "ccps_gaussian_puff": _gaussian_puff,
    "bm_plume_lng": _dense_plume,
    "bm_puff_potchefstroom": _dense_puff,
    "butane_sphere_leak": _butane_leak,
    "butane_vce": _butane_cloud,
    "co_stack_300GJh": _stack,
}
