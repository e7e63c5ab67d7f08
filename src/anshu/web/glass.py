# SPDX-License-Identifier: Apache-2.0
"""Breaking the glass: a system administrator reads one business row in an emergency, on record and told on."""

from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from anshu.console.detail import facts_of
from anshu.console.register import Register
from anshu.console.registry import registry
from anshu.kernel.access.choices import Role
from anshu.kernel.access.services import break_glass
from anshu.kernel.access.viewer import Viewer
from anshu.kernel.audit.refusals import Absent, Refusal


def may_break_glass(viewer: Viewer) -> bool:
    """This will tell whether the viewer is a system administrator."""
    return any(holding.role == Role.R24 for holding in viewer.holdings)


class GlassForm(forms.Form):
    """Which row, and why."""

    register = forms.ChoiceField(label=_("登记簿"), widget=forms.Select(attrs={"class": "form-select"}))
    row = forms.CharField(
        label=_("编号"),
        max_length=40,
        help_text=_("记录的编号,或地址栏里的数字"),
        widget=forms.TextInput(attrs={"class": "form-control", "autocomplete": "off"}),
    )
    reason = forms.CharField(
        label=_("理由"),
        min_length=2,
        max_length=200,
        help_text=_("会记入审计日志,并立即通知审计管理员"),
        widget=forms.Textarea(attrs={"class": "form-control", "rows": 2}),
    )

    def __init__(self, *args: Any, viewer: Viewer, **options: Any) -> None:
        super().__init__(*args, **options)
        closed = [register for register in registry.all() if register.module != "affairs"]
        self.fields["register"].choices = [  # type: ignore[attr-defined]
            (register.slug, register.name) for register in closed if not register.open_to(viewer)
        ]


@login_required
@require_http_methods(["GET", "POST"])
def glass(request: HttpRequest) -> HttpResponse:
    """This will ask for row and reason, and show that one row once; nothing in it can be changed from here."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    if not may_break_glass(viewer):
        raise Absent
    form = GlassForm(request.POST or None, viewer=viewer)
    context: dict[str, Any] = {"form": form}
    if request.method == "POST" and form.is_valid():
        register = registry.get(form.cleaned_data["register"])
        found = _found(register, form.cleaned_data["row"].strip())
        if found is None:
            form.add_error("row", _("这个登记簿里没有这个编号。"))
        else:
            now = request.now  # type: ignore[attr-defined]
            try:
                break_glass(actor=viewer, subject=found, reason=form.cleaned_data["reason"], now=now)
            except Refusal as refusal:
                form.add_error("reason", refusal.message)
            else:
                context.update(register=register, row=found, groups=facts_of(register, found, now))
    return render(request, "web/glass.html", context, status=422 if form.is_bound and form.errors else 200)


def _found(register: Register, text: str) -> Any:
    names = [name for name in ("number", "code") if name in register.field_names]
    rows = register.model._default_manager.select_related(*register.related)
    for name in names:
        if (found := rows.filter(**{name: text}).first()) is not None:
            return found
    return rows.filter(pk=int(text)).first() if text.isascii() and text.isdigit() and len(text) < 19 else None
