# SPDX-License-Identifier: Apache-2.0
"""Retention by policy: months of raw rows and minutes go when a policy says so and nothing of them is lost.

Hours and days stay. A month of raw rows goes only when every hour of it is closed, none is marked, and the aggregates
count exactly the rows that are there.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.translation import gettext as _

from anshu.domain.sensing.models import Exchange, ObservedProperty, Purge, RetentionPolicy
from anshu.domain.sensing.selectors.aggregates import COLUMNS, HOUR_OF, MINUTES, NOT_TEST, ROW, closed_to
from anshu.domain.sensing.services.aggregating import minute_months_ensure
from anshu.domain.sensing.services.commands import commands_expire
from anshu.kernel.access.configuring import configures
from anshu.kernel.access.rows import validate
from anshu.kernel.access.viewer import Absent, Refusal
from anshu.kernel.audit.actor import Actor
from anshu.kernel.audit.services import attribute, record

# Without a policy nothing goes: deleting is somebody's decision.
DEFAULT_MONTHS = 1200
EXCHANGES_STAY = timedelta(days=7)
_AT_ONCE = 50_000
_MOST_LISTED = 24
# Dropping a partition locks the table: rather try again tomorrow than hold up ingest.
_PATIENCE = "3s"


@dataclass(frozen=True, slots=True)
class Due:
    """A month that retention takes away, of all properties or of some; `blocked` says why it stays for now."""

    table: str
    since: datetime
    until: datetime
    minutes: bool
    # None: everything, so the partition goes as a whole.
    property_ids: tuple[int, ...] | None
    rows: int = 0
    # On disk with its index; of some properties their share.
    size: int = 0
    blocked: str = ""

    @property
    def kind(self) -> str:
        """What goes, in words."""
        return _("分钟值") if self.minutes else _("原始值")

    @property
    def text(self) -> str:
        """Which month, how much of it, and what holds it up."""
        # Months are cut at midnight UTC: the eighth hour in China, still the same month.
        words = {"month": f"{timezone.localtime(self.since):%Y-%m}", "rows": self.rows}
        text = _("%(month)s,%(rows)s 行,%(size)s") % {**words, "size": filesizeformat(self.size)}
        return text + (_(";暂不清理:%(why)s") % {"why": self.blocked} if self.blocked else "")


_PARTITIONS = """
select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
where i.inhparent = %s::regclass and c.relname ~ '_[0-9]{6}$' order by c.relname
"""


def policy_create(*, actor: Actor, now: datetime, reason: str, seen: bool = False, **values: Any) -> RetentionPolicy:
    """This will set for how long values stay; raises Absent, or Refusal with the fields at fault.

    A policy that would take something away is refused with the list of it until somebody says that they have `seen` it.
    """
    return _kept(RetentionPolicy(), values, "created", actor, now, reason, seen=seen)


def policy_update(
    *, policy: RetentionPolicy, actor: Actor, now: datetime, reason: str, seen: bool = False, **values: Any
) -> RetentionPolicy:
    """This will change a policy, with the same look before it."""
    return _kept(policy, values, "updated", actor, now, reason, seen=seen)


def policy_retire(*, policy: RetentionPolicy, actor: Actor, now: datetime, reason: str) -> RetentionPolicy:
    """This will end a policy; its property falls under the general one again."""
    return _kept(policy, {"retired_at": now}, "retired", actor, now, reason, seen=True)


@transaction.atomic
def _kept(
    policy: RetentionPolicy,
    values: dict[str, Any],
    verb: str,
    actor: Actor,
    now: datetime,
    reason: str,
    *,
    seen: bool,
) -> RetentionPolicy:
    if not configures(actor):
        raise Absent
    if not reason.strip():
        raise Refusal(_("请写明理由。"), code="missing", fields={"reason": _("请填写理由")})
    before = {name: _plain(getattr(policy, name)) for name in values}
    for name, value in values.items():
        setattr(policy, name, value)
    if policy.minute_months < policy.raw_months:
        text = _("分钟值不能比原始值保存得短。")
        raise Refusal(text, fields={"minute_months": text})
    validate(policy)
    if not seen:
        _look_first(policy, now)
    with attribute(actor=actor, reason=reason):
        policy.save()
    changes = {name: [before[name], _plain(getattr(policy, name))] for name in values}
    action = f"retentionpolicy.{verb}"
    record(actor=actor, now=now, action=action, subject=policy, reason=reason, changes=changes)
    return policy


def _look_first(policy: RetentionPolicy, now: datetime) -> None:
    """This will refuse a policy that would take something away, with the list of it, the largest months first."""
    due = retention_preview(draft=policy, now=now)
    if not due:
        return
    whole = {"months": len(due), "rows": sum(each.rows for each in due), "size": filesizeformat(_size(due))}
    text = _("保存后将清理 %(months)d 个月份,共 %(rows)s 行、%(size)s。核对后勾选,再保存。") % whole
    largest = sorted(due, key=lambda each: each.rows, reverse=True)[:_MOST_LISTED]
    listed = " / ".join(f"{each.kind} {each.text}" for each in largest)
    raise Refusal(text, code="unseen", fields={"seen": f"{text} {listed}"})


def _size(due: Sequence[Due]) -> int:
    return sum(each.size for each in due)


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, int) else str(value)


def retention_plan(*, now: datetime) -> list[Due]:
    """This will tell what retention would take away now, with row counts, and what holds it up."""
    return [due for due in _all_due(now) if due.rows]


def retention_preview(*, draft: RetentionPolicy, now: datetime) -> list[Due]:
    """This will tell what retention would take away with a policy that is not saved yet; nothing is written."""
    return [due for due in _all_due(now, draft) if due.rows]


def _all_due(now: datetime, draft: RetentionPolicy | None = None) -> list[Due]:
    """This will list them with the months that are empty."""
    found = []
    raw, minutes = _months_of_properties(draft)
    for table, months in (("sensing_observation", raw), ("sensing_minute", minutes)):
        for name, since, until in _partitions(table):
            due = _due(name, since, until, months, now, minutes=table == "sensing_minute")
            if due is not None:
                rows, size = _measured(due)
                found.append(replace(due, rows=rows, size=size, blocked=_blocked(due)))
    return found


def retention_run(*, actor: Actor, now: datetime) -> list[Due]:
    """This will take away what the policies say, a month a transaction; gives what went and what could not."""
    done = []
    for due in _all_due(now):
        if not due.blocked:
            _take(due, actor, now)
        if due.rows:
            done.append(due)
    return done


def exchanges_clear(*, now: datetime) -> int:
    """This will delete raw frames older than a week, a number at a time; gives how many."""
    total = 0
    while True:
        old = Exchange.objects.filter(at__lt=now - EXCHANGES_STAY).order_by("at").values("pk")[:_AT_ONCE]
        gone, _kinds = Exchange.objects.filter(pk__in=old).delete()
        total += gone
        if gone < _AT_ONCE:
            return total


def housekeeping(*, actor: Actor, now: datetime) -> None:
    """This will do what is done once a day: policies, raw frames, commands out of time."""
    commands_expire(now=now)
    exchanges_clear(now=now)
    retention_run(actor=actor, now=now)


def _months_of_properties(draft: RetentionPolicy | None = None) -> tuple[dict[int, int], dict[int, int]]:
    """This will give the months that each property's raw rows and minutes stay, with a draft in its row's place."""
    kept = RetentionPolicy.objects.filter(retired_at=None)
    policies = {each.observed_property_id: each for each in kept if draft is None or each.pk != draft.pk}
    if draft is not None:
        policies[draft.observed_property_id] = draft
    general = policies.get(None) or RetentionPolicy(raw_months=DEFAULT_MONTHS, minute_months=DEFAULT_MONTHS)
    of = {pk: policies.get(pk, general) for pk in ObservedProperty.objects.values_list("pk", flat=True)}
    return (
        {pk: policy.raw_months for pk, policy in of.items()},
        {pk: policy.minute_months for pk, policy in of.items()},
    )


def _partitions(table: str) -> list[tuple[str, datetime, datetime]]:
    with connection.cursor() as cursor:
        cursor.execute(_PARTITIONS, [table])
        names = [row[0] for row in cursor.fetchall()]
    return [
        (name, first, _later(first, 1))
        for name in names
        for first in [datetime(int(name[-6:-2]), int(name[-2:]), 1, tzinfo=UTC)]
    ]


def _later(first: datetime, months: int) -> datetime:
    number = first.year * 12 + first.month - 1 + months
    return first.replace(year=number // 12, month=number % 12 + 1)


def _due(
    name: str, since: datetime, until: datetime, months: dict[int, int], now: datetime, *, minutes: bool
) -> Due | None:
    over = {pk for pk, stay in months.items() if _later(until, stay) <= now}
    if over and len(over) == len(months):
        return Due(name, since, until, minutes, None)
    gone = Purge.objects.filter(since=since, minutes=minutes).values_list("observed_property_id", flat=True)
    over -= set(gone)
    return Due(name, since, until, minutes, tuple(sorted(over))) if over else None


_OF_PROPERTIES = "datastream_id in (select id from sensing_datastream where observed_property_id = any(%(properties)s))"


def _chosen(due: Due) -> tuple[str, dict[str, Any]]:
    given = {"since": due.since, "until": due.until, "properties": list(due.property_ids or ())}
    return ("true" if due.property_ids is None else _OF_PROPERTIES), given


def _measured(due: Due) -> tuple[int, int]:
    """This will give how many rows go, and how many bytes they and their index take."""
    chosen, given = _chosen(due)
    with connection.cursor() as cursor:
        size = f"pg_total_relation_size('{due.table}')"
        cursor.execute(f"select count(*) filter (where {chosen}), count(*), {size} from {due.table}", given)
        rows, all_rows, whole = cursor.fetchone()
    return rows, whole * rows // max(all_rows, 1)


_DIFFERING = """
select count(*) from (
    select datastream_id, count(*) as number from {table} where {not_test} and {chosen} group by 1
) as raw left join (
    select datastream_id, sum(reported) as number from sensing_hour where at >= %(since)s and at < %(until)s group by 1
) as kept using (datastream_id) where kept.number is distinct from raw.number
"""


def _blocked(due: Due) -> str:
    """This will say in words why a month must stay; empty where nothing of it would be lost."""
    if due.minutes:
        return ""
    edge = closed_to()
    if edge is None or edge < due.until:
        return _("该月还没有全部汇总")
    chosen, given = _chosen(due)
    with connection.cursor() as cursor:
        cursor.execute("select exists (select from sensing_stale where hour >= %(since)s and hour < %(until)s)", given)
        if cursor.fetchone()[0]:
            return _("该月有迟到数据等待重算")
        cursor.execute(_DIFFERING.format(table=due.table, not_test=NOT_TEST, chosen=chosen), given)
        number = cursor.fetchone()[0]
    return _("%(number)d 个数据流的汇总条数与原始值不一致") % {"number": number} if number else ""


_KEEP_MINUTES = f"""
with raw as (
    select o.* from {{table}} o join sensing_hour h on h.datastream_id = o.datastream_id
        and h.at = {HOUR_OF.format("o.at")} and h.reported = h.filled
    where o.{NOT_TEST} and o.datastream_id in (
        select id from sensing_datastream where observed_property_id = any(%(wanted)s)
    )
), minutes as ({MINUTES})
insert into sensing_minute (datastream_id, at, {COLUMNS}) select {ROW} from minutes on conflict do nothing
"""


@transaction.atomic
def _take(due: Due, actor: Actor, now: datetime) -> None:
    """This will take one month away and leave a record of it."""
    chosen, given = _chosen(due)
    reason = _("按保存策略清理")
    with connection.cursor() as cursor:
        cursor.execute(f"set local lock_timeout = '{_PATIENCE}'")
        if not due.minutes:
            _keep_minutes(cursor, due, now)
        if due.property_ids is None:
            cursor.execute(f"drop table {due.table}")
        else:
            cursor.execute(f"delete from {due.table} where {chosen}", given)
    if not due.rows:
        return
    period = {"minutes": due.minutes, "since": due.since, "until": due.until}
    for property_id in due.property_ids or (None,):
        Purge.objects.get_or_create(
            **period, observed_property_id=property_id, defaults={"rows": due.rows, "reason": reason, "done_at": now}
        )
    changes = {"table": due.table, "rows": due.rows, "bytes": due.size, "until": due.until.isoformat()}
    record(actor=actor, now=now, action="observations.purged", reason=reason, changes=changes)


def _keep_minutes(cursor: Any, due: Due, now: datetime) -> None:
    """This will write the minutes that were the raw rows themselves, of properties whose minutes stay longer."""
    _raw, minutes = _months_of_properties()
    over = set(minutes) if due.property_ids is None else set(due.property_ids)
    wanted = [pk for pk in over if _later(due.until, minutes[pk]) > now]
    if wanted:
        minute_months_ensure({due.since}, now=now)
        cursor.execute(_KEEP_MINUTES.format(table=due.table), {"wanted": wanted})
