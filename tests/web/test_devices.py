# SPDX-License-Identifier: Apache-2.0
"""The pages of device models and the diagnosis of a device: what they show, to whom, and what they survive."""

import json
import re
from datetime import timedelta

import pytest
from tests.cast import COUNTY, account

from anshu.console.registry import registry
from anshu.domain.sensing.choices import QuarantineKind, Way
from anshu.domain.sensing.models import Datastream, DeviceCommand, DeviceModel, Exchange, Quarantine, Thing
from anshu.domain.sensing.services import Kept, model_create, quarantine_keep
from anshu.kernel.audit.actor import platform
from anshu.wire.payload import shipped
from anshu.wire.sl651 import Group, Station, encode_uplink

SETUP = platform("setup")
TRIAL, TEMPLATES, TEMPLATE = "/device-models/trial/", "/device-models/templates/", "/device-models/template/"
SWL = json.dumps(shipped.config("milesight_em500_swl"))


@pytest.fixture
def connecting(cast, sit):
    return sit(account("水利业务岗", "R03", COUNTY, sectors=["flood"]))


@pytest.fixture
def reading(cast, sit):
    return sit(account("领导甲", "R01", COUNTY))


def tried(client, **given):
    return client.post(TRIAL, {"decoder": SWL, "sample": "01755c03777b00", "port": "85", **given}).content.decode()


@pytest.mark.parametrize(
    "sample",
    [
        "01755c03777b00",
        "01 75 5C 03-77:7B 00",
        "AXVcA3d7AA==",
        json.dumps({"deviceInfo": {"devEui": "24e124136b000001"}, "fPort": 85, "data": "AXVcA3d7AA=="}),
    ],
)
def test_a_sample_is_decoded_however_it_was_copied(sample, connecting):
    page = tried(connecting, sample=sample)
    assert re.search(r"submersible_level 水位.投入式.</td><td[^>]*>123</td><td[^>]*>cm<", page)
    assert re.search(r"battery 电量</td><td[^>]*>92</td>", page)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"decoder": "{"}, "不是合法的 JSON"),
        ({"decoder": "[" * 60_000}, "不是合法的 JSON|嵌套过深"),
        ({"decoder": json.dumps({"decode": [{"read": "flot", "property": "a"}]})}, r"decode\S*:不认识的数据类型"),
        ({"sample": ""}, "请粘贴"),
        ({"sample": "没有这种编码"}, "既不是十六进制"),
        ({"sample": '{"a": 1}'}, "没有找到载荷"),
        ({"port": "999"}, "0 至 255"),
        ({"sample": "0377"}, "载荷不足"),
    ],
)
def test_what_is_wrong_is_said_in_words(given, said, connecting):
    answer = connecting.post(TRIAL, {"decoder": SWL, "sample": "01755c", "port": "85", **given})
    assert answer.status_code == 200
    assert re.search(said, answer.content.decode())


def test_a_configuration_that_would_never_end_is_stopped(connecting):
    forever = {
        "decode": [{"repeat": [{"set": {"x": "1"}}], "while": "1"}],
        "blocks": {"a": [{"use": "a"}]},
    }
    page = tried(connecting, decoder=json.dumps(forever))
    assert "an-alert" in page


def test_names_from_a_configuration_are_text_on_the_page(connecting):
    config = {
        "properties": {"a": {"unit": "m", "title": "<script>alert(1)</script>"}},
        "decode": [{"read": "u8", "property": "a"}],
    }
    page = tried(connecting, decoder=json.dumps(config), sample="01")
    assert "&lt;script&gt;" in page
    assert "<script>" not in page


def test_what_is_too_long_is_not_tried(connecting):
    assert connecting.post(TRIAL, {"decoder": SWL, "sample": "0" * 200_002}).status_code == 404


def test_every_shipped_configuration_can_be_taken_as_a_start(connecting):
    target = {"into": "id_decoder", "name": "decoder"}
    listed = connecting.get(TEMPLATES, target).content.decode()
    for name in shipped.names():
        assert f'value="{name}"' in listed
        page = connecting.get(TEMPLATE, {"template": name, **target})
        assert page.status_code == 200
    assert connecting.get(TEMPLATE, {"template": "../../x", **target}).status_code == 404
    assert connecting.get(TEMPLATES, {"into": '"><script>', "name": "x"}).status_code == 404


def test_those_who_only_read_have_no_trial(reading, client):
    for address in (TEMPLATES, TEMPLATE):
        assert reading.get(address, {"into": "a", "name": "b"}).status_code == 404
    assert reading.post(TRIAL, {"decoder": SWL, "sample": "00"}).status_code == 404
    assert client.get(TEMPLATES).status_code == 302


