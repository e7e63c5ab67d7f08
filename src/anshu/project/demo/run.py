# SPDX-License-Identifier: Apache-2.0
"""Runs the demonstration: sets up, starts, plays the storm, stays up; or checks the outcome and stops."""

import os
import shutil
import socket
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.error import URLError
from urllib.request import urlopen

from anshu.project.cluster import Cluster
from anshu.project.paths import data_dir
from anshu.project.supervisor import Supervisor

if TYPE_CHECKING:
    from anshu.project.demo.story import Doors

Say = Callable[[str], None]
PORTS = {"ANSHU_WEB": 8000, "ANSHU_STREAM": 8001, "ANSHU_INGEST_HTTP": 8002, "ANSHU_INGEST_SL651": 5651}
# Where one of these is taken, any other port does: nobody types it.
MORE_PORTS = {
    "ANSHU_INGEST_HJ212": 5212, "ANSHU_INGEST_JT808": 5808, "ANSHU_INGEST_JT809": 5809, "ANSHU_INGEST_GB26875": 5875,
    "ANSHU_INGEST_MQTT": 5883,
}  # fmt: skip
# Values a second that one device may send: fewer than usual, so that one that floods shows with few values.
DEVICE_RATE = "500"
PROTOCOLS = ("sl651", "hj212", "jt808", "gb26875", "mqtt", "http")
HEALTH_S = 60.0
# The storm lasts six hours: 240 times faster it takes a minute and a half, 900 times faster 25 s.
SPEED_SHOWN, SPEED_CHECKED = 240.0, 900.0


def run(*, check: bool, reset: bool, say: Say) -> int:
    """This will run the demonstration; gives the exit code."""
    started = time.monotonic()
    cluster = _environment(check=check, reset=reset, say=say)
    say("启动数据库 starting the database…")
    os.environ["DATABASE_URL"] = cluster.ensure()
    supervisor = Supervisor(os.environ, cluster, say)
    _stop_on_signal(supervisor)
    try:
        _prepare(say)
        say("启动 web、stream、ingest、worker…")
        supervisor.start()
        _wait_healthy(supervisor)
        say(f"就绪,用时 {time.monotonic() - started:.0f} s")
        return _check(say) if check else _stay(supervisor, say)
    finally:
        say("正在停止 stopping…")
        supervisor.stop()


def _environment(*, check: bool, reset: bool, say: Say) -> Cluster:
    """This will choose data folder and ports: the check has its own, so that it never touches a running demo."""
    folder = (
        Path(os.environ["ANSHU_DATA"]) if "ANSHU_DATA" in os.environ else data_dir() / ("check" if check else "demo")
    )
    os.environ.update(
        {"ANSHU_DATA": str(folder), "ANSHU_DEMO": "1", "DJANGO_SETTINGS_MODULE": "anshu.project.settings"}
    )
    cluster = Cluster(folder / "pg")
    if (reset or check) and folder.exists():
        say("清除旧的演示数据 removing the old demonstration data…")
        cluster.stop(mode="immediate")
        shutil.rmtree(folder)
    for name, port in PORTS.items():
        os.environ.setdefault(name, f"127.0.0.1:{_free_port() if check else _port(name, port)}")
    for name, port in MORE_PORTS.items():
        os.environ.setdefault(name, f"127.0.0.1:{_free_port() if check or _taken(port) else port}")
    os.environ.setdefault("ANSHU_INGEST_DEVICE_RATE", DEVICE_RATE)
    return cluster


