# SPDX-License-Identifier: Apache-2.0
"""The MQTT door: devices publish to us, and what we acknowledge is committed.

A broker between devices and platform acknowledges what it merely holds in memory; its kill loses acknowledged data.
Here PUBACK follows the commit. Topics of a device with address A: `anshu/A/up` (our JSON or columns), `anshu/A/raw` or
`anshu/A/raw/PORT` (bytes or JSON in the maker's own form, read by the device's model), `anshu/A/down` (commands to it).
"""

import asyncio
import contextlib
import hmac
import json
import logging
import ssl
from dataclasses import dataclass
from functools import partial
from typing import cast

from anshu.ingest.allowance import Allowance
from anshu.ingest.asking import Asking
from anshu.ingest.committing import Clock
from anshu.ingest.intake import Intake
from anshu.ingest.messages import own_parcel, raw_parcel
from anshu.ingest.parcels import COMMAND, Verdict, refused_parcel, sent_parcel
from anshu.ingest.rubbish import Rubbish
from anshu.wire.base import Command, Refusal, Refused
from anshu.wire.mqtt import Packet, PacketReader, Publish, packets, read_connect, read_subscribe

log = logging.getLogger(__name__)
PROTOCOL = "mqtt"
MOST_BYTES = 1_048_576
MOST_CONNECTIONS = 5_000
CONNECT_S = 10.0
# Observations of one client on their way to the database: beyond this its socket is not read.
MOST_UNANSWERED = 20_000
RECEIVE_MAXIMUM = 65_535
UNREAD_BYTES = 65_536
_MOST_TOPICS = 256
_MOST_SUBSCRIPTIONS = 8
_DEVICE_CHARACTERS = 64


class MqttDoor:
    """Accepts MQTT clients, each proved by its device's secret."""

    def __init__(self, pipeline: Intake, clock: Clock, asking: Asking, rubbish: Rubbish, *, rate: float) -> None:
        self.pipeline, self.clock, self.asking, self.rate = pipeline, clock, asking, rate
        self.rubbish = rubbish
        self.clients: dict[str, _Client] = {}
        self.open: set[_Client] = set()
        self._servers: list[asyncio.Server] = []

    async def start(self, host: str, port: int, *, tls: ssl.SSLContext | None = None) -> tuple[str, int]:
        """This will listen; gives the address, for port 0 the one that was chosen."""
        await self.pipeline.registry()
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: _Client(self), host, port, ssl=tls, backlog=1024)
        self._servers.append(server)
        name: tuple[str, int] = server.sockets[0].getsockname()[:2]
        return name

    def stop_accepting(self) -> None:
        """This will take no more connections and read no more from those that are open."""
        for server in self._servers:
            server.close()
        for client in self.open:
            client.pause("stopping")

    async def finished(self) -> None:
        """This will answer what is committed and close."""
        for client in list(self.open):
            client.end(packets.STOPPING)
        await asyncio.sleep(0)


@dataclass(eq=False, slots=True)
class _Topic:
    """What a topic of a client means."""

    address: str
    kind: str
    port: int | None = None


