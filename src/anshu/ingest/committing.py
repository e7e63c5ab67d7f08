# SPDX-License-Identifier: Apache-2.0
"""One batch, one transaction: resolve, check, store, judge, raise alarms, keep aside, commit.

Everything here runs in the pipeline's single worker thread, on that thread's database connection.
"""

import logging
import math
import threading
import time
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol, TypeVar

import numpy as np
import psycopg
from django.db import InterfaceError, OperationalError, connection, transaction

from anshu.domain.alerts.services import RuleBook, observations_judge, rulebook_load
from anshu.domain.sensing.choices import Quality, QuarantineKind, Way
from anshu.domain.sensing.selectors import Newest, RegisteredThing, Registry, registry_load
from anshu.domain.sensing.services import (
    Columns,
    Exchanged,
    Kept,
    Stored,
    contacts_keep,
    datastreams_ensure,
    exchanges_keep,
    latest_recover,
    latest_store,
    months_ensure,
    observations_store,
    parts_ensure,
    positions_keep,
    quarantine_keep,
    quarantine_replayed,
)
from anshu.ingest.parcels import STORED, Parcel, Rows, Undecoded, Verdict
from anshu.kernel.access.viewer import Refusal
from anshu.kernel.audit.actor import platform
from anshu.wire import payload
from anshu.wire.base import Observation, Refused
from anshu.wire.payload import ConfigRefused, Decoded, Decoder

log = logging.getLogger(__name__)
T = TypeVar("T")
Clock = Callable[[], datetime]
UNREACHABLE = (OperationalError, InterfaceError, psycopg.OperationalError, psycopg.InterfaceError)
REGISTRY_CHANNEL = "anshu_registry"
_SENT = {"good": int(Quality.GOOD), "suspect": int(Quality.SUSPECT), "missing": int(Quality.MISSING)}
_BACK_OFF_S = (0.05, 0.1, 0.2, 0.5, 1.0)
# An error that comes back this often on a working connection is the batch's own.
_MOST_ATTEMPTS = 5
# An unknown sender makes us read the registers again, but not for each of its frames.
_RELOAD_EVERY_S = 2.0
_CONTACT_EVERY_S = 30.0
# The newest values of more datastreams than this are written once in this time, not with every batch.
_FEW_LATEST = 500
_LATEST_EVERY_S = 1.0
INGEST = platform("ingest")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Fence(Protocol):
    """Tells whose devices this process may judge, where several share the work."""

    def lost(self, parcels: Sequence[Parcel]) -> Set[int]:
        """This will give the partitions among the parcels' that are another's now, on the connection as it is."""


class GaveUp(Exception):
    """The platform is stopping and the database did not come back: nothing was stored or acknowledged."""


@dataclass(slots=True)
class _Batch:
    """What a batch comes to, once everything has been looked up."""

    columns: Columns = field(default_factory=Columns)
    kept: list[Kept] = field(default_factory=list)
    verdicts: list[Verdict] = field(default_factory=list)
    heard: dict[int, str] = field(default_factory=dict)
    replayed: list[int] = field(default_factory=list)
    # thing id -> {property: unit} that it sends and has no datastream for
    lacking: dict[int, dict[str, str | None]] = field(default_factory=dict)
    unknown: int = 0
    # thing id -> addresses of parts of it that are not registered yet
    parts: dict[int, set[str]] = field(default_factory=dict)
    exchanges: list[Exchanged] = field(default_factory=list)


