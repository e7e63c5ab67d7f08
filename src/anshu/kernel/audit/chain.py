# SPDX-License-Identifier: Apache-2.0
"""Checking the hash chain, independently of the database function that made it."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.db import connection

GENESIS = "0" * 64
_SEPARATOR = "\x1f"
_ROWS = """
select chain_no, previous_hash, hash, concat_ws(chr(31), chain_no::text, previous_hash, id::text,
       to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), actor_kind, actor_id, actor_label,
       action, subject_type, subject_id, subject_label, division_code, sector_code, reason,
       changes::text, address), id
  from audit_auditentry order by chain_no nulls last, id
"""


@dataclass(frozen=True, slots=True)
class Break:
    """One place where the chain does not hold. `kind`: changed, removed, reordered, unchained, cut."""

    kind: str
    chain_no: int
    entry_id: int | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a walk over the chain found; `head_hash` may be kept elsewhere as an anchor."""

    entries: int
    head_no: int
    head_hash: str
    breaks: tuple[Break, ...]


def verify(*, anchors: dict[int, str] | None = None, most: int = 100) -> Verdict:
    """This will walk the whole chain and list up to `most` breaks.

    `anchors` maps chain numbers to hashes noted earlier outside the database; one that no longer matches is a
    break too, which also finds a chain that was rewritten from some point on.
    """
    breaks: list[Break] = []
    expected_no, previous, count = 1, GENESIS, 0
    for chain_no, previous_hash, stored, text, entry_id in _rows():
        count += 1
        if chain_no is None:
            breaks.append(Break("unchained", 0, entry_id))
            continue
        kind = _judge(chain_no, expected_no, previous_hash, previous, stored, text)
        if kind is None and anchors and anchors.get(chain_no, stored) != stored:
            kind = "changed"
        if kind:
            breaks.append(Break(kind, chain_no, entry_id))
        expected_no, previous = chain_no + 1, stored
        if len(breaks) >= most:
            break
    head_no, head_hash = _head()
    if len(breaks) < most and (head_no, head_hash) != (expected_no - 1, previous):
        breaks.append(Break("cut", head_no, None))
    return Verdict(count, head_no, head_hash, tuple(breaks))


def _judge(chain_no: int, expected_no: int, previous_hash: str, previous: str, stored: str, text: str) -> str | None:
    if chain_no != expected_no:
        return "removed"
    if hashlib.sha256(text.encode()).hexdigest() != stored:
        return "changed"
    return "reordered" if previous_hash != previous else None


def _rows() -> Iterator[tuple[int | None, str, str, str, int]]:
    with connection.cursor() as cursor:
        cursor.execute(_ROWS)
        while batch := cursor.fetchmany(5000):
            yield from batch


def _head() -> tuple[int, str]:
    with connection.cursor() as cursor:
        cursor.execute("select chain_no, hash from audit_audithead where id = 1")
        row = cursor.fetchone()
    return (row[0], row[1]) if row else (0, GENESIS)


def write_anchor(file: Path) -> Verdict:
    """This will verify the chain and note its head in a file outside the database, unless it is broken."""
    verdict = verify(anchors=read_anchors(file))
    if not verdict.breaks and verdict.head_no:
        with file.open("a", encoding="ascii") as out:
            out.write(f"{verdict.head_no} {verdict.head_hash}\n")
    return verdict


def read_anchors(file: Path) -> dict[int, str]:
    """This will read the noted heads; none when there is no such file yet."""
    if not file.exists():
        return {}
    pairs = (line.split() for line in file.read_text(encoding="ascii").splitlines() if line.strip())
    return {int(number): digest for number, digest in pairs}
