# SPDX-License-Identifier: Apache-2.0
"""Writing the risk library."""

from datetime import datetime
from typing import Any

from anshu.domain.risks.models import RiskObject
from anshu.kernel.access.choices import Capability, Right
from anshu.kernel.access.rows import row_create, row_retire, row_update
from anshu.kernel.audit.actor import Actor


def risk_create(*, actor: Actor, now: datetime, reason: str = "", **values: Any) -> RiskObject:
    """This will register a risk object; raises Absent out of scope, Refusal for values that cannot be."""
    return row_create(RiskObject, values, capability=Capability.RISK, actor=actor, now=now, reason=reason)


def risk_update(*, risk: RiskObject, actor: Actor, now: datetime, reason: str, **values: Any) -> RiskObject:
    """This will correct a risk object; raises Absent out of scope, Refusal for values that cannot be."""
    return row_update(risk, values, capability=Capability.RISK, actor=actor, now=now, reason=reason)


def risk_verify(*, risk: RiskObject, actor: Actor, now: datetime, reason: str) -> RiskObject:
    """This will note that somebody with the right to approve has checked the object on the spot."""
    return row_update(
        risk,
        {"verified_at": now, "verified_by": actor.label},
        capability=Capability.RISK,
        actor=actor,
        now=now,
        reason=reason,
        right=Right.APPROVE,
        action="verified",
    )


def risk_retire(*, risk: RiskObject, actor: Actor, now: datetime, reason: str) -> RiskObject:
    """This will take a risk object out of use; its history stays."""
    return row_retire(risk, capability=Capability.RISK, actor=actor, now=now, reason=reason)
