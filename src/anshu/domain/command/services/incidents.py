# SPDX-License-Identifier: Apache-2.0
"""Grading, linking, seeing the scene, closing and reopening an incident."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from anshu.domain.alerts.selectors import alarm_get
from anshu.domain.command.choices import EntryKind, IncidentGrade, IncidentState
from anshu.domain.command.models import Incident
from anshu.domain.command.selectors import ALARM, TASK, active_alarms_of
from anshu.domain.command.services.writing import WRITERS, changed, entry_write, link_write, lock, missing
from anshu.domain.grassroots.selectors import task_get
from anshu.kernel.access.choices import Right
from anshu.kernel.access.viewer import Viewer
from anshu.kernel.audit.actor import Actor
from anshu.kernel.audit.refusals import Absent, Refusal
from anshu.kernel.files.models import StoredFile
from anshu.kernel.files.services import file_attach

TEXT_MOST = 5000
JUDGES = (Right.UPDATE, Right.APPROVE)


@transaction.atomic
def incident_grade(*, incident: Incident, grade: int, actor: Actor, now: datetime, reason: str = "") -> Incident:
    """This will grade the incident I to IV; the grade is an assessment until an authority confirms it."""
    found = lock(incident, actor, *JUDGES)
    if grade not in IncidentGrade.values:
        raise missing("grade", _("请选择级别。"))
    if grade == found.grade:
        return found
    was, found.grade = found.grade, grade
    words = {"was": IncidentGrade(was).label, "grade": IncidentGrade(grade).label}
    text = _("级别由“%(was)s”调整为“%(grade)s”") % words + (f":{reason.strip()}" if reason.strip() else "")
    entry_write(found, kind=EntryKind.STATE, text=text, actor=actor, now=now)
    return changed(found, change="graded", actor=actor, now=now, text=text, details={"grade": [was, grade]}, save=True)


@transaction.atomic
def incident_link(*, incident: Incident, subject: Any, actor: Actor, now: datetime) -> Incident:
    """This will tie an alarm or a task that the actor can see to the incident; a second time changes nothing."""
    found = lock(incident, actor, *WRITERS)
    label, pk = (subject._meta.label_lower, subject.pk) if hasattr(subject, "_meta") else subject
    getters = {ALARM: alarm_get, TASK: task_get}
    if label not in getters or not isinstance(actor, Viewer):
        raise Absent
    row: Any = getters[label](actor, pk)
    text = _("关联%(title)s") % {"title": f"{row.number} {row.title}" if label == TASK else row.title}
    if link_write(found, (label, str(row.pk)), text, actor=actor, now=now):
        changed(found, change="linked", actor=actor, now=now, text=text, details={"subject": [label, row.pk]})
    return found


@transaction.atomic
def scene_see(
    *,
    incident: Incident,
    actor: Actor,
    now: datetime,
    photos: Sequence[StoredFile | int] = (),
) -> Incident:
    """This will mark the first picture of the scene and stop the clock; later ones change nothing but are kept."""
    found = lock(incident, actor, *WRITERS)
    if photos:
        file_attach(files=photos, subject=found, actor=actor, now=now)
    return scene_mark(found, actor=actor, now=now)


def scene_mark(incident: Incident, *, actor: Actor, now: datetime) -> Incident:
    """This will stop the on-scene clock of a locked incident, once."""
    if incident.scene_seen_at is not None:
        return incident
    incident.scene_seen_at = now
    minutes = int((now - incident.opened_at).total_seconds() // 60)
    text = _("现场可视:接报后 %(minutes)s 分钟") % {"minutes": minutes}
    if now > incident.scene_due_at:
        text += _(",超过时限")
    entry_write(incident, kind=EntryKind.STATE, text=text, actor=actor, now=now)
    return changed(incident, change="scene", actor=actor, now=now, text=text, details={"minutes": minutes}, save=True)


@transaction.atomic
def incident_close(
    *,
    incident: Incident,
    conclusion: str,
    actor: Actor,
    now: datetime,
    reason: str = "",
) -> Incident:
    """This will end the incident with a conclusion; while a linked alarm still holds, a reason is wanted too."""
    found = lock(incident, actor, *JUDGES)
    if not 0 < len(conclusion.strip()) <= TEXT_MOST:
        raise missing("conclusion", _("请填写结论,不超过 5000 字。"))
    if len(reason) > TEXT_MOST:
        raise missing("reason", _("理由不超过 5000 字。"))
    still = list(active_alarms_of(actor, found)[:3]) if isinstance(actor, Viewer) else []
    if still and not reason.strip():
        message = _("关联的告警仍未恢复(%(titles)s),请写明此时结束事件的理由。") % {
            "titles": "、".join(alarm.title for alarm in still)
        }
        raise Refusal(message, code="alarm_active", fields={"reason": message})
    found.state, found.closed_at, found.conclusion = IncidentState.CLOSED, now, conclusion.strip()
    text = _("事件结束:%(conclusion)s") % {"conclusion": found.conclusion}
    if reason.strip():
        text += _("(告警未恢复时结束的理由:%(reason)s)") % {"reason": reason.strip()}
    entry_write(found, kind=EntryKind.STATE, text=text, actor=actor, now=now)
    return changed(found, change="closed", actor=actor, now=now, text=text, save=True)


@transaction.atomic
def incident_reopen(*, incident: Incident, reason: str, actor: Actor, now: datetime) -> Incident:
    """This will open a closed incident again with a reason; the earlier conclusion stays on the timeline."""
    found = lock(incident, actor, *JUDGES, open_only=False)
    if found.state == IncidentState.OPEN:
        raise Refusal(_("事件正在处置中。"), code="state")
    if not 0 < len(reason.strip()) <= TEXT_MOST:
        raise missing("reason", _("请填写重新开启的理由,不超过 5000 字。"))
    same = Incident.objects.filter(source_type=found.source_type, source_id=found.source_id, state=IncidentState.OPEN)
    if found.source_id and same.exists():
        raise Refusal(_("同一来源已有处置中的事件,请在那里继续处置。"), code="exists")
    found.state, found.closed_at, found.conclusion = IncidentState.OPEN, None, ""
    text = _("重新开启:%(reason)s") % {"reason": reason.strip()}
    entry_write(found, kind=EntryKind.STATE, text=text, actor=actor, now=now)
    return changed(found, change="reopened", actor=actor, now=now, text=text, save=True)
