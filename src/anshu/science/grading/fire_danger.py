# SPDX-License-Identifier: Apache-2.0
"""Classes of forest fire danger as dated tables (森林火险气象等级): a Chinese index, and the Canadian in Europe."""

from typing import Final

from anshu.science.standing import Standing
from anshu.science.tables import Bands, Grade

STANDING: Final = Standing(
    verified_by=("LY/T 1172 五级界限（standards.md C8，一处转载）",),
    valid_for="已算出的火险指数；两套指数不可互换；预警颜色另按本地规定配置",
)

# The standard grades whole-number sums; a fractional index belongs to the class its upper limit has not passed.
LY_T_1172: Final = Bands(
    source="LY/T 1172 全国森林火险天气等级：≤25、26–50、51–72、73–90、≥91",
    edges=(25, 50, 72, 90),
    grades=(
        Grade("1", 1, "一级，没有危险，不能燃烧"),
        Grade("2", 2, "二级，低度危险，难以燃烧"),
        Grade("3", 3, "三级，中度危险，较易燃烧"),
        Grade("4", 4, "四级，高度危险，容易燃烧"),
        Grade("5", 5, "五级，极度危险，极易燃烧"),
    ),
    edge_belongs_above=False,
)

EFFIS_FWI: Final = Bands(
    source="European Forest Fire Information System (EFFIS), six fire danger classes of the Canadian FWI",
    edges=(5.2, 11.2, 21.3, 38.0, 50.0),
    grades=(
        Grade("very_low", 1, "很低"),
        Grade("low", 2, "低"),
        Grade("moderate", 3, "中"),
        Grade("high", 4, "高"),
        Grade("very_high", 5, "很高"),
        Grade("extreme", 6, "极高"),
    ),
)


def grade(index: float, *, bands: Bands = LY_T_1172) -> Grade | None:
    """Grade a fire-danger index by one named table; None where the index is missing (NaN)."""
    return bands.grade(index)
