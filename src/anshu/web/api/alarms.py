# SPDX-License-Identifier: Apache-2.0
"""/alarms: what devices report, and people's answers."""

from typing import Annotated, Any, Literal

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Router, Schema
from pydantic import Field

from anshu.console.maplayers import colour
from anshu.domain.alerts.choices import AlarmState
from anshu.domain.alerts.selectors import alarm_get, alarms_visible
from anshu.domain.alerts.services import alarm_acknowledge, alarm_assign, alarm_comment
from anshu.domain.command.choices import IncidentKind
from anshu.kernel.access.choices import Right
from anshu.kernel.access.models import User
from anshu.kernel.audit.refusals import Refusal
from anshu.kernel.org.selectors import division_names
from anshu.web.api.idempotency import once
from anshu.web.api.inputs import Id, Line, Lines, Number
from anshu.web.hrefs import href
from anshu.web.onemap.features import finite, lnglat, unit_text
from anshu.web.opening import incident_from_alarm
from anshu.web.screens.alarm_groups import group_rows_of

router = Router(tags=["alarms"])
Limit = Annotated[int, Field(ge=1, le=500)]
JOINED = ("thing", "rule__datastream__observed_property")


class AlarmNote(Schema):
    """What somebody says to an alarm."""

    comment: Lines = ""
    text: Lines = ""

    @property
    def words(self) -> str:
        """The comment under either name."""
        return self.comment or self.text


class AlarmIncident(Schema):
    """What the incident is called; the alarm's own title where nothing is given."""

    title: Line = ""
    kind: IncidentKind | None = None


class AlarmAssignment(Schema):
    """Who shall deal with it."""

    assignee: Number


@router.get("", summary="Alarms")
def alarms(
    request: HttpRequest, state: Literal["open", "active", "cleared", "all"] = "open", limit: Limit = 200
) -> Any:
    """This will count the alarms in scope and list the worst and newest of them."""
    rows = alarms_visible(request.viewer)  # type: ignore[attr-defined]
    if state != "all":
        rows = rows.filter(state=AlarmState.CLEARED if state == "cleared" else AlarmState.ACTIVE)
    found = list(rows.select_related(*JOINED).order_by("level", "-raised_at", "-id")[:limit])
    names = division_names({row.division_code for row in found})
    return {"count": rows.count(), "rows": [alarm_row(row, names) for row in found]}


@router.get("/groups", summary="Active alarms by place and cause")
def groups(request: HttpRequest) -> Any:
    """This will gather the active alarms in scope into groups of township and cause, the worst first."""
    rows = group_rows_of(request.viewer)  # type: ignore[attr-defined]
    return {"count": sum(each["number"] for each in rows), "rows": rows}


def alarm_row(row: Any, names: dict[str, str]) -> dict[str, Any]:
    """This will write an alarm as the contract has it."""
    return {
        "id": row.pk,
        "name": row.title,
        "thing": row.thing.name,
        "level": colour(row.level),
        "state": row.state,
        "acknowledged": row.acknowledged_at is not None,
        "raised_at": row.raised_at,
        "value": finite(row.value),
        "unit": unit_text(row.unit_of_value),
        "threshold": finite(row.threshold),
        "division": {"code": row.division_code, "name": names.get(row.division_code, row.division_code)},
        "point": lnglat(row.point),
        "href": href("alarm", row.pk),
    }


def _answered(alarm: Any) -> dict[str, Any]:
    alarm.refresh_from_db()
    return {
        "id": alarm.pk,
        "state": alarm.state,
        "acknowledged": alarm.acknowledged_at is not None,
        "href": href("alarm", alarm.pk),
    }


@router.post("/{id}/acknowledgement", summary="Say that the alarm has been seen")
def alarm_acknowledgement(request: HttpRequest, id: Id, given: AlarmNote) -> Any:
    """This will acknowledge an alarm."""

    def write() -> dict[str, Any]:
        alarm = alarm_get(request.viewer, id, Right.UPDATE)  # type: ignore[attr-defined]
        alarm_acknowledge(alarm=alarm, actor=request.viewer, now=request.now, comment=given.words)  # type: ignore[attr-defined]
        return _answered(alarm)

    return once(request, write)


@router.post("/{id}/comments", summary="Comment on an alarm")
def alarm_comments(request: HttpRequest, id: Id, given: AlarmNote) -> Any:
    """This will add a comment."""

    def write() -> dict[str, Any]:
        alarm = alarm_get(request.viewer, id, Right.UPDATE)  # type: ignore[attr-defined]
        if not given.words:
            raise Refusal(_("请填写意见。"), code="missing", fields={"text": _("必填")})
        alarm_comment(alarm=alarm, text=given.words, actor=request.viewer, now=request.now)  # type: ignore[attr-defined]
        return _answered(alarm)

    return once(request, write)


@router.post("/{id}/assignment", summary="Give an alarm to somebody")
def alarm_assignment(request: HttpRequest, id: Id, given: AlarmAssignment) -> Any:
    """This will name who deals with an alarm."""

    def write() -> dict[str, Any]:
        alarm = alarm_get(request.viewer, id, Right.UPDATE)  # type: ignore[attr-defined]
        assignee = User.objects.filter(pk=given.assignee, is_active=True).first()
        if assignee is None:
            raise Refusal(_("没有这个人。"), code="invalid", fields={"assignee": _("没有这个选项")})
        alarm_assign(alarm=alarm, assignee=assignee, actor=request.viewer, now=request.now)  # type: ignore[attr-defined]
        return _answered(alarm)

    return once(request, write)


@router.post("/{id}/incident", summary="Open an incident from an alarm")
def alarm_incident(request: HttpRequest, id: Id, given: AlarmIncident) -> Any:
    """This will open an incident at the alarm's place."""

    def write() -> dict[str, Any]:
        alarm = alarm_get(request.viewer, id)  # type: ignore[attr-defined]
        incident = incident_from_alarm(
            alarm,
            actor=request.viewer,  # type: ignore[attr-defined]
            now=request.now,  # type: ignore[attr-defined]
            title=given.title,
            kind=given.kind,
        )
        return {"id": incident.pk, "number": incident.number, "href": href("incident", incident.pk)}

    return once(request, write)
