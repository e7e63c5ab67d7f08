# SPDX-License-Identifier: Apache-2.0
"""Messages of HJ 212 and its command numbers."""

from dataclasses import dataclass
from typing import Any

from anshu.wire.base import Message
from anshu.wire.hj212.framing import WANTS_REPLY

# Table 9 (2017) and what 2025 added: CN -> (kind, Chinese name). 2071 and 2072 are of 2005.
COMMANDS: dict[str, tuple[str, str]] = {
    "1000": ("timeout_and_resend", "设置超时时间及重发次数"),
    "1001": ("hardware_serial", "上传数采仪硬件序列号"),
    "1002": ("device_number_set", "设置设备唯一标识"),
    "1011": ("clock", "现场机时间"),
    "1012": ("clock_set", "设置现场机时间"),
    "1013": ("clock_request", "现场机时间校准请求"),
    "1014": ("key_exchange", "密钥交换"),
    "1061": ("realtime_interval", "实时数据间隔"),
    "1062": ("realtime_interval_set", "设置实时数据间隔"),
    "1063": ("minute_interval", "分钟数据间隔"),
    "1064": ("minute_interval_set", "设置分钟数据间隔"),
    "1072": ("password_set", "设置现场机密码"),
    "2011": ("realtime", "实时数据"),
    "2012": ("realtime_stop", "停止察看实时数据"),
    "2013": ("raw_data", "原始数据"),
    "2021": ("device_status", "设备运行状态"),
    "2022": ("device_status_stop", "停止察看设备运行状态"),
    "2031": ("day", "日历史数据"),
    "2041": ("device_hours", "设备运行时间日历史数据"),
    "2051": ("minute", "分钟数据"),
    "2052": ("noise_single", "噪声单次数据"),
    "2061": ("hour", "小时数据"),
    "2062": ("calibration_check", "自动标样核查数据"),
    "2071": ("alarm_history", "报警记录"),
    "2072": ("alarm", "报警事件"),
    "2081": ("started", "数采仪开机时间"),
    "2111": ("furnace_temperature", "炉膛温度五分钟数据"),
    "3011": ("calibrate", "零点校准量程校准"),
    "3012": ("sample_now", "即时采样"),
    "3013": ("clean", "启动清洗/反吹"),
    "3014": ("compare_sample", "比对采样"),
    "3015": ("sample_kept", "超标留样"),
    "3016": ("sampling_period_set", "设置采样时间周期"),
    "3017": ("sampling_period", "采样时间周期"),
    "3018": ("sampling_duration", "出样时间"),
    "3019": ("device_identity", "设备唯一标识"),
    "3020": ("device_information", "现场机信息"),
    "3021": ("device_information_set", "设置现场机参数"),
    "3022": ("calibration_check_start", "启动自动标样核查"),
    "3024": ("sample_task_start", "启动即时采样任务"),
    "9011": ("request_answer", "请求应答"),
    "9012": ("execution_result", "执行结果"),
    "9013": ("notice_answer", "通知应答"),
    "9014": ("data_answer", "数据应答"),
    "9015": ("heartbeat", "心跳"),
}
# Only a centre sends these.
_SETTING = ("1000", "1002", "1012", "1062", "1064", "1072", "2012", "2022", "9014")
_STEERING = ("3011", "3012", "3013", "3014", "3016", "3021", "3022", "3024")
DOWN_ONLY = frozenset((*_SETTING, *_STEERING))
# Requests: without data they ask for it, with data they bring it.
ASKING = frozenset(["1011", "1061", "1063", "2011", "2021", "3015", "3017", "3018", "3019", "3020"])
ASKED_BY = ("BeginTime", "EndTime", "PolId", "InfoId")
# Notices are answered by 9013, data by 9014 (table 8; 2025 for the heartbeat).
NOTICES = frozenset(("1001", "1013", "1014", "9015"))
ANSWERS = frozenset(("9011", "9012", "9013", "9014"))

# Table 5
SYSTEMS: dict[str, str] = {
    "21": "地表水质量监测",
    "22": "空气质量监测",
    "23": "声环境质量监测",
    "24": "地下水质量监测",
    "25": "土壤质量监测",
    "26": "海水质量监测",
    "27": "挥发性有机物监测",
    "31": "大气环境污染源",
    "32": "地表水体环境污染源",
    "33": "地下水体环境污染源",
    "34": "海洋环境污染源",
    "35": "土壤环境污染源",
    "36": "声环境污染源",
    "37": "振动环境污染源",
    "38": "放射性环境污染源",
    "39": "工地扬尘污染源",
    "41": "电磁环境污染源",
    "51": "烟气排放过程监控",
    "52": "污水排放过程监控",
    "91": "系统交互",
}

# Table 6, QnRtn
REQUEST_RESULTS: dict[str, tuple[str, str]] = {
    "1": ("ready", "准备执行请求"),
    "2": ("refused", "请求被拒绝"),
    "3": ("bad_password", "密码错误"),
    "4": ("bad_device_number", "MN 错误"),
    "5": ("bad_system", "ST 错误"),
    "6": ("bad_flag", "Flag 错误"),
    "7": ("bad_request_number", "QN 错误"),
    "8": ("bad_command", "CN 错误"),
    "9": ("bad_crc", "CRC 校验错误"),
    "100": ("unknown", "未知错误"),
}
# Table 7, ExeRtn
EXECUTION_RESULTS: dict[str, tuple[str, str]] = {
    "1": ("done", "执行成功"),
    "2": ("failed", "执行失败，原因未知"),
    "3": ("bad_condition", "命令请求条件错误"),
    "4": ("timeout", "通讯超时"),
    "5": ("busy", "系统繁忙"),
    "6": ("system_fault", "系统故障"),
    "100": ("no_data", "没有数据"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Hj212Message(Message):
    """A message, or one numbered packet of one."""

    version: str
    command: str  # CN
    system: str  # ST
    password: str
    request: str  # QN, by which an answer finds its question
    flag: int | None
    charset: str
    encrypted: bool = False
    resent: bool = False
    total: int = 0
    index: int = 0
    assembled: bool = False
    frames: bytes = b""  # every frame of a message put together

    @property
    def wants_reply(self) -> bool:
        """Tell whether the sender waits for an answer (table 3, Flag: A)."""
        return bool((self.flag or 0) & WANTS_REPLY)

    @property
    def is_part(self) -> bool:
        """Tell a packet that is only part of a message."""
        return self.total > 1 and not self.assembled

    def as_json(self) -> dict[str, Any]:
        """Give the message, without its observations, as the command line prints it."""
        out = Message.as_json(self)
        out |= {
            "version": self.version,
            "command": self.command,
            "command_zh": COMMANDS[self.command][1] if self.command in COMMANDS else "扩展命令",
            "system": self.system,
            "system_zh": SYSTEMS.get(self.system, ""),
            "password": self.password,
            "request": self.request,
            "flag": self.flag,
            "charset": self.charset,
            "encrypted": self.encrypted,
            "resent": self.resent,
        }
        if self.total:
            out["packet"] = {"total": self.total, "index": self.index}
            out["assembled"] = self.assembled
        return out
