# SPDX-License-Identifier: Apache-2.0
"""Frames kept aside: keeping them, adopting their sender, putting them away."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.contrib.gis.geos import Point
from django.db import connection, transaction
from django.utils.translation import gettext as _

from anshu.domain.sensing.choices import QuarantineKind, Resolution
from anshu.domain.sensing.models import Quarantine, Thing
from anshu.domain.sensing.selectors.quarantine import sender_frames
from anshu.domain.sensing.services.models_of_devices import thing_connect
from anshu.domain.sensing.services.things import require_onboarding
from anshu.kernel.access.choices import Capability, Right
from anshu.kernel.access.configuring import configures
from anshu.kernel.access.viewer import Absent, Refusal, Viewer
from anshu.kernel.audit.actor import Actor
from anshu.kernel.audit.services import record

MOST_RAW = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A frame to keep aside."""

    protocol: str
    peer: str
    kind: QuarantineKind
    reason: str
    raw: bytes
    thing_address: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        """The same bytes of the same sender, kept as the same kind, are one entry."""
        named = f"{self.protocol}|{self.kind}|{self.thing_address}|"
        return hashlib.sha256(named.encode("utf-8", "replace") + self.raw).hexdigest()


_KEEP = """
insert into sensing_quarantine (received_at, protocol, peer, thing_address, kind, reason, detail, raw, digest, seen,
                                last_seen_at, resolution, resolution_reason)
values (%s, %s, %s, %s, %s, %s, %s::jsonb, %s, %s, 1, %s, '', '')
on conflict (digest) where resolved_at is null
do update set seen = sensing_quarantine.seen + 1, last_seen_at = excluded.last_seen_at, peer = excluded.peer
"""


@transaction.atomic
def quarantine_keep(*, entries: Sequence[Kept], now: datetime) -> None:
    """This will keep frames aside; the same bytes again only raise the count of the open entry."""
    with connection.cursor() as cursor:
        for entry in entries:
            cursor.execute(
                _KEEP,
                [
                    now,
                    _plain(entry.protocol, 16),
                    _plain(entry.peer, 80),
                    _plain(entry.thing_address, 64),
                    entry.kind.value,
                    _plain(entry.reason, 40),
                    json.dumps(_plain_tree(dict(entry.detail)), ensure_ascii=False),
                    entry.raw[:MOST_RAW],
                    entry.digest,
                    now,
                ],
            )


def _plain(text: str, most: int) -> str:
    """This will take out what PostgreSQL cannot hold in a text."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode()[:most]


def _plain_tree(value: Any) -> Any:
    if isinstance(value, str):
        return _plain(value, 2000)
    if isinstance(value, Mapping):
        return {_plain(str(key), 200): _plain_tree(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain_tree(each) for each in value]
    if isinstance(value, float) and value != value:
        return None
    return value


@transaction.atomic
def quarantine_adopt(
    *,
    entry: Quarantine,
    actor: Actor,
    now: datetime,
    code: str,
    name: str,
    point: Point,
    division_code: str,
    **more: Any,
) -> Thing:
    """This will register the unknown sender of a kept frame and have all its kept frames replayed.

    Datastreams are made for the properties found in the frames and for those of its model, where one is given. The
    ingest process sends the frames through the same pipeline as if they had just come. Raises Refusal and Absent.
    """
    entry = _open(entry, QuarantineKind.UNKNOWN)
    number = sender_frames(entry).count()
    thing = thing_connect(
        actor=actor,
        now=now,
        code=code,
        name=name,
        protocol=entry.protocol,
        address=entry.thing_address,
        point=point,
        division_code=division_code,
        **more,
    )
    record(actor=actor, now=now, action="quarantine.adopted", subject=thing, changes={"frames": number})
    return thing


@transaction.atomic
def quarantine_dismiss(*, entry: Quarantine, reason: str, actor: Actor, now: datetime) -> None:
    """This will put a kept frame away with a reason; it stays on record. Raises Refusal and Absent."""
    if isinstance(actor, Viewer):
        if not (configures(actor) or actor.can(Capability.MONITORING, Right.APPROVE)):
            raise Absent
    else:
        require_onboarding(actor, entry)
    if not reason.strip():
        raise Refusal(_("请填写理由"), fields={"reason": _("必填")})
    entry = _open(entry)
    entry.resolved_at, entry.resolution, entry.resolution_reason = now, Resolution.DISMISSED, reason.strip()[:200]
    entry.save(update_fields=["resolved_at", "resolution", "resolution_reason"])
    record(actor=actor, now=now, action="quarantine.dismissed", subject=entry, reason=reason)


def quarantine_replayed(*, entry_ids: Sequence[int]) -> None:
    """This will note that kept frames went through, in the transaction that stored what they hold."""
    Quarantine.objects.filter(pk__in=entry_ids, resolution=Resolution.REPLAY).update(resolution=Resolution.REPLAYED)


def _open(entry: Quarantine, kind: QuarantineKind | None = None) -> Quarantine:
    current = Quarantine.objects.select_for_update().get(pk=entry.pk)
    if current.resolved_at is not None:
        raise Refusal(_("这条报文已经处理过"), code="resolved")
    if kind is not None and current.kind != kind:
        raise Refusal(_("只有未登记设备的报文可以登记"), code="not_unknown")
    return current
