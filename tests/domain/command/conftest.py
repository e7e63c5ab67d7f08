# SPDX-License-Identifier: Apache-2.0
"""The scene, an alarm in it, and an incident opened from it by the duty officer."""

from datetime import timedelta

import pytest
from tests import cast

from anshu.domain.alerts.events import AlarmRaised
from anshu.domain.command.services import incident_open
from anshu.domain.grassroots.services import task_from_alarm

NOW = cast.NOW


def fact_of(alarm, cls=AlarmRaised, *, level=3, **more):
    return cls(
        subject_type="alerts.alarm",
        subject_id=alarm.pk,
        title=alarm.title,
        division_code=alarm.division_code,
        sector_code=alarm.sector_code,
        level=level,
        value=41.2,
        threshold=41.0,
        thing_id=alarm.thing_id,
        thing_name=alarm.thing.name,
        lng=alarm.point.x,
        lat=alarm.point.y,
        at=NOW.isoformat(),
        **more,
    )


@pytest.fixture
def scene(db):
    return cast.scene()


@pytest.fixture
def officer(scene):
    return cast.viewer(scene.duty_officer)


@pytest.fixture
def alarm(scene):
    return cast.alarm()


@pytest.fixture
def task(alarm):
    return task_from_alarm(fact=fact_of(alarm), now=NOW - timedelta(seconds=30))


@pytest.fixture
def incident(alarm, task, officer):
    return incident_open(actor=officer, now=NOW, title="后陈河道超警", kind="flood", source=alarm)
