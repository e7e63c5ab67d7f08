# SPDX-License-Identifier: Apache-2.0
"""Where a vehicle is and how it fares: the report that JT/T 808 defines and JT/T 809 passes on."""

from anshu.wire.vehicles.cursor import Cursor
from anshu.wire.vehicles.reports import Report, observations_of, read_report, told_of, write_report
from anshu.wire.vehicles.tables import ALARMS, ITEMS, STATUS_BITS, Alarm, Item

__all__ = [
    "ALARMS",
    "ITEMS",
    "STATUS_BITS",
    "Alarm",
    "Cursor",
    "Item",
    "Report",
    "observations_of",
    "read_report",
    "told_of",
    "write_report",
]
