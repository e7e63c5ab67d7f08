# SPDX-License-Identifier: Apache-2.0
"""Commands that wait for their devices."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.dateparse import parse_datetime

from anshu.domain.sensing.choices import CommandState
from anshu.domain.sensing.models import DeviceCommand

_MOMENTS = ("since", "until")


@dataclass(frozen=True, slots=True)
class WaitingCommand:
    """A command with the protocol and address of the device that it is for."""

    number: int
    device: tuple[str, str]
    kind: str
    parameters: Mapping[str, Any]


def waiting_commands(*, at: datetime, most: int = 5_000) -> list[WaitingCommand]:
    """This will give the commands that may still be sent, oldest first."""
    rows = (
        DeviceCommand.objects.filter(state=CommandState.QUEUED, expires_at__gt=at)
        .order_by("id")
        .values_list("id", "thing__protocol", "thing__address", "kind", "parameters")[:most]
    )
    return [WaitingCommand(pk, (protocol, address), kind, _read(given)) for pk, protocol, address, kind, given in rows]


def _read(given: Mapping[str, Any]) -> dict[str, Any]:
    """This will turn moments, which JSON holds as text, to moments again."""
    return {name: parse_datetime(value) if name in _MOMENTS else value for name, value in given.items()}
