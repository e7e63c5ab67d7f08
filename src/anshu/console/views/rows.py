# SPDX-License-Identifier: Apache-2.0
"""One row: what it is, what happened to it, and the verbs on it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anshu.console import attachments, sketch, writing
from anshu.console.actions import given_for, verbs_of
from anshu.console.columns import plain_text
from anshu.console.detail import facts_of, panels_of, stages_of
from anshu.console.forms import RegisterForm, form_class
from anshu.console.history import history_of
from anshu.console.places import Places
from anshu.console.register import Register
from anshu.console.views.door import Visit, door
from anshu.kernel.access.choices import Right
from anshu.kernel.audit.refusals import Absent, Refusal

RECENT = 12


@require_GET
@door()
def detail(request: Visit, register: Register, pk: int) -> HttpResponse:
    """This will show one row: facts at the left, history at the right."""
    return _detail(request, register, pk)


def _detail(request: Visit, register: Register, pk: int, *, trouble: str = "", status: int = 200) -> HttpResponse:
    row = register.fetch(request.viewer, pk)
    rights = register.rights_on(request.viewer, row)
    happened = history_of(register, row) if register.history else []
    alive = getattr(row, "retired_at", None) is None
    context: dict[str, Any] = {
        "register": register,
        "row": row,
        "groups": facts_of(register, row, request.now),
        "stages": stages_of(register, row),
        "panels": panels_of(register, row, request.viewer, request.now),
        "verbs": verbs_of(register, request.viewer, row, request.now),
        "happened": happened[:RECENT],
        "happened_more": len(happened) > RECENT,
        "may_edit": alive and _may(register, rights, "update"),
        "may_retire": alive and _may(register, rights, "retire"),
        "may_attach": alive and register.attach and _may(register, rights, "update"),
        "files": attachments.listed(row) if register.attach else (),
        "sketch": sketch.around(register, row),
        "position": getattr(row, register.point, None) if register.point else None,
        "alive": alive,
        "trouble": trouble,
    }
    return render(request, "console/detail.html", context, status=status)


def _may(register: Register, rights: frozenset[Right], verb: str) -> bool:
    return register.service(verb) is not None and bool(rights & set(register.write_rights[verb]))


@require_GET
@door()
def history(request: Visit, register: Register, pk: int) -> HttpResponse:
    """This will show everything that happened to one row."""
    if not register.history:
        raise Absent
    row = register.fetch(request.viewer, pk)
    context = {"register": register, "row": row, "happened": history_of(register, row)}
    return render(request, "console/history.html", context)


@require_http_methods(["GET", "POST"])
@door("create")
def new(request: Visit, register: Register) -> HttpResponse:
    """This will show the empty form, and make the row."""
    kind, places = form_class(register), Places.of(request.viewer)
    if request.method != "POST":
        form = kind(places=places, initial={**register.defaults(request.viewer), **_prefill(request, kind)})
        return _form(request, register, form)
    form = kind(request.POST, places=places)
    reason = request.POST.get("reason", "").strip()
    if form.is_valid():
        try:
            row, once = writing.create(register, form.values(), actor=request.viewer, now=request.now, reason=reason)
        except Absent:
            form.add_error(None, _("您不能在这个区划、行业或单位下新建记录。"))
        except Refusal as refusal:
            form.accuse(refusal)
        else:
            messages.success(request, _("已登记“%(name)s”。") % {"name": row})
            if once:
                messages.warning(request, once)
            again = "again" in request.POST
            return HttpResponseRedirect(register.url("new") if again else register.url("detail", row.pk))
    return _form(request, register, form, reason=reason, status=422)


def _prefill(request: Visit, kind: type[RegisterForm]) -> dict[str, str]:
    return {name: request.GET[name][:200] for name in kind.base_fields if name in request.GET}


@require_http_methods(["GET", "POST"])
@door("update")
def edit(request: Visit, register: Register, pk: int) -> HttpResponse:
    """This will show one row's form, and change the row; a version that has moved on shows who changed what."""
    row = register.fetch_for(request.viewer, pk, "update")
    if getattr(row, "retired_at", None) is not None:
        raise Absent
    places = Places.of(request.viewer)
    if request.method != "POST":
        form = form_class(register)(instance=row, places=places)
        return _form(request, register, form, row=row, version=writing.version_of(row))
    form = form_class(register)(request.POST, instance=row, places=places)
    reason, version = request.POST.get("reason", "").strip(), request.POST.get("version", "")
    conflict: list[dict[str, Any]] = []
    if form.is_valid():
        try:
            writing.update(
                register,
                row,
                form.changed_values(),
                version=version,
                actor=request.viewer,
                now=request.now,
                reason=reason,
            )
        except writing.Conflict as refusal:
            conflict = writing.changed_since(register, row, version)
            form.accuse(refusal)
            version = writing.version_of(row)
        except Refusal as refusal:
            form.accuse(refusal)
        else:
            changed = bool(form.changed_values())
            messages.success(request, _("已保存。") if changed else _("没有改动。"))
            return HttpResponseRedirect(register.url("detail", row.pk))
    context = {"row": row, "version": version, "reason": reason, "conflict": conflict}
    return _form(request, register, form, status=409 if conflict else 422, **context)