class _Client(asyncio.Protocol):
    """One client's connection."""

    def __init__(self, door: MqttDoor) -> None:
        self._door = door
        self._reader = PacketReader(MOST_BYTES)
        self._transport: asyncio.Transport = cast(asyncio.Transport, None)
        self._version = 0
        self.address = ""
        # The secret that was proved when it connected; None for a stranger, who had nothing to prove.
        self._proved: str | None = None
        self.client_id = ""
        self._keep_alive_s = CONNECT_S
        self._heard_at = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._topics: dict[bytes, _Topic | None] = {}
        self._subscribed: set[str] = set()
        self._unanswered = 0
        self._acks: list[bytes] = []
        # Why the socket is not being read, if it is not.
        self._paused: set[str] = set()
        # Packet identifiers of QoS 2 that are not released yet, and whether each is stored.
        self._received: dict[int, bool] = {}
        self._allowance = Allowance(door.rate)
        self._host = self.peer = "?"

    # ---- what asyncio calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """This will greet nobody: the client speaks first, and soon."""
        self._transport = cast(asyncio.Transport, transport)
        name = transport.get_extra_info("peername") or ("?", 0)
        self._host, self.peer = str(name[0]), f"{name[0]}:{name[1]}"
        self._transport.set_write_buffer_limits(high=UNREAD_BYTES)
        self._door.open.add(self)
        loop = asyncio.get_running_loop()
        self._heard_at = loop.time()
        self._timer = loop.call_later(CONNECT_S, self._watch)
        if len(self._door.open) > MOST_CONNECTIONS:
            self._transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """This will forget the client; what it sent and had no answer for, it sends again."""
        self._door.open.discard(self)
        if self._timer is not None:
            self._timer.cancel()
        if self._door.clients.get(self.client_id) is self:
            del self._door.clients[self.client_id]
        self._door.asking.leave(self)

    def pause_writing(self) -> None:
        """This will read no more from a client that does not read its answers."""
        self.pause("unread")

    def resume_writing(self) -> None:
        """This will read again."""
        self._resume("unread")

    def data_received(self, data: bytes) -> None:
        """This will take bytes; whatever breaks the protocol ends the connection, with its reason kept."""
        self._heard_at = asyncio.get_running_loop().time()
        try:
            for each in self._reader.feed(data):
                if type(each) is Publish:
                    self._published(each)
                else:
                    self._packet(cast(Packet, each))
                if self._transport.is_closing():
                    return
        except Refused as refused:
            if self._door.rubbish.kept(self._host):
                refusal = Refusal(refused.fault, data[:4096])
                self._door.pipeline.put(refused_parcel(refusal, PROTOCOL, self.peer, address=self.address))
            self.end(packets.MALFORMED)
        self._slow_down()

    # ---- reading no faster than we store, and than the device may send

    def pause(self, reason: str) -> None:
        """This will stop reading for a reason."""
        if not self._paused and not self._transport.is_closing():
            self._transport.pause_reading()
        self._paused.add(reason)

    def _resume(self, reason: str) -> None:
        self._paused.discard(reason)
        if not self._paused and not self._transport.is_closing():
            self._transport.resume_reading()

    def _slow_down(self) -> None:
        if self._unanswered > MOST_UNANSWERED:
            self.pause("unanswered")
        loop = asyncio.get_running_loop()
        if self._door.pipeline.full and "room" not in self._paused:
            self.pause("room")
            self._door.pipeline.when_room(partial(self._resume, "room"))
        if "rate" not in self._paused and (wait_s := self._allowance.wait_s(loop.time())) > 0:
            self.pause("rate")
            loop.call_later(wait_s, self._resume, "rate")
            if self._allowance.flooding and self.address:
                self._door.asking.flooding(PROTOCOL, self.address)

    def _watch(self) -> None:
        """This will end a client that has been silent for one and a half times its keep-alive (3.1.2.10)."""
        loop = asyncio.get_running_loop()
        limit = self._keep_alive_s * (1.5 if self._version else 1.0)
        left = self._heard_at + limit - loop.time()
        if left > 0 or self._paused:
            self._timer = loop.call_later(max(left, 1.0), self._watch)
        else:
            self.end(packets.SILENT)

    # ---- control packets

    def _packet(self, packet: Packet) -> None:
        if not self._version:
            if packet.kind != packets.CONNECT:
                self._transport.close()
                return
            self._connect(packet)
        elif packet.kind == packets.PINGREQ:
            self._transport.write(packets.packet(packets.PINGRESP, b""))
        elif packet.kind == packets.PUBREL:
            number = int.from_bytes(packet.body[:2], "big")
            self._received.pop(number, None)
            self._transport.write(packets.acknowledgement(packets.PUBCOMP, self._version, number))
        elif packet.kind == packets.SUBSCRIBE:
            self._subscribe(packet)
        elif packet.kind == packets.UNSUBSCRIBE:
            asked = read_subscribe(packet.body, self._version, ending=True)
            self._subscribed.difference_update(asked.filters)
            self._transport.write(packets.unsuback(self._version, asked.packet_id, len(asked.filters)))
        elif packet.kind == packets.DISCONNECT:
            self._transport.close()
        elif packet.kind not in (packets.PUBACK, packets.PUBREC, packets.PUBCOMP):
            self.end(packets.PROTOCOL_ERROR)

    def _connect(self, packet: Packet) -> None:
        asked = read_connect(packet.body)
        self._version = self._reader.version = asked.version
        reason = self._admit(asked.username or asked.client_id, asked.password)
        self._transport.write(
            packets.connack(asked.version, reason, most_bytes=MOST_BYTES, receive_maximum=RECEIVE_MAXIMUM)
        )
        if reason != packets.OK:
            self._transport.close()
            return
        self.client_id = asked.client_id or f"auto-{id(self)}"
        self._keep_alive_s = min(asked.keep_alive_s or 3600, 3600)
        if (older := self._door.clients.get(self.client_id)) is not None:
            older.end(packets.TAKEN_OVER)
        self._door.clients[self.client_id] = self

    def _admit(self, address: str, password: bytes | None) -> int:
        """This will check who connects: a registered device must know its secret; a new one is heard in quarantine."""
        if not address or len(address) > _DEVICE_CHARACTERS or not set("+#/\0").isdisjoint(address):
            return packets.BAD_CLIENT_ID
        secret = self._door.pipeline.secret_of(PROTOCOL, address)
        if secret and not hmac.compare_digest(secret.encode(), password or b""):
            log.warning("%s gave a wrong password for %s", self.peer, address)
            return packets.BAD_LOGIN
        self.address, self._proved = address, secret
        return packets.OK

    def _subscribe(self, packet: Packet) -> None:
        asked = read_subscribe(packet.body, self._version)
        reasons = []
        for each, qos in zip(asked.filters, asked.qos, strict=True):
            allowed = each == f"anshu/{self.address}/down" and len(self._subscribed) < _MOST_SUBSCRIPTIONS
            if allowed:
                self._subscribed.add(each)
            reasons.append(min(qos, packets.GRANTED_1) if allowed else packets.NOT_AUTHORIZED)
        self._transport.write(packets.suback(self._version, asked.packet_id, tuple(reasons)))
        if self._subscribed:
            self._door.asking.join(self)

    # ---- messages

    def _published(self, message: Publish) -> None:
        if not self._version:
            self._transport.close()
            return
        if message.qos == 2 and not self._first_time(message):
            return
        topic = self._topics.get(message.topic) or self._topic(message.topic)
        if topic is None:
            self._not_allowed(message)
            return
        secret = self._door.pipeline.secret_of(PROTOCOL, self.address)
        if secret and secret != self._proved:
            # Registered, or given another password, since it connected: it has to prove itself now.
            self.end(packets.NOT_AUTHORIZED)
            return
        usable = secret is not None
        try:
            if topic.kind == "up":
                parcel = own_parcel(PROTOCOL, topic.address, message.payload, self.peer, self._door.clock)
            else:
                parcel = raw_parcel(
                    PROTOCOL, topic.address, message.payload, self.peer, self._door.clock, port=topic.port
                )
        except Refused as refused:
            usable = False
            parcel = refused_parcel(Refusal(refused.fault, message.payload), PROTOCOL, self.peer, address=self.address)
        if not usable and not self._door.rubbish.kept(self._host):
            # Not kept, so not acknowledged either.
            self.end(packets.QUOTA)
            return
        weight = parcel.weight
        self._unanswered += weight
        self._allowance.take(weight)
        parcel.settled = partial(self._settled, message.packet_id, message.qos, weight)
        self._door.pipeline.put(parcel)

    def _first_time(self, message: Publish) -> bool:
        """This will tell whether a message of QoS 2 is new; one sent again is answered if it is stored by now."""
        stored = self._received.get(message.packet_id)
        if stored is None:
            if len(self._received) >= RECEIVE_MAXIMUM:
                self.end(packets.PROTOCOL_ERROR)
                return False
            self._received[message.packet_id] = False
            return True
        if stored:
            self._acknowledge(message, packets.OK)
        return False

    def _topic(self, name: bytes) -> _Topic | None:
        """This will read a topic of this client; None for any that is not its own."""
        if len(self._topics) >= _MOST_TOPICS:
            self._topics.clear()
        try:
            parts = name.decode().split("/")
        except UnicodeDecodeError:
            return None
        own = len(parts) >= 3 and parts[0] == "anshu" and parts[1] == self.address
        topic = _meaning(self.address, parts[2:]) if own else None
        self._topics[name] = topic
        return topic

    def _not_allowed(self, message: Publish) -> None:
        log.warning("%s (%s) may not publish to %r", self.address, self.peer, message.topic[:100])
        if message.qos and self._version == packets.V5:
            self._received.pop(message.packet_id, None)
            self._acknowledge(message, packets.NOT_AUTHORIZED)
        else:
            # 3.1.1 has no way to refuse a message but to end the connection (3.3.5).
            self.end(packets.NOT_AUTHORIZED)

    def _acknowledge(self, message: Publish, reason: int) -> None:
        kind = packets.PUBACK if message.qos == 1 else packets.PUBREC
        self._transport.write(packets.acknowledgement(kind, self._version, message.packet_id, reason))

    def _settled(self, packet_id: int, qos: int, weight: int, verdict: Verdict | None) -> None:
        """This will acknowledge a message that is stored or kept, together with others of its batch."""
        self._unanswered -= weight
        if verdict is None:
            # Not stored: the client must send it again, and does so when it connects anew.
            self._received.pop(packet_id, None)
            self.end(packets.UNSPECIFIED)
            return
        if self._unanswered <= MOST_UNANSWERED // 2 and "unanswered" in self._paused:
            self._resume("unanswered")
        if qos == 0 or self._transport.is_closing():
            return
        if qos == 2:
            self._received[packet_id] = True
        if not self._acks:
            asyncio.get_running_loop().call_soon(self._send_acks)
        head, number = b"\x40\x02" if qos == 1 else b"\x50\x02", packet_id.to_bytes(2, "big")
        self._acks += (head, number)
        if verdict.noted:
            self._door.pipeline.put(sent_parcel(PROTOCOL, self.address, head + number))

    def _send_acks(self) -> None:
        if not self._transport.is_closing():
            self._transport.write(b"".join(self._acks))
        self._acks = []

    # ---- what `asking` needs of a line

    @property
    def device(self) -> tuple[str, str]:
        """The protocol and address of who speaks."""
        return PROTOCOL, self.address

    def ask(self, command: Command) -> None:
        """This will send a command as JSON to the device's topic."""
        body = {"id": command.number, "command": command.kind, **command.parameters}
        payload = json.dumps(body, default=str, ensure_ascii=False).encode()
        topic = f"anshu/{self.address}/down"
        self._transport.write(packets.publish(self._version, topic, payload))
        self._door.pipeline.put(sent_parcel(PROTOCOL, self.address, payload, COMMAND.format(kind=command.kind)))

    def end(self, reason: int) -> None:
        """This will close the connection, with a reason where the client can read one."""
        if self._transport.is_closing():
            return
        self._send_acks()
        if self._version == packets.V5:
            self._transport.write(packets.disconnect(reason))
        self._transport.close()


def _meaning(address: str, rest: list[str]) -> _Topic | None:
    if rest == ["up"]:
        return _Topic(address, "up")
    if rest[0] == "raw" and len(rest) <= 2:
        port = None
        if len(rest) == 2:
            with contextlib.suppress(ValueError):
                port = int(rest[1])
            if port is None or not 0 <= port <= 255:
                return None
        return _Topic(address, "raw", port)
    return None
