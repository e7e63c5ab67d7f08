# SPDX-License-Identifier: Apache-2.0
"""Pictures of releases and dispersion: the textbook cases' own substances and sizes."""

from typing import Any

import numpy as np

from anshu.science.dispersion import (
    aerosol,
    britter_mcquaid_plume,
    britter_mcquaid_puff,
    flash,
    flue_gas,
    footprint,
    gas_orifice,
    gaussian_plume,
    gaussian_puff,
    liquid_orifice,
    plume_rise,
    pool,
    spread,
    stability,
    surface_layer,
    surface_layer_plume,
    two_phase,
    weathers,
    wind,
)
from anshu.science.dispersion.air import Air
from anshu.science.dispersion.slab import profile, puff, release
from anshu.science.dispersion.slab.ambient import Ambient
from anshu.science.dispersion.slab.gas import Gas
from anshu.science.dispersion.slab.plume import Source
from anshu.science.dispersion.slab.trajectory import Blend
from anshu.science.standing import Refusal
from tools.gallery.drawing import CYCLE, SKY, curves, field, label, outline
from tools.gallery.panels import Panels

panel = Panels()
BARS = np.linspace(1.05, 6, 60)
AWAY_M = np.geomspace(50, 5000, 80)
# Liquefied natural gas as the SLAB report's example has it.
METHANE = Gas(0.016043, 2238.0, 3348.5, 111.7, 509_900.0, 424.1)
AMMONIA = two_phase.Saturated(293.15, 1.186e6, 4740.0, 610.0, 6.7)


@panel("liquid_orifice", "液体孔口")
def _liquid(axes: Any) -> None:
    flows = {
        f"孔径 {mm} mm": [
            liquid_orifice.liquid_release(
                liquid_orifice.Hole(mm / 1000), density_kg_m3=490, pressure_pa=bar * 1e5
            ).mass_rate_kg_s
            for bar in BARS
        ]
        for mm in (5, 10, 20)
    }
    curves(axes, BARS, flows, x_label="容器压力 bar", y_label="流量 kg/s")


@panel("gas_orifice", "气体孔口")
def _gas(axes: Any) -> None:
    jets = [
        gas_orifice.gas_release(
            liquid_orifice.Hole(0.01, 0.85),
            density_kg_m3=8.9 * bar / 5.01,
            heat_capacity_ratio=1.15,
            pressure_pa=bar * 1e5,
            temperature_k=298,
        )
        for bar in BARS
    ]
    rates = np.array([jet.mass_rate_kg_s for jet in jets])
    choked = np.array([jet.choked for jet in jets])
    curves(
        axes,
        BARS,
        {"未壅塞": np.where(choked, np.nan, rates), "壅塞": np.where(choked, rates, np.nan)},
        x_label="容器压力 bar",
        y_label="流量 kg/s",
    )


@panel("two_phase", "两相流(液氨)")
def _two_phase(axes: Any) -> None:
    metres = np.linspace(0, 0.3, 60)
    hole = liquid_orifice.Hole(0.02)
    rates = [
        two_phase.flashing_release(hole, AMMONIA, path_m=one, pressure_pa=8.57e5, ambient_pa=101325.0) for one in metres
    ]
    curves(axes, metres * 100, {"": rates}, x_label="管长 cm", y_label="流量 kg/s")


@panel("flash", "闪蒸份额(丁烷)")
def _flash(axes: Any) -> None:
    kelvin = np.linspace(272.55, 330, 60)
    heats = {"heat_capacity_j_kg_k": 2400.0, "latent_heat_j_kg": 3.65e5, "boiling_k": 272.55}
    lines = {
        "直线式": [flash.flash_fraction(**heats, temperature_k=one) for one in kelvin],
        "积分式": [flash.flash_fraction_integrated(**heats, temperature_k=one) for one in kelvin],
    }
    curves(axes, kelvin - 273.15, lines, x_label="储存温度 °C", y_label="闪蒸份额")


@panel("aerosol", "雾滴份额(丁烷)")
def _aerosol(axes: Any) -> None:
    speeds = np.linspace(30, 60, 80)
    curves(axes, speeds, {"": [_aloft(float(one)) for one in speeds]}, x_label="出流速度 m/s", y_label="随风份额")


def _aloft(speed: float) -> float:
    """This will give NaN where the method finds no droplet that just falls."""
    try:
        return aerosol.aerosol_fraction(aerosol.Spray(speed, 25.6, 0.0149, 603.0, 2.6, 1.29, 6.9e-6))
    except Refusal:
        return float("nan")


