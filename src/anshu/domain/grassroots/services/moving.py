# SPDX-License-Identifier: Apache-2.0
"""Moving a task along its table: rights, parts and what must be given are checked before anything is written."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.contrib.gis.geos import Point
from django.db import transaction
from django.utils.translation import gettext as _

from anshu.domain.grassroots.choices import PartyRung, TaskState
from anshu.domain.grassroots.models import Extension, Party, Task
from anshu.domain.grassroots.rules import TASKS, may_part, rung_of
from anshu.domain.grassroots.selectors import deadline_from, may_give, permitted, post_of, standing_of, tasks_visible
from anshu.domain.grassroots.services.merging import task_merge
from anshu.domain.grassroots.services.steps import task_write
from anshu.kernel.access.models import User
from anshu.kernel.access.viewer import Viewer
from anshu.kernel.audit.actor import PLATFORM, Actor
from anshu.kernel.audit.refusals import Absent, Refusal
from anshu.kernel.org.choices import Level
from anshu.kernel.org.models import Post, Tenure
from anshu.kernel.org.selectors import level_of
from anshu.kernel.workflow.table import Refused, Transition

TEXT_MOST, DAYS_MOST = 5000, 60
Given = Mapping[str, Any]


@transaction.atomic
def task_move(*, task: Task, transition: str, actor: Actor, now: datetime, given: Given | None = None) -> Task:
    """This will make one transition; raises Absent when out of sight and Refusal when it cannot be.

    `given` may hold reason, text, photo (stored files), position (a point), assignee ("post:3", "user:7" or the
    row), days and into (the task that a double is merged into).
    """
    given = dict(given or {})
    locked = lock(task, actor)
    row = _allowed(locked, transition, actor, given)
    if row.code == "merge":
        return task_merge(task=locked, into=given["into"], actor=actor, now=now, reason=str(given.get("reason") or ""))
    details = _EFFECTS[row.code](locked, actor, now, given) if row.code in _EFFECTS else {}
    task_write(
        locked,
        actor=actor,
        now=now,
        transition=row.code,
        target=row.target,
        text=_text(given),
        position=_position(given),
        details=details,
        photos=given.get("photo") or (),
    )
    return locked


def lock(task: Task, actor: Actor) -> Task:
    """This will lock the task's row and give it afresh; raises Absent when the actor may not see it."""
    rows = Task.objects.select_for_update(of=("self",))
    if isinstance(actor, Viewer):
        if not tasks_visible(actor).filter(pk=task.pk).exists():
            raise Absent
    elif actor.kind != PLATFORM:
        raise Absent
    try:
        return rows.get(pk=task.pk)
    except Task.DoesNotExist as error:
        raise Absent from error


def _allowed(task: Task, code: str, actor: Actor, given: Given) -> Transition:
    """This will give the table's row for an actor that may make it now."""
    row = TASKS.find(code)
    if row is not None and isinstance(actor, Viewer) and task.state in row.sources:
        _demand(actor, task, row)
    try:
        return TASKS.check(code, state=task.state, given=given)
    except Refused as refused:
        raise _refusal(refused) from refused


def _demand(viewer: Viewer, task: Task, row: Transition) -> None:
    standing = standing_of(viewer, task)
    if permitted(viewer, task, row, standing):
        return
    if may_part(row, standing, level=task.level):
        raise Refusal(_("您没有“%(action)s”的权限。") % {"action": row.label}, code="forbidden")
    raise Refusal(_WHY_NOT_PART.get(row.party, _no_part)(), code="part")


def _no_part() -> str:
    return _("此项操作应由任务的承办人办理。")


