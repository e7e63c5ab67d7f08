# SPDX-License-Identifier: Apache-2.0
"""An MQTT broker outside: where it is, what we subscribe to, and whose message each topic carries."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from anshu.wire.settings import Fields, Problem, SettingsRefused

# What a message holds: our own JSON, the maker's bytes or JSON, or a network server's envelope.
FORMS = ("own", "raw", "chirpstack", "tts", "thingpark", "loriot", "aws", "plain")
_MOST_SUBSCRIPTIONS = 100
_KNOWN = frozenset({"host", "port", "tls", "ca", "user", "client_id", "version", "subscriptions"})
_SUBSCRIPTION = frozenset({"topic", "form", "level", "device", "prefix", "port"})
# MQTT 5.0, 4.7.1: # stands alone and last, + stands alone in its level.
_FILTER = re.compile(r"(?:(?:[^#+/]*|\+)/)*(?:[^#+/]*|\+|#)")
_CLIENT_ID = re.compile(r"[0-9A-Za-z_.-]{1,64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """One topic filter. The sender's address is a level of the topic (from 1), one fixed text, or in the envelope."""

    topic: str
    form: str = "own"
    level: int = 0
    device: str = ""
    prefix: str = ""
    port: int | None = None

    def sender(self, topic: str) -> str:
        """Give the address of who sent on a topic; empty where the topic has no such level."""
        if not self.level:
            return self.device
        levels = topic.split("/")
        named = levels[self.level - 1] if len(levels) >= self.level else ""
        return f"{self.prefix}{named}" if named else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerSettings:
    """Where a broker is and as whom we come; the password is kept apart."""

    host: str
    port: int = 1883
    tls: bool = False
    ca: str = ""
    user: str = ""
    client_id: str
    # 4 is MQTT 3.1.1.
    version: int = 5
    subscriptions: tuple[Subscription, ...] = ()

    @classmethod
    def parse(cls, given: Any) -> "BrokerSettings":
        """Read settings from JSON; raise SettingsRefused naming every field that is wrong."""
        problems: list[Problem] = []
        if not isinstance(given, Mapping):
            raise SettingsRefused([Problem("", "table")])
        fields = Fields(given, "", problems)
        fields.known(_KNOWN)
        tls = fields.flag("tls", False)
        settings = cls(
            host=fields.host("host"),
            port=fields.integer("port", 1, 65_535, 8883 if tls else 1883),
            tls=tls,
            ca=fields.certificates("ca"),
            user=fields.text("user", 200),
            client_id=fields.matching("client_id", _CLIENT_ID, "name"),
            version=fields.choice("version", (4, 5), 5),
            subscriptions=tuple(map(_subscription, fields.each("subscriptions", _MOST_SUBSCRIPTIONS, needed=True))),
        )
        if problems:
            raise SettingsRefused(problems)
        return settings


def _subscription(fields: Fields) -> Subscription:
    fields.known(_SUBSCRIPTION)
    form = fields.choice("form", FORMS, "own")
    found = Subscription(
        topic=fields.matching("topic", _FILTER, "topic"),
        form=form,
        level=fields.integer("level", 0, 64, 0),
        device=fields.text("device", 64),
        prefix=fields.text("prefix", 30),
        port=fields.integer("port", 0, 255) if fields.given.get("port") is not None else None,
    )
    # A network's envelope names the device itself.
    if form in ("own", "raw") and bool(found.level) == bool(found.device):
        fields.wrong("level", "either", names="level, device")
    return found
