# SPDX-License-Identifier: Apache-2.0
"""The demonstration's vehicles and boat on their ways: the last hour at once, then a fix every few seconds."""

import random
import socket
import threading
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.utils import timezone

from anshu.domain.sensing.models import Position
from anshu.project.demo.devices import CRAFT, Craft
from anshu.project.demo.routes import Journey, way
from anshu.wire import jt808
from anshu.wire.vehicles import Report

EVERY_S = 4.0
PAST = timedelta(minutes=60)
PAST_STEP_S = 30
BATCH = 30
OVERSPEED = 1 << 1  # JT/T 808-2013 table 24
ACC_ON_AND_LOCATED = 0b11  # table 25
LIMIT_KM_H = 80.0
# In a hurry for so many fixes, then for so many not.
HURRY, PATIENCE = 12, 50
RETRY_S = 5.0


@dataclass(slots=True)
class Terminal:
    """One craft's terminal: where it is, how fast, and its connection's serial number."""

    craft: Craft
    journey: Journey = field(init=False)
    serial: int = 0
    fixes: int = 0
    rng: random.Random = field(default_factory=random.Random)

    def __post_init__(self) -> None:
        self.journey = Journey(way(self.craft.way), self.craft.start_m)

    @property
    def sender(self) -> jt808.Terminal:
        """As frames name it."""
        return jt808.Terminal(self.craft.phone)

    def next_serial(self) -> int:
        """This will count the frames."""
        self.serial = self.serial % 65_535 + 1
        return self.serial

    def past(self, now: datetime) -> list[Report]:
        """This will give the fixes of the hour before now, with its stop and its gap."""
        found = []
        for seconds in range(0, int(PAST.total_seconds()), PAST_STEP_S):
            minute = seconds / 60
            stands = self.craft.stood[0] <= minute < self.craft.stood[1]
            report = self._fix(now - PAST + timedelta(seconds=seconds), PAST_STEP_S, 0.0 if stands else None)
            if not self.craft.unheard[0] <= minute < self.craft.unheard[1]:
                found.append(report)
        return found

    def live(self, now: datetime) -> Report:
        """This will give the next fix; one in a hurry says by its flag that it is too fast."""
        hurries = self.craft.hurries and self.fixes % (HURRY + PATIENCE) < HURRY
        self.fixes += 1
        return self._fix(now, EVERY_S, LIMIT_KM_H + 8.0 if hurries else None)

    def _fix(self, at: datetime, passed_s: float, speed: float | None) -> Report:
        if speed is None:
            speed = self.craft.speed_km_h * self.rng.uniform(0.85, 1.1)
        self.journey.go(speed / 3.6 * passed_s)
        lng, lat = self.journey.place
        return Report(
            observed_at=at.replace(microsecond=0), alarm=OVERSPEED if speed > LIMIT_KM_H else 0,
            status=ACC_ON_AND_LOCATED, longitude=round(lng, 6), latitude=round(lat, 6), altitude=60.0,
            speed=round(speed, 1), course=float(round(self.journey.course) % 360),
        )  # fmt: skip


class Fleet(threading.Thread):
    """Drives all of them, each on a connection of its own, until told to stop."""

    def __init__(self, address: tuple[str, int]) -> None:
        super().__init__(daemon=True)
        self._address, self._over = address, threading.Event()
        self._terminals = [Terminal(craft) for craft in CRAFT]

    def stop(self) -> None:
        """This will end the drive."""
        self._over.set()

    def run(self) -> None:
        """This will report for ever; a connection that is lost is made again."""
        while not self._over.is_set():
            try:
                self._drive()
            except OSError:
                self._over.wait(RETRY_S)

    def _drive(self) -> None:
        lines = [socket.create_connection(self._address, timeout=30) for _ in self._terminals]
        try:
            for line, terminal in zip(lines, self._terminals, strict=True):
                _tell_past(line, terminal, timezone.now())
            while not self._over.is_set():
                for line, terminal in zip(lines, self._terminals, strict=True):
                    report = terminal.live(timezone.now())
                    _ask(line, jt808.encode_position(terminal.sender, report, serial=terminal.next_serial()))
                self._over.wait(EVERY_S - time.time() % EVERY_S)
        finally:
            for line in lines:
                line.close()


def _tell_past(line: socket.socket, terminal: Terminal, now: datetime) -> None:
    """This will report the hour before, as a terminal does after a blind spot; once."""
    if Position.objects.filter(thing__address=terminal.craft.phone, at__gt=now - PAST).exists():
        return
    reports = terminal.past(now)
    for start in range(0, len(reports), BATCH):
        serial = terminal.next_serial()
        for frame in jt808.encode_positions(
            terminal.sender, reports[start : start + BATCH], serial=serial, blind_spot=True
        ):
            _ask(line, frame)


def _ask(line: socket.socket, frame: bytes) -> None:
    """This will send a frame and wait until it is answered, that is stored."""
    line.sendall(frame)
    if not line.recv(4096):
        raise ConnectionResetError("the platform closed the connection")
