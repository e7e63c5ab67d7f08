# SPDX-License-Identifier: Apache-2.0
"""/outages/: which stations are silent, since when, and whose duty that is."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from anshu.console.views.downloads import csv_file
from anshu.domain.sensing.choices import ThingKind
from anshu.domain.sensing.selectors import availability_of, outages_of, silent_counts, silent_things
from anshu.kernel.access.choices import Capability
from anshu.kernel.access.viewer import Absent
from anshu.kernel.org.selectors import chains_for, division_names

PAGE = 100
MOST_EXPORTED = 20_000


@login_required
@require_GET
def outages(request: HttpRequest) -> HttpResponseBase:
    """This will list the silent stations in scope, the longest silence first."""
    viewer, now = request.viewer, request.now  # type: ignore[attr-defined]
    if not viewer.can(Capability.MONITORING):
        raise Absent
    township, kind = request.GET.get("township", ""), request.GET.get("kind", "")
    township = township[:12] if township.isascii() and township.isdigit() else ""
    kind = kind if kind in ThingKind.values else ""
    counts = silent_counts(viewer, now=now)
    names = division_names({code.ljust(12, "0") for code in counts})
    silent = silent_things(viewer, now=now, township=township, kind=kind)
    if request.GET.get("format") == "csv":
        return csv_file(
            _heads(),
            _table(list(silent[:MOST_EXPORTED]), now),
            f"{_('断线看板')}-{timezone.localdate(now).isoformat()}.csv",
        )
    page = _page(request.GET.get("page"))
    things = list(silent[page * PAGE : (page + 1) * PAGE + 1])
    given = {"township": township, "kind": kind}
    context: dict[str, Any] = {
        "lines": _lines(things[:PAGE], now),
        "total": silent.count(),
        "part": sum(part for part, _whole in counts.values()),
        "whole": sum(whole for _part, whole in counts.values()),
        "townships": [
            {"code": code, "name": names.get(code.ljust(12, "0"), code), "part": part, "whole": whole}
            for code, (part, whole) in counts.items()
        ],
        "kinds": ThingKind.choices,
        "given": given,
        "more": f"?{urlencode({**given, 'page': page + 1})}" if len(things) > PAGE else "",
        "csv_url": f"?{urlencode({**given, 'format': 'csv'})}",
        "now": now,
    }
    return render(request, "web/outages.html", context)


def _lines(things: Sequence[Any], now: Any) -> list[dict[str, Any]]:
    chains = chains_for({(each.division_code, each.sector_code) for each in things}, at=now)
    available = availability_of(things, now=now)
    names = division_names({each.division_code for each in things})
    lines = []
    for outage in outages_of(things, now=now):
        thing = outage.thing
        chain = chains[thing.division_code, thing.sector_code]
        lines.append(
            {
                "outage": outage,
                "age": _age(now - outage.heard_at) if outage.heard_at else "",
                "missed": int((now - outage.heard_at).total_seconds() // thing.report_interval_s)
                if outage.heard_at
                else None,
                "place": names.get(thing.division_code, thing.division_code),
                "duty": chain[0] if chain else None,
                "available": available.get(thing.pk),
            }
        )
    return lines


def _age(age: timedelta) -> str:
    minutes = int(age.total_seconds() // 60)
    if minutes < 120:
        return _("%(number)d 分钟") % {"number": minutes}
    if minutes < 2 * 1440:
        return _("%(number)d 小时") % {"number": minutes // 60}
    return _("%(number)d 天") % {"number": minutes // 1440}


def _page(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 6 else 0


def _heads() -> list[str]:
    return [
        _("编号"),
        _("站点"),
        _("类别"),
        _("所在区划"),
        _("最近来报"),
        _("应报间隔(秒)"),
        _("维护"),
        _("责任人"),
        _("单位"),
        _("30 天有数据小时"),
        _("小时总数"),
    ]


def _table(things: Sequence[Any], now: Any) -> Iterator[Sequence[Any]]:
    for start in range(0, len(things), PAGE):
        for line in _lines(things[start : start + PAGE], now):
            thing, outage, duty, available = line["outage"].thing, line["outage"], line["duty"], line["available"]
            yield (
                thing.code,
                thing.name,
                thing.get_kind_display(),
                line["place"],
                timezone.localtime(outage.heard_at).isoformat() if outage.heard_at else "",
                thing.report_interval_s,
                outage.maintained,
                duty.person_name if duty else "",
                duty.organisation_name if duty else "",
                available.hours if available else "",
                available.of if available else "",
            )
