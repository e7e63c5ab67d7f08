# SPDX-License-Identifier: Apache-2.0
"""From a value beyond its threshold to a closed incident, through the real rules, events and receivers."""

from datetime import timedelta

import numpy as np
import pytest
from django.db import transaction
from tests import cast

from anshu.domain.alerts.models import Alarm
from anshu.domain.alerts.services import alarm_acknowledge, observations_judge, rulebook_load
from anshu.domain.command.models import Entry
from anshu.domain.command.selectors import timeline
from anshu.domain.command.services import incident_close, incident_open
from anshu.domain.grassroots.models import Task
from anshu.domain.grassroots.services import task_move
from anshu.kernel.audit import chain
from anshu.kernel.events.models import FailedDelivery
from anshu.kernel.events.services import deliver_pending

pytestmark = pytest.mark.django_db(transaction=True)
NOW = cast.NOW


def minute(number):
    return NOW + timedelta(minutes=number)


def measure(stream, value, at):
    with transaction.atomic():
        observations_judge(
            book=rulebook_load(),
            datastream_id=np.array([stream.pk]),
            at_us=np.array([round(at.timestamp() * 1e6)]),
            value=np.array([value]),
            now=at,
        )
    deliver(at)


def deliver(at):
    while deliver_pending(now=at):
        pass


def move(user, transition, at, **given):
    actor = cast.viewer(user, at=at)
    task_move(task=Task.objects.get(), transition=transition, actor=actor, now=at, given=given)
    deliver(at)


def test_a_storm_is_told_from_the_first_value_to_the_last_word():
    people = cast.scene()
    stream = cast.datastream(cast.thing())
    cast.rule(stream)
    officer = cast.viewer(people.duty_officer)

    measure(stream, 41.2, minute(0))
    assert (Task.objects.get().level, Task.objects.get().post) == (3, people.village_post)
    incident = incident_open(
        actor=officer, now=minute(1), title="后陈河道超警", kind="flood", source=Alarm.objects.get()
    )
    alarm_acknowledge(alarm=Alarm.objects.get(), actor=officer, now=minute(2))
    measure(stream, 42.3, minute(3))
    assert Task.objects.get().level == 2
    move(people.village, "take", minute(4))
    move(people.village, "feedback", minute(6), text="已组织巡堤", position=cast.centre("330825101200"))
    measure(stream, 38.0, minute(8))
    move(people.township, "close", minute(9))
    incident_close(incident=incident, conclusion="水位回落,无人员伤亡", actor=officer, now=minute(10))

    told = [(line.source, line.kind) for line in timeline(officer, incident)]
    assert told[-1] == ("entry", "state")
    assert [kind for source, kind in told if source == "task"] == [
        "raise", "level", "take", "feedback", "recover", "close",
    ]  # fmt: skip
    assert [source for source, _kind in told].count("alarm") == 3
    automatic = list(Entry.objects.exclude(cause="").order_by("id").values_list("cause", flat=True))
    assert len(automatic) == len(set(automatic))
    assert any(cause.startswith("alarm.acknowledged:") for cause in automatic)
    assert FailedDelivery.objects.count() == 0
    assert chain.verify().breaks == ()
