# SPDX-License-Identifier: Apache-2.0
"""The one way in which a task is written: row, step, pictures, audit and event together."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.contrib.gis.geos import Point

from anshu.domain.grassroots.events import TaskMoved
from anshu.domain.grassroots.models import Task
from anshu.kernel.audit.actor import Actor
from anshu.kernel.audit.services import attribute
from anshu.kernel.events.services import publish
from anshu.kernel.files.models import StoredFile
from anshu.kernel.files.services import file_attach
from anshu.kernel.workflow.models import Step
from anshu.kernel.workflow.services import step_record


def task_write(
    task: Task,
    *,
    actor: Actor,
    now: datetime,
    transition: str,
    target: str = "",
    text: str = "",
    position: Point | None = None,
    details: Mapping[str, Any] | None = None,
    photos: Iterable[StoredFile | int] = (),
) -> Step:
    """This will save the task in its new state with everything that belongs to the step.

    The caller has locked and changed the row; an empty `target` leaves the state as it is.
    """
    source, task.updated_at = ("" if task._state.adding else task.state), now
    task.state = target or task.state
    with attribute(actor=actor, reason=text):
        task.save()
    given = list(photos)
    step = step_record(
        subject=task,
        actor=actor,
        now=now,
        transition=transition,
        source=source,
        target=task.state,
        reason=text,
        position=position,
        details={**(details or {}), **({"photos": len(given)} if given else {})},
    )
    if given:
        file_attach(files=given, subject=task, actor=actor, now=now, step_id=step.pk)
    publish(_fact(task, actor, transition, text, len(given)), now=now)
    return step


def _fact(task: Task, actor: Actor, transition: str, text: str, photos: int) -> TaskMoved:
    return TaskMoved(
        subject_type=task._meta.label_lower,
        subject_id=task.pk,
        title=task.title,
        division_code=task.division_code,
        sector_code=task.sector_code,
        unit_id=task.unit_id,
        number=task.number,
        transition=transition,
        state=task.state,
        level=task.level,
        actor=actor.label,
        source_type=task.source_type,
        source_id=task.source_id,
        assignee_id=task.assignee_id,
        lng=task.point.x if task.point else None,
        lat=task.point.y if task.point else None,
        text=text,
        photos=photos,
    )
