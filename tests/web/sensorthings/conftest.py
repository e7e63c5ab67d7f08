# SPDX-License-Identifier: Apache-2.0
"""Two stations of one township and one of another, and an upper platform that asks."""

from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest
from django.test import Client
from tests.cast import datastream, thing

from anshu.domain.sensing.models import Observation
from anshu.kernel.access.services import api_token_issue
from anshu.kernel.audit.actor import platform
from anshu.web.sensorthings import callers, rate

ROOT = "/sta/v1.1"
START = datetime(2026, 7, 4, 0, 0, tzinfo=UTC)
FAR = "330825109205"


@pytest.fixture(autouse=True)
def ample_allowance(monkeypatch):
    """Tests that ask much are not held up."""
    monkeypatch.setattr(callers, "ALLOWANCES", rate.Allowances(burst=100_000))


@pytest.fixture
def network(cast):
    """Two stations of one township and one of another, each with its values."""
    made = {}
    for code, name, place, count in (
        ("RV001", "后陈水位站", "330825101200", 30),
        ("RV002", "张家埠水位站", "330825101200", 3),
        ("RV009", "外乡水位站", FAR, 3),
    ):
        station = thing(code, name, division_code=place)
        stream = datastream(station)
        Observation.objects.bulk_create(
            Observation(datastream=stream, at=START + timedelta(minutes=5 * i), value=40.0 + i, quality=0, checks=0,
                        received_at=START + timedelta(minutes=5 * i, seconds=2))
            for i in range(count)
        )  # fmt: skip
        made[code] = (station, stream)
    return made


@pytest.fixture
def token(cast):
    """An upper platform's token over the whole county."""
    return api_token_issue(
        name="上级平台", division_code="330825000000", expires_at=datetime(2027, 1, 1, tzinfo=UTC), reason="对接",
        actor=platform("test"), now=START,
    )[1]  # fmt: skip


@pytest.fixture
def get(network, token):
    """Asks as the upper platform."""

    def ask(path, *, status=200, **options):
        query = "&".join(f"${name}={quote(str(value))}" for name, value in options.items())
        address = path if path.startswith("http") else f"{ROOT}/{path}" + (f"?{query}" if query else "")
        answer = Client().get(address, headers={"authorization": f"Bearer {token}"})
        assert answer.status_code == status, answer.content.decode()
        return answer.json() if "json" in answer.headers.get("Content-Type", "") else answer.content.decode()

    return ask
