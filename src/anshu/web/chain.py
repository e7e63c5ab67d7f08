# SPDX-License-Identifier: Apache-2.0
"""The audit log's hash chain on a page, for those who read the log."""

from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from anshu.console.registry import registry
from anshu.kernel.access.choices import Capability
from anshu.kernel.audit import chain
from anshu.kernel.audit.refusals import Absent

KINDS = {
    "changed": _("内容被改动"),
    "removed": _("有记录被删除"),
    "reordered": _("顺序被改动"),
    "unchained": _("没有接入链"),
    "cut": _("链尾被截断"),
}


@login_required
@require_safe
def audit_chain(request: HttpRequest) -> HttpResponse:
    """This will say where the chain ends and how many of its heads are noted outside the database."""
    return _page(request)


@login_required
@require_POST
def audit_chain_check(request: HttpRequest) -> HttpResponse:
    """This will walk the whole chain and say where it does not hold."""
    return _page(request, check=True)


def _page(request: HttpRequest, *, check: bool = False) -> HttpResponse:
    if not request.viewer.can(Capability.AUDIT):  # type: ignore[attr-defined]
        raise Absent
    anchors = chain.read_anchors(settings.DATA_DIR / "audit-heads.log")
    context: dict[str, Any] = {"register": registry.get("audit"), "anchors": len(anchors)}
    if check:
        verdict = chain.verify(anchors=anchors)
        breaks = [(KINDS[each.kind], each.chain_no, each.entry_id) for each in verdict.breaks]
        context.update(verdict=verdict, breaks=breaks)
    return render(request, "web/chain.html", context)
