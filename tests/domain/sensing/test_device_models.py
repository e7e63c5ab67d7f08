# SPDX-License-Identifier: Apache-2.0
"""Device models: what is refused, what an adopted device gets, and that a better decoder reads old frames again."""

import json
from datetime import datetime

import pytest
from django.contrib.gis.geos import Point
from tests.cast import COUNTY, account, scene, viewer

from anshu.console.importing import commit, try_table
from anshu.console.registry import registry
from anshu.domain.sensing.choices import QuarantineKind
from anshu.domain.sensing.models import Datastream, DeviceModel, ObservedProperty, Quarantine, Thing
from anshu.domain.sensing.services import (
    Kept,
    model_create,
    model_retire,
    model_update,
    models_seed,
    quarantine_adopt,
    quarantine_keep,
    thing_connect,
)
from anshu.kernel.access.viewer import Absent, Refusal
from anshu.kernel.audit.actor import platform
from anshu.kernel.events.models import Event
from anshu.kernel.org.choices import Sector
from anshu.wire.base import CHINA
from anshu.wire.payload import shipped

NOW = datetime(2026, 7, 4, 14, 6, tzinfo=CHINA)
SETUP = platform("setup")
PLACE = {"division_code": "330825101200", "sector_code": "flood", "point": Point(119.19, 28.95, srid=4326)}
DECODER = {
    "properties": {"depth": {"unit": "cm", "title": "水深"}},
    "decode": [{"read": "u16", "property": "depth"}],
}


def model(**changed):
    values = {
        "code": "M1",
        "name": "水位计",
        "kind": "river",
        "protocol": "lorawan",
        "report_interval_s": 600,
        "datastreams": [{"property": "water_level", "name": "坝前水位", "factor": 0.01, "offset": 2.0}],
    }
    return model_create(actor=SETUP, now=NOW, **{**values, **changed})


def wrong(**changed):
    with pytest.raises(Refusal) as refused:
        model(**changed)
    assert not DeviceModel.objects.exists()
    return refused.value.fields


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("kind", "ufo"),
        ("protocol", "telepathy"),
        ("report_interval_s", 0),
        ("datastreams", [{"property": "no_such_thing"}]),
        ("datastreams", [{"property": "water_level"}, {"property": "water_level"}]),
        ("datastreams", [{"property": "water_level", "factor": 0}]),
        ("datastreams", [{"property": "water_level", "factor": float("nan")}]),
        ("datastreams", [{"property": "water_level", "offset": True}]),
        ("datastreams", [{"property": "water_level", "colour": "red"}]),
        ("datastreams", "water_level"),
        ("decoder", {"decode": [{"read": "u99", "property": "depth"}]}),
        ("decoder", {"decode": [{"use": "a"}], "blocks": {"a": [{"use": "a"}]}}),
        ("decoder", []),
        ("rule_templates", ["x" * 61]),
        ("rule_templates", "x"),
    ],
)
def test_a_model_by_which_no_device_would_work_is_refused(field, value, db):
    assert set(wrong(**{field: value})) == {field}


def test_a_decoder_in_another_unit_than_the_property_is_refused(db):
    decoder = {
        "properties": {"water_level": {"unit": "Cel"}},
        "decode": [{"read": "u16", "property": "water_level"}],
    }
    assert "Cel" in wrong(decoder=decoder)["datastreams"]


def test_what_is_wrong_with_a_decoder_is_said_with_its_path(db):
    said = wrong(decoder={"decode": [{"read": "u8", "property": "a", "colour": 1}]}, datastreams=[])["decoder"]
    assert said.startswith("decode")


def test_a_property_that_only_the_decoder_knows_is_registered_with_its_unit_and_title(db):
    model(decoder=DECODER, datastreams=[{"property": "depth"}])
    assert ObservedProperty.objects.values_list("name", "unit").get(code="depth") == ("水深", "cm")


def test_a_thing_gets_everything_its_model_has(db):
    made = model(rule_templates=["cma16-rainstorm"])
    thing = thing_connect(
        actor=SETUP, now=NOW, code="T1", name="坝前", address="00aa", model=made, kind="", secret="", **PLACE
    )
    assert (thing.kind, thing.protocol, thing.report_interval_s, thing.model) == ("river", "lorawan", 600, made)
    stream = Datastream.objects.get(thing=thing)
    assert (stream.name, stream.factor, stream.offset) == ("坝前水位", 0.01, 2.0)
    told = Event.objects.get(kind="thing.connected")
    assert told.payload["rule_templates"] == ["cma16-rainstorm"]


def test_an_unknown_sender_is_adopted_with_a_model_in_one_go(db):
    made = model(decoder=DECODER, datastreams=[{"property": "depth"}])
    kept = Kept(
        protocol="lorawan",
        peer="http",
        kind=QuarantineKind.UNKNOWN,
        reason="unknown_thing",
        raw=b"\x00\x05",
        thing_address="a81758fffe03",
        detail={"kind": "raw", "properties": {}},
    )
    quarantine_keep(entries=[kept], now=NOW)
    thing = quarantine_adopt(
        entry=Quarantine.objects.get(), actor=SETUP, now=NOW, code="T2", name="井", model=made, **PLACE
    )
    assert list(thing.datastreams.values_list("observed_property__code", flat=True)) == ["depth"]
    assert Quarantine.objects.get().resolution == "replay"


