# SPDX-License-Identifier: Apache-2.0
"""What moved on the map: all that moved since the last look, in one message to each browser that asks for it.

Fixes are no events: ten thousand vehicles would be hundreds a second. One query every two seconds serves all browsers,
and none is made while nobody looks. What a browser misses it gets with the next fix, or when it reads the layer again.
"""

import asyncio
import json
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import psycopg

from anshu.domain.sensing.selectors.positions import MOVED
from anshu.kernel.access.choices import Capability
from anshu.kernel.access.viewer import Viewer

EVERY_S = 2.0
# A transaction may commit what it wrote a little earlier; what was told already is known by its time.
LOOK_BACK = timedelta(seconds=10)
KIND = "position.moved"


class Moves:
    """Remembers what was told, so that nothing is told twice."""

    def __init__(self) -> None:
        self._since: datetime | None = None
        self._told: dict[int, datetime] = {}

    def forget(self) -> None:
        """This will begin anew: nobody looks."""
        self._since, self._told = None, {}

    async def read(self, database: psycopg.AsyncConnection[Any]) -> list[Any]:
        """This will give what moved since the last call; at the first, what moved just now."""
        if self._since is None:
            row = await (await database.execute("select clock_timestamp() as at")).fetchone()
            self._since = row["at"] if row else None
        assert self._since is not None
        rows = await (await database.execute(MOVED, [self._since - LOOK_BACK])).fetchall()
        fresh = [row for row in rows if self._told.get(row["thing_id"]) != row["moved_at"]]
        self._since = max((row["moved_at"] for row in rows), default=self._since)
        self._told = {row["thing_id"]: row["moved_at"] for row in rows}
        return [SimpleNamespace(**row) for row in fresh]


async def watch(connect: Callable[[], Any], readers: Callable[[], Sequence[Any]]) -> None:
    """This will look for what moved while anybody wants to know, until cancelled."""
    moves = Moves()
    while True:
        await asyncio.sleep(EVERY_S)
        if not readers():
            moves.forget()
            continue
        async with await connect() as database:
            while wanting := readers():
                rows = await moves.read(database)
                for reader in wanting if rows else ():
                    reader.offer_moves(message_for(reader.viewer, rows))
                await asyncio.sleep(EVERY_S)


def seen_by(viewer: Viewer, rows: Iterable[Any]) -> list[Any]:
    """This will keep what the viewer may see; things of one place, sector and unit are asked about once."""
    known: dict[tuple[Any, ...], bool] = {}
    kept = []
    for row in rows:
        # What was assigned is known by its number, so that there every row is its own question.
        own = row.subject_id if viewer.assigned else None
        key = (row.division_code, row.sector_code, row.unit_id, row.park_code, own)
        if key not in known:
            known[key] = viewer.covers(row, Capability.MONITORING)
        if known[key]:
            kept.append(row)
    return kept


def message_for(viewer: Viewer, rows: Iterable[Any]) -> bytes:
    """This will write what the viewer may see of it; empty when that is nothing. It has no id: it is not replayed."""
    told = [
        [row.thing_id, round(row.lng, 6), round(row.lat, 6), row.speed, row.course, round(row.at.timestamp() * 1000)]
        for row in seen_by(viewer, rows)
    ]
    if not told:
        return b""
    body = {"kind": KIND, "subject": {"type": "position", "id": 0}, "rows": told}
    return f"event: {KIND}\ndata: {json.dumps(body, separators=(',', ':'))}\n\n".encode()
