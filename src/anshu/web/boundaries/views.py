# SPDX-License-Identifier: Apache-2.0
"""The page of the boundary import: upload and trial, commit, template."""

import json
from collections.abc import Callable
from functools import wraps
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anshu.console.registry import registry
from anshu.console.selectors import draft_get
from anshu.console.services import draft_done, draft_keep, trial_note
from anshu.console.views.door import Visit
from anshu.kernel.audit.refusals import Absent, Refusal
from anshu.kernel.org.choices import Level
from anshu.kernel.org.models import Division
from anshu.kernel.org.services import division_import
from anshu.web.boundaries import may_import
from anshu.web.boundaries.trial import SUFFIXES, Trial, trial_of

DRAFT = "boundaries"
_DATUMS = (
    ("auto", gettext_lazy("自动判断")),
    ("wgs84", gettext_lazy("WGS-84 / CGCS2000")),
    ("gcj02", gettext_lazy("GCJ-02(高德、腾讯地图)")),
)


class HowForm(forms.Form):
    """How the file is to be read."""

    datum = forms.ChoiceField(
        label=gettext_lazy("坐标系"), choices=_DATUMS, widget=forms.Select(attrs={"class": "form-select"})
    )
    column = forms.CharField(
        label=gettext_lazy("代码列"),
        required=False,
        max_length=60,
        help_text=gettext_lazy("区划代码所在的列名;不填则按 code、XZQDM、行政区划代码等常用列名查找"),
        widget=forms.TextInput(attrs={"class": "form-control", "autocomplete": "off"}),
    )


class UploadForm(HowForm):
    """The file and how it is to be read."""

    file = forms.FileField(
        label=gettext_lazy("边界文件"),
        help_text=gettext_lazy("GeoJSON、打成 zip 的 Shapefile 或 GeoPackage"),
        widget=forms.FileInput(attrs={"class": "form-control", "accept": ",".join(SUFFIXES)}),
    )
    field_order = ("file", "datum", "column")

    def clean_file(self) -> Any:
        """This will refuse what is larger than an upload may be."""
        file = self.cleaned_data["file"]
        if file.size > settings.UPLOAD_MAX_BYTES:
            most = settings.UPLOAD_MAX_BYTES // 1024**2
            raise forms.ValidationError(_("文件超过 %(most)d MB。") % {"most": most})
        return file


def _administrators(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """This will keep the page from everybody who does not configure the county; for them it does not exist."""

    @wraps(view)
    def guarded(request: Visit, *args: Any, **kwargs: Any) -> HttpResponse:
        if not may_import(request.viewer):
            raise Absent
        return view(request, *args, **kwargs)

    return login_required(guarded)


@require_http_methods(["GET", "POST"])
@_administrators
def boundaries(request: Visit) -> HttpResponse:
    """This will show the upload, and what a file would do."""
    if request.method != "POST":
        return _page(request, UploadForm(initial={"datum": "auto"}))
    form = UploadForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, form, status=422)
    given, file = form.cleaned_data, form.cleaned_data["file"]
    content = file.read()
    trial = trial_of(
        content=content, name=file.name, datum=given["datum"], column=given["column"], viewer=request.viewer
    )
    counts = {"features": len(trial.lines), "problems": len(trial.problems)}
    trial_note(register=DRAFT, name=file.name, counts=counts, actor=request.viewer, now=request.now)
    draft = None
    if trial.passed:
        draft = draft_keep(register=DRAFT, name=file.name, content=content, actor=request.viewer, now=request.now)
    status = 422 if trial.problems else 200
    return _page(request, form, trial=trial, draft=draft, how=HowForm(given), name=file.name, status=status)


@require_POST
@_administrators
def boundaries_commit(request: Visit, pk: int) -> HttpResponse:
    """This will import the tried file, all of it or nothing; what was tried is read again and judged again."""
    draft, how = draft_get(request.viewer, DRAFT, pk), HowForm(request.POST)
    if not how.is_valid():
        raise Absent
    given, reason = how.cleaned_data, request.POST.get("reason", "")
    trial = trial_of(content=bytes(draft.content), name=draft.name, viewer=request.viewer, **given)
    try:
        if not trial.passed:
            raise Refusal(_("试运行之后情况有变,请看下面的报告。"), code="stale")
        report = division_import(
            features=trial.boundaries, reason=reason, source=reason, actor=request.viewer, now=request.now
        )
    except Refusal as refusal:
        return _page(
            request,
            UploadForm(initial=given),
            trial=trial,
            draft=draft,
            how=how,
            name=draft.name,
            trouble=refusal.message,
            status=422,
        )
    draft_done(draft=draft, actor=request.viewer, now=request.now, reason=reason, counts=report.counts)
    number = report.counts.get("replaced", 0)
    messages.success(request, _("已替换 %(number)d 个区划的边界。") % {"number": number})
    return HttpResponseRedirect(f"{registry.get('divisions').url()}?boundary=official")


@require_GET
@_administrators
def boundaries_template(request: HttpRequest) -> HttpResponse:
    """This will give a GeoJSON of the townships as they are held, to be redrawn or looked at for its columns."""
    rows = Division.objects.filter(level=Level.TOWNSHIP, valid_until=None).exclude(area=None).order_by("code")
    features = [
        {
            "type": "Feature",
            "properties": {"code": row.code, "name": row.name},
            "geometry": json.loads(row.area.geojson) if row.area else None,
        }
        for row in rows
    ]
    body = json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)
    answer = HttpResponse(body, content_type="application/geo+json; charset=utf-8")
    answer.headers["Content-Disposition"] = 'attachment; filename="boundaries-template.geojson"'
    return answer


def _page(
    request: Visit,
    form: forms.Form,
    *,
    trial: Trial | None = None,
    draft: Any = None,
    how: HowForm | None = None,
    name: str = "",
    trouble: str = "",
    status: int = 200,
) -> HttpResponse:
    context = {
        "form": form,
        "trial": trial,
        "draft": draft,
        "how": how,
        "name": name,
        "trouble": trouble,
        "register": registry.get("divisions"),
        "address": reverse("boundaries"),
    }
    return render(request, "web/boundaries.html", context, status=status)
