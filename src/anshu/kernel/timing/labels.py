# SPDX-License-Identifier: Apache-2.0
"""Periods in words: 剩 3 小时 20 分, 逾期 2 天."""

from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

_MINUTES_A_DAY = 24 * 60


def period_label(period: timedelta) -> str:
    """This will write a period in its two largest units, whole minutes, whichever its sign."""
    total = int(abs(period) / timedelta(minutes=1))
    days, rest = divmod(total, _MINUTES_A_DAY)
    hours, minutes = divmod(rest, 60)
    parts = [
        ngettext("%(count)d 天", "%(count)d 天", days) % {"count": days} if days else "",
        ngettext("%(count)d 小时", "%(count)d 小时", hours) % {"count": hours} if hours else "",
        ngettext("%(count)d 分", "%(count)d 分", minutes) % {"count": minutes} if minutes and not days else "",
    ]
    return " ".join(part for part in parts if part) or _("不到 1 分钟")


def remaining_label(due_at: datetime, now: datetime) -> str:
    """This will say how much time is left or how long something is overdue."""
    left = due_at - now
    if left >= timedelta():
        return _("剩 %(period)s") % {"period": period_label(left)}
    return _("逾期 %(period)s") % {"period": period_label(left)}
