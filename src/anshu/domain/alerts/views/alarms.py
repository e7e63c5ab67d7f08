# SPDX-License-Identifier: Apache-2.0
"""Pages over many alarms: groups of a storm, statistics of a period, and the rows behind each figure."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from anshu.console.registry import registry
from anshu.console.views.door import Visit
from anshu.console.views.downloads import csv_file
from anshu.domain.alerts.choices import Cause, Level
from anshu.domain.alerts.forms import PeriodForm
from anshu.domain.alerts.selectors import (
    Statistics,
    alarm_groups,
    alarm_statistics,
    frequent_rows,
    group_rows,
    metric_name,
    metric_rows,
)
from anshu.kernel.access.choices import Capability
from anshu.kernel.access.viewer import Absent
from anshu.kernel.org.selectors import division_names

PAGE = 100
_WEEK = timedelta(days=6)


@login_required
@require_safe
def groups(request: Visit) -> HttpResponse:
    """This will show the active alarms as groups of place and cause, each open to its rows."""
    _allowed(request)
    found = alarm_groups(request.viewer)
    names = division_names({each.township for each in found})
    lines = [
        {
            "group": each,
            "place": names.get(each.township, each.township),
            "levels": [(Level(level), number) for level, number in each.by_level.items()],
            "url": _rows_url(township=each.township, cause=each.cause.value, property=each.property_id, name=each.name),
        }
        for each in found
    ]
    context = {
        "register": registry.get("alarms"),
        "lines": lines,
        "number": sum(each.number for each in found),
        "unanswered": sum(each.unanswered for each in found),
        "now": request.now,
    }
    return render(request, "alerts/groups.html", context)


@login_required
@require_safe
def statistics(request: Visit) -> HttpResponseBase:
    """This will show how good the alarms of a period were, or give it as a table."""
    _allowed(request)
    today = timezone.localdate(request.now)
    asked = "first" in request.GET
    form = PeriodForm(request.GET if asked else {"first": today - _WEEK, "last": today})
    context: dict[str, Any] = {"register": registry.get("alarms"), "period": form}
    if not form.is_valid() or (trouble := _too_long(form)):
        context["trouble"] = form.errors or trouble
        return render(request, "alerts/statistics.html", context, status=422)
    since, until = form.period()
    found = alarm_statistics(request.viewer, since, until, now=request.now)
    dates = {"first": form.cleaned_data["first"].isoformat(), "last": form.cleaned_data["last"].isoformat()}
    if request.GET.get("format") == "csv":
        return csv_file(_heads(), _table(found), f"{_('告警统计')}-{dates['first']}-{dates['last']}.csv")
    context |= {
        "found": found,
        "all_url": _rows_url(metric="all", **dates),
        "late_url": _rows_url(metric="late", **dates),
        "metrics": [(each, _rows_url(metric=each.code, **dates)) for each in found.metrics],
        "frequent": [
            (
                each,
                _rows_url(
                    thing=each.thing_id, rule=each.rule_id or "", name=each.rule_name or each.thing_name, **dates
                ),
            )
            for each in found.frequent
        ],
        "days": _days(found),
        "levels": [(Level(level), number) for level, number in found.by_level.items()],
        "csv_url": f"{reverse('alarm-statistics')}?{urlencode({**dates, 'format': 'csv'})}",
    }
    return render(request, "alerts/statistics.html", context)


@login_required
@require_safe
def rows(request: Visit) -> HttpResponse:
    """This will list the alarms behind a figure, newest first, a page at a time."""
    _allowed(request)
    found, title = _chosen(request)
    total = found.count()
    after = _number(request.GET.get("after"))
    page = found.select_related("thing", "assignee").order_by("-id")
    page = list((page.filter(pk__lt=after) if after else page)[: PAGE + 1])
    names = division_names({each.division_code for each in page})
    given = {key: value for key, value in request.GET.items() if key != "after"}
    more = f"?{urlencode({**given, 'after': page[PAGE - 1].pk})}" if len(page) > PAGE else ""
    context = {
        "register": registry.get("alarms"),
        "title": title,
        "total": total,
        "lines": [(each, names.get(each.division_code, each.division_code)) for each in page[:PAGE]],
        "more": more,
    }
    return render(request, "alerts/rows.html", context)


def _allowed(request: Visit) -> None:
    if not request.viewer.can(Capability.MONITORING):
        raise Absent


def _chosen(request: Visit) -> tuple[Any, str]:
    given = request.GET
    name = given.get("name", "")[:120]
    if "township" in given:
        if given.get("cause") not in Cause.values or not given["township"].isdigit():
            raise Absent
        found = group_rows(
            request.viewer,
            township=given["township"],
            cause=given["cause"],
            property_id=_number(given.get("property")),
        )
        return found, _("正在报警:%(name)s") % {"name": name}
    since, until = _span(given)
    if "thing" in given:
        thing = _number(given["thing"])
        if thing is None:
            raise Absent
        return frequent_rows(request.viewer, thing, _number(given.get("rule")), since, until), name
    code = given.get("metric", "")
    narrowed = metric_rows(request.viewer, code, since, until, request.now)
    if narrowed is None:
        raise Absent
    return narrowed, metric_name(code)


def _span(given: Any) -> tuple[datetime, datetime]:
    form = PeriodForm(given)
    if not form.is_valid():
        raise Absent
    return form.period()


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 19 else None


def _too_long(form: PeriodForm) -> str:
    first, last = form.cleaned_data["first"], form.cleaned_data["last"]
    if last < first:
        return _("结束日期早于开始日期。")
    return _("一次最多统计 366 天。") if (last - first).days > 365 else ""


def _rows_url(**given: Any) -> str:
    return f"{reverse('alarm-rows')}?{urlencode({key: value for key, value in given.items() if value is not None})}"


def _days(found: Statistics) -> list[tuple[date, int, float]]:
    most = max(found.by_day.values(), default=0)
    return [(date.fromisoformat(day), number, 100 * number / most) for day, number in found.by_day.items()]


def _heads() -> list[str]:
    return [_("项目"), _("条数"), _("占比分母"), _("说明")]


def _table(found: Statistics) -> Iterator[Sequence[Any]]:
    yield _("期间发生"), found.total, "", ""
    yield _("补报发现(不计入下面各项)"), found.late, "", ""
    for each in found.metrics:
        yield each.name, each.part, each.whole, each.about
    yield _("超过 10 条的 10 分钟时段"), found.flooded, found.periods, _("基准:不到 1%")
    yield _("10 分钟内最多"), found.most, "", _("基准:不超过 10 条")
    for line in found.frequent:
        yield (
            _("最频繁:%(name)s") % {"name": line.rule_name or line.thing_name},
            line.number,
            found.total,
            line.cause.label,
        )
