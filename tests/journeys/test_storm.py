# SPDX-License-Identifier: Apache-2.0
"""The storm as the county lives it: gauge, duty officer, village, township; desktop and phone, one long night."""

import json
import socket
import subprocess
import sys
from datetime import datetime, timedelta

import pytest
from tools.running import run

from anshu.project.demo.stations import STATIONS, STORY_STATION
from anshu.project.demo.story import scene_photo
from anshu.wire.base import CHINA
from anshu.wire.sl651 import Group, Station, encode_uplink

pytestmark = pytest.mark.journey
STATION = next(station for station in STATIONS if station.address == STORY_STATION)
BLUE, YELLOW, ORANGE, RED = STATION.levels
SOME_VILLAGE = "330825101003"
HERE = {"latitude": STATION.lat, "longitude": STATION.lng, "accuracy": 9}

FIND = """
import django, json; django.setup()
from anshu.domain.alerts.models import Alarm
from anshu.domain.grassroots.models import Task
alarm = Alarm.objects.filter(thing__address="%s", cause="threshold").latest("id")
task = Task.objects.get(source_type="alerts.alarm", source_id=str(alarm.pk))
print(json.dumps({"alarm": alarm.pk, "village": alarm.division_code, "task": task.pk, "number": task.number}))
"""
REPORTS = """
import django, json; django.setup()
from anshu.domain.grassroots.models import Task
from anshu.kernel.files.models import StoredFile
rows = Task.objects.filter(origin="report", text__contains="%s")
files = StoredFile.objects.filter(subject_type="grassroots.task", subject_id__in=[str(row.pk) for row in rows])
print(json.dumps({"tasks": rows.count(), "photos": files.count()}))
"""


class Gauge:
    """The river gauge: one report a minute of observation time."""

    def __init__(self, address):
        self.address = address
        self.at = datetime.now(CHINA).replace(second=0, microsecond=0) - timedelta(minutes=30)
        self.serial = 0

    def send(self, level_m):
        """Sends one frame and waits for its acknowledgement."""
        self.at += timedelta(minutes=1)
        self.serial += 1
        sender = Station(STATION.address, password="1234", station_class="H")
        group = Group(self.at, [("water_level", level_m), ("voltage", 12.5)])
        frame = encode_uplink(0x33, sender, serial=self.serial, sent_at=self.at, groups=[group])
        with socket.create_connection(self.address, timeout=10) as line:
            line.sendall(frame)
            assert line.recv(256), "the frame was not acknowledged"


