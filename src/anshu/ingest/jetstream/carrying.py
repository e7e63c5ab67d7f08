# SPDX-License-Identifier: Apache-2.0
"""How parcels travel through the stream: as the doors made them, so that a worker has nothing to read a second time."""

import zlib
from collections.abc import Sequence

import msgspec

from anshu.domain.sensing.services import Kept
from anshu.ingest.parcels import Parcel, Rows, Undecoded
from anshu.wire.base import Observation


class Carried(msgspec.Struct, array_like=True, omit_defaults=True):
    """One parcel on its way: its fields, but for those that mean something only within one process."""

    protocol: str
    peer: str
    raw: bytes
    address: str = ""
    kind: str = ""
    observations: list[Observation] = []
    rows: Rows | None = None
    undecoded: Undecoded | None = None
    secret: str | None = None
    test: bool = False
    refused: Kept | None = None
    down: bool = False


# Details of a refusal may hold what has no form of its own in msgpack.
_encoder = msgspec.msgpack.Encoder(enc_hook=str)
_decoder = msgspec.msgpack.Decoder(list[Carried])


def partition_of(protocol: str, address: str, partitions: int) -> int:
    """This will give the partition of a device; its parts (`address/part`) travel with it, so that order is kept."""
    return zlib.crc32(f"{protocol}:{address.partition('/')[0]}".encode()) % partitions


def pack(parcel: Parcel) -> Carried:
    """This will make what travels of a parcel."""
    return Carried(
        protocol=parcel.protocol,
        peer=parcel.peer,
        # What is only kept carries its bytes already.
        raw=b"" if parcel.refused is not None else parcel.raw,
        address=parcel.address,
        kind=parcel.kind,
        observations=list(parcel.observations),
        rows=parcel.rows,
        undecoded=parcel.undecoded,
        secret=parcel.secret,
        test=parcel.test,
        refused=parcel.refused,
        down=parcel.down,
    )


def unpack(carried: Carried) -> Parcel:
    """This will make the parcel again."""
    return Parcel(
        protocol=carried.protocol,
        peer=carried.peer,
        raw=carried.raw if carried.refused is None else carried.refused.raw,
        address=carried.address,
        kind=carried.kind,
        observations=carried.observations,
        rows=carried.rows,
        undecoded=carried.undecoded,
        secret=carried.secret,
        test=carried.test,
        refused=carried.refused,
        down=carried.down,
    )


def encode(parcels: Sequence[Carried]) -> bytes:
    """This will write parcels as one message of the stream."""
    return _encoder.encode(parcels)


def decode(body: bytes) -> list[Parcel]:
    """This will read a message of the stream; raises msgspec.MsgspecError for what no gateway of ours wrote."""
    return [unpack(each) for each in _decoder.decode(body)]
