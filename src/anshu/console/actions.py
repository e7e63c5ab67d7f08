# SPDX-License-Identifier: Apache-2.0
"""The verbs on a row: what each asks for, and reading what was given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext_lazy as _

from anshu.console.fields import PlaceField
from anshu.console.register import Action, Register
from anshu.kernel.access.viewer import Viewer
from anshu.kernel.audit.refusals import Refusal
from anshu.kernel.files.services import file_store

_TEXT = {"class": "form-control", "rows": 3}


@dataclass(frozen=True, slots=True)
class Verb:
    """A verb as the page offers it."""

    action: Action
    url: str
    form: forms.Form | None

    @property
    def asks_reason_only(self) -> bool:
        """Whether the little reason dialog is all it takes."""
        return self.action.needs == ("reason",)


def verbs_of(register: Register, viewer: Viewer, row: Any, now: datetime) -> list[Verb]:
    """This will list the verbs open to the viewer, each with its address and form."""
    return [
        Verb(action, register.url("act", row.pk, action.code), action_form(action, viewer) if _asks(action) else None)
        for action in register.actions_for(viewer, row, now)
    ]


def _asks(action: Action) -> bool:
    return bool(action.fields or action.asks) or any(need != "reason" for need in action.needs)


def action_form(action: Action, viewer: Viewer, data: Any = None, files: Any = None) -> forms.Form:
    """This will make the form of what a verb asks for."""
    made = {name: make(viewer) for name, make in action.fields.items()}
    made.update({need: _field(need) for need in action.needs if need not in made})
    for name in action.asks:
        if name not in made:
            made[name] = _field(name)
            made[name].required = False
    form: forms.Form = type("ActionForm", (forms.Form,), made)(data, files, auto_id=f"{action.code}_%s")
    for field in form.fields.values():
        kind = "form-select" if isinstance(field.widget, forms.Select) else "form-control"
        field.widget.attrs.setdefault("class", kind)
    return form


def _field(need: str) -> forms.Field:
    match need:
        case "text":
            return forms.CharField(label=_("说明"), widget=forms.Textarea(attrs=_TEXT), max_length=2000)
        case "days":
            return forms.IntegerField(label=_("天数"), min_value=1, max_value=365)
        case "position":
            return PlaceField(label=_("位置"))
        case "photo":
            return forms.FileField(label=_("照片"))
        case "assignee":
            return forms.CharField(label=_("办理人账号"), max_length=40)
    return forms.CharField(label=_("理由"), widget=forms.Textarea(attrs=_TEXT), max_length=500)


def given_for(
    action: Action, data: Any, files: MultiValueDict[str, Any], *, viewer: Viewer, now: datetime
) -> Mapping[str, Any]:
    """This will read what was given for a verb; raises Refusal naming what is missing or wrong."""
    form = action_form(action, viewer, data, files)
    if not form.is_valid():
        fields = {name: " ".join(map(str, errors)) for name, errors in form.errors.items()}
        named = [f"{form.fields[name].label}:{text}" for name, text in fields.items() if name in form.fields]
        raise Refusal(" ".join(named), code="invalid", fields=fields)
    given = dict(form.cleaned_data)
    if given.get("photo") is not None:
        given["photo"] = [file_store(content=given["photo"], name=given["photo"].name, actor=viewer, now=now)]
    return given