class Committer:
    """Turns parcels into committed rows, whatever happens to the database meanwhile."""

    def __init__(self, clock: Clock, fence: Fence | None = None) -> None:
        self._clock, self._fence = clock, fence
        self._giving_up = threading.Event()
        # On a new connection we do not know whether our last transaction was committed.
        self._stale = self._unsure = True
        self._known_connection: Any = None
        self._months: set[int] = set()
        self._noted: dict[int, float] = {}
        self._loaded_at = self._latest_at = -math.inf
        self._registry: Registry | None = None
        self._book: RuleBook | None = None
        self._decoders: dict[int | None, Decoder] = {}

    def give_up(self) -> None:
        """This will stop waiting for a database that is away."""
        self._giving_up.set()

    def distrust(self) -> None:
        """This will have the registers read again before they are next used."""
        self._stale = True

    def take_over(self) -> None:
        """This will have everything read again that another process may have written for devices now ours."""
        self._stale = self._unsure = True

    def registry(self) -> Registry:
        """This will give the registers as they are now; waits for the database."""
        return self._persist(self._fresh)

    @property
    def known(self) -> Registry | None:
        """The registers as they were last read, for a look from another thread."""
        return self._registry

    def close(self) -> None:
        """This will write what waits and give the thread's connection back."""
        try:
            self._flush()
        except UNREACHABLE:
            log.warning("the newest values were not written; the next start makes up for it")
        connection.close()

    def commit(self, parcels: Sequence[Parcel]) -> Sequence[Verdict | None]:
        """This will store a batch and give a verdict for each parcel; one bad parcel does not hold up the rest.

        None stands for a parcel whose device is another process's now: it was not stored.
        Raises GaveUp when told to give up while the database is away.
        """
        try:
            return self._persist(lambda: self._attempt(parcels))
        except GaveUp:
            raise
        except Exception as error:
            # The registers may have moved under us, or one parcel is poison: find it by halves.
            self._stale = True
            if len(parcels) > 1:
                log.warning("splitting a batch of %s: %s", len(parcels), error)
                middle = len(parcels) // 2
                return [*self.commit(parcels[:middle]), *self.commit(parcels[middle:])]
            log.exception("a message from %s cannot be stored", parcels[0].peer)
            said = str(error)
            return [self._persist(lambda: self._put_aside(parcels[0], said))]

    def _persist(self, work: Callable[[], T]) -> T:
        """This will repeat the work until the database is back; raises GaveUp, or the work's own error."""
        attempts = 0
        while True:
            try:
                return work()
            except UNREACHABLE as error:
                attempts += 1
                if attempts >= _MOST_ATTEMPTS and connection.is_usable():
                    raise
                log.warning("the database is away, attempt %s: %s", attempts, str(error).strip())
                connection.close()
            if self._giving_up.wait(_BACK_OFF_S[min(attempts, len(_BACK_OFF_S)) - 1]):
                raise GaveUp

    def _attempt(self, parcels: Sequence[Parcel]) -> Sequence[Verdict | None]:
        # First, because what we read next must hold for devices that nobody else writes for any more.
        lost = self._fence.lost(parcels) if self._fence is not None else ()
        registry = self._fresh()
        if not lost:
            return self._store(parcels, registry)
        ours = [each for each in parcels if each.partition not in lost]
        verdicts = iter(self._store(ours, registry) if ours else ())
        return [None if each.partition in lost else next(verdicts) for each in parcels]

    def _store(self, parcels: Sequence[Parcel], registry: Registry) -> list[Verdict]:
        now = self._clock()
        batch = self._resolve(parcels, registry)
        # A part of a host is registered first, what it observes next.
        for _ in range(2):
            unsure = batch.unknown and time.monotonic() - self._loaded_at > _RELOAD_EVERY_S
            if not (unsure or self._ensure(batch, now)):
                break
            self._stale = True
            registry = self._fresh()
            batch = self._resolve(parcels, registry)
        months_ensure(at_us=np.array(batch.columns.at_us, dtype=np.int64), made=self._months, now=now)
        self._write(batch, registry, now)
        moment = time.monotonic()
        self._noted.update(dict.fromkeys(batch.heard, moment))
        return batch.verdicts

    def _write(self, batch: _Batch, registry: Registry, now: datetime) -> None:
        """This will write a batch in one transaction, and only then move what we hold in memory."""
        stored, latest = None, None
        with transaction.atomic():
            if len(batch.columns):
                stored = observations_store(registry=registry, columns=batch.columns, now=now)
                # Before judging: an alarm of a vehicle stands where the vehicle is.
                positions_keep(registry=registry, newest=stored.newest)
                self._judge(stored, now)
                latest = self._latest_due(registry.waiting_with(stored.newest))
                if latest is not None:
                    latest_store(registry=registry, newest=latest, now=now)
            self._note(batch, now)
        if stored is not None:
            registry.remember(stored.newest)
            registry.stored_to_us[stored.stored_slot] = np.maximum(
                registry.stored_to_us[stored.stored_slot], stored.stored_at_us
            )
        if latest is not None:
            self._latest_written(registry, latest)

    def _latest_due(self, waiting: Newest) -> Newest | None:
        """This will tell whether the newest values are written with this batch: a few always, many once a second."""
        few = len(waiting.slot) <= _FEW_LATEST
        return waiting if few or time.monotonic() - self._latest_at >= _LATEST_EVERY_S else None

    def _latest_written(self, registry: Registry, written: Newest) -> None:
        registry.unwritten[written.slot] = False
        self._latest_at = time.monotonic()

    def flush(self) -> None:
        """This will write the newest values that wait; called when it grows quiet, and before registers are read."""
        if self.unwritten:
            self._persist(self._flush)

    @property
    def unwritten(self) -> bool:
        """Tell whether newest values wait to be written."""
        return self._registry is not None and bool(self._registry.unwritten.any())

    def _flush(self) -> None:
        registry = self._registry
        if registry is not None and len((waiting := registry.waiting()).slot):
            with transaction.atomic():
                latest_store(registry=registry, newest=waiting, now=self._clock())
            self._latest_written(registry, waiting)

    def _judge(self, stored: Stored, now: datetime) -> None:
        if self._book is not None:
            observations_judge(
                book=self._book,
                datastream_id=stored.datastream_id,
                at_us=stored.at_us,
                value=stored.value,
                now=now,
            )

    def _note(self, batch: _Batch, now: datetime) -> None:
        if batch.kept:
            quarantine_keep(entries=batch.kept, now=now)
        if batch.replayed:
            quarantine_replayed(entry_ids=batch.replayed)
        contacts_keep(heard=batch.heard, now=now)
        exchanges_keep(frames=batch.exchanges, now=now)

    def _fresh(self) -> Registry:
        """This will give the registers, read again when somebody changed them or the connection is a new one."""
        connection.ensure_connection()
        if connection.connection is not self._known_connection:
            connection.connection.add_notify_handler(lambda notice: self.distrust())
            connection.connection.execute(f"listen {REGISTRY_CHANNEL}")
            self._known_connection, self._stale, self._unsure = connection.connection, True, True
        else:
            # Reading anything takes in the notices of changes committed before now.
            connection.connection.execute("select 1")
        if self._stale or self._registry is None or self._limits_over(self._registry):
            self._flush()
            now, unsure = self._clock(), self._unsure
            # A notice that comes while we read makes them stale again.
            self._stale = self._unsure = False
            registry, self._book = registry_load(now=now), rulebook_load(self._book)
            if unsure:
                latest_recover(registry=registry, now=now)
            self._registry = registry
            self._decoders = {}
            self._loaded_at = time.monotonic()
        return self._registry

    def _limits_over(self, registry: Registry) -> bool:
        """This will tell whether other limits are in force by now."""
        return registry.limits_until is not None and self._clock() >= registry.limits_until

    def _ensure(self, batch: _Batch, now: datetime) -> bool:
        """This will make the datastreams that known things lack; tells whether any was made."""
        made = False
        for thing_id, lacking in batch.lacking.items():
            try:
                made |= bool(datastreams_ensure(thing_id=thing_id, properties=lacking.items(), actor=INGEST, now=now))
            except Refusal as refusal:
                log.warning("thing %s: %s", thing_id, refusal.message)
        for thing_id, addresses in batch.parts.items():
            made |= bool(parts_ensure(thing_id=thing_id, addresses=sorted(addresses), actor=INGEST, now=now))
        return made

    def _resolve(self, parcels: Sequence[Parcel], registry: Registry) -> _Batch:
        batch = _Batch()
        for parcel in parcels:
            noted = len(batch.exchanges)
            verdict = self._resolve_one(parcel, registry, batch)
            batch.verdicts.append(replace(verdict, noted=True) if len(batch.exchanges) > noted else verdict)
            if parcel.entry_id is not None:
                batch.replayed.append(parcel.entry_id)
        return batch

    def _resolve_one(self, parcel: Parcel, registry: Registry, batch: _Batch) -> Verdict:
        sender = registry.things.get((parcel.protocol, parcel.address))
        if sender is not None and (parcel.down or self._watched(sender)) and parcel.entry_id is None:
            batch.exchanges.append(_exchanged(parcel, sender))
        if parcel.down:
            return STORED
        if parcel.refused is not None:
            batch.kept.append(parcel.refused)
            return Verdict(parcel.refused.reason)
        if sender is None:
            batch.unknown += 1
            return _keep(batch, parcel, QuarantineKind.UNKNOWN, "unknown_thing", parcel.observations)
        if parcel.secret is not None and sender.secret and parcel.secret != sender.secret:
            return _keep(batch, parcel, QuarantineKind.JUDGED, "wrong_secret", ())
        self._hear(batch, parcel, sender)
        if parcel.undecoded is not None:
            return self._take_undecoded(batch, parcel, parcel.undecoded, sender, registry)
        if parcel.rows is not None:
            return _take_rows(batch, parcel, parcel.rows, sender, registry)
        return _take(batch, parcel, sender, registry)

    def _hear(self, batch: _Batch, parcel: Parcel, sender: RegisteredThing) -> None:
        """This will note now and then that a device was heard, with one of its frames."""
        if sender.id not in batch.heard and time.monotonic() - self._noted.get(sender.id, -math.inf) > _CONTACT_EVERY_S:
            batch.heard[sender.id] = parcel.peer
            # What is replayed did not come now: among live frames it would put the device's clock in the wrong.
            if parcel.entry_id is None and not self._watched(sender):
                batch.exchanges.append(_exchanged(parcel, sender))

    def _watched(self, sender: RegisteredThing) -> bool:
        """This will tell whether every frame of a device is to be kept now."""
        return sender.watched_until is not None and self._clock() < sender.watched_until

    def _take_undecoded(
        self, batch: _Batch, parcel: Parcel, given: Undecoded, sender: RegisteredThing, registry: Registry
    ) -> Verdict:
        """This will read a payload by its device's model; without a model, or unreadable, it is kept."""
        decoder = self._decoder(sender.model_id, registry)
        if decoder is None:
            return _keep(batch, parcel, QuarantineKind.JUDGED, "no_decoder", ())
        try:
            body = given.body if given.document is None or not decoder.takes_json else given.document
            decoded = decoder.decode(body, port=given.port, received_at=given.received_at)
        except Refused as refused:
            detail = _again(parcel) | refused.fault.as_json()
            batch.kept.append(_kept(parcel, QuarantineKind.REFUSED, refused.reason, detail))
            return Verdict(refused.reason)
        parcel.observations = (*decoded.of(parcel.address), *_beside(parcel.address, given, decoded, sender))
        return _take(batch, parcel, sender, registry)

    def _decoder(self, model_id: int | None, registry: Registry) -> Decoder | None:
        if model_id not in self._decoders and model_id in registry.decoders:
            try:
                self._decoders[model_id] = payload.load(registry.decoders[model_id])
            except ConfigRefused as refused:
                log.warning("the decoder of model %s is not in order: %s", model_id, refused)
        return self._decoders.get(model_id)

    @transaction.atomic
    def _put_aside(self, parcel: Parcel, said: str) -> Verdict:
        """This will keep a message that cannot be stored, with what the database or we said about it."""
        if parcel.down:
            return STORED
        entry = parcel.refused or _kept(parcel, QuarantineKind.JUDGED, "not_storable", {"error": said[:500]})
        if parcel.entry_id is not None:
            quarantine_replayed(entry_ids=[parcel.entry_id])
        quarantine_keep(entries=[entry], now=self._clock())
        return Verdict(entry.reason)


