# SPDX-License-Identifier: Apache-2.0
"""/wall/, and the own pages of an alarm and an incident with their writes."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_GET, require_POST

from anshu.domain.alerts.selectors import alarm_get
from anshu.domain.alerts.services import alarm_acknowledge, alarm_comment
from anshu.domain.command.selectors import incident_get
from anshu.domain.command.services import entry_add, entry_strike, incident_close, scene_see
from anshu.kernel.access.viewer import Viewer
from anshu.kernel.audit.refusals import Absent, Refusal
from anshu.web.boot import boot_of
from anshu.web.hrefs import href
from anshu.web.opening import incident_from_alarm
from anshu.web.screens.alarm import alarm_page
from anshu.web.screens.incident import incident_page

LONGEST = 5000


@login_required
@ensure_csrf_cookie
@require_GET
def wall(request: HttpRequest) -> HttpResponse:
    """This will give the command centre's screen."""
    context = {"surface": "wall", "title": _("指挥大屏"), "boot": boot_of(request)}
    return render(request, "web/surface.html", context)


@login_required
@ensure_csrf_cookie
@require_GET
def incident(request: HttpRequest, pk: int) -> HttpResponse:
    """This will give one incident with its timeline and what may be done."""
    viewer, now = request.viewer, request.now  # type: ignore[attr-defined]
    return render(request, "web/incident.html", incident_page(viewer, incident_get(viewer, pk), now=now))


@login_required
@ensure_csrf_cookie
@require_GET
def alarm(request: HttpRequest, pk: int) -> HttpResponse:
    """This will give one alarm with its curve and what may be done."""
    return render(request, "web/alarm.html", alarm_page(request.viewer, pk, now=request.now))  # type: ignore[attr-defined]


@login_required
@require_POST
def incident_act(request: HttpRequest, pk: int, code: str) -> HttpResponse:
    """This will write to an incident and show it again, saying what was refused and why."""
    found = incident_get(request.viewer, pk)  # type: ignore[attr-defined]
    return _written(request, INCIDENT_WRITES.get(code), found) or redirect("incident", pk=pk)


@login_required
@require_POST
def alarm_act(request: HttpRequest, pk: int, code: str) -> HttpResponse:
    """This will write to an alarm and show it again, or the incident that it became."""
    found = alarm_get(request.viewer, pk)  # type: ignore[attr-defined]
    return _written(request, ALARM_WRITES.get(code), found) or redirect("alarm", pk=pk)


def _written(request: HttpRequest, write: "Write | None", found: Any) -> HttpResponse | None:
    """This will run one write and leave a message; gives where to go where that is somewhere else."""
    if write is None:
        raise Absent
    given = {name: _clean(text) for name, text in request.POST.items()}
    try:
        made = write(found, given, request.viewer, request.now)  # type: ignore[attr-defined]
    except Refusal as refusal:
        messages.error(request, _("没有保存:") + (refusal.message or "、".join(refusal.fields.values())))
        return None
    messages.success(request, _("已记录。"))
    return redirect(made) if isinstance(made, str) else None


def _clean(text: Any) -> str:
    return str(text).replace("\x00", "").strip()[:LONGEST]


def _entry(incident: Any, given: dict[str, str], viewer: Viewer, now: datetime) -> None:
    entry_add(incident=incident, text=given.get("text", ""), actor=viewer, now=now)


def _strike(incident: Any, given: dict[str, str], viewer: Viewer, now: datetime) -> None:
    number = given.get("entry", "")
    entry = incident.entries.filter(pk=int(number)).first() if number.isascii() and number.isdigit() else None
    if entry is None:
        raise Absent
    entry_strike(entry=entry, reason=given.get("reason", ""), actor=viewer, now=now)


def _scene(incident: Any, given: dict[str, str], viewer: Viewer, now: datetime) -> None:
    scene_see(incident=incident, actor=viewer, now=now)


def _closure(incident: Any, given: dict[str, str], viewer: Viewer, now: datetime) -> None:
    incident_close(
        incident=incident, conclusion=given.get("conclusion", ""), reason=given.get("reason", ""), actor=viewer, now=now
    )


def _acknowledge(alarm: Any, given: dict[str, str], viewer: Viewer, now: datetime) -> None:
    alarm_acknowledge(alarm=alarm, actor=viewer, now=now, comment=given.get("text", ""))


def _comment(alarm: Any, given: dict[str, str], viewer: Viewer, now: datetime) -> None:
    alarm_comment(alarm=alarm, text=given.get("text", ""), actor=viewer, now=now)


def _open(alarm: Any, given: dict[str, str], viewer: Viewer, now: datetime) -> str:
    return href("incident", incident_from_alarm(alarm, actor=viewer, now=now).pk)


Write = Callable[[Any, dict[str, str], Viewer, datetime], str | None]
INCIDENT_WRITES: dict[str, Write] = {"entries": _entry, "strike": _strike, "scene": _scene, "closure": _closure}
ALARM_WRITES: dict[str, Write] = {"acknowledgement": _acknowledge, "comments": _comment, "incident": _open}
