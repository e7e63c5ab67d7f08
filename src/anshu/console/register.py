# SPDX-License-Identifier: Apache-2.0
"""A register: the declaration from which list, detail, edit, import, export and history are made."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property, reduce
from operator import or_
from typing import Any, ClassVar

from django.contrib.gis.db.models import GeometryField
from django.db.models import Model, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from anshu.console.columns import Column
from anshu.console.filters import Filter, filter_for
from anshu.console.services import phone_reveal
from anshu.kernel.access.choices import Capability, Right
from anshu.kernel.access.viewer import Viewer, within
from anshu.kernel.audit.refusals import Absent

Rows = QuerySet[Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tab:
    """A named part of the list, such as 我的待办. `narrow(rows, viewer, now)` gives its rows."""

    code: str
    name: Any
    narrow: Callable[[Rows, Viewer, datetime], Rows]
    urgent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """A verb on one row. `run(row=, actor=, now=, given=)` is a named service or calls one.

    `needs` names what the verb asks for: reason, text, days, assignee, photo, position, or a field of `fields`.
    """

    code: str
    label: Any
    run: Callable[..., Any] | None = None
    right: Right = Right.UPDATE
    needs: tuple[str, ...] = ()
    # What may be given as well, but need not be.
    asks: tuple[str, ...] = ()
    primary: bool = False
    danger: bool = False
    when: Callable[[Any, Viewer], bool] | None = None
    # Form fields beyond the usual needs, by name; each is made for the viewer who sees it.
    fields: Mapping[str, Callable[[Viewer], Any]] = field(default_factory=dict)

    def open_for(self, row: Any, viewer: Viewer) -> bool:
        """This will tell whether the verb makes sense for the row as it stands, rights apart."""
        return self.when is None or self.when(row, viewer)


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """A part of the detail page. `context(row, viewer, now)` gives what its template shows; None hides it."""

    template: str
    context: Callable[[Any, Viewer, datetime], Mapping[str, Any] | None]
    side: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """A titled block of facts on the detail page and of fields on the form."""

    title: Any
    names: tuple[str, ...]


class Register:
    """One register. Subclasses are declarations; the few methods are for what a declaration cannot say."""

    slug: ClassVar[str]
    model: ClassVar[type[Model]]
    capability: ClassVar[Capability]
    # One of supervision, monitoring, command, decisions, affairs: the menu it stands in.
    module: ClassVar[str]
    name: ClassVar[Any]
    # What belongs here and how to begin: shown when there is nothing.
    about: ClassVar[Any] = ""
    order: ClassVar[int] = 100

    columns: ClassVar[tuple[Column, ...]] = ()
    filters: ClassVar[tuple[str | Filter, ...]] = ()
    search: ClassVar[tuple[str, ...]] = ()
    sort: ClassVar[str] = "-id"
    related: ClassVar[tuple[str, ...]] = ()
    tabs: ClassVar[tuple[Tab, ...]] = ()
    natural_key: ClassVar[tuple[str, ...]] = ()

    # Writes: named services, or None where the register is read only.
    create: ClassVar[Callable[..., Any] | None] = None
    update: ClassVar[Callable[..., Any] | None] = None
    retire: ClassVar[Callable[..., Any] | None] = None
    # The rights any of which opens a write; the services decide for themselves again.
    write_rights: ClassVar[Mapping[str, tuple[Right, ...]]] = {
        "create": (Right.CREATE,),
        "update": (Right.UPDATE,),
        "retire": (Right.UPDATE,),
    }
    # The keyword by which those services take the row.
    subject: ClassVar[str] = ""
    form: ClassVar[Any] = None
    fields: ClassVar[tuple[str, ...]] = ()
    bulk_fields: ClassVar[tuple[str, ...]] = ()
    actions: ClassVar[tuple[Action, ...]] = ()

    groups: ClassVar[tuple[Group, ...]] = ()
    panels: ClassVar[tuple[Panel, ...]] = ()
    # (state, name) in the order of the steps above the detail page; `state_field` says where the row stands.
    stages: ClassVar[tuple[tuple[str, Any], ...]] = ()
    state_field: ClassVar[str] = "state"
    level_field: ClassVar[str] = ""
    # Names of audited verbs for the history, such as {"acknowledged": 签收}.
    verbs: ClassVar[Mapping[str, Any]] = {}
    point_field: ClassVar[str] = ""
    phones: ClassVar[tuple[str, ...]] = ()
    scope_path: ClassVar[str] = ""
    attach: ClassVar[bool] = True
    importable: ClassVar[bool] = True
    exportable: ClassVar[bool] = True
    history: ClassVar[bool] = True
    map: ClassVar[bool] = False

    # -- rows ------------------------------------------------------------------------------------------------

    def scope(self, viewer: Viewer, right: Right = Right.READ) -> Q:
        """This will give the filter of the rows on which the viewer holds the right."""
        return within(viewer, self.model, self.capability, right, path=self.scope_path)

    def rows(self, viewer: Viewer, right: Right = Right.READ) -> Rows:
        """This will give those rows with everything that a cell needs joined in."""
        rows = self.model._default_manager.filter(self.scope(viewer, right))
        return rows.select_related(*self.related) if self.related else rows

    def listed(self, rows: Rows) -> Rows:
        """This will leave out what a list does not show unless asked, such as retired rows."""
        return rows.filter(retired_at=None) if self.retires else rows

    def fetch(self, viewer: Viewer, pk: Any, right: Right = Right.READ) -> Any:
        """This will give one row in scope for the right, or raise Absent: unknown and forbidden look alike."""
        try:
            row = self.rows(viewer, right).filter(pk=pk).first()
        except (ValueError, TypeError, OverflowError) as error:
            raise Absent from error
        if row is None:
            raise Absent
        return row

    def fetch_for(self, viewer: Viewer, pk: Any, verb: str) -> Any:
        """This will give one row on which the viewer may `update` or `retire`, or raise Absent."""
        row = self.fetch(viewer, pk)
        if self.service(verb) is None or not set(self.write_rights[verb]) & self.rights_on(viewer, row):
            raise Absent
        return row

    def writable(self, viewer: Viewer, verb: str) -> Rows:
        """This will give the rows on which the viewer may `update` or `retire`."""
        within_any = reduce(or_, (self.scope(viewer, right) for right in self.write_rights[verb]))
        rows = self.model._default_manager.filter(within_any)
        return rows.select_related(*self.related) if self.related else rows

    def may(self, viewer: Viewer, verb: str) -> bool:
        """This will tell whether the register offers `create`, `update` or `retire` and the viewer has it anywhere."""
        if self.service(verb) is None:
            return False
        return any(viewer.can(self.capability, right) for right in self.write_rights[verb])

    def may_create_here(self, viewer: Viewer, row: Any) -> bool:
        """This will tell whether the viewer may make this row, place, sector and unit considered."""
        return any(viewer.covers(row, self.capability, right) for right in self.write_rights["create"])

    def made(self, result: Any) -> tuple[Any, str]:
        """This will read what the service `create` gave: the row, and a text to be shown once, such as a password."""
        return result, ""

    def reveal(self, row: Any, name: str, *, actor: Viewer, now: datetime, reason: str) -> str:
        """This will give a masked phone in full, for a reason that goes into the audit log."""
        return phone_reveal(row=row, field=name, reason=reason, actor=actor, now=now)

    def rights_on(self, viewer: Viewer, row: Any) -> frozenset[Right]:
        """This will give every right that the viewer holds on one row."""
        return frozenset(right for right in Right if self._holds(viewer, row, right))

    def _holds(self, viewer: Viewer, row: Any, right: Right) -> bool:
        if not viewer.can(self.capability, right):
            return False
        return self.model._default_manager.filter(self.scope(viewer, right), pk=row.pk).exists()

    def actions_for(self, viewer: Viewer, row: Any, now: datetime) -> Sequence[Action]:
        """This will list the verbs open to this viewer on this row, the primary one first."""
        held = self.rights_on(viewer, row) if self.actions else frozenset()
        found = [action for action in self.actions if action.right in held and action.open_for(row, viewer)]
        return sorted(found, key=lambda action: not action.primary)

    def perform(self, action: Action, row: Any, *, actor: Viewer, now: datetime, given: Mapping[str, Any]) -> Any:
        """This will carry the verb out through its service."""
        assert action.run is not None
        return action.run(row=row, actor=actor, now=now, given=given)

    def defaults(self, viewer: Viewer) -> dict[str, Any]:
        """This will prefill a new row's form: the viewer's own place and unit."""
        holding = next((held for held in viewer.holdings), None)
        names = self.field_names
        values: dict[str, Any] = {}
        if holding and "division_code" in names:
            values["division_code"] = holding.division_code
        if holding and holding.unit_id and "unit" in names:
            values["unit"] = holding.unit_id
        return values

    def links_for(self, viewer: Viewer) -> Sequence[tuple[Any, str]]:
        """This will give (label, address) of pages beyond the register's own that its list leads to."""
        return ()

    def open_to(self, viewer: Viewer) -> bool:
        """This will tell whether the register exists at all for the viewer."""
        return viewer.can(self.capability, Right.READ)

    def verb_name(self, verb: str) -> Any:
        """This will name an audited verb of the register; nothing when it has no name of its own here."""
        named = next((action.label for action in self.actions if action.code == verb), None)
        return self.verbs.get(verb, named)

    # -- what follows from the declaration -------------------------------------------------------------------

    @cached_property
    def field_names(self) -> frozenset[str]:
        """The names of the model's own columns."""
        return frozenset(found.name for found in self.model._meta.concrete_fields)

    @cached_property
    def filter_set(self) -> tuple[Filter, ...]:
        """The declared filters, names resolved by field type."""
        return tuple(
            filter_for(self.model, wanted, scope_path=self.scope_path) if isinstance(wanted, str) else wanted
            for wanted in self.filters
        )

    @cached_property
    def retires(self) -> bool:
        """Whether rows are taken out of use instead of being deleted."""
        return "retired_at" in self.field_names

    @cached_property
    def point(self) -> str:
        """The field that holds the position, if there is one."""
        if self.point_field:
            return self.point_field
        found = (each for each in self.model._meta.concrete_fields if isinstance(each, GeometryField))
        return next((each.name for each in found if each.geom_type == "POINT"), "")

    @cached_property
    def subject_name(self) -> str:
        """The keyword by which services take the row."""
        return self.subject or str(self.model._meta.model_name)

    def label_of(self, name: str) -> Any:
        """This will give a field's own name in the reader's language."""
        if name in self.field_names:
            return self.model._meta.get_field(name).verbose_name  # type: ignore[union-attr]
        return next((column.label for column in self.columns if column.name == name), name)

    def column_label(self, column: Column) -> Any:
        """This will give a column's heading."""
        return column.label or self.label_of(column.name)

    def service(self, name: str) -> Callable[..., Any] | None:
        """This will give the named service `create`, `update` or `retire` as declared, unbound."""
        for cls in type(self).__mro__:
            if name in cls.__dict__:
                found = cls.__dict__[name]
                return found.__func__ if isinstance(found, staticmethod) else found
        return None

    # -- addresses -------------------------------------------------------------------------------------------

    def url(self, name: str = "list", *args: Any) -> str:
        """This will give one of the register's addresses."""
        return reverse(f"console:{name}", args=[self.slug, *args])

    def noun(self) -> Any:
        """This will give the name of one row of the register."""
        return self.model._meta.verbose_name or _("记录")