def typed(**changed):
    return {
        "code": "M1",
        "name": "投入式水位计",
        "maker": "某厂",
        "kind": "river",
        "protocol": "lorawan",
        "report_interval_s": "600",
        "datastreams_property": ["water_level", "", "submersible_level"],
        "datastreams_name": ["水位", "", ""],
        "datastreams_factor": ["0.01", "", ""],
        "datastreams_offset": ["", "", ""],
        "decoder": SWL,
        "rule_templates": "cma16-rainstorm、cma16-gale",
        "reason": "新购",
        **changed,
    }


def test_a_model_is_made_and_changed_on_its_form(connecting):
    register = registry.get("device-models")
    assert connecting.get(register.url("new")).status_code == 200
    answer = connecting.post(register.url("new"), typed())
    model = DeviceModel.objects.get()
    assert answer["Location"] == register.url("detail", model.pk)
    assert model.datastreams == [
        {"property": "water_level", "name": "水位", "factor": 0.01},
        {"property": "submersible_level"},
    ]
    assert model.rule_templates == ["cma16-rainstorm", "cma16-gale"]
    assert model.decoder == json.loads(SWL)
    page = connecting.get(register.url("edit", model.pk)).content.decode()
    version = re.search(r'name="version" value="(\d+)"', page)[1]
    assert "0.01" in page
    connecting.post(register.url("edit", model.pk), typed(version=version, maker="另一家", reason="更正"))
    model.refresh_from_db()
    assert model.maker == "另一家"
    assert "更正" in connecting.get(register.url("detail", model.pk)).content.decode()
    assert connecting.get(register.url()).status_code == 200


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"datastreams_factor": ["abc", "", ""]}, "第 1 行"),
        ({"datastreams_property": ["", "", "x"]}, "第 1 行:缺少要素代码"),
        ({"datastreams_property": ["no_such", "", ""]}, "没有登记的观测要素:no_such"),
        ({"decoder": "{"}, "不是合法的 JSON"),
        ({"decoder": '{"decode": [{"read": "flot", "property": "a"}]}'}, "不认识的数据类型"),
    ],
)
def test_the_form_says_what_is_wrong_and_keeps_what_was_typed(changed, said, connecting):
    answer = connecting.post(registry.get("device-models").url("new"), typed(**changed))
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert "投入式水位计" in answer.content.decode()
    assert not DeviceModel.objects.exists()


def test_those_who_only_read_see_models_and_change_none(reading):
    register = registry.get("device-models")
    assert reading.get(register.url()).status_code == 200
    assert reading.get(register.url("new")).status_code == 404
    assert reading.post(register.url("new"), typed()).status_code == 404


def test_an_unknown_sender_is_adopted_with_a_model_on_one_form(connecting):
    model_create(
        actor=SETUP,
        now=_now(),
        code="M1",
        name="水位计",
        kind="river",
        protocol="lorawan",
        report_interval_s=600,
        datastreams=[{"property": "water_level"}],
    )
    quarantine_keep(
        entries=[
            Kept(
                protocol="lorawan",
                peer="http",
                kind=QuarantineKind.UNKNOWN,
                reason="unknown_thing",
                raw=b"\x01",
                thing_address="24e124136b000001",
                detail={"properties": {}},
            )
        ],
        now=_now(),
    )
    register, entry = registry.get("quarantine"), Quarantine.objects.get()
    assert "M1" in connecting.get(register.url("detail", entry.pk)).content.decode()
    given = {
        "code": "W1",
        "name": "一号井",
        "model": "M1",
        "kind": "",
        "sector_code": "flood",
        "division_code": "330825101200",
        "point_lng": "119.19",
        "point_lat": "28.95",
        "point_crs": "wgs84",
        "report_interval_s": "",
        "secret": "k3y",
    }
    assert connecting.post(register.url("act", entry.pk, "adopted"), given).status_code == 302
    thing = Thing.objects.get(code="W1")
    assert (thing.kind, thing.report_interval_s, thing.secret) == ("river", 600, "k3y")
    assert Datastream.objects.get(thing=thing).observed_property.code == "water_level"
    things = registry.get("things")
    for page in ("detail", "edit", "history"):
        assert "k3y" not in connecting.get(things.url(page, thing.pk)).content.decode()


def _now():
    from datetime import UTC, datetime

    return datetime.now(UTC)


