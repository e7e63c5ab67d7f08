# SPDX-License-Identifier: Apache-2.0
"""NATS servers of one's own for tests and benchmarks: one, or a cluster of three on free ports of loopback."""

import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from tools.running import free_port

PROGRAM = shutil.which("nats-server") or shutil.which("nats-server", path="/usr/sbin:/usr/local/sbin")


@dataclass
class Node:
    """One server, with the means to kill it and to start it again."""

    name: str
    folder: Path
    port: int
    monitor: int
    arguments: list[str] = field(default_factory=list)
    process: "subprocess.Popen[bytes] | None" = None

    def start(self) -> None:
        """This will start it on its old files."""
        assert PROGRAM is not None
        self.process = subprocess.Popen(
            [PROGRAM, *self.arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        )

    def kill(self) -> None:
        """This will kill -9 it."""
        if self.process is not None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()

    @property
    def ready(self) -> bool:
        """Tell whether it serves JetStream."""
        try:
            with urlopen(f"http://127.0.0.1:{self.monitor}/healthz", timeout=1) as response:
                return bool(response.status == 200)
        except (URLError, OSError):
            return False


@dataclass
class Nodes:
    """All servers."""

    nodes: list[Node]

    @property
    def url(self) -> str:
        """What ANSHU_NATS is to be."""
        return ",".join(f"nats://127.0.0.1:{each.port}" for each in self.nodes)

    def wait_ready(self, *, seconds: float = 30) -> None:
        """This will wait until every server that runs is ready."""
        end = time.monotonic() + seconds
        while not all(each.ready for each in self.nodes):
            if time.monotonic() > end:
                raise TimeoutError("nats-server did not become ready")
            time.sleep(0.1)


@contextmanager
def jetstream(folder: Path, *, nodes: int = 1) -> Iterator[Nodes]:
    """This will run a fresh server, or a cluster, until the block ends."""
    shutil.rmtree(folder, ignore_errors=True)
    routes = [free_port() for _ in range(nodes)]
    made = Nodes([_node(folder, number, routes) for number in range(nodes)])
    try:
        for each in made.nodes:
            each.start()
        made.wait_ready()
        yield made
    finally:
        for each in made.nodes:
            each.kill()


def _node(folder: Path, number: int, routes: list[int]) -> Node:
    name = f"n{number + 1}"
    own = folder / name
    own.mkdir(parents=True)
    node = Node(name, own, free_port(), free_port())
    lines = [
        f"server_name: {name}",
        f'listen: "127.0.0.1:{node.port}"',
        f'http: "127.0.0.1:{node.monitor}"',
        "max_payload: 8MB",
        f'jetstream {{ store_dir: "{own}", max_file_store: 40GB }}',
    ]
    if len(routes) > 1:
        others = ", ".join(f'"nats://127.0.0.1:{port}"' for place, port in enumerate(routes) if place != number)
        lines.append(f'cluster {{ name: anshu, listen: "127.0.0.1:{routes[number]}", routes: [{others}] }}')
    settings = own / "nats.conf"
    settings.write_text("\n".join(lines) + "\n")
    node.arguments = ["-c", str(settings)]
    return node
