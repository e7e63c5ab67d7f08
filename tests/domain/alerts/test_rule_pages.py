# SPDX-License-Identifier: Apache-2.0
"""Rules in the console: register, dry run, templates."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from tests.cast import COUNTY, account, datastream, observed_property, rule, thing
from tests.cast.people import NOW
from tests.cast.scene import scene
from tests.console.suite import ELSEWHERE, HERE, TOWNSHIP, RegisterSuite

from anshu.domain.alerts.models import Alarm, Rule
from anshu.domain.sensing.models import Observation
from anshu.kernel.org.choices import Sector

WRITER, OTHER_SECTOR = "R03", Sector.CONSTRUCTION


def station(code, division_code=HERE):
    """A station; what stands elsewhere is of another department's sector."""
    sector = Sector.FLOOD if division_code == HERE else OTHER_SECTOR
    return thing(code, division_code=division_code, sector_code=sector)


class TestRules(RegisterSuite):
    """The sector's department sets thresholds; others read."""

    slug = "rules"
    role = WRITER

    def insider(self):
        return account("水利局", WRITER, COUNTY, sectors=[Sector.FLOOD])

    creator = insider

    def outsider(self):
        return account("住建局", WRITER, COUNTY, sectors=[OTHER_SECTOR])

    def make(self, number, division_code=HERE, **values):
        return rule(datastream(station(f"RV{number:03d}", division_code)), **{"name": f"水位规则{number}", **values})

    def typed(self, number):
        datastream(thing(f"RV{number:03d}"))
        return {
            "datastream": f"RV{number:03d}/water_level",
            "name": f"规则{number}",
            "kind": "value",
            "direction": "above",
            "yellow": "41",
            "duration_s": "0",
            "hysteresis": "0",
            "source": "防洪预案",
        }

    def test_an_exported_formula_is_inert(self):
        self.make(1, name="=cmd|'/c calc'!A1")
        assert "\n'=cmd" in self._exported(self.as_(self.insider())).replace('"', "").replace("\r", "")

    def test_a_group_is_typed_by_name_and_shown_again(self):
        others = [datastream(thing(f"RV01{n}", f"站{n}")) for n in range(3)]
        members = "\n".join(f"RV01{n}/water_level" for n in range(3))
        typed = {**self.typed(1), "kind": "count", "member_threshold": "41", "age_s": "900", "yellow": "2"}
        client = self.as_(self.creator())
        answer = client.post(self.url("new"), {**typed, "member_ids": members})
        assert answer.status_code == 302, self._problems(answer)
        made = Rule.objects.get()
        assert made.member_ids == [each.pk for each in others]
        assert "RV011/water_level" in client.get(self.url("edit", made.pk)).content.decode()
        assert "RV011/water_level" in client.get(self.url("detail", made.pk)).content.decode()
        assert "试运行" in client.get(self.url("detail", made.pk)).content.decode()

    def test_a_formula_that_mixes_units_is_refused_beside_its_field(self):
        datastream(thing("RV001"), observed_property("rain_1h", "1小时降水量", "mm"))
        typed = {**self.typed(1), "kind": "formula", "formula": "water_level + rain_1h", "age_s": "900"}
        answer = self.as_(self.creator()).post(self.url("new"), typed)
        assert answer.status_code == 422
        assert "单位不同" in answer.content.decode()


@pytest.fixture
def writer(db):
    scene()
    client = Client()
    client.force_login(account("设阈值的人", WRITER, COUNTY, sectors=[Sector.FLOOD]))
    return client


@pytest.fixture
def made(writer):
    stream = datastream(thing())
    found = rule(stream)
    for n, value in enumerate((39.0, 41.5, 42.5, 38.0)):
        at = NOW - timedelta(days=2) + timedelta(hours=n)
        Observation.objects.create(datastream=stream, at=at, value=value, received_at=at)
    return found


def trial(client, made, **given):
    page = client.get(reverse("rule-trial", args=[made.pk]))
    form = page.context["form"]
    values = {name: form[name].value() for name in form.fields}
    data = {name: "" if value is None else form.fields[name].prepare_value(value) for name, value in values.items()}
    days = {"first": (NOW - timedelta(days=4)).date(), "last": NOW.date()}
    return client.get(reverse("rule-trial", args=[made.pk]), {**data, **days, **given})


def test_the_dry_run_page_shows_what_would_have_been_raised(writer, made):
    page = trial(writer, made, blue="", yellow="", orange="42.2", red="")
    assert page.status_code == 200
    text = page.content.decode()
    assert [each.peak.label for each in page.context["found"].draft] == ["橙色"]
    assert "会报 / 现行报过" in text
    assert "42.5" in text
    assert not Alarm.objects.exists()


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"first": "2020-01-01"}, "366"),
        ({"last": "2020-01-01"}, "晚于"),
        ({"first": "昨天"}, "日期"),
        ({"blue": "45"}, "逐级加重"),
    ],
)
def test_a_dry_run_that_cannot_be_is_refused_in_words(writer, made, given, words):
    page = trial(writer, made, **given)
    assert page.status_code == 422
    assert words in page.content.decode()


def test_a_rule_elsewhere_has_no_dry_run(writer):
    other = rule(datastream(station("RV900", ELSEWHERE)))
    assert writer.get(reverse("rule-trial", args=[other.pk])).status_code == 404


def test_a_template_is_applied_to_the_chosen_stations_and_reported(writer):
    rain = observed_property("rain_5min", "5分钟降水量", "mm", minimum=0.0, maximum=60.0)
    here, there = thing("RV001"), station("RV900", ELSEWHERE)
    for each in (here, there):
        datastream(each, rain)
    address = reverse("rule-templates")
    page = writer.get(address, {"template": "cma16-rainstorm"})
    assert [each.pk for each in page.context["stations"]] == [here.pk]
    page = writer.post(address, {"template": "cma16-rainstorm", "thing": [here.pk, there.pk], "reason": "入汛"})
    assert [each.verdict for each in page.context["rows"]] == ["made"] * 3
    assert "3 / 3" in page.content.decode()
    assert set(Rule.objects.values_list("datastream__thing", flat=True)) == {here.pk}


@pytest.mark.parametrize("things", [[], ["x"], ["9" * 30]])
def test_a_template_without_a_station_is_refused_in_words(writer, things):
    page = writer.post(reverse("rule-templates"), {"template": "cma16-heat", "thing": things})
    assert page.status_code == 422
    assert "至少选一个站点" in page.content.decode()


def test_an_unknown_template_and_a_reader_without_the_right_find_nothing(writer):
    assert writer.get(reverse("rule-templates"), {"template": "cma17"}).status_code == 404
    reader = Client()
    reader.force_login(account("只读的人", "R11", TOWNSHIP))
    assert reader.get(reverse("rule-templates")).status_code == 404
    assert Client().get(reverse("rule-templates")).status_code == 302
