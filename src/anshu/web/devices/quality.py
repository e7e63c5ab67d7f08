# SPDX-License-Identifier: Apache-2.0
"""The quality of a device's values: what each check said about how many, which they are, and what people say."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from anshu.console.registry import registry
from anshu.console.views.door import Visit
from anshu.domain.sensing.choices import FLAGS, Quality, Verdict, flag_names
from anshu.domain.sensing.selectors import (
    StreamQuality,
    clock_of,
    maintenance_of,
    observations_flagged,
    quality_of_thing,
    repeats_of,
    revisions_of,
    thing_get,
)
from anshu.domain.sensing.services import (
    missing_codes_changes,
    missing_codes_set,
    missing_codes_undo,
    observation_correct,
    observations_mark,
    revision_undo,
)
from anshu.domain.sensing.services.clocks import MOST_OFF
from anshu.kernel.access.choices import Capability, Right
from anshu.kernel.access.viewer import Absent, Refusal, Viewer
from anshu.web.devices.moments import moment_typed

PERIODS = (1, 7, 31)
MOST_ROWS, MOST_REVISIONS = 200, 50
_SLIGHT = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Count:
    """How many of a datastream's values a check spoke about, and where they are listed."""

    name: str
    number: int
    total: int
    address: str


@dataclass(frozen=True, slots=True)
class Line:
    """One value as the table shows it."""

    row: Any
    flags: str
    lag_s: int


@login_required
@require_GET
def device_quality(request: Visit, pk: int) -> HttpResponse:
    """This will show counts for each datastream and flag, and the values behind one of them."""
    thing = thing_get(request.viewer, pk)
    days = next((each for each in PERIODS if request.GET.get("days") == str(each)), 7)
    # A clock that leads puts values a little after now.
    until = request.now + timedelta(days=1)
    since = request.now - timedelta(days=days)
    found = quality_of_thing(thing, since=since, until=until)
    context: dict[str, Any] = {
        "register": registry.get("things"),
        "thing": thing,
        "days": days,
        "periods": [(each, _address(thing, days=each)) for each in PERIODS],
        "streams": [(each, _counts(thing, each, days)) for each in found],
        "windows": [each for each in maintenance_of(thing, since=since) if each.since < until][:20],
        "clock": _clock(thing),
        "repeats": repeats_of(thing),
        "revisions": list(revisions_of(thing)[:MOST_REVISIONS]),
        "codes": [(each.stream, _numbers(each.stream), missing_codes_changes(each.stream)) for each in found],
        "legend": [(name, meaning) for name, meaning in FLAGS.values()],
        "may_say": _may_say(request.viewer, thing),
        "now": request.now,
        **_rows(request, thing, found, days, since, until),
    }
    return render(request, "web/device_quality.html", context)


@login_required
@require_POST
def device_quality_say(request: Visit, pk: int, verb: str) -> HttpResponse:
    """This will mark, correct or take back what the form says, with its reason."""
    thing = thing_get(request.viewer, pk)
    try:
        said = _say(request, thing, verb)
    except Refusal as refusal:
        messages.error(request, _("没有保存:") + (refusal.message or "、".join(refusal.fields.values())))
    else:
        messages.success(request, said)
    return redirect("device-quality", pk=pk)


