# SPDX-License-Identifier: Apache-2.0
"""Messages of JT/T 808 and their numbers (appendix A)."""

from dataclasses import dataclass
from typing import Any

from anshu.wire.base import Message
from anshu.wire.vehicles import Report

TERMINAL_ANSWER, HEARTBEAT, LOGOUT, ASK_TIME, TERMINAL_ASKS_AGAIN = 0x0001, 0x0002, 0x0003, 0x0004, 0x0005
REGISTER, AUTHENTICATE, PARAMETERS, ATTRIBUTES = 0x0100, 0x0102, 0x0104, 0x0107
POSITION, POSITION_ANSWER, CONTROL_ANSWER, POSITIONS = 0x0200, 0x0201, 0x0500, 0x0704
MEDIA_EVENT, MEDIA = 0x0800, 0x0801
PLATFORM_ANSWER, ASK_AGAIN, TIME = 0x8001, 0x8003, 0x8004
REGISTERED, SET_PARAMETERS, QUERY_PARAMETERS, CONTROL = 0x8100, 0x8103, 0x8104, 0x8105
QUERY_POSITION, TEXT, MEDIA_ANSWER = 0x8201, 0x8300, 0x8800

# number -> (kind, Chinese name)
MESSAGES: dict[int, tuple[str, str]] = {
    0x0001: ("terminal_answer", "终端通用应答"),
    0x0002: ("heartbeat", "终端心跳"),
    0x0003: ("logout", "终端注销"),
    0x0004: ("ask_time", "查询服务器时间"),
    0x0005: ("terminal_asks_again", "终端补传分包请求"),
    0x0100: ("register", "终端注册"),
    0x0102: ("authenticate", "终端鉴权"),
    0x0104: ("parameters", "查询终端参数应答"),
    0x0107: ("attributes", "查询终端属性应答"),
    0x0108: ("upgrade_result", "终端升级结果通知"),
    0x0200: ("position", "位置信息汇报"),
    0x0201: ("position_answer", "位置信息查询应答"),
    0x0301: ("event", "事件报告"),
    0x0302: ("question_answer", "提问应答"),
    0x0303: ("information_demand", "信息点播/取消"),
    0x0500: ("control_answer", "车辆控制应答"),
    0x0608: ("area_answer", "查询区域或线路数据应答"),
    0x0700: ("recorder_data", "行驶记录数据上传"),
    0x0701: ("waybill", "电子运单上报"),
    0x0702: ("driver", "驾驶员身份信息采集上报"),
    0x0704: ("positions", "定位数据批量上传"),
    0x0705: ("can_data", "CAN总线数据上传"),
    0x0800: ("media_event", "多媒体事件信息上传"),
    0x0801: ("media", "多媒体数据上传"),
    0x0802: ("media_list", "存储多媒体数据检索应答"),
    0x0805: ("camera_answer", "摄像头立即拍摄命令应答"),
    0x0900: ("passthrough_up", "数据上行透传"),
    0x0901: ("compressed", "数据压缩上报"),
    0x0A00: ("terminal_key", "终端RSA公钥"),
    0x8001: ("platform_answer", "平台通用应答"),
    0x8003: ("ask_again", "服务器补传分包请求"),
    0x8004: ("time", "查询服务器时间应答"),
    0x8100: ("registered", "终端注册应答"),
    0x8103: ("set_parameters", "设置终端参数"),
    0x8104: ("query_parameters", "查询终端参数"),
    0x8105: ("control", "终端控制"),
    0x8106: ("query_some_parameters", "查询指定终端参数"),
    0x8107: ("query_attributes", "查询终端属性"),
    0x8108: ("upgrade", "下发终端升级包"),
    0x8201: ("query_position", "位置信息查询"),
    0x8202: ("track", "临时位置跟踪控制"),
    0x8203: ("confirm_alarm", "人工确认报警消息"),
    0x8204: ("link_check", "链路检测"),
    0x8300: ("text", "文本信息下发"),
    0x8301: ("set_events", "事件设置"),
    0x8302: ("question", "提问下发"),
    0x8303: ("set_information_menu", "信息点播菜单设置"),
    0x8304: ("information", "信息服务"),
    0x8400: ("call_back", "电话回拨"),
    0x8401: ("set_phone_book", "设置电话本"),
    0x8500: ("vehicle_control", "车辆控制"),
    0x8600: ("set_circles", "设置圆形区域"),
    0x8601: ("delete_circles", "删除圆形区域"),
    0x8602: ("set_rectangles", "设置矩形区域"),
    0x8603: ("delete_rectangles", "删除矩形区域"),
    0x8604: ("set_polygon", "设置多边形区域"),
    0x8605: ("delete_polygons", "删除多边形区域"),
    0x8606: ("set_route", "设置路线"),
    0x8607: ("delete_routes", "删除路线"),
    0x8608: ("query_area", "查询区域或线路数据"),
    0x8700: ("recorder_collect", "行驶记录数据采集命令"),
    0x8701: ("recorder_set", "行驶记录参数下传命令"),
    0x8702: ("query_driver", "上报驾驶员身份信息请求"),
    0x8800: ("media_answer", "多媒体数据上传应答"),
    0x8801: ("camera", "摄像头立即拍摄命令"),
    0x8802: ("media_search", "存储多媒体数据检索"),
    0x8803: ("media_send", "存储多媒体数据上传命令"),
    0x8804: ("record_sound", "录音开始命令"),
    0x8805: ("media_send_one", "单条存储多媒体数据检索上传命令"),
    0x8900: ("passthrough_down", "数据下行透传"),
    0x8A00: ("platform_key", "平台RSA公钥"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Jt808Message(Message):
    """A message, or one numbered packet of one."""

    message_id: int
    version: int
    protocol_version: int = 0
    encryption: int = 0
    total: int = 0
    index: int = 0
    assembled: bool = False
    reports: tuple[Report, ...] = ()
    raw: bytes = b""  # of a message put together: all its packets
    payload: bytes = b""  # picture or sound, or the part of the body that this packet carries

    @property
    def is_known(self) -> bool:
        """Tell a message that the standard defines."""
        return self.message_id in MESSAGES

    @property
    def is_part(self) -> bool:
        """Tell a packet that is only part of a message."""
        return self.total > 1 and not self.assembled

    def as_json(self) -> dict[str, Any]:
        """Give the message, without its observations, as the command line prints it."""
        known = MESSAGES.get(self.message_id)
        out = Message.as_json(self)
        out |= {
            "message_id": f"{self.message_id:04X}",
            "message_zh": known[1] if known else "未定义消息",
            "version": self.version,
        }
        if self.version == 2019:
            out["protocol_version"] = self.protocol_version
        if self.total:
            out["packet"] = {"total": self.total, "index": self.index}
            out["assembled"] = self.assembled
        return out
