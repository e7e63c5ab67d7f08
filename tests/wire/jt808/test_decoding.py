# SPDX-License-Identifier: Apache-2.0
import pytest

from anshu.wire import jt808
from anshu.wire.base import Refused
from anshu.wire.vehicles import ALARMS

from .frames import BATCH, ESCAPED, LONG_PHONE, PHONE, POSITION, POSITION_2019, fixed, message, message_2019, sealed


def values(raw):
    return {o.property: o.value for o in jt808.decode_frame(raw).observations}


def refusal(raw):
    with pytest.raises(Refused) as caught:
        jt808.decode_frame(raw)
    return caught.value


@pytest.mark.parametrize(("raw", "phone"), [(POSITION, PHONE), (POSITION_2019, LONG_PHONE)])
def test_a_position_report_gives_place_motion_and_items(raw, phone):
    decoded = jt808.decode_frame(raw)
    assert (decoded.kind, decoded.thing, decoded.serial) == ("position", phone, 1)
    assert {k: v for k, v in values(raw).items() if not k.startswith("alarm")} == {
        "position.longitude": 119.654321,
        "position.latitude": 28.123456,
        "position.altitude": 312,
        "vehicle.speed": 45.6,
        "vehicle.course": 270,
        "vehicle.mileage": 12345.6,
        "vehicle.fuel": 50.0,
        "vehicle.acc": 1,
        "signal": 31,
        "satellites": 14,
    }
    assert {o.time.isoformat() for o in decoded.observations} == {"2026-06-20T15:30:05+08:00"}
    assert {o.quality for o in decoded.observations} == {"good"}


@pytest.mark.parametrize(
    ("bit", "name"),
    [
        (0, "alarm.emergency"),
        (1, "alarm.overspeed"),
        (2, "alarm.fatigue"),
        (8, "alarm.power"),
        (20, "alarm.zone"),
        (23, "alarm.route"),
        (29, "alarm.collision"),
        (30, "alarm.rollover"),
        (31, "alarm.door"),
    ],
)
def test_an_alarm_bit_is_one_and_every_other_alarm_is_told_as_cleared(bit, name):
    told = {k: v for k, v in values(message("0200", fixed(alarm=f"{1 << bit:08X}"))).items() if k.startswith("alarm")}
    assert len(told) == len(ALARMS)
    assert [k for k, v in told.items() if v] == [name]


def test_no_bit_belongs_to_two_alarms():
    bits = [bit for alarm in ALARMS for bit in alarm.bits]
    assert len(bits) == len(set(bits)) == 32


def test_without_a_fix_the_place_is_missing_and_alarms_are_not():
    observed = jt808.decode_frame(message("0200", fixed(status="00000001", alarm="00000001"))).observations
    place = [
        o for o in observed if o.property.startswith("position") or o.property in ("vehicle.speed", "vehicle.course")
    ]
    assert {(o.value, o.quality) for o in place} == {(None, "missing")}
    assert [o.value for o in observed if o.property == "alarm.emergency"] == [1]


def test_south_and_west_are_negative():
    told = values(message("0200", fixed(status="0000000E")))
    assert (told["position.longitude"], told["position.latitude"]) == (-119.654321, -28.123456)


def test_a_place_below_the_sea_is_negative():
    assert values(message("0200", fixed().replace("0138", "FFF6")))["position.altitude"] == -10


def test_encrypted_coordinates_are_suspect():
    observed = jt808.decode_frame(message("0200", fixed(status="00000022"))).observations
    assert {o.quality for o in observed if o.property.startswith("position")} == {"suspect"}


def test_coordinates_off_the_globe_have_no_value():
    observed = jt808.decode_frame(message("0200", fixed(latitude=90_000_001))).observations
    assert [(o.value, o.quality) for o in observed if o.property == "position.latitude"] == [(None, "suspect")]


def test_a_vehicle_whose_clock_was_never_set_gives_no_time_and_no_observation():
    decoded = jt808.decode_frame(message("0200", fixed(time="000000000000")))
    assert decoded.observations == ()
    assert decoded.parameters["observed_at"] is None


def test_an_item_past_the_end_is_kept_and_the_place_is_not_lost():
    decoded = jt808.decode_frame(message("0200", f"{fixed()} 0104 0001"))
    assert decoded.parameters["items"] == {"rest": "01040001"}
    assert values(message("0200", f"{fixed()} 0104 0001"))["vehicle.speed"] == 45.6


