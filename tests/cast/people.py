# SPDX-License-Identifier: Apache-2.0
"""Organisations, seats, the people in them, what they answer for, and their accounts."""

from datetime import UTC, datetime, timedelta

from anshu.kernel.access.choices import Role
from anshu.kernel.access.models import Assignment, Grant, User
from anshu.kernel.access.selectors import viewer_of
from anshu.kernel.org.choices import Rung, Sector, UnitKind
from anshu.kernel.org.models import Organisation, Person, Post, Responsibility, Tenure

# 2026-07-04 14:05 in Longyou, a Saturday in the rainy season.
NOW = datetime(2026, 7, 4, 6, 5, tzinfo=UTC)
LONG_AGO = NOW - timedelta(days=365)


def organisation(name="湖镇镇政府", *, division_code="330825101000", kind=UnitKind.TOWNSHIP, code="", sectors=()):
    """An organisation at a place."""
    return Organisation.objects.get_or_create(
        code=code or f"ORG-{name}",
        defaults={"name": name, "kind": kind, "division_code": division_code, "sectors": list(sectors)},
    )[0]


def post(org, title):
    """A seat in an organisation."""
    return Post.objects.get_or_create(organisation=org, title=title)[0]


def person(name, phone="13800138000", division_code="330825000000"):
    """Somebody, by name."""
    return Person.objects.get_or_create(name=name, defaults={"phone": phone, "division_code": division_code})[0]


def seat(post, name, phone="13800138000"):
    """Put somebody into a seat; gives the person."""
    who = person(name, phone, post.organisation.division_code)
    Tenure.objects.get_or_create(post=post, person=who, defaults={"since": LONG_AGO})
    return who


def answers(post, *, division_code="", rung=Rung.FIRST, sector=Sector.GENERAL):
    """Make a seat answer for a place on a rung of its chain."""
    return Responsibility.objects.get_or_create(
        division_code=division_code or post.organisation.division_code,
        sector_code=sector,
        rung=rung,
        post=post,
        defaults={"since": LONG_AGO},
    )[0]


def account(name, role=None, division_code="330825000000", sectors=(), unit=None, *, post=None):
    """An account for the person of that name, with one role over a place; `post` seats the person there."""
    who = seat(post, name) if post else person(name, division_code=division_code)
    user, _ = User.objects.get_or_create(
        person=who,
        defaults={"username": f"u{who.pk}", "created_at": LONG_AGO, "password": "!", "must_change_password": False},
    )
    if role is not None:
        Grant.objects.get_or_create(
            user=user,
            role=Role(role),
            division_code=division_code,
            unit=unit,
            defaults={"sectors": list(sectors), "since": LONG_AGO, "reason": "test"},
        )
    return user


def assigned(user, subject):
    """Open one object to an account."""
    return Assignment.objects.create(
        user=user, subject_type=subject._meta.label_lower, subject_id=str(subject.pk), since=LONG_AGO
    )


def viewer(user, at=NOW):
    """The account as it looks at the platform at that moment."""
    return viewer_of(user, at=at)
