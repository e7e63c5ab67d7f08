# SPDX-License-Identifier: Apache-2.0
"""Numbers and words that stand for "no value", by the protocol or source that uses them.

A code means nothing outside its source: 9999 is a pressure of a decade in one table and a missing one in another. The
codecs of SL 651, HJ 212, JT/T 808 and GB/T 26875.3 read their standard's own marks where they read the value.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingCodes:
    """What one source sends where it has no value, and where that is written."""

    numbers: frozenset[float] = frozenset()
    # Compared without case and surrounding blanks.
    words: frozenset[str] = frozenset()
    source: str

    def hit(self, given: float | str | None) -> bool:
        """Tell whether what was sent, before any scale, stands for no value; so does nothing, NaN and infinity."""
        if given is None:
            return True
        if isinstance(given, str):
            word = given.strip().lower()
            if not word or word in self.words:
                return True
            try:
                given = float(word)
            except ValueError:
                return False
        return not math.isfinite(given) or given in self.numbers


# What people and instruments write for nothing, whatever the source.
_BLANKS = frozenset({"-", "--", "---", "----", "/", "//", "///", "////", "na", "n/a", "nan", "null", "none"})

MISSING: Mapping[str, MissingCodes] = MappingProxyType(
    {
        # variable.noDataValue is -999999 in every reply. Where an instrument says nothing, the RDB form of the same
        # service has a remark in the value's place.
        "usgs": MissingCodes(
            numbers=frozenset({-999999.0}),
            words=_BLANKS
            | frozenset({"ice", "bkw", "eqp", "rat", "mnt", "ssn", "dis", "fld", "dry", "tst", "pmp", "zfl", "***"}),
            source="USGS NWIS Instantaneous Values (WaterML-JSON noDataValue, RDB remarks)",
        ),
        "sensorthings": MissingCodes(
            numbers=frozenset({-999999.0, -9999.0}), words=_BLANKS, source="OGC 18-088: result null; USGS -999999"
        ),
        # National meteorological data as exchanged in China: no value, not observed.
        "cma": MissingCodes(
            numbers=frozenset({999999.0, 999998.0, 32766.0, 32744.0}),
            words=_BLANKS | frozenset({"////", "//////"}),
            source="中国气象数据网数据集:999999 缺测、999998 未观测;日值数据集 V3.0 32766 缺测、32744 空白"
            "(未见原说明文档,据公开的读取程序 wellionx/iCAN、HydroRS/MLPrecMerg)",
        ),
        # SL 651-2014 6.6.4.4 d: M in the ASCII form; all A or all F in the binary one.
        "sl651": MissingCodes(words=_BLANKS | frozenset({"m"}), source="SL 651-2014 6.6.4.4 d"),
        # A register that a device does not fill.
        "modbus.int16": MissingCodes(
            numbers=frozenset({-32768.0, 32767.0}), source="SunSpec not implemented 0x8000; 0x7FFF 平台默认"
        ),
        "modbus.uint16": MissingCodes(numbers=frozenset({65535.0}), source="SunSpec not implemented 0xFFFF"),
        "modbus.int32": MissingCodes(
            numbers=frozenset({-2147483648.0, 2147483647.0}),
            source="SunSpec not implemented 0x80000000; 0x7FFFFFFF 平台默认",
        ),
        "modbus.uint32": MissingCodes(numbers=frozenset({4294967295.0}), source="SunSpec not implemented 0xFFFFFFFF"),
        # Loggers and text files without a standard of their own.
        "logger": MissingCodes(
            numbers=frozenset({-999.0, -9999.0, -99999.0, -999999.0, -6999.0, 7999.0}),
            words=_BLANKS,
            source="平台默认,可由本地替换(没有查到公开的出处)",
        ),
        "": MissingCodes(words=_BLANKS, source="blank"),
    }
)


def missing_codes(source: str) -> MissingCodes:
    """Give the codes of a source; of one without a table, what stands for nothing anywhere."""
    return MISSING.get(source, MISSING[""])


def value_of(given: float | str | None, codes: MissingCodes) -> float | None:
    """Read a value as sent; None where it is missing. Raises ValueError for a word that is neither."""
    return None if given is None or codes.hit(given) else float(given)
