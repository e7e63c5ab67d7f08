# SPDX-License-Identifier: Apache-2.0
"""What a hostile or broken peer may do to the station door, and that its neighbours do not notice."""

import contextlib
import random
import socket
import time
from datetime import datetime, timedelta

from tests.ingest.conftest import AT, CHINA, NOW, Running, frame, ingest, network, rule
from tests.ingest.test_quarantine import until

from anshu.domain.alerts.models import Alarm
from anshu.domain.sensing.models import Latest, Observation, Quarantine, Thing
from anshu.ingest import listener, rubbish

__all__ = ["ingest", "network"]
SECOND = 1.0


def level(value, minutes_ago=0, **more):
    return frame([("water_level", value)], at=AT - timedelta(minutes=minutes_ago), **more)


def closed(line):
    """Whether the door shut the line on us."""
    try:
        return line.socket.recv(4096) == b""
    except ConnectionError:
        return True


def pour(line, data):
    """Send until everything is gone or the door shuts."""
    with contextlib.suppress(ConnectionError):
        line.send(data)


GOOD = level(41.0)
BROKEN = {
    "a wrong check sum": GOOD[:-1] + bytes([GOOD[-1] ^ 1]),
    "half a frame": GOOD[:30],
    "a length that lies": GOOD[:11] + b"\x0f\xff" + GOOD[13:],
    "an unknown function": GOOD[:10] + b"\xff" + GOOD[11:],
    "zeros": bytes(5000),
    "nothing but start marks": b"\x7e\x7e" * 3000,
    "an endless ASCII frame": b"\x01" + b"A" * 5000,
}


def test_broken_bytes_are_kept_unanswered_and_the_neighbour_is_answered(ingest):
    with ingest.line() as neighbour:
        for number, (name, data) in enumerate(BROKEN.items()):
            with ingest.line() as line:
                line.send(data)
                line.socket.shutdown(socket.SHUT_WR)
                assert line.answer() is None, name
            assert neighbour.ask(level(40 + number, number, serial=number + 1)).serial == number + 1
    assert Observation.objects.count() == len(BROKEN)
    reasons = set(Quarantine.objects.values_list("reason", flat=True))
    assert {"bad_crc", "truncated", "garbage"} <= reasons


def test_ten_megabytes_of_rubbish_end_their_connection_and_keep_only_a_sample(ingest):
    noise = random.Random(1).randbytes(10_000_000)
    with ingest.line() as line, ingest.line() as neighbour:
        pour(line, noise)
        assert closed(line)
        begin = time.perf_counter()
        assert neighbour.ask(GOOD)
        assert time.perf_counter() - begin < SECOND
    assert 0 < Quarantine.objects.count() <= listener.MOST_REFUSALS + 32


def test_one_address_cannot_fill_the_quarantine_by_calling_again(ingest, monkeypatch):
    monkeypatch.setattr(rubbish, "MOST_OF_HOST", 60)
    source = random.Random(2)
    for _ in range(10):
        with ingest.line() as line:
            pour(line, source.randbytes(60_000))
            assert closed(line)
    with ingest.line() as line:
        assert line.ask(GOOD)
    until(lambda: Quarantine.objects.count() == 60)
    assert Observation.objects.count() == 1


def test_a_frame_in_single_bytes_is_a_frame(ingest):
    with ingest.line() as line:
        line.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in GOOD[:-1]:
            line.send(bytes([byte]))
        assert line.ask(GOOD[-1:])
    assert Observation.objects.get().value == 41.0


def test_a_frame_that_drips_for_ever_is_given_up_though_bytes_keep_coming(network):
    with Running(NOW, partial_s=0.3) as running, running.line() as line:
        dripping = BROKEN["a length that lies"][:14] + b"\x00" * 4000
        for byte in dripping:
            line.send(bytes([byte]))
            if Quarantine.objects.exists():
                break
        assert Quarantine.objects.earliest("id").reason == "truncated"
        assert line.ask(GOOD)


def test_a_peer_that_never_reads_is_left_and_costs_no_memory(network):
    with Running(NOW, unread_s=0.2) as running, running.line() as line, running.line() as neighbour:
        line.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        for _ in range(10):
            pour(line, GOOD * 1000)
        until(lambda: len(running.server._listeners["sl651"]._open) == 1)
        assert neighbour.ask(GOOD)


def test_five_hundred_half_frames_hold_up_nobody(ingest):
    lines = [ingest.line() for _ in range(500)]
    try:
        for line in lines:
            line.send(GOOD[:20])
        with ingest.line() as neighbour:
            begin = time.perf_counter()
            assert neighbour.ask(level(40.5, 1))
            assert time.perf_counter() - begin < SECOND
        for line in lines:
            line.send(GOOD[20:])
        assert all(line.answer() for line in lines)
    finally:
        for line in lines:
            line.socket.close()
    assert Observation.objects.count() == 2


def test_frames_again_and_in_any_order_are_stored_once_each(ingest):
    frames = [level(40 + n / 10, n, serial=n + 1) for n in range(60)]
    shuffled = frames * 3
    random.Random(3).shuffle(shuffled)
    with ingest.line() as line:
        for each in shuffled:
            line.send(each)
        assert all(line.answer() for _ in shuffled)
    assert Observation.objects.count() == 60
    assert Latest.objects.get().value == 40.0


def test_a_clock_that_is_wrong_by_years_reaches_neither_the_latest_value_nor_an_alarm(network, ingest):
    rule(network)
    with ingest.line() as line:
        for year in (2000, 2001, 2027, 2049, 2099):
            assert line.ask(frame([("water_level", 99.0)], at=datetime(year, 1, 1, 1, tzinfo=CHINA), serial=year))
        assert line.ask(level(40.0))
    assert Latest.objects.get().value == 40.0
    assert Observation.objects.filter(value=99.0, checks__gt=0).count() == 5
    assert not Alarm.objects.exists()


def test_an_unknown_station_and_a_wrong_password_are_kept_not_stored(network, ingest):
    Thing.objects.filter(pk=network.pk).update(secret="9876")
    with ingest.line() as line:
        assert line.ask(level(41.0, password="1234"))
        assert line.ask(level(41.0, address="3308259998"))
    assert sorted(Quarantine.objects.values_list("reason", flat=True)) == ["unknown_thing", "wrong_secret"]
    assert not Observation.objects.exists()