def _exchanged(parcel: Parcel, sender: RegisteredThing) -> Exchanged:
    """This will note a frame, with the port that its bytes alone do not say."""
    port = parcel.undecoded.port if parcel.undecoded is not None and parcel.kind == "raw" else None
    kind = parcel.kind if port is None else f"{parcel.kind}/{port}"
    return Exchanged(sender.id, Way.DOWN if parcel.down else Way.UP, kind, parcel.raw)


def _take(batch: _Batch, parcel: Parcel, sender: RegisteredThing, registry: Registry) -> Verdict:
    """This will put a parcel's observations into the columns, and keep the frame when some cannot be used."""
    columns, test = batch.columns, parcel.test
    troubles: dict[str, list[Observation]] = {}
    for each in parcel.observations:
        thing = sender if each.thing == parcel.address else registry.things.get((parcel.protocol, each.thing))
        if thing is None:
            if each.thing.startswith(f"{parcel.address}/"):
                batch.parts.setdefault(sender.id, set()).add(each.thing)
            troubles.setdefault("unknown_thing", []).append(each)
            continue
        slot = thing.slots.get(each.property)
        if slot is None:
            batch.lacking.setdefault(thing.id, {})[each.property] = each.unit
            troubles.setdefault("unknown_property", []).append(each)
            continue
        converted = registry.converting(slot, each.unit)
        if converted is None or (each.value is not None and not math.isfinite(each.value)):
            troubles.setdefault("unit_mismatch" if converted is None else "not_a_number", []).append(each)
            continue
        absent = each.value is None or each.value in registry.missing_codes.get(slot, ())
        value = math.nan if absent or each.value is None else each.value * converted[0] + converted[1]
        columns.add(slot, round(each.time.timestamp() * 1e6), value, _SENT[each.quality], test)
    if not troubles:
        return STORED
    return _keep_troubles(batch, parcel, troubles)


