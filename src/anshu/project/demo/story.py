# SPDX-License-Identifier: Apache-2.0
"""The storm's story, played through the real doors: station, duty officer, village, township."""

import io
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw

from anshu.ingest.replay import replay_file
from anshu.project.demo import PASSWORD
from anshu.project.demo.client import Answer, Listener, Person
from anshu.project.demo.signals import tell
from anshu.project.demo.stations import STATIONS, STORY_STATION

STORM = Path(__file__).parent / "storm.sl651"
STATION = next(station for station in STATIONS if station.address == STORY_STATION)


@dataclass(frozen=True, slots=True)
class Doors:
    """Where the platform's processes listen."""

    web: str
    stream: str
    ingest: Mapping[str, tuple[str, int]]


@dataclass(slots=True)
class Told:
    """What happened, for the check."""

    alarm_id: int = 0
    task_id: int = 0
    incident_id: int = 0
    frames: int = 0


def play(doors: Doors, *, speed: float, say: Callable[[str], None]) -> Told:
    """This will play the whole story; raises Answer where it does not go as it should."""
    told = Told()
    duty = Person(doors.web, "duty", PASSWORD)
    listener = Listener(doors.stream, duty)
    listener.start()
    storm = _Storm(doors, speed)
    storm.start()
    say("暴雨开始:18 个站点经 SL 651 报文接入")
    others = _Others(doors, say)
    others.start()
    _alarm(duty, listener, told, say)
    _field(doors, told, say)
    _township(doors, told, say)
    storm.join()
    told.frames = storm.finished()
    others.join()
    others.finished()
    listener.wait(_about(told.alarm_id, "alarm.cleared"), seconds=30, what="clearing of the alarm")
    say("水位回落,告警按回差自动解除")
    duty.post(
        f"/incidents/{told.incident_id}/closure", {"conclusion": "水位已回落至黄色阈值以下,人员无伤亡,巡查结束。"}
    )
    say("值班员结束事件")
    return told


class _Storm(threading.Thread):
    """Sends the recorded frames while the story goes on."""

    def __init__(self, doors: Doors, speed: float) -> None:
        super().__init__(daemon=True)
        self._doors, self._speed = doors, speed
        self._outcome: Any = None
        self._error: Exception | None = None

    def run(self) -> None:
        host, port = self._doors.ingest["sl651"]
        try:
            self._outcome = replay_file(
                path=STORM, protocol="sl651", host=host, port=port, speed=self._speed, to_now=True
            )
        except Exception as error:
            self._error = error

    def finished(self) -> int:
        """This will give the number of acknowledged frames."""
        if self._error:
            raise Answer(f"the replay failed: {self._error}")
        if not self._outcome.complete:
            raise Answer(f"not every frame was acknowledged: {self._outcome.as_json()}")
        return int(self._outcome.as_json()["acknowledged"])


class _Others(threading.Thread):
    """Has the devices of the other protocols say their part meanwhile."""

    def __init__(self, doors: Doors, say: Callable[[str], None]) -> None:
        super().__init__(daemon=True)
        self._doors, self._say = doors, say
        self._error: OSError | None = None

    def run(self) -> None:
        try:
            tell(self._doors.ingest, self._say)
        except OSError as error:
            self._error = error

    def finished(self) -> None:
        """This will raise Answer where a door did not do its part."""
        if self._error:
            raise Answer(f"another device was not answered: {self._error}")


def _about(subject_id: int, kind: str) -> Callable[[dict[str, Any]], bool]:
    return lambda event: event["kind"] == kind and int(event["subject"]["id"]) == subject_id


