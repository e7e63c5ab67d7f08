# SPDX-License-Identifier: Apache-2.0
"""Commands to devices: asked for by people or by a rule of the house, sent by ingest, answered or out of time."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from anshu.domain.sensing.choices import CommandKind, CommandState
from anshu.domain.sensing.models import DeviceCommand, Flood, Thing
from anshu.kernel.access.choices import Capability, Right
from anshu.kernel.access.viewer import Absent, Refusal, Viewer
from anshu.kernel.audit.actor import PLATFORM, Actor
from anshu.kernel.audit.services import record

COMMAND_CHANNEL = "anshu_command"
_LASTS = timedelta(hours=24)
_MOST_WAITING = 50
_FLOOD_OVER = timedelta(minutes=10)


@transaction.atomic
def command_request(
    *, thing: Thing, kind: str, parameters: Mapping[str, Any] | None = None, actor: Actor, now: datetime
) -> DeviceCommand:
    """This will have a command sent as soon as the device is connected, for a day.

    Raises Absent where the actor may not, Refusal for an unknown kind or too many waiting commands.
    """
    if isinstance(actor, Viewer):
        if not actor.covers(thing, Capability.MONITORING, Right.UPDATE):
            raise Absent
    elif actor.kind != PLATFORM:
        raise Absent
    if kind not in CommandKind.values:
        raise Refusal(_("没有这种命令"), fields={"kind": _("没有这种命令")})
    waiting = DeviceCommand.objects.filter(thing=thing, state=CommandState.QUEUED, expires_at__gt=now)
    if waiting.count() >= _MOST_WAITING:
        raise Refusal(_("该设备已有 %(number)s 条命令待发,请稍后再试") % {"number": _MOST_WAITING})
    command = DeviceCommand.objects.create(
        thing=thing,
        kind=kind,
        parameters=dict(parameters or {}),
        requested_by=str(actor.label)[:120],
        requested_at=now,
        expires_at=now + _LASTS,
    )
    record(actor=actor, now=now, action="command.requested", subject=command, changes={"kind": kind})
    with connection.cursor() as cursor:
        cursor.execute("select pg_notify(%s, '')", [COMMAND_CHANNEL])
    return command


def command_sent(*, command_id: int, now: datetime) -> bool:
    """This will note that a command goes out; False when somebody else has sent it."""
    waiting = DeviceCommand.objects.filter(pk=command_id, state=CommandState.QUEUED)
    return bool(waiting.update(state=CommandState.SENT, sent_at=now))


def command_answered(*, command_id: int, accepted: bool, detail: Mapping[str, Any], now: datetime) -> None:
    """This will note a device's answer."""
    state = CommandState.ACCEPTED if accepted else CommandState.REFUSED
    DeviceCommand.objects.filter(pk=command_id).update(state=state, answered_at=now, answer=dict(detail))


def commands_expire(*, now: datetime) -> int:
    """This will end commands that could not be sent, or were not answered, in time; gives their number."""
    waiting = DeviceCommand.objects.filter(state__in=(CommandState.QUEUED, CommandState.SENT), expires_at__lte=now)
    return waiting.update(state=CommandState.EXPIRED)


@transaction.atomic
def flood_note(*, protocol: str, address: str, now: datetime) -> Flood | None:
    """This will note that a registered device sends more than it may; a new flood begins after ten quiet minutes."""
    thing = Thing.objects.filter(protocol=protocol, address=address, retired_at=None).first()
    if thing is None:
        return None
    flood, made = Flood.objects.select_for_update().get_or_create(thing=thing, defaults={"since": now, "last_at": now})
    if made or now - flood.last_at > _FLOOD_OVER:
        flood.since, flood.times = now, 0
    flood.last_at, flood.times = now, flood.times + 1
    flood.save()
    return flood
