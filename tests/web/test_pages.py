# SPDX-License-Identifier: Apache-2.0
"""The host pages and the home page of every role."""

import json
import re

import pytest
from django.test import Client

from anshu.kernel.events.models import Event, FailedDelivery

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
    assert re.search(r"/stream/\?last_event_id=\d+$", boot["streamUrl"])
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


def test_an_alarm_is_answered_on_its_page_and_becomes_an_incident(world, cast, sit):
    client, address = sit(cast.duty_officer), f"/alarms/{world.alarm.pk}/"
    page = client.get(address).content.decode()
    assert "<polyline" in page
    client.post(f"{address}acknowledgement/")
    client.post(f"{address}comments/", {"text": "<i>已核实</i>"})
    page = client.get(address).content.decode()
    assert "&lt;i&gt;已核实&lt;/i&gt;" in page
    assert "未签收" not in page.split("an-head")[1]
    world.alarm.refresh_from_db()
    assert world.alarm.acknowledged_at is not None
    assert client.post(f"{address}incident/")["Location"].startswith("/incidents/")


def test_a_refused_write_says_so_and_saves_nothing(world, cast, sit):
    client, address = sit(cast.duty_officer), f"/incidents/{world.incident.pk}/"
    page = client.post(f"{address}closure/", {"conclusion": " "}, follow=True).content.decode()
    assert "没有保存" in page
    world.incident.refresh_from_db()
    assert world.incident.state == "open"


@pytest.mark.parametrize("number", ["9" * 30, "x", "", "²"])
def test_an_absurd_entry_number_is_not_found(number, world, cast, sit):
    client = sit(cast.duty_officer)
    answer = client.post(f"/incidents/{world.incident.pk}/strike/", {"entry": number, "reason": "误记"})
    assert answer.status_code == 404


def test_a_failed_delivery_is_shown_to_the_system_administrator_and_to_nobody_else(cast, sit, now):
    event = Event.objects.create(at=now, kind="task.moved", capability="danger", subject_type="x", subject_id="1")
    FailedDelivery.objects.create(
        subscription="一订阅", event=event, failed_at=now, error="Traceback\nValueError: 原因"
    )
    page = sit(cast.system_administrator).get("/platform/").content.decode()
    assert "一订阅" in page
    assert "ValueError: 原因" in page
    assert sit(cast.duty_officer).get("/platform/").status_code == 404


def test_an_unknown_receiver_does_not_break_the_page(cast, sit, now):
    event = Event.objects.create(at=now, kind="task.moved", capability="danger", subject_type="x", subject_id="1")
    failed = FailedDelivery.objects.create(subscription="不存在", event=event, failed_at=now, error="")
    client = sit(cast.system_administrator)
    page = client.post(f"/platform/deliveries/{failed.pk}/retry/", follow=True).content.decode()
    assert "仍未送达" in page
    failed.refresh_from_db()
    assert failed.retried_at is None
