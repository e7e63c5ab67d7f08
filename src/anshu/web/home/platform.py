# SPDX-License-Identifier: Apache-2.0
"""The system administrator's view: is the platform itself well."""

from datetime import datetime
from typing import Any

from django.db.models import Max
from django.utils.translation import gettext as _
from procrastinate.contrib.django.models import ProcrastinateJob

from anshu.domain.sensing.selectors import quarantine_visible
from anshu.kernel.access.choices import Role
from anshu.kernel.access.viewer import Viewer
from anshu.kernel.events.models import Event, FailedDelivery, Subscription
from anshu.web.health import ingest_age_s
from anshu.web.home.figures import Block, Figure, Row, listing

# An event that nobody has read for this many positions means that a worker stands still.
BEHIND = 500
SILENT_S = 3600
PLATFORM_PAGE = "/platform/"
SHOWN = 50


def keeps_the_platform(viewer: Viewer) -> bool:
    """This will tell a system administrator from those who configure only their own unit."""
    return any(held.role is Role.R24 for held in viewer.holdings)


def platform(viewer: Viewer, now: datetime) -> Block | None:
    """This will show failed deliveries, the quarantine, jobs that failed, and how fresh each process is."""
    if not keeps_the_platform(viewer):
        return None
    failed = FailedDelivery.objects.filter(retried_at=None).count()
    quarantined = quarantine_visible(viewer).filter(resolved_at=None).count()
    jobs = ProcrastinateJob.objects.filter(status="failed").count()
    figures = (
        Figure(_("投递失败"), failed, PLATFORM_PAGE, urgent=failed > 0),
        Figure(_("隔离报文"), quarantined, listing("quarantine", tab="open")),
        Figure(_("失败的后台任务"), jobs, PLATFORM_PAGE, urgent=jobs > 0),
    )
    return Block("platform", _("平台运行"), figures, (_ingest(), _worker()), "")


def _ingest() -> Row:
    age = ingest_age_s()
    if age is None:
        return Row(_("接入进程"), listing("things"), note=_("还没有收到任何设备的数据"))
    late = age > SILENT_S
    note = _("最近来报 %(minutes)d 分钟前") % {"minutes": age // 60}
    return Row(_("接入进程"), listing("things"), note=note, mark=_("可能停止") if late else "")


def _worker() -> Row:
    last = Event.objects.aggregate(last=Max("position"))["last"] or 0
    read = min(Subscription.objects.values_list("position", flat=True), default=last)
    behind = last - read
    note = _("事件投递落后 %(count)d 条") % {"count": behind} if behind else _("事件投递无积压")
    return Row(_("后台进程"), PLATFORM_PAGE, note=note, mark=_("积压") if behind > BEHIND else "")


def failures(*, shown: int = SHOWN) -> dict[str, Any]:
    """This will list what could not be delivered or done, newest first, with the last line of each error."""
    deliveries = FailedDelivery.objects.filter(retried_at=None).select_related("event").order_by("-failed_at")
    jobs = ProcrastinateJob.objects.filter(status="failed").order_by("-id")
    return {
        "deliveries": [
            {
                "id": row.pk,
                "subscription": row.subscription,
                "kind": row.event.kind,
                "failed_at": row.failed_at,
                "error": (row.error.strip().splitlines() or [""])[-1][:300],
            }
            for row in deliveries[:shown]
        ],
        "jobs": list(jobs.values("id", "task_name", "queue_name", "attempts", "scheduled_at")[:shown]),
    }
