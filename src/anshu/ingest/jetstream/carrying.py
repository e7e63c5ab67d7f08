# SPDX-License-Identifier: Apache-2.0
"""How parcels travel through the stream: the raw bytes, and what cannot be read out of them a second time."""

import zlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from anshu.domain.sensing.services import Kept
from anshu.ingest.messages import own_parcel, raw_parcel
from anshu.ingest.parcels import Parcel, Rows
from anshu.wire.base import Observation

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_OWN = "up"


class Carried(msgspec.Struct, array_like=True, omit_defaults=True):
    """One parcel on its way."""

    protocol: str
    peer: str
    raw: bytes
    address: str = ""
    kind: str = ""
    received_us: int = 0
    secret: str | None = None
    test: bool = False
    entry_id: int | None = None
    # A maker's payload is read where the registers are: by the worker.
    undecoded: bool = False
    port: int | None = None
    observations: list[Observation] = []
    rows: Rows | None = None
    refused: Kept | None = None


_encoder = msgspec.msgpack.Encoder(enc_hook=str)
_decoder = msgspec.msgpack.Decoder(list[Carried])


def partition_of(protocol: str, address: str, partitions: int) -> int:
    """This will give the partition of a device; its parts (`address/part`) travel with it, so that order is kept."""
    return zlib.crc32(f"{protocol}:{address.partition('/')[0]}".encode()) % partitions


def pack(parcel: Parcel) -> Carried:
    """This will make what travels of a parcel."""
    carried = Carried(
        parcel.protocol,
        parcel.peer,
        # What is only kept carries its bytes already.
        b"" if parcel.refused is not None else parcel.raw,
        parcel.address,
        parcel.kind,
        secret=parcel.secret,
        test=parcel.test,
        entry_id=parcel.entry_id,
        refused=parcel.refused,
        observations=list(parcel.observations),
    )
    if parcel.undecoded is not None:
        carried.undecoded, carried.port = True, parcel.undecoded.port
        carried.received_us = round(parcel.undecoded.received_at.timestamp() * 1e6)
    elif parcel.rows is not None and parcel.kind == _OWN and len(parcel.rows):
        # A message without a time of its own was given the gateway's: the worker needs it to read the same again.
        carried.received_us = parcel.rows.at_us[0]
    else:
        carried.rows = parcel.rows
    return carried


def unpack(carried: Carried) -> Parcel:
    """This will make the parcel again."""
    moment = _EPOCH + timedelta(microseconds=carried.received_us)
    if carried.undecoded:
        parcel = raw_parcel(
            carried.protocol, carried.address, carried.raw, carried.peer, lambda: moment, port=carried.port
        )
    elif carried.received_us:
        parcel = own_parcel(carried.protocol, carried.address, carried.raw, carried.peer, lambda: moment)
    else:
        parcel = Parcel(
            protocol=carried.protocol,
            peer=carried.peer,
            raw=carried.raw if carried.refused is None else carried.refused.raw,
            address=carried.address,
            kind=carried.kind,
            observations=carried.observations,
            rows=carried.rows,
            refused=carried.refused,
        )
    parcel.secret, parcel.test, parcel.entry_id = carried.secret, carried.test, carried.entry_id
    return parcel


def encode(parcels: Sequence[Carried]) -> bytes:
    """This will write parcels as one message of the stream."""
    return _encoder.encode(parcels)


def decode(body: Any) -> list[Parcel]:
    """This will read a message of the stream."""
    return [unpack(each) for each in _decoder.decode(body)]