def _taken(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _port(name: str, port: int) -> int:
    if _taken(port):
        sys.exit(f"[安枢] 端口 {port} 已被占用;请先停掉它,或设置 {name}=127.0.0.1:其他端口。Port {port} is in use.")
    return port


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _stop_on_signal(supervisor: Supervisor) -> None:
    import signal

    def halt(_number: int, _frame: object) -> None:
        supervisor.stopping = True
        raise SystemExit(0)

    signal.signal(signal.SIGTERM, halt)
    signal.signal(signal.SIGINT, halt)


def _prepare(say: Say) -> None:
    import django

    django.setup()
    from django.utils import timezone

    from anshu.project.demo.load import load
    from anshu.project.tables import migrate_all

    migrate_all()
    say("表结构就绪,装载演示县 loading the county…")
    if not load(now=timezone.now()):
        say("演示县已在 the county is there already")


def _wait_healthy(supervisor: Supervisor) -> None:
    urls = [f"http://{os.environ[name]}/{path}" for name, path in _HEALTH.items()]
    end = time.monotonic() + HEALTH_S
    for url in urls:
        while not _answers(url):
            supervisor.tend()
            if time.monotonic() > end:
                sys.exit(f"[安枢] {url} 在 {HEALTH_S:.0f} 秒内没有就绪 was not ready in time")
            time.sleep(0.1)


_HEALTH = {"ANSHU_WEB": "healthz", "ANSHU_STREAM": "healthz", "ANSHU_INGEST_HTTP": "health"}


def _answers(url: str) -> bool:
    try:
        with urlopen(url, timeout=2) as response:
            return bool(response.status == 200)
    except (URLError, OSError):
        return False


def _doors() -> "Doors":
    from anshu.project.demo.story import Doors

    return Doors(
        web=f"http://{os.environ['ANSHU_WEB']}",
        stream=f"http://{os.environ['ANSHU_STREAM']}/stream/",
        ingest={protocol: _address(f"ANSHU_INGEST_{protocol.upper()}") for protocol in PROTOCOLS},
    )


def _address(name: str) -> tuple[str, int]:
    host, port = os.environ[name].rsplit(":", 1)
    return host, int(port)


def _check(say: Say) -> int:
    from anshu.project.demo.client import Answer
    from anshu.project.demo.fleet import Fleet
    from anshu.project.demo.story import play
    from anshu.project.demo.verify import faults

    try:
        fleet = Fleet(_address("ANSHU_INGEST_JT808"))
        fleet.start()
        told = play(_doors(), speed=SPEED_CHECKED, say=say)
        fleet.stop()
    except Answer as answer:
        say(f"✗ {answer}")
        return 1
    found = faults(told)
    for fault in found:
        say(f"✗ {fault}")
    if not found:
        say(f"✓ {told.frames} 帧全部入库,各协议的设备、车船、告警、任务、事件与审计链均如所述 all as it should be")
    return 1 if found else 0


def _stay(supervisor: Supervisor, say: Say) -> int:
    from anshu.project.demo import PASSWORD
    from anshu.project.demo.people import COUNTY_SEATS

    base = f"http://{os.environ['ANSHU_WEB']}"
    lines = [
        f"打开 open  {base}/        一图 {base}/map/   大屏 {base}/wall/   手机端 {base}/m/",
        f"演示账号 accounts(口令 password 均为 {PASSWORD}):",
        *(f"  {seat.username:10} {seat.note}" for seat in COUNTY_SEATS if seat.note),
        "  z330825109000b  溪口镇应急管理站站长     c330825109… 各村书记(账号为 c+村代码)",
        "Ctrl-C 停止 stops everything。  bin/demo --reset 从头开始。",
    ]
    for line in lines:
        say(line)
    threading.Thread(target=_show, args=(say,), daemon=True).start()
    supervisor.watch()
    return 0


def _show(say: Say) -> None:
    """This will play the storm when the data is older than the storm is long, then keep the stations reporting."""
    from anshu.project.demo.client import Answer
    from anshu.project.demo.fleet import Fleet
    from anshu.project.demo.live import feed, last_report_age_h
    from anshu.project.demo.story import play

    doors = _doors()
    Fleet(doors.ingest["jt808"]).start()
    try:
        if last_report_age_h() > 6.5:
            play(doors, speed=SPEED_SHOWN, say=say)
        feed(doors.ingest)
    except (Answer, OSError) as answer:
        say(f"演示过程中断 the storm was interrupted: {answer}")
