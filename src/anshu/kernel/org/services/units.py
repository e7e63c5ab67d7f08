# SPDX-License-Identifier: Apache-2.0
"""Organisations, people and seats."""

import re
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, models, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from anshu.kernel.audit.actor import Actor
from anshu.kernel.audit.refusals import Refusal
from anshu.kernel.audit.services import attribute, record
from anshu.kernel.org.choices import Sector, UnitKind
from anshu.kernel.org.models import Organisation, Person, Post, Responsibility, Tenure
from anshu.kernel.org.services.guards import CREATE, UPDATE, refuse, require, require_division, require_reason

_PHONE = re.compile(r"\+?\d[\d-]{5,18}")
_ORGANISATION_FIELDS = frozenset({"name", "short_name", "kind", "division_code", "sectors", "parent", "phone"})
_PERSON_FIELDS = frozenset({"name", "phone", "division_code"})


@transaction.atomic
def organisation_create(
    *,
    name: str,
    kind: UnitKind,
    division_code: str,
    code: str,
    actor: Actor,
    now: datetime,
    short_name: str = "",
    sectors: Sequence[str] = (),
    parent: Organisation | None = None,
    phone: str = "",
    reason: str = "",
) -> Organisation:
    """This will enter an organisation under its own code."""
    require(actor, CREATE, division_code)
    unit = Organisation(
        name=name.strip(),
        short_name=short_name.strip(),
        kind=kind,
        division_code=division_code,
        sectors=list(sectors),
        parent=parent,
        code=code.strip(),
        phone=phone,
    )
    _check_organisation(unit)
    _insert(unit, "code", _("该代码的单位已存在。"), actor=actor, now=now, reason=reason)
    return unit


@transaction.atomic
def organisation_update(
    *, organisation: Organisation, actor: Actor, now: datetime, reason: str = "", **changes: Any
) -> Organisation:
    """This will change the named fields of an organisation; its code never changes."""
    unit = Organisation.objects.select_for_update(of=("self",)).get(pk=organisation.pk)
    require(actor, UPDATE, unit.division_code)
    _change(unit, changes, _ORGANISATION_FIELDS)
    require(actor, UPDATE, unit.division_code)
    _check_organisation(unit)
    _save(unit, changes, actor=actor, now=now, reason=reason)
    return unit


@transaction.atomic
def organisation_close(*, organisation: Organisation, on: date, reason: str, actor: Actor, now: datetime) -> None:
    """This will close an organisation whose seats are empty and answer for nothing any more."""
    unit = Organisation.objects.select_for_update(of=("self",)).get(pk=organisation.pk)
    require(actor, UPDATE, unit.division_code)
    why = require_reason(reason)
    lasting = Q(until=None) | Q(until__gt=now)
    seated = Tenure.objects.filter(lasting, post__organisation=unit).exists()
    if seated or Responsibility.objects.filter(lasting, post__organisation=unit).exists():
        raise Refusal(_("该单位仍有人在任或承担责任，请先交接。"), code="in_use")
    unit.closed_on = organisation.closed_on = on
    with attribute(actor=actor, reason=why):
        unit.save(update_fields=["closed_on"])
        Post.objects.filter(organisation=unit).update(active=False)
    record(actor=actor, now=now, action="organisation.closed", subject=unit, reason=why)


@transaction.atomic
def person_create(
    *, name: str, division_code: str, actor: Actor, now: datetime, phone: str = "", reason: str = ""
) -> Person:
    """This will enter a person."""
    require(actor, CREATE, division_code)
    person = Person(name=name.strip(), phone=phone.strip(), division_code=division_code)
    _check_person(person)
    _insert(person, "name", "", actor=actor, now=now, reason=reason)
    return person


@transaction.atomic
def person_update(*, person: Person, actor: Actor, now: datetime, reason: str = "", **changes: Any) -> Person:
    """This will change the named fields of a person; the log holds phones masked."""
    row = Person.objects.select_for_update(of=("self",)).get(pk=person.pk)
    require(actor, UPDATE, row.division_code)
    _change(row, changes, _PERSON_FIELDS)
    require(actor, UPDATE, row.division_code)
    _check_person(row)
    _save(row, changes, actor=actor, now=now, reason=reason)
    return row


