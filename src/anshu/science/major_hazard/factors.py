# SPDX-License-Identifier: Apache-2.0
"""GB 18218-2018 tables 2 to 6: hazard categories, correction factors, exposure factors and levels."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Final

from anshu.science.tables import Bands, Grade


@dataclass(frozen=True, slots=True)
class Category:
    """One line of tables 2 and 4: symbol, class, scope, critical quantity in tonnes and factor β."""

    symbol: str
    hazard: str
    scope: str
    critical_t: float
    beta: float


# β of J2 is 1. A widely copied list has 2; the standard's own table 4 does not.
TABLES_2_AND_4: Final[Mapping[str, Category]] = MappingProxyType(
    {
        one.symbol: one
        for one in (
            Category("J1", "急性毒性", "类别1,所有暴露途径,气体", 5, 4),
            Category("J2", "急性毒性", "类别1,所有暴露途径,固体、液体", 50, 1),
            Category("J3", "急性毒性", "类别2、类别3,所有暴露途径,气体", 50, 2),
            Category("J4", "急性毒性", "类别2、类别3,吸入途径,液体(沸点≤35℃)", 50, 2),
            Category("J5", "急性毒性", "类别2,所有暴露途径,液体(除J4外)、固体", 500, 1),
            Category("W1.1", "爆炸物", "不稳定爆炸物;1.1项", 1, 2),
            Category("W1.2", "爆炸物", "1.2、1.3、1.5、1.6项", 10, 2),
            Category("W1.3", "爆炸物", "1.4项", 50, 2),
            Category("W2", "易燃气体", "类别1和2", 10, 1.5),
            Category("W3", "气溶胶", "类别1和2", 150, 1),
            Category("W4", "氧化性气体", "类别1", 50, 1),
            Category("W5.1", "易燃液体", "类别1;类别2和3,工作温度高于沸点", 10, 1.5),
            Category(
                "W5.2",
                "易燃液体",
                "类别2和3,具有引发重大事故的特殊工艺条件(危险化工工艺、爆炸极限范围或附近操作、操作压力>1.6MPa等)",
                50,
                1,
            ),
            Category("W5.3", "易燃液体", "其他类别2", 1000, 1),
            Category("W5.4", "易燃液体", "其他类别3", 5000, 1),
            Category("W6.1", "自反应物质和混合物", "A、B型", 10, 1.5),
            Category("W6.2", "自反应物质和混合物", "C、D、E型", 50, 1),
            Category("W7.1", "有机过氧化物", "A、B型", 10, 1.5),
            Category("W7.2", "有机过氧化物", "C、D、E、F型", 50, 1),
            Category("W8", "自燃液体和自燃固体", "类别1", 50, 1),
            Category("W9.1", "氧化性固体和液体", "类别1", 50, 1),
            Category("W9.2", "氧化性固体和液体", "类别2、3", 200, 1),
            Category("W10", "易燃固体", "类别1", 200, 1),
            Category("W11", "遇水放出易燃气体", "类别1和2", 200, 1),
        )
    }
)

# Table 3, toxic gases named for β. One circulating scan reads 二氧化碳 for 一氧化碳, 氟 for 氯, 砷化氢 for 磷化氢.
TABLE_3_BETA: Final[Mapping[str, float]] = MappingProxyType(
    {
        "一氧化碳": 2,
        "二氧化硫": 2,
        "氨": 2,
        "环氧乙烷": 2,
        "氯化氢": 3,
        "溴甲烷": 3,
        "氯": 4,
        "硫化氢": 5,
        "氟化氢": 5,
        "二氧化氮": 10,
        "氰化氢": 10,
        "碳酰氯": 20,
        "磷化氢": 20,
        "异氰酸甲酯": 20,
    }
)

_STANDARD: Final = "GB 18218-2018"
_SINCE: Final = date(2019, 3, 1)

# Table 5: α by the people usually present within 500 m outside the plant boundary.
TABLE_5_EDGES: Final = (1, 30, 50, 100)
TABLE_5_ALPHA: Final = (0.5, 1.0, 1.2, 1.5, 2.0)

TABLE_6: Final = Bands(
    source=f"{_STANDARD} 表 6",
    edges=(10, 50, 100),
    grades=(Grade("4", 1, "四级"), Grade("3", 2, "三级"), Grade("2", 3, "二级"), Grade("1", 4, "一级")),
    since=_SINCE,
)
