# SPDX-License-Identifier: Apache-2.0
"""Alarm bits, state bits and additional items of a position report."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Alarm:
    """An observed property that is 1 while any of its bits is set."""

    name: str
    bits: tuple[int, ...]
    label: str

    @property
    def mask(self) -> int:
        """Give the bits as a mask of the alarm word."""
        return sum(1 << bit for bit in self.bits)


# JT/T 808-2013 table 24; bits 15 to 17 are of 2019 (reserved before), bit 31 of 2013 (reserved since).
ALARMS = (
    Alarm("alarm.emergency", (0,), "紧急报警"),
    Alarm("alarm.overspeed", (1,), "超速报警"),
    Alarm("alarm.fatigue", (2,), "疲劳驾驶报警"),
    Alarm("alarm.danger", (3,), "危险驾驶行为报警"),
    Alarm("alarm.positioning", (4, 5, 6), "定位模块或天线故障"),
    Alarm("alarm.power", (7, 8), "主电源欠压或掉电"),
    Alarm("alarm.equipment", (9, 10, 11, 12, 24), "车载设备故障"),
    Alarm("alarm.overspeed_warning", (13,), "超速预警"),
    Alarm("alarm.fatigue_warning", (14,), "疲劳驾驶预警"),
    Alarm("alarm.violation", (15,), "违规行驶报警"),
    Alarm("alarm.tyre", (16,), "胎压预警"),
    Alarm("alarm.blind_spot", (17,), "右转盲区异常报警"),
    Alarm("alarm.overtime_driving", (18,), "当天累计驾驶超时"),
    Alarm("alarm.overtime_parking", (19,), "超时停车"),
    Alarm("alarm.zone", (20,), "进出区域报警"),
    Alarm("alarm.route", (21, 22, 23), "路线报警"),
    Alarm("alarm.fuel", (25,), "油量异常"),
    Alarm("alarm.theft", (26, 27, 28), "被盗、非法点火或非法位移"),
    Alarm("alarm.collision", (29,), "碰撞报警"),
    Alarm("alarm.rollover", (30,), "侧翻报警"),
    Alarm("alarm.door", (31,), "非法开门报警"),
)

# JT/T 808-2013 table 25; 2019 adds 14 (forward collision) and 15 (lane departure) of bit 22 on.
ACC, LOCATED, SOUTH, WEST, STOPPED, SHIFTED = 0, 1, 2, 3, 4, 5
STATUS_BITS = {
    ACC: "acc_on",
    LOCATED: "located",
    SOUTH: "south",
    WEST: "west",
    STOPPED: "out_of_service",
    SHIFTED: "coordinates_encrypted",
    10: "oil_cut",
    11: "circuit_cut",
    12: "doors_locked",
    13: "door_1_open",
    14: "door_2_open",
    15: "door_3_open",
    16: "door_4_open",
    17: "door_5_open",
    18: "gps",
    19: "beidou",
    20: "glonass",
    21: "galileo",
    22: "driving",
}


@dataclass(frozen=True, slots=True)
class Item:
    """One additional item: its name, how many bytes, what one count is worth, its property and unit if observed."""

    name: str
    size: int
    divisor: int = 1
    property: str = ""
    unit: str = ""


# JT/T 808-2013 table 27, 2019 table 27. Composite items (05H, 11H to 13H) are read by `reports`.
ITEMS = {
    0x01: Item("mileage_km", 4, 10, "vehicle.mileage", "km"),
    0x02: Item("fuel_l", 2, 10, "vehicle.fuel", "L"),
    0x03: Item("recorder_speed_km_h", 2, 10),
    0x04: Item("event_to_confirm", 2),
    0x06: Item("cabin_temperature_c", 2),
    0x25: Item("signals", 4),
    0x2A: Item("io_status", 2),
    0x2B: Item("analog", 4),
    0x30: Item("signal_strength", 1, 1, "signal", "1"),
    0x31: Item("satellites", 1, 1, "satellites", "1"),
}
