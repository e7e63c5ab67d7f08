# SPDX-License-Identifier: Apache-2.0
"""A task as the contract writes it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from anshu.console.maplayers import colour
from anshu.domain.grassroots.choices import ENDED_STATES, TaskState
from anshu.domain.grassroots.selectors import actions_for, history_of
from anshu.kernel.access.viewer import Viewer
from anshu.kernel.files.selectors import files_of
from anshu.kernel.org.selectors import division_names
from anshu.web.hrefs import TYPES
from anshu.web.onemap.around import people_of
from anshu.web.onemap.features import lnglat

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
        "late": row.due_at is not None and row.due_at < now and row.state not in ENDED_STATES,
        "division": {"code": row.division_code, "name": names.get(row.division_code, row.division_code)},
        "point": lnglat(row.point),
        # A duty belongs to the seat; a person is named where the task was given to one.
        "assignee": str(row.assignee or row.post or "") or None,
        "source": row.get_origin_display(),
        "source_type": TYPES.get(row.source_type, ""),
        "source_id": row.source_id,
        # Why it is on my list: the next move is mine, it waits for somebody else, or I reported it.
        "mine": getattr(row, "mine", None),
        "updated_at": row.updated_at,
    }


def task_detail(viewer: Viewer, row: Any, *, now: datetime) -> dict[str, Any]:
    """This will write the whole task."""
    lines = history_of(viewer, row)
    return {
        **task_row(row, division_names({row.division_code}), now=now),
        "description": row.text,
        "steps": _stations(row, lines),
        "history": _history(lines),
        "actions": [
            {
                "code": offer.code,
                "label": offer.label,
                "primary": offer.primary,
                "needs": list(offer.needs),
                "asks": list(offer.asks),
            }
            for offer in actions_for(viewer, row)
        ],
        "people": people_of(row.division_code, row.sector_code, at=now),
        "photos": [photo(file) for file in files_of(row)],
    }


def _history(lines: Sequence[Any]) -> list[dict[str, Any]]:
    rows, before = [], ""
    for line in lines:
        rows.append(
            {
                "at": line.at,
                "actor": line.actor,
                "label": line.label,
                "from": before,
                "to": line.state_label,
                "reason": line.text,
                "photos": [photo(file) for file in line.files],
            }
        )
        before = line.state_label
    return rows


def _stations(row: Any, lines: Sequence[Any]) -> list[dict[str, Any]]:
    """This will mark each station as passed, with whoever last brought the task there."""
    reached = {line.state: line for line in lines}
    path = list(STATIONS) if row.state != TaskState.REJECTED else [TaskState.REPORTED, TaskState.REJECTED]
    here = path.index(TaskState(row.state))
    return [
        {
            "code": station.value,
            "name": str(station.label),
            "done": number <= here,
            "at": reached[station].at if number <= here and station in reached else None,
            "actor": reached[station].actor if number <= here and station in reached else None,
        }
        for number, station in enumerate(path)
    ]


def photo(file: Any) -> dict[str, Any]:
    """This will give a file's addresses."""
    return {"id": file.pk, "url": f"/files/{file.pk}/", "thumb": f"/files/{file.pk}/thumb/"}
