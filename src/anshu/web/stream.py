# SPDX-License-Identifier: Apache-2.0
"""The live stream: a small ASGI application that sends events to browsers as they commit.

One connection to the database listens for all browsers. Each browser gets, in order and once, what its viewer may
see; `Last-Event-ID` (or `?last_event_id=`) resumes where it stopped.
"""

import asyncio
import contextlib
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from http.cookies import SimpleCookie
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs

import psycopg
from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection
from django.http import HttpRequest
from django.utils import timezone
from psycopg.rows import dict_row

from anshu.kernel.access.choices import Capability
from anshu.kernel.access.selectors import viewer_of
from anshu.kernel.access.viewer import Viewer
from anshu.web.moves import watch

log = logging.getLogger(__name__)
Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

PING_S = 15.0
RECHECK_S = 60.0
# A browser further behind than this reloads instead of replaying.
BACKLOG_MOST = 2000
QUEUE_MOST = 2000
MOVES_BEHIND = 100
LEVEL_NAMES = {0: "none", 1: "red", 2: "orange", 3: "yellow", 4: "blue"}
_COLUMNS = "position, at, kind, capability, division_code, sector_code, unit_id, subject_type, subject_id, payload"


@dataclass(slots=True, eq=False)
class Reader:
    """One open browser connection: who looks, and what waits to be sent."""

    viewer: Viewer
    queue: asyncio.Queue[Any] = field(default_factory=lambda: asyncio.Queue(QUEUE_MOST))
    overrun: bool = False
    # Whether the page draws what moves.
    moves: bool = False

    def offer_moves(self, message: bytes) -> None:
        """This will queue what moved; one that is behind has no use for places that are old by then."""
        if message and self.queue.qsize() < MOVES_BEHIND:
            self.queue.put_nowait(message)

    def offer(self, event: Any) -> None:
        """This will queue the event if the viewer may see it; a reader that cannot keep up is ended."""
        if not sees(self.viewer, event):
            return
        try:
            self.queue.put_nowait(event)
        except asyncio.QueueFull:
            self.overrun = True


class Hub:
    """Listens to the database and hands every new event to the readers."""

    def __init__(self) -> None:
        self.readers: set[Reader] = set()
        self.position = 0
        self.live = asyncio.Event()

    async def run(self) -> None:
        """This will listen for ever, reconnecting when the database goes away."""
        await asyncio.gather(self._always(self._listen), self._always(self._watch))

    async def _always(self, work: Callable[[], Awaitable[None]]) -> None:
        while True:
            try:
                await work()
            except (psycopg.Error, OSError) as error:
                self.live.clear()
                log.warning("live stream lost the database: %s", error)
                await asyncio.sleep(0.5)

    async def _watch(self) -> None:
        await watch(connect, lambda: [reader for reader in self.readers if reader.moves])

    async def _listen(self) -> None:
        async with await connect() as listener:
            await listener.execute("listen anshu_event")
            if self.position == 0:
                self.position = await last_position(listener)
            self.live.set()
            while True:
                # Read first: something may have committed before the listening began.
                await self._read(listener)
                async for _ in listener.notifies(timeout=5.0, stop_after=1):
                    pass

    async def _read(self, listener: psycopg.AsyncConnection[Any]) -> None:
        async for event in events_after(listener, self.position, limit=None):
            self.position = event.position
            for reader in self.readers:
                reader.offer(event)


async def connect() -> psycopg.AsyncConnection[Any]:
    """This will open a connection with the web process's own database settings."""
    parameters = {
        key: value
        for key, value in connection.get_connection_params().items()
        if key in {"dbname", "user", "password", "host", "port"}
    }
    return await psycopg.AsyncConnection.connect(**parameters, autocommit=True, row_factory=dict_row)


async def last_position(database: psycopg.AsyncConnection[Any]) -> int:
    """This will give the position of the newest event."""
    row = await (await database.execute("select coalesce(max(position), 0) as position from events_event")).fetchone()
    return int(row["position"]) if row else 0


async def events_after(
    database: psycopg.AsyncConnection[Any], position: int, *, limit: int | None
) -> AsyncIterator[SimpleNamespace]:
    """This will give events in order of commit."""
    rows = await database.execute(
        f"select {_COLUMNS} from events_event where position > %s order by position limit %s", (position, limit)
    )
    async for row in rows:
        yield SimpleNamespace(**row)


def sees(viewer: Viewer, event: Any) -> bool:
    """This will tell whether the event lies within what the viewer may read."""
    return viewer.covers(event, Capability(event.capability))


def as_message(event: Any) -> bytes:
    """This will give the event in the text/event-stream form."""
    payload = dict(event.payload)
    if isinstance(payload.get("level"), int):
        payload["level"] = LEVEL_NAMES.get(payload["level"], "none")
    body = {
        **payload,
        "id": event.position,
        "kind": event.kind,
        "at": event.at.isoformat(),
        # A fact's own time is that of the measurement; the event's is when the platform came to know.
        "observed_at": payload.get("at"),
        "subject": {"type": event.subject_type.rsplit(".", 1)[-1], "id": event.subject_id},
        "division_code": event.division_code,
    }
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return f"id: {event.position}\nevent: {event.kind}\ndata: {text}\n\n".encode()


def viewer_from_cookie(cookie: str, now: datetime) -> Viewer | None:
    """This will find who holds the session cookie; None when nobody does."""
    jar: SimpleCookie = SimpleCookie(cookie)
    if settings.SESSION_COOKIE_NAME not in jar:
        return None
    request = HttpRequest()
    request.session = SessionStore(jar[settings.SESSION_COOKIE_NAME].value)
    try:
        user = get_user(request)
        return viewer_of(user, at=now) if user.is_authenticated else None
    finally:
        # The thread belongs to a pool; its connection would outlive its use.
        connection.close()


