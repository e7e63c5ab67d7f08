# SPDX-License-Identifier: Apache-2.0
"""Which vehicle and which period: the last day that it moved where nothing is said."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.http import QueryDict
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from anshu.domain.sensing.selectors import moves, positions_now, thing_get
from anshu.domain.sensing.selectors.tracks import LONGEST
from anshu.kernel.access.viewer import Absent, Viewer

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Asked:
    """A thing that moves and a period; `trouble` says what could not be understood."""

    thing: Any
    since: datetime
    until: datetime
    trouble: str = ""


def vehicle(viewer: Viewer, pk: int) -> Any:
    """This will give a thing that moves and that the viewer may see, retired or not; raises Absent."""
    thing = thing_get(viewer, pk)
    if not moves(thing):
        raise Absent
    return thing


def read(viewer: Viewer, pk: int, given: QueryDict, now: datetime) -> Asked:
    """This will read an address; raises Absent for what does not move or must not be seen."""
    thing = vehicle(viewer, pk)
    since, until = _moment(given.get("since", "")), _moment(given.get("until", ""))
    trouble = ""
    if (given.get("since") and since is None) or (given.get("until") and until is None):
        trouble = _("时间没有看懂,应为 2026-07-01 08:00 这样。")
    until = until or (since + DAY if since else _end(thing, now))
    since = since or until - DAY
    return Asked(thing, *bounded(since, until), trouble or _said(since, until))


def bounded(since: datetime, until: datetime) -> tuple[datetime, datetime]:
    """This will put a period in order and keep it to what one track may be."""
    since, until = min(since, until), max(since, until)
    if since == until:
        until = since + DAY
    return max(since, until - LONGEST), until


def _said(since: datetime, until: datetime) -> str:
    if since > until:
        return _("开始时间晚于结束时间,已对调。")
    return _("一次最多看 31 天,已从最近的算起。") if until - since > LONGEST else ""


def _end(thing: Any, now: datetime) -> datetime:
    """This will end with the newest fix, where that is not of just now."""
    fix = positions_now([thing.pk]).get(thing.pk)
    last = now if fix is None or fix.at > now - timedelta(hours=1) else fix.at
    return last.replace(second=0, microsecond=0) + timedelta(minutes=1)


def _moment(text: str) -> datetime | None:
    try:
        found = parse_datetime(text.replace("\x00", "").strip()[:40])
    except ValueError:
        return None
    if found is None or not 2000 <= found.year <= 2100:
        return None
    return timezone.make_aware(found) if timezone.is_naive(found) else found
