# SPDX-License-Identifier: Apache-2.0
"""Kinds of things and quality flags."""

from typing import Any

from django.db.models import IntegerChoices, TextChoices
from django.utils.translation import gettext_lazy as _


class ThingKind(TextChoices):
    """What kind of device or station observes."""

    RAIN = "rain", _("雨量站")
    RIVER = "river", _("河道水位站")
    RESERVOIR = "reservoir", _("水库站")
    WEATHER = "weather", _("气象站")
    SLOPE = "slope", _("地质灾害监测点")
    FIRE = "fire", _("消防监测")
    GAS = "gas", _("气体监测")
    PLANT = "plant", _("企业监测点")
    VEHICLE = "vehicle", _("车辆船舶")
    OTHER = "other", _("其他")


class Protocol(TextChoices):
    """How a device speaks; the codes are those that ingest's doors give."""

    SL651 = "sl651", _("SL 651 水文遥测")
    HJ212 = "hj212", _("HJ 212 污染源在线监控")
    JT808 = "jt808", _("JT/T 808 车载终端")
    JT809 = "jt809", _("JT/T 809 车辆平台")
    GB26875 = "gb26875", _("GB/T 26875.3 消防监控")
    MODBUS = "modbus", _("Modbus TCP")
    MQTT = "mqtt", _("MQTT")
    LORAWAN = "lorawan", _("LoRaWAN 网络服务器")
    HTTP = "http", _("HTTP 接口")
    SENSORTHINGS = "sensorthings", _("SensorThings 采集")
    USGS = "usgs", _("USGS 式水文服务")


class ConnectorKind(TextChoices):
    """How we go to a system that does not come to us; the codes are those of anshu.wire.connectors."""

    MODBUS = "modbus", _("Modbus TCP 轮询")
    MQTT = "mqtt", _("MQTT 服务器订阅")
    TCP = "tcp", _("主动拨入的 TCP 设备或平台")
    HTTP = "http", _("HTTP 定时取数")
    SENSORTHINGS = "sensorthings", _("SensorThings 采集")
    USGS = "usgs", _("USGS 式水文服务")


class Quality(IntegerChoices):
    """How far a value may be trusted; kept beside the value, which is never overwritten."""

    GOOD = 0, _("正常")
    SUSPECT = 1, _("可疑")
    BAD = 2, _("错误")
    MISSING = 3, _("缺测")
    CORRECTED = 4, _("人工订正")


class QuarantineKind(TextChoices):
    """Why a frame or message was kept aside."""

    UNKNOWN = "unknown", _("未登记设备")
    REFUSED = "refused", _("无法解码")
    JUDGED = "judged", _("内容不可用")


class Resolution(TextChoices):
    """What was done about a quarantined frame."""

    OPEN = "", _("待处理")
    REPLAY = "replay", _("等待重放")
    REPLAYED = "replayed", _("已重放入库")
    DISMISSED = "dismissed", _("已忽略")


class CommandKind(TextChoices):
    """What a device can be asked; which of them a protocol knows is in its page in docs/protocols."""

    SET_CLOCK = "set_clock", _("校时")
    SET_INTERVAL = "set_interval", _("设置上报间隔")
    FETCH_NOW = "fetch_now", _("召测当前数据")
    FETCH_HISTORY = "fetch_history", _("补传历史数据")
    ROLL_CALL = "roll_call", _("查岗")
    TEXT = "text", _("下发文字")
    RESTART = "restart", _("重启")


class CommandState(TextChoices):
    """How far a command has come."""

    QUEUED = "queued", _("待发")
    SENT = "sent", _("已发")
    ACCEPTED = "accepted", _("已执行")
    REFUSED = "refused", _("被拒绝")
    EXPIRED = "expired", _("超时")


class Way(TextChoices):
    """Which way a frame went."""

    UP = "up", _("上行")
    DOWN = "down", _("下行")


class Verdict(TextChoices):
    """What a person, or a check that looks at the neighbours, says about stored values."""

    BAD = "bad", _("标记为错误")
    TRUSTED = "trusted", _("恢复为可信")
    CORRECTED = "corrected", _("订正数值")
    DOUBTED = "doubted", _("与邻站不一致")


class Relation(TextChoices):
    """How two level stations hang together."""

    SAME_WATER = "same_water", _("同一水体")
    UPSTREAM = "upstream", _("邻站在上游")
    DOWNSTREAM = "downstream", _("邻站在下游")


# The checks as people read them, by their bit in rules.Check: what it is called, what it means.
FLAGS: dict[int, tuple[Any, Any]] = {
    1: (_("缺测"), _("没有值,或发来的是缺测码")),
    2: (_("超范围"), _("低于可信下限或高于可信上限")),
    4: (_("突变"), _("与 2 小时内的前一个值相差超过上限")),
    256: (_("持续不变"), _("同一个值持续超过上限")),
    512: (_("内部矛盾"), _("与本设备同一时刻的另一要素矛盾")),
    1024: (_("与邻站不符"), _("与邻站比较后存疑,判定里有方法和时间")),
    8: (_("时间在未来"), _("观测时间比收到时间晚 10 分钟以上")),
    32768: (_("时钟超前"), _("观测时间比收到时间晚 1 分钟以上")),
    16384: (_("迟到"), _("收到时已超过迟到判据")),
    16: (_("历史补报"), _("收到时已超过 30 天,不再参与告警")),
    2048: (_("维护期间"), _("维护时段内的值,不参与告警")),
    32: (_("设备存疑"), _("设备自己标记为存疑")),
    64: (_("测试"), _("测试报文")),
    4096: (_("人工判错"), _("人工标记为错误")),
    8192: (_("人工可信"), _("人工恢复为可信")),
    128: (_("人工订正"), _("人工改过数值,原值留在判定里")),
    65536: (_("不参与告警"), _("限值规定可疑值不参与告警")),
}


def flag_names(checks: int) -> str:
    """This will name the flags beside a value."""
    return "、".join(str(name) for bit, (name, _meaning) in FLAGS.items() if checks & bit)


# Properties whose every value is an amount of so many seconds (SL 651-2014 table C.1).
AMOUNT_STEPS_S = {
    "rain_1min": 60,
    "rain_5min": 300,
    "rain_10min": 600,
    "rain_30min": 1800,
    "rain_1h": 3600,
    "rain_2h": 7200,
    "rain_3h": 10_800,
    "rain_6h": 21_600,
    "rain_12h": 43_200,
}
# Properties that are running totals themselves: their sum means nothing.
RUNNING_TOTALS = frozenset({"rain_daily", "rain_current", "rain_storm", "rain_accumulated", "evaporation_daily"})


# Why a frame is kept, where it has no words of its own from the codec.
KEPT_BECAUSE = {
    "unknown_thing": _("还没有登记这个设备"),
    "wrong_secret": _("通信密码不对"),
    "unknown_property": _("报文里有设备没有的要素"),
    "unit_mismatch": _("单位与登记的不符"),
    "not_a_number": _("数值不是有限的数"),
    "no_decoder": _("设备没有型号,或型号没有解码配置"),
    "not_an_uplink": _("不是上行报文"),
    "not_storable": _("无法入库"),
    "picture": _("图片报文,留存备查"),
    "not_authenticated": _("没有通过登录"),
    "not_used": _("这类数据平台不用"),
    "unsupported": _("协议里没有这种报文"),
    "encrypted": _("报文已加密,没有密钥"),
    "user_defined": _("厂家自定义的内容"),
    "oversized": _("报文过大"),
}
