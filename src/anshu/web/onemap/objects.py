# SPDX-License-Identifier: Apache-2.0
"""The drawer of one object: facts, live values, what is open, who to call, what happened, what can be done."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from anshu.console.maplayers import colour
from anshu.domain.alerts.choices import AlarmState
from anshu.domain.alerts.selectors import alarm_get, alarms_visible
from anshu.domain.command.choices import IncidentState
from anshu.domain.command.selectors import incident_get, incidents_visible, timeline
from anshu.domain.grassroots.choices import ENDED_STATES
from anshu.domain.grassroots.selectors import actions_for, task_get, tasks_visible
from anshu.domain.resources.selectors import shelters_visible, stock_visible, teams_visible
from anshu.domain.risks.selectors import risks_visible
from anshu.domain.sensing.choices import ThingKind
from anshu.domain.sensing.selectors import latest_of, series, thing_get, things_visible
from anshu.kernel.access.choices import Capability, Right
from anshu.kernel.access.viewer import Viewer
from anshu.kernel.audit.refusals import Absent
from anshu.web.hrefs import href
from anshu.web.onemap.around import nearest_to, people_of, place_name
from anshu.web.onemap.features import finite, unit_text
from anshu.web.onemap.histories import alarm_history, task_history, timeline_rows
from anshu.web.onemap.vehicles import telling, vehicle_parts

Facts = list[dict[str, str]]
SERIES_SPAN = timedelta(hours=24)
SERIES_POINTS = 120
LIVE_MOST = 6
LAST_TOLD = frozenset({"voltage", "battery", "rssi", "snr", "vehicle.acc"})
OPEN_MOST = 10


def map_object(viewer: Viewer, kind: str, pk: int, *, now: datetime) -> dict[str, Any]:
    """This will describe an object for the viewer; raises Absent for what does not exist or must not be seen."""
    describe = DESCRIBERS.get(kind)
    if describe is None:
        raise Absent
    row, parts = describe(viewer, pk, now)
    return {
        "type": kind,
        "id": pk,
        "title": str(getattr(row, "title", "") or getattr(row, "name", "")),
        "subtitle": place_name(row.division_code),
        "level": "none",
        "href": href(kind, pk),
        "facts": [],
        "live": [],
        "open": [],
        "people": people_of(row.division_code, row.sector_code, at=now),
        "nearest": nearest_to(viewer, row.point),
        "timeline": [],
        "actions": [],
        "links": [],
        **parts,
    }


def _one(rows: QuerySet[Any], pk: int) -> Any:
    row = rows.filter(pk=pk).select_related("unit").first()
    if row is None:
        raise Absent
    return row


def _facts(*pairs: tuple[str, Any]) -> Facts:
    """This will keep the facts that are known."""
    return [{"label": label, "value": str(value)} for label, value in pairs if value not in (None, "")]


def _risk(viewer: Viewer, pk: int, now: datetime) -> tuple[Any, dict[str, Any]]:
    row = _one(risks_visible(viewer), pk)
    things = list(things_visible(viewer).filter(risk_object_id=pk, retired_at=None)[:LIVE_MOST])
    facts = _facts(
        (_("类别"), row.get_kind_display()),
        (_("风险等级"), row.get_grade_display() if row.grade else ""),
        (_("编号"), row.code),
        (_("地址"), row.address),
        (_("责任单位"), row.unit),
        (_("影响人数"), row.people_exposed),
        (_("主要危险"), row.hazards),
        (_("管控措施"), row.measures),
    )
    return row, {
        "level": colour(row.grade),
        "facts": facts,
        "live": live_of(viewer, things, now=now),
        "open": _open(viewer, thing_ids=[thing.pk for thing in things], subject=("risks.riskobject", pk)),
    }


def _thing(viewer: Viewer, pk: int, now: datetime) -> tuple[Any, dict[str, Any]]:
    row = thing_get(viewer, pk)
    live = live_of(viewer, [row], now=now)
    moving = vehicle_parts(viewer, row) if row.kind == ThingKind.VEHICLE else {}
    facts = moving.pop("facts", []) + _facts(
        (_("类别"), row.get_kind_display()),
        (_("编号"), row.code),
        (_("责任单位"), row.unit),
        (_("协议"), row.protocol),
        (_("应报间隔"), _interval(row.report_interval_s)),
    )
    worst = min((alarm.level for alarm in _active(viewer, [pk])), default=0)
    return row, {
        "level": colour(worst),
        "facts": facts,
        "live": live,
        "open": _open(viewer, thing_ids=[pk], subject=("sensing.thing", pk)),
        **moving,
    }


def _interval(seconds: int) -> str:
    if seconds < 120:
        return _("%(number).0f 秒") % {"number": seconds}
    return _("%(minutes)s 分钟") % {"minutes": seconds // 60}


def _alarm(viewer: Viewer, pk: int, now: datetime) -> tuple[Any, dict[str, Any]]:
    row = alarm_get(viewer, pk)
    unit = unit_text(row.unit_of_value)
    facts = _facts(
        (_("状态"), row.get_state_display()),
        (_("原因"), row.get_cause_display()),
        (_("设备"), row.thing.name),
        (_("数值"), _measure(row.value, unit)),
        (_("阈值"), _measure(row.threshold, unit)),
        (_("阈值依据"), row.rule.source if row.rule else ""),
        (_("发生次数"), row.occurrences),
        (_("性质"), _("平台研判,不是官方预警")),
    )
    return row, {
        "level": colour(row.level),
        "facts": facts,
        "live": live_of(viewer, [row.thing], now=now),
        "open": _open(viewer, thing_ids=[], subject=("alerts.alarm", pk)),
        "timeline": alarm_history(row),
        "actions": alarm_actions(viewer, row),
    }


def _measure(value: float | None, unit: str) -> str:
    return "" if value is None else f"{value:g} {unit}".strip()


def alarm_actions(viewer: Viewer, alarm: Any) -> list[dict[str, Any]]:
    """This will list what the viewer may do with an alarm."""
    found = []
    base = f"/api/v1/alarms/{alarm.pk}"
    if viewer.covers(alarm, Capability.MONITORING, Right.UPDATE):
        if alarm.acknowledged_at is None:
            found.append(_post("acknowledgement", _("签收"), f"{base}/acknowledgement"))
        found.append(_post("comment", _("填写意见"), f"{base}/comments", "text"))
    if alarm.state == AlarmState.ACTIVE and viewer.covers(alarm, Capability.INCIDENT, Right.CREATE):
        found.append(_post("incident", _("转为事件"), f"{base}/incident"))
    return found


def _post(code: str, label: str, url: str, *needs: str) -> dict[str, Any]:
    return {"code": code, "label": label, "method": "POST", "url": url, "needs": list(needs)}


def _task(viewer: Viewer, pk: int, now: datetime) -> tuple[Any, dict[str, Any]]:
    row = task_get(viewer, pk)
    facts = _facts(
        (_("编号"), row.number),
        (_("类别"), row.get_kind_display()),
        (_("状态"), row.get_state_display()),
        (_("情况描述"), row.text),
        (_("责任岗位"), row.post),
        (_("处置人"), row.assignee),
        (_("上报人"), row.reporter),
    )
    actions = [
        _post(
            offer.code,
            offer.label,
            f"/api/v1/tasks/{pk}/transitions/{offer.code}",
            *offer.needs,
        )
        for offer in actions_for(viewer, row)
    ]
    return row, {
        "level": colour(row.level),
        "facts": facts,
        "open": _open(viewer, thing_ids=[], subject=("grassroots.task", pk)),
        "timeline": task_history(viewer, row),
        "actions": actions,
    }


def _incident(viewer: Viewer, pk: int, now: datetime) -> tuple[Any, dict[str, Any]]:
    row = incident_get(viewer, pk)
    facts = _facts(
        (_("编号"), row.number),
        (_("类别"), row.get_kind_display()),
        (_("级别"), row.get_grade_display()),
        (_("状态"), row.get_state_display()),
        (_("地点"), row.address),
        (_("接报人"), row.opened_by),
        (_("结论"), row.conclusion),
    )
    may_write = row.state == IncidentState.OPEN and viewer.covers(row, Capability.INCIDENT, Right.UPDATE)
    base = f"/api/v1/incidents/{pk}"
    return row, {
        "level": colour(row.grade),
        "facts": facts,
        "timeline": timeline_rows(timeline(viewer, row)),
        "actions": [_post("entry", _("补充记录"), f"{base}/entries", "text")] if may_write else [],
    }


def _shelter(viewer: Viewer, pk: int, now: datetime) -> tuple[Any, dict[str, Any]]:
    row = _one(shelters_visible(viewer), pk)
    return row, {
        "facts": _facts(
            (_("状态"), row.get_state_display()),
            (_("人数"), f"{row.people} / {row.capacity}"),
            *_resource(row),
        )
    }


def _team(viewer: Viewer, pk: int, now: datetime) -> tuple[Any, dict[str, Any]]:
    row = _one(teams_visible(viewer), pk)
    return row, {
        "facts": _facts(
            (_("类别"), row.get_kind_display()),
            (_("专长"), row.specialty),
            (_("在岗"), f"{row.on_duty} / {row.members}"),
            *_resource(row),
        )
    }


def _stock(viewer: Viewer, pk: int, now: datetime) -> tuple[Any, dict[str, Any]]:
    row = _one(stock_visible(viewer), pk)
    return row, {
        "facts": _facts(
            (_("品名"), row.item),
            (_("数量"), f"{row.quantity:g} {row.measure}"),
            (_("有效期至"), row.expires_on),
            *_resource(row),
        )
    }


def _resource(row: Any) -> tuple[tuple[str, Any], ...]:
    return (
        (_("编号"), row.code),
        (_("地址"), row.address),
        (_("责任单位"), row.unit),
        (_("联系人"), row.contact),
        (_("电话"), masked(row.phone)),
    )


def masked(phone: str) -> str:
    """This will hide the middle of a phone number."""
    return f"{phone[:3]}****{phone[-4:]}" if len(phone) >= 7 else ("****" if phone else "")


def live_of(viewer: Viewer, things: list[Any], *, now: datetime) -> list[dict[str, Any]]:
    """This will give the latest values of some things, each with the curve of the last day."""
    by_id = {thing.pk: thing for thing in things}
    found = []
    # What a station or vehicle is there for comes before the state of its battery.
    rows = sorted(
        (latest for latest in latest_of(by_id) if telling(latest)),
        key=lambda latest: latest.datastream.observed_property.code in LAST_TOLD,
    )
    for latest in rows[:LIVE_MOST]:
        stream = latest.datastream
        stream.thing = by_id[stream.thing_id]
        points = series(viewer, stream, now - SERIES_SPAN, now, SERIES_POINTS)
        found.append(
            {
                "label": stream.observed_property.name,
                "value": finite(latest.value),
                "unit": unit_text(stream.observed_property.unit),
                "observed_at": latest.at,
                "stale": (now - latest.at).total_seconds() > 3 * stream.thing.report_interval_s,
                "level": "none",
                "series": [[point.at, finite(point.value)] for point in points if finite(point.value) is not None],
            }
        )
    return found


def _active(viewer: Viewer, thing_ids: list[int]) -> list[Any]:
    rows = alarms_visible(viewer).filter(state=AlarmState.ACTIVE, thing__in=thing_ids).order_by("level", "-id")
    return list(rows[:OPEN_MOST])


def _open(viewer: Viewer, *, thing_ids: list[int], subject: tuple[str, int]) -> list[dict[str, Any]]:
    """This will list the open matters that came out of an object: its alarms, and tasks and incidents from them."""
    alarms = _active(viewer, thing_ids) if thing_ids else []
    came_from = Q(source_type=subject[0], source_id=str(subject[1]))
    if alarms:
        came_from |= Q(source_type="alerts.alarm", source_id__in=[str(alarm.pk) for alarm in alarms])
    tasks = tasks_visible(viewer).filter(came_from).exclude(state__in=ENDED_STATES)[:OPEN_MOST]
    incidents = incidents_visible(viewer).filter(came_from, state=IncidentState.OPEN)[:OPEN_MOST]
    return [
        {
            "type": kind,
            "id": row.pk,
            "title": row.title,
            "state": row.get_state_display(),
            "href": href(kind, row.pk),
        }
        for kind, rows in (("alarm", alarms), ("task", tasks), ("incident", incidents))
        for row in rows
    ]


Describer = Callable[[Viewer, int, datetime], tuple[Any, dict[str, Any]]]
DESCRIBERS: dict[str, Describer] = {
    "risk": _risk,
    "thing": _thing,
    "alarm": _alarm,
    "task": _task,
    "incident": _incident,
    "shelter": _shelter,
    "team": _team,
    "stock": _stock,
}
