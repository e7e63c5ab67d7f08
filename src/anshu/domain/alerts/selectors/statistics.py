# SPDX-License-Identifier: Apache-2.0
"""How good the alarms are: what is a nuisance, what is answered in time, each figure open to its rows.

Benchmarks are those of ANSI/ISA-18.2-2016 (table 7) and EEMUA 191 for one operator's console.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, DateTimeField, Exists, F, Func, OuterRef, Q, QuerySet, Value, Window
from django.db.models.functions import Coalesce, Lag, TruncDate
from django.utils.translation import gettext as _

from anshu.domain.alerts.choices import AlarmState, Cause, Level
from anshu.domain.alerts.models import Alarm, Shelf
from anshu.domain.alerts.selectors.alarms import alarms_visible
from anshu.kernel.access.viewer import Viewer

ANSWERED_WITHIN = timedelta(minutes=10)
FLEETING = timedelta(minutes=5)
STANDING = timedelta(hours=24)
CHATTERS_WITHIN = timedelta(hours=1)
_CHATTERS_TIMES = 3
PERIOD = timedelta(minutes=10)
FLOOD_OVER = 10
TOP = 10
_ORIGIN = datetime.fromisoformat("2000-01-01T00:00:00+08:00")
Rows = QuerySet[Alarm]


@dataclass(frozen=True, slots=True)
class Metric:
    """One figure: so many of so many alarms; `whole` 0 means that nothing can be said."""

    code: str
    name: str
    about: str
    part: int
    whole: int


@dataclass(frozen=True, slots=True)
class Frequent:
    """A rule or device whose alarms came most often."""

    thing_id: int
    thing_name: str
    rule_id: int | None
    rule_name: str
    cause: Cause
    number: int


@dataclass(frozen=True, slots=True)
class Statistics:
    """The alarms of a period that were raised when their values came."""

    total: int
    late: int
    by_level: dict[int, int]
    by_day: dict[str, int]
    metrics: tuple[Metric, ...]
    frequent: tuple[Frequent, ...]
    # Periods of ten minutes: how many there were, how many with more than FLOOD_OVER alarms, the most in one.
    periods: int
    flooded: int
    most: int

    @property
    def frequent_number(self) -> int:
        """How many alarms the most frequent ones make up."""
        return sum(each.number for each in self.frequent)


@dataclass(frozen=True, slots=True)
class _Kind:
    code: str
    name: Callable[[], str]
    about: Callable[[], str]
    narrow: Callable[[Rows, datetime], Rows]
    # Of which alarms it is a share; None: of all.
    of: Callable[[Rows, datetime], Rows] | None = None


def _chattering(rows: Rows, now: datetime) -> Rows:
    before = Window(
        Lag("raised_at", _CHATTERS_TIMES - 1),
        partition_by=[F("thing_id"), F("rule_id"), F("cause")],
        order_by=F("raised_at").asc(),
    )
    return rows.annotate(before=before).filter(before__gt=F("raised_at") - CHATTERS_WITHIN)


def _shelved(rows: Rows, now: datetime) -> Rows:
    same = Shelf.objects.filter(thing=OuterRef("thing"), cause=OuterRef("cause"))
    same = same.filter(Q(rule=OuterRef("rule")) | Q(rule=None))
    during = same.filter(since__gte=OuterRef("raised_at"), since__lt=Coalesce(OuterRef("cleared_at"), Value(now)))
    return rows.filter(Exists(during))


def _cleared(rows: Rows, now: datetime) -> Rows:
    return rows.filter(state=AlarmState.CLEARED)


def _active(rows: Rows, now: datetime) -> Rows:
    return rows.filter(state=AlarmState.ACTIVE)


_KINDS = (
    _Kind(
        "answered",
        lambda: _("10 分钟内签收"),
        lambda: _("发生后 10 分钟内有人签收"),
        lambda rows, now: rows.filter(acknowledged_at__lte=F("raised_at") + ANSWERED_WITHIN),
    ),
    _Kind(
        "unanswered",
        lambda: _("到恢复也无人签收"),
        lambda: _("已恢复的告警里从未签收的"),
        lambda rows, now: rows.filter(state=AlarmState.CLEARED, acknowledged_at=None),
        _cleared,
    ),
    _Kind(
        "escalated",
        lambda: _("升级过"),
        lambda: _("无人签收,通知了上一级"),
        lambda rows, now: rows.filter(escalations__gt=0),
    ),
    _Kind(
        "fleeting",
        lambda: _("一闪而过"),
        lambda: _("5 分钟内自行恢复;基准:没有"),
        lambda rows, now: rows.filter(state=AlarmState.CLEARED, cleared_at__lt=F("raised_at") + FLEETING),
        _cleared,
    ),
    _Kind(
        "chattering",
        lambda: _("反复抖动"),
        lambda: _("同一规则 1 小时内第 3 次及以后;基准:没有"),
        _chattering,
    ),
    _Kind(
        "standing",
        lambda: _("长期不消"),
        lambda: _("仍在报警且已超过 24 小时;基准:任何一天少于 5 条"),
        lambda rows, now: rows.filter(state=AlarmState.ACTIVE, raised_at__lt=now - STANDING),
        _active,
    ),
    _Kind("shelved", lambda: _("被搁置过"), lambda: _("期间被人搁置"), _shelved),
    _Kind(
        "no_data",
        lambda: _("数据中断"),
        lambda: _("设备没有数据引起"),
        lambda rows, now: rows.filter(cause=Cause.NO_DATA),
    ),
)
_BY_CODE = {each.code: each for each in _KINDS}


def metric_rows(viewer: Viewer, code: str, since: datetime, until: datetime, now: datetime) -> Rows | None:
    """This will give the alarms that a metric counts; None for a metric that there is not."""
    rows = _raised(viewer, since, until)
    if code == "all":
        return rows
    if code == "late":
        return _late(viewer, since, until)
    kind = _BY_CODE.get(code)
    return kind.narrow(rows, now) if kind is not None else None


def metric_name(code: str) -> str:
    """This will name a metric that there is."""
    named = {"all": _("期间发生的告警"), "late": _("补报发现的告警")}
    return named.get(code) or _BY_CODE[code].name()


def frequent_rows(viewer: Viewer, thing_id: int, rule_id: int | None, since: datetime, until: datetime) -> Rows:
    """This will give the alarms of one line of the most frequent."""
    return _raised(viewer, since, until).filter(thing=thing_id, rule=rule_id)


def alarm_statistics(viewer: Viewer, since: datetime, until: datetime, *, now: datetime) -> Statistics:
    """This will count the alarms that were raised in [since, until) and are in the viewer's scope."""
    rows = _raised(viewer, since, until)
    by_level = dict(rows.order_by().values_list("level").annotate(number=Count("pk")))
    by_day = dict(rows.order_by().annotate(day=TruncDate("raised_at")).values_list("day").annotate(number=Count("pk")))
    counted = _periods(rows)
    total = sum(by_level.values())
    return Statistics(
        total=total,
        late=_late(viewer, since, until).count(),
        by_level={int(level): by_level.get(level, 0) for level in Level if level},
        by_day={day.isoformat(): number for day, number in sorted(by_day.items())},
        metrics=tuple(_metric(kind, rows, total, now) for kind in _KINDS),
        frequent=_frequent(rows),
        periods=max(0, (min(until, now) - since) // PERIOD),
        flooded=sum(number > FLOOD_OVER for number in counted),
        most=max(counted, default=0),
    )


def _raised(viewer: Viewer, since: datetime, until: datetime) -> Rows:
    return alarms_visible(viewer).filter(raised_at__gte=since, raised_at__lt=until, late=False)


def _late(viewer: Viewer, since: datetime, until: datetime) -> Rows:
    return alarms_visible(viewer).filter(raised_at__gte=since, raised_at__lt=until, late=True)


def _metric(kind: _Kind, rows: Rows, total: int, now: datetime) -> Metric:
    whole = total if kind.of is None else kind.of(rows, now).count()
    return Metric(kind.code, kind.name(), kind.about(), kind.narrow(rows, now).count(), whole)


def _periods(rows: Rows) -> list[int]:
    start = Func(
        Value(PERIOD),
        F("raised_at"),
        Value(_ORIGIN, output_field=DateTimeField()),
        function="date_bin",
        output_field=DateTimeField(),
    )
    counted = rows.order_by().annotate(start=start).values("start").annotate(number=Count("pk"))
    return [row["number"] for row in counted]


def _frequent(rows: Rows) -> tuple[Frequent, ...]:
    counted = (
        rows.order_by()
        .values("thing_id", "thing__name", "rule_id", "rule__name", "cause")
        .annotate(number=Count("pk"))
        .order_by("-number", "thing_id", "rule_id")[:TOP]
    )
    return tuple(
        Frequent(
            row["thing_id"],
            row["thing__name"],
            row["rule_id"],
            row["rule__name"] or "",
            Cause(row["cause"]),
            row["number"],
        )
        for row in counted
    )
