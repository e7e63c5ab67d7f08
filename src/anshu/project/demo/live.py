# SPDX-License-Identifier: Apache-2.0
"""Keeps the demonstration's stations reporting after the storm, so that the map stays live."""

import random
import socket
import time
from datetime import datetime

from django.utils import timezone

from anshu.domain.sensing.models import Latest
from anshu.project.demo import signals
from anshu.project.demo.signals import Addresses
from anshu.project.demo.stations import STATIONS, DemoStation
from anshu.wire.sl651 import Group, Station, encode_uplink

EVERY_S = 300
EXTRA = 0x33


def last_report_age_h() -> float:
    """This will tell how old the newest value of a water station is; very old when there is none."""
    newest = (
        Latest.objects.filter(datastream__thing__protocol="sl651").order_by("-at").values_list("at", flat=True).first()
    )
    return (timezone.now() - newest).total_seconds() / 3600 if newest else 1e9


def feed(addresses: Addresses) -> None:
    """This will send one report of every station each five minutes, for ever."""
    rng = random.Random()
    serial = 1
    while True:
        time.sleep(EVERY_S - timezone.now().timestamp() % EVERY_S)
        now = timezone.localtime().replace(second=0, microsecond=0)
        serial = serial % 65535 + 1
        signals.outlet(addresses["hj212"], now, cod=round(rng.uniform(104, 124), 1))
        signals.works(addresses["gb26875"], now)
        signals.tilt(addresses["http"], now, degrees=round(rng.uniform(2.5, 2.9), 2))
        with socket.create_connection(addresses["sl651"], timeout=20) as line:
            for station in STATIONS:
                line.sendall(report(station, now, serial, rng))
                line.recv(256)


def report(station: DemoStation, now: datetime, serial: int, rng: random.Random) -> bytes:
    """This will encode a report of a calm day."""
    values: list[tuple[str, float]] = [("rain_5min", 0.0), ("rain_1h", 0.0)]
    if station.levels:
        name = "water_level" if station.kind == "river" else "water_level_upstream"
        calm_m = station.base_m + 0.4 + (0.96 * station.rise_m if station.stays else 0.0)
        values.append((name, round(calm_m + rng.uniform(-0.02, 0.02), 3)))
    values.append(("voltage", round(rng.uniform(12.3, 12.7), 2)))
    sender = Station(station.address, password="1234", station_class="P" if station.kind == "rain" else "H")
    return encode_uplink(EXTRA, sender, serial=serial, sent_at=now, groups=[Group(now, values)])