@transaction.atomic
def post_create(
    *, organisation: Organisation, title: str, actor: Actor, now: datetime, order: int = 10, reason: str = ""
) -> Post:
    """This will make an empty seat in an organisation."""
    require(actor, CREATE, organisation.division_code)
    if not title.strip():
        refuse("title", _("请填写职务。"))
    if organisation.closed_on is not None:
        raise Refusal(_("该单位已撤销。"), code="closed")
    seat = Post(organisation=organisation, title=title.strip(), order=order)
    _insert(seat, "title", _("该单位已有这个职务。"), actor=actor, now=now, reason=reason)
    return seat


@transaction.atomic
def post_update(*, post: Post, title: str, order: int, reason: str, actor: Actor, now: datetime) -> Post:
    """This will rename a seat or move it in its organisation's order; who sits there and its duties stay."""
    seat = Post.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=post.pk)
    require(actor, UPDATE, seat.organisation.division_code)
    why = require_reason(reason)
    if not title.strip():
        refuse("title", _("请填写职务。"))
    if Post.objects.filter(organisation=seat.organisation, title=title.strip()).exclude(pk=seat.pk).exists():
        refuse("title", _("该单位已有这个职务。"), code="exists")
    seat.title, seat.order = title.strip(), order
    _save(seat, {"title": seat.title, "order": order}, actor=actor, now=now, reason=why)
    return seat


@transaction.atomic
def post_close(*, post: Post, reason: str, actor: Actor, now: datetime) -> None:
    """This will take an empty seat out of use; one that somebody sits in or that answers for a place is refused."""
    seat = Post.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=post.pk)
    require(actor, UPDATE, seat.organisation.division_code)
    why, lasting = require_reason(reason), models.Q(until=None) | models.Q(until__gt=now)
    if Tenure.objects.filter(lasting, post=seat).exists():
        raise Refusal(_("还有人在任,请先办理离任。"), code="seated")
    if Responsibility.objects.filter(lasting, post=seat).exists():
        raise Refusal(_("该岗位还在责任链上,请先交接责任。"), code="on_duty")
    seat.active = post.active = False
    _save(seat, {"active": False}, actor=actor, now=now, reason=why)


def _check_organisation(unit: Organisation) -> None:
    if not unit.name or not unit.code:
        refuse("name", _("请填写名称和代码。"))
    if unit.kind not in UnitKind.values:
        refuse("kind", _("没有这个类别。"))
    if set(unit.sectors) - set(Sector.values):
        refuse("sectors", _("没有这个行业。"))
    if unit.phone and not _PHONE.fullmatch(unit.phone):
        refuse("phone", _("电话号码不正确。"))
    require_division(unit.division_code)


def _check_person(person: Person) -> None:
    if not person.name:
        refuse("name", _("请填写姓名。"))
    if person.phone and not _PHONE.fullmatch(person.phone):
        refuse("phone", _("电话号码不正确。"))
    require_division(person.division_code)


def _change(row: models.Model, changes: dict[str, Any], allowed: frozenset[str]) -> None:
    if unknown := set(changes) - allowed:
        raise TypeError(f"cannot change {sorted(unknown)}")
    for name, value in changes.items():
        setattr(row, name, value)


def _insert(row: models.Model, key: str, clash: str, *, actor: Actor, now: datetime, reason: str) -> None:
    try:
        with transaction.atomic(), attribute(actor=actor, reason=reason):
            row.save(force_insert=True)
    except IntegrityError:
        refuse(key, clash, code="exists")
    record(actor=actor, now=now, action=f"{row._meta.model_name}.created", subject=row, reason=reason)


def _save(row: models.Model, changes: dict[str, Any], *, actor: Actor, now: datetime, reason: str) -> None:
    with attribute(actor=actor, reason=reason):
        row.save(update_fields=list(changes))
    shown = {name: _shown(row, name, value) for name, value in changes.items()}
    action = f"{row._meta.model_name}.updated"
    record(actor=actor, now=now, action=action, subject=row, reason=reason, changes=shown)


def _shown(row: models.Model, name: str, value: Any) -> Any:
    if name == "phone" and isinstance(row, Person):
        return row.phone_masked
    return value if isinstance(value, str | int | list) else str(value)
