# SPDX-License-Identifier: Apache-2.0
"""Many rows at once: bulk change, export and import."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anshu.console import exporting, importing, sheets, writing
from anshu.console.forms import bulk_form
from anshu.console.listing import Query, chosen_columns, lines_of, narrowed
from anshu.console.paging import count_of
from anshu.console.places import Places
from anshu.console.register import Register
from anshu.console.selectors import columns_preferred, draft_get
from anshu.console.services import draft_done, draft_keep, export_note, trial_note
from anshu.console.views.door import Visit, door
from anshu.console.views.downloads import CSV_TYPE, as_file, csv_file
from anshu.kernel.audit.refusals import Absent, Refusal

BULK_MOST = 500
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TYPES = ("csv", "xlsx")


@require_POST
@door("update")
def bulk(request: Visit, register: Register) -> HttpResponse:
    """This will show what a bulk change would touch, and on confirmation change all rows or none."""
    rows = _chosen(request, register)
    what = request.POST.get("what", "")
    change, form = _change(request, register, what)
    context: dict[str, Any] = {
        "register": register,
        "rows": rows,
        "lines": lines_of(register, chosen_columns(register, None), rows, request.now),
        "what": what,
        "form": form,
        "label": _("注销") if what == "retire" else _("修改%(field)s") % {"field": register.label_of(what)},
        "reason": request.POST.get("reason", "").strip(),
        "querystring": request.POST.get("querystring", ""),
    }
    if request.POST.get("confirmed") != "1":
        return render(request, "console/bulk.html", context)
    if not context["reason"]:
        context["trouble"] = _("请填写理由。")
        return render(request, "console/bulk.html", context, status=422)
    if form is not None and not form.is_valid():
        return render(request, "console/bulk.html", context, status=422)
    passed, outcomes = writing.bulk(rows, change)
    context.update(passed=passed, outcomes=outcomes)
    return render(request, "console/bulk_result.html", context, status=200 if passed else 422)


def _chosen(request: Visit, register: Register) -> list[Any]:
    """This will fetch the ticked rows; one that is unknown or out of scope makes the whole request absent."""
    wanted = {int(pk) for pk in request.POST.getlist("pk") if pk.isascii() and pk.isdigit() and len(pk) < 19}
    rows = list(register.writable(request.viewer, "update").filter(pk__in=list(wanted)[:BULK_MOST]).order_by("id"))
    if not wanted or len(rows) != len(wanted):
        raise Absent
    return rows


def _change(request: Visit, register: Register, what: str) -> tuple[Callable[[Any], Any], Any]:
    """This will give what is to be done to each row, and the form of its new value if it needs one."""
    reason = request.POST.get("reason", "").strip()
    acting: dict[str, Any] = {"actor": request.viewer, "now": request.now, "reason": reason}
    if what == "retire" and register.service("retire") is not None:
        return lambda row: writing.retire(register, row, **acting), None
    if what not in register.bulk_fields or register.service("update") is None:
        raise Absent
    confirmed = request.POST.get("confirmed") == "1"
    form = bulk_form(register, what, Places.of(request.viewer), request.POST if confirmed else None)

    def change(row: Any) -> Any:
        values = {what: form.cleaned_data[what]}
        return writing.update(register, row, values, version=writing.version_of(row), **acting)

    return change, form


@require_GET
@door()
def export(request: Visit, register: Register, form: str) -> HttpResponseBase:
    """This will stream the present filter and columns as CSV or XLSX, and note it in the audit log."""
    if form not in TYPES or not register.exportable:
        raise Http404
    query = Query.of(register, request.GET.dict())
    chosen = chosen_columns(register, columns_preferred(request.viewer, register.slug))
    columns = exporting.export_columns(register, chosen)
    heads = exporting.heads(register, columns)
    export_note(
        register=register.slug,
        form=form,
        querystring=query.link(),
        columns=[column.name for column in chosen],
        rows=count_of(narrowed(query, request.viewer, request.now)).number,
        actor=request.viewer,
        now=request.now,
    )
    most = exporting.XLSX_MOST if form == "xlsx" else None
    rows = exporting.export_rows(query, request.viewer, request.now, columns, most=most)
    name = f"{register.name}-{request.now:%Y%m%d-%H%M}.{form}"
    if form == "csv":
        return csv_file(heads, rows, name)
    plain = ([sheets.export_value(cell) for cell in row] for row in rows)
    return as_file(HttpResponse(sheets.xlsx_bytes(str(register.name), heads, plain), content_type=XLSX_TYPE), name)


def _may_import(request: Visit, register: Register) -> None:
    able = register.may(request.viewer, "create") or register.may(request.viewer, "update")
    if not (able and register.importable and register.natural_key and register.service("create")):
        raise Absent


@require_GET
@door()
def import_template(request: Visit, register: Register, form: str) -> HttpResponseBase:
    """This will give the empty table to fill in."""
    _may_import(request, register)
    heads = importing.template_heads(register)
    name = f"{register.name}-{_('导入模板')}.{form}"
    if form == "csv":
        text = "".join(sheets.csv_lines(heads, []))
        return as_file(HttpResponse(text.encode(), content_type=CSV_TYPE), name)
    if form != "xlsx":
        raise Http404
    example = importing.template_example(register)
    content = sheets.xlsx_bytes(str(register.name), heads, [example])
    return as_file(HttpResponse(content, content_type=XLSX_TYPE), name)


@require_http_methods(["GET", "POST"])
@door()
def import_upload(request: Visit, register: Register) -> HttpResponse:
    """This will take a table and show the trial's report; nothing is written to the register."""
    _may_import(request, register)
    context: dict[str, Any] = {
        "register": register,
        "heads": importing.template_heads(register),
        "most_rows": sheets.ROWS_MAX,
        "most_bytes": sheets.BYTES_MAX,
    }
    if request.method != "POST":
        return render(request, "console/import.html", context)
    upload = request.FILES.get("file")
    try:
        if upload is None or not upload.size:
            raise Refusal(_("请选择一个表格文件。"))
        if upload.size > sheets.BYTES_MAX:
            raise Refusal(_("文件超过 %(most)d MB 的上限,请分批导入。") % {"most": sheets.BYTES_MAX // 1048576})
        content = upload.read()
        trial = importing.try_table(register, upload.name or "", content, viewer=request.viewer)
    except Refusal as refusal:
        return render(request, "console/import.html", {**context, "trouble": refusal.message}, status=422)
    trial_note(
        register=register.slug, name=upload.name or "", counts=trial.counts, actor=request.viewer, now=request.now
    )
    draft = draft_keep(
        register=register.slug, name=upload.name or "", content=content, actor=request.viewer, now=request.now
    )
    return render(request, "console/import.html", {**context, "draft": draft, "trial": trial})


@require_POST
@door()
def import_commit(request: Visit, register: Register, pk: int) -> HttpResponse:
    """This will judge the kept table once more and write all of it or none of it."""
    _may_import(request, register)
    draft = draft_get(request.viewer, register.slug, pk)
    reason = request.POST.get("reason", "").strip()
    trial = importing.try_table(register, draft.name, bytes(draft.content), viewer=request.viewer)
    try:
        counts = importing.commit(register, trial, actor=request.viewer, now=request.now, reason=reason)
    except Refusal as refusal:
        context = {
            "register": register,
            "heads": importing.template_heads(register),
            "draft": draft,
            "trial": trial,
            "trouble": refusal.message,
        }
        return render(request, "console/import.html", context, status=422)
    draft_done(draft=draft, actor=request.viewer, now=request.now, reason=reason, counts=counts)
    messages.success(
        request,
        _("导入完成:新增 %(new)d 条,修改 %(changed)d 条,未变 %(unchanged)d 条。") % counts,
    )
    return HttpResponseRedirect(register.url())
