# SPDX-License-Identifier: Apache-2.0
"""What is wrong with settings: which field, a machine code, particulars, and words for people."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from anshu.wire.base.faults import Language

# code -> (Chinese, English). Texts name only keys that every use of the code passes as params.
PROBLEMS: dict[str, tuple[str, str]] = {
    "absent": ("必填", "Required"),
    "address": ("应为 {schemes} 地址,不含用户名与片段:{found}", "Not an address of {schemes}: {found}"),
    "certificates": ("应为 PEM 格式的证书", "Certificates in PEM form are expected"),
    "choice": ("{found} 不在可选值之内：{choices}", "{found} is not one of {choices}"),
    "clash": ("{thing} 的 {property} 出现不止一次", "{property} of {thing} is given more than once"),
    "either": ("{names} 应给出其中一个", "One of {names} is expected"),
    "flag": ("应为 true 或 false", "True or false is expected"),
    "host": ("主机名或 IP 地址非法：{found}", "Not a host name or IP address: {found}"),
    "integer": ("应为整数", "A whole number is expected"),
    "name": ("名称非法：{found}", "Not a name: {found}"),
    "not_for_bits": ("线圈与离散输入只能用 bool 类型", "Coils and discrete inputs are of type bool"),
    "needs_bit": ("寄存器用 bool 类型时须指明第几位（bit，0–15）", "A register of type bool needs its bit, 0 to 15"),
    "number": ("应为有限的数", "A finite number is expected"),
    "range": ("{found} 超出范围 {low}–{high}", "{found} is not within {low} to {high}"),
    "table": ("应为对象", "An object is expected"),
    "list": ("应为列表", "A list is expected"),
    "text": ("应为不超过 {most} 字的文本", "A text of at most {most} characters is expected"),
    "too_many": ("共 {found} 项，上限 {most} 项", "{found} items, at most {most}"),
    "topic": ("不是 MQTT 主题过滤器:{found}", "Not an MQTT topic filter: {found}"),
    "unknown": ("不认识的字段", "Unknown field"),
    "zero": ("不能为零", "Must not be zero"),
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with settings; `path` names the field, such as `registers[3].type`."""

    path: str
    code: str
    params: Mapping[str, Any] = field(default_factory=dict, hash=False)

    def message(self, language: Language) -> str:
        """Say the problem to a person."""
        return PROBLEMS[self.code][0 if language == "zh" else 1].format(**self.params)

    def as_json(self) -> dict[str, Any]:
        """Give the problem as a form shows it."""
        return {
            "path": self.path,
            "code": self.code,
            "message_zh": self.message("zh"),
            "message_en": self.message("en"),
        }


class SettingsRefused(Exception):
    """Raised for settings that will not do; `problems` says everything that is wrong."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("; ".join(f"{each.path}: {each.message('en')}" for each in problems))
        self.problems = tuple(problems)
