# SPDX-License-Identifier: Apache-2.0
"""Messages of SL 651-2014 and the function codes of appendix B."""

from dataclasses import dataclass
from typing import Any

from anshu.wire.base import Message, Observation
from anshu.wire.sl651.framing import END_NAMES, Encoding

# Table B.1: function code -> (kind, Chinese name)
FUNCTIONS: dict[int, tuple[str, str]] = {
    0x2F: ("heartbeat", "链路维持报"),
    0x30: ("test", "测试报"),
    0x31: ("uniform", "均匀时段水文信息报"),
    0x32: ("timed", "定时报"),
    0x33: ("extra", "加报报"),
    0x34: ("hourly", "小时报"),
    0x35: ("manual", "人工置数报"),
    0x36: ("picture", "图片报"),
    0x37: ("current_data", "查询实时数据"),
    0x38: ("period_data", "查询时段数据"),
    0x39: ("manual_data", "查询人工置数"),
    0x3A: ("element_data", "查询指定要素数据"),
    0x40: ("basic_settings_changed", "修改基本配置表"),
    0x41: ("basic_settings", "读取/自报基本配置表"),
    0x42: ("running_settings_changed", "修改运行参数配置表"),
    0x43: ("running_settings", "读取/自报运行参数配置表"),
    0x44: ("pump_data", "查询水泵电机实时工作数据"),
    0x45: ("software_version", "查询软件版本"),
    0x46: ("station_status", "查询状态和报警信息"),
    0x47: ("storage_reset", "初始化固态存储数据"),
    0x48: ("factory_reset", "恢复出厂设置"),
    0x49: ("password_changed", "修改密码"),
    0x4A: ("clock_set", "设置时钟"),
    0x4B: ("card_state", "设置IC卡状态"),
    0x4C: ("pump_state", "水泵开关命令/状态自报"),
    0x4D: ("valve_state", "阀门开关命令/状态自报"),
    0x4E: ("gate_state", "闸门开关命令/状态自报"),
    0x4F: ("volume_control", "水量定值控制命令"),
    0x50: ("event_log", "查询事件记录"),
    0x51: ("clock", "查询时钟"),
}
USER_FUNCTIONS = range(0xE0, 0x100)  # table B.1, item 34
HEARTBEAT, TEST, UNIFORM, TIMED, EXTRA, HOURLY = 0x2F, 0x30, 0x31, 0x32, 0x33, 0x34
MANUAL, PICTURE = 0x35, 0x36


@dataclass(frozen=True, slots=True, kw_only=True)
class Sl651Message(Message):
    """A message, or one numbered packet of one."""

    encoding: Encoding
    function: int
    center: int
    password: str
    end: int
    station_class: str | None = None
    total: int = 0
    index: int = 0
    assembled: bool = False
    alarms: tuple[str, ...] = ()
    payload: bytes = b""  # picture, or the part of the body that this packet carries

    @property
    def is_test(self) -> bool:
        """Tell a test report, whose data must stay out of the real record (6.6.4.3)."""
        return self.function == TEST

    @property
    def is_part(self) -> bool:
        """Tell a packet that is only part of a message."""
        return self.total > 1 and self.direction == "up" and not self.assembled

    def as_json(self) -> dict[str, Any]:
        """Give the message, without its observations, as the command line prints it."""
        known = FUNCTIONS.get(self.function)
        out = Message.as_json(self)
        out |= {
            "encoding": self.encoding,
            "function": f"{self.function:02X}",
            "function_zh": known[1] if known else "用户自定义",
            "center": self.center,
            "password": self.password,
            "end": END_NAMES[self.end],
            "station_class": self.station_class,
        }
        if self.total:
            out["packet"] = {"total": self.total, "index": self.index}
            out["assembled"] = self.assembled
        if self.alarms:
            out["alarms"] = list(self.alarms)
        if self.is_test:
            out["test"] = True
        return out


def observations(message: Message) -> tuple[Observation, ...]:
    """Give the observations that a message carries."""
    return message.observations