def _beside(address: str, given: Undecoded, decoded: Decoded, sender: RegisteredThing) -> list[Observation]:
    """This will give what the network says of a device, as far as it has datastreams and does not say it itself."""
    said = {each.property for each in decoded.observations}
    return [
        Observation(address, name, given.received_at, value, unit)
        for name, (value, unit) in given.beside.items()
        if name in sender.slots and name not in said
    ]


def _take_rows(batch: _Batch, parcel: Parcel, rows: Rows, sender: RegisteredThing, registry: Registry) -> Verdict:
    """This will put a parcel's columns behind the others; the slow way is for messages that have a fault."""
    names, things = rows.property, rows.thing
    try:
        if isinstance(things, str):
            own = sender.slots if things in ("", parcel.address) else registry.things[parcel.protocol, things].slots
            slots = [own[name] for name in names]
        else:
            known, protocol = registry.things, parcel.protocol
            slots = [known[protocol, thing].slots[name] for thing, name in zip(things, names, strict=True)]
    except KeyError:
        return _take(batch, _spelled_out(parcel, rows, sender, registry), sender, registry)
    values = rows.value
    if registry.missing_codes and not registry.missing_codes.keys().isdisjoint(slots):
        codes = registry.missing_codes
        values = [
            math.nan if value in codes.get(slot, ()) else value for slot, value in zip(slots, values, strict=True)
        ]
    if not registry.scaled.isdisjoint(slots):
        values = [
            value * float(registry.factor[slot]) + float(registry.offset[slot])
            for slot, value in zip(slots, values, strict=True)
        ]
    batch.columns.extend(slots, rows.at_us, values, parcel.test)
    return STORED


