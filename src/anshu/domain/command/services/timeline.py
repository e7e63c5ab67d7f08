# SPDX-License-Identifier: Apache-2.0
"""Writing on the timeline, and striking what was wrong without hiding it."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from anshu.domain.command.choices import EntryKind
from anshu.domain.command.models import Entry, Incident
from anshu.domain.command.services.writing import WRITERS, changed, entry_write, lock, missing
from anshu.kernel.access.choices import Right
from anshu.kernel.audit.actor import Actor
from anshu.kernel.audit.refusals import Absent, Refusal

TEXT_MOST, REASON_MOST = 5000, 200
BY_HAND = (EntryKind.NOTE, EntryKind.REPORT, EntryKind.ORDER)
CLOCKS_DIFFER = timedelta(minutes=5)
OLDEST = timedelta(days=30)


@transaction.atomic
def entry_add(
    *,
    incident: Incident,
    text: str,
    actor: Actor,
    now: datetime,
    at: datetime | None = None,
    kind: str = EntryKind.NOTE,
) -> Entry:
    """This will add a line; `at` is when it happened, if not now. Raises Refusal for an empty text or absurd time."""
    found = lock(incident, actor, *WRITERS)
    if not 0 < len(text.strip()) <= TEXT_MOST:
        raise missing("text", _("请填写内容,不超过 5000 字。"))
    if kind not in BY_HAND:
        raise missing("kind", _("请选择记录、信息报告或指令。"))
    if at is not None and not found.happened_at - OLDEST <= at <= now + CLOCKS_DIFFER:
        raise missing("at", _("时间不能晚于现在,也不能早于事发前 30 天。"))
    entry = entry_write(found, kind=kind, text=text.strip(), actor=actor, now=now, at=at)
    changed(found, change="entry", actor=actor, now=now, text=entry.text, details={"entry": entry.pk})
    return entry


@transaction.atomic
def entry_strike(*, entry: Entry, reason: str, actor: Actor, now: datetime) -> Entry:
    """This will strike a line through with a reason: by its author or by anybody who may change the incident."""
    row = Entry.objects.select_related("incident").filter(pk=entry.pk).first()
    if row is None:
        raise Absent
    rights = (Right.UPDATE, Right.CREATE) if row.author_id == actor.id else (Right.UPDATE,)
    found = lock(row.incident, actor, *rights, open_only=False)
    row.refresh_from_db()
    if row.struck_at is not None:
        raise Refusal(_("这条记录已经划去。"), code="state")
    if not 0 < len(reason.strip()) <= REASON_MOST:
        raise missing("reason", _("请填写划去的理由,不超过 200 字。"))
    row.struck_at, row.struck_by, row.struck_reason = now, actor.label, reason.strip()
    row.save(update_fields=["struck_at", "struck_by", "struck_reason"])
    changed(found, change="struck", actor=actor, now=now, text=row.struck_reason, details={"entry": row.pk})
    return row
