# SPDX-License-Identifier: Apache-2.0
"""Idempotent answers: a write repeated with its key gets the answer of the first time and is not done again."""

import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from anshu.kernel.access.models import IdempotentReply
from anshu.kernel.access.services.guards import one_at_a_time
from anshu.kernel.access.viewer import Viewer
from anshu.kernel.audit.refusals import Refusal

KEY_LENGTH = 64
# A server's own failure is not an answer: the client may try again.
_FAILED = 500


@transaction.atomic
def reply_once(
    *, writer: Viewer, key: str, path: str, body: bytes, now: datetime, answer: Callable[[], tuple[int, Any]]
) -> tuple[int, Any]:
    """This will give (status, JSON-able reply), calling `answer` only the first time the key is seen.

    The write and its stored answer commit together; a second request with the key waits for the first. The same key
    with another path or body is refused with code "key_reused". When `answer` raises, nothing is kept.
    """
    if not 1 <= len(key) <= KEY_LENGTH:
        raise Refusal(_("Idempotency-Key 须为 1–64 个字符。"), code="key_invalid")
    owner = {"user_id": writer.user_id, "token_id": None if writer.user_id else writer.token_id}
    one_at_a_time(f"reply:{writer.id}:{key}")
    digest = hashlib.sha256(body).hexdigest()
    kept = IdempotentReply.objects.filter(**owner, key=key).first()
    if kept is not None:
        if (kept.path, kept.body_hash) != (path[:200], digest):
            raise Refusal(_("同一 Idempotency-Key 不能用于另一个请求。"), code="key_reused")
        return kept.status, kept.reply
    status, reply = answer()
    if status < _FAILED:
        IdempotentReply.objects.create(
            **owner, key=key, path=path[:200], body_hash=digest, status=status, reply=reply, at=now
        )
    return status, reply