@panel("pool", "液池沸腾与铺展")
def _pool(axes: Any) -> None:
    seconds = np.linspace(1, 600, 80)
    ground = {"conductivity_w_m_k": 1.28, "diffusivity_m2_s": 6.6e-7, "latent_heat_j_kg": 3.86e5}
    flux = [
        pool.boiling_flux_kg_m2_s(ground_k=298, boiling_k=272.55, **ground, after_s=float(one)) * 1000
        for one in seconds
    ]
    area = [pool.spread_area_m2(10.0, density_kg_m3=603, after_s=float(one), at_most_m2=46.5) / 10 for one in seconds]
    curves(axes, seconds, {"沸腾 g/(m²·s)": flux, "面积 10 m²": area}, x_label="泄漏后 s", y_label="")


@panel("stability", "稳定度(Pasquill)")
def _stability(axes: Any) -> None:
    skies = ("strong_sun", "moderate_sun", "slight_sun", "overcast", "night_cloudy", "night_clear")
    speeds = (1.0, 2.5, 4.0, 5.5, 7.0)
    letters = [[stability.pasquill_class(speed, sky) for speed in speeds] for sky in skies]
    ranks = np.array([["ABCDEF".index(one) for one in row] for row in letters])
    axes.imshow(ranks, cmap="cividis", aspect="auto", vmin=-1, vmax=6)
    for (row, column), rank in np.ndenumerate(ranks):
        axes.text(column, row, "ABCDEF"[rank], ha="center", va="center", color="white" if rank < 3 else "black")
    axes.set_xticks(range(len(speeds)), [f"{one:g}" for one in speeds])
    axes.set_yticks(range(len(skies)), ["强日照", "中日照", "弱日照", "阴", "夜有云", "夜晴"], fontsize=6)
    label(axes, "风速 m/s", "")
    axes.grid(visible=False)


@panel("wind", "幂律风廓线")
def _wind(axes: Any) -> None:
    heights = np.linspace(1, 100, 60)
    for place, letter in enumerate("ADF"):
        speeds = [
            wind.wind_at(float(z), speed_m_s=3, measured_at_m=10, stability=letter, ground="rural") for z in heights
        ]
        axes.plot(speeds, heights, color=CYCLE[place], label=f"{letter} 级")
    label(axes, "风速 m/s", "高度 m")
    axes.legend()


@panel("surface_layer", "近地层风廓线")
def _surface_layer(axes: Any) -> None:
    heights = np.geomspace(0.5, 100, 60)
    for place, letter in enumerate("ADF"):
        layer = surface_layer.from_wind(4.0, measured_at_m=10.0, stability=letter, roughness_m=0.1)
        axes.plot(surface_layer.wind_speed(layer, heights), heights, color=CYCLE[place], label=f"{letter} 级")
    label(axes, "风速 m/s", "高度 m", log="y")
    axes.legend()


@panel("spread", "扩散参数 σy")
def _spread(axes: Any) -> None:
    lines = {f"{letter} 级": spread.plume_sigmas(AWAY_M, letter)[0] for letter in "ABCDEF"}
    curves(axes, AWAY_M, lines, x_label="下风 m", y_label="σy m", log="xy")


@panel("gaussian_plume", "高斯烟羽")
def _plume(axes: Any) -> None:
    x, z = np.linspace(50, 3000, 120), np.linspace(0, 120, 60)
    plume = gaussian_plume.Plume(0.1, 3.0, "D", height_m=30.0)
    shown = gaussian_plume.concentration(plume, x[None, :], 0.0, z[:, None]) * 1e6
    named = "下风 0–3 km,高 0–120 m(lg mg/m³)"
    field(axes, np.log10(np.maximum(shown, 1e-2)), named=named, origin="lower", aspect="auto")


@panel("gaussian_puff", "高斯烟团")
def _puff(axes: Any) -> None:
    x = np.linspace(1, 1500, 200)
    puff = gaussian_puff.Puff(1.0, 2.0, "F")
    lines = {f"{after} s": gaussian_puff.concentration(puff, x, after_s=after) * 1e6 for after in (125, 250, 500)}
    curves(axes, x, lines, x_label="下风 m", y_label="mg/m³")


@panel("surface_layer_plume", "近地烟羽 C/Q")
def _near_ground(axes: Any) -> None:
    lines = {
        f"L = {length:g} m": surface_layer_plume.concentration_per_rate(
            surface_layer.SurfaceLayer(0.25, length, 0.006), AWAY_M[AWAY_M <= 800]
        )
        for length in (-10.0, 1e6, 20.0)
    }
    curves(axes, AWAY_M[AWAY_M <= 800], lines, x_label="下风 m", y_label="s/m³", log="xy")


@panel("britter_mcquaid_plume", "重气烟羽(LNG)")
def _dense_plume(axes: Any) -> None:
    plume = britter_mcquaid_plume.DensePlume(0.23 * 425.6 / 1.76, 1.76, 111.15, 10.9, Air(298.0))
    x = np.geomspace(40, 2000, 80)
    curves(
        axes, x, {"": britter_mcquaid_plume.volume_fraction(plume, x)}, x_label="下风 m", y_label="体积份额", log="xy"
    )


