# SPDX-License-Identifier: Apache-2.0
"""Devices and platforms that wait to be called: we open the connection, then they speak as ever."""

import socket
import threading

import pytest
from tests.ingest.conftest import ADDRESS, AT, NOW, PATIENCE_S, SETUP, frame
from tests.ingest.connectors.conftest import connect, fails, works
from tests.ingest.test_quarantine import until

from anshu.domain.sensing.models import DeviceCommand, Observation
from anshu.domain.sensing.services import command_request
from anshu.wire.sl651 import decode_frame

pytestmark = pytest.mark.commits


class Station:
    """It listens, and sends a frame to whoever calls."""

    def __init__(self, *frames):
        self._frames, self.heard = frames, []
        self.calls = 0
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = self._server.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            try:
                line, _peer = self._server.accept()
            except OSError:
                return
            self.calls += 1
            with line:
                for each in self._frames:
                    line.sendall(each)
                line.settimeout(PATIENCE_S)
                while data := line.recv(4096):
                    self.heard.append(data)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._server.close()


def test_a_station_that_is_called_sends_and_is_answered_after_the_commit(network, ingest):
    with Station(frame([("water_level", 44.2)])) as station:
        connector = connect("tcp", {"protocol": "sl651", "host": "127.0.0.1", "port": station.port})
        until(lambda: station.heard)
        works(connector)
    assert Observation.objects.get().at == AT
    assert decode_frame(station.heard[0]).thing == ADDRESS


def test_it_can_be_asked_like_one_that_came_by_itself(network, ingest):
    with Station(frame([("water_level", 44.2)])) as station:
        connect("tcp", {"protocol": "sl651", "host": "127.0.0.1", "port": station.port})
        until(lambda: station.heard)
        command_request(thing=network, kind="set_clock", actor=SETUP, now=NOW)
        until(lambda: DeviceCommand.objects.get().state == "sent")
        until(lambda: len(station.heard) > 1)


def test_one_that_is_not_there_is_called_again(network, ingest):
    with socket.socket() as shut:
        shut.bind(("127.0.0.1", 0))
        state = fails(connect("tcp", {"protocol": "hj212", "host": "127.0.0.1", "port": shut.getsockname()[1]}))
    assert state.error


def test_ingest_stops_in_good_order_while_a_call_is_open(network, ingest):
    with Station(frame([("water_level", 44.2)])) as station:
        connect("tcp", {"protocol": "sl651", "host": "127.0.0.1", "port": station.port})
        until(lambda: station.heard)
        ingest.stop()
    assert station.calls == 1
