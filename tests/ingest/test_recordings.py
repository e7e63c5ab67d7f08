# SPDX-License-Identifier: Apache-2.0
"""Other people's frames and gauges through the real socket, value by value."""

import json
from datetime import datetime, timedelta

import pytest
from django.contrib.gis.geos import Point
from tests.ingest.conftest import ADDRESS, AT, NOW, SETUP, Running, frame

from anshu.domain.sensing.models import Observation, Quarantine
from anshu.domain.sensing.services import thing_create
from anshu.ingest.replay import read_recording, replay_file
from anshu.ingest.retiming import retimed
from anshu.wire.base import CHINA, Refused
from anshu.wire.sl651 import Station, decode_frame, encode_hourly


def station(address, name="站"):
    return thing_create(
        actor=SETUP,
        now=NOW,
        code=f"S{address}",
        name=name,
        kind="rain",
        protocol="sl651",
        address=address,
        point=Point(119.2, 28.9, srid=4326),
        division_code="330825109201",
        properties=(),
    )


def play(running, path, lines, **more):
    path.write_text("\n".join(lines), encoding="utf-8")
    address = running.server.addresses["sl651"]
    return replay_file(
        path=path, protocol="sl651", host=address.host, port=address.port, speed=0, say=lambda text: None, **more
    )


def rows():
    """Everything stored: {(address, property, time): value}."""
    found = Observation.objects.select_related("datastream__thing", "datastream__observed_property")
    return {
        (each.datastream.thing.address, each.datastream.observed_property.code, each.at): each.value for each in found
    }


def decoded(raw):
    try:
        return decode_frame(raw)
    except Refused:
        return None


def test_every_valid_outside_frame_is_stored_with_its_values(shared, network, tmp_path):
    vectors = json.loads((shared / "vectors" / "sl651_frames.json").read_text(encoding="utf-8"))["vectors"]
    raws = [bytes.fromhex(each["hex"]) for each in vectors]
    wanted = {}
    for raw in raws:
        message = decoded(raw)
        if message is None or message.direction == "down" or message.payload:
            continue
        for each in message.observations:
            # The same instant twice: the first stays, a test report's gives way.
            if not message.is_test:
                wanted.setdefault((each.thing, each.property, each.time), each.value)
    for address in sorted({key[0] for key in wanted} | {m.thing for raw in raws if (m := decoded(raw))}):
        station(address)
    with Running(NOW) as running:
        play(running, tmp_path / "frames", [each["hex"] for each in vectors])
    stored = rows()
    assert len(wanted) > 40
    assert {key: stored.get(key, "lost") for key in wanted} == wanted
    # What was sent and is not here as a value lies in quarantine with its reason.
    assert Quarantine.objects.filter(reason="bad_crc").exists() or all(each["crc_ok"] for each in vectors)


def test_the_written_decodes_are_what_is_stored(shared, network, tmp_path):
    frames = json.loads((shared / "vectors" / "sl651_decoded.json").read_text(encoding="utf-8"))
    for address in ("1122334455", "0011223344", "0012345678"):
        station(address)
    with Running(NOW) as running:
        outcome = play(running, tmp_path / "frames", [each["hex"] for each in frames])
    assert outcome.complete
    stored = rows()
    at = datetime(2017, 7, 18, 10, 22, tzinfo=CHINA)
    assert stored["0011223344", "water_level", at] == 10.490
    assert stored["0011223344", "rain_accumulated", at] == 4.0
    assert stored["0011223344", "voltage", at] == 11.02
    assert stored["1122334455", "custom_ff11", datetime(2024, 1, 9, 16, 34, tzinfo=CHINA)] == 0.021
    assert stored["1122334455", "water_level", datetime(2024, 1, 9, 15, 30, tzinfo=CHINA)] is None
    assert stored["0012345678", "water_level", datetime(2059, 10, 11, 15, 49, tzinfo=CHINA)] == 0.127
    hour = datetime(2017, 7, 18, 10, 5, tzinfo=CHINA)
    series = [stored["0011223344", "rain_5min", hour + n * timedelta(minutes=5)] for n in range(12)]
    assert series == [0.5, 0, 0, 0, 2.0, None, None, None, None, None, 0, 0]