@panel("britter_mcquaid_puff", "重气云团(氨)")
def _dense_puff(axes: Any) -> None:
    cloud = britter_mcquaid_puff.DenseCloud(72500, 1.434, 2.0, Air(293.15), gas_fraction=1 / 16.4)
    x = np.linspace(10, 2500, 200)
    lines = {
        f"{after} s": britter_mcquaid_puff.volume_fraction(cloud, x, after_s=after) * 100 for after in (124, 400, 1396)
    }
    curves(axes, x, lines, x_label="下风 m", y_label="氨 %")


@panel("slab.release", "重气浅层(LNG)")
def _layer(axes: Any) -> None:
    x = np.geomspace(40, 1500, 80)
    lines = {}
    for rate in (30, 117, 300):
        cloud = release.disperse(Source(METHANE, float(rate), 657.0, 107.0, METHANE.boiling_k), _calm(), upto_m=1500.0)
        lines[f"{rate} kg/s"] = profile.peak_volume_fraction(cloud, x) * 100
    curves(axes, x, lines, x_label="下风 m", y_label="最大浓度 %", log="xy")


@panel("slab.puff", "重气浅层瞬时云(LNG)")
def _layer_puff(axes: Any) -> None:
    air = _calm()
    blend = Blend(METHANE, METHANE.boiling_k, 0.0, air)
    cloud = puff.instantaneous(blend, mass_kg=10_000.0, area_m2=900.0, air=air, upto_m=1500.0)
    lines = {
        "半宽 m": cloud.column("half_width_m"),
        "厚 m": cloud.column("depth_m"),
        "浓度 %": cloud.volume_fraction * 100,
    }
    curves(axes, cloud.column("time_s"), lines, x_label="释放后 s", y_label="", log="y")


def _calm() -> Ambient:
    return Ambient(surface_layer.from_wind(2.0, measured_at_m=3.0, stability="E", roughness_m=0.01))


@panel("plume_rise", "烟气抬升")
def _rise(axes: Any) -> None:
    x = np.linspace(1, 600, 80)
    air = Air(298.15)
    flux = plume_rise.buoyancy_flux(plume_rise.Stack(2.0, 450.0, 46.6), air)
    lines = {
        "中性": plume_rise.rise(x, flux, wind_m_s=1.5),
        "稳定": plume_rise.rise(x, flux, wind_m_s=1.5, stability_per_s2=plume_rise.stability_parameter(air, 0.035)),
    }
    curves(axes, x, lines, x_label="下风 m", y_label="抬升 m")


@panel("flue_gas", "锅炉烟气量")
def _flue(axes: Any) -> None:
    oxygen = np.linspace(0, 10, 40)
    flows = [flue_gas.flue_gas_flow(83.3e6, oxygen_pct=float(one)) for one in oxygen]
    curves(axes, oxygen, {"": flows}, x_label="湿基氧 %", y_label="标准流量 m³/s")


@panel("footprint", "影响范围与概率")
def _footprint(axes: Any) -> None:
    rng = np.random.default_rng(7)
    weathers = [footprint.Weather(3.0, float(one), "D") for one in rng.normal(250, 15, 40)]

    def of(weather: footprint.Weather) -> Any:
        plume = gaussian_plume.Plume(2.0, weather.wind_m_s, weather.stability)
        return footprint.plume_footprint(plume, threshold_kg_m3=1e-5, wind_from_deg=weather.wind_from_deg)

    east, north = np.meshgrid(np.linspace(-300, 4500, 96), np.linspace(-1400, 2800, 84))
    share = footprint.exceedance(weathers, east, north, footprint_of=of)
    field(axes, share, named="4.8 km × 4.2 km", extent=(-300, 4500, -1400, 2800), origin="lower")
    outline(axes, of(footprint.Weather(3.0, 250.0, "D")), color=SKY, linewidth=1)


@panel("weathers", "多种天气(50 次抽样)")
def _weathers(axes: Any) -> None:
    town = np.random.default_rng(8).normal((2000, 0), (500, 250), (400, 2))
    places = weathers.Places(*town.T, np.full(400, 10.0))
    measured = footprint.Weather(3.0, 270.0, "D")

    def of(weather: footprint.Weather) -> Any:
        plume = gaussian_plume.Plume(2.0, weather.wind_m_s, weather.stability)
        return footprint.plume_footprint(plume, threshold_kg_m3=1e-5, wind_from_deg=weather.wind_from_deg)

    for spread_deg in (5, 15, 40):
        doubt = weathers.Doubt(0.3, float(spread_deg), {"D": 0.6, "E": 0.4})
        drawn = weathers.draw(measured, doubt, count=50, rng=np.random.default_rng(9))
        persons = np.sort(weathers.reach(drawn, places, footprint_of=of).persons)
        axes.step(persons, 1 - np.arange(50) / 50, where="pre", label=f"风向 ±{spread_deg}°")
    axes.set_xlim(0, 4000)
    label(axes, "受影响人数 N(共 4000)", "不少于 N 的占比")
    axes.legend()
