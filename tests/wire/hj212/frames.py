# SPDX-License-Identifier: Apache-2.0
"""Frames written by hand from the tables of HJ 212, sealed by a checksum reckoned here bit by bit (appendix A)."""

MN = "010000A8900016F000169DC0"


def crc(segment: bytes) -> int:
    register = 0xFFFF
    for byte in segment:
        register = (register >> 8) ^ byte
        for _ in range(8):
            register = (register >> 1) ^ 0xA001 if register & 1 else register >> 1
    return register


def framed(segment: str | bytes, *, length: int | None = None, charset: str = "utf-8") -> bytes:
    raw = segment.encode(charset) if isinstance(segment, str) else segment
    return b"##%04d%s%04X\r\n" % (len(raw) if length is None else length, raw, crc(raw))


def uplink(body: str, command: str = "2011", *, flag: str = "5", system: str = "32", more: str = "") -> bytes:
    head = f"QN=20260620153000123;ST={system};CN={command};PW=123456;MN={MN};Flag={flag}{more}"
    return framed(f"{head};CP=&&{body}&&")


WATER = uplink("DataTime=20260620153000;w01018-Rtd=36.91,w01018-Flag=N;w21003-Rtd=1.803,w21003-Flag=T")
HOUR = uplink(
    "DataTime=20260620140000;w01018-Min=30.1,w01018-Avg=33.2,w01018-Max=36.9,w01018-Cou=120.5,w01018-Flag=N", "2061"
)
HEARTBEAT = uplink("", "9015", flag="9", system="91")
# As printed by an independent implementation of the standard's appendix C.
ANSWER = b"##0087QN=20160801085000001;ST=91;CN=9014;PW=123456;MN=010000A8900016F000169DC0;Flag=4;CP=&&&&C241\r\n"
