# SPDX-License-Identifier: Apache-2.0
"""One example of settings for each kind of connector, to start from."""

from collections.abc import Mapping
from typing import Any

EXAMPLES: Mapping[str, Mapping[str, Any]] = {
    "modbus": {
        "host": "192.0.2.10",
        "port": 502,
        "unit_id": 1,
        "interval_s": 10,
        "registers": [
            {"function": 4, "address": 30, "type": "float32", "property": "water_level", "unit": "m"},
            {"function": 3, "address": 0, "type": "uint16", "scale": 0.1, "property": "combustible_gas", "unit": "%"},
        ],
    },
    "mqtt": {
        "host": "broker.example",
        "port": 8883,
        "tls": True,
        "user": "anshu",
        "client_id": "anshu",
        "subscriptions": [
            {"topic": "site/+/up", "level": 2, "form": "own"},
            {"topic": "application/+/device/+/event/up", "form": "chirpstack"},
        ],
    },
    "tcp": {"protocol": "hj212", "host": "192.0.2.20", "port": 9001},
    "http": {
        "url": "https://platform.example/api/stations/latest",
        "interval_s": 300,
        "signing": {"way": "bearer"},
        "items": {"path": "data.list", "device": "stcd"},
    },
    "sensorthings": {
        "url": "https://frost.example/FROST-Server/v1.1",
        "interval_s": 300,
        "signing": {"way": "basic", "user": "reader"},
        "properties": [
            {"match": "Water level", "property": "water_level"},
            {"match": "Precipitation", "property": "rain_1h", "unit": "mm", "missing": [-9999]},
        ],
    },
    "usgs": {"url": "https://waterservices.example/nwis/iv", "interval_s": 900, "sites": ["01646500"]},
}
