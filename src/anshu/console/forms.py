# SPDX-License-Identifier: Apache-2.0
"""The form behind create, edit, bulk edit and import. It checks; the register's named service writes."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any, NoReturn, cast

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS
from django.db import models
from django.utils.translation import gettext as _

from anshu.console.fields import DivisionField, NamedField, PhoneField, PlaceField, dress, field_for
from anshu.console.places import Places
from anshu.kernel.audit.refusals import Refusal
from anshu.kernel.org.selectors import county_box

if TYPE_CHECKING:
    from anshu.console.register import Register

# Set by services, never by a form.
NEVER = frozenset({"id", "retired_at", "created_at"})
COUNTY_BOX = "county box"
# Things of ours stand upstream and across the border, some 20 km away at most.
FAR_DEG = 0.2


class RegisterForm(forms.ModelForm):  # type: ignore[type-arg]
    """A model form that never saves. `places` are those the viewer may choose.

    An import passes `thorough=False`, because it has looked the keys up already, and one `named` for all its rows,
    so that a unit is looked for once. Neither outlives the request.
    """

    class Meta:
        formfield_callback = field_for

    def __init__(
        self,
        *args: Any,
        places: Places,
        thorough: bool = True,
        named: dict[Any, Any] | None = None,
        **options: Any,
    ) -> None:
        instance = options.pop("instance", None)
        # Validation writes into its instance: it gets a copy, so that a refused form leaves the row as it was.
        options["instance"] = copy.copy(instance) if instance is not None else None
        super().__init__(*args, **options)
        self.thorough = thorough
        known: dict[Any, Any] = {} if named is None else named
        self.named = known
        for name, field in self.fields.items():
            if "class" not in field.widget.attrs and not isinstance(field.widget, forms.MultiWidget):
                dress(field)
            if name in {"since", "happened_at"}:
                # Left empty it is now; the service sets it.
                field.required = False
            if isinstance(field, DivisionField):
                field.offer(places)
            if isinstance(field, NamedField):
                field.known = known
            if isinstance(field, PhoneField) and instance is not None:
                field.stored = getattr(instance, name) or ""

    def clean(self) -> dict[str, Any]:
        """This will refuse a position too far away for the county, which a slip of a digit makes."""
        cleaned = super().clean() or self.cleaned_data
        for name, field in self.fields.items():
            point = cleaned.get(name) if isinstance(field, PlaceField) and name in self.changed_data else None
            if point is not None and not self._near(point):
                self.add_error(name, _("位置离本县太远:经度 %(lng)s、纬度 %(lat)s。") % _degrees(point))
        return cleaned

    def _near(self, point: Any) -> bool:
        """This will tell whether a point lies in or around the county; true where no outline is known."""
        if COUNTY_BOX not in self.named:
            self.named[COUNTY_BOX] = county_box()
        box = self.named[COUNTY_BOX]
        if box is None:
            return True
        west, south, east, north = box
        return bool(west - FAR_DEG <= point.x <= east + FAR_DEG and south - FAR_DEG <= point.y <= north + FAR_DEG)

    def save(self, commit: bool = True) -> NoReturn:
        """This will never write: the register's named service does."""
        raise TypeError("a register's form is saved by its service")

    def validate_unique(self) -> None:
        """This will ask the database only when told to; an import has already looked the keys up."""
        if self.thorough:
            super().validate_unique()

    def values(self) -> dict[str, Any]:
        """This will give the checked values by field name."""
        return {name: self.cleaned_data[name] for name in self.fields if name in self.cleaned_data}

    def changed_values(self) -> dict[str, Any]:
        """This will give only the values that differ from the row."""
        return {name: value for name, value in self.values().items() if name in self.changed_data}

    def problems(self) -> list[tuple[str, str]]:
        """This will list what is wrong as (field's own name, reason)."""
        found: list[tuple[str, str]] = []
        for name, errors in self.errors.items():
            label = "" if name == NON_FIELD_ERRORS else str(self.fields[name].label or name)
            found.extend((label, str(text)) for text in errors)
        return found

    def accuse(self, refusal: Refusal) -> None:
        """This will show what a service refused beside the fields it named."""
        shown = False
        for name, text in refusal.fields.items():
            if name in self.fields:
                self.add_error(name, text)
                shown = True
        if not shown:
            self.add_error(None, refusal.message or _("未能保存。"))


def _degrees(point: Any) -> dict[str, str]:
    return {"lng": f"{point.x:.4f}", "lat": f"{point.y:.4f}"}


def form_class(register: Register) -> type[RegisterForm]:
    """This will give the register's form: the declared one, or one made from its fields."""
    if register.form is not None:
        return register.form  # type: ignore[no-any-return]
    names = register.fields or tuple(
        field.name for field in register.model._meta.concrete_fields if field.name not in NEVER and field.editable
    )
    made = forms.modelform_factory(register.model, form=RegisterForm, fields=list(names), formfield_callback=field_for)
    return cast(type[RegisterForm], made)


def bulk_form(register: Register, name: str, places: Places, data: Any = None) -> forms.Form:
    """This will give a form of one single field, for changing it on many rows."""
    column = register.model._meta.get_field(name)
    assert isinstance(column, models.Field)
    field = field_for(column)
    assert field is not None
    if isinstance(field, DivisionField):
        field.offer(places)
    return type("BulkForm", (forms.Form,), {name: field})(data)  # type: ignore[no-any-return]
