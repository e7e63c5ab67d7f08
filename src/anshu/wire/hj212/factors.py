# SPDX-License-Identifier: Apache-2.0
"""Monitored factors of HJ 212-2017 appendix B, with the numbers that HJ/T 212-2005 gave them."""

from dataclasses import dataclass

SOURCE = "HJ 212-2017 附录B"


@dataclass(frozen=True, slots=True)
class Factor:
    """One row of the tables with the property it becomes."""

    code: str
    old_code: str  # of HJ/T 212-2005; empty where it had none
    property: str
    unit: str
    label_zh: str


# code, code of 2005, property, unit, Chinese name. Units are the tables' own, except that particulate matter is given
# in ug/m3 (GB 3095, HJ 653) and ammonia and methane in mg/m3, which is what instruments send; the table prints ng/m3.
_ROWS = """
w00000 B01 wastewater_flow L/s 污水流量
w01001 001 ph [pH] pH值
w01002 002 colour {deg} 色度
w01006 - dissolved_solids mg/L 溶解性总固体
w01009 - dissolved_oxygen mg/L 溶解氧
w01010 - water_temperature Cel 水温
w01012 003 suspended_solids mg/L 悬浮物
w01014 - conductivity uS/cm 电导率
w01017 010 bod5 mg/L 五日生化需氧量
w01018 011 cod mg/L 化学需氧量
w01019 - permanganate_index mg/L 高锰酸盐指数
w01020 015 total_organic_carbon mg/L 总有机碳
w02003 550 faecal_coliforms /L 粪大肠菌群
w02006 - bacteria_count /L 细菌总数
w03001 570 gross_alpha Bq/L 总α放射性
w03002 571 gross_beta Bq/L 总β放射性
w19001 - surfactants mg/L 表面活性剂
w19002 520 anionic_surfactants mg/L 阴离子表面活性剂
w20012 039 barium mg/L 钡
w20023 037 boron mg/L 硼
w20038 040 cobalt mg/L 钴
w20061 038 molybdenum mg/L 钼
w20089 041 thallium ng/L 铊
w20092 036 tin mg/L 锡
w20111 020 total_mercury ug/L 总汞
w20113 021 alkyl_mercury ng/L 烷基汞
w20115 022 total_cadmium ug/L 总镉
w20116 023 total_chromium mg/L 总铬
w20117 024 hexavalent_chromium ug/L 六价铬
w20119 026 total_arsenic ug/L 总砷
w20120 027 total_lead ug/L 总铅
w20121 028 total_nickel mg/L 总镍
w20122 029 total_copper mg/L 总铜
w20123 030 total_zinc mg/L 总锌
w20124 031 total_manganese mg/L 总锰
w20125 032 total_iron mg/L 总铁
w20126 033 total_silver mg/L 总银
w20127 034 total_beryllium ug/L 总铍
w20128 035 total_selenium ug/L 总硒
w20138 - copper mg/L 铜
w20139 - zinc mg/L 锌
w20140 - selenium mg/L 硒
w20141 - arsenic mg/L 砷
w20142 - mercury ug/L 汞
w20143 - cadmium ug/L 镉
w20144 - lead mg/L 铅
w21001 065 total_nitrogen mg/L 总氮
w21003 060 ammonia_nitrogen mg/L 氨氮
w21004 062 kjeldahl_nitrogen mg/L 凯氏氮
w21006 063 nitrite mg/L 亚硝酸盐
w21007 064 nitrate mg/L 硝酸盐
w21011 101 total_phosphorus mg/L 总磷
w21016 070 cyanide mg/L 氰化物
w21017 072 fluoride mg/L 氟化物
w21019 071 sulfide mg/L 硫化物
w21022 090 chloride mg/L 氯化物
w21038 - sulfate mg/L 硫酸盐
w22001 080 petroleum mg/L 石油类
w23002 110 volatile_phenols mg/L 挥发酚
a00000 B02 flue_gas_flow m3/s 废气流量
a01001 - air_temperature Cel 气温
a01002 - humidity % 湿度
a01006 - air_pressure kPa 气压
a01007 - wind_speed m/s 风速
a01008 - wind_direction deg 风向
a01010 37 ringelmann 1 林格曼黑度
a01011 S02 flue_gas_velocity m/s 烟气流速
a01012 S03 flue_gas_temperature Cel 烟气温度
a01013 S08 flue_gas_pressure kPa 烟气压力
a01014 S05 flue_gas_humidity % 烟气湿度
a01015 S06 cooling_temperature Cel 制冷温度
a01016 S07 flue_area m2 烟道截面积
a01017 S04 flue_gas_dynamic_pressure kPa 烟气动压
a01901 - furnace_temperature Cel 炉膛内焚烧平均温度
a01902 - furnace_dcs_temperature Cel 炉膛内DCS温度
a05001 30 carbon_dioxide mg/m3 二氧化碳
a05002 - methane mg/m3 甲烷
a05024 - ozone ug/m3 臭氧
a19001 S01 flue_gas_oxygen % 氧气含量
a20016 36 beryllium_compounds mg/m3 铍及其化合物
a20025 33 cadmium_compounds mg/m3 镉及其化合物
a20043 32 lead_compounds mg/m3 铅及其化合物
a20057 31 mercury_compounds mg/m3 汞及其化合物
a20063 35 nickel_compounds mg/m3 镍及其化合物
a20091 34 tin_compounds mg/m3 锡及其化合物
a21001 10 ammonia mg/m3 氨
a21002 03 nitrogen_oxides mg/m3 氮氧化物
a21003 - nitric_oxide mg/m3 一氧化氮
a21004 - nitrogen_dioxide mg/m3 二氧化氮
a21005 04 carbon_monoxide mg/m3 一氧化碳
a21017 07 hydrogen_cyanide mg/m3 氰化物（气）
a21018 06 hydrogen_fluoride mg/m3 氟化物（气）
a21022 11 chlorine mg/m3 氯气
a21024 08 hydrogen_chloride mg/m3 氯化氢
a21026 02 sulfur_dioxide mg/m3 二氧化硫
a21028 05 hydrogen_sulfide mg/m3 硫化氢
a23001 27 phenols mg/m3 酚类
a24046 29 vinyl_chloride mg/m3 氯乙烯
a24087 25 hydrocarbons mg/m3 碳氢化合物
a24088 - non_methane_hydrocarbons mg/m3 非甲烷总烃
a25002 - benzene mg/m3 苯
a25003 17 toluene mg/m3 甲苯
a25004 - ethylbenzene mg/m3 乙苯
a25005 18 xylene mg/m3 二甲苯
a25010 23 chlorobenzene mg/m3 氯苯
a25023 22 nitrobenzene mg/m3 硝基苯
a25038 - styrene mg/m3 苯乙烯
a25044 20 benzo_a_pyrene mg/m3 苯并[a]芘
a26001 21 anilines mg/m3 苯胺类
a30001 28 methanol mg/m3 甲醇
a30022 13 thiols mg/m3 硫醇
a31001 19 formaldehyde mg/m3 甲醛
a31002 26 acetaldehyde mg/m3 乙醛
a31024 - acetone mg/m3 丙酮
a34001 - tsp ug/m3 总悬浮颗粒物TSP
a34002 - pm10 ug/m3 可吸入颗粒物PM10
a34004 - pm2_5 ug/m3 细颗粒物PM2.5
a34005 - pm1 ug/m3 亚微米颗粒物PM1.0
a34013 01 soot mg/m3 烟尘
a34017 - carbon_black mg/m3 炭黑尘
a34038 09 asphalt_smoke mg/m3 沥青烟
a34039 14 sulfuric_acid_mist mg/m3 硫酸雾
a34040 15 chromic_acid_mist mg/m3 铬酸雾
a99010 - acrylonitrile mg/m3 丙烯腈
a99049 24 phosgene mg/m3 光气
a99051 12 carbon_disulfide mg/m3 二硫化碳
LA - sound_level dB[A] A声级
L5 - sound_level_l5 dB[A] 累积百分声级L5
L10 - sound_level_l10 dB[A] 累积百分声级L10
L50 - sound_level_l50 dB[A] 累积百分声级L50
L90 - sound_level_l90 dB[A] 累积百分声级L90
L95 - sound_level_l95 dB[A] 累积百分声级L95
Leq - sound_level_eq dB[A] 等效声级
Ldn - sound_level_dn dB[A] 昼夜等效声级
Ld - sound_level_day dB[A] 昼间等效声级
Ln - sound_level_night dB[A] 夜间等效声级
LMx - sound_level_max dB[A] 最大瞬时声级
LMn - sound_level_min dB[A] 最小瞬时声级
i23001 - station_pressure kPa 本地大气压力
i33101 - room_temperature Cel 监测站房温度
i33102 - room_humidity % 监测站房湿度
i33103 - room_voltage V 监测站房电压
i33400 - production_load % 生产负荷
"""


