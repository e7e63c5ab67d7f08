# SPDX-License-Identifier: Apache-2.0
"""The ingest process as a whole."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time

from django.db import connection
from tests.ingest.conftest import NOW, PATIENCE_S, Line, frame

from anshu.domain.sensing.models import Observation
from anshu.ingest import server
from anshu.ingest.server import Address

START = "import django; django.setup(); import asyncio; from anshu.ingest.server import run; asyncio.run(run())"


def test_a_port_that_another_program_holds_shuts_no_other_door(network, monkeypatch, caplog):
    monkeypatch.setattr(server, "_TRY_AGAIN_S", 0.05)

    async def trial():
        ours = server.Server(clock=lambda: NOW)
        with socket.create_server(("127.0.0.1", 0)) as holder:
            await ours.start({"hj212": f"127.0.0.1:{holder.getsockname()[1]}", "sl651": "127.0.0.1:0"})
            assert set(ours.addresses) == {"sl651"}
        try:
            async with asyncio.timeout(PATIENCE_S):
                while "hj212" not in ours.addresses:
                    await asyncio.sleep(0)
        finally:
            await ours.stop()

    asyncio.run(trial())
    (told,) = [each.getMessage() for each in caplog.records if each.name == "anshu.ingest.server"]
    assert "ANSHU_INGEST_HJ212" in told


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def reach(port, process):
    """A line to the process once it listens."""
    end = time.monotonic() + PATIENCE_S
    while True:
        try:
            return Line(Address("127.0.0.1", port))
        except ConnectionRefusedError:
            assert process.poll() is None
            assert time.monotonic() < end
            # There is nothing to wait on until the other process listens.
            os.sched_yield()


def test_a_terminated_process_answers_and_is_gone_within_five_seconds(network):
    settings, port = connection.settings_dict, free_port()
    address = f"postgresql://{settings['USER']}@/{settings['NAME']}?host={settings['HOST']}&port={settings['PORT']}"
    environment = {
        **os.environ,
        "DATABASE_URL": address,
        "DJANGO_SETTINGS_MODULE": "anshu.project.settings",
        "ANSHU_INGEST_SL651": f"127.0.0.1:{port}",
        "ANSHU_INGEST_HTTP": f"127.0.0.1:{free_port()}",
    }
    process = subprocess.Popen([sys.executable, "-c", START], env=environment)
    try:
        with reach(port, process) as line:
            assert line.ask(frame([("water_level", 1.0)]))
            began = time.monotonic()
            process.send_signal(signal.SIGTERM)
            assert process.wait(PATIENCE_S) == 0
            assert time.monotonic() - began < 5
    finally:
        process.kill()
        process.wait()
    assert Observation.objects.count() == 1
