# SPDX-License-Identifier: Apache-2.0
"""Frames written by hand from the standard's tables, sealed by a CRC of our own reckoning."""

CENTER = 33112400
SENT = 0x6856_1C9D  # 2025-06-21T10:44:45+08:00
PLATE = "浙K12345"


def crc(data):
    """Reckon the CRC bit by bit: x16 + x12 + x5 + 1, register preset to FFFFH (4.4.4)."""
    state = 0xFFFF
    for byte in data:
        state ^= byte << 8
        for _ in range(8):
            state = (state << 1 ^ 0x1021) & 0xFFFF if state & 0x8000 else state << 1
    return state


def sealed(text):
    """Give the bytes on the wire of a frame written without marks, CRC and escapes."""
    data = bytes.fromhex(text)
    data += crc(data).to_bytes(2, "big")
    escapes = {0x5B: b"\x5a\x01", 0x5A: b"\x5a\x02", 0x5D: b"\x5e\x01", 0x5E: b"\x5e\x02"}
    return b"\x5b" + b"".join(escapes.get(byte, bytes((byte,))) for byte in data) + b"\x5d"


def message(number, body="", *, serial=1, encrypted="00", key=0, time="", length=None):
    """Write a message of 2011, or with a time of 2019."""
    body = body.replace(" ", "")
    size = 26 + len(time + body) // 2 if length is None else length
    return sealed(f"{size:08X}{serial:08X}{number}{CENTER:08X}010000{encrypted}{key:08X}{time}{body}")


def message_2019(number, body="", **more):
    """Write a message of 2019, whose header ends with the time of sending."""
    return message(number, body, time=f"{SENT:016X}", **more)


def exchange(data_type, data, *, colour=2, length=None):
    """Write the body of 1200H."""
    data = data.replace(" ", "")
    plate = PLATE.encode("gbk").hex() + "00" * (21 - len(PLATE.encode("gbk")))
    return f"{plate}{colour:02X}{data_type}{len(data) // 2 if length is None else length:08X}{data}"


def gnss(*, shifted=0, hour=15, status=3, alarm=0, day=20, latitude=28_123_456):
    """Write table 17: 45 km/h, 12,345 km, 270 degrees, 312 m, 2026-06-20."""
    place = f"{119_654_321:08X}{latitude:08X}"
    return f"{shifted:02X}{day:02X}06 07EA {hour:02X}1E05 {place} 002D 002E 00003039 010E 0138 {status:08X}{alarm:08X}"


def gnss_2019(*, shifted=0, alarm=0):
    """Write a report of JT/T 808 inside its envelope, and three platforms with their alarms."""
    report = f"{alarm:08X}00000003{28_123_456:08X}{119_654_321:08X}013801C8010E260620153005" + "01040001E240"
    platforms = "".join(f"{n}" * 11 for n in (1, 2, 3))
    platforms = "".join(platforms[i : i + 11].encode().hex() + "00000000" for i in (0, 11, 22))
    return f"{shifted:02X}{len(report) // 2:08X}{report}{platforms}"


POSITION = message("1200", exchange("1202", gnss()))
POSITION_2019 = message_2019("1200", exchange("1202", gnss_2019()))
BATCH = message("1200", exchange("1203", "02" + gnss() + gnss(hour=16)))
KEEP_ALIVE = message("1005", serial=2)
ESCAPED = message("1200", exchange("1202", gnss(latitude=0x015A5B5D & 0x05FFFFFF)))
