# SPDX-License-Identifier: Apache-2.0
"""/tasks and /task-kinds: the one closed loop, as the phone uses it."""

from typing import Annotated, Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Router, Schema
from pydantic import Field, StringConstraints

from anshu.domain.grassroots.choices import TaskKind, TaskState
from anshu.domain.grassroots.selectors import assignees_for, task_get, tasks_mine, tasks_visible
from anshu.domain.grassroots.services import task_move, task_report
from anshu.kernel.access.viewer import Viewer
from anshu.kernel.audit.refusals import Refusal
from anshu.kernel.files.selectors import file_get
from anshu.kernel.org.selectors import division_names
from anshu.web.api.idempotency import once
from anshu.web.api.inputs import Id, Line, Lines, Number, Position, Word
from anshu.web.api.taskrows import task_detail, task_row
from anshu.web.hrefs import href

router = Router(tags=["tasks"])
Limit = Annotated[int, Field(ge=1, le=500)]
PHOTOS_MOST = 9
Photos = Annotated[list[Number], Field(max_length=PHOTOS_MOST)]


class TaskReport(Schema):
    """What somebody found."""

    kind: TaskKind
    title: Annotated[Line, StringConstraints(min_length=1)]
    text: Lines = ""
    position: Position | None = None
    division_code: Word | None = None
    photos: Photos = []


class TaskStep(Schema):
    """What a transition may need: see the needs of each action."""

    text: Lines = ""
    reason: Lines = ""
    days: Annotated[int, Field(ge=1, le=365)] | None = None
    # As the list of assignees gives it, such as "post:3".
    assignee: Word = ""
    # The task that a double is merged into.
    into: Number | None = None
    position: Position | None = None
    photos: Photos = []


@router.get("/task-kinds", summary="Kinds of tasks")
def task_kinds(request: HttpRequest) -> list[dict[str, str]]:
    """This will list what a task may be about; the platform's own kind is not for people to choose."""
    return [{"code": kind.value, "name": str(kind.label)} for kind in TaskKind if kind is not TaskKind.ALARM]


@router.get("/tasks", summary="Tasks")
def tasks(request: HttpRequest, mine: bool = False, state: TaskState | None = None, limit: Limit = 200) -> Any:
    """This will list my open tasks in the order in which they press, or the newest in scope."""
    viewer, now = request.viewer, request.now  # type: ignore[attr-defined]
    rows = tasks_mine(viewer, now) if mine else tasks_visible(viewer).order_by("-id")
    if state is not None:
        rows = rows.filter(state=state)
    found = list(rows.select_related("assignee__person", "post__organisation")[:limit])
    names = division_names({row.division_code for row in found})
    return {"now": now, "rows": [task_row(row, names, now=now) for row in found]}


@router.get("/tasks/{id}", summary="One task")
def task(request: HttpRequest, id: Id) -> Any:
    """This will give a task with its steps, history and what the caller may do."""
    viewer = request.viewer  # type: ignore[attr-defined]
    return task_detail(viewer, task_get(viewer, id), now=request.now)  # type: ignore[attr-defined]


@router.get("/tasks/{id}/assignees", summary="Whom a task may be given to")
def task_assignees(request: HttpRequest, id: Id) -> list[dict[str, str]]:
    """This will list the seats that the caller may give the task to, nearest first."""
    viewer, now = request.viewer, request.now  # type: ignore[attr-defined]
    found = assignees_for(viewer, task_get(viewer, id), now)
    return [{"code": seat.key, "name": seat.label, "division": seat.division_code} for seat in found]


@router.post("/tasks", summary="Report what was found")
def task_create(request: HttpRequest, given: TaskReport) -> Any:
    """This will report a danger; the place is found from the position where none is given."""

    def write() -> dict[str, Any]:
        viewer = request.viewer  # type: ignore[attr-defined]
        found = task_report(
            actor=viewer,
            now=request.now,  # type: ignore[attr-defined]
            kind=given.kind,
            title=given.title,
            text=given.text,
            point=given.position.point() if given.position else None,
            division_code=given.division_code,
            photos=_photos(viewer, given.photos),
        )
        return _moved(found)

    return once(request, write)


@router.post("/tasks/{id}/transitions/{code}", summary="Move a task one step")
def task_transition(request: HttpRequest, id: Id, code: Word, given: TaskStep) -> Any:
    """This will make one transition of the task's table."""

    def write() -> dict[str, Any]:
        viewer = request.viewer  # type: ignore[attr-defined]
        found = task_get(viewer, id)
        photos = _photos(viewer, given.photos)
        position = given.position.point() if given.position else None
        contents = {
            "text": given.text,
            "reason": given.reason,
            "days": given.days,
            "assignee": given.assignee,
            "position": position,
            "photo": photos,
            "into": task_get(viewer, given.into) if given.into else None,
        }
        task_move(task=found, transition=code, actor=viewer, now=request.now, given=contents)  # type: ignore[attr-defined]
        return _moved(task_get(viewer, id))

    return once(request, write)


def _photos(viewer: Viewer, ids: list[int]) -> list[Any]:
    """This will fetch the caller's own uploads."""
    found = [file_get(viewer, pk) for pk in ids]
    if any(not each.media_type.startswith("image/") for each in found):
        raise Refusal(_("附件不是照片。"), code="invalid", fields={"photos": _("不是照片")})
    return found


def _moved(found: Any) -> dict[str, Any]:
    return {
        "id": found.pk,
        "number": found.number,
        "state": found.state,
        "state_name": str(TaskState(found.state).label),
        "href": href("task", found.pk),
    }
