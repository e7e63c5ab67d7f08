# SPDX-License-Identifier: Apache-2.0
"""The second factor: time-based one-time codes (RFC 6238), one step of drift, each code once."""

import hmac
from datetime import datetime

import pyotp
from django.db import transaction
from django.utils.translation import gettext as _

from anshu.kernel.access import rules
from anshu.kernel.access.choices import Capability, Right
from anshu.kernel.access.models import User
from anshu.kernel.access.sealing import seal, unseal
from anshu.kernel.access.services.guards import actor_of, require_reason
from anshu.kernel.access.services.login import failure_count, failures_forget
from anshu.kernel.access.viewer import Viewer
from anshu.kernel.audit.actor import Actor
from anshu.kernel.audit.refusals import Absent, Refusal
from anshu.kernel.audit.services import record

ISSUER = "安枢 Anshu"
_PURPOSE = "totp"


@transaction.atomic
def totp_enrol(*, user: User, now: datetime) -> str:
    """This will begin (or begin again) an enrolment and give the otpauth address for the QR code."""
    account = _locked(user)
    if account.totp_confirmed_at is not None:
        raise Refusal(_("动态口令已启用；更换前请先停用。"), code="enrolled")
    secret = unseal(account.totp_secret, purpose=_PURPOSE) if account.totp_secret else None
    if secret is None:
        secret = pyotp.random_base32()
        account.totp_secret, account.totp_last_step = seal(secret, purpose=_PURPOSE), 0
        account.save(update_fields=["totp_secret", "totp_last_step"])
    return pyotp.TOTP(secret).provisioning_uri(name=account.username, issuer_name=ISSUER)


@transaction.atomic
def totp_confirm(*, user: User, code: str, now: datetime) -> bool:
    """This will finish the enrolment when the code fits."""
    account = _locked(user)
    if account.totp_confirmed_at is not None or not _accept(account, code, now):
        return False
    account.totp_confirmed_at = user.totp_confirmed_at = now
    account.save(update_fields=["totp_confirmed_at"])
    record(actor=actor_of(account), now=now, action="account.second_factor_enrolled", subject=account)
    return True


@transaction.atomic
def totp_verify(*, user: User, code: str, address: str, now: datetime) -> bool:
    """This will check a code; wrong ones count towards the account's lock, and no code counts twice."""
    account = _locked(user)
    if not account.is_active or account.totp_confirmed_at is None or rules.locked(account.locked_until, now):
        return False
    if not _accept(account, code, now):
        failure_count(account, address=address, now=now, what="second_factor")
        return False
    failures_forget(account)
    return True


@transaction.atomic
def totp_remove(*, account: User, actor: Actor, now: datetime, reason: str, code: str = "") -> None:
    """This will switch the second factor off: by its owner with a code, or by the security administrator."""
    row = _locked(account)
    own = isinstance(actor, Viewer) and actor.user_id == row.pk
    why = require_reason(reason)
    if not own and not actor.may(Capability.SECURITY, Right.UPDATE):
        raise Absent
    if own and not _accept(row, code, now):
        message = _("动态口令不正确。")
        raise Refusal(message, code="code", fields={"code": message})
    row.totp_secret, row.totp_confirmed_at, row.totp_last_step = "", None, 0
    row.save(update_fields=["totp_secret", "totp_confirmed_at", "totp_last_step"])
    record(actor=actor, now=now, action="account.second_factor_removed", subject=row, reason=why)


def _locked(user: User) -> User:
    return User.objects.select_for_update(of=("self",)).get(pk=user.pk)


def _accept(account: User, code: str, now: datetime) -> bool:
    secret = unseal(account.totp_secret, purpose=_PURPOSE) if account.totp_secret else None
    if secret is None:
        return False
    given, totp = code.replace(" ", "").strip().encode(), pyotp.TOTP(secret)
    for step in rules.totp_steps(now, after=account.totp_last_step):
        if hmac.compare_digest(totp.generate_otp(step).encode(), given):
            account.totp_last_step = step
            account.save(update_fields=["totp_last_step"])
            return True
    return False
