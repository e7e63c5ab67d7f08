# SPDX-License-Identifier: Apache-2.0
"""Reporting a hidden danger: anybody with the right to, from where they stand."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.contrib.gis.geos import Point
from django.db import transaction
from django.utils.translation import gettext as _

from anshu.domain.grassroots.choices import Origin, TaskKind, TaskState
from anshu.domain.grassroots.models import Party, Task
from anshu.domain.grassroots.rules import Seat, rung_above, rung_of, sector_of, supervisors
from anshu.domain.grassroots.selectors import deadline_from, ground_of
from anshu.domain.grassroots.services.steps import task_write
from anshu.kernel.access.choices import Capability, Right
from anshu.kernel.access.viewer import Viewer
from anshu.kernel.audit.actor import PLATFORM, Actor
from anshu.kernel.audit.refusals import Refusal
from anshu.kernel.files.models import StoredFile
from anshu.kernel.org.choices import Level, Sector
from anshu.kernel.org.models import Division
from anshu.kernel.org.selectors import chain_for, division_at, level_of
from anshu.kernel.workflow.numbers import number_next

TEXT_MOST, TITLE_MOST, PHOTOS_MOST = 5000, 200, 20


@transaction.atomic
def task_report(
    *,
    actor: Actor,
    now: datetime,
    kind: str,
    title: str,
    text: str,
    point: Point | None,
    division_code: str | None = None,
    sector_code: str | None = None,
    level: int = 0,
    photos: Sequence[StoredFile | int] = (),
) -> Task:
    """This will open a reported task for the township to accept; raises Refusal with the fields at fault.

    Without a code the place is that of the point; without either it is the reporter's own ground. An unknown
    position is allowed: somebody without a fix must still be able to report.
    """
    _check(kind, title, text, level, sector_code, photos)
    code = _place(actor, point, division_code)
    task = Task(
        title=title.strip(),
        text=text.strip(),
        kind=kind,
        origin=Origin.REPORT,
        level=level,
        state=TaskState.REPORTED,
        rung=rung_above(rung_of(level_of(code))) or Level.COUNTY,
        point=point,
        owner_id=actor.user_id if isinstance(actor, Viewer) else None,
        reporter=actor.label,
        created_at=now,
        division_code=code,
        sector_code=sector_code or sector_of(kind),
        unit_id=_unit(actor),
    )
    _demand(actor, task, chosen=bool(division_code))
    task.due_at = task.escalate_at = deadline_from(origin=task.origin, kind=kind, level=level, start_at=now)
    task.number = number_next("RW", now=now, width=4)
    task_write(task, actor=actor, now=now, transition="report", text=task.text, position=point, photos=photos)
    chain = chain_for(code, sector=task.sector_code, at=now)
    below = Level.TOWNSHIP if task.rung == Level.COUNTY else Level.VILLAGE
    parties_add(task, supervisors(chain, above=below), now)
    return task


def parties_add(task: Task, seats: Iterable[tuple[Seat, Any]], now: datetime) -> list[Any]:
    """This will give seats a part in the task, each part once; gives the seats that are new."""
    added = []
    for seat, rung in seats:
        _row, made = Party.objects.get_or_create(task=task, post_id=seat.post_id, rung=rung, defaults={"since": now})
        if made:
            added.append(seat)
    return added


def _check(
    kind: str, title: str, text: str, level: int, sector_code: str | None, photos: Sequence[StoredFile | int]
) -> None:
    """This will collect everything wrong with what was written, and refuse it at once."""
    wrong = {
        "title": "" if 0 < len(title.strip()) <= TITLE_MOST else _("请填写标题,不超过 200 字。"),
        "text": "" if len(text) <= TEXT_MOST else _("情况描述不超过 5000 字。"),
        "kind": "" if kind in TaskKind.values and kind != TaskKind.ALARM else _("请选择类别。"),
        "level": "" if level in range(5) else _("请选择等级。"),
        "sector_code": "" if not sector_code or sector_code in Sector.values else _("没有这个行业。"),
        "photos": "" if len(photos) <= PHOTOS_MOST else _("照片不超过 20 张。"),
    }
    fields = {name: message for name, message in wrong.items() if message}
    if fields:
        raise Refusal(" ".join(fields.values()), code="invalid", fields=fields)


def _place(actor: Actor, point: Point | None, division_code: str | None) -> str:
    """This will decide which division a report lies in."""
    found = division_at(point) if point is not None else None
    if point is not None and found is None:
        message = _("位置不在本县范围内,请在地图上重新选点,或去掉位置后上报。")
        raise Refusal(message, code="outside", fields={"point": message})
    if division_code:
        if not Division.objects.filter(code=division_code, valid_until=None).exists():
            message = _("没有这个区划。")
            raise Refusal(message, code="invalid", fields={"division_code": message})
        return division_code
    if found is None or not _reports_there(actor, found.code):
        # A step over the border, or a drawn border that is off, must not cost a report: the own ground takes it in.
        return ground_of(actor, Capability.DANGER)
    return str(found.code)


def _reports_there(actor: Actor, code: str) -> bool:
    """This will tell whether somebody's own ground reaches as far as the division, sectors apart."""
    if not isinstance(actor, Viewer):
        return True
    prefixes = [scope.prefix for scope in actor.scopes(Capability.DANGER, Right.CREATE) if scope.prefix]
    return not prefixes or any(code.startswith(prefix) for prefix in prefixes)


def _unit(actor: Actor) -> int | None:
    """This will give the enterprise that reports about itself; offices report about places, not about themselves."""
    if not isinstance(actor, Viewer):
        return None
    units = {scope.unit_id for scope in actor.scopes(Capability.DANGER, Right.CREATE)}
    return units.pop() if len(units) == 1 and None not in units else None


def _demand(actor: Actor, task: Task, *, chosen: bool) -> None:
    """This will refuse a report where the reporter may not make one."""
    if actor.kind == PLATFORM:
        return
    if not actor.may(Capability.DANGER, Right.CREATE):
        raise Refusal(_("您没有上报隐患的权限。"), code="forbidden")
    if not actor.may(Capability.DANGER, Right.CREATE, task):
        message = _("该位置不在您的辖区或行业范围内。")
        raise Refusal(message, code="out_of_scope", fields={"division_code" if chosen else "point": message})