def test_a_better_decoder_reads_again_what_the_old_one_refused(db):
    made = model(decoder=DECODER, datastreams=[{"property": "depth"}])
    thing_connect(actor=SETUP, now=NOW, code="T1", name="井", address="a1", model=made, **PLACE)
    kept = [
        Kept(
            protocol="lorawan",
            peer="http",
            kind=QuarantineKind.REFUSED,
            reason=reason,
            raw=reason.encode(),
            thing_address=address,
        )
        for reason, address in (("payload_short", "a1"), ("payload_short_2", "b2"), ("bad_crc", "a1"))
    ]
    quarantine_keep(entries=kept, now=NOW)
    decoder = {**DECODER, "decode": [{"read": "u8", "property": "depth"}]}
    model_update(model=made, actor=SETUP, now=NOW, reason="载荷只有一个字节", decoder=decoder)
    again = Quarantine.objects.filter(resolution="replay").values_list("reason", "thing_address")
    assert list(again) == [("payload_short", "a1")]


def test_a_retired_model_connects_nothing_and_its_devices_stay(db):
    made = model()
    thing = thing_connect(actor=SETUP, now=NOW, code="T1", name="坝前", address="00aa", model=made, **PLACE)
    with pytest.raises(Refusal):
        model_retire(model=made, actor=SETUP, now=NOW, reason=" ")
    model_retire(model=made, actor=SETUP, now=NOW, reason="停产")
    made.refresh_from_db()
    with pytest.raises(Refusal):
        thing_connect(actor=SETUP, now=NOW, code="T2", name="坝后", address="00ab", model=made, **PLACE)
    assert Thing.objects.get().pk == thing.pk


def test_shipped_models_are_seeded_once_and_edited_ones_left_alone(db):
    templates = {name: shipped.config(name) for name in shipped.names()}
    added = models_seed(templates=templates, actor=SETUP, now=NOW)
    assert added == DeviceModel.objects.count() >= len(templates)
    one = DeviceModel.objects.get(code="milesight-em500-swl")
    model_update(model=one, actor=SETUP, now=NOW, reason="本县叫法", name="投入式水位计")
    assert models_seed(templates=templates, actor=SETUP, now=NOW) == 0
    assert DeviceModel.objects.get(pk=one.pk).name == "投入式水位计"


def test_only_those_who_connect_devices_keep_models(db):
    scene()
    made = model()
    connecting = account("水利业务岗", "R03", COUNTY, sectors=["flood"])
    reading = account("乡镇", "R11", "330825101000")
    for who, may in ((connecting, True), (reading, False)):
        change = {"model": made, "actor": viewer(who, at=NOW), "now": NOW, "reason": "更名", "name": f"水位计 {may}"}
        if may:
            model_update(**change)
        else:
            with pytest.raises(Absent):
                model_update(**change)
    made.refresh_from_db()
    assert made.name == "水位计 True"
    assert registry.get("device-models").may(viewer(connecting, at=NOW), "create")
    assert not registry.get("device-models").may(viewer(reading, at=NOW), "create")


HEADS = "编号,名称,型号,类别,协议,通信地址,通信密码,应报间隔(秒),所在区划,行业,经度,纬度"


def table(*rows):
    return "\n".join([HEADS, *rows]).encode()


def test_a_spreadsheet_connects_many_devices_all_or_none(db):
    scene()
    model()
    who = viewer(account("水利业务岗", "R03", COUNTY, sectors=["flood"]), at=NOW)
    place = f"330825101200,{Sector.FLOOD.label},119.19,28.95"
    good = f"W1,一号井,M1,,,a1,s3cret,,{place}"
    bad = f"W2,二号井,没有这种型号,,,a2,,,{place}"
    trial = try_table(registry.get("things"), "t.csv", table(good, bad), viewer=who)
    assert [verdict.kind for verdict in trial.verdicts] == ["new", "refused"]
    with pytest.raises(Refusal):
        commit(registry.get("things"), trial, actor=who, now=NOW, reason="年度台账")
    assert not Thing.objects.exists()
    trial = try_table(registry.get("things"), "t.csv", table(good, bad.replace("没有这种型号", "水位计")), viewer=who)
    commit(registry.get("things"), trial, actor=who, now=NOW, reason="年度台账")
    assert list(Thing.objects.order_by("code").values_list("kind", "protocol", "secret", "report_interval_s")) == [
        ("river", "lorawan", "s3cret", 600),
        ("river", "lorawan", "", 600),
    ]
    assert Datastream.objects.count() == 2
    again = try_table(registry.get("things"), "t.csv", table(f"W1,一号井,M1,,,a1,,,{place}"), viewer=who)
    assert [verdict.kind for verdict in again.verdicts] == ["unchanged"]


def test_a_decoder_is_kept_as_it_was_given(db):
    made = model(decoder=DECODER, datastreams=[])
    assert json.dumps(DeviceModel.objects.get(pk=made.pk).decoder, sort_keys=True) == json.dumps(
        DECODER, sort_keys=True
    )


def test_a_model_names_only_rule_templates_that_there_are(db):
    assert set(wrong(rule_templates=["cma16-rainstorm", "made-up"])) == {"rule_templates"}
    assert model(rule_templates=["cma16-rainstorm"]).rule_templates == ["cma16-rainstorm"]


def test_a_model_hands_its_missing_codes_to_the_devices_connected_later(db):
    wanted = [{"property": "water_level", "missing": [-9999.0]}]
    made = model(decoder=None, datastreams=wanted)
    thing = thing_connect(actor=SETUP, now=NOW, code="T1", name="坝前", address="00aa", model=made, **PLACE)
    assert Datastream.objects.get(thing=thing).missing_codes == [-9999.0]
    with pytest.raises(Refusal):
        model_update(
            model=made, actor=SETUP, now=NOW, reason="试", datastreams=[{"property": "water_level", "missing": ["x"]}]
        )
