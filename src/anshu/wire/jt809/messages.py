# SPDX-License-Identifier: Apache-2.0
"""Messages of JT/T 809 and their numbers (4.5.3, appendix A)."""

from dataclasses import dataclass
from typing import Any

from anshu.wire.base import Message
from anshu.wire.vehicles import Report

LOGIN, LOGIN_ANSWER, LOGOUT, LOGOUT_ANSWER, KEEP_ALIVE, KEEP_ALIVE_ANSWER = range(0x1001, 0x1007)
EXCHANGE = 0x1200
VEHICLE, POSITION, POSITIONS = 0x1201, 0x1202, 0x1203

# number -> (kind, Chinese name)
MESSAGES: dict[int, tuple[str, str]] = {
    0x1001: ("login", "主链路登录请求"),
    0x1002: ("login_answer", "主链路登录应答"),
    0x1003: ("logout", "主链路注销请求"),
    0x1004: ("logout_answer", "主链路注销应答"),
    0x1005: ("keep_alive", "主链路连接保持请求"),
    0x1006: ("keep_alive_answer", "主链路连接保持应答"),
    0x1007: ("link_down", "主链路断开通知"),
    0x1008: ("closing", "下级平台主动关闭主从链路通知"),
    0x1200: ("exchange", "车辆动态信息交换"),
    0x1300: ("platform_exchange", "平台间信息交互"),
    0x1400: ("warning", "车辆报警信息交互"),
    0x1500: ("supervision", "车辆监管"),
    0x1600: ("static", "车辆静态信息交换"),
    0x1700: ("video_key", "视频鉴权"),
    0x1800: ("video", "实时音视频"),
    0x9001: ("sub_login", "从链路连接请求"),
    0x9002: ("sub_login_answer", "从链路连接应答"),
    0x9003: ("sub_logout", "从链路注销请求"),
    0x9004: ("sub_logout_answer", "从链路注销应答"),
    0x9005: ("sub_keep_alive", "从链路连接保持请求"),
    0x9006: ("sub_keep_alive_answer", "从链路连接保持应答"),
    0x9007: ("sub_link_down", "从链路断开通知"),
    0x9008: ("sub_closing", "上级平台主动关闭主从链路通知"),
    0x9101: ("received_count", "接收定位信息数量通知"),
    0x9200: ("exchange_down", "车辆动态信息交换"),
    0x9300: ("platform_exchange_down", "平台间信息交互"),
    0x9400: ("warning_down", "车辆报警信息交互"),
    0x9500: ("supervision_down", "车辆监管"),
    0x9600: ("static_down", "车辆静态信息交换"),
}
# Data types inside 1200H.
EXCHANGED: dict[int, tuple[str, str]] = {
    0x1201: ("vehicle", "上传车辆注册信息"),
    0x1202: ("position", "实时上传车辆定位信息"),
    0x1203: ("positions", "车辆定位信息自动补报"),
    0x1205: ("exchange_started", "启动车辆定位信息交换应答"),
    0x1206: ("exchange_ended", "结束车辆定位信息交换应答"),
    0x1207: ("exchange_wanted", "申请交换指定车辆定位信息"),
    0x1208: ("exchange_unwanted", "取消交换指定车辆定位信息"),
    0x1209: ("resend_wanted", "补发车辆定位信息请求"),
    0x120A: ("driver_answer", "上报驾驶员身份识别信息应答"),
    0x120B: ("waybill_answer", "上报车辆电子运单应答"),
    0x120C: ("driver", "主动上报驾驶员身份信息"),
    0x120D: ("waybill", "主动上报车辆电子运单信息"),
    0x120E: ("route", "上报车辆行驶路线信息"),  # 2019
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Jt809Message(Message):
    """One message; `thing` is the vehicle for an exchange and the platform for everything else."""

    message_id: int
    center: int
    version: int
    protocol_version: str
    data_type: int = 0
    unread: bool = False  # encrypted, and nobody said how
    reports: tuple[Report, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Give the message, without its observations, as the command line prints it."""
        known = EXCHANGED.get(self.data_type) or MESSAGES.get(self.message_id)
        out = Message.as_json(self)
        out |= {
            "message_id": f"{self.message_id:04X}",
            "message_zh": known[1] if known else "未定义消息",
            "center": self.center,
            "version": self.version,
            "protocol_version": self.protocol_version,
        }
        if self.data_type:
            out["data_type"] = f"{self.data_type:04X}"
        return out
