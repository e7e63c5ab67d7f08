# SPDX-License-Identifier: Apache-2.0
"""A smoke detector that nobody registered: its very first word is a fire, and it is an alarm."""

from datetime import timedelta

import pytest
from django.contrib.gis.geos import Point
from tests.ingest.conftest import AT, NOW, SETUP
from tests.ingest.test_devices import DEVICE, Wire

from anshu.domain.alerts.choices import Level
from anshu.domain.alerts.models import Alarm
from anshu.domain.sensing.models import DeviceModel, Thing
from anshu.domain.sensing.services import models_seed, thing_connect
from anshu.kernel.events.services import deliver_pending
from anshu.wire import gb26875
from anshu.wire.payload import shipped

pytestmark = pytest.mark.commits
SMOKE = 40  # table 5: a smoke detector


@pytest.fixture
def host(network):
    models_seed(templates={name: shipped.config(name) for name in shipped.names()}, actor=SETUP, now=NOW)
    return thing_connect(
        actor=SETUP,
        now=NOW - timedelta(hours=1),
        model=DeviceModel.objects.get(code="gb26875-host"),
        code="XF1",
        name="养老院消防主机",
        address=DEVICE,
        point=Point(119.2, 29.0, srid=4326),
        division_code="330825109201",
        sector_code="fire",
    )


def test_a_detectors_first_word_is_judged_by_its_hosts_rules(host, ingest):
    fire = gb26875.component_object((1, 1), SMOKE, (1, 7), 0b11, AT, "三楼活动室")
    with Wire(ingest, "gb26875", gb26875.Decoder()) as line:
        line.send(gb26875.encode_uplink(bytes.fromhex(DEVICE), 2, [fire], serial=3, sent_at=NOW))
        assert gb26875.parse_frame(line.answer().raw).command == gb26875.CONFIRM
    deliver_pending(now=NOW)
    part = Thing.objects.get(parent=host)
    alarm = Alarm.objects.get()
    assert (alarm.thing, alarm.level) == (part, Level.RED)
