# SPDX-License-Identifier: Apache-2.0
"""The scene, an alarm in it, and an incident opened from it by the duty officer."""

from datetime import timedelta

import pytest
from tests import cast

from anshu.domain.command.services import incident_open
from anshu.domain.grassroots.services import task_from_alarm

NOW = cast.NOW


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
    return task_from_alarm(fact=cast.alarm_fact(alarm), now=NOW - timedelta(seconds=30))


@pytest.fixture
def incident(alarm, task, officer):
    return incident_open(actor=officer, now=NOW, title="后陈河道超警", kind="flood", source=alarm)
