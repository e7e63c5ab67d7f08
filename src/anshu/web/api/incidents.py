# SPDX-License-Identifier: Apache-2.0
"""/incidents: open, keep the timeline, see the scene, close."""

from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import Field, StringConstraints

from anshu.console.maplayers import colour
from anshu.domain.command.choices import IncidentKind
from anshu.domain.command.selectors import incident_get, incidents_visible, timeline
from anshu.domain.command.services import entry_add, entry_strike, incident_close, incident_open, scene_see
from anshu.kernel.audit.refusals import Absent
from anshu.kernel.org.selectors import division_names
from anshu.web.api.idempotency import once
from anshu.web.api.inputs import Id, Instant, Line, Lines, Number, Position, Word
from anshu.web.api.taskrows import photo
from anshu.web.hrefs import TYPES, href
from anshu.web.onemap.features import lnglat
from anshu.web.onemap.histories import clocks_of

router = Router(tags=["incidents"])
Limit = Annotated[int, Field(ge=1, le=500)]
Filled = Annotated[Lines, StringConstraints(min_length=1)]


class IncidentOpening(Schema):
    """What happened, where, when."""

    title: Annotated[Line, StringConstraints(min_length=1)]
    kind: IncidentKind
    position: Position | None = None
    division_code: Word | None = None
    happened_at: Instant = None


class EntryText(Schema):
    """One entry of the timeline; `at` is when it happened, now where nothing is given."""

    text: Filled
    at: Instant = None


class Reason(Schema):
    """Why."""

    reason: Filled


class ScenePictures(Schema):
    """The first pictures, where there are any."""

    photos: Annotated[list[Number], Field(max_length=9)] = []


class Conclusion(Schema):
    """How it ended."""

    conclusion: Filled
    # Wanted while a linked alarm still holds.
    reason: Lines = ""


@router.get("", summary="Incidents")
def incidents(request: HttpRequest, state: Literal["open", "closed", "all"] = "open", limit: Limit = 100) -> Any:
    """This will list the newest incidents in scope."""
    rows = incidents_visible(request.viewer).order_by("-id")  # type: ignore[attr-defined]
    if state != "all":
        rows = rows.filter(state=state)
    found = list(rows[:limit])
    names = division_names({row.division_code for row in found})
    return {"count": rows.count(), "rows": [incident_row(row, names) for row in found]}


def incident_row(row: Any, names: dict[str, str]) -> dict[str, Any]:
    """This will write an incident as the contract has it."""
    return {
        "id": row.pk,
        "number": row.number,
        "title": row.title,
        "kind": {"code": row.kind, "name": row.get_kind_display()},
        "level": colour(row.grade),
        "grade_name": row.get_grade_display(),
        "state": row.state,
        "state_name": row.get_state_display(),
        "division": {"code": row.division_code, "name": names.get(row.division_code, row.division_code)},
        "point": lnglat(row.point),
        "happened_at": row.happened_at,
        "opened_at": row.opened_at,
        "closed_at": row.closed_at,
        "clocks": clocks_of(row),
        "href": href("incident", row.pk),
    }


@router.get("/{id}", summary="One incident")
def incident(request: HttpRequest, id: Id) -> Any:
    """This will give an incident with its timeline, struck entries included."""
    viewer = request.viewer  # type: ignore[attr-defined]
    row = incident_get(viewer, id)
    return {
        **incident_row(row, division_names({row.division_code})),
        "opened_by": row.opened_by,
        "conclusion": row.conclusion,
        "timeline": [entry_row(line) for line in timeline(viewer, row)],
    }


def entry_row(line: Any) -> dict[str, Any]:
    """This will write one line of the timeline; `id` is there where it is an entry that can be struck."""
    return {
        "id": line.entry_id,
        "key": line.key,
        "at": line.at,
        "actor": line.actor,
        "kind": line.kind,
        "label": line.label,
        "level": colour(line.level),
        "text": line.text,
        "subject": {"type": TYPES.get(line.subject_type, ""), "id": line.subject_id},
        "struck_at": line.struck_at,
        "struck_by": line.struck_by,
        "struck_reason": line.struck_reason,
        "photos": [photo(file) for file in line.files],
    }


def _changed(row: Any) -> dict[str, Any]:
    row.refresh_from_db()
    return {"id": row.pk, "number": row.number, "state": row.state, "href": href("incident", row.pk)}


@router.post("", summary="Open an incident")
def incident_create(request: HttpRequest, given: IncidentOpening) -> Any:
    """This will open an incident by hand."""

    def write() -> dict[str, Any]:
        row = incident_open(
            actor=request.viewer,  # type: ignore[attr-defined]
            now=request.now,  # type: ignore[attr-defined]
            title=given.title,
            kind=given.kind,
            point=given.position.point() if given.position else None,
            division_code=given.division_code,
            happened_at=given.happened_at,
        )
        return _changed(row)

    return once(request, write)


@router.post("/{id}/entries", summary="Add to the timeline")
def incident_entries(request: HttpRequest, id: Id, given: EntryText) -> Any:
    """This will add an entry."""

    def write() -> dict[str, Any]:
        row = incident_get(request.viewer, id)  # type: ignore[attr-defined]
        entry = entry_add(
            incident=row,
            text=given.text,
            actor=request.viewer,  # type: ignore[attr-defined]
            now=request.now,  # type: ignore[attr-defined]
            at=given.at,
        )
        return {**_changed(row), "entry": entry.pk}

    return once(request, write)


@router.post("/{id}/entries/{entry}/strike", summary="Strike an entry through")
def incident_strike(request: HttpRequest, id: Id, entry: Id, given: Reason) -> Any:
    """This will strike an entry, which stays readable."""

    def write() -> dict[str, Any]:
        row = incident_get(request.viewer, id)  # type: ignore[attr-defined]
        found = row.entries.filter(pk=entry).first()
        if found is None:
            raise Absent
        entry_strike(entry=found, reason=given.reason, actor=request.viewer, now=request.now)  # type: ignore[attr-defined]
        return _changed(row)

    return once(request, write)


@router.post("/{id}/scene", summary="A picture of the scene has arrived")
def incident_scene(request: HttpRequest, id: Id, given: ScenePictures | None = None) -> Any:
    """This will stop the on-scene clock."""

    def write() -> dict[str, Any]:
        row = incident_get(request.viewer, id)  # type: ignore[attr-defined]
        scene_see(
            incident=row,
            actor=request.viewer,  # type: ignore[attr-defined]
            now=request.now,  # type: ignore[attr-defined]
            photos=given.photos if given else [],
        )
        return _changed(row)

    return once(request, write)


@router.post("/{id}/closure", summary="Close an incident")
def incident_closure(request: HttpRequest, id: Id, given: Conclusion) -> Any:
    """This will close an incident with its conclusion."""

    def write() -> dict[str, Any]:
        row = incident_get(request.viewer, id)  # type: ignore[attr-defined]
        incident_close(
            incident=row,
            conclusion=given.conclusion,
            reason=given.reason,
            actor=request.viewer,  # type: ignore[attr-defined]
            now=request.now,  # type: ignore[attr-defined]
        )
        return _changed(row)

    return once(request, write)
