# SPDX-License-Identifier: Apache-2.0
"""Shipped templates: usable as they are, applied to many stations, never twice."""

import json
from pathlib import Path

import pytest
from tests.cast.people import NOW
from tests.cast.scene import scene
from tests.cast.things import datastream, observed_property, thing

from anshu.domain.alerts.models import Rule
from anshu.domain.alerts.services import rule_template, rule_templates, template_apply
from anshu.domain.sensing.models import ObservedProperty
from anshu.domain.sensing.services import properties_seed
from anshu.kernel.access.selectors import viewer_of
from anshu.kernel.access.viewer import Absent
from anshu.kernel.audit.actor import platform

pytestmark = pytest.mark.django_db
SETUP = platform("setup")
SIGNALS = Path(__file__).resolve().parents[4] / "shared" / "vectors" / "cma16_warning_signals.json"


def gauge(code, prop="rain_5min", **fields):
    here = thing(code, f"{code}站", **fields)
    datastream(here, observed_property(prop, "降水量", "mm", minimum=0.0, maximum=300.0))
    return here


def applied(code, *things, actor=SETUP):
    return template_apply(template=rule_template(code), things=things, actor=actor, now=NOW)


def test_every_template_makes_rules_that_stand_the_checks():
    properties_seed(actor=SETUP, now=NOW)
    observed_property("visibility", "能见度", "m", minimum=0.0, maximum=50_000.0)
    here = thing()
    for template in rule_templates():
        for code in template.properties:
            datastream(here, ObservedProperty.objects.get(code=code))
        assert {each.verdict for each in applied(template.code, here)} == {"made"}, template.code


def test_applied_twice_nothing_is_made_twice():
    here = gauge("RV001")
    assert [each.verdict for each in applied("cma16-rainstorm", here)] == ["made"] * 3
    assert [each.verdict for each in applied("cma16-rainstorm", here)] == ["kept"] * 3
    assert Rule.objects.count() == 3


def test_each_station_is_reported_and_one_without_rain_does_not_hold_up_the_others():
    dry, wet = thing("RV002"), gauge("RV003")
    rows = applied("cma16-rainstorm", dry, wet)
    assert [(each.thing, each.verdict) for each in rows] == [(dry, "refused"), *[(wet, "made")] * 3]
    assert "rain_1h" in rows[0].text


def test_the_amount_nearest_to_the_reporting_interval_is_summed():
    here = gauge("RV001", report_interval_s=3600)
    datastream(here, observed_property("rain_1h", "1小时降水量", "mm", minimum=0.0, maximum=300.0))
    applied("cma16-rainstorm", here)
    assert set(Rule.objects.values_list("datastream__observed_property__code", flat=True)) == {"rain_1h"}
    quick = gauge("RV002", "rain_1h")
    assert "重复" in applied("cma16-rainstorm", quick)[0].text


def test_nobody_sets_thresholds_through_a_template_that_he_may_not_set():
    here = gauge("RV001")
    rows = applied("cma16-rainstorm", here, actor=viewer_of(scene().township, at=NOW))
    assert {each.verdict for each in rows} == {"refused"}
    assert not Rule.objects.exists()


def test_an_unknown_template_is_absent():
    with pytest.raises(Absent):
        rule_template("cma17")


@pytest.mark.skipif(not SIGNALS.exists(), reason="the published signals of ../shared/vectors are not here")
@pytest.mark.parametrize(
    ("template", "signal", "colour", "texts"),
    [
        ("cma16-rainstorm", "暴雨", "蓝", {"blue": "12h ≥50mm"}),
        ("cma16-rainstorm", "暴雨", "黄", {"yellow": "6h ≥50mm"}),
        ("cma16-rainstorm", "暴雨", "红", {"red": "3h ≥100mm"}),
    ],
)
def test_the_rain_thresholds_are_the_published_ones(template, signal, colour, texts):
    published = json.loads(SIGNALS.read_text(encoding="utf-8"))["signals"][signal][colour]
    for name, text in texts.items():
        given = next(each for each in rule_template(template).rules if name in each)
        assert text == f"{given['window_s'] // 3600}h ≥{given[name]}mm" == published
