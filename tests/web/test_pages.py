# SPDX-License-Identifier: Apache-2.0
"""The host pages and the home page of every role."""

import json
import re

import pytest
from django.test import Client

ROLES = ["leader", "duty_officer", "bureau", "township", "village", "grid_worker", "enterprise", "auditor",
         "system_administrator"]  # fmt: skip


@pytest.mark.parametrize("role", ROLES)
def test_every_role_has_a_home_that_is_small(role, world, cast, sit):
    answer = sit(getattr(cast, role)).get("/")
    assert answer.status_code == 200
    assert len(answer.content) < 300_000


@pytest.mark.parametrize("role", ROLES)
def test_every_number_on_the_home_page_opens(role, world, cast, sit):
    client = sit(getattr(cast, role))
    page = client.get("/").content.decode()
    links = set(re.findall(r'class="an-figure[^"]*" href="([^"]+)"', page))
    for link in links:
        assert client.get(link.replace("&amp;", "&")).status_code == 200, link


def test_the_township_sees_its_late_task_first(world, cast, sit):
    page = sit(cast.township).get("/").content.decode()
    assert page.index("我的待办") < page.index("监测告警") < page.index("我的辖区")


def test_the_system_administrator_sees_the_platform_and_no_business_row(world, cast, sit):
    page = sit(cast.system_administrator).get("/").content.decode()
    assert "投递失败" in page
    assert "秘而不宣" not in page


@pytest.mark.parametrize(("address", "entry"), [("/map/", "onemap"), ("/m/", "mobile"), ("/m/task/3", "mobile"),
                                                ("/wall/", "wall")])  # fmt: skip
def test_surfaces_carry_their_settings_as_data(address, entry, cast, sit):
    page = sit(cast.township).get(address, headers={"Accept-Language": "zh-CN"}).content.decode()
    boot = json.loads(re.search(r'<script id="boot" type="application/json">(.+?)</script>', page)[1])
    assert boot["api"] == "/api/v1"
    assert boot["language"] == "zh-CN"
    assert boot["streamUrl"].endswith("/stream/")
    assert f'data-surface="{entry}"' in page
    assert "<script>" not in page


@pytest.mark.parametrize("address", ["/", "/map/", "/m/", "/wall/", "/search/?q=a", "/incidents/1/"])
def test_pages_ask_strangers_to_sign_in(address, db):
    answer = Client().get(address)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/login/")


def test_the_manifest_lets_a_phone_install_the_application(db):
    told = Client().get("/m/manifest.webmanifest").json()
    assert (told["scope"], told["start_url"], told["display"]) == ("/m/", "/m/", "standalone")


def test_an_incident_is_kept_struck_and_closed_on_its_page(world, cast, sit):
    client, address = sit(cast.duty_officer), f"/incidents/{world.incident.pk}/"
    client.post(f"{address}entries/", {"text": "<b>水位</b>回落"})
    page = client.get(address).content.decode()
    assert "&lt;b&gt;水位&lt;/b&gt;回落" in page
    entry = world.incident.entries.get(text="<b>水位</b>回落")
    client.post(f"{address}strike/", {"entry": entry.pk, "reason": "误记"})
    assert "误记" in client.get(address).content.decode()
    client.post(f"{address}closure/", {"conclusion": "险情解除"})
    world.incident.refresh_from_db()
    assert (world.incident.state, world.incident.conclusion) == ("closed", "险情解除")


def test_another_township_finds_no_such_incident(world, cast, sit):
    client = sit(cast.other_township)
    assert client.get(f"/incidents/{world.incident.pk}/").status_code == 404
    assert client.post(f"/incidents/{world.incident.pk}/entries/", {"text": "x"}).status_code == 404
