# SPDX-License-Identifier: Apache-2.0
"""Writing shelters, teams and stock."""

from datetime import datetime
from typing import Any

from anshu.domain.resources.models import Shelter, Stock, Team
from anshu.kernel.access.choices import Capability
from anshu.kernel.access.rows import row_create, row_retire, row_update
from anshu.kernel.audit.actor import Actor


def shelter_create(*, actor: Actor, now: datetime, reason: str = "", **values: Any) -> Shelter:
    """This will register a shelter; raises Absent out of scope, Refusal for values that cannot be."""
    return row_create(Shelter, values, capability=Capability.EVACUATION, actor=actor, now=now, reason=reason)


def shelter_update(*, shelter: Shelter, actor: Actor, now: datetime, reason: str, **values: Any) -> Shelter:
    """This will correct a shelter, its state or the number of people in it."""
    return row_update(shelter, values, capability=Capability.EVACUATION, actor=actor, now=now, reason=reason)


def shelter_retire(*, shelter: Shelter, actor: Actor, now: datetime, reason: str) -> Shelter:
    """This will take a shelter out of use; its history stays."""
    return row_retire(shelter, capability=Capability.EVACUATION, actor=actor, now=now, reason=reason)


def team_create(*, actor: Actor, now: datetime, reason: str = "", **values: Any) -> Team:
    """This will register a rescue team; raises Absent out of scope, Refusal for values that cannot be."""
    return row_create(Team, values, capability=Capability.RESOURCE, actor=actor, now=now, reason=reason)


def team_update(*, team: Team, actor: Actor, now: datetime, reason: str, **values: Any) -> Team:
    """This will correct a rescue team or the number of its members on duty."""
    return row_update(team, values, capability=Capability.RESOURCE, actor=actor, now=now, reason=reason)


def team_retire(*, team: Team, actor: Actor, now: datetime, reason: str) -> Team:
    """This will take a rescue team out of use; its history stays."""
    return row_retire(team, capability=Capability.RESOURCE, actor=actor, now=now, reason=reason)


def stock_create(*, actor: Actor, now: datetime, reason: str = "", **values: Any) -> Stock:
    """This will register goods in a store; raises Absent out of scope, Refusal for values that cannot be."""
    return row_create(Stock, values, capability=Capability.RESOURCE, actor=actor, now=now, reason=reason)


def stock_update(*, stock: Stock, actor: Actor, now: datetime, reason: str, **values: Any) -> Stock:
    """This will correct goods in a store or their quantity."""
    return row_update(stock, values, capability=Capability.RESOURCE, actor=actor, now=now, reason=reason)


def stock_retire(*, stock: Stock, actor: Actor, now: datetime, reason: str) -> Stock:
    """This will take goods out of the books; their history stays."""
    return row_retire(stock, capability=Capability.RESOURCE, actor=actor, now=now, reason=reason)
