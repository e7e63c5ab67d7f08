# SPDX-License-Identifier: Apache-2.0
"""The page of a device's quality, the registers of quality control, and what a restored value raises."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from tests.cast import COUNTY, account, datastream, rule, thing
from tests.domain.sensing.storing import Store

from anshu.domain.alerts.models import Alarm
from anshu.domain.alerts.receivers import judge_restored
from anshu.domain.sensing.events import ValuesRestored
from anshu.domain.sensing.models import Maintenance, Neighbour, QualityLimit, Revision
from anshu.kernel.audit.models import AuditEntry

MINUTE = timedelta(minutes=1)


@pytest.fixture
def now():
    return timezone.now().replace(microsecond=0)


@pytest.fixture
def level(cast, now):
    stream = datastream(thing("QC1", "质控水位站", address="QC1"))
    Store(now)([(stream, now - n * MINUTE, value) for n, value in enumerate((1.0, 99999.0, 1.2))], now)
    return stream


@pytest.fixture
def connecting(cast, sit):
    return sit(account("水利业务岗", "R03", COUNTY, sectors=["flood"]))


@pytest.fixture
def reading(cast, sit):
    return sit(account("领导甲", "R01", COUNTY))


def page(level):
    return f"/devices/{level.thing_id}/quality/"


def test_counts_lead_to_the_values_behind_them(level, reading):
    text = reading.get(page(level)).content.decode()
    (address,) = re.findall(r'href="([^"]+)">超范围<', text)
    assert re.search(r"超范围</a><span class=\"an-num\">1 / 3<", text)
    rows = reading.get(address.replace("&amp;", "&").split("#")[0]).content.decode()
    assert "99999.0" in rows
    assert "1.2 m" not in rows
    assert "人工判定</h2>" not in text


def test_who_runs_devices_marks_corrects_and_takes_back(level, connecting, now):
    given = {"stream": level.pk, "since": (now - MINUTE).isoformat(), "reason": "探头出水"}
    connecting.post(f"{page(level)}bad/", {**given, "until": now.isoformat()})
    connecting.post(f"{page(level)}corrected/", {**given, "value": "1.1"})
    connecting.post(f"{page(level)}corrected/", {**given, "value": "一"})
    assert sorted(Revision.objects.values_list("verdict", "rows")) == [("bad", 1), ("corrected", 1)]
    said = Revision.objects.get(verdict="bad")
    connecting.post(f"{page(level)}undone/", {"revision": said.pk, "reason": "看错了"})
    assert "看错了" in connecting.get(page(level)).content.decode()


def test_missing_codes_are_set_with_a_reason_shown_and_taken_back(level, connecting):
    given = {"stream": level.pk, "codes": "-9999, 32767", "reason": "厂家说明书"}
    connecting.post(f"{page(level)}missing/", {**given, "reason": " "})
    connecting.post(f"{page(level)}missing/", {**given, "codes": "-9999, 无"})
    level.refresh_from_db()
    assert level.missing_codes == []
    connecting.post(f"{page(level)}missing/", given)
    level.refresh_from_db()
    assert level.missing_codes == [-9999.0, 32767.0]
    text = connecting.get(page(level)).content.decode()
    assert "-9999、32767" in text
    assert "厂家说明书" in text
    connecting.post(f"{page(level)}missing-undone/", {"stream": level.pk, "reason": "看错型号"})
    level.refresh_from_db()
    assert level.missing_codes == []
    assert AuditEntry.objects.filter(action="datastream.missing_codes_set").count() == 2


def test_who_only_reads_cannot_say_anything(level, reading, now):
    given = {"stream": level.pk, "since": now.isoformat(), "reason": "x"}
    assert reading.post(f"{page(level)}bad/", given).status_code == 404
    assert not Revision.objects.exists()


@pytest.mark.parametrize("slug", ["quality-limits", "property-pairs", "neighbours", "maintenance"])
def test_the_registers_open(slug, level, connecting):
    assert connecting.get(f"/r/{slug}/").status_code == 200
    assert connecting.get(f"/r/{slug}/new/").status_code in (200, 404)


def test_limits_are_refused_without_source_or_sense(level, connecting):
    from anshu.domain.sensing.services import limit_save
    from anshu.kernel.access.viewer import Refusal
    from anshu.kernel.audit.actor import platform

    good = {"observed_property": level.observed_property, "maximum": 5.0, "source": "县水利局"}
    who = {"actor": platform("test"), "now": timezone.now()}
    for wrong in ({"source": " "}, {"maximum": None}, {"minimum": 6.0}, {"thing": level.thing, "neighbour_range_m": 9}):
        with pytest.raises(Refusal):
            limit_save(**(good | wrong), **who)
    assert limit_save(**good, **who).pk
    assert QualityLimit.objects.get(source="县水利局").maximum == 5.0
    assert not Neighbour.objects.exists()


def test_a_device_in_maintenance_says_so_on_its_page(level, reading, now):
    Maintenance.objects.create(
        thing=level.thing, division_code=level.thing.division_code, since=now - MINUTE, until=now + 60 * MINUTE,
        reason="更换探头", made_by="张三", made_at=now,
    )  # fmt: skip
    for address in (page(level), f"/r/things/{level.thing_id}/"):
        text = reading.get(address).content.decode()
        assert "维护中" in text
        assert "更换探头" in text


def test_a_restored_value_raises_an_alarm_that_says_it_came_late(level, now):
    rule(level, duration_s=0)
    fact = ValuesRestored(
        subject_type="sensing.thing", subject_id=level.thing_id, title="x", division_code=level.thing.division_code,
        datastream_id=level.pk, since=now - 5 * MINUTE, until=now,
    )  # fmt: skip
    store = Store(now)
    store([(level, now - 4 * MINUTE, 42.5), (level, now - 3 * MINUTE, 1.0)], now)
    judge_restored(fact, now)
    judge_restored(fact, now)
    assert Alarm.objects.count() == 1
