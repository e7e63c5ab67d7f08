# SPDX-License-Identifier: Apache-2.0
"""Reading what the console itself keeps."""

from django.db.models import Q, QuerySet

from anshu.console.models import ImportDraft, SavedView
from anshu.kernel.access.models import User
from anshu.kernel.access.viewer import Viewer
from anshu.kernel.audit.refusals import Absent


def views_visible(viewer: Viewer, register: str) -> QuerySet[SavedView]:
    """This will list somebody's own views of a register and the shared ones."""
    return SavedView.objects.filter(Q(owner_id=viewer.user_id) | Q(shared=True), register=register).select_related(
        "owner__person"
    )


def columns_preferred(viewer: Viewer, register: str) -> list[str]:
    """This will give the columns that somebody chose for a register; empty when none were."""
    preferences = User.objects.filter(pk=viewer.user_id or 0).values_list("preferences", flat=True).first() or {}
    chosen = preferences.get("columns", {}).get(register, [])
    return [str(name) for name in chosen]


def draft_get(viewer: Viewer, register: str, pk: int) -> ImportDraft:
    """This will give somebody's own open draft, or raise Absent."""
    draft = ImportDraft.objects.filter(pk=pk, owner_id=viewer.user_id, register=register, committed_at=None).first()
    if draft is None:
        raise Absent
    return draft
