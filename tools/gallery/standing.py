# SPDX-License-Identifier: Apache-2.0
"""The page that says how far each method may be trusted, as the methods themselves say it."""

from collections.abc import Iterator

from anshu.science.standing import Standing
from tools.gallery.panels import FAMILIES, panels_of, standings

PAGE = "docs/methods/standing.md"
STATES = {"verified": "已验证", "experimental": "试验", "superseded": "已被取代"}
HEAD = """# 各法信度

由 `bin/docs` 从各方法文件的常量 `STANDING` 生成；手改无效，`bin/check` 会指出不一致。信度随每个结果一起显示。
`已验证` 指有外部算例、实测或程序核对过；`试验` 指只有公式值与定义性质；`—` 是还没有。
"""


def page() -> str:
    """This will write the page anew."""
    return HEAD + "".join(f"\n{part}" for part in map(_family, FAMILIES))


def _family(family: str) -> str:
    titles = {one.method: one.title for one in panels_of(family)}
    head = f"## {FAMILIES[family]}\n\n"
    links = (
        f"公式、来源与检验表见 [{family}.md]({family}.md)。\n\n![{FAMILIES[family]}各法一图](images/{family}.svg)\n\n"
    )
    table = "| 方法 | 文件 | 信度 | 由什么核对 | 适用范围 | 取代 |\n|---|---|---|---|---|---|\n"
    return head + links + table + "".join(_row(*one, titles) for one in standings(family))


def _row(method: str, standing: Standing, titles: dict[str, str]) -> str:
    cells = (
        titles.get(method, "—"),
        f"`{method}`",
        STATES[standing.state],
        "；".join(standing.verified_by) or "—",
        standing.valid_for,
        standing.supersedes or "—",
    )
    return "| " + " | ".join(cell.replace("|", "∣").replace("\n", " ") for cell in cells) + " |\n"


def undrawn() -> Iterator[str]:
    """This will name the methods that have no picture yet."""
    for family in FAMILIES:
        drawn = {one.method for one in panels_of(family)}
        yield from (f"{family}.{method}" for method, _ in standings(family) if method not in drawn)
