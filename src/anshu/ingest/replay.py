# SPDX-License-Identifier: Apache-2.0
"""Plays recorded frames through a real socket, as their stations sent them, and counts the answers."""

import asyncio
import sys
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from anshu.ingest.retiming import newest_time, retimed
from anshu.wire.base import Refused
from anshu.wire.sl651 import NAK, Decoder, Sl651Frame, decode, parse_frame, wants_reply

ANSWER_S = 10.0
MOST_TRIES = 5
_PAUSE_S = 0.5
_PROGRESS_EVERY = 200


@dataclass(slots=True)
class Outcome:
    """What came of a recording. `silent` counts frames that the standard leaves without an answer."""

    sent: int = 0
    acknowledged: int = 0
    refused: int = 0
    no_answer: int = 0
    silent: int = 0
    resent: int = 0

    @property
    def complete(self) -> bool:
        """Whether every frame that wants an answer was acknowledged."""
        return self.refused == 0 and self.no_answer == 0

    def as_json(self) -> dict[str, Any]:
        """This will give the counts as the command prints them."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Recorded:
    """One frame and when it is due, in seconds after the start of the recording."""

    due_s: float
    raw: bytes


def replay_file(
    *,
    path: Path,
    protocol: str,
    host: str,
    port: int,
    speed: float = 60.0,
    to_now: bool = False,
    now: datetime | None = None,
    say: Callable[[str], None] | None = None,
) -> Outcome:
    """This will send a recording and wait for the answers; `speed` 0 means without pauses.

    With `to_now` all times move by one whole number of minutes, so that the newest is the present one: a frame that
    is sent again within that run stays the same frame. Raises ValueError for a line that is no frame.
    """
    if protocol != "sl651":
        raise ValueError(f"no recording of protocol {protocol} can be played")
    with path.open(encoding="utf-8") as file:
        frames = list(read_recording(file))
    if to_now:
        frames = _moved(frames, now or datetime.now(UTC))
    return asyncio.run(_Player(host, port, speed, say or _progress).play(frames))


def read_recording(lines: Iterable[str]) -> Iterable[Recorded]:
    """This will read lines `[+seconds | ISO time] HEX`, blank lines and # comments left out.

    Seconds count from the start; a time counts from the first one. Raises ValueError naming the line.
    """
    first_at: datetime | None = None
    due_s = 0.0
    for number, line in enumerate(lines, start=1):
        parts = line.partition("#")[0].split()
        if not parts:
            continue
        try:
            if parts[0].startswith("+"):
                due_s = float(parts.pop(0))
            elif "T" in parts[0]:
                moment = datetime.fromisoformat(parts.pop(0))
                first_at = first_at or moment
                due_s = (moment - first_at).total_seconds()
            yield Recorded(due_s, bytes.fromhex("".join(parts)))
        except (ValueError, TypeError) as error:
            raise ValueError(f"line {number}: {error}") from error


def _moved(frames: list[Recorded], now: datetime) -> list[Recorded]:
    newest = max((at for each in frames if (at := newest_time(each.raw)) is not None), default=None)
    if newest is None:
        return frames
    by = timedelta(minutes=(now - newest) // timedelta(minutes=1))
    return [Recorded(each.due_s, retimed(each.raw, by)) for each in frames]


def _progress(text: str) -> None:
    print(text, file=sys.stderr, flush=True)  # noqa: T201  a command's own progress


class _Player:
    """Sends each station's frames on a connection of its own, one after another."""

    def __init__(self, host: str, port: int, speed: float, say: Callable[[str], None]) -> None:
        self._host, self._port, self._speed, self._say = host, port, speed, say
        self._outcome = Outcome()

    async def play(self, frames: list[Recorded]) -> Outcome:
        by_station: dict[str, list[Recorded]] = {}
        for each in frames:
            by_station.setdefault(_station(each.raw), []).append(each)
        start = asyncio.get_running_loop().time()
        await asyncio.gather(*(self._station(own, start) for own in by_station.values()))
        self._tell()
        return self._outcome

    async def _station(self, frames: list[Recorded], start: float) -> None:
        line = _Line(self._host, self._port)
        loop = asyncio.get_running_loop()
        try:
            for each in frames:
                if self._speed > 0:
                    await asyncio.sleep(max(0.0, start + each.due_s / self._speed - loop.time()))
                await self._send(line, each.raw)
        finally:
            await line.close()

    async def _send(self, line: "_Line", raw: bytes) -> None:
        wanted = _answer_wanted(raw)
        self._outcome.sent += 1
        answer = await self._offer(line, raw, wait=wanted is True)
        if wanted is None:
            self._outcome.refused += 1
        elif not wanted:
            self._outcome.silent += 1
        elif answer is None:
            self._outcome.no_answer += 1
        elif answer.end == NAK:
            self._outcome.refused += 1
        else:
            self._outcome.acknowledged += 1
        if self._outcome.sent % _PROGRESS_EVERY == 0:
            self._tell()

    async def _offer(self, line: "_Line", raw: bytes, *, wait: bool) -> Sl651Frame | None:
        """This will send a frame until it is answered, as a station would."""
        for attempt in range(MOST_TRIES):
            self._outcome.resent += attempt > 0
            try:
                return await line.ask(raw, wait=wait)
            except (OSError, TimeoutError):
                await line.close()
                await asyncio.sleep(_PAUSE_S * (attempt + 1))
        return None

    def _tell(self) -> None:
        done = self._outcome
        self._say(
            f"sent {done.sent}, acknowledged {done.acknowledged}, refused {done.refused}, no answer {done.no_answer}"
        )


class _Line:
    """A station's connection, opened when first needed and again after a failure."""

    def __init__(self, host: str, port: int) -> None:
        self._host, self._port = host, port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self._decoder = Decoder()

    async def ask(self, raw: bytes, *, wait: bool) -> Sl651Frame | None:
        """This will send a frame and, if told to, wait for one answer; raises OSError or TimeoutError."""
        if self._streams is None:
            self._streams = await asyncio.open_connection(self._host, self._port)
            self._decoder = Decoder()
        reader, writer = self._streams
        writer.write(raw)
        await writer.drain()
        if not wait:
            return None
        async with asyncio.timeout(ANSWER_S):
            while data := await reader.read(4096):
                for each in self._decoder.feed(data):
                    if isinstance(each, Sl651Frame):
                        return each
        raise ConnectionResetError("the line was closed before the answer")

    async def close(self) -> None:
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None


def _station(raw: bytes) -> str:
    try:
        return parse_frame(raw).station
    except Refused:
        return ""


def _answer_wanted(raw: bytes) -> bool | None:
    """This will tell whether a frame is answered; None when it will be refused."""
    try:
        return wants_reply(decode(parse_frame(raw)))
    except Refused:
        return None
