# SPDX-License-Identifier: Apache-2.0
"""People at their browsers, and one object of every kind in 湖镇镇."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from tests.cast import alarm, centre, risk, scene

from anshu.domain.command.choices import IncidentKind
from anshu.domain.command.models import Incident
from anshu.domain.grassroots.choices import Origin, TaskKind, TaskState
from anshu.domain.grassroots.models import Task
from anshu.domain.resources.choices import TeamKind
from anshu.domain.resources.models import Shelter, Stock, Team
from anshu.domain.sensing.models import Latest, Observation
from anshu.kernel.org.choices import Level as Rung

SECRET = "秘而不宣"
VILLAGE = "330825101200"


@dataclass(frozen=True)
class World:
    """One object of every kind, all in 新光村 of 湖镇镇, all with the secret word in their names."""

    risk: object
    thing: object
    alarm: object
    task: object
    incident: object
    entry: object
    shelter: object
    team: object
    stock: object

    @property
    def ids(self):
        """The objects by the name that addresses give them."""
        return {name: getattr(self, name).pk for name in ("risk", "thing", "alarm", "task", "incident", "shelter",
                                                          "team", "stock")}  # fmt: skip


@pytest.fixture
def cast(db):
    """The usual people."""
    cache.clear()
    return scene()


@pytest.fixture
def now():
    """A moment close to the one that requests have."""
    return datetime.now(UTC)


@pytest.fixture
def world(cast, now):
    """One object of every kind."""
    return make_world(now)


def make_world(now, suffix=""):
    """One object of every kind, with observations on the station."""
    from tests.cast import datastream, rule, thing

    station = thing(f"RV9{suffix}", f"{SECRET}水位站{suffix}")
    stream = datastream(station)
    for minutes in range(0, 50, 10):
        at = now - timedelta(minutes=minutes)
        Observation.objects.create(
            datastream=stream, at=at, value=41.0 - minutes / 100, quality=0, checks=0, received_at=at
        )
    Latest.objects.create(datastream=stream, at=now, value=41.0, quality=0, received_at=now)
    place = {"division_code": VILLAGE, "point": centre(VILLAGE)}
    raised = alarm(rule(stream), at=now - timedelta(minutes=5))
    task = Task.objects.create(
        number=f"T{suffix or 0}", title=f"{SECRET}任务", kind=TaskKind.FLOOD, origin=Origin.REPORT,
        state=TaskState.REPORTED, rung=Rung.VILLAGE, reporter="甲", created_at=now, updated_at=now, due_at=now, **place,
    )  # fmt: skip
    incident = Incident.objects.create(
        number=f"I{suffix or 0}", title=f"{SECRET}事件", kind=IncidentKind.FLOOD, happened_at=now, opened_at=now,
        opened_by="乙", scene_due_at=now + timedelta(minutes=30), **place,
    )  # fmt: skip
    entry = incident.entries.create(
        at=now, recorded_at=now, kind="note", author_id="1", author="乙", text=f"{SECRET}记录"
    )
    kept = {"phone": "13812345678", "contact": "丙", **place}
    return World(
        risk=risk(f"RK9{suffix}", f"{SECRET}危险区{suffix}"),
        thing=station,
        alarm=raised,
        task=task,
        incident=incident,
        entry=entry,
        shelter=Shelter.objects.create(code=f"S{suffix}", name=f"{SECRET}避灾点", capacity=100, **kept),
        team=Team.objects.create(code=f"Q{suffix}", name=f"{SECRET}队", kind=TeamKind.SOCIAL, members=9, **kept),
        stock=Stock.objects.create(
            code=f"W{suffix}", name=f"{SECRET}仓库", item="沙袋", quantity=5, measure="只", **kept
        ),
    )


@pytest.fixture
def sit():
    """Sits somebody down at a browser."""

    def at_browser(user):
        client = Client()
        client.force_login(user)
        return client

    return at_browser