_WHY_NOT_PART: dict[str, Callable[[], str]] = {
    "checker": lambda: _("复核须由他人办理:承办人、反馈人不得复核;红色、橙色任务的上报人也不得复核。"),
    "not_asker": lambda: _("没有待审批的延期申请,或申请由您本人提出。"),
}
_MISSING: dict[str, Callable[[], str]] = {
    "reason": lambda: _("请填写理由。"),
    "text": lambda: _("请填写情况说明。"),
    "photo": lambda: _("请上传照片。"),
    "position": lambda: _("请提供位置。"),
    "assignee": lambda: _("请选择承办岗位或人员。"),
    "days": lambda: _("请填写延期天数。"),
    "into": lambda: _("请选择要并入的任务。"),
}


def _refusal(refused: Refused) -> Refusal:
    if refused.code == "missing":
        fields = {name: _MISSING[name]() for name in refused.missing}
        return Refusal(" ".join(fields.values()), code="missing", fields=fields)
    if refused.code == "state":
        state = TaskState(refused.state).label
        return Refusal(_("任务当前为“%(state)s”,不能这样办理;可能已由他人处理。") % {"state": state}, code="state")
    return Refusal(_("没有这项操作。"), code="unknown")


def _text(given: Given) -> str:
    text = str(given.get("text") or given.get("reason") or "").strip()
    if len(text) > TEXT_MOST:
        message = _("说明不超过 5000 字。")
        raise Refusal(message, code="invalid", fields={"text": message})
    return text


def _position(given: Given) -> Point | None:
    """This will take a position as it is given: where somebody stood is evidence, inside the county or not."""
    point = given.get("position")
    if point is None:
        return None
    if not isinstance(point, Point) or not (-180 <= point.x <= 180 and -90 <= point.y <= 90):
        message = _("位置无效。")
        raise Refusal(message, code="invalid", fields={"position": message})
    return point


def _set_due(task: Task, now: datetime) -> None:
    """This will start the clock of whoever's turn it is now."""
    due = deadline_from(origin=task.origin, kind=task.kind, level=task.level, start_at=now)
    task.due_at = task.escalate_at = due


def _assign(task: Task, actor: Actor, now: datetime, given: Given) -> dict[str, Any]:
    user, post = _assignee(given["assignee"], now)
    if post is None or (isinstance(actor, Viewer) and not may_give(actor, task, post)):
        message = _("只能派发给您辖区内在任的岗位或人员。")
        raise Refusal(message, code="invalid", fields={"assignee": message})
    task.assignee, task.post = user, post
    task.rung = rung_of(level_of(post.organisation.division_code))
    Party.objects.filter(task=task, rung__in=[PartyRung.DOER, PartyRung.DEPUTY]).delete()
    Party.objects.create(task=task, post=post, rung=PartyRung.DOER, since=now)
    _set_due(task, now)
    return {"assignee": str(user) if user else str(post), "post": post.pk, "due_at": _iso(task.due_at)}


def _assignee(given: Any, now: datetime) -> tuple[User | None, Post | None]:
    """This will find the account and its seat, or the seat alone; a seat must have somebody in it."""
    found = _found(given)
    if isinstance(found, User):
        return found, post_of(found, now)
    if found is None or not _occupied(found, now):
        return None, None
    return None, found


def _found(given: Any) -> User | Post | None:
    if isinstance(given, (User, Post)):
        return given
    kind, _colon, number = str(given).partition(":")
    if not number.isdecimal() or len(number) > 18:
        return None
    if kind == "user":
        return User.objects.filter(pk=int(number), is_active=True).first()
    return Post.objects.filter(pk=int(number), active=True).select_related("organisation").first()


def _occupied(post: Post, now: datetime) -> bool:
    tenures = Tenure.objects.filter(post=post, since__lte=now)
    return tenures.filter(until=None).exists() or tenures.filter(until__gt=now).exists()


def _take(task: Task, actor: Actor, now: datetime, given: Given) -> dict[str, Any]:
    """Whoever takes it up by a seat becomes the one who answers for it by name."""
    if isinstance(actor, Viewer) and actor.user_id is not None:
        task.assignee_id = actor.user_id
    return {"late": _late(task, now)}


