# SPDX-License-Identifier: Apache-2.0
"""Which methods there are, what each is called in Chinese, and who draws it."""

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from anshu import science
from anshu.science.standing import Standing

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# As docs/methods/README.md lists them.
FAMILIES = {
    "grading": "分级",
    "major_hazard": "重大危险源",
    "fire_weather": "森林火险气象",
    "nowcast": "临近预报",
    "verification": "预报与预警检验",
    "rainfall": "雨量",
    "dispersion": "泄漏与扩散",
    "explosion": "火灾、爆炸与伤害",
    "flood": "小流域洪水",
    "slope": "地质灾害气象风险",
    "fire_spread": "林火蔓延",
    "dispatch": "调度",
}

Draw = Callable[["Axes"], None]


@dataclass(frozen=True)
class Panel:
    """A method's picture: its module within the family, its Chinese name, and what draws it."""

    method: str
    title: str
    draw: Draw


@dataclass
class Panels:
    """The pictures of one family, in the order they are written down."""

    drawn: list[Panel] = field(default_factory=list)

    def __call__(self, method: str, title: str) -> Callable[[Draw], Draw]:
        """This will take down a function as the one that draws a method."""

        def take(draw: Draw) -> Draw:
            self.drawn.append(Panel(method, title, draw))
            return draw

        return take


def panels_of(family: str) -> list[Panel]:
    """This will give a family's pictures; none where nobody has drawn it."""
    try:
        module = importlib.import_module(f"tools.gallery.{family}")
    except ModuleNotFoundError as missing:
        if missing.name != f"tools.gallery.{family}":
            raise
        return []
    drawn: Panels = module.panel
    return drawn.drawn


def standings(family: str) -> Iterator[tuple[str, Standing]]:
    """This will give every method of a family that says how far it may be trusted, by its path within the family."""
    package = importlib.import_module(f"{science.__name__}.{family}")
    inside = f"{package.__name__}."
    for info in sorted(pkgutil.walk_packages(package.__path__, inside), key=lambda one: one.name):
        module = importlib.import_module(info.name)
        if hasattr(module, "STANDING"):
            yield info.name.removeprefix(inside), module.STANDING