def _factors() -> tuple[Factor, ...]:
    rows = (line.split() for line in _ROWS.strip().splitlines())
    return tuple(Factor(code, "" if old == "-" else old, name, unit, label) for code, old, name, unit, label in rows)


FACTORS: tuple[Factor, ...] = _factors()
# Both standards' numbers, and the formula that air stations send for ozone.
BY_CODE: dict[str, Factor] = {
    **{f.old_code: f for f in FACTORS if f.old_code},
    **{f.code: f for f in FACTORS},
}
BY_CODE["O3"] = BY_CODE["a05024"]
BY_PROPERTY: dict[str, Factor] = {f.property: f for f in FACTORS}
# Organic compounds of table B.2 that have no property of their own are milligrams per cubic metre.
_ORGANIC = ("a24", "a25", "a26", "a29", "a30", "a31", "a99")
MAX_CODE = 24


def property_of(code: str) -> tuple[str, str] | None:
    """Name the property and unit of a factor's code; None for what cannot be a code."""
    known = BY_CODE.get(code) or BY_CODE.get(code.lower())  # some devices write W01018
    if known is not None:
        return known.property, known.unit
    if not 0 < len(code) <= MAX_CODE or not code.isascii() or not code.replace("_", "").isalnum():
        return None
    return f"factor_{code}", "mg/m3" if code.startswith(_ORGANIC) else "1"


def is_factor(code: str) -> bool:
    """Tell whether the tables have the code."""
    return code in BY_CODE