def _feed_back(task: Task, actor: Actor, now: datetime, given: Given) -> dict[str, Any]:
    """From here it is the supervisor's turn, with a clock of its own."""
    late, due = _late(task, now), task.due_at
    Extension.objects.filter(task=task, granted=None).update(
        granted=False, decided_at=now, decided_by=actor.label, decision_reason=_("已反馈,申请失效")
    )
    if task.rung == Level.VILLAGE:
        task.rung = Level.TOWNSHIP
    _set_due(task, now)
    return {"late": late, "was_due_at": _iso(due)}


def _send_back(task: Task, actor: Actor, now: datetime, given: Given) -> dict[str, Any]:
    task.returns += 1
    _to_work(task, now)
    return {"returns": task.returns, "due_at": _iso(task.due_at)}


def _reopen(task: Task, actor: Actor, now: datetime, given: Given) -> dict[str, Any]:
    if _double_open(task):
        raise Refusal(_("同一来源已有办理中的任务,请在那里继续办理。"), code="exists")
    closed_at, task.closed_at = task.closed_at, None
    _to_work(task, now)
    return {"was_closed_at": _iso(closed_at), "due_at": _iso(task.due_at)}


def _double_open(task: Task) -> bool:
    same = Task.objects.filter(source_type=task.source_type, source_id=task.source_id, post=task.post_id)
    return bool(task.source_id) and same.exclude(state__in=["closed", "rejected"]).exists()


def _to_work(task: Task, now: datetime) -> None:
    if task.post is not None:
        task.rung = rung_of(level_of(task.post.organisation.division_code))
    _set_due(task, now)


def _end(task: Task, actor: Actor, now: datetime, given: Given) -> dict[str, Any]:
    late = _late(task, now)
    task.closed_at, task.escalate_at = now, None
    return {"late": late}


def _extend(task: Task, actor: Actor, now: datetime, given: Given) -> dict[str, Any]:
    days = _days(given["days"])
    Extension.objects.create(
        task=task, days=days, reason=_text(given), asked_at=now, asked_by_id=actor.id, asked_by=actor.label
    )
    return {"days": days}


def _days(given: Any) -> int:
    text = str(given).strip()
    if not text.isdecimal() or len(text) > 3 or not 1 <= int(text) <= DAYS_MOST:
        message = _("延期天数应为 1 至 60 天。")
        raise Refusal(message, code="invalid", fields={"days": message})
    return int(text)


def _decide(task: Task, actor: Actor, now: datetime, given: Given, *, granted: bool) -> dict[str, Any]:
    asked = Extension.objects.select_for_update().filter(task=task, granted=None).first()
    if asked is None:
        raise Refusal(_("没有待审批的延期申请。"), code="state")
    asked.granted, asked.decided_at, asked.decided_by = granted, now, actor.label
    asked.decision_reason = _text(given)
    asked.save()
    if granted:
        task.extensions += 1
        task.due_at = max(task.due_at or now, now) + timedelta(days=asked.days)
        task.escalate_at = task.due_at
    return {"days": asked.days, "due_at": _iso(task.due_at)}


def _grant(task: Task, actor: Actor, now: datetime, given: Given) -> dict[str, Any]:
    return _decide(task, actor, now, given, granted=True)


def _refuse(task: Task, actor: Actor, now: datetime, given: Given) -> dict[str, Any]:
    return _decide(task, actor, now, given, granted=False)


def _late(task: Task, now: datetime) -> bool:
    return task.due_at is not None and task.due_at < now


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


_EFFECTS: dict[str, Callable[[Task, Actor, datetime, Given], dict[str, Any]]] = {
    "assign": _assign,
    "transfer": _assign,
    "take": _take,
    "feedback": _feed_back,
    "return": _send_back,
    "close": _end,
    "reject": _end,
    "reopen": _reopen,
    "extend": _extend,
    "extension_grant": _grant,
    "extension_refuse": _refuse,
}
