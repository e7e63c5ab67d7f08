# SPDX-License-Identifier: Apache-2.0
"""A device that is connected by a model gets the model's rules, once."""

from datetime import datetime

import pytest
from django.contrib.gis.geos import Point
from django.db import connection

from anshu.domain.alerts.models import Rule
from anshu.domain.sensing.services import model_create, properties_seed, thing_connect, thing_refit
from anshu.kernel.audit.actor import platform
from anshu.kernel.events.services import deliver_pending
from anshu.wire.base import CHINA

NOW = datetime(2026, 7, 4, 14, 6, tzinfo=CHINA)
SETUP = platform("setup")


def deliver():
    """Number the events as a commit would, and let the receivers read them."""
    with connection.cursor() as cursor:
        cursor.execute("set constraints all immediate; set constraints all deferred")
    deliver_pending(now=NOW)


@pytest.fixture
def gauge(db):
    properties_seed(actor=SETUP, now=NOW)
    model = model_create(
        actor=SETUP,
        now=NOW,
        code="RG1",
        name="雨量计",
        kind="rain",
        protocol="mqtt",
        report_interval_s=3600,
        datastreams=[{"property": "rain_1h"}],
        rule_templates=["cma16-rainstorm"],
    )
    return thing_connect(
        actor=SETUP,
        now=NOW,
        model=model,
        code="G1",
        name="溪口",
        address="g1",
        division_code="330825109201",
        point=Point(119.2, 29.0, srid=4326),
    )


def test_a_connected_device_gets_the_rules_of_its_model(gauge):
    assert not Rule.objects.exists()
    deliver()
    made = Rule.objects.filter(datastream__thing=gauge)
    assert {rule.template.split("/")[0] for rule in made} == {"cma16-rainstorm"}
    assert {rule.datastream.observed_property.code for rule in made} == {"rain_1h"}


def test_the_same_model_given_again_makes_no_rule_twice(gauge):
    deliver()
    before = set(Rule.objects.values_list("pk", flat=True))
    thing_refit(thing=gauge, model=gauge.model, actor=SETUP, now=NOW, reason="重新套用")
    deliver()
    assert before
    assert set(Rule.objects.values_list("pk", flat=True)) == before


def test_a_device_retired_meanwhile_gets_none(gauge):
    gauge.retired_at = NOW
    gauge.save()
    deliver()
    assert not Rule.objects.exists()