def test_a_day_of_real_gauges_goes_through_the_socket_and_every_value_is_there(shared, network, tmp_path):
    netcdf = pytest.importorskip("netCDF4")
    path = shared / "data" / "02_rain_gauge_radar" / "openmrg" / "openMRG_city_gauges_20150827.nc"
    if not path.exists():
        pytest.skip("needs the gauge series")
    with netcdf.Dataset(path) as data:
        minutes = data["rainfall_amount"][:].filled(float("nan"))
    five = minutes.reshape(288, 5, 10).sum(axis=1).round(1)
    start = datetime(2015, 8, 27, tzinfo=CHINA)
    lines, wanted = [], {}
    for gauge in range(10):
        address = f"46000000{gauge:02d}"
        station(address, f"哥德堡{gauge}")
        own = Station(address, station_class="P")
        for hour in range(24):
            values = [float(v) for v in five[hour * 12 : hour * 12 + 12, gauge]]
            first_at = start + timedelta(hours=hour, minutes=5)
            end = start + timedelta(hours=hour + 1)
            for n, value in enumerate(values):
                at = first_at + timedelta(minutes=5 * n)
                wanted[address, "rain_5min", at] = value
                if value >= 1.0:
                    # Heavy rain is reported at once and again with the hour.
                    lines.append(frame([("rain_5min", value)], at=at, serial=n + 1, address=address, password="0000"))
            lines.append(encode_hourly(own, serial=hour + 1, sent_at=end, hour_end=end, rain_5min=values))
    with Running(NOW) as running:
        outcome = play(running, tmp_path / "gauges", [each.hex() for each in lines])
    assert (outcome.acknowledged, outcome.no_answer) == (len(lines), 0)
    stored = {key: value for key, value in rows().items() if key[1] == "rain_5min"}
    assert stored == wanted
    assert sum(wanted.values()) == pytest.approx(float(five.sum()))


def test_a_recording_moved_to_now_ends_now_and_says_so_twice_the_same(network, tmp_path):
    lines = [
        f"+{60 * n} {frame([('water_level', 1.0 + n)], at=AT - timedelta(days=9, minutes=9 - n), serial=n + 1).hex()}"
        for n in range(3)
    ]
    with Running(NOW) as running:
        for _ in range(2):
            assert play(running, tmp_path / "old", lines, to_now=True, now=NOW).acknowledged == 3
    newest = Observation.objects.order_by("at").last()
    assert (newest.at, newest.value) == (NOW.replace(second=0), 3.0)
    assert Observation.objects.count() == 3


def test_retiming_moves_every_time_and_keeps_every_value():
    sent = encode_hourly(
        Station(ADDRESS), serial=1, sent_at=AT, hour_end=AT, rain_5min=[0.1] * 12, others=[("water_level", 1.0)]
    )
    before, after = decode_frame(sent), decode_frame(retimed(sent, timedelta(days=400, minutes=5)))
    moved = [(each.property, each.time + timedelta(days=400, minutes=5), each.value) for each in before.observations]
    assert [(each.property, each.time, each.value) for each in after.observations] == moved


def test_a_recording_may_give_seconds_or_times():
    lines = ["# comment", "+5 7E7E", "", "2026-07-04T10:00:00+08:00 01", "2026-07-04T10:00:30+08:00 02 # x"]
    assert [(each.due_s, each.raw) for each in read_recording(lines)] == [
        (5.0, b"\x7e\x7e"),
        (0.0, b"\1"),
        (30.0, b"\2"),
    ]
    with pytest.raises(ValueError, match="line 1"):
        list(read_recording(["+x 00"]))
