# SPDX-License-Identifier: Apache-2.0
"""The diagnosis of a device and what may be asked of it there."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from anshu.console.registry import registry
from anshu.console.views.door import Visit
from anshu.domain.sensing.choices import CommandKind
from anshu.domain.sensing.selectors import thing_to_diagnose
from anshu.domain.sensing.services import command_request, exchange_watch, history_parameters
from anshu.kernel.audit.refusals import Refusal
from anshu.web.devices.moments import moment_typed
from anshu.web.devices.page import ASKED, device_page

WATCH_MINUTES = 10
LONGEST_TEXT = 400


@login_required
@require_GET
def device(request: Visit, pk: int) -> HttpResponse:
    """This will show how a device is doing, down to its bytes."""
    thing = thing_to_diagnose(request.viewer, pk)
    context = {"register": registry.get("things"), **device_page(request.viewer, thing, now=request.now)}
    return render(request, "web/device.html", context)


@login_required
@require_POST
def device_watch(request: Visit, pk: int) -> HttpResponse:
    """This will have every frame of the device kept for ten minutes."""
    thing = thing_to_diagnose(request.viewer, pk)
    until = exchange_watch(thing=thing, minutes=WATCH_MINUTES, actor=request.viewer, now=request.now)
    messages.success(
        request, _("到 %(time)s 为止,每一帧都会留下。") % {"time": f"{timezone.localtime(until):%H:%M:%S}"}
    )
    return redirect("device", pk=pk)


@login_required
@require_POST
def device_ask(request: Visit, pk: int) -> HttpResponse:
    """This will ask something of the device, as soon as it is connected."""
    thing = thing_to_diagnose(request.viewer, pk)
    try:
        kind = request.POST.get("kind", "")
        if kind not in ASKED.get(thing.protocol, ()):
            raise Refusal(_("这种协议的设备不认识这个命令"))
        parameters = _parameters(thing, kind, request.POST)
        command_request(thing=thing, kind=kind, parameters=parameters, actor=request.viewer, now=request.now)
    except Refusal as refusal:
        messages.error(request, _("没有下达:") + (refusal.message or "、".join(refusal.fields.values())))
    else:
        messages.success(request, _("命令已排队,设备在线时立即发出,24 小时内有效。"))
    return redirect("device", pk=pk)


def _parameters(thing: Any, kind: str, given: Any) -> dict[str, Any]:
    """This will read what a command needs; raises Refusal for what is missing or cannot be."""
    if kind == CommandKind.SET_INTERVAL:
        return {"interval_s": _whole(given.get("interval_s", ""), _("上报间隔(秒)"), 86_400)}
    if kind == CommandKind.ROLL_CALL:
        return {"minutes": _whole(given.get("minutes") or "10", _("应答时限(分钟)"), 255)}
    if kind == CommandKind.TEXT:
        text = given.get("text", "").replace("\x00", "").strip()
        if not text or len(text) > LONGEST_TEXT:
            raise Refusal(_("请填写要下发的文字,至多 %(most)d 字") % {"most": LONGEST_TEXT})
        return {"text": text}
    if kind == CommandKind.FETCH_HISTORY:
        since, until = _moment(given.get("since", "")), _moment(given.get("until", ""))
        if since >= until:
            raise Refusal(_("开始时间应早于结束时间"))
        return history_parameters(thing, since, until)
    return {}


def _whole(text: str, label: str, most: int) -> int:
    text = text.strip()
    if not (text.isascii() and text.isdigit() and len(text) < 9 and 1 <= int(text) <= most):
        raise Refusal(_("%(label)s应为 1 至 %(most)d 的整数") % {"label": label, "most": most})
    return int(text)


def _moment(text: str) -> datetime:
    return moment_typed(text, _("请填写补传的开始和结束时间"))
