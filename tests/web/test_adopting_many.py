# SPDX-License-Identifier: Apache-2.0
"""Many unknown senders adopted at once: a table of them, filled in, tried, imported, their frames replayed."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook, load_workbook
from tests.cast import COUNTY, account
from tests.web.conftest import VILLAGE

from anshu.domain.sensing.choices import QuarantineKind, Resolution
from anshu.domain.sensing.models import Datastream, DeviceModel, Quarantine, Thing
from anshu.domain.sensing.services import Kept, model_create, properties_seed, quarantine_keep
from anshu.kernel.audit.actor import platform

SETUP = platform("setup")
MANY = 200
SHEET = "/devices/unknown.xlsx"


@pytest.fixture
def connecting(cast, sit):
    return sit(account("水利业务岗", "R03", COUNTY, sectors=["flood"]))


@pytest.fixture
def strangers(cast, now):
    """Two hundred stations that nobody has registered, with two kept frames each."""
    properties_seed(actor=SETUP, now=now)
    model_create(
        actor=SETUP, now=now, code="river", name="河道站", kind="river", protocol="sl651", report_interval_s=3600,
        datastreams=[{"property": "water_level"}, {"property": "voltage"}],
    )  # fmt: skip
    quarantine_keep(
        entries=[
            Kept(
                protocol="sl651",
                peer="10.0.0.1:4000",
                kind=QuarantineKind.UNKNOWN,
                reason="unknown_thing",
                raw=f"{number}/{frame}".encode(),
                thing_address=f"33{number:08d}",
                detail={"kind": "timed", "properties": {"water_level": "m"}},
            )
            for number in range(MANY)
            for frame in range(2)
        ],
        now=now,
    )


def sheet(client):
    """The table as (headings, rows as dictionaries)."""
    heads, *rows = load_workbook(io.BytesIO(client.get(SHEET).content)).active.iter_rows(values_only=True)
    return list(heads), [dict(zip(heads, row, strict=True)) for row in rows]


def filled(rows):
    return [
        {**row, "名称": f"水位站{number}", "型号": "river", "所在区划": VILLAGE, "经度": "119.17", "纬度": "29.03",
         "坐标系": "gcj02" if number % 2 else "wgs84"}
        for number, row in enumerate(rows)
    ]  # fmt: skip


def uploaded(client, heads, rows):
    book = Workbook()
    book.active.append(heads)
    for row in rows:
        book.active.append([row.get(head) for head in heads])
    out = io.BytesIO()
    book.save(out)
    return client.post("/r/things/import/", {"file": SimpleUploadedFile("devices.xlsx", out.getvalue())})


def test_two_hundred_senders_are_adopted_by_one_table(strangers, connecting):
    heads, rows = sheet(connecting)
    assert len(rows) == MANY
    assert rows[0]["编号"] == rows[0]["通信地址"] == "3300000000"
    assert (rows[0]["协议"], rows[0]["类别"]) == ("SL 651 水文遥测", "河道水位站")
    tried = uploaded(connecting, heads, filled(rows))
    assert tried.context["trial"].counts["new"] == MANY
    assert not Thing.objects.exists()
    connecting.post(f"/r/things/import/{tried.context['draft'].pk}/", {"reason": "成批认领"})
    assert Thing.objects.filter(model__code="river", report_interval_s=3600).count() == MANY
    assert Datastream.objects.filter(observed_property__code="water_level").count() == MANY
    assert Quarantine.objects.filter(resolution=Resolution.REPLAY).count() == 2 * MANY
    assert sheet(connecting)[1] == []


def test_every_faulty_row_is_named_and_nothing_is_written(strangers, connecting):
    heads, rows = sheet(connecting)
    rows = filled(rows)
    rows[3]["所在区划"] = "不存在村"
    rows[7]["经度"] = "29.03"
    rows[7]["纬度"] = "119.17"
    rows[11]["型号"] = "river2"
    rows[15]["名称"] = ""
    rows[19]["编号"] = rows[18]["编号"]
    tried = uploaded(connecting, heads, rows)
    refused = {
        each.number: " ".join(map(str, each.problems))
        for each in tried.context["trial"].verdicts
        if each.kind == "refused"
    }
    assert set(refused) == {5, 9, 13, 17, 21}
    assert "不存在村" in refused[5]
    assert "填反" in refused[9]
    assert "river2" in refused[13]
    connecting.post(f"/r/things/import/{tried.context['draft'].pk}/", {"reason": "成批认领"})
    assert not Thing.objects.exists()
    assert Quarantine.objects.filter(resolution="").count() == 2 * MANY


def test_a_device_registered_by_hand_has_its_kept_frames_replayed(strangers, connecting):
    given = {
        "code": "RV1", "name": "水位站", "model": "river", "address": "3300000005", "division_code": VILLAGE,
        "sector_code": "flood", "point_lng": "119.17", "point_lat": "29.03", "point_crs": "wgs84",
    }  # fmt: skip
    connecting.post("/r/things/new/", given)
    thing = Thing.objects.get()
    assert set(Quarantine.objects.filter(thing_address=thing.address).values_list("resolution", flat=True)) == {
        Resolution.REPLAY
    }
    assert Quarantine.objects.filter(resolution="").count() == 2 * MANY - 2


def test_the_list_leads_to_the_table_and_only_who_connects_devices_gets_it(strangers, connecting, sit):
    assert f'href="{SHEET}"' in connecting.get("/r/quarantine/").content.decode()
    assert sit(account("领导甲", "R01", COUNTY)).get(SHEET).status_code == 404
    # A system administrator adopts one by one, but does not see the register that the table is imported into.
    assert SHEET not in sit(account("系统管理员甲", "R24", COUNTY)).get("/r/quarantine/").content.decode()
    assert DeviceModel.objects.filter(code="river").exists()


def test_a_strangers_address_is_no_formula(now, cast, connecting):
    quarantine_keep(
        entries=[
            Kept(protocol="mqtt", peer="x", kind=QuarantineKind.UNKNOWN, reason="unknown_thing", raw=b"1",
                 thing_address="=1+1")
        ],
        now=now,
    )  # fmt: skip
    (row,) = sheet(connecting)[1]
    assert row["通信地址"] == "'=1+1"