def _form(
    request: Visit,
    register: Register,
    form: RegisterForm,
    *,
    row: Any = None,
    version: str = "",
    reason: str = "",
    conflict: list[dict[str, Any]] | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "register": register,
        "form": form,
        "blocks": _blocks(register, form),
        "row": row,
        "version": version,
        "reason": reason,
        "conflict": conflict or [],
    }
    return render(request, "console/form.html", context, status=status)


def _blocks(register: Register, form: RegisterForm) -> list[tuple[Any, list[Any]]]:
    """This will lay the fields out in the register's groups; what no group names comes last."""
    placed: set[str] = set()
    blocks = []
    for group in register.groups:
        names = [name for name in group.names if name in form.fields]
        placed.update(names)
        if names:
            blocks.append((group.title, [form[name] for name in names]))
    rest = [form[name] for name in form.fields if name not in placed]
    if rest:
        blocks.append((_("位置与其他") if blocks else "", rest))
    return blocks


@require_POST
@door("retire")
def retirement(request: Visit, register: Register, pk: int) -> HttpResponse:
    """This will take one row out of use; the reason came with the button."""
    row = register.fetch_for(request.viewer, pk, "retire")
    try:
        writing.retire(register, row, actor=request.viewer, now=request.now, reason=request.POST.get("reason", ""))
    except Refusal as refusal:
        return _detail(request, register, pk, trouble=refusal.message, status=422)
    messages.success(request, _("已注销“%(name)s”,历史记录保留。") % {"name": row})
    return HttpResponseRedirect(register.url("detail", pk))


@require_POST
@door()
def act(request: Visit, register: Register, pk: int, code: str) -> HttpResponse:
    """This will carry out one of the row's own verbs."""
    row = register.fetch(request.viewer, pk)
    action = next((a for a in register.actions_for(request.viewer, row, request.now) if a.code == code), None)
    if action is None:
        raise Absent
    try:
        given = given_for(action, request.POST, request.FILES, viewer=request.viewer, now=request.now)
        told = register.perform(action, row, actor=request.viewer, now=request.now, given=given)
    except Refusal as refusal:
        return _detail(request, register, pk, trouble=refusal.message, status=422)
    messages.success(request, _("已%(verb)s。") % {"verb": action.label})
    if isinstance(told, str):
        # Shown once, such as a new password.
        messages.warning(request, told)
    there = register.rows(request.viewer).filter(pk=pk).exists()
    return HttpResponseRedirect(register.url("detail", pk) if there else register.url())


@require_POST
@door()
def phone(request: Visit, register: Register, pk: int, field: str) -> HttpResponse:
    """This will give one phone in full, for a stated reason."""
    row = register.fetch(request.viewer, pk)
    if field not in register.phones:
        raise Absent
    try:
        reason = request.POST.get("reason", "")
        number = register.reveal(row, field, actor=request.viewer, now=request.now, reason=reason)
    except Refusal as refusal:
        return _detail(request, register, pk, trouble=refusal.message, status=422)
    if request.headers.get("HX-Request"):
        return render(request, "console/phone.html", {"number": number})
    messages.info(request, _("%(name)s 的号码:%(number)s") % {"name": plain_text(row), "number": number})
    return HttpResponseRedirect(register.url("detail", pk))


@require_POST
@door("update")
def attach(request: Visit, register: Register, pk: int) -> HttpResponse:
    """This will check uploads and hang them on the row."""
    if not register.attach:
        raise Absent
    row = register.fetch_for(request.viewer, pk, "update")
    try:
        number = attachments.add(row, request.FILES.getlist("file"), actor=request.viewer, now=request.now)
    except Refusal as refusal:
        return _detail(request, register, pk, trouble=refusal.message, status=422)
    messages.success(request, _("已添加 %(number)d 个附件。") % {"number": number})
    return HttpResponseRedirect(f"{register.url('detail', pk)}#files")