def _say(request: Visit, thing: Any, verb: str) -> str:
    given = request.POST
    who: dict[str, Any] = {"actor": request.viewer, "now": request.now, "reason": request.POST.get("reason", "")}
    if verb == "undone":
        revision = revisions_of(thing).filter(pk=_whole(given.get("revision", ""))).first()
        if revision is None:
            raise Absent
        revision_undo(revision=revision, **who)
        return _("已撤销,标记恢复原样。")
    streams = {each.stream.pk: each.stream for each in quality_of_thing(thing, since=request.now, until=request.now)}
    stream = streams.get(_whole(given.get("stream", "")))
    if stream is None:
        raise Absent
    if verb == "missing":
        missing_codes_set(datastream=stream, codes=_codes(given.get("codes", "")), **who)
        return _("缺测码已改,以后收到的值照此判断。")
    if verb == "missing-undone":
        missing_codes_undo(datastream=stream, **who)
        return _("已撤销,缺测码恢复原样。")
    if verb == "corrected":
        try:
            value = float(given.get("value", ""))
        except ValueError as error:
            raise Refusal(_("请填写订正后的数值")) from error
        observation_correct(datastream=stream, at=_moment(given.get("since", "")), value=value, **who)
        return _("已订正,原值留在判定记录里。")
    if verb not in (Verdict.BAD, Verdict.TRUSTED):
        raise Absent
    until = _moment(given.get("until", "") or given.get("since", ""))
    if not given.get("until"):
        until += timedelta(microseconds=1)
    revision = observations_mark(
        datastream=stream, since=_moment(given.get("since", "")), until=until, verdict=verb, **who
    )
    return _("已标记 %(rows)d 个值。") % {"rows": revision.rows}


def _numbers(stream: Any) -> str:
    """This will write a datastream's missing codes out as they are typed."""
    return "、".join(f"{each:.15g}" for each in stream.missing_codes)


def _codes(text: str) -> list[float]:
    """This will read typed codes; raises Refusal naming the one that is no number."""
    codes = []
    for part in re.split(r"[、,,;;\s]+", text.strip()):
        try:
            codes += [float(part)] if part else []
        except ValueError as error:
            raise Refusal(_("缺测码“%(value)s”不是数") % {"value": part[:20]}) from error
    return codes


def _counts(thing: Any, found: StreamQuality, days: int) -> list[Count]:
    """This will give the flags that stand beside any value, in the order of the legend."""
    return [
        Count(
            str(name),
            found.by_flag[bit],
            found.total,
            _address(thing, days=days, stream=found.stream.pk, flag=bit) + "#rows",
        )
        for bit, (name, _meaning) in FLAGS.items()
        if bit in found.by_flag
    ]


def _rows(
    request: Visit, thing: Any, found: list[StreamQuality], days: int, since: datetime, until: datetime
) -> dict[str, Any]:
    wanted = request.GET.get("stream", "")
    stream = next((each.stream for each in found if str(each.stream.pk) == wanted), None)
    if stream is None:
        return {}
    asked = request.GET.get("flag", "")
    flag = next((bit for bit in FLAGS if str(bit) == asked), 0)
    rows, total = observations_flagged(stream, since=since, until=until, flag=flag, most=MOST_ROWS)
    lines = [Line(row, flag_names(row.checks), round((row.received_at - row.at).total_seconds())) for row in rows]
    choices = [(0, _("全部"), _address(thing, days=days, stream=stream.pk) + "#rows")]
    choices += [
        (bit, str(name), _address(thing, days=days, stream=stream.pk, flag=bit) + "#rows")
        for bit, (name, _meaning) in FLAGS.items()
    ]
    return {"stream": stream, "flag": flag, "lines": lines, "total": total, "most": MOST_ROWS, "choices": choices,
            "missing": Quality.MISSING}  # fmt: skip


def _clock(thing: Any) -> dict[str, Any] | None:
    state = clock_of(thing)
    if state is None:
        return None
    seconds = round(abs(state.lag_s))
    words = _("时间落后收到时间 %(seconds)d 秒(含传输)") if state.lag_s >= 0 else _("时间超前收到时间 %(seconds)d 秒")
    return {
        "state": state,
        "words": words % {"seconds": seconds},
        "off": seconds > MOST_OFF.total_seconds() or state.lag_s < -_SLIGHT.total_seconds(),
    }


def _may_say(viewer: Viewer, thing: Any) -> bool:
    held = any(viewer.covers(thing, Capability.MONITORING, right) for right in (Right.APPROVE, Right.CREATE))
    return held or viewer.covers(thing, Capability.CONFIGURATION, Right.UPDATE)


def _address(thing: Any, **given: Any) -> str:
    return f"{reverse('device-quality', args=[thing.pk])}?{urlencode(given)}"


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


def _moment(text: str) -> datetime:
    return moment_typed(text, _("请填写时间"))
