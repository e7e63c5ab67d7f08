# SPDX-License-Identifier: Apache-2.0
"""A Mosquitto of one's own for tests and trials: on a free port of loopback, its messages kept on disk."""

import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tools.running import free_port

PROGRAM = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin")
USER, PASSWORD = "anshu", "s3cret-broker"
_PERSISTENT = """
persistence true
persistence_location {folder}/
autosave_interval 1
autosave_on_changes true
"""
_SETTINGS = """
listener {port} 127.0.0.1
allow_anonymous {anonymous}
max_inflight_messages 0
max_queued_messages 0
user root
"""


@dataclass
class Broker:
    """One broker, with the means to kill it and to start it again on its old files."""

    folder: Path
    port: int
    process: "subprocess.Popen[bytes] | None" = None

    def start(self) -> None:
        """This will start it and wait until it takes connections."""
        assert PROGRAM is not None
        command = [PROGRAM, "-c", str(self.folder / "mosquitto.conf")]
        self.process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        )
        self.wait_ready()

    def kill(self) -> None:
        """This will kill -9 it."""
        if self.process is not None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()

    def wait_ready(self, *, seconds: float = 20) -> None:
        """This will wait until it takes connections."""
        end = time.monotonic() + seconds
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            except OSError:
                if time.monotonic() > end:
                    raise
                time.sleep(0.05)
            else:
                return


@contextmanager
def mosquitto(folder: Path, *, password: bool = False, persistent: bool = True) -> Iterator[Broker]:
    """This will run a fresh broker until the block ends; with `password` it admits only USER with PASSWORD."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    broker = Broker(folder, free_port())
    text = _SETTINGS.format(port=broker.port, anonymous=str(not password).lower())
    if password:
        _give_password(folder / "passwords")
        text += f"password_file {folder / 'passwords'}\n"
    if persistent:
        text += _PERSISTENT.format(folder=folder)
    (folder / "mosquitto.conf").write_text(text)
    try:
        broker.start()
        yield broker
    finally:
        broker.kill()


def _give_password(file: Path) -> None:
    program = shutil.which("mosquitto_passwd")
    assert program is not None
    file.touch(mode=0o600)
    subprocess.run([program, "-b", str(file), USER, PASSWORD], check=True, capture_output=True)
