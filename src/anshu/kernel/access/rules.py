# SPDX-License-Identifier: Apache-2.0
"""Pure decisions about signing in and about who may hold what together. No ORM, no clock."""

from collections.abc import Collection
from datetime import datetime, timedelta

from anshu.kernel.access.choices import ADMINISTRATORS, Role

# Whoever can open the county's doors proves it twice (GB/T 22239-2019, 8.1.4.1 d).
SECOND_FACTOR_ROLES = frozenset({Role.R01, Role.R02, Role.R24, Role.SECURITY, Role.AUDIT})

# Those who must be able to call people out: leaders, the duty desk, commanders, townships, parks, villages.
DUTY_ROLES = frozenset({Role.R01, Role.R02, Role.R06, Role.R07, Role.R10, Role.R11, Role.R12, Role.R13})

TOTP_STEP_S = 30
TOTP_DRIFT_STEPS = 1


def locked(until: datetime | None, now: datetime) -> bool:
    """This will tell whether a lock still holds."""
    return until is not None and now < until


def lock_after(failures: int, *, most: int, minutes: int, now: datetime) -> datetime | None:
    """This will give the end of the lock that this many failures bring, or None while they are too few."""
    return now + timedelta(minutes=minutes) if failures >= most else None


def password_expired(set_at: datetime | None, *, now: datetime, max_days: int) -> bool:
    """This will tell whether a password is older than allowed; 0 days means that age does not matter."""
    return max_days > 0 and (set_at is None or now - set_at >= timedelta(days=max_days))


def needs_second_factor(roles: Collection[Role]) -> bool:
    """This will tell whether one of the roles asks for a second factor."""
    return not SECOND_FACTOR_ROLES.isdisjoint(roles)


def administrators_clash(roles: Collection[Role]) -> bool:
    """This will tell whether two of the three administrators' roles would meet in one person."""
    return len(ADMINISTRATORS & set(roles)) > 1


def totp_steps(now: datetime, *, after: int) -> tuple[int, ...]:
    """This will list the time steps whose code counts now: ±1 step of drift, later than the last one used."""
    step = int(now.timestamp()) // TOTP_STEP_S
    near = range(step - TOTP_DRIFT_STEPS, step + TOTP_DRIFT_STEPS + 1)
    return tuple(candidate for candidate in near if candidate > after)
