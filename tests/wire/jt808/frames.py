# SPDX-License-Identifier: Apache-2.0
"""Frames written by hand from the standard's tables, sealed by a check byte of our own reckoning."""

PHONE, LONG_PHONE = "013912345678", "00000000013912345678"


def sealed(text):
    """Give the bytes on the wire of a frame written without flags, check byte and escapes."""
    data = bytes.fromhex(text)
    check = 0
    for byte in data:
        check ^= byte
    inside = b"".join({0x7E: b"\x7d\x02", 0x7D: b"\x7d\x01"}.get(b, bytes((b,))) for b in [*data, check])
    return b"\x7e" + inside + b"\x7e"


def message(number, body="", *, serial=1, phone=PHONE, total=0, index=0):
    """Write a message of 2013, table 2."""
    body = body.replace(" ", "")
    mark = 0x2000 if total else 0
    packets = f"{total:04X}{index:04X}" if total else ""
    return sealed(f"{number}{len(body) // 2 | mark:04X}{phone}{serial:04X}{packets}{body}")


def message_2019(number, body="", *, serial=1, phone=LONG_PHONE, total=0, index=0):
    """Write a message of 2019: bit 14 and a version byte before a longer phone number."""
    body = body.replace(" ", "")
    mark = 0x6000 if total else 0x4000
    packets = f"{total:04X}{index:04X}" if total else ""
    return sealed(f"{number}{len(body) // 2 | mark:04X}01{phone}{serial:04X}{packets}{body}")


def fixed(*, alarm="00000000", status="00000003", latitude=28_123_456, longitude=119_654_321, time="260620153005"):
    """Write the 28 bytes of table 23: 312 m, 45.6 km/h, 270 degrees."""
    return f"{alarm}{status}{latitude:08X}{longitude:08X} 0138 01C8 010E {time}"


ITEMS = "0104 0001E240 0202 01F4 3001 1F 3101 0E"  # 12,345.6 km, 50.0 L, signal 31, 14 satellites
POSITION = message("0200", f"{fixed()} {ITEMS}")
POSITION_2019 = message_2019("0200", f"{fixed()} {ITEMS}")
HEARTBEAT = message("0002", serial=2)
BATCH = message("0704", f"0002 01 001C {fixed()} 0022 {fixed(time='260620153035')} 0104 0001E241")
ESCAPED = message("0200", fixed(latitude=0x017D7E7D))
