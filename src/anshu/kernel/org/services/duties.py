# SPDX-License-Identifier: Apache-2.0
"""Who sits in a seat, and which seat answers for a place. Both are handed over without a gap, and nothing is lost."""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from django.db import connection, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from anshu.kernel.audit.actor import Actor
from anshu.kernel.audit.refusals import Absent, Refusal
from anshu.kernel.audit.services import attribute, record
from anshu.kernel.org.choices import Rung, Sector
from anshu.kernel.org.models import Person, Post, Responsibility, Tenure
from anshu.kernel.org.services.guards import (
    CONFIGURATION,
    PLAN,
    UPDATE,
    Ground,
    refuse,
    require,
    require_division,
    require_reason,
)


class TenureCheck(Protocol):
    """Something above that may refuse a seat, because a seat carries rights."""

    def __call__(self, *, person: Person, post: Post, actor: Actor, now: datetime) -> None:
        """This will raise Refusal where the seat must not be taken."""


_checks: list[TenureCheck] = []


def on_tenure(check: TenureCheck) -> Callable[..., None]:
    """This will have `check` asked before anybody takes a seat; it raises Refusal to say no."""
    if check not in _checks:
        _checks.append(check)
    return check


@transaction.atomic
def tenure_begin(
    *, post: Post, person: Person, actor: Actor, now: datetime, since: datetime | None = None, reason: str = ""
) -> Tenure:
    """This will seat a person; whoever sat there leaves at the same instant."""
    seat = Post.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=post.pk)
    require(actor, UPDATE, seat.organisation.division_code)
    begin = since or now
    if not seat.active:
        raise Refusal(_("该岗位已停用。"), code="inactive")
    for check in _checks:
        check(person=person, post=seat, actor=actor, now=now)
    with attribute(actor=actor, reason=reason):
        former = _leave(seat, person, begin)
        tenure = Tenure.objects.create(post=seat, person=person, since=begin)
    changes = {"since": begin.isoformat(), "former": former}
    record(actor=actor, now=now, action="tenure.begun", subject=tenure, reason=reason, changes=changes)
    return tenure


def _leave(seat: Post, person: Person, at: datetime) -> list[str]:
    """This will end what lasts in the seat at that instant and name who left."""
    lasting = Tenure.objects.filter(Q(until=None) | Q(until__gt=at), post=seat).select_related("person")
    names = []
    for tenure in lasting:
        if tenure.person_id == person.pk and tenure.since <= at and tenure.until is None:
            raise Refusal(_("此人已在该岗位任职。"), code="seated")
        if tenure.since >= at:
            raise Refusal(_("交接时间须晚于现任的任职时间。"), code="period")
        tenure.until = at
        tenure.save(update_fields=["until"])
        names.append(tenure.person.name)
    return names


@transaction.atomic
def tenure_end(*, tenure: Tenure, reason: str, actor: Actor, now: datetime, until: datetime | None = None) -> None:
    """This will leave a seat empty from an instant on."""
    row = (
        Tenure.objects.select_for_update(of=("self",)).select_related("post__organisation", "person").get(pk=tenure.pk)
    )
    require(actor, UPDATE, row.post.organisation.division_code)
    why, end = require_reason(reason), until or now
    if row.until is not None and row.until <= now:
        raise Refusal(_("该任职已经结束。"), code="ended")
    if end <= row.since:
        raise Refusal(_("结束时间须晚于任职时间。"), code="period")
    row.until = tenure.until = end
    with attribute(actor=actor, reason=why):
        row.save(update_fields=["until"])
    record(actor=actor, now=now, action="tenure.ended", subject=row, reason=why, changes={"until": end.isoformat()})


@transaction.atomic
def responsibility_set(
    *,
    division_code: str,
    rung: Rung,
    post: Post,
    actor: Actor,
    now: datetime,
    sector: str = Sector.GENERAL,
    since: datetime | None = None,
    source: str = "",
    reason: str = "",
    alongside: bool = False,
) -> Responsibility:
    """This will make a seat answer for a place on a rung; the seat that did so before is relieved at that instant.

    With `alongside` the former stays, as where a place has two deputies.
    """
    _require_duty(actor, division_code, sector)
    require_division(division_code)
    if sector not in Sector.values or rung not in Rung.values:
        refuse("sector", _("没有这个行业或层次。"))
    _one_at_a_time(division_code)
    begin = since or now
    lasting = Responsibility.objects.filter(
        Q(until=None) | Q(until__gt=begin), division_code=division_code, sector_code=sector, rung=rung
    )
    if found := lasting.filter(post=post, since__lte=begin, until=None).first():
        return found
    with attribute(actor=actor, reason=reason):
        relieved = [] if alongside else _relieve(list(lasting.select_related("post__organisation")), begin)
        duty = Responsibility.objects.create(
            division_code=division_code, sector_code=sector, rung=rung, post=post, since=begin, source=source
        )
    changes = {"post": str(post), "relieved": relieved, "since": begin.isoformat()}
    record(actor=actor, now=now, action="responsibility.set", subject=duty, reason=reason, changes=changes)
    return duty


def _relieve(duties: list[Responsibility], at: datetime) -> list[str]:
    names = []
    for duty in duties:
        if duty.since >= at:
            raise Refusal(_("生效时间须晚于现行责任的起始时间。"), code="period")
        duty.until = at
        duty.save(update_fields=["until"])
        names.append(str(duty.post))
    return names


@transaction.atomic
def responsibility_end(*, responsibility: Responsibility, reason: str, actor: Actor, now: datetime) -> None:
    """This will relieve a seat of its duty now."""
    row = Responsibility.objects.select_for_update(of=("self",)).get(pk=responsibility.pk)
    _require_duty(actor, row.division_code, row.sector_code)
    why = require_reason(reason)
    if row.until is not None and row.until <= now:
        raise Refusal(_("该责任已经结束。"), code="ended")
    row.until = responsibility.until = now
    with attribute(actor=actor, reason=why):
        row.save(update_fields=["until"])
    record(actor=actor, now=now, action="responsibility.ended", subject=row, reason=why)


def _require_duty(actor: Actor, division_code: str, sector: str) -> None:
    """This will let those pass who configure the place or run its plan work (a township its own villages)."""
    ground = Ground(division_code, sector)
    if not actor.may(CONFIGURATION, UPDATE, ground) and not actor.may(PLAN, UPDATE, ground):
        raise Absent


def _one_at_a_time(division_code: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"responsibility:{division_code}"])
