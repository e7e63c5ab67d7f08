# SPDX-License-Identifier: Apache-2.0
"""Opening an incident: from an alarm, from a task, or by hand from a call."""

from datetime import datetime, timedelta
from typing import Any

from django.contrib.gis.geos import Point
from django.db import transaction
from django.utils.translation import gettext as _

from anshu.domain.alerts.selectors import alarm_get
from anshu.domain.command.choices import EntryKind, IncidentKind, IncidentState
from anshu.domain.command.models import Incident
from anshu.domain.command.selectors import ALARM, TASK, scene_due_from
from anshu.domain.command.services.writing import changed, entry_write, link_write, missing
from anshu.domain.grassroots.selectors import ground_of, task_get, tasks_of_source
from anshu.kernel.access.choices import Capability, Right
from anshu.kernel.access.viewer import Viewer
from anshu.kernel.audit.actor import Actor
from anshu.kernel.audit.refusals import Absent, Refusal
from anshu.kernel.org.choices import Sector
from anshu.kernel.org.models import Division
from anshu.kernel.org.selectors import division_at
from anshu.kernel.workflow.numbers import number_next

TITLE_MOST = 200
CLOCKS_DIFFER = timedelta(minutes=5)
OLDEST = timedelta(days=30)


@transaction.atomic
def incident_open(
    *,
    actor: Actor,
    now: datetime,
    title: str,
    kind: str,
    source: Any = None,
    point: Point | None = None,
    division_code: str | None = None,
    sector_code: str | None = None,
    happened_at: datetime | None = None,
    address: str = "",
) -> Incident:
    """This will open an incident and start its on-scene clock; raises Absent for a source out of sight.

    `source` is an alarm or a task (the row, or its label and key): place and sector come from it where not given,
    and it is linked with the tasks that the alarm has made. One source has one open incident.
    """
    _check(title, kind, sector_code, address)
    found = _source(source, actor)
    place = point or (found.point if found is not None else None)
    incident = Incident(
        title=title.strip(),
        kind=kind,
        address=address.strip(),
        point=place,
        source_type=found._meta.label_lower if found is not None else "",
        source_id=str(found.pk) if found is not None else "",
        happened_at=_happened(happened_at, found, now),
        opened_at=now,
        opened_by=actor.label,
        scene_due_at=scene_due_from(now),
        division_code=_place(actor, point, division_code, found),
        sector_code=sector_code or (found.sector_code if found is not None else Sector.GENERAL),
        unit_id=found.unit_id if found is not None else None,
    )
    _demand(actor, incident)
    # Taking the number makes others wait, so that two officers do not open two incidents of one alarm.
    incident.number = number_next("SJ", now=now, width=2)
    _refuse_second(incident)
    changed(incident, change="opened", actor=actor, now=now, text=incident.title, save=True)
    text = _("接报:%(title)s") % {"title": incident.title}
    entry_write(incident, kind=EntryKind.REPORT, text=text, actor=actor, now=now)
    _link_sources(incident, found, actor, now)
    return incident


def _check(title: str, kind: str, sector_code: str | None, address: str) -> None:
    wrong = {
        "title": "" if 0 < len(title.strip()) <= TITLE_MOST else _("请填写标题,不超过 200 字。"),
        "kind": "" if kind in IncidentKind.values else _("请选择类别。"),
        "sector_code": "" if not sector_code or sector_code in Sector.values else _("没有这个行业。"),
        "address": "" if len(address) <= TITLE_MOST else _("地点不超过 200 字。"),
    }
    fields = {name: message for name, message in wrong.items() if message}
    if fields:
        raise Refusal(" ".join(fields.values()), code="invalid", fields=fields)


def _source(source: Any, actor: Actor) -> Any:
    """This will give the source's row as the actor may see it."""
    if source is None:
        return None
    label, pk = (source._meta.label_lower, source.pk) if hasattr(source, "_meta") else source
    getters = {ALARM: alarm_get, TASK: task_get}
    if label not in getters:
        raise Absent
    if isinstance(actor, Viewer):
        return getters[label](actor, pk)
    return source if hasattr(source, "_meta") else None


def _happened(given: datetime | None, source: Any, now: datetime) -> datetime:
    if given is None:
        began = getattr(source, "raised_at", None) or getattr(source, "created_at", None)
        return began if began is not None else now
    if not now - OLDEST <= given <= now + CLOCKS_DIFFER:
        raise missing("happened_at", _("发生时间应在过去 30 天之内,且不晚于现在。"))
    return given


def _place(actor: Actor, point: Point | None, division_code: str | None, source: Any) -> str:
    """This will decide where it is: as chosen, at the point, at the source, or on the actor's own ground."""
    found = division_at(point) if point is not None else None
    if point is not None and found is None:
        raise missing("point", _("位置不在本县范围内,请重新选点。"))
    if division_code:
        if not Division.objects.filter(code=division_code, valid_until=None).exists():
            raise missing("division_code", _("没有这个区划。"))
        return division_code
    if found is not None:
        return found.code
    return str(source.division_code) if source is not None else ground_of(actor, Capability.INCIDENT)


def _demand(actor: Actor, incident: Incident) -> None:
    if not actor.may(Capability.INCIDENT, Right.CREATE):
        raise Refusal(_("您没有报告突发事件的权限。"), code="forbidden")
    if not actor.may(Capability.INCIDENT, Right.CREATE, incident):
        message = _("该地点或行业不在您的权限范围内。")
        raise Refusal(message, code="out_of_scope", fields={"division_code": message})


def _refuse_second(incident: Incident) -> None:
    if not incident.source_id:
        return
    rows = Incident.objects.filter(
        source_type=incident.source_type, source_id=incident.source_id, state=IncidentState.OPEN
    )
    other = rows.first()
    if other is not None:
        raise Refusal(_("已有处置中的事件 %(number)s。") % {"number": other.number}, code="exists")


def _link_sources(incident: Incident, found: Any, actor: Actor, now: datetime) -> None:
    if found is None:
        return
    subject = (incident.source_type, incident.source_id)
    link_write(incident, subject, _("关联%(title)s") % {"title": _called(found)}, actor=actor, now=now)
    if subject[0] == ALARM and isinstance(actor, Viewer):
        for task in tasks_of_source(actor, *subject):
            text = _("关联%(title)s") % {"title": _called(task)}
            link_write(incident, (TASK, str(task.pk)), text, actor=actor, now=now)
    elif subject[0] == TASK and found.source_type == ALARM:
        text = _("关联任务来源的告警")
        link_write(incident, (ALARM, found.source_id), text, actor=actor, now=now)


def _called(row: Any) -> str:
    number = getattr(row, "number", "")
    kind = _("任务") if number else _("告警")
    return f"{kind} {number} {row.title}".replace("  ", " ")
