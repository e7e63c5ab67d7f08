# SPDX-License-Identifier: Apache-2.0
"""Runs the platform's processes on one machine: starts them in order, restarts what dies, stops all in time."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from anshu.project.cluster import Cluster

PARTS = ("web", "stream", "ingest", "worker")
STOP_S = 7.0
_PR_SET_PDEATHSIG = 1


def _die_with_parent() -> None:
    """This will have the kernel end the child when its supervisor is gone, however it went (Linux only)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


@dataclass(slots=True)
class Child:
    """One process with its restarts; the pause before a restart doubles up to 10 s."""

    name: str
    process: "subprocess.Popen[bytes]"
    started_at: float
    pause_s: float = 0.2
    due_at: float | None = None


@dataclass(slots=True)
class Supervisor:
    """Keeps the parts running until told to stop. Several of one kind are told apart as `ingest-worker:1`, `:2`."""

    environment: Mapping[str, str]
    cluster: Cluster | None
    say: Callable[[str], None]
    parts: Sequence[str] = PARTS
    children: dict[str, Child] = field(default_factory=dict)
    stopping: bool = False

    def start(self) -> None:
        """This will start every part."""
        for name in self.parts:
            self.children[name] = Child(name, self._spawn(name), time.monotonic())

    def watch(self, *, until: Callable[[], bool] = lambda: False) -> None:
        """This will restart whatever has ended, the database included, until told to stop."""
        while not self.stopping and not until():
            self.tend()
            time.sleep(0.2)

    def tend(self) -> None:
        """This will look once at every process and restart those whose pause is over."""
        if self.cluster is not None and not _alive(self.cluster):
            self.say("PostgreSQL is gone; starting it again")
            self.cluster.ensure()
        for child in self.children.values():
            self._tend(child)

    def _tend(self, child: Child) -> None:
        now = time.monotonic()
        code = child.process.poll()
        if code is None:
            if now - child.started_at > 30:
                child.pause_s = 0.2
            return
        if child.due_at is None:
            self.say(f"{child.name} ended ({code}); restarting in {child.pause_s:.1f} s")
            child.due_at, child.pause_s = now + child.pause_s, min(10.0, child.pause_s * 2)
        elif now >= child.due_at:
            child.process, child.started_at, child.due_at = self._spawn(child.name), now, None

    def _spawn(self, name: str) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            [sys.executable, "-m", "anshu.project.command", name.partition(":")[0]],
            env=dict(self.environment),
            stdin=subprocess.DEVNULL,
            # A group of its own, so that Ctrl-C reaches the supervisor alone, which then stops all in order.
            start_new_session=True,
            preexec_fn=_die_with_parent,
        )

    def stop(self) -> None:
        """This will end every process: politely first, then, when the time is up, for good."""
        self.stopping = True
        for child in self.children.values():
            _signal(child, signal.SIGTERM)
        end = time.monotonic() + STOP_S
        for child in self.children.values():
            try:
                child.process.wait(max(0.05, end - time.monotonic()))
            except subprocess.TimeoutExpired:
                _signal(child, signal.SIGKILL)
                child.process.wait()
        if self.cluster is not None:
            self.cluster.stop()


def _signal(child: Child, number: signal.Signals) -> None:
    try:
        os.killpg(child.process.pid, number)
    except ProcessLookupError:
        return


def _alive(cluster: Cluster) -> bool:
    """This will tell from the lock file alone whether the server lives; asking it each time would cost more."""
    try:
        pid = int((cluster.folder / "postmaster.pid").read_text().split("\n", 1)[0])
        os.kill(pid, 0)
    except (FileNotFoundError, ValueError, ProcessLookupError):
        return False
    except PermissionError:
        return True
    return True
