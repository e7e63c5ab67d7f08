# SPDX-License-Identifier: Apache-2.0
"""A broker outside is subscribed to: what it delivers is acknowledged to it after our commit.

The session is a lasting one, so the broker keeps and repeats what we have not acknowledged, through any restart of
ours. What a broker acknowledged to its devices and then lost itself (docs/adr/0004), nobody can bring back.
"""

import asyncio
import contextlib
import logging
import ssl
from typing import Any

from paho.mqtt.client import Client, MQTTMessage, topic_matches_sub
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from anshu.ingest.connectors.polling import Failed, Poller
from anshu.ingest.connectors.standing import Going
from anshu.ingest.messages import own_parcel, raw_parcel
from anshu.ingest.parcels import Parcel, Verdict, refused_parcel
from anshu.ingest.uplinks import FirstHeard, uplink_parcel
from anshu.wire.base import Refusal, Refused
from anshu.wire.connectors import BrokerSettings, Subscription
from anshu.wire.payload import NETWORKS

log = logging.getLogger(__name__)
PROTOCOL = "mqtt"
# A week without us, and the broker may forget what it keeps for us.
_SESSION_S = 7 * 86_400
_KEEP_ALIVE_S = 30
_CONNECT_S = 20.0
_AGAIN_S = 2.0
# Messages on their way to the database: beyond this the broker is not read.
MOST_UNANSWERED = 2_000
_V5 = 5


class BrokerClient(Poller):
    """One lasting session with one broker."""

    def __init__(self, going: Going, settings: BrokerSettings) -> None:
        super().__init__(going, _AGAIN_S)
        self._settings = settings
        self._heard = FirstHeard()

    async def _poll(self) -> None:
        """This will connect, subscribe and take messages until the connection ends."""
        session = _Session(self._going, self._settings, self._heard)
        try:
            await session.run()
        finally:
            session.end()