@pytest.fixture
def station(world, now):
    """The world's station with frames in both directions, an error and a gap."""
    Thing.objects.filter(pk=world.thing.pk).update(
        protocol="sl651", address="3308250001", secret="s3cret", report_interval_s=600, sector_code="flood"
    )
    at = now.replace(microsecond=0)
    station = Station("3308250001", center=1, password="1234")
    frame = encode_uplink(0x32, station, sent_at=at, serial=1, groups=[Group(at, [("water_level", 41.2)])])
    Exchange.objects.create(thing=world.thing, at=now, way=Way.UP, kind="timed", raw=frame)
    Exchange.objects.create(thing=world.thing, at=now, way=Way.DOWN, kind="", raw=b"\x7e\x7e\x01")
    kept = Kept(
        protocol="sl651",
        peer="10.0.0.9:4000",
        kind=QuarantineKind.REFUSED,
        reason="bad_crc",
        raw=b"\x7e\x7e",
        thing_address="3308250001",
        detail={"clause": "6.2.2", "message_zh": "CRC 校验不符", "message_en": "CRC mismatch"},
    )
    quarantine_keep(entries=[kept], now=now)
    return Thing.objects.get(pk=world.thing.pk)


def test_the_diagnosis_shows_bytes_values_errors_and_gaps(station, connecting):
    page = connecting.get(f"/devices/{station.pk}/").content.decode()
    assert "41.2" in page
    assert "CRC 校验不符" in page
    assert "6.2.2" in page
    assert "7E 7E 01" in page
    assert "5 / 5" in page
    assert "s3cret" not in page
    assert "style=" not in page.partition("<main")[2]


def test_the_device_page_leads_to_the_diagnosis_only_who_may_see_it(station, connecting, reading):
    detail, diagnosis = registry.get("things").url("detail", station.pk), f"/devices/{station.pk}/"
    assert f'href="{diagnosis}"' in connecting.get(detail).content.decode()
    assert f'href="{diagnosis}"' not in reading.get(detail).content.decode()
    assert reading.get(diagnosis).status_code == 404
    assert reading.post(f"{diagnosis}watch/").status_code == 404
    assert reading.post(f"{diagnosis}commands/", {"kind": "set_clock"}).status_code == 404
    assert not DeviceCommand.objects.exists()


def test_a_watch_and_commands_are_asked_for_from_the_page(station, connecting, now):
    diagnosis = f"/devices/{station.pk}/"
    connecting.post(f"{diagnosis}watch/")
    station.refresh_from_db()
    assert station.watched_until > now + timedelta(minutes=9)
    since, until = (now - timedelta(hours=2)).isoformat(), (now - timedelta(hours=1)).isoformat()
    connecting.post(f"{diagnosis}commands/", {"kind": "set_clock"})
    connecting.post(f"{diagnosis}commands/", {"kind": "fetch_history", "since": since, "until": until})
    assert list(DeviceCommand.objects.order_by("id").values_list("kind", flat=True)) == ["set_clock", "fetch_history"]
    assert "待发" in connecting.get(diagnosis).content.decode()


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"kind": "restart"},
        {"kind": "set_interval", "interval_s": "60"},
        {"kind": "fetch_history"},
        {"kind": "fetch_history", "since": "x", "until": "2026-07-04T10:00"},
        {"kind": "fetch_history", "since": "2026-07-04T11:00", "until": "2026-07-04T10:00"},
        {"kind": "fetch_history", "since": "2026-13-04T11:00", "until": "2026-07-04T10:00"},
    ],
)
def test_a_command_that_makes_no_sense_is_refused_in_words(given, station, connecting):
    answer = connecting.post(f"/devices/{station.pk}/commands/", given, follow=True)
    assert "没有下达" in answer.content.decode()
    assert not DeviceCommand.objects.exists()


@pytest.mark.parametrize("protocol", ["hj212", "jt808", "jt809", "gb26875", "mqtt", "lorawan", "http", "modbus", "own"])
def test_bytes_of_any_protocol_and_rubbish_break_no_page(protocol, station, connecting):
    Thing.objects.filter(pk=station.pk).update(protocol=protocol)
    for kind in ("raw", "raw/85", "up", "", "raw/" + "9" * 30):
        for raw in (b"", b"\xff" * 40, b'{"values": {"water_level": 1}}', b"[" * 20_000):
            Exchange.objects.create(thing=station, at=_now(), way=Way.UP, kind=kind, raw=raw)
    assert connecting.get(f"/devices/{station.pk}/").status_code == 200
