# SPDX-License-Identifier: Apache-2.0
import math
from datetime import UTC, datetime

import pytest

from anshu.wire import payload

NOW = datetime(2026, 7, 1, tzinfo=UTC)


def result(expression, data=b"\x01\x02\x03\x04"):
    steps = [{"value": expression, "property": "x", "missing_as": "null"}]
    return payload.load({"decode": steps}).decode(data, port=7, received_at=NOW).observations[0].value


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("1 + 2 * 3", 7),
        ("(1 + 2) * 3", 9),
        ("-2 ** 2", -4),
        ("2 ** 3 ** 2", 512),
        ("2 ** -1", 0.5),
        ("10 - 4 - 3", 3),
        ("7 // 2 + 7 % 4", 6),
        ("1 << 4 | 1", 17),
        ("0xff & ~0x0f", 0xF0),
        ("6 ^ 3", 5),
        ("1 < 2 and 2 < 1 or 3 >= 3", 1),
        ("not 1 == 2", 1),
        ("port == 7 ? 10 : 20", 10),
        ("0 ? 1 : 0 ? 2 : 3", 3),
        ("min(3, 1, 2) + max(4, 5)", 6),
        ("clamp(11, 0, 10)", 10),
        ("round(2.345, 1) + floor(1.9) + ceil(1.1)", 5.3),
        ("sqrt(16) + log10(100)", 6),
        ("sin(pi / 2)", 1),
        ("bits(0xabcd, 4, 8)", 0xBC),
        ("signed(0xff, 8)", -1),
        ("be(0, 2) * 65536 + le(2, 2)", 0x0102 * 65536 + 0x0403),
        ("be(-1)", 4),
        ("size + left + pos", 8),
        ("first(null, 5)", 5),
        ("missing(null)", 1),
        ("number('2.5') + len('abc')", 5.5),
        ("crc16_modbus(0, 4)", 0x2BA1),
        ("crc16_ccitt(0, 4)", 0x89C3),
        ("xor8(0, -1)", 0),
        ("date(1970, 1, 2)", 86400),
        ("iso('1970-01-01T08:00:01+08:00')", 1),
        ("'a' == 'a'", 1),
    ],
)
def test_expressions_calculate(expression, expected):
    assert result(expression) == pytest.approx(expected)


@pytest.mark.parametrize(
    "expression",
    [
        "1 / 0", "1 % 0", "1 // 0", "(-8) ** 0.5", "10 ** 400", "9 ** 9 ** 9", "1e308 * 10", "sqrt(-1)", "ln(0)",
        "1 << 1000", "1 << -1", "null + 1", "'a' * 2", "exp(1e9)", "be(99)", "date(2026, 13, 1)", "acos(2)",
        "bits(1, -1, 5)", "round(1e308, -5) * 1e300", "1.5 & 1", "signed(1, 0)", "date(1, 1, 1, 0, 0, 0, 99)",
        "asin('x')", "0xffffffffffffffffffffffff * 0xffffffffffffffffffffffff",
    ],
)  # fmt: skip
def test_what_has_no_value_is_missing_and_never_an_error(expression):
    assert result(expression) is None


def test_a_missing_value_is_not_smaller_or_larger_than_anything():
    assert result("null < 1 or null > 1") == 0
    assert result("null == null") == 1


def test_infinity_never_comes_out():
    assert result("max(1, 1e308 * 10)") == 1
    assert not math.isinf(result("1e308 + 1"))
