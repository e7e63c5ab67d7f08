# SPDX-License-Identifier: Apache-2.0
"""What is wrong with a configuration: where, a machine code, particulars, and words for people."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from anshu.wire.base.faults import Language

# code -> (Chinese, English). Texts name only keys that every use of the code passes as params.
PROBLEMS: dict[str, tuple[str, str]] = {
    "config_absent": ("缺少 {key}", "{key} is missing"),
    "config_bad_key": ("匹配键 {key} 非法，应为 {expected}", "Illegal key {key}, expected {expected}"),
    "config_bad_name": ("名称非法：{found}", "Not a name: {found}"),
    "config_bad_path": ("JSON 路径非法：{found}", "Not a JSON path: {found}"),
    "config_choice": ("{found} 不在可选值之内：{choices}", "{found} is not one of {choices}"),
    "config_cycle": ("程序段 {block} 直接或间接调用自身", "Block {block} uses itself"),
    "config_number": ("应为有限的数", "A finite number is expected"),
    "config_one_verb": ("每一步须恰有一个动作：{choices}", "A step has exactly one verb: {choices}"),
    "config_range": ("{found} 超出范围 {low}–{high}", "{found} is not within {low} to {high}"),
    "config_too_large": ("配置过大：{what}，上限 {limit}", "The configuration is too large: {what}, at most {limit}"),
    "config_type": ("应为 {expected}", "{expected} is expected"),
    "config_unknown_block": ("没有名为 {name} 的程序段", "There is no block {name}"),
    "config_unknown_key": ("不认识的键 {key}", "Unknown key {key}"),
    "config_unknown_name": ("变量 {name} 从未赋值", "Nothing ever sets {name}"),
    "config_unknown_table": ("没有名为 {name} 的表", "There is no table {name}"),
    "config_unknown_type": ("不认识的数据类型 {found}", "Unknown type {found}"),
    "expression_arguments": ("第 {at} 字符处：函数参数个数不对，{detail} 个", "Character {at}: arguments of {detail}"),
    "expression_ended": ("第 {at} 字符处：多出 {detail}", "Character {at}: {detail} is too much"),
    "expression_function": ("第 {at} 字符处：没有函数 {detail}", "Character {at}: there is no function {detail}"),
    "expression_mark": ("第 {at} 字符处：缺少 {detail}", "Character {at}: {detail} is missing"),
    "expression_number": ("第 {at} 字符处：数值过大 {detail}", "Character {at}: too large a number, {detail}"),
    "expression_too_deep": ("第 {at} 字符处：嵌套过深", "Character {at}: nested too deeply"),
    "expression_too_long": ("第 {at} 字符处：表达式过长", "Character {at}: too long"),
    "expression_unreadable": ("第 {at} 字符处：无法识别 {detail}", "Character {at}: {detail} is not understood"),
    "expression_value": ("第 {at} 字符处：缺少数值、变量或括号", "Character {at}: a value is missing"),
}

_EXPECTED_ZH = {
    "expression": "表达式（文本或数）",
    "list": "列表",
    "list of 1 to 4 names": "含 1–4 个名称的列表",
    "list of steps": "步骤列表",
    "object": "对象",
    "object, list or name of a table": "对象、列表或表名",
    "rising x": "x 递增",
    "text": "文本",
    "text keys up to 200 characters": "不超过 200 字符的文本键",
    "whole number": "整数",
    "[least, most]": "[下限, 上限]",
    "[lowest bit, count]": "[最低位, 位数]",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a configuration."""

    path: str
    code: str
    params: Mapping[str, Any] = field(default_factory=dict, hash=False)

    def message(self, language: Language) -> str:
        """This will say the problem to a person."""
        params = self.params
        if language == "zh" and "expected" in params:
            params = {**params, "expected": _EXPECTED_ZH.get(params["expected"], params["expected"])}
        return PROBLEMS[self.code][0 if language == "zh" else 1].format(**params)

    def as_json(self) -> dict[str, Any]:
        """This will give the problem as a form or the command line shows it."""
        return {
            "path": self.path,
            "code": self.code,
            "params": dict(self.params),
            "message_zh": self.message("zh"),
            "message_en": self.message("en"),
        }


class ConfigRefused(Exception):
    """Raised for a configuration that will not do; `problems` says everything that is wrong."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("; ".join(f"{each.path}: {each.message('en')}" for each in problems))
        self.problems = tuple(problems)
