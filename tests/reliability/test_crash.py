# SPDX-License-Identifier: Apache-2.0
"""A stream of observations by MQTT and TCP while parts are killed: stored once, alarms once, in either form."""

import pytest
from tools.bench.crash import alone, several, through_broker
from tools.jetstream import PROGRAM
from tools.mosquitto import PROGRAM as MOSQUITTO

pytestmark = pytest.mark.reliability


def test_twenty_kills_on_one_machine_lose_and_double_nothing():
    outcome = alone()
    assert outcome.faults == []
    assert (len(outcome.kills), outcome.sent) == (20, 200_000)
    assert outcome.resends > 0


def test_a_cluster_that_loses_nodes_workers_and_gateway_loses_and_doubles_nothing():
    if PROGRAM is None:
        pytest.skip("needs nats-server (apt install nats-server)")
    outcome = several(observations=60_000, kills=9, seconds=20.0)
    assert outcome.faults == []
    assert len(outcome.kills) == 9
    assert outcome.resends > 0


def test_behind_a_broker_kills_of_ours_lose_and_double_nothing():
    if MOSQUITTO is None:
        pytest.skip("needs mosquitto (apt install mosquitto)")
    outcome = through_broker(observations=60_000, kills=6, seconds=15.0)
    assert outcome.faults == []
    assert len(outcome.kills) == 6
