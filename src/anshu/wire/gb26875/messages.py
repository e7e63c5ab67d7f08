# SPDX-License-Identifier: Apache-2.0
"""Messages of GB/T 26875.3: a control unit and the objects of its data unit."""

from dataclasses import dataclass
from typing import Any

from anshu.wire.base import Message
from anshu.wire.gb26875.framing import COMMANDS


@dataclass(frozen=True, slots=True, kw_only=True)
class Gb26875Message(Message):
    """One message. What its objects say is in `parameters["objects"]`; states and values are observations as well."""

    command: int
    version: tuple[int, int] = (1, 1)
    source: bytes = b""
    destination: bytes = b""
    data_type: int | None = None
    label: str = ""
    # Neither the standard nor the dialect says what is in it.
    unread: bool = False

    def as_json(self) -> dict[str, Any]:
        """Give the message, without its observations, as the command line prints it."""
        return Message.as_json(self) | {
            "command": self.command,
            "command_name": COMMANDS.get(self.command, f"user_{self.command}"),
            "version": list(self.version),
            "source": self.source.hex().upper(),
            "source_number": int.from_bytes(self.source, "little"),
            "destination": self.destination.hex().upper(),
            "destination_number": int.from_bytes(self.destination, "little"),
            "data_type": self.data_type,
            "label_zh": self.label,
        }
