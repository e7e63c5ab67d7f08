# SPDX-License-Identifier: Apache-2.0
"""What an administrator writes down about a system that we go to: one kind of settings for each way of going there."""

from collections.abc import Callable, Mapping
from typing import Any

from anshu.wire.connectors.broker import FORMS, BrokerSettings, Subscription
from anshu.wire.connectors.dialled import DialledSettings
from anshu.wire.connectors.examples import EXAMPLES
from anshu.wire.connectors.http import HttpSettings, Items, read_items
from anshu.wire.modbus import ModbusSettings
from anshu.wire.sensorthings import SensorThingsSettings
from anshu.wire.usgs import UsgsSettings

# The kind of a connector -> what reads its settings; each raises SettingsRefused with everything that is wrong.
PARSERS: Mapping[str, Callable[[Any], Any]] = {
    "modbus": ModbusSettings.parse,
    "mqtt": BrokerSettings.parse,
    "tcp": DialledSettings.parse,
    "http": HttpSettings.parse,
    "sensorthings": SensorThingsSettings.parse,
    "usgs": UsgsSettings.parse,
}

__all__ = [
    "EXAMPLES",
    "FORMS",
    "PARSERS",
    "BrokerSettings",
    "DialledSettings",
    "HttpSettings",
    "Items",
    "ModbusSettings",
    "SensorThingsSettings",
    "Subscription",
    "UsgsSettings",
    "read_items",
]
