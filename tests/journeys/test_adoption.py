# SPDX-License-Identifier: Apache-2.0
"""A rain gauge out of its box: it sends, is found in the list, adopted on the map in one form, and raises an alarm."""

import json
import socket
import time
from datetime import datetime, timedelta

import pytest
from tools.running import run

from anshu.wire.base import CHINA
from anshu.wire.sl651 import Group, Station, encode_uplink

pytestmark = pytest.mark.journey
PATIENCE_S = 60
FOUND = """
import django, json; django.setup()
from anshu.domain.alerts.models import Alarm, Rule
from anshu.domain.sensing.models import Exchange, Observation, Quarantine, Thing
thing = Thing.objects.filter(protocol="sl651", address="%s").first()
print(json.dumps({
    "thing": thing and thing.pk,
    "division": thing and thing.division_code,
    "values": Observation.objects.filter(datastream__thing=thing).count() if thing else 0,
    "rules": Rule.objects.filter(datastream__thing=thing).count() if thing else 0,
    "alarms": Alarm.objects.filter(thing=thing).count() if thing else 0,
    "ways": sorted(set(Exchange.objects.filter(thing=thing).values_list("way", flat=True))) if thing else [],
    "waiting": Quarantine.objects.filter(thing_address="%s", resolution="").count(),
}))
"""


def _minute(ahead):
    """The full minute so many from now."""
    return datetime.now(CHINA).replace(second=0, microsecond=0) + timedelta(minutes=ahead)


class Gauge:
    """A rain gauge that nobody has registered, reporting by the hour."""

    def __init__(self, running, address):
        self.running, self.address, self.serial = running, address, 0

    def send(self, rain_mm, *, at):
        """Sends one hour's rain and waits for the acknowledgement."""
        self.serial += 1
        sender = Station(self.address, password="1234", station_class="P")
        group = Group(at, [("rain_1h", rain_mm), ("voltage", 12.5)])
        frame = encode_uplink(0x33, sender, serial=self.serial, sent_at=at, groups=[group])
        with socket.create_connection(self.running.address("ANSHU_INGEST_SL651"), timeout=20) as line:
            line.sendall(frame)
            assert line.recv(256), "the frame was not acknowledged"

    def wait(self, true):
        """Waits until the database says so, and gives what it says."""
        end = time.monotonic() + PATIENCE_S
        while True:
            found = json.loads(run(self.running, FOUND % (self.address, self.address)))
            if true(found):
                return found
            assert time.monotonic() < end, found


@pytest.mark.parametrize(("size", "address"), [("desk", "3308259971"), ("phone", "3308259972")])
def test_an_unknown_gauge_is_adopted_on_the_map_and_raises_an_alarm(running, visit, look, size, address):
    gauge = Gauge(running, address)
    gauge.send(12.0, at=_minute(-60))
    gauge.wait(lambda found: found["waiting"] == 1)

    page = visit("sysadmin", size, "/r/quarantine/")
    faults = look(page, f"adopt-list-{size}")
    page.click(f"text={address}")
    page.locator("button", has_text="认领").first.click()
    form = page.locator(".modal.show")
    form.locator("input[name=name]").fill(f"石佛乡雨量站{address}")
    form.locator("select[name=model]").select_option("sl651-rain")
    form.get_by_text("在地图上选").click()
    # The map can be used once its keys are there.
    form.get_by_role("button", name="选十字处").wait_for()
    form.locator(".an-place-canvas canvas").click()
    form.get_by_text("区划已随之选好").wait_for()
    faults += look(page, f"adopt-form-{size}")
    form.locator("button[type=submit]").click()
    page.get_by_text("已登记").first.wait_for()

    found = gauge.wait(lambda found: found["values"] and found["rules"])
    assert (found["waiting"], found["values"], found["rules"]) == (0, 2, 3)
    assert found["division"].startswith("330825")

    page.goto(running.url("ANSHU_WEB", f"/devices/{found['thing']}/"))
    page.get_by_role("button", name="抓包 10 分钟").click()
    page.get_by_text("每一帧都会留下").first.wait_for()
    # The rules hold from the moment of the adoption.
    gauge.send(80.0, at=_minute(1))
    gauge.wait(lambda found: found["alarms"] and found["ways"] == ["down", "up"])
    page.reload()
    frames = page.locator("details.dev-frame summary")
    assert "下行" in frames.first.inner_text()
    faults += look(page, f"adopt-diagnosis-{size}")
    assert faults == []


LEVEL = "01755c03777b00"


def test_a_decoder_is_tried_on_a_sample_kept_as_a_file_and_read_in_again(visit, look, tmp_path):
    page = visit("sysadmin", "desk", "/r/device-models/")
    page.click("a:has-text('EM500-SWL')")
    page.goto(f"{page.url}edit/")
    text = page.locator("textarea[name=decoder]")
    page.fill("#decoder_sample", LEVEL)
    page.get_by_role("button", name="试解样例").click()
    page.locator("#decoder_trial").get_by_text("submersible_level").wait_for()
    faults = look(page, "decoder-desk")
    with page.expect_download() as downloading:
        page.get_by_role("button", name="存为文件").click()
    file = tmp_path / "milesight-em500-swl.json"
    downloading.value.save_as(file)
    assert downloading.value.suggested_filename == file.name
    file.write_text(file.read_text(encoding="utf-8").replace('"u16"', '"u99"'), encoding="utf-8")
    page.locator("[data-an-file-of] input[type=file]").set_input_files(file)
    page.get_by_text("已读入").wait_for()
    assert '"u99"' in text.input_value()
    page.get_by_role("button", name="试解样例").click()
    # The fault is named at its place in the configuration.
    page.locator("#decoder_trial").get_by_text("decode[0].channels.cases.03 77.read").wait_for()
    assert faults == []
