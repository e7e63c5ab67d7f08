# SPDX-License-Identifier: Apache-2.0
"""A viewer: an actor with the roles held, and the one place that decides what is in scope."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import reduce
from operator import or_
from typing import Any, Protocol

from django.core.exceptions import ValidationError
from django.db import DataError
from django.db.models import Model, Q, QuerySet

from anshu.kernel.access.choices import Capability, Reach, Right, Role
from anshu.kernel.access.matrix import reaches
from anshu.kernel.audit.actor import Actor
from anshu.kernel.audit.refusals import Absent, Refusal
from anshu.kernel.org.choices import Level
from anshu.kernel.org.selectors import level_of, prefix_of


@dataclass(frozen=True, slots=True)
class Holding:
    """One role held over a division, some sectors (None: all) and for a unit."""

    role: Role
    division_code: str
    sectors: frozenset[str] | None = None
    unit_id: int | None = None
    post_id: int | None = None
    # Whether the division and the sectors bound every reach of the role: what was agreed for an interface.
    bounded: bool = False


@dataclass(frozen=True, slots=True)
class Scope:
    """One alternative under which rows are visible. All given conditions hold together."""

    prefix: str | None = None
    sectors: frozenset[str] | None = None
    unit_id: int | None = None
    assigned: bool = False
    public: bool = False
    own: bool = False


class Placed(Protocol):
    """Anything that stands in a place and a sector and may belong to a unit."""

    division_code: str
    sector_code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer(Actor):
    """Whoever looks or writes, with the roles held at this moment."""

    user_id: int | None = None
    person_id: int | None = None
    # Set where an interface calls with a bearer token instead of a person with an account.
    token_id: int | None = None
    holdings: tuple[Holding, ...] = ()
    # Seats sat in at this moment, whether or not a role was granted to them.
    posts: frozenset[int] = field(default=frozenset())
    # (subject type, subject id) of what was assigned to this person or unit.
    assigned: frozenset[tuple[str, str]] = field(default=frozenset())

    def can(self, capability: Capability, right: Right = Right.READ) -> bool:
        """This will tell whether the right is held anywhere at all, rows or aggregates apart."""
        return any(True for _ in self.scopes(capability, right))

    def may(self, capability: str, right: str, row: Any = None) -> bool:
        """This will tell whether the right is held anywhere, or on the given row."""
        if row is None:
            return self.can(Capability(capability), Right(right))
        return self.covers(row, Capability(capability), Right(right))

    def may_aggregate(self, capability: Capability) -> bool:
        """This will tell whether totals over the county may be shown, even where rows may not."""
        return self.can(capability) or any(
            Reach.AGGREGATE in reaches(holding.role, capability, Right.READ) for holding in self.holdings
        )

    def scopes(self, capability: Capability, right: Right = Right.READ) -> Iterator[Scope]:
        """This will give the alternatives that the held roles open for this right."""
        for holding in self.holdings:
            for reach in reaches(holding.role, capability, right):
                scope = _scope(holding, reach)
                if scope is not None:
                    yield scope

    def covers(self, row: Any, capability: Capability, right: Right = Right.READ) -> bool:
        """This will tell whether one row (a model instance or an event) lies within the right."""
        return any(self._holds(row, scope) for scope in self.scopes(capability, right))

    def rights_on(self, row: Any, capability: Capability) -> frozenset[Right]:
        """This will give every right held on one row."""
        return frozenset(right for right in Right if self.covers(row, capability, right))

    def _holds(self, row: Any, scope: Scope) -> bool:
        if scope.prefix is not None and not _inside(row, scope.prefix):
            return False
        if scope.sectors is not None and getattr(row, "sector_code", "") not in scope.sectors:
            return False
        if scope.unit_id is not None and getattr(row, "unit_id", None) != scope.unit_id:
            return False
        if scope.assigned and _identity(row) not in self.assigned:
            return False
        if scope.public and not getattr(row, "public", False):
            return False
        return not scope.own or (self.user_id is not None and getattr(row, "owner_id", None) == self.user_id)


def _scope(holding: Holding, reach: Reach) -> Scope | None:
    found = _reached(holding, reach)
    if found is None or not holding.bounded:
        return found
    return replace(found, prefix=prefix_of(holding.division_code), sectors=holding.sectors)


def _reached(holding: Holding, reach: Reach) -> Scope | None:
    prefix = prefix_of(holding.division_code)
    match reach:
        case Reach.COUNTY:
            return Scope(prefix=holding.division_code[:6])
        case Reach.SECTOR:
            return Scope(prefix=holding.division_code[:6], sectors=holding.sectors)
        case Reach.TERRITORY | Reach.GRID:
            return Scope(prefix=prefix)
        case Reach.UNIT:
            return Scope(unit_id=holding.unit_id) if holding.unit_id is not None else None
        case Reach.ASSIGNED:
            return Scope(assigned=True)
        case Reach.PUBLIC:
            return Scope(public=True)
        case Reach.OWN:
            return Scope(own=True)
    return None


def _inside(row: Any, prefix: str) -> bool:
    if level_of(prefix) is Level.PARK and not prefix.isdigit():
        return bool(getattr(row, "park_code", "") == prefix)
    return str(getattr(row, "division_code", "")).startswith(prefix)


def _identity(row: Any) -> tuple[str, str]:
    if isinstance(row, Model):
        return row._meta.label_lower, str(row.pk)
    return getattr(row, "subject_type", ""), str(getattr(row, "subject_id", ""))


NOTHING = Q(pk__in=[])


def within(
    viewer: Viewer,
    model: type[Model],
    capability: Capability,
    right: Right = Right.READ,
    *,
    path: str = "",
) -> Q:
    """This will give the filter that keeps the rows of `model` on which the viewer holds the right.

    The model needs `division_code`; it may have `sector_code`, `unit`, `park_code`, `public` and `owner`.
    `path` reaches a scoped parent, such as `thing__`. Anything the model lacks closes that alternative.
    """
    scoped = _scoped(model, path)
    fields = {field.name for field in scoped._meta.get_fields()}
    parts = [
        part
        for scope in set(viewer.scopes(capability, right))
        if (part := _filter(viewer, scoped, scope, fields, path)) is not None
    ]
    return reduce(or_, parts, NOTHING) if parts else NOTHING


def _scoped(model: type[Model], path: str) -> type[Model]:
    """This will follow `path` to the model whose columns place the row."""
    for name in filter(None, path.split("__")):
        model = model._meta.get_field(name).related_model  # type: ignore[assignment]
    return model


def _filter(viewer: Viewer, model: type[Model], scope: Scope, fields: set[str], path: str) -> Q | None:
    q = Q()
    if scope.prefix is not None:
        if scope.prefix.isdigit():
            q &= Q(**{f"{path}division_code__startswith": scope.prefix})
        elif "park_code" in fields:
            q &= Q(**{f"{path}park_code": scope.prefix})
        else:
            return None
    for name, wanted, lookup in (
        ("sector_code", scope.sectors, "sector_code__in"),
        ("unit", scope.unit_id, "unit_id"),
        ("public", scope.public or None, "public"),
        ("owner", viewer.user_id if scope.own else None, "owner_id"),
    ):
        if wanted is None:
            continue
        if name not in fields:
            return None
        q &= Q(**{f"{path}{lookup}": sorted(wanted) if isinstance(wanted, frozenset) else wanted})
    if scope.own and viewer.user_id is None:
        return None
    if scope.assigned:
        ids = [pk for label, pk in viewer.assigned if label == model._meta.label_lower]
        q &= Q(**{f"{path}pk__in": ids})
    return q


def fetch(
    rows: QuerySet[Any],
    viewer: Viewer,
    capability: Capability,
    right: Right = Right.READ,
    **lookup: Any,
) -> Any:
    """This will be the one guarded way to get an object: in scope for the right, or Absent."""
    try:
        found = rows.filter(within(viewer, rows.model, capability, right)).filter(**lookup).first()
    except (ValueError, TypeError, ValidationError, DataError) as error:
        raise Absent from error
    if found is None:
        raise Absent
    return found


__all__ = ["Absent", "Holding", "Refusal", "Scope", "Viewer", "fetch", "within"]