class _Session:
    """One connection, driven by the event loop; paho keeps the protocol."""

    def __init__(self, going: Going, settings: BrokerSettings, heard: FirstHeard) -> None:
        self._going, self._settings, self._heard = going, settings, heard
        self._loop = asyncio.get_running_loop()
        self._ended: asyncio.Future[str] = self._loop.create_future()
        self._unanswered = 0
        self._socket: Any = None
        self._held = False
        self._client = self._made()

    def _made(self) -> Client:
        given = self._settings
        client = Client(
            CallbackAPIVersion.VERSION2,
            given.client_id,
            # Version 5 says this when it connects.
            clean_session=None if given.version == _V5 else False,
            protocol=MQTTProtocolVersion(given.version),
            manual_ack=True,
            reconnect_on_failure=False,
        )
        if given.user:
            client.username_pw_set(given.user, self._going.secret or None)
        if given.tls:
            client.tls_set_context(ssl.create_default_context(cadata=given.ca or None))
        client.on_connect = self._connected
        client.on_subscribe = self._subscribed
        client.on_disconnect = lambda _client, _data, _flags, reason, _properties: self._over(str(reason))
        client.on_message = self._message
        return client

    async def run(self) -> None:
        """This will stay until the broker, or something on our side, ends the connection; raises Failed."""
        async with asyncio.timeout(_CONNECT_S):
            await self._loop.run_in_executor(None, self._connect)
        self._socket = self._client.socket()
        if self._socket is None:
            raise Failed("一连上就被断开")
        self._loop.add_reader(self._socket, self._read)
        self._client.on_socket_register_write = self._want_to_write
        self._client.on_socket_unregister_write = self._written
        self._write()
        while not self._ended.done():
            self._after(self._client.loop_misc())
            await asyncio.wait([self._ended], timeout=1)
        raise Failed(self._ended.result())

    def _connect(self) -> None:
        given = self._settings
        extra: dict[str, Any] = {}
        if given.version == _V5:
            properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
            properties.SessionExpiryInterval = _SESSION_S
            properties.ReceiveMaximum = MOST_UNANSWERED
            extra = {"clean_start": False, "properties": properties}
        self._client.connect(given.host, given.port, keepalive=_KEEP_ALIVE_S, **extra)

    def end(self) -> None:
        """This will leave the broker; what is not acknowledged it delivers again."""
        with contextlib.suppress(ValueError, OSError):
            if self._socket is not None:
                self._loop.remove_reader(self._socket)
                self._loop.remove_writer(self._socket)
        self._over("ended")
        self._client.on_socket_unregister_write = None
        self._client.disconnect()
        self._write_out()

    # ---- what the event loop calls

    def _read(self) -> None:
        self._after(self._client.loop_read())

    def _write(self) -> None:
        self._after(self._client.loop_write())

    def _want_to_write(self, _client: Client, _data: Any, sock: Any) -> None:
        self._loop.add_writer(sock, self._write)

    def _written(self, _client: Client, _data: Any, sock: Any) -> None:
        self._loop.remove_writer(sock)

    def _write_out(self) -> None:
        with contextlib.suppress(Exception):
            self._client.loop_write()

    def _after(self, code: MQTTErrorCode) -> None:
        if code != MQTTErrorCode.MQTT_ERR_SUCCESS:
            self._over(str(code.name))

    def _over(self, why: str) -> None:
        if not self._ended.done():
            self._ended.set_result(why)

    # ---- what paho calls

    def _connected(self, client: Client, _data: Any, _flags: Any, reason: Any, _properties: Any) -> None:
        if reason.is_failure:
            self._over(f"被拒绝:{reason}")
            return
        client.subscribe([(each.topic, 1) for each in self._settings.subscriptions])

    def _subscribed(self, _client: Client, _data: Any, _mid: int, reasons: Any, _properties: Any) -> None:
        refused = [
            each.topic for each, reason in zip(self._settings.subscriptions, reasons, strict=False) if reason.is_failure
        ]
        if refused:
            self._over(f"不许订阅 {'、'.join(refused)}")
        else:
            self._going.standing.worked()

    def _message(self, client: Client, _data: Any, message: MQTTMessage) -> None:
        parcel = self._parcel(message.topic, bytes(message.payload))
        if parcel is None:
            client.ack(message.mid, message.qos)
            return
        self._unanswered += 1
        parcel.settled = lambda verdict: self._settled(message.mid, message.qos, parcel.weight, verdict)
        self._going.intake.put(parcel)
        if self._unanswered >= MOST_UNANSWERED or self._going.intake.full:
            self._hold()

    def _settled(self, mid: int, qos: int, weight: int, verdict: Verdict | None) -> None:
        self._unanswered -= 1
        if self._ended.done():
            return
        if verdict is None:
            # Only a new connection makes the broker deliver it again.
            self._over("没有入库,等对方重投")
            return
        self._client.ack(mid, qos)
        self._going.standing.worked(0 if verdict.kept else weight, error=verdict.kept)
        if self._held and self._unanswered <= MOST_UNANSWERED // 2:
            self._go_on()

    def _hold(self) -> None:
        """This will read no more until there is room again."""
        if not self._held:
            self._held = True
            self._loop.remove_reader(self._socket)
            if self._going.intake.full:
                self._going.intake.when_room(self._go_on)

    def _go_on(self) -> None:
        if self._held and not self._ended.done():
            self._held = False
            self._loop.add_reader(self._socket, self._read)
            # A TLS layer may hold bytes that the socket will not announce again.
            self._loop.call_soon(self._read)

    # ---- what a message says

    def _parcel(self, topic: str, body: bytes) -> Parcel | None:
        """This will make the parcel of a message; None for one of a topic that has no sender in it."""
        given = next((each for each in self._settings.subscriptions if topic_matches_sub(each.topic, topic)), None)
        if given is None:
            return None
        try:
            return self._read_as(given, topic, body)
        except Refused as refused:
            peer = f"{self._going.code} {topic}"[:80]
            return refused_parcel(Refusal(refused.fault, body), PROTOCOL, peer, address=given.sender(topic)[:64])

    def _read_as(self, given: Subscription, topic: str, body: bytes) -> Parcel | None:
        peer, clock = f"{self._going.code} {topic}"[:80], self._going.clock
        if given.form in NETWORKS:
            return uplink_parcel(given.form, body, peer, lambda uplink: self._heard.of(uplink, clock()))
        address = given.sender(topic)[:64]
        if not address:
            return None
        if given.form == "own":
            return own_parcel(PROTOCOL, address, body, peer, clock)
        return raw_parcel(PROTOCOL, address, body, peer, clock, port=given.port)
