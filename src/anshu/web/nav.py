# SPDX-License-Identifier: Apache-2.0
"""The five modules of the plan as menus. Nowhere else does the code know them."""

from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _

from anshu.console.registry import registry
from anshu.kernel.access.choices import Capability
from anshu.kernel.access.viewer import Viewer


@dataclass(frozen=True, slots=True)
class Item:
    """One entry of the menu."""

    name: Any
    url: str
    current: bool = False


@dataclass(frozen=True, slots=True)
class Module:
    """One module with the entries that this viewer may open."""

    code: str
    name: Any
    # Called so that templates do not meet the `items` of a mapping.
    items: tuple[Item, ...] = field(default=())


MODULES = (
    ("supervision", _("监管监察")),
    ("monitoring", _("监测预警")),
    ("command", _("应急指挥")),
    ("decisions", _("辅助决策")),
    ("affairs", _("政务管理")),
)
# Pages that are not registers: module, place among the registers, name, address, what must be readable.
PAGES: tuple[tuple[str, int, Any, str, Capability], ...] = (
    ("monitoring", 25, _("历史数据"), "/history/", Capability.MONITORING),
    ("monitoring", 26, _("断线看板"), "/outages/", Capability.MONITORING),
    ("decisions", 5, _("一图"), "/map/", Capability.RISK),
    ("decisions", 6, _("大屏"), "/wall/", Capability.INCIDENT),
)


def menu(viewer: Viewer, path: str) -> tuple[Module, ...]:
    """This will give the modules with what the viewer may read; empty modules are left out."""
    found: dict[str, list[tuple[int, Item]]] = {code: [] for code, _name in MODULES}
    for register in registry.all():
        if register.open_to(viewer):
            url = register.url()
            found[register.module].append((register.order, Item(register.name, url, path.startswith(url))))
    for module, order, name, url, capability in PAGES:
        if viewer.can(capability):
            found[module].append((order, Item(name, url, path.startswith(url))))
    return tuple(
        Module(code, name, tuple(item for _order, item in sorted(found[code], key=lambda pair: pair[0])))
        for code, name in MODULES
        if found[code]
    )
