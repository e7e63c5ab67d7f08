# SPDX-License-Identifier: Apache-2.0
"""Why bytes are refused: a machine code, where, by which clause, and words for people."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NoReturn

Language = Literal["zh", "en"]

# reason -> (Chinese, English). Texts name only keys that every use of the reason passes as params.
TEMPLATES: dict[str, tuple[str, str]] = {
    "bad_bcd": ("BCD 码含非法数字：{raw}", "Not a BCD number: {raw}"),
    "bad_checksum": (
        "校验和不符：报文为 {found}，应为 {expected}",
        "Checksum mismatch: frame says {found}, computed {expected}",
    ),
    "bad_charset": (
        "文本既非 UTF-8 也非 GBK，或含控制字符",
        "The text is neither UTF-8 nor GBK, or has control characters",
    ),
    "bad_cipher": ("加密数据区的写法非法", "The encrypted data region is not written as the standard says"),
    "bad_crc": (
        "CRC 校验不符：报文为 {found}，应为 {expected}",
        "CRC mismatch: frame says {found}, computed {expected}",
    ),
    "bad_direction": ("上下行标识非法：{found}", "Illegal direction mark: {found}"),
    "bad_duration": ("时段长非法：{raw}", "Illegal duration: {raw}"),
    "bad_end_mark": ("报文结束符非法：{found}", "Illegal end mark: {found}"),
    "bad_field": ("字段 {field} 非法：{raw}", "Illegal field {field}: {raw}"),
    "bad_header": ("报头不是 ASCII 十六进制字符", "The header is not ASCII hexadecimal"),
    "bad_identifier": (
        "标识符的数据定义非法：{found}，应为 {expected}",
        "Illegal data definition after the identifier: {found}, expected {expected}",
    ),
    "bad_length": ("报文长度非法：{found}", "Illegal length: {found}"),
    "bad_object_count": (
        "信息对象数目 {count} 与应用数据单元长度 {length} 不符",
        "{count} information objects do not fill the {length} bytes of the data unit",
    ),
    "bad_packet_number": (
        "包序列号非法：第 {index} 包，共 {total} 包",
        "Illegal packet number: {index} of {total}",
    ),
    "bad_series": ("成组数据长度非法：{length} 字节", "Illegal series length: {length} bytes"),
    "bad_start": ("帧起始符非法：{found}", "Illegal start of frame: {found}"),
    "bad_step": ("时间步长码非法：{raw}", "Illegal time step: {raw}"),
    "bad_text": ("正文含非 ASCII 字符", "The text contains bytes that are not ASCII"),
    "bad_text_start": ("报文起始符非法：{found}", "Illegal start of text: {found}"),
    "bad_time": ("时间非法：{raw}", "Not a possible time: {raw}"),
    "bad_value": ("数值非法：{raw}", "Not a number: {raw}"),
    "garbage": ("{length} 字节不属于任何报文", "{length} bytes belong to no frame"),
    "modbus_exception": (
        "设备对功能码 {function} 答复异常码 {code}（{meaning}）",
        "The device answers function {function} by exception {code} ({meaning})",
    ),
    "modbus_unasked": (
        "这条答复（功能码 {function}，{count} 个）对应配置中的 {found} 次询问，应恰为 1 次；请把询问报文放在它前一行",
        "This answer (function {function}, {count} of them) fits {found} questions of the settings, which should be 1;"
        " put its question on the line before",
    ),
    "missing_field": ("缺少字段 {field}", "Field {field} is missing"),
    "no_key": ("设备 {thing} 的报文已加密，而平台没有它的密钥", "Device {thing} sends encrypted and has no key here"),
    "no_observation_time": (
        "要素 {code} 之前没有观测时间",
        "No observation time before element {code}",
    ),
    "not_its_own": (
        "设备 {address} 不能代 {named} 上报",
        "Device {address} may not speak for {named}",
    ),
    "nothing_to_replay": (
        "这条报文里没有可以重放的观测值",
        "The message has no observations that could be replayed",
    ),
    "not_hex": ("该行不是十六进制文本", "The line is not hexadecimal text"),
    "overrun": (
        "要素 {code} 的数据超出报文正文：需 {needed} 字节，仅余 {left} 字节",
        "Element {code} runs past the body: {needed} bytes needed, {left} left",
    ),
    "oversized": (
        "报文过长：{found} 字节，上限 {limit} 字节",
        "Too long: {found} bytes, at most {limit}",
    ),
    "payload_bad_encoding": ("{path} 不是 {encoding} 编码", "{path} is not {encoding}"),
    "payload_check": ("校验不通过：{check}", "A check of the decoder failed: {check}"),
    "payload_columns": (
        "列 {property} 有 {found} 个值，时间有 {expected} 个",
        "Column {property} has {found} values for {expected} times",
    ),
    "payload_kind": ("未知的外层格式：{kind}", "Unknown envelope: {kind}"),
    "payload_limit": ("超出解码限额：{what}，上限 {limit}", "Decoding limit exceeded: {what}, at most {limit}"),
    "payload_no_device": ("外层格式中没有设备标识：{path}", "The envelope names no device: {path}"),
    "payload_no_path": ("缺少 {path}", "{path} is missing"),
    "payload_not_json": ("不是可读的 JSON：{problem}", "Not readable JSON: {problem}"),
    "payload_not_uplink": ("不是上行数据：{found}", "Not an uplink: {found}"),
    "payload_short": (
        "载荷不足：还需 {needed} 位，仅余 {left} 位",
        "The payload ends early: {needed} bits needed, {left} left",
    ),
    "payload_unknown": ("未定义的取值：{value}", "Nothing is defined for {value}"),
    "payload_wrong_input": ("解码器需要 {expected}，收到 {found}", "The decoder takes {expected}, not {found}"),
    "trailing_bytes": ("报文之后多出 {extra} 字节", "{extra} bytes follow the frame"),
    "truncated": (
        "报文不完整：应有 {expected} 字节，实有 {found} 字节",
        "Incomplete: {expected} bytes expected, {found} present",
    ),
    "unsupported_command": ("该协议不支持命令 {kind}", "The protocol has no command {kind}"),
    "unknown_element": ("要素标识符 {code} 未定义", "Element identifier {code} is not defined"),
    "unknown_data_type": ("类型标志 {code} 未定义", "Data type {code} is not defined"),
    "unknown_function": ("功能码 {code} 未定义", "Function code {code} is not defined"),
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One reason for refusing bytes, at a byte offset, by a clause of the standard."""

    reason: str
    offset: int
    clause: str
    params: Mapping[str, Any] = field(default_factory=dict, hash=False)

    def message(self, language: Language) -> str:
        """Say the fault to a person; an unknown reason is said by its code."""
        texts = TEMPLATES.get(self.reason)
        if texts is None:
            return self.reason
        return texts[0 if language == "zh" else 1].format(**self.params)

    def as_json(self) -> dict[str, Any]:
        """Give the fault as the command line prints it."""
        return {
            "reason": self.reason,
            "offset": self.offset,
            "clause": self.clause,
            "message_zh": self.message("zh"),
            "message_en": self.message("en"),
        }


class Refused(Exception):
    """Raised by a codec that will not accept the bytes; `fault` says why."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.message("en"))
        self.fault = fault

    @property
    def reason(self) -> str:
        """Name the machine code of the fault."""
        return self.fault.reason

    @property
    def offset(self) -> int:
        """Name the byte of the frame at which it went wrong."""
        return self.fault.offset

    @property
    def clause(self) -> str:
        """Name the clause of the standard that is broken."""
        return self.fault.clause

    @property
    def params(self) -> Mapping[str, Any]:
        """Give the particulars for the message texts."""
        return self.fault.params


@dataclass(frozen=True, slots=True)
class Refusal:
    """Bytes a stream decoder would not accept, kept so that ingest can quarantine them."""

    fault: Fault
    raw: bytes


def refuse(reason: str, offset: int, clause: str, **params: Any) -> NoReturn:
    """Raise `Refused` for the reason."""
    raise Refused(Fault(reason, offset, clause, params))