def _alarm(duty: Person, listener: Listener, told: Told, say: Callable[[str], None]) -> None:
    def about_level(event: dict[str, Any]) -> bool:
        return str(event["kind"]).startswith("alarm.") and str(event["title"]).startswith(f"{STATION.name} 水位")

    raised = listener.wait(
        lambda event: about_level(event) and event["level"] == "yellow", seconds=120, what="yellow alarm"
    )
    told.alarm_id = int(raised["subject"]["id"])
    say(f"黄色:{raised['title']}")
    worse = listener.wait(
        lambda event: about_level(event) and event["level"] == "orange", seconds=120, what="orange alarm"
    )
    say(f"橙色:{worse['title']}")
    duty.post(f"/alarms/{told.alarm_id}/acknowledgement", {"comment": "已电话核实,现场降雨持续。"})
    opened = duty.post(f"/alarms/{told.alarm_id}/incident", {"title": "溪口低洼河段洪水险情"})
    told.incident_id = int(opened["id"])
    say("值班员确认告警并开启事件")


def _field(doors: Doors, told: Told, say: Callable[[str], None]) -> None:
    """This will let the village's first responsible person do the task on the phone page's API."""
    task, person = _find_task(doors, told)
    told.task_id = int(task["id"])
    say(f"任务 {task['number']} 已派给{task['assignee']},期限 {task['due_at'][11:16]}")
    person.post(f"/tasks/{told.task_id}/transitions/take", {})
    photo = person.upload("现场.jpg", scene_photo(), "image/jpeg")
    person.post(
        f"/tasks/{told.task_id}/transitions/feedback",
        {
            "text": "已到河边,水位距堤顶约 0.8 米,3 户 7 人已转移到文化礼堂。",
            "photos": [photo["id"]],
            "position": {"lng": STATION.lng, "lat": STATION.lat, "accuracy_m": 8, "crs": "wgs84"},
        },
    )
    say("村责任人签收,带照片和位置反馈")


def _find_task(doors: Doors, told: Told) -> tuple[dict[str, Any], Person]:
    from anshu.domain.alerts.models import Alarm

    village = Alarm.objects.values_list("division_code", flat=True).get(pk=told.alarm_id)
    person = Person(doors.web, f"c{village}", PASSWORD)
    for row in person.get("/tasks?mine=1")["rows"]:
        if (row["source_type"], row["source_id"]) == ("alarm", str(told.alarm_id)):
            return row, person
    raise Answer(f"the village {village} has no task of alarm {told.alarm_id}")


def _township(doors: Doors, told: Told, say: Callable[[str], None]) -> None:
    from anshu.domain.grassroots.models import Task

    code = Task.objects.values_list("division_code", flat=True).get(pk=told.task_id)
    person = Person(doors.web, f"z{code[:9]}000b", PASSWORD)
    person.post(f"/tasks/{told.task_id}/transitions/close", {"text": "照片和位置属实,同意销号。", "reason": "复核属实"})
    say("镇应急管理站复核销号")


def scene_photo() -> bytes:
    """This will draw a picture of a river in flood, with the position in its EXIF; labelled as made up."""
    image = Image.new("RGB", (1280, 960), "#9aa7ad")
    draw = ImageDraw.Draw(image)
    draw.polygon([(0, 420), (1280, 360), (1280, 960), (0, 960)], fill="#8a6f4d")
    for y in range(480, 940, 38):
        draw.line([(0, y), (1280, y - 44)], fill="#a3875f", width=9)
    draw.polygon([(0, 330), (1280, 250), (1280, 360), (0, 420)], fill="#55705a")
    draw.rectangle([930, 240, 960, 640], fill="#e8e8e8")
    for mark in range(260, 640, 40):
        draw.rectangle([930, mark, 960, mark + 16], fill="#d4380d")
    draw.text((24, 24), "DEMO - drawn, not a photograph", fill="white")
    exif = Image.Exif()
    exif[0x0132] = exif[0x9003] = "2026:06:20 17:05:00"
    exif.get_ifd(0x8825).update({1: "N", 2: _degrees(STATION.lat), 3: "E", 4: _degrees(STATION.lng)})
    out = io.BytesIO()
    image.save(out, "JPEG", quality=82, exif=exif)
    return out.getvalue()


def _degrees(value: float) -> tuple[float, float, float]:
    minutes = (value - int(value)) * 60
    return float(int(value)), float(int(minutes)), round((minutes - int(minutes)) * 60, 3)
