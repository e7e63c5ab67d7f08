# SPDX-License-Identifier: Apache-2.0
"""A whole platform of its own for journeys, reliability tests and benchmarks: real processes, free ports."""

import os
import shutil
import signal
import socket
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from anshu.project.cluster import Cluster
from anshu.project.supervisor import PARTS, Supervisor

_DOORS = ("HTTP", "SL651", "HJ212", "JT808", "JT809", "GB26875", "MQTT")
PORT_NAMES = ("ANSHU_WEB", "ANSHU_STREAM", *(f"ANSHU_INGEST_{door}" for door in _DOORS))
HEALTH = {"ANSHU_WEB": "healthz", "ANSHU_STREAM": "healthz", "ANSHU_INGEST_HTTP": "health"}


def free_port() -> int:
    """This will give a port that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Platform:
    """Its processes, with the means to kill them."""

    cluster: Cluster
    environment: dict[str, str]
    supervisor: Supervisor
    notes: list[str] = field(default_factory=list)

    def address(self, name: str) -> tuple[str, int]:
        """This will give host and port of one door, such as ANSHU_WEB."""
        host, port = self.environment[name].rsplit(":", 1)
        return host, int(port)

    def url(self, name: str, path: str = "/") -> str:
        """This will give the address of a page."""
        return f"http://{self.environment[name]}{path}"

    def kill(self, part: str) -> None:
        """This will kill -9 one part: a process of ours, or the database server."""
        if part == "postgres":
            pid = int((self.cluster.folder / "postmaster.pid").read_text().split("\n", 1)[0])
            os.kill(pid, signal.SIGKILL)
            return
        process = self.supervisor.children[part].process
        os.killpg(process.pid, signal.SIGKILL)

    def wait_healthy(self, *, seconds: float = 60) -> None:
        """This will wait until every door answers."""
        end = time.monotonic() + seconds
        for name, path in HEALTH.items():
            while not _answers(self.url(name, f"/{path}")):
                if time.monotonic() > end:
                    raise TimeoutError(f"{name} did not become healthy: {self.notes[-5:]}")
                time.sleep(0.1)


def _answers(url: str) -> bool:
    try:
        with urlopen(url, timeout=2) as response:
            return bool(response.status == 200)
    except (URLError, OSError):
        return False


@contextmanager
def platform(
    folder: Path,
    *,
    durable: bool = True,
    demo: bool = True,
    environment: Mapping[str, str] | None = None,
    parts: Sequence[str] = PARTS,
) -> Iterator[Platform]:
    """This will run a fresh platform with the demonstration county in `folder` until the block ends.

    Commands run in processes of their own, so that the caller's Django settings stay as they are.
    """
    cluster = Cluster(folder / "pg", durable=durable)
    cluster.stop(mode="immediate")
    shutil.rmtree(folder, ignore_errors=True)
    wanted = {
        **{key: value for key, value in os.environ.items() if not key.startswith("ANSHU_")},
        **{name: f"127.0.0.1:{free_port()}" for name in PORT_NAMES},
        "ANSHU_DATA": str(folder),
        "ANSHU_DEMO": "1" if demo else "0",
        "DATABASE_URL": cluster.ensure(),
        "DJANGO_SETTINGS_MODULE": "anshu.project.settings",
        **(environment or {}),
    }
    notes: list[str] = []
    supervisor = Supervisor(wanted, cluster, notes.append, parts)
    running = Platform(cluster, wanted, supervisor, notes)
    run(running, "import django; django.setup(); from anshu.project.tables import migrate_all; migrate_all()")
    run(running, _LOAD)
    supervisor.start()
    watcher = threading.Thread(target=supervisor.watch, daemon=True)
    watcher.start()
    try:
        running.wait_healthy()
        yield running
    finally:
        supervisor.stopping = True
        watcher.join(15)
        supervisor.stop()


_LOAD = """
import django; django.setup()
from django.utils import timezone
from anshu.project.demo.load import load
load(now=timezone.now())
"""


def run(running: Platform, program: str) -> str:
    """This will run a little program against the platform's database and give what it printed."""
    import subprocess

    done = subprocess.run(
        [sys.executable, "-c", program], env=running.environment, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise RuntimeError(done.stderr[-3000:])
    return done.stdout
