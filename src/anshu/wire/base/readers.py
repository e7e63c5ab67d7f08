# SPDX-License-Identifier: Apache-2.0
"""Readers of BCD fields. They work on hexadecimal text, which Python checks faster than bytes."""

from datetime import datetime, timedelta, timezone

from anshu.wire.base.faults import refuse

CHINA = timezone(timedelta(hours=8))  # Chinese protocols carry Beijing time and no zone


def bcd_digits(digits: str, offset: int, clause: str) -> int:
    """Read packed decimal digits given as hexadecimal text; raise Refused('bad_bcd')."""
    if not digits.isdecimal():
        refuse("bad_bcd", offset, clause, raw=digits.upper())
    return int(digits)


def bcd_time(digits: str, offset: int, clause: str) -> datetime:
    """Read YYMMDDHHmm or YYMMDDHHmmSS as Beijing time of 2000-2099; raise Refused('bad_time')."""
    if not digits.isdecimal():
        refuse("bad_time", offset, clause, raw=digits.upper())
    try:
        return datetime(
            2000 + int(digits[:2]),
            int(digits[2:4]),
            int(digits[4:6]),
            int(digits[6:8]),
            int(digits[8:10]),
            int(digits[10:12] or 0),
            tzinfo=CHINA,
        )
    except ValueError:
        refuse("bad_time", offset, clause, raw=digits.upper())
