# SPDX-License-Identifier: Apache-2.0
"""What is asked of history: a property, some stations, a period, a step; everything with a sensible default."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from django.http import QueryDict
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from anshu.domain.sensing.selectors.history import MOST_STATIONS, Step, datastreams_visible, points_at_most, step_for
from anshu.kernel.access.viewer import Viewer

LONGEST = timedelta(days=366 * 5)
_SHORTCUTS = (("1", 1), ("3", 3), ("7", 7), ("30", 30), ("365", 365))


@dataclass(frozen=True, slots=True)
class Asked:
    """What the page or the export shows; `trouble` says what is shown otherwise than asked.

    `faults` are those words that make a file impossible: whoever takes values out must get the ones asked for.
    """

    property_code: str
    streams: tuple[Any, ...]
    since: datetime
    until: datetime
    step: Step
    chosen_step: str
    trouble: str = ""
    faults: tuple[str, ...] = ()

    @property
    def first(self) -> str:
        """The first day, as a date field writes it."""
        return timezone.localtime(self.since).date().isoformat()

    @property
    def last(self) -> str:
        """The last day."""
        return timezone.localtime(self.until - timedelta(seconds=1)).date().isoformat()


def read(given: QueryDict, viewer: Viewer, now: datetime, *, most_points: int | None = None) -> Asked:
    """This will read an address; stations out of sight are as if they were not there.

    Given `most_points`, a step at which there would be more gives way to the one that fits.
    """
    code = given.get("property", "").replace("\x00", "")[:60]
    wanted, faults = _things(given.getlist("thing"))
    streams = tuple(datastreams_visible(viewer, property_code=code, thing_ids=wanted)) if code and wanted else ()
    since, until, unread = _period(given, now)
    chosen, unknown = _step(given.get("step", ""))
    faults += unread + unknown
    said = list(faults)
    if chosen and most_points is not None and points_at_most(streams, since, until, Step(chosen)) > most_points:
        chosen = ""
        said.append(_("这段时间太长,画不了这么细,已自动放粗;导出不受限。"))
    step = Step(chosen) if chosen else step_for(streams, since, until)
    return Asked(code, streams, since, until, step, chosen, " ".join(said), tuple(faults))


def _things(given: Sequence[str]) -> tuple[list[int], list[str]]:
    """This will read the stations, and say which could not be used."""
    numbers = [int(each) for each in given if _is_number(each)]
    odd = next((each for each in given if not _is_number(each)), None)
    faults = [] if odd is None else [_("站点(thing)“%(value)s”不是站点的编号数字。") % {"value": odd[:20]}]
    if len(numbers) > MOST_STATIONS:
        faults.append(_("一次最多比较 %(number)d 个站,多选的没有画。") % {"number": MOST_STATIONS})
    return numbers[:MOST_STATIONS], faults


def _step(given: str) -> tuple[str, list[str]]:
    if not given or given in Step.values:
        return given, []
    return "", [_("精度(step)“%(value)s”不存在,已自动选择。") % {"value": given[:20]}]


def shortcuts(now: datetime) -> Sequence[tuple[int, str, str]]:
    """This will give the usual periods as (days, first, last)."""
    today = timezone.localdate(now)
    return [(days, (today - timedelta(days=days - 1)).isoformat(), today.isoformat()) for _name, days in _SHORTCUTS]


def _period(given: QueryDict, now: datetime) -> tuple[datetime, datetime, list[str]]:
    """This will read the days from and to, both inclusive, and say what was wrong with them."""
    faults = []
    days = {}
    for name in ("first", "last"):
        text = given.get(name, "")
        days[name] = _day(text)
        if text and days[name] is None:
            words = {"name": name, "value": text[:20]}
            faults.append(_("日期(%(name)s)“%(value)s”没有看懂,应为 2026-07-01 这样。") % words)
    last = days["last"] or timezone.localdate(now)
    first = days["first"] or last - timedelta(days=2)
    if first > last:
        first, last = last, first
        faults.append(_("开始日期晚于结束日期,已对调。"))
    since, until = _midnight(first), _midnight(last + timedelta(days=1))
    if until - since > LONGEST:
        since = until - LONGEST
        faults.append(_("一次最多看 5 年,已从最近的算起。"))
    return since, until, faults


def _day(text: str | None) -> Any:
    try:
        day = parse_date(text or "")
    except ValueError:
        return None
    return day if day is not None and 1990 <= day.year <= 2100 else None


def _midnight(day: Any) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19
