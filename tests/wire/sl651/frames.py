# SPDX-License-Identifier: Apache-2.0
"""Frames written by hand from the standard's tables, sealed by a checksum of our own reckoning."""


def crc(data):
    """Reckon the checksum bit by bit, SL 651-2014 H.3.2."""
    state = 0xFFFF
    for byte in data:
        state ^= byte
        for _ in range(8):
            low, state = state & 1, state >> 1
            if low:
                state ^= 0xA001
    return state


def sealed(text):
    """Give the bytes of a HEX/BCD frame written without its checksum."""
    data = bytes.fromhex(text)
    return data + crc(data).to_bytes(2, "big")


def sealed_ascii(text):
    """Give the bytes of an ASCII frame written without its checksum."""
    data = text.encode("latin-1")
    return data + f"{crc(data):04X}".encode()


def report(function, groups, *, station="0033082501", station_class="48", start="02", end="03"):
    """Write an uplink of table 20 whose body ends with `groups`."""
    body = f"0007 260620153005 F1F1{station}{station_class} {groups}".replace(" ", "")
    return sealed(f"7E7E01{station}1234{function}{len(body) // 2:04X}{start}{body}{end}")


def bare(function, rest, *, station="0033082501", direction="0", end="03"):
    """Write a frame with nothing but `rest` after serial number and time."""
    body = f"0007260620153005{rest}".replace(" ", "")
    addresses = f"01{station}" if direction == "0" else f"{station}01"
    return sealed(f"7E7E{addresses}1234{function}{direction}{len(body) // 2:03X}02{body}{end}")


def ascii_report(function, groups, *, station="0033082501", end="\x03", start="\x02", packet=""):
    """Write an ASCII uplink of table 16 or 18."""
    body = f"{packet}0007260620153005{groups}"
    return sealed_ascii(f"\x0101{station}1234{function}{len(body):04X}{start}{body}{end}")


TIME = "F0F0 2606201530"
LEVEL = report("32", f"{TIME} 3923 00076543 3812 1244")
RAIN = report("33", f"{TIME} 2019 000125 2619 000480")
HEARTBEAT = bare("2F", "")