def _spelled_out(parcel: Parcel, rows: Rows, sender: RegisteredThing, registry: Registry) -> Parcel:
    """This will turn columns to observations, each in the unit of its datastream or property."""
    things = [rows.thing or parcel.address] * len(rows) if isinstance(rows.thing, str) else rows.thing
    units = registry.property_units
    parcel.observations = [
        Observation(
            thing,
            name,
            _EPOCH + timedelta(microseconds=at_us),
            None if math.isnan(value) else value,
            units.get(name, ""),
        )
        for thing, name, at_us, value in zip(things, rows.property, rows.at_us, rows.value, strict=True)
    ]
    return parcel


def _keep_troubles(batch: _Batch, parcel: Parcel, troubles: Mapping[str, Sequence[Observation]]) -> Verdict:
    reason, bad = next(iter(troubles.items()))
    if reason == "unknown_thing":
        batch.unknown += 1
        return _keep(batch, parcel, QuarantineKind.UNKNOWN, reason, bad, address=bad[0].thing)
    return _keep(batch, parcel, QuarantineKind.JUDGED, reason, bad)


def _keep(
    batch: _Batch,
    parcel: Parcel,
    kind: QuarantineKind,
    reason: str,
    concerned: Sequence[Observation],
    *,
    address: str | None = None,
) -> Verdict:
    detail = _again(parcel) | {
        "observations": len(parcel.observations),
        "properties": {each.property: each.unit for each in concerned},
    }
    batch.kept.append(_kept(parcel, kind, reason, detail, address))
    return Verdict(reason)


def _again(parcel: Parcel) -> dict[str, object]:
    """This will note what the raw bytes alone do not say, for reading them again."""
    detail: dict[str, object] = {"kind": parcel.kind}
    if parcel.undecoded is not None:
        detail |= {"port": parcel.undecoded.port, "received_at": parcel.undecoded.received_at.isoformat()}
    elif parcel.rows is not None and parcel.rows.at_us:
        moment = _EPOCH + timedelta(microseconds=parcel.rows.at_us[0])
        detail["received_at"] = moment.isoformat()
    return detail


def _kept(
    parcel: Parcel, kind: QuarantineKind, reason: str, detail: dict[str, object], address: str | None = None
) -> Kept:
    return Kept(
        protocol=parcel.protocol,
        peer=parcel.peer,
        kind=kind,
        reason=reason,
        raw=parcel.raw,
        thing_address=parcel.address if address is None else address,
        detail=detail,
    )
