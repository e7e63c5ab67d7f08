# SPDX-License-Identifier: Apache-2.0
"""What happened to a matter, as rows of time, actor and text."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from anshu.domain.grassroots.selectors import history_of
from anshu.kernel.access.viewer import Viewer
from anshu.web.onemap.features import unit_text

Rows = list[dict[str, Any]]


def alarm_history(alarm: Any) -> Rows:
    """This will merge an alarm's changes of level, its acknowledgement and people's comments, oldest first."""
    unit = unit_text(alarm.unit_of_value)
    rows = [_row(change.at, _("监测研判"), _change(change, unit)) for change in alarm.history.all()]
    rows += [_row(comment.at, comment.author, comment.text) for comment in alarm.comments.all()]
    rows += [_row(call.at, _("升级"), call.text) for call in alarm.calls.all()]
    if alarm.acknowledged_at:
        rows.append(_row(alarm.acknowledged_at, str(alarm.acknowledged_by or ""), _("已签收")))
    return sorted(rows, key=lambda row: row["at"])


def _change(change: Any, unit: str) -> str:
    if not change.level:
        return _("恢复正常")
    value = "" if change.value is None else f" {change.value:g} {unit}"
    limit = "" if change.threshold is None else _(",阈值 %(limit)s") % {"limit": f"{change.threshold:g} {unit}"}
    return _("达到%(level)s") % {"level": change.get_level_display()} + value + limit


def task_history(viewer: Viewer, task: Any) -> Rows:
    """This will give a task's steps, oldest first."""
    return [_row(line.at, line.actor, f"{line.label} {line.text}".strip()) for line in history_of(viewer, task)]


def timeline_rows(lines: Iterable[Any]) -> Rows:
    """This will give an incident's timeline, oldest first, what was struck left out."""
    return [_row(line.at, line.actor, f"{line.label} {line.text}".strip()) for line in lines if not line.struck]


def _row(at: Any, actor: str, text: str) -> dict[str, Any]:
    return {"at": at, "actor": actor, "text": text}


def clocks_of(incident: Any) -> list[dict[str, Any]]:
    """This will give the clocks that run in an incident."""
    return [
        {"name": _("30分钟现场可视"), "due_at": incident.scene_due_at, "done_at": incident.scene_seen_at},
    ]