def test_the_storm_from_the_gauge_to_the_closed_incident(running, visit, look, tmp_path):  # noqa: PLR0915  one long night
    faults = []
    gauge = Gauge(running.address("ANSHU_INGEST_SL651"))
    photo = tmp_path / "现场.jpg"
    photo.write_bytes(scene_photo())

    # The duty officer has the map open; the level passes yellow, then orange.
    duty = visit("duty", "desk", "/map/")
    duty.wait_for_selector("canvas")
    duty.evaluate("window.stillThere = true")
    gauge.send(STATION.base_m + 0.5)
    gauge.send(YELLOW + 0.1)
    alarm = duty.locator(".om-alarm", has_text=f"{STATION.name} 水位")
    alarm.locator(".an-level-yellow").wait_for()
    gauge.send(ORANGE + 0.2)
    alarm.locator(".an-level-orange").wait_for()
    assert duty.evaluate("window.stillThere") is True, "the page was loaded anew"
    faults += look(duty, "desk-map-alarm")

    # He acknowledges it in the drawer and opens an incident.
    alarm.click()
    drawer = duty.locator(".om-drawer")
    drawer.get_by_role("button", name="签收").click()
    drawer.get_by_role("button", name="填写意见").click()
    drawer.locator(".om-form textarea").first.fill("已电话核实")
    drawer.locator(".om-form button[type=submit]").click()
    drawer.get_by_role("button", name="转为事件").click()
    drawer.locator(".om-row[href^='/incidents/']").first.wait_for()
    faults += look(duty, "desk-map-drawer")

    # The village's first responsible person has a task on the phone, takes it, answers with photo and position.
    found = json.loads(run(running, FIND % STATION.address))
    village = visit(f"c{found['village']}", "phone", "/m/", position=HERE)
    card = village.locator(".m-task", has_text=STATION.name).first
    card.wait_for()
    faults += look(village, "phone-tasks")
    card.click()
    village.get_by_role("button", name="签收").click()
    village.get_by_role("button", name="反馈").click()
    village.locator("textarea").first.fill("水位距堤顶 0.8 米,3 户 7 人已转移")
    village.locator("input[type=file]").set_input_files(photo)
    village.locator(".m-photos figure").wait_for()
    faults += look(village, "phone-feedback")
    village.locator(".m-form button[type=submit]").click()
    village.locator(".m-clock", has_text="已反馈").wait_for()
    faults += look(village, "phone-task-fed-back")

    # The township rechecks and closes.
    town = visit(f"z{found['village'][:9]}000b", "desk", "/")
    town.goto(running.url("ANSHU_WEB", f"/r/tasks/{found['task']}/"))
    faults += look(town, "desk-task")
    town.get_by_role("button", name="复核销号").click()
    dialog = town.locator(".modal.show")
    if dialog.locator("textarea").count():
        dialog.locator("textarea").first.fill("照片与位置属实")
    dialog.locator("button[type=submit]").click()
    town.get_by_text("已销号").first.wait_for()

    # The water falls past the hysteresis; the alarm leaves the map by itself.
    gauge.send(STATION.base_m + 0.5)
    alarm.wait_for(state="detached")

    # The incident is ended with a conclusion; everything stands on its one timeline.
    duty.goto(running.url("ANSHU_WEB", "/incidents/1/"))
    timeline = duty.locator("#timeline")
    timeline.get_by_text("水位距堤顶 0.8 米").wait_for()
    duty.locator("#conclusion").fill("水位回落,无伤亡")
    duty.locator("#closure button[type=submit]").click()
    duty.get_by_text("已结束").first.wait_for()
    for word in ("黄色", "橙色", "已电话核实", "签收", "反馈", "复核销号"):
        assert timeline.get_by_text(word).count(), word
    faults += look(duty, "desk-incident")

    verified = subprocess.run(
        [sys.executable, "-m", "anshu.project.command", "audit", "verify"],
        env=running.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert verified.returncode == 0, verified.stdout
    assert faults == []


def test_a_report_without_signal_waits_survives_a_reload_and_is_sent_once(running, visit, look, tmp_path):
    photo = tmp_path / "裂缝.jpg"
    photo.write_bytes(scene_photo())
    mark = "断网时发现的裂缝"
    page = visit(f"c{SOME_VILLAGE}", "phone", "/m/", position=HERE)
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.reload()
    page.locator(".m-tabs").get_by_text("上报").click()
    page.locator(".m-kinds button").first.wait_for()
    page.context.set_offline(True)
    page.locator("input[type=file]").set_input_files(photo)
    page.locator(".m-photos figure").wait_for()
    page.locator(".m-kinds button").nth(1).click()
    page.locator("textarea").first.fill(mark)
    faults = look(page, "phone-report")
    page.locator(".m-form button[type=submit]").click()
    page.get_by_text("1 条待发送").wait_for()
    page.reload()
    page.get_by_text("1 条待发送").wait_for()
    faults += look(page, "phone-offline")
    assert json.loads(run(running, REPORTS % mark)) == {"tasks": 0, "photos": 0}
    page.context.set_offline(False)
    page.get_by_text("1 条待发送").wait_for(state="detached")
    page.reload()
    page.locator(".m-tabs").get_by_text("上报").wait_for()
    assert json.loads(run(running, REPORTS % mark)) == {"tasks": 1, "photos": 1}
    assert faults == []


PAGES = [
    ("duty", "desk", "/"),
    ("duty", "desk", "/r/alarms/"),
    ("duty", "phone", "/r/alarms/"),
    ("duty", "desk", "/r/risks/"),
    ("leader", "desk", "/"),
    ("leader", "phone", "/"),
    ("z330825109000b", "desk", "/"),
    ("sysadmin", "desk", "/"),
    ("audadmin", "desk", "/"),
    ("duty", "wall", "/wall/"),
    ("duty", "phone", "/map/"),
]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("username", "size", "path"), PAGES)
def test_a_page_can_be_used_by_everybody(visit, look, username, size, path, theme):
    page = visit(username, size, "/", theme=theme)
    if path != "/":
        page.goto(page.url.rstrip("/") + path)
    page.locator("h1:visible, canvas:visible").first.wait_for()
    name = f"{size}-{username}{path.replace('/', '-').rstrip('-')}-{theme}"
    assert look(page, name) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth + 1"), "wider than the screen"
