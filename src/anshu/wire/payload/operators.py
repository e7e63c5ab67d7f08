# SPDX-License-Identifier: Apache-2.0
"""Arithmetic that never fails: what has no value is None, and None spreads."""

import math
import operator
from collections.abc import Callable

from anshu.wire.payload import limits
from anshu.wire.payload.machine import Value

_MOST_SHIFT = 128
_EXACT = 2.0**53


def whole(value: Value) -> int | None:
    """This will give a whole number, or None for anything else."""
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float) and value.is_integer() and abs(value) < limits.LARGEST_WHOLE:
        return int(value)
    return None


def number(value: Value) -> int | float | None:
    """This will give a number, or None for a text or a missing value."""
    return None if isinstance(value, str) else value


def bounded(value: int | float) -> int | float | None:
    """This will let pass what is finite and not enormous."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value if -limits.LARGEST_WHOLE < value < limits.LARGEST_WHOLE else None


def _arithmetic(apply: Callable[[int | float, int | float], int | float]) -> Callable[[Value, Value], Value]:
    def operate(left: Value, right: Value) -> Value:
        a, b = number(left), number(right)
        if a is None or b is None:
            return None
        try:
            return bounded(apply(a, b))
        except (ArithmeticError, ValueError):
            return None

    return operate


_sum = _arithmetic(operator.add)


def add(left: Value, right: Value) -> Value:
    """This will add numbers or join texts."""
    if isinstance(left, str) and isinstance(right, str):
        return (left + right)[: limits.TEXT_CHARACTERS]
    return _sum(left, right)


def power(left: Value, right: Value) -> Value:
    """This will raise to a power in floating point, keeping whole results whole where they are exact."""
    a, b = number(left), number(right)
    if a is None or b is None:
        return None
    try:
        result = math.pow(a, b)
    except (ArithmeticError, ValueError):
        return None
    if isinstance(a, int) and isinstance(b, int) and b >= 0 and abs(result) < _EXACT:
        return int(result)
    return bounded(result)


def _bitwise(apply: Callable[[int, int], int]) -> Callable[[Value, Value], Value]:
    def operate(left: Value, right: Value) -> Value:
        a, b = whole(left), whole(right)
        return None if a is None or b is None else apply(a, b)

    return operate


def _shift(apply: Callable[[int, int], int]) -> Callable[[Value, Value], Value]:
    def operate(left: Value, right: Value) -> Value:
        a, b = whole(left), whole(right)
        if a is None or b is None or not 0 <= b <= _MOST_SHIFT:
            return None
        return bounded(apply(a, b))

    return operate


def _ordering(apply: Callable[[float, float], bool]) -> Callable[[Value, Value], Value]:
    def operate(left: Value, right: Value) -> Value:
        a, b = number(left), number(right)
        return a is not None and b is not None and apply(a, b)

    return operate


def _equal(left: Value, right: Value) -> Value:
    return left == right


def _different(left: Value, right: Value) -> Value:
    return left != right


# operator -> (binding strength, what it does); stronger binds first.
BINARY: dict[str, tuple[int, Callable[[Value, Value], Value]]] = {
    "==": (4, _equal),
    "!=": (4, _different),
    "<": (4, _ordering(operator.lt)),
    "<=": (4, _ordering(operator.le)),
    ">": (4, _ordering(operator.gt)),
    ">=": (4, _ordering(operator.ge)),
    "|": (5, _bitwise(operator.or_)),
    "^": (6, _bitwise(operator.xor)),
    "&": (7, _bitwise(operator.and_)),
    "<<": (8, _shift(operator.lshift)),
    ">>": (8, _shift(operator.rshift)),
    "+": (9, add),
    "-": (9, _arithmetic(operator.sub)),
    "*": (10, _arithmetic(operator.mul)),
    "/": (10, _arithmetic(operator.truediv)),
    "//": (10, _arithmetic(operator.floordiv)),
    "%": (10, _arithmetic(operator.mod)),
}


def negate(value: Value) -> Value:
    """This will change the sign."""
    found = number(value)
    return None if found is None else -found


def complement(value: Value) -> Value:
    """This will invert every bit."""
    found = whole(value)
    return None if found is None else ~found
