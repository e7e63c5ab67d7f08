# SPDX-License-Identifier: Apache-2.0
"""The functions of $filter as SQL that cannot fail, whatever the row holds (18-088, 9.3.3.5.2; periods besides).

An expression that fails on some rows would tell of rows that the caller may not see: PostgreSQL is free to evaluate it
before it looks at the scope.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Term:
    """A piece of SQL with its kind: text, number, moment, date, clock, duration, geo, json, period, bool or null."""

    sql: str
    kind: str
    # A number of PostgreSQL's `numeric`, which has no overflow to speak of.
    exact: bool = False
    # Of a period: its end, while `sql` is its start.
    until: str = ""
    # Of a literal moment: how many minutes its clock is ahead of UTC.
    offset: int = 0

    @property
    def ends(self) -> tuple[str, str]:
        """Where a period begins and ends; an instant does both at once."""
        return self.sql, self.until or self.sql


@dataclass(frozen=True, slots=True)
class Function:
    """One form of a function: what it takes and gives, and its SQL of the operands."""

    takes: tuple[str, ...]
    gives: str
    sql: Callable[..., str]
    exact: bool = False

    def of(self, given: Sequence[Term]) -> Term:
        """This will apply it; the parts of a moment are those that its own clock shows."""
        offset = given[0].offset if given else 0
        zone = f"interval '{offset:d} minutes'"
        return Term(self.sql(*(term.sql for term in given), zone=zone, offset=offset), self.gives, exact=self.exact)


def _shape(takes: str, gives: str, form: str) -> Function:
    return Function(tuple(takes.split()), gives, form.format)


def _exact(takes: str, form: str) -> Function:
    return Function(tuple(takes.split()), "number", form.format, exact=True)


def _part(name: str, of: str) -> Function:
    place = "{0} at time zone {zone}" if of == "moment" else "{0}"
    return _shape(of, "number", f"floor(extract({name} from {place}))::bigint")


def _parts(*kinds: str) -> Callable[[str], list[Function]]:
    return lambda name: [_part(name, kind) for kind in kinds]


def _spatial(name: str) -> list[Function]:
    return [_shape("geo geo", "bool", f"{name}({{0}}, {{1}})")]


def _relates(left: str, right: str, pattern: str, **_clock: object) -> str:
    """This will compare with a pattern of nine marks; anything else matches nothing."""
    safe = f"(case when {pattern} ~ '^[TF012*]{{9}}$' then {pattern} else 'FFFFFFFFF' end)"
    return f"st_relate({left}, {right}, {safe})"


_PLACE = "least(greatest({{{0}}}, 0), 1000000)::int"
_FROM, _LONG = _PLACE.format(1) + " + 1", _PLACE.format(2)
_STRINGS = {
    "substringof": [_shape("text text", "bool", "(strpos({1}, {0}) > 0)")],
    "contains": [_shape("text text", "bool", "(strpos({0}, {1}) > 0)")],
    "startswith": [_shape("text text", "bool", "starts_with({0}, {1})")],
    "endswith": [_shape("text text", "bool", "(right({0}, length({1})) = {1})")],
    "length": [_shape("text", "number", "length({0})")],
    "indexof": [_shape("text text", "number", "(strpos({0}, {1}) - 1)")],
    "substring": [
        _shape("text number", "text", f"substr({{0}}, {_FROM})"),
        _shape("text number number", "text", f"substr({{0}}, {_FROM}, {_LONG})"),
    ],
    "tolower": [_shape("text", "text", "lower({0})")],
    "toupper": [_shape("text", "text", "upper({0})")],
    "trim": [_shape("text", "text", "trim({0})")],
    "concat": [_shape("text text", "text", "({0} || {1})")],
}
# OData's least and greatest moments: those that a literal can write.
_TIMES = {
    **{name: _parts("moment", "date")(name) for name in ("year", "month", "day")},
    **{name: _parts("moment", "clock")(name) for name in ("hour", "minute", "second")},
    "fractionalseconds": [
        _exact("moment", "mod(extract(second from {0}), 1)"),
        _exact("clock", "mod(extract(second from {0}), 1)"),
    ],
    "date": [_shape("moment", "date", "({0} at time zone {zone})::date")],
    "time": [_shape("moment", "clock", "({0} at time zone {zone})::time")],
    "totaloffsetminutes": [_shape("moment", "number", "(case when {0} is not null then {offset} end)")],
    "mindatetime": [_shape("", "moment", "'0001-01-01T00:00:00Z'::timestamptz")],
    "maxdatetime": [_shape("", "moment", "'9999-12-31T23:59:59.999999Z'::timestamptz")],
}
_NUMBERS = {
    "round": [_exact("number", "round(({0})::numeric)")],
    "floor": [_exact("number", "floor(({0})::numeric)")],
    "ceiling": [_exact("number", "ceil(({0})::numeric)")],
}
_SHAPES = {
    # Degrees would mean nothing to people: metres on the globe.
    "geo.distance": [_shape("geo geo", "number", "st_distance({0}::geography, {1}::geography)")],
    "geo.length": [_shape("geo", "number", "st_length({0}::geography)")],
    "geo.intersects": _spatial("st_intersects"),
    **{
        name: _spatial(name)
        for name in (
            "st_equals", "st_disjoint", "st_touches", "st_within", "st_overlaps", "st_crosses", "st_intersects",
            "st_contains",
        )
    },
    "st_relate": [Function(("geo", "geo", "text"), "bool", _relates)],
}  # fmt: skip
FUNCTIONS: dict[str, list[Function]] = {**_STRINGS, **_TIMES, **_NUMBERS, **_SHAPES}
# Of two times, instants or periods (ISO 19108, 5.2.3.5). A period holds its start and not its end, so that an instant
# is during the period that begins with it and not during the one that it ends.
PERIODS = {
    "before": "({a1} < {b0})",
    "after": "({a0} > {b1})",
    "meets": "({a1} = {b0})",
    "during": "({a0} >= {b0} and {a1} <= {b1} and {a0} < {b1})",
    "overlaps": "({a0} < {b1} and {b0} < {a1})",
    "starts": "({a0} = {b0})",
    "finishes": "({a1} = {b1})",
    "intersects": "({a0} <= {b1} and {b0} <= {a1})",
    "eq": "({a0} = {b0} and {a1} = {b1})",
    "ne": "({a0} <> {b0} or {a1} <> {b1})",
    "lt": "({a1} < {b0})",
    "gt": "({a0} > {b1})",
    "le": "({a0} <= {b0} and {a1} <= {b1})",
    "ge": "({a0} >= {b0} and {a1} >= {b1})",
}


def related(name: str, left: Term, right: Term) -> Term:
    """This will relate two times."""
    (a0, a1), (b0, b1) = left.ends, right.ends
    return Term(PERIODS[name].format(a0=a0, a1=a1, b0=b0, b1=b1), "bool")
