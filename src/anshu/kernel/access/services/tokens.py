# SPDX-License-Identifier: Apache-2.0
"""Tokens by which upper platforms and gateways call in. The secret is shown once and never stored."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from anshu.kernel.access.choices import ADMINISTRATORS, Capability, Right, Role
from anshu.kernel.access.models import ApiToken
from anshu.kernel.access.services.guards import require, require_reason
from anshu.kernel.audit.actor import Actor
from anshu.kernel.audit.refusals import Refusal
from anshu.kernel.audit.services import attribute, record
from anshu.kernel.org.models import Division

LIFETIME_MAX = timedelta(days=3 * 366)
# Use is written down at most this often, so that reading does not become writing.
TOUCH_EVERY = timedelta(minutes=1)


@transaction.atomic
def api_token_issue(
    *,
    name: str,
    division_code: str,
    expires_at: datetime,
    reason: str,
    actor: Actor,
    now: datetime,
    role: Role = Role.R25,
    sectors: Sequence[str] = (),
) -> tuple[ApiToken, str]:
    """This will issue a token and give it with its bearer text `<identifier>.<secret>`."""
    require(actor, Capability.SECURITY, Right.CREATE)
    why = require_reason(reason)
    if role in ADMINISTRATORS:
        raise Refusal(_("接口令牌不能持有管理员角色。"), code="role")
    if not now < expires_at <= now + LIFETIME_MAX:
        message = _("到期时间须在三年以内。")
        raise Refusal(message, code="period", fields={"expires_at": message})
    if not name.strip() or not Division.objects.filter(code=division_code).exists():
        raise Refusal(_("请填写名称和有效的区划。"), code="invalid")
    identifier, secret = secrets.token_hex(8), secrets.token_urlsafe(32)
    with attribute(actor=actor, reason=why):
        token = ApiToken.objects.create(
            name=name.strip()[:80],
            identifier=identifier,
            secret_hash=hashlib.sha256(secret.encode()).hexdigest(),
            role=role,
            division_code=division_code,
            sectors=list(sectors),
            created_at=now,
            expires_at=expires_at,
        )
    changes = {"role": role, "division": division_code, "expires_at": expires_at.isoformat()}
    record(actor=actor, now=now, action="api_token.issued", subject=token, reason=why, changes=changes)
    return token, f"{identifier}.{secret}"


@transaction.atomic
def api_token_revoke(*, token: ApiToken, reason: str, actor: Actor, now: datetime) -> None:
    """This will make a token worthless at once."""
    require(actor, Capability.SECURITY, Right.UPDATE)
    why = require_reason(reason)
    if token.revoked_at is not None:
        raise Refusal(_("该令牌已吊销。"), code="revoked")
    token.revoked_at = now
    with attribute(actor=actor, reason=why):
        token.save(update_fields=["revoked_at"])
    record(actor=actor, now=now, action="api_token.revoked", subject=token, reason=why)


def api_token_touch(*, token_id: int, now: datetime) -> None:
    """This will note that a token was just used, once a minute at most."""
    lately = Q(last_used_at=None) | Q(last_used_at__lte=now - TOUCH_EVERY)
    ApiToken.objects.filter(lately, pk=token_id).update(last_used_at=now)