def test_area_and_route_items_say_which():
    body = f"{fixed()} 1105 04 00000007 1206 01 00000009 01 1307 00000003 012C 01 E101 55"
    assert jt808.decode_frame(message("0200", body)).parameters["items"] == {
        "overspeed_at": {"kind": 4, "id": 7},
        "zone": {"kind": 1, "id": 9, "leaving": True},
        "stretch": {"id": 3, "seconds": 300, "too_long": True},
        "E1": "55",
    }


def test_a_batch_gives_every_report_at_its_own_time():
    decoded = jt808.decode_frame(BATCH)
    speeds = [o.time.strftime("%H:%M:%S") for o in decoded.observations if o.property == "vehicle.speed"]
    assert speeds == ["15:30:05", "15:30:35"]
    assert decoded.parameters["blind_spot"] is True


def test_a_registration_is_read_in_every_layout():
    of_2011 = message("0100", "0021 0464" + "41" * 5 + "42" * 8 + "43" * 7 + "02" + "浙K12345".encode("gbk").hex())
    of_2013 = message("0100", "0021 0464" + "41" * 5 + "42" * 20 + "43" * 7 + "02" + "浙K12345".encode("gbk").hex())
    of_2019 = message_2019(
        "0100", "0021 0464" + "41" * 11 + "42" * 30 + "43" * 30 + "02" + "浙K12345".encode("gbk").hex()
    )
    for raw, model in ((of_2011, "B" * 8), (of_2013, "B" * 20), (of_2019, "B" * 30)):
        told = jt808.decode_frame(raw).parameters
        assert (told["model"], told["plate"], told["plate_colour"], told["city"]) == (model, "浙K12345", 2, 1124)
        assert set(told["terminal_id"]) == {"C"}


def test_authentication_of_2019_carries_more_than_the_code():
    told = jt808.decode_frame(message_2019("0102", "03 313233" + "35" * 15 + "56312E30" + "00" * 16)).parameters
    assert told == {"code": "123", "imei": "5" * 15, "software": "V1.0"}


def test_an_answer_that_ends_too_early_is_kept_and_named():
    told = jt808.decode_frame(message("0001", "0001")).parameters
    assert told == {"incomplete": "表4", "raw": "0001"}


def test_an_encrypted_body_is_not_read():
    raw = sealed(f"0200 041C {PHONE} 0001".replace(" ", "") + fixed().replace(" ", ""))
    decoded = jt808.decode_frame(raw)
    assert (decoded.observations, decoded.parameters) == ((), {"encryption": "rsa"})


def test_escapes_are_undone():
    assert values(ESCAPED)["position.latitude"] == 0x017D7E7D / 1e6
    assert b"\x7d\x01\x7d\x02\x7d\x01" in ESCAPED


def test_the_example_of_the_standard_is_escaped():
    assert jt808.framing.escape(bytes.fromhex("307E087D55")) == bytes.fromhex("307D02087D0155")


@pytest.mark.parametrize(
    ("raw", "reason", "clause"),
    [
        (POSITION[:-2] + bytes((POSITION[-2] ^ 1,)) + b"\x7e", "bad_checksum", "4.4.4"),
        (POSITION[:-1], "truncated", "4.4.1"),
        (POSITION[1:], "bad_start", "4.4.1"),
        (POSITION + b"\x00", "trailing_bytes", "4.4.1"),
        (b"\x7e\x00\x02\x7e", "truncated", "4.4.3"),
        (sealed(f"00020005{PHONE}0001"), "truncated", "4.4.3"),
        (sealed(f"00020000{PHONE}000100"), "trailing_bytes", "4.4.3"),
        (message("0801", "00", total=2, index=3), "bad_packet_number", "4.4.3"),
        (message("0801", "00", total=2, index=0), "bad_packet_number", "4.4.3"),
        (message("0200", fixed()[:-4]), "truncated", "表23"),
        (message("0704", f"0003 00 001C {fixed()}"), "truncated", "表77"),
        (message("0704", f"0001 00 0020 {fixed()} 00"), "truncated", "表77"),
        (b"", "bad_start", "4.4.1"),
    ],
)
def test_what_is_damaged_is_refused_with_reason_and_clause(raw, reason, clause):
    refused = refusal(raw)
    assert (refused.reason, refused.clause) == (reason, clause)
    assert 0 <= refused.offset <= len(raw)
    assert refused.fault.message("zh")


def test_every_truncation_is_refused():
    for end in range(len(POSITION)):
        assert refusal(POSITION[:end]).reason in ("bad_start", "truncated")


def test_every_flipped_bit_is_refused():
    for at in range(1, len(POSITION) - 1):
        for bit in range(8):
            raw = POSITION[:at] + bytes((POSITION[at] ^ 1 << bit,)) + POSITION[at + 1 :]
            assert refusal(raw).reason in ("bad_checksum", "truncated", "trailing_bytes")
