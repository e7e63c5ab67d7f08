# SPDX-License-Identifier: Apache-2.0
"""Elements of SL 651-2014 appendix C, table C.1: identifier, property, unit, number format."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

SOURCE = "SL 651-2014 附录C 表C.1"

Form = Literal["bcd", "duration", "status", "series_1", "series_2"]


@dataclass(frozen=True, slots=True)
class Element:
    """One row of table C.1 with the property it becomes."""

    code: int
    symbol: str
    property: str
    unit: str
    label_zh: str
    digits: int
    decimals: int = 0
    form: Form = "bcd"
    description: str = ""
    source: str = SOURCE


_ROWS: tuple[Element, ...] = (
    Element(0x01, "AC", "cross_section_area", "m2", "断面面积", 8, 2),
    Element(0x02, "AI", "air_temperature", "Cel", "瞬时气温", 3, 1),
    Element(0x03, "C", "water_temperature", "Cel", "瞬时水温", 3, 1),
    Element(
        0x05,
        "DT",
        "duration",
        "min",
        "时段长（降水、引排水、抽水历时）",
        4,
        2,
        "duration",
        "written HH.mm on the wire, given in minutes",
    ),
    Element(0x06, "ED", "evaporation_daily", "mm", "日蒸发量", 5, 1),
    Element(0x07, "EJ", "evaporation_current", "mm", "当前蒸发", 5, 1),
    Element(0x08, "FL", "air_pressure", "hPa", "气压", 5),
    Element(
        0x09,
        "GH",
        "gate_opening",
        "m",
        "闸门开启高度",
        5,
        2,
        description="444, 555, 888 and 999 are states, given as gate_state (E.3.2.2, E.4.2.3)",
    ),
    Element(0x0A, "GN", "gate_number", "1", "输水设备、闸门（组）编号", 3),
    Element(0x0B, "GS", "conduit_kind", "1", "输水设备类别", 1, description="code of table E.4"),
    Element(0x0C, "GT", "gate_open_count", "1", "闸门开启孔数", 3),
    Element(0x0D, "GTP", "ground_temperature", "Cel", "地温", 3, 1),
    Element(0x0E, "H", "groundwater_depth", "m", "地下水瞬时埋深", 6, 2),
    Element(0x0F, "HW", "wave_height", "m", "波浪高度", 5, 2),
    Element(0x18, "MST", "humidity", "%", "湿度", 4, 1),
    Element(0x19, "NS", "pumps_running", "1", "开机台数", 2),
    Element(0x1A, "P1", "rain_1h", "mm", "1小时时段降水量", 5, 1),
    Element(0x1B, "P2", "rain_2h", "mm", "2小时时段降水量", 5, 1),
    Element(0x1C, "P3", "rain_3h", "mm", "3小时时段降水量", 5, 1),
    Element(0x1D, "P6", "rain_6h", "mm", "6小时时段降水量", 5, 1),
    Element(0x1E, "P12", "rain_12h", "mm", "12小时时段降水量", 5, 1),
    Element(
        0x1F,
        "PD",
        "rain_daily",
        "mm",
        "日降水量",
        5,
        1,
        description="day starts at 08:00 as a rule",
    ),
    Element(
        0x20,
        "PJ",
        "rain_current",
        "mm",
        "当前降水量",
        5,
        1,
        description="since the start of the rain day",
    ),
    Element(0x21, "PN01", "rain_1min", "mm", "1分钟时段降水量", 5, 1),
    Element(0x22, "PN05", "rain_5min", "mm", "5分钟时段降水量", 5, 1),
    Element(0x23, "PN10", "rain_10min", "mm", "10分钟时段降水量", 5, 1),
    Element(0x24, "PN30", "rain_30min", "mm", "30分钟时段降水量", 5, 1),
    Element(0x25, "PR", "rain_storm", "mm", "暴雨量", 5, 1),
    Element(0x26, "PT", "rain_accumulated", "mm", "降水量累计值", 6, 1),
    Element(0x27, "Q", "discharge", "m3/s", "瞬时流量、抽水流量", 9, 3),
    Element(0x30, "QA", "outflow_total", "m3/s", "总出库流量、过闸总流量", 9, 3),
    Element(0x31, "QZ", "conduit_discharge", "m3/s", "输水设备流量、过闸（组）流量", 9, 3),
    Element(0x32, "SW", "sediment_load", "10*4.t", "输沙量", 11, 3),
    Element(
        0x33,
        "UC",
        "wind_direction_code",
        "1",
        "风向",
        2,
        description="1 = north, clockwise by 22.5 degrees to 16 (table E.1)",
    ),
    Element(0x34, "UE", "wind_force", "1", "风力（级）", 2, description="Beaufort (appendix F)"),
    Element(0x35, "US", "wind_speed", "m/s", "风速", 4, 1),
    Element(0x36, "VA", "mean_velocity", "m/s", "断面平均流速", 5, 3),
    Element(0x37, "VJ", "velocity", "m/s", "当前瞬时流速", 5, 3),
    Element(0x38, "VT", "voltage", "V", "电源电压", 4, 2),
    Element(0x39, "Z", "water_level", "m", "瞬时河道水位、潮位", 7, 3),
    Element(0x3A, "ZB", "water_level_downstream", "m", "库（闸、站）下水位", 7, 3),
    Element(0x3B, "ZU", "water_level_upstream", "m", "库（闸、站）上水位", 7, 3),
    Element(0x44, "SQ", "sediment_concentration", "kg/m3", "含沙量", 9, 3),
    Element(
        0x45,
        "ZT",
        "station_status",
        "1",
        "遥测站状态及报警信息",
        8,
        0,
        "status",
        "32 bits, bit 0 lowest (table 58)",
    ),
    Element(0x46, "pH", "ph", "[pH]", "pH值", 4, 2),
    Element(0x47, "DO", "dissolved_oxygen", "mg/L", "溶解氧", 4, 1),
    Element(0x48, "COND", "conductivity", "uS/cm", "电导率", 5),
    Element(0x49, "TURB", "turbidity", "{NTU}", "浊度", 3),
    Element(0x4A, "CODMN", "permanganate_index", "mg/L", "高锰酸盐指数", 4, 1),
    Element(0x4B, "REDOX", "redox_potential", "mV", "氧化还原电位", 5, 1),
    Element(0x4C, "NH4N", "ammonia_nitrogen", "mg/L", "氨氮", 6, 2),
    Element(0x4D, "TP", "total_phosphorus", "mg/L", "总磷", 5, 3),
    Element(0x4E, "TN", "total_nitrogen", "mg/L", "总氮", 5, 2),
    Element(0x4F, "TOC", "total_organic_carbon", "mg/L", "总有机碳", 4, 2),
    Element(0x50, "CU", "copper", "mg/L", "铜", 7, 4),
    Element(0x51, "ZN", "zinc", "mg/L", "锌", 6, 4),
    Element(0x52, "SE", "selenium", "mg/L", "硒", 7, 5),
    Element(0x53, "AS", "arsenic", "mg/L", "砷", 7, 5),
    Element(0x54, "THG", "total_mercury", "mg/L", "总汞", 7, 5),
    Element(0x55, "CD", "cadmium", "mg/L", "镉", 7, 5),
    Element(0x56, "PB", "lead", "mg/L", "铅", 7, 5),
    Element(0x57, "CHLA", "chlorophyll_a", "mg/L", "叶绿素a", 4, 2),
    Element(
        0xF4,
        "DRP",
        "rain_5min",
        "mm",
        "1小时内每5分钟时段雨量",
        24,
        1,
        "series_1",
        "twelve values of 0.1 mm; FFH is no data; above 25.4 mm carries into the next 5 minutes",
    ),
)


def _families() -> Iterator[Element]:
    """Yield the rows that the table repeats with a running number."""
    for n, depth in enumerate((10, 20, 30, 40, 50, 60, 80, 100)):
        yield Element(0x10 + n, f"M{depth}", f"soil_moisture_{depth}cm", "%", f"{depth}厘米处土壤含水量", 4, 1)
    for n in range(1, 9):
        yield Element(0x27 + n, f"Q{n}", f"intake_discharge_{n}", "m3/s", f"取（排）水口流量{n}", 9, 3)
        yield Element(0x3B + n, f"Z{n}", f"intake_level_{n}", "m", f"取（排）水口水位{n}", 7, 3)
        yield Element(0x57 + n, f"WP{n}", f"water_pressure_{n}", "kPa", f"水压{n}", 5, 2)
        yield Element(0x5F + n, f"SYL{n}", f"meter_remaining_{n}", "m3", f"水表{n}剩余水量", 11, 3)
        yield Element(0x67 + n, f"SBL{n}", f"meter_hourly_{n}", "m3/h", f"水表{n}每小时水量", 10, 2)
        yield Element(
            0xF4 + n,
            f"DRZ{n}",
            f"relative_level_{n}",
            "m",
            f"1小时内5分钟间隔相对水位{n}",
            48,
            2,
            "series_2",
            "twelve values of 0.01 m above the station's base level; FFFFH is no data",
        )
    for n, phase in enumerate("abc"):
        name = phase.upper()
        yield Element(0x70 + n, f"VT{name}", f"voltage_phase_{phase}", "V", f"交流{name}相电压", 4, 1)
        yield Element(0x73 + n, f"VI{name}", f"current_phase_{phase}", "A", f"交流{name}相电流", 4, 1)


ELEMENTS: dict[int, Element] = {e.code: e for e in sorted((*_ROWS, *_families()), key=lambda e: e.code)}
BY_SYMBOL: dict[str, Element] = {e.symbol: e for e in ELEMENTS.values()}
# A single value is what a property name means to an encoder; the series are asked for by symbol.
BY_PROPERTY: dict[str, Element] = {e.property: e for e in reversed(ELEMENTS.values())}

# E.3.2.2 and E.4.2.3: heights that stand for fully closed, no gate, out of the water, fully open.
GATE_STATES = frozenset({444.0, 555.0, 888.0, 999.0})
# E.3.1.2, E.4.1.2: what is reported gate by gate, after the gate's number.
PER_GATE = frozenset({0x09, 0x0C, 0x31})

# Table 58: bit -> name, Chinese, whether it is an alarm. Bit 7 is 0 while the cabinet stands open, bit 10 is 0
# while the pump runs, and both, with bit 9, tell a state rather than an alarm.
STATUS_BITS: tuple[tuple[int, str, str, bool], ...] = (
    (0, "mains_off", "交流电停电", True),
    (1, "battery_low", "蓄电池电压低", True),
    (2, "level_limit", "水位超限报警", True),
    (3, "discharge_limit", "流量超限报警", True),
    (4, "quality_limit", "水质超限报警", True),
    (5, "flow_meter_fault", "流量仪表故障", True),
    (6, "level_meter_fault", "水位仪表故障", True),
    (7, "door_closed", "终端箱门关闭", False),
    (8, "storage_fault", "存储器异常", True),
    (9, "card_enabled", "IC卡功能有效", False),
    (10, "pump_stopped", "水泵停机", False),
    (11, "remaining_limit", "剩余水量超限", True),
)

# Table A.1
STATION_CLASSES: dict[str, str] = {
    "P": "降水",
    "H": "河道",
    "K": "水库（湖泊）",
    "Z": "闸坝",
    "D": "泵站",
    "T": "潮汐",
    "M": "墒情",
    "G": "地下水",
    "Q": "水质",
    "I": "取水口",
    "O": "排水口",
}


def status_flags(word: int) -> list[str]:
    """Name every bit that is set in a status word, table 58."""
    return [name for bit, name, _, _ in STATUS_BITS if word >> bit & 1]


def alarm_flags(word: int) -> list[str]:
    """Name the alarms and faults that a status word tells, table 58."""
    return [name for bit, name, _, alarm in STATUS_BITS if alarm and word >> bit & 1]
