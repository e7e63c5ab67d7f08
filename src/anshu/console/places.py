# SPDX-License-Identifier: Apache-2.0
"""The places that one viewer may choose from: divisions inside the scope of the roles held."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q

from anshu.kernel.access.viewer import Viewer
from anshu.kernel.org.choices import Level
from anshu.kernel.org.models import Division
from anshu.kernel.org.selectors import prefix_of


@dataclass(frozen=True, slots=True)
class Place:
    """A division as a choice."""

    code: str
    name: str
    level: str

    @property
    def township(self) -> str:
        """The code of the township in which the place lies."""
        return self.code[:9].ljust(12, "0")


@dataclass(frozen=True, slots=True)
class Places:
    """Every division in somebody's scope, loaded in one query."""

    all: tuple[Place, ...]
    # Whether the scope is less than the county.
    narrow: bool

    @classmethod
    def of(cls, viewer: Viewer) -> Places:
        """This will load the places below every division over which the viewer holds a role."""
        codes = {holding.division_code for holding in viewer.holdings}
        prefixes = {prefix_of(code) for code in codes}
        whole = any(len(prefix) <= 6 for prefix in prefixes)
        if not prefixes:
            return cls((), narrow=True)
        inside = Q(code__in=codes)
        for prefix in prefixes:
            inside |= Q(code__startswith=prefix)
        rows = Division.objects.filter(inside, valid_until=None).order_by("code")
        return cls(tuple(Place(*row) for row in rows.values_list("code", "name", "level")), narrow=not whole)

    def townships(self) -> list[Place]:
        """This will list the townships, and the parks beside them."""
        own = [place for place in self.all if place.level in (Level.TOWNSHIP, Level.PARK)]
        if own:
            return own
        # A village's own people choose among what they have.
        return [place for place in self.all if place.level == Level.VILLAGE]

    def villages(self, township: str) -> list[Place]:
        """This will list the villages of one township."""
        prefix = township[:9]
        return [place for place in self.all if place.level == Level.VILLAGE and place.code.startswith(prefix)]

    def find(self, text: str) -> Place | None:
        """This will find a place by code or by a name that only one place bears."""
        text = text.strip()
        for place in self.all:
            if place.code == text:
                return place
        named = [place for place in self.all if place.name == text]
        return named[0] if len(named) == 1 else None
