# SPDX-License-Identifier: Apache-2.0
"""Pages beyond the register of rules: the dry run of a changed rule, and templates for many stations."""

from collections import Counter
from datetime import timedelta
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from anshu.console.places import Places
from anshu.console.registry import registry
from anshu.console.views.door import Visit
from anshu.domain.alerts.forms import PeriodForm, RuleForm
from anshu.domain.alerts.services import rule_dry_run, rule_template, rule_templates, template_apply
from anshu.domain.sensing.selectors import things_visible
from anshu.kernel.access.choices import Capability, Right
from anshu.kernel.access.viewer import Absent, Refusal, within

MOST_STATIONS = 300
MOST_SPELLS = 500
_DAYS = timedelta(days=30)


@login_required
@require_safe
def rule_trial(request: Visit, pk: int) -> HttpResponse:
    """This will evaluate the form's rule over past days and show its alarms beside those that there were."""
    register = registry.get("rules")
    rule = register.fetch(request.viewer, pk, Right.APPROVE)
    asked = "first" in request.GET
    today = timezone.localdate(request.now)
    form = RuleForm(request.GET if asked else None, instance=rule, places=Places.of(request.viewer))
    period = PeriodForm(
        {"first": request.GET.get("first"), "last": request.GET.get("last")}
        if asked
        else {"first": today - _DAYS, "last": today}
    )
    context: dict[str, Any] = {"register": register, "row": rule, "form": form, "period": period, "asked": asked}
    if not asked:
        return render(request, "alerts/trial.html", context)
    if form.is_valid() and period.is_valid():
        since, until = period.period()
        try:
            found = rule_dry_run(viewer=request.viewer, rule=rule, since=since, until=until, **form.values())
        except Refusal as refusal:
            _accuse(form, period, refusal)
        else:
            context.update(found=found, sides=_sides(found))
            return render(request, "alerts/trial.html", context)
    context["problems"] = [*form.problems(), *(("", text) for texts in period.errors.values() for text in texts)]
    return render(request, "alerts/trial.html", context, status=422)


def _accuse(form: RuleForm, period: PeriodForm, refusal: Refusal) -> None:
    dates = {"since": "first", "until": "last"}
    for name in dates.keys() & refusal.fields.keys():
        period.add_error(dates[name], refusal.fields[name])
    if rest := {name: text for name, text in refusal.fields.items() if name not in dates}:
        form.accuse(Refusal(refusal.message, fields=rest))


def _sides(found: Any) -> list[dict[str, Any]]:
    named = ((_("试运行会报的告警"), found.draft), (_("现行规则报过的告警"), found.present))
    return [
        {"title": title, "spells": spells[:MOST_SPELLS], "more": len(spells) - MOST_SPELLS} for title, spells in named
    ]


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def rule_templates_page(request: Visit) -> HttpResponse:
    """This will show the templates and the stations that each fits, and apply one to the chosen stations."""
    register = registry.get("rules")
    if not register.may(request.viewer, "create"):
        raise Absent
    given = request.POST if request.method == "POST" else request.GET
    context: dict[str, Any] = {"register": register, "templates": rule_templates()}
    if code := given.get("template", ""):
        template = rule_template(code)
        places = Places.of(request.viewer)
        division = given.get("division", "")
        stations = _stations(request, template.properties, division)
        context.update(
            template=template,
            division=division,
            divisions=[place for place in places.all if place.level == "township"],
            stations=list(stations[:MOST_STATIONS]),
            number=stations.count(),
        )
        if request.method == "POST":
            return _apply(request, context, stations)
    return render(request, "alerts/templates.html", context)


def _apply(request: Visit, context: dict[str, Any], stations: Any) -> HttpResponse:
    wanted = [int(pk) for pk in request.POST.getlist("thing") if pk.isascii() and pk.isdigit() and len(pk) < 19]
    chosen = list(stations.filter(pk__in=wanted[:MOST_STATIONS]))
    reason = request.POST.get("reason", "").strip()[:500]
    if not chosen:
        return render(request, "alerts/templates.html", {**context, "trouble": _("请至少选一个站点。")}, status=422)
    rows = template_apply(
        template=context["template"], things=chosen, actor=request.viewer, now=request.now, reason=reason
    )
    counts = Counter(row.verdict for row in rows)
    return render(request, "alerts/templates.html", {**context, "rows": rows, "counts": counts, "total": len(rows)})


def _stations(request: Visit, properties: tuple[str, ...], division: str) -> Any:
    """This will give the things that observe one of the properties and for which the viewer may set thresholds."""
    visible = things_visible(request.viewer)
    rows = visible.filter(within(request.viewer, visible.model, Capability.MONITORING, Right.APPROVE))
    rows = rows.filter(datastreams__observed_property__code__in=properties)
    if len(division) == 12 and division.isascii() and division.isdigit():
        rows = rows.filter(division_code__startswith=division[:9])
    return rows.distinct().order_by("code")
