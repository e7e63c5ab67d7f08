# SPDX-License-Identifier: Apache-2.0
"""Checks that several access services share."""

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _

from anshu.kernel.access.choices import Capability, Right
from anshu.kernel.access.models import User
from anshu.kernel.access.viewer import Viewer
from anshu.kernel.audit.actor import PERSON, Actor
from anshu.kernel.audit.refusals import Absent, Refusal
from anshu.kernel.org.services.guards import Ground

REASON_MIN = 2


def require(actor: Actor, capability: Capability, right: Right) -> None:
    """This will let the platform and holders of the right over the whole county pass; others find nothing here.

    It is asked on the county itself: an enterprise that may change its own staff does not pass.
    """
    if not actor.may(capability, right, Ground(settings.COUNTY_CODE)):
        raise Absent


def require_reason(reason: str) -> str:
    """This will give the reason without blanks around it, or refuse an empty one."""
    text = reason.strip()
    if len(text) < REASON_MIN:
        message = _("请写明理由。")
        raise Refusal(message, code="reason_missing", fields={"reason": message})
    return text[:200]


def require_other(actor: Actor, account: User) -> None:
    """This will refuse to let somebody act as administrator on the own account."""
    if isinstance(actor, Viewer) and actor.user_id == account.pk:
        raise Refusal(_("不能对本人的账号做此操作，请由其他管理员办理。"), code="own_account")


def actor_of(user: User) -> Actor:
    """This will name an account's owner as the actor of what the account does to itself."""
    return Actor(kind=PERSON, id=str(user.pk), label=str(user))


def one_at_a_time(matter: str) -> None:
    """This will hold back other transactions on the same matter until this one ends."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"access:{matter}"])
