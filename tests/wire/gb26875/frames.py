# SPDX-License-Identifier: Apache-2.0
"""Packets written by hand from the standard's tables, sealed by a sum of our own reckoning."""

DEVICE = "790300000000"
CENTER = "385B01000000"
# 2012-09-26 09:58:32
SENT = "203A091A090C"
# 2012-09-26 09:58:02
AT = "023A091A090C"


def sealed(text):
    """Give the bytes of a packet written without its checksum and end mark."""
    body = bytes.fromhex(text)
    return b"\x40\x40" + body + bytes((sum(body) % 256,)) + b"\x23\x23"


def packet(unit, *, command="02", serial="0100", source=DEVICE, destination=CENTER, sent=SENT):
    """Write a packet of table 1."""
    unit = unit.replace(" ", "")
    length = (len(unit) // 2).to_bytes(2, "little").hex()
    return sealed(f"{serial}0101{sent}{source}{destination}{length}{command}{unit}")


NOTE = "37C2A53032CAD2BBE1D2E9CAD2D1CCB8D0".ljust(62, "0")  # 7楼02室会议室烟感
SMOKE = packet(f"02 01 01 01 28 0A000200 0200 {NOTE} {AT}")
WATER = packet(f"03 01 0B 02 5C 2B000000 02 FF01 {AT}")
MAINS = packet(f"15 01 08 {AT}")
ON_DUTY = packet(f"18 01 20 07 {AT}")
HEARTBEAT = packet("", serial="0000")
