# SPDX-License-Identifier: Apache-2.0
"""Granting roles and assigning objects. The security administrator grants, never to himself."""

from collections.abc import Sequence
from datetime import datetime

from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from anshu.kernel.access import rules
from anshu.kernel.access.choices import ADMINISTRATORS, Capability, Right, Role
from anshu.kernel.access.models import Assignment, Grant, User
from anshu.kernel.access.selectors import roles_to_come
from anshu.kernel.access.services.guards import one_at_a_time, require, require_reason
from anshu.kernel.access.viewer import Viewer
from anshu.kernel.audit.actor import Actor
from anshu.kernel.audit.refusals import Refusal
from anshu.kernel.audit.services import attribute, record
from anshu.kernel.org.choices import Sector
from anshu.kernel.org.models import Division, Organisation, Person, Post, Tenure


@transaction.atomic
def grant_give(
    *,
    role: Role,
    division_code: str,
    reason: str,
    actor: Actor,
    now: datetime,
    user: User | None = None,
    post: Post | None = None,
    sectors: Sequence[str] = (),
    unit: Organisation | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> Grant:
    """This will give a role over a place, some sectors and a unit to a seat or to an account."""
    require(actor, Capability.SECURITY, Right.CREATE)
    why = require_reason(reason)
    if (user is None) == (post is None):
        raise Refusal(_("授权须给一个岗位或一个账号，二者取一。"), code="holder")
    _check_place(division_code, sectors)
    one_at_a_time("administrators")
    for person_id, user_id in _holders(user, post, now):
        _refuse_own(actor, person_id, user_id)
        check_clash(person_id, user_id, {role}, at=now)
    begin = since or now
    if until is not None and until <= begin:
        raise Refusal(_("截止时间须晚于起始时间。"), code="period", fields={"until": _("须晚于起始时间。")})
    with attribute(actor=actor, reason=why):
        grant = Grant.objects.create(
            role=role,
            division_code=division_code,
            user=user,
            post=post,
            sectors=list(sectors),
            unit=unit,
            since=begin,
            until=until,
            reason=why,
        )
    changes = {"role": role, "division": division_code, "sectors": list(sectors), "holder": str(user or post)}
    record(actor=actor, now=now, action="grant.given", subject=grant, reason=why, changes=changes)
    return grant


@transaction.atomic
def grant_end(*, grant: Grant, reason: str, actor: Actor, now: datetime) -> None:
    """This will end a grant now; one that has not begun is withdrawn by ending it at its beginning."""
    require(actor, Capability.SECURITY, Right.UPDATE)
    why = require_reason(reason)
    row = Grant.objects.select_for_update(of=("self",)).get(pk=grant.pk)
    for person_id, user_id in _holders(row.user, row.post, now):
        _refuse_own(actor, person_id, user_id)
    if row.until is not None and row.until <= now:
        raise Refusal(_("该授权已经结束。"), code="ended")
    with attribute(actor=actor, reason=why):
        if row.since >= now:
            record(actor=actor, now=now, action="grant.withdrawn", subject=row, reason=why)
            row.delete()
            return
        row.until = grant.until = now
        row.save(update_fields=["until"])
    record(actor=actor, now=now, action="grant.ended", subject=row, reason=why)


def tenure_allowed(*, person: Person, post: Post, actor: Actor, now: datetime) -> None:
    """This will refuse a seat taken by whoever hands it out, or one that joins two administrators in one person.

    The organisation's `tenure_begin` asks it, because a seat carries the roles granted to it.
    """
    account = User.objects.filter(person=person).first()
    _refuse_own(actor, person.pk, account.pk if account else None)
    one_at_a_time("administrators")
    lasting = Grant.objects.filter(Q(until=None) | Q(until__gt=now), post=post)
    roles = {Role(role) for role in lasting.values_list("role", flat=True)}
    check_clash(person.pk, account.pk if account else None, roles, at=now)


def check_clash(person_id: int | None, user_id: int | None, added: set[Role], *, at: datetime) -> None:
    """This will refuse roles that would make one person two of the three administrators."""
    if added.isdisjoint(ADMINISTRATORS):
        return
    if rules.administrators_clash(added | roles_to_come(person_id=person_id, user_id=user_id, at=at)):
        raise Refusal(_("系统、安全、审计三类管理员不得由同一人兼任。"), code="administrators_clash")


def _check_place(division_code: str, sectors: Sequence[str]) -> None:
    if not Division.objects.filter(code=division_code).exists():
        message = _("没有这个区划。")
        raise Refusal(message, code="division", fields={"division_code": message})
    if unknown := set(sectors) - set(Sector.values):
        raise Refusal(_("没有这个行业：%(names)s") % {"names": "、".join(sorted(unknown))}, code="sector")


def _holders(user: User | None, post: Post | None, now: datetime) -> list[tuple[int | None, int | None]]:
    if user is not None:
        return [(user.person_id, user.pk)]
    people = Tenure.objects.filter(Q(until=None) | Q(until__gt=now), post=post).values_list("person_id", flat=True)
    accounts = dict(User.objects.filter(person_id__in=list(people)).values_list("person_id", "pk"))
    return [(person_id, accounts.get(person_id)) for person_id in people]


def _refuse_own(actor: Actor, person_id: int | None, user_id: int | None) -> None:
    if not isinstance(actor, Viewer):
        return
    same_account = actor.user_id is not None and actor.user_id == user_id
    same_person = actor.person_id is not None and actor.person_id == person_id
    if same_account or same_person:
        raise Refusal(_("不能给本人授权或调整本人的岗位，请由其他管理员办理。"), code="own_account")


@transaction.atomic
def assignment_give(
    *,
    subject: models.Model,
    actor: Actor,
    now: datetime,
    user: User | None = None,
    unit: Organisation | None = None,
    until: datetime | None = None,
) -> Assignment:
    """This will open one object to an account or a unit; giving it again only moves its end.

    The calling service has checked the actor's right on the object: the kernel does not know its capability.
    """
    if (user is None) == (unit is None):
        raise Refusal(_("指派须给一个账号或一个单位，二者取一。"), code="holder")
    label, pk = subject._meta.label_lower, str(subject.pk)
    one_at_a_time(f"assignment:{label}:{pk}")
    lasting = Q(until=None) | Q(until__gt=now)
    found = Assignment.objects.filter(lasting, user=user, unit=unit, subject_type=label, subject_id=pk).first()
    if found is not None:
        found.until = until
        found.save(update_fields=["until"])
        return found
    given = Assignment.objects.create(user=user, unit=unit, subject_type=label, subject_id=pk, since=now, until=until)
    record(actor=actor, now=now, action="assignment.given", subject=subject, changes={"holder": str(user or unit)})
    return given


@transaction.atomic
def assignment_end(
    *,
    subject: models.Model,
    actor: Actor,
    now: datetime,
    user: User | None = None,
    unit: Organisation | None = None,
) -> int:
    """This will close an object again for an account, a unit, or (neither given) for all; gives how many it was."""
    rows = Assignment.objects.filter(
        Q(until=None) | Q(until__gt=now), subject_type=subject._meta.label_lower, subject_id=str(subject.pk)
    )
    if user is not None:
        rows = rows.filter(user=user)
    if unit is not None:
        rows = rows.filter(unit=unit)
    ended = rows.update(until=now)
    if ended:
        record(actor=actor, now=now, action="assignment.ended", subject=subject, changes={"count": ended})
    return ended