hub: Hub | None = None
_background: set[asyncio.Task[None]] = set()


async def application(scope: Message, receive: Receive, send: Send) -> None:
    """This will answer GET /stream/ with events and GET /healthz with the state of the listener."""
    if scope["type"] == "lifespan":
        await _lifespan(receive, send)
    elif scope["type"] == "http" and scope["path"] == "/healthz":
        await _answer(send, 200 if hub and hub.live.is_set() else 503, b'{"ok":true}')
    elif scope["type"] == "http" and scope["path"] == "/stream/":
        await _stream(scope, receive, send)
    elif scope["type"] == "http":
        await _answer(send, 404, b'{"ok":false}')


async def _lifespan(receive: Receive, send: Send) -> None:
    global hub
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            hub = Hub()
            task = asyncio.create_task(hub.run())
            _background.add(task)
            await send({"type": "lifespan.startup.complete"})
        else:
            for task in _background:
                task.cancel()
            await send({"type": "lifespan.shutdown.complete"})
            return


def _header(scope: Message, name: bytes) -> str:
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == name), "")


def _cors(scope: Message) -> list[tuple[bytes, bytes]]:
    """This will let the platform's own pages, which live on another port, read the stream."""
    origin = _header(scope, b"origin")
    host = _header(scope, b"host").rsplit(":", 1)[0]
    same_host = origin.split("://")[-1].rsplit(":", 1)[0] == host
    if not origin or not (same_host or origin in settings.CSRF_TRUSTED_ORIGINS):
        return []
    return [
        (b"access-control-allow-origin", origin.encode("latin-1")),
        (b"access-control-allow-credentials", b"true"),
        (b"vary", b"Origin"),
    ]


async def _answer(send: Send, status: int, body: bytes, headers: list[tuple[bytes, bytes]] | None = None) -> None:
    base = [(b"content-type", b"application/json"), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": status, "headers": base + (headers or [])})
    await send({"type": "http.response.body", "body": body})


async def _stream(scope: Message, receive: Receive, send: Send) -> None:
    cookie = _header(scope, b"cookie")
    viewer = await asyncio.to_thread(viewer_from_cookie, cookie, timezone.now())
    if viewer is None or hub is None:
        await _answer(send, 401, '{"error":{"code":"signed_out","message":"请先登录"}}'.encode(), _cors(scope))
        return
    headers = [
        (b"content-type", b"text/event-stream; charset=utf-8"),
        (b"cache-control", b"no-store"),
        (b"x-accel-buffering", b"no"),
        *_cors(scope),
    ]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    reader = Reader(viewer, moves=_asked(scope, "moves") == "1")
    hub.readers.add(reader)
    gone = asyncio.create_task(_wait_gone(receive))
    try:
        await _serve(reader, cookie, _resume_from(scope), send, gone)
    finally:
        hub.readers.discard(reader)
        gone.cancel()
        with contextlib.suppress(Exception):
            await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _wait_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _asked(scope: Message, name: str) -> str:
    return str(parse_qs(scope["query_string"].decode("latin-1")).get(name, [""])[0])


def _resume_from(scope: Message) -> int | None:
    text = _header(scope, b"last-event-id")
    if not text:
        text = _asked(scope, "last_event_id")
    return int(text) if text.isdigit() and len(text) < 19 else None


async def _serve(reader: Reader, cookie: str, resume: int | None, send: Send, gone: "asyncio.Task[None]") -> None:
    async def write(data: bytes) -> None:
        await send({"type": "http.response.body", "body": data, "more_body": True})

    await write(b"retry: 1000\n: open\n\n")
    last = await _replay(reader, resume, write) if resume is not None else 0
    loop = asyncio.get_running_loop()
    recheck_at = loop.time() + RECHECK_S
    while not gone.done() and not reader.overrun:
        if loop.time() >= recheck_at:
            viewer = await asyncio.to_thread(viewer_from_cookie, cookie, timezone.now())
            if viewer is None:
                return
            reader.viewer, recheck_at = viewer, loop.time() + RECHECK_S
        event = await _next(reader, gone)
        if event is None:
            await write(b": ping\n\n")
        elif isinstance(event, bytes):
            await write(event)
        elif event.position > last:
            await write(as_message(event))
            last = event.position


async def _next(reader: Reader, gone: "asyncio.Task[None]") -> Any | None:
    """This will wait for the next event, for the browser to leave, or for the time of a ping."""
    getter = asyncio.ensure_future(reader.queue.get())
    done, _ = await asyncio.wait({getter, gone}, timeout=PING_S, return_when=asyncio.FIRST_COMPLETED)
    if getter in done:
        return getter.result()
    getter.cancel()
    return None


async def _replay(reader: Reader, resume: int, write: Callable[[bytes], Awaitable[None]]) -> int:
    """This will send what was missed; what commits meanwhile waits in the queue and is not sent twice."""
    last = resume
    async with await connect() as database:
        if await last_position(database) - resume > BACKLOG_MOST:
            newest = await last_position(database)
            await write(f"id: {newest}\nevent: reset\ndata: {{}}\n\n".encode())
            return newest
        async for event in events_after(database, resume, limit=BACKLOG_MOST):
            last = event.position
            if sees(reader.viewer, event):
                await write(as_message(event))
    return last
