# SPDX-License-Identifier: Apache-2.0
"""What the console itself writes: preferences, saved views, drafts of imports, and notes of what left the platform."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import models, transaction
from django.utils.translation import gettext as _

from anshu.console.models import ImportDraft, SavedView
from anshu.kernel.access.models import User
from anshu.kernel.access.viewer import Viewer
from anshu.kernel.audit.refusals import Absent, Refusal
from anshu.kernel.audit.services import record

VIEWS_MAX = 30


@transaction.atomic
def columns_choose(*, register: str, columns: Sequence[str], actor: Viewer) -> None:
    """This will remember which columns somebody wants to see in a register; none means the default ones."""
    user = User.objects.select_for_update(of=("self",)).get(pk=actor.user_id or 0)
    kept = dict(user.preferences.get("columns", {}))
    if columns:
        kept[register] = list(columns)
    else:
        kept.pop(register, None)
    user.preferences = {**user.preferences, "columns": kept}
    user.save(update_fields=["preferences"])


@transaction.atomic
def view_save(*, register: str, name: str, querystring: str, shared: bool, actor: Viewer, now: datetime) -> SavedView:
    """This will keep the present filters under a name, over an older one of that name."""
    name = name.strip()
    if not name:
        raise Refusal(_("请给视图起个名称。"), code="missing", fields={"name": _("请填写名称")})
    mine = SavedView.objects.filter(owner_id=actor.user_id, register=register)
    if mine.count() >= VIEWS_MAX:
        raise Refusal(_("每个登记簿最多保存 %(most)d 个视图,请先删除不用的。") % {"most": VIEWS_MAX})
    view, _made = SavedView.objects.update_or_create(
        owner_id=actor.user_id,
        register=register,
        name=name[:40],
        defaults={"querystring": querystring[:1000], "shared": shared, "created_at": now},
    )
    if shared:
        record(actor=actor, now=now, action="savedview.shared", subject=view)
    return view


def view_delete(*, pk: int, actor: Viewer) -> None:
    """This will forget one of somebody's own views; raises Absent for anybody else's."""
    deleted, _rows = SavedView.objects.filter(pk=pk, owner_id=actor.user_id).delete()
    if not deleted:
        raise Absent


@transaction.atomic
def draft_keep(*, register: str, name: str, content: bytes, actor: Viewer, now: datetime) -> ImportDraft:
    """This will keep an uploaded table until its import is decided; older drafts of the same person go."""
    ImportDraft.objects.filter(owner_id=actor.user_id, register=register, committed_at=None).delete()
    return ImportDraft.objects.create(
        owner_id=actor.user_id or 0, register=register, name=name[:200], content=content, created_at=now
    )


def draft_done(*, draft: ImportDraft, actor: Viewer, now: datetime, reason: str, counts: Mapping[str, int]) -> None:
    """This will mark a draft as imported, drop its content and note the import in the audit log."""
    draft.content, draft.committed_at = b"", now
    draft.save(update_fields=["content", "committed_at"])
    record(
        actor=actor,
        now=now,
        action=f"{draft.register}.imported",
        reason=reason,
        changes={"file": draft.name, **counts},
    )


def export_note(
    *, register: str, form: str, querystring: str, columns: Sequence[str], rows: int, actor: Viewer, now: datetime
) -> None:
    """This will note in the audit log who took which rows out of the platform."""
    record(
        actor=actor,
        now=now,
        action=f"{register}.exported",
        changes={"form": form, "filter": querystring, "columns": list(columns), "rows": rows},
    )


@transaction.atomic
def phone_reveal(*, row: models.Model, field: str, reason: str, actor: Viewer, now: datetime) -> str:
    """This will give a phone in full and note who asked for it and why; raises Refusal without a reason."""
    if not reason.strip():
        raise Refusal(_("查看完整号码须写明用途。"), code="missing", fields={"reason": _("请填写用途")})
    record(
        actor=actor,
        now=now,
        action=f"{row._meta.model_name}.phone_revealed",
        subject=row,
        reason=reason.strip(),
        changes={"field": field},
    )
    return str(getattr(row, field))


def trial_note(*, register: str, name: str, counts: Mapping[str, Any], actor: Viewer, now: datetime) -> None:
    """This will note that a table was tried without being imported."""
    record(actor=actor, now=now, action=f"{register}.import_tried", changes={"file": name, **counts})
