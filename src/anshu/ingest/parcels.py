# SPDX-License-Identifier: Apache-2.0
"""What travels through the pipeline: one sender's message with everything needed to store or keep it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from anshu.domain.sensing.choices import QuarantineKind
from anshu.domain.sensing.services import Kept
from anshu.wire.base import Delivery, Observation, Refusal


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a parcel once its batch was committed; `kept` is the reason why it lies in quarantine.

    `noted` says that its bytes were kept for the diagnosis of its device, so that the answer is worth keeping too.
    """

    kept: str = ""
    noted: bool = False


STORED = Verdict()
# Kinds of what we send: an answer, or a command by its kind.
ANSWER = "answer"
COMMAND = "command:{kind}"


@dataclass(slots=True)
class Rows:
    """Observations column by column, as a door that receives many of them reads them: no object for each.

    `thing` holds addresses, one for each row, or one for all. Units are the datastreams' own. NaN is missing.
    """

    thing: Sequence[str] | str
    property: Sequence[str]
    at_us: Sequence[int]
    value: Sequence[float]

    def __len__(self) -> int:
        return len(self.value)


@dataclass(frozen=True, slots=True)
class Undecoded:
    """A payload in its maker's own form, read by the decoder of its device's model when the batch is made."""

    body: bytes
    port: int | None
    received_at: datetime
    # The same as JSON, where a network has decoded it already; for decoders that read JSON.
    document: bytes | None = None
    # What the network says of the device beside its payload, by property: used where the thing has a datastream for it.
    beside: Mapping[str, tuple[float, str]] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class Parcel:
    """One message. `refused` is set for bytes that could not be read: they are only kept."""

    protocol: str
    peer: str
    raw: bytes
    address: str = ""
    kind: str = ""
    observations: Sequence[Observation] = ()
    rows: Rows | None = None
    undecoded: Undecoded | None = None
    # None: the door has already made sure who sends.
    secret: str | None = None
    test: bool = False
    refused: Kept | None = None
    # Set when a kept frame is replayed.
    entry_id: int | None = None
    # What we sent to the device, to stand beside what it sent; it is only noted.
    down: bool = False
    # Set where several processes share the devices.
    partition: int | None = None
    # Called on the event loop once the batch is committed, or with None when it could not be stored.
    settled: Callable[[Verdict | None], None] | None = field(default=None, repr=False)

    # How much it counts towards a batch.
    weight: int = field(init=False)

    def __post_init__(self) -> None:
        """Weigh it once; it is asked for often."""
        self.weight = max(1, len(self.observations) if self.rows is None else len(self.rows))


def refused_parcel(refusal: Refusal, protocol: str, peer: str, *, address: str = "") -> Parcel:
    """This will make the parcel of bytes that could not be read: kept with reason, place and clause."""
    kept = Kept(
        protocol=protocol,
        peer=peer,
        kind=QuarantineKind.REFUSED,
        reason=refusal.fault.reason,
        raw=refusal.raw,
        thing_address=address,
        detail=refusal.fault.as_json(),
    )
    return Parcel(protocol=protocol, peer=peer, raw=refusal.raw, address=address, refused=kept)


def sent_parcel(protocol: str, address: str, raw: bytes, kind: str = ANSWER) -> Parcel:
    """This will make the parcel of what we sent to a device: noted for its diagnosis, where it is registered."""
    return Parcel(protocol=protocol, peer="", raw=raw, address=address, kind=kind, down=True)


def delivered_parcel(delivery: Delivery, protocol: str, peer: str, *, entry_id: int | None = None) -> Parcel:
    """This will make the parcel of a message; what cannot be used yet is kept, never dropped."""
    if delivery.fault is not None:
        parcel = refused_parcel(Refusal(delivery.fault, delivery.raw), protocol, peer, address=delivery.address)
        parcel.entry_id = entry_id
        return parcel
    refused = None
    if delivery.keep_as:
        refused = Kept(
            protocol=protocol,
            peer=peer,
            kind=QuarantineKind.JUDGED,
            reason=delivery.keep_as,
            raw=delivery.raw,
            thing_address=delivery.address,
            detail={"kind": delivery.kind, "parameters": dict(delivery.parameters)},
        )
    return Parcel(
        protocol=protocol,
        peer=peer,
        raw=delivery.raw,
        address=delivery.address,
        kind=delivery.kind,
        observations=delivery.observations,
        secret=delivery.secret,
        test=delivery.test,
        refused=refused,
        entry_id=entry_id,
    )
