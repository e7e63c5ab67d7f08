# SPDX-License-Identifier: Apache-2.0
"""Accounts from the machine itself: the first administrators, and emergencies."""

from django.db import transaction
from django.utils import timezone

from anshu.kernel.access.choices import Role
from anshu.kernel.access.models import User
from anshu.kernel.access.services import account_create, account_unlock, grant_give, password_set
from anshu.kernel.access.viewer import Absent, Refusal
from anshu.kernel.audit.actor import platform
from anshu.kernel.org.models import Division
from anshu.kernel.org.services import divisions_load, person_create

ACTOR = platform("command")
REASON = "在服务器上由 anshu user 命令办理"


@transaction.atomic
def create(*, username: str, name: str, role: str, division: str, password: str) -> User:
    """This will make a person, an account and its one role; the password is to be changed at the first sign-in."""
    now = timezone.now()
    if role not in Role.values:
        raise Refusal(f"没有角色 {role};可用:{'、'.join(Role.values)}", code="role")
    if not Division.objects.exists():
        divisions_load(actor=ACTOR, now=now)
    person = person_create(name=name, phone="", division_code=division, actor=ACTOR, now=now, reason=REASON)
    user, _ = account_create(
        username=username, person=person, password=password, actor=ACTOR, now=now, reason=REASON
    )  # fmt: skip
    grant_give(user=user, role=Role(role), division_code=division, reason=REASON, actor=ACTOR, now=now)
    return user


def unlock(*, username: str) -> None:
    """This will unlock an account."""
    account_unlock(account=_find(username), reason=REASON, actor=ACTOR, now=timezone.now())


def set_password(*, username: str, password: str) -> None:
    """This will set a new password."""
    password_set(account=_find(username), password=password, reason=REASON, actor=ACTOR, now=timezone.now())


def _find(username: str) -> User:
    user = User.objects.filter(username=username.strip().lower()).first()
    if user is None:
        raise Absent
    return user
