# SPDX-License-Identifier: Apache-2.0
"""The closed registry of registers: filled while apps load from their `registers.py`, never afterwards."""

from typing import TYPE_CHECKING, TypeVar

from anshu.kernel.audit.refusals import Absent

if TYPE_CHECKING:
    from anshu.console.register import Register

T = TypeVar("T", bound="type[Register]")


class Registry:
    """Registers by slug. Closing it is what makes a late or a second registration an error."""

    def __init__(self) -> None:
        self._registers: dict[str, Register] = {}
        self._closed = False

    def register(self, declaration: T) -> T:
        """This will take in one declaration; raises ValueError for a second one of that slug or a late one."""
        if self._closed:
            raise ValueError(f"{declaration.__name__} comes too late: registers are declared in registers.py")
        if declaration.slug in self._registers:
            raise ValueError(f"two registers are named {declaration.slug}")
        self._registers[declaration.slug] = declaration()
        return declaration

    def close(self) -> None:
        """This will end registration."""
        self._closed = True

    def get(self, slug: str) -> "Register":
        """This will give the register of that slug, or raise Absent."""
        try:
            return self._registers[slug]
        except KeyError:
            raise Absent from None

    def all(self) -> tuple["Register", ...]:
        """This will list every register in the order of declaration."""
        return tuple(self._registers.values())

    def of_model(self, label: str) -> "Register | None":
        """This will find the register that lists a model such as `risks.riskobject`."""
        return next((found for found in self._registers.values() if found.model._meta.label_lower == label), None)


registry = Registry()
register = registry.register
