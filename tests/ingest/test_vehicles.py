# SPDX-License-Identifier: Apache-2.0
"""Vehicles over a real socket: every alarm flag with the shipped model, and the place that moves."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.contrib.gis.geos import Point
from tests.ingest.conftest import AT, NOW, SETUP
from tests.ingest.test_devices import TERMINAL, Wire

from anshu.domain.alerts.choices import AlarmState, Level
from anshu.domain.alerts.models import Alarm, Rule
from anshu.domain.sensing.models import DeviceModel, Position
from anshu.domain.sensing.services import models_seed, thing_connect
from anshu.kernel.events.services import deliver_pending
from anshu.wire import jt808
from anshu.wire.payload import shipped
from anshu.wire.vehicles import Report

pytestmark = pytest.mark.commits
DEPOT = Point(119.2, 29.0, srid=4326)
CALM = Report(observed_at=AT, longitude=119.3, latitude=29.1, altitude=80, speed=40.0, course=90, alarm=0)
# JT/T 808-2013 table 24.
FLAGS = {
    "emergency": (0, Level.RED),
    "overspeed": (1, Level.YELLOW),
    "fatigue": (2, Level.ORANGE),
    "danger": (3, Level.YELLOW),
    "zone": (20, Level.BLUE),
    "route": (23, Level.BLUE),
    "collision": (29, Level.ORANGE),
    "rollover": (30, Level.RED),
}


@pytest.fixture
def truck(network):
    """A vehicle connected by its shipped model alone; the model's rules are made as a worker would make them."""
    models_seed(templates={name: shipped.config(name) for name in shipped.names()}, actor=SETUP, now=NOW)
    thing = thing_connect(
        actor=SETUP,
        now=NOW - timedelta(hours=1),
        model=DeviceModel.objects.get(code="jt808-vehicle"),
        code="CL1",
        name="抢险车",
        address=TERMINAL.phone,
        point=DEPOT,
        division_code="330825109201",
        sector_code="rescue",
    )
    deliver_pending(now=NOW - timedelta(hours=1))
    return thing


def send(ingest, *reports):
    with Wire(ingest, "jt808", jt808.Decoder()) as line:
        for serial, report in enumerate(reports, start=1):
            line.send(jt808.encode_position(TERMINAL, report, serial=serial))
            assert jt808.decode_frame(line.answer().raw).parameters["result"] == "done"


@pytest.mark.parametrize("flag", FLAGS)
def test_an_alarm_flag_is_an_alarm_until_it_is_gone(truck, ingest, flag):
    bit, level = FLAGS[flag]
    raised = replace(CALM, alarm=1 << bit)
    send(ingest, CALM, replace(raised, observed_at=AT + timedelta(seconds=20)))
    alarm = Alarm.objects.get()
    assert (alarm.thing, alarm.level, alarm.rule.template) == (truck, level, f"jt808-{flag}/flag")
    assert alarm.title.endswith("报警(设备报告)")
    assert alarm.point.coords == pytest.approx((119.3, 29.1)), "it stands where the vehicle is, not at the depot"
    send(ingest, replace(CALM, observed_at=AT + timedelta(seconds=40)))
    alarm.refresh_from_db()
    assert alarm.state == AlarmState.CLEARED


def test_the_shipped_model_has_a_rule_for_every_flag_of_the_test(truck):
    assert set(Rule.objects.values_list("template", flat=True)) == {f"jt808-{flag}/flag" for flag in FLAGS}


def test_a_fix_that_comes_late_does_not_move_the_vehicle_back(truck, ingest):
    send(ingest, CALM, replace(CALM, observed_at=AT - timedelta(minutes=5), longitude=119.1))
    place = Position.objects.get(thing=truck)
    assert (place.point.x, place.at) == (pytest.approx(119.3), AT)
