# SPDX-License-Identifier: Apache-2.0
"""A task as the contract writes it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from anshu.console.maplayers import colour
from anshu.domain.grassroots.choices import TaskState
from anshu.domain.grassroots.selectors import actions_for, history_of
from anshu.kernel.access.viewer import Viewer
from anshu.kernel.files.selectors import files_of
from anshu.kernel.org.selectors import division_names
from anshu.web.onemap.around import people_of
from anshu.web.onemap.features import lnglat
from anshu.web.onemap.histories import state_name, step_text

ENDED = (TaskState.CLOSED, TaskState.REJECTED)
# The stations that a task passes, in the order in which the page shows them.
STATIONS = (
    TaskState.REPORTED,
    TaskState.ACCEPTED,
    TaskState.ASSIGNED,
    TaskState.IN_PROGRESS,
    TaskState.FEEDBACK,
    TaskState.CLOSED,
)


def task_row(row: Any, names: dict[str, str], *, now: datetime) -> dict[str, Any]:
    """This will write one row of a list."""
    return {
        "id": row.pk,
        "number": row.number,
        "title": row.title,
        "kind": {"code": row.kind, "name": row.get_kind_display()},
        "level": colour(row.level),
        "state": row.state,
        "state_name": row.get_state_display(),
        "due_at": row.due_at,
        "late": row.due_at is not None and row.due_at < now and row.state not in ENDED,
        "division": {"code": row.division_code, "name": names.get(row.division_code, row.division_code)},
        "point": lnglat(row.point),
        "assignee": str(row.assignee) if row.assignee else None,
        "source": row.get_origin_display(),
        "updated_at": row.updated_at,
    }


def task_detail(viewer: Viewer, row: Any, *, now: datetime) -> dict[str, Any]:
    """This will write the whole task."""
    steps = list(history_of(viewer, row))
    files = list(files_of(row))
    by_step: dict[int, list[dict[str, Any]]] = {}
    for file in files:
        by_step.setdefault(file.step_id or 0, []).append(photo(file))
    return {
        **task_row(row, division_names({row.division_code}), now=now),
        "description": row.text,
        "steps": _stations(row, steps),
        "history": [
            {
                "at": step.at,
                "actor": step.actor_label,
                "from": state_name(step.source),
                "to": state_name(step.target),
                "reason": step_text(step),
                "photos": by_step.get(step.pk, []),
            }
            for step in steps
        ],
        "actions": [
            {
                "code": action.code,
                "label": str(action.label),
                "primary": action.primary,
                "needs": [need.value for need in action.needs],
            }
            for action in actions_for(viewer, row)
        ],
        "people": people_of(row.division_code, row.sector_code, at=now),
        "photos": [photo(file) for file in files],
    }


def _stations(row: Any, steps: Iterable[Any]) -> list[dict[str, Any]]:
    """This will mark each station as passed, with whoever last brought the task there."""
    reached = {step.target: step for step in steps}
    path = list(STATIONS) if row.state != TaskState.REJECTED else [TaskState.REPORTED, TaskState.REJECTED]
    here = path.index(TaskState(row.state))
    return [
        {
            "code": station.value,
            "name": str(station.label),
            "done": number <= here,
            "at": reached[station].at if number <= here and station in reached else None,
            "actor": reached[station].actor_label if number <= here and station in reached else None,
        }
        for number, station in enumerate(path)
    ]


def photo(file: Any) -> dict[str, Any]:
    """This will give a file's addresses."""
    return {"id": file.pk, "url": f"/files/{file.pk}/", "thumb": f"/files/{file.pk}/thumb/"}
