# SPDX-License-Identifier: Apache-2.0
"""What network servers post: one device's payload in their envelope, as a parcel."""

import hashlib
from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime, timedelta

import msgspec

from anshu.domain.sensing.choices import QuarantineKind
from anshu.domain.sensing.services import Kept
from anshu.ingest.parcels import Parcel, Undecoded
from anshu.wire.payload import NETWORKS, Uplink, envelope

PROTOCOL = "lorawan"
_MOST_REMEMBERED = 20_000
_POSTED_AGAIN_WITHIN = timedelta(hours=1)
TimeOf = Callable[[Uplink], datetime]


class FirstHeard:
    """When a message without a time of its own first came: one that is posted again gets the same time.

    So it meets the same row, and is stored once. Only a frame counter tells a repetition from a value that is the
    same again; counters begin anew, hence the limit.
    """

    def __init__(self) -> None:
        self._times: OrderedDict[bytes, datetime] = OrderedDict()

    def of(self, uplink: Uplink, now: datetime) -> datetime:
        """This will give the time of a message that has none."""
        if uplink.counter is None:
            return now
        key = f"{uplink.device}\0{uplink.counter}\0{uplink.port}\0".encode() + (uplink.data or b"")
        key = hashlib.blake2b(key, digest_size=16).digest()
        first = self._times.pop(key, now)
        self._times[key] = first = first if now - first < _POSTED_AGAIN_WITHIN else now
        if len(self._times) > _MOST_REMEMBERED:
            self._times.popitem(last=False)
        return first


def uplink_parcel(network: str, body: bytes, peer: str, time_of: TimeOf) -> Parcel:
    """This will open an envelope; `time_of` gives the time of one that tells none. Raises Refused."""
    uplink = envelope(NETWORKS[network], body)
    return Parcel(
        protocol=PROTOCOL,
        peer=peer,
        raw=body,
        address=uplink.device,
        kind=f"uplink:{network}",
        undecoded=Undecoded(
            body=uplink.data or b"",
            port=uplink.port,
            received_at=uplink.received_at or time_of(uplink),
            document=None if uplink.json is None else msgspec.json.encode(uplink.json),
            beside=_beside(uplink),
        ),
    )


def _beside(uplink: Uplink) -> dict[str, tuple[float, str]]:
    told = {"rssi": (uplink.rssi, "dBm"), "snr": (uplink.snr, "dB"), "battery": (uplink.battery, "%")}
    return {name: (value, unit) for name, (value, unit) in told.items() if value is not None}


def another_devices(parcel: Parcel) -> Kept:
    """This will keep aside what a token sends for a device that is not in its scope."""
    return Kept(
        protocol=parcel.protocol,
        peer=parcel.peer,
        kind=QuarantineKind.JUDGED,
        reason="unknown_thing",
        raw=parcel.raw,
        thing_address=parcel.address,
        detail={"kind": parcel.kind, "another": True},
    )
