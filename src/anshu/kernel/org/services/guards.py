# SPDX-License-Identifier: Apache-2.0
"""Checks that the organisation's services share.

Rights are asked of the actor by their letters: the access kernel stands on this one and cannot be imported here.
"""

from dataclasses import dataclass
from typing import NoReturn

from django.utils.translation import gettext as _

from anshu.kernel.audit.actor import Actor
from anshu.kernel.audit.refusals import Absent, Refusal
from anshu.kernel.org.models import Division

CONFIGURATION, PLAN = "configuration", "plan"
CREATE, UPDATE = "C", "U"


@dataclass(frozen=True, slots=True)
class Ground:
    """The place and sector on which a right is asked for."""

    division_code: str
    sector_code: str = ""
    unit_id: int | None = None


def require(actor: Actor, right: str, division_code: str) -> None:
    """This will let whoever configures that place pass; for all others the matter does not exist."""
    if not actor.may(CONFIGURATION, right, Ground(division_code)):
        raise Absent


def require_reason(reason: str) -> str:
    """This will give the reason without blanks around it, or refuse an empty one."""
    text = reason.strip()
    if len(text) < 2:
        refuse("reason", _("请写明理由。"), code="reason_missing")
    return text


def require_division(code: str) -> None:
    """This will refuse a division code that is not in the tree."""
    if not Division.objects.filter(code=code).exists():
        refuse("division_code", _("没有这个区划。"), code="division")


def refuse(name: str, message: str, *, code: str = "invalid") -> NoReturn:
    """This will refuse because of one field."""
    raise Refusal(message, code=code, fields={name: message})
