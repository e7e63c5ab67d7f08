# SPDX-License-Identifier: Apache-2.0
"""From the tree of an expression to SQL with bound values. No text of the caller's ever becomes SQL."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from typing import Any

from django.contrib.gis.geos import GEOSException, GEOSGeometry
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from anshu.web.sensorthings.entities import ENTITIES, UNDESCRIBED, Attribute, Entity, Link
from anshu.web.sensorthings.problems import Problem, wrong
from anshu.web.sensorthings.syntax import Call, Literal, Node, Route

_MOST_VERTICES = 1_000
_DURATION = re.compile(
    r"(?P<sign>-?)P(?:(?P<y>\d{1,4})Y)?(?:(?P<mo>\d{1,4})M)?(?:(?P<w>\d{1,5})W)?(?:(?P<d>\d{1,6})D)?"
    r"(?:T(?:(?P<h>\d{1,6})H)?(?:(?P<mi>\d{1,7})M)?(?:(?P<s>\d{1,9}(?:\.\d{1,6})?)S)?)?"
)
_COMPARING = {"eq": "=", "ne": "<>", "gt": ">", "ge": ">=", "lt": "<", "le": "<="}
_RECKONING = {"add": "+", "sub": "-", "mul": "*"}
_JSON_OF = {"text": "text", "number": "numeric", "bool": "boolean"}


@dataclass(frozen=True, slots=True)
class Term:
    """A piece of SQL with its kind: text, number, moment, date, clock, duration, geo, json, period, bool or null."""

    sql: str
    kind: str


@dataclass(slots=True)
class Question:
    """One SQL statement in the making: its relations and the values that it binds."""

    relations: Mapping[str, str]
    values: dict[str, Any]
    now: datetime
    _aliases: int = 0

    def bind(self, value: Any) -> str:
        """This will bind a value and give its place in the SQL."""
        name = f"v{len(self.values)}"
        self.values[name] = value
        return f"%({name})s"

    def alias(self) -> str:
        """This will give a fresh name for a relation."""
        self._aliases += 1
        return f"r{self._aliases}"

    def relation(self, entity: Entity) -> str:
        """This will give the rows of a kind, with what clients said about them."""
        sql = self.relations[entity.relation]
        if entity.plural in UNDESCRIBED:
            return f"({sql})"
        said = f"left join web_description said on said.entity = '{entity.plural}' and said.key = own.id"
        return f"(select own.*, said.given from ({sql}) own {said})"

    def condition(self, node: Node, entity: Entity, alias: str) -> str:
        """This will give the SQL of a $filter over the rows of `alias`."""
        return _Compiler(self, entity, alias).truth(node)

    def key(self, node: Node, entity: Entity, alias: str) -> str:
        """This will give the SQL of an $orderby over the rows of `alias`."""
        return _Compiler(self, entity, alias).single(node)


@dataclass(slots=True)
class _Joins:
    """The relations that one predicate reaches over links, and how they hang together."""

    tables: list[str] = field(default_factory=list)
    conditions: list[str] = field(default_factory=list)
    reached: dict[tuple[str, ...], tuple[Entity, str]] = field(default_factory=dict)
    many: bool = False


class _Compiler:
    """Compiles one expression over one relation."""

    def __init__(self, question: Question, entity: Entity, alias: str) -> None:
        self._question, self._entity, self._alias = question, entity, alias
        self._joins = _Joins()

    def truth(self, node: Node) -> str:
        """This will compile a predicate. What it reaches over a link to many, holds if it holds for any of them."""
        if isinstance(node, Call) and node.name in ("and", "or"):
            left, right = (self.truth(each) for each in node.operands)
            return f"({left} {node.name} {right})"
        if isinstance(node, Call) and node.name == "not":
            return f"(not coalesce({self.truth(node.operands[0])}, false))"
        self._joins = _Joins()
        term = self._term(node)
        if term.kind not in ("bool", "json"):
            raise wrong(_("$filter 应为条件,例如 result gt 5"), "type")
        sql = term.sql if term.kind == "bool" else f"({term.sql} = 'true'::jsonb)"
        return self._reached(f"exists (select 1 from {{tables}} where {{conditions}} and {sql})", sql)

    def single(self, node: Node) -> str:
        """This will compile a value of each row."""
        term = self._term(node)
        if self._joins.many:
            raise wrong(_("不能按多个对象的属性排序"), "type")
        if term.kind in ("period", "geo", "null"):
            raise wrong(_("不能按这个属性排序"), "type")
        return self._reached(f"(select {term.sql} from {{tables}} where {{conditions}} limit 1)", term.sql)

    def _reached(self, joined: str, plain: str) -> str:
        if not self._joins.tables:
            return plain
        tables, conditions = ", ".join(self._joins.tables), " and ".join(self._joins.conditions)
        return joined.replace("{tables}", tables).replace("{conditions}", conditions)

    def _term(self, node: Node) -> Term:
        if isinstance(node, Literal):
            return self._literal(node)
        if isinstance(node, Route):
            return self._route(node)
        if node.name in ("and", "or"):
            left, right = (self._truthy(self._term(each)) for each in node.operands)
            return Term(f"({left} {node.name} {right})", "bool")
        if node.name == "not":
            return Term(f"(not coalesce({self._truthy(self._term(node.operands[0]))}, false))", "bool")
        if node.name == "minus":
            return Term(f"(- {self._as(self._term(node.operands[0]), 'number')})", "number")
        if node.name in _COMPARING:
            return self._compared(node)
        if node.name in (*_RECKONING, "div", "mod"):
            return self._reckoned(node)
        return self._called(node)

    def _truthy(self, term: Term) -> str:
        return self._as(term, "bool")

    def _as(self, term: Term, kind: str) -> str:
        """This will give the term as one kind; free JSON becomes what is asked, or null where it is something else."""
        if term.kind == kind:
            return term.sql
        if term.kind == "null":
            return "null"
        if term.kind == "json":
            text = f"({term.sql} #>> '{{}}')"
            if kind == "text":
                return f"(case when jsonb_typeof({term.sql}) <> 'null' then {text} end)"
            if kind == "number":
                return f"(case when jsonb_typeof({term.sql}) = 'number' then {text}::numeric::float8 end)"
            if kind == "bool":
                return f"({term.sql} = 'true'::jsonb)"
        if term.kind == "moment" and kind == "date":
            return f"({term.sql} at time zone 'UTC')::date"
        if term.kind == "date" and kind == "moment":
            return f"({term.sql}::timestamp at time zone 'UTC')"
        raise wrong(_("类型不符:需要 %(wanted)s,得到 %(given)s") % {"wanted": kind, "given": term.kind}, "type")

    def _literal(self, node: Literal) -> Term:
        bind = self._question.bind
        match node.kind:
            case "text":
                return Term(f"{bind(node.value)}::text", "text")
            case "number":
                return Term(f"{bind(node.value)}::{'bigint' if isinstance(node.value, int) else 'float8'}", "number")
            case "bool":
                return Term("true" if node.value else "false", "bool")
            case "moment":
                return Term(f"{bind(moment(node.value))}::timestamptz", "moment")
            case "date":
                return Term(f"{bind(_date(node.value))}::date", "date")
            case "clock":
                return Term(f"{bind(_clock(node.value))}::time", "clock")
            case "duration":
                return Term(f"{bind(_duration(node.value))}::interval", "duration")
            case "geography":
                return Term(f"st_geomfromewkt({bind(_geometry(node.value))})", "geo")
        return Term("null", "null")

    def _route(self, node: Route) -> Term:
        entity, alias, parts = self._entity, self._alias, list(node.parts)
        walked: tuple[str, ...] = ()
        while (link := entity.link(parts[0])) is not None:
            walked = (*walked, parts.pop(0))
            entity, alias = self._over(walked, link, alias)
            if not parts:
                raise wrong(_("“%(name)s”之后缺少属性") % {"name": link.name}, "unknown_property")
        name = "id" if parts[0] == "@iot.id" else parts[0]
        attribute = entity.attribute(name)
        if attribute is None:
            said = {"entity": entity.plural, "name": name[:60]}
            raise wrong(_("%(entity)s 没有属性“%(name)s”") % said, "unknown_property")
        return self._inside(attribute, alias, parts[1:])

    def _inside(self, attribute: Attribute, alias: str, deeper: list[str]) -> Term:
        sql = attribute.sql.format(a=alias)
        if not deeper:
            return Term(sql, attribute.kind)
        if attribute.kind != "json":
            raise wrong(_("“%(name)s”没有下级属性") % {"name": attribute.name}, "unknown_property")
        return Term(f"({sql} #> {self._question.bind(deeper)}::text[])", "json")

    def _over(self, walked: tuple[str, ...], link: Link, alias: str) -> tuple[Entity, str]:
        """This will reach over a link, once for each way within a predicate."""
        joins = self._joins
        if walked not in joins.reached:
            if len(walked) > 5:
                raise wrong(_("导航太深"), "too_deep")
            target, fresh = ENTITIES[link.target], self._question.alias()
            joins.tables.append(f"{self._question.relation(target)} {fresh}")
            joins.conditions.extend(f"{fresh}.{theirs} = {alias}.{own}" for own, theirs in link.pairs)
            if link.besides:
                joins.conditions.append(link.besides.format(a=fresh))
            joins.reached[walked], joins.many = (target, fresh), joins.many or link.many
        return joins.reached[walked]

    def _compared(self, node: Call) -> Term:
        left, right = (self._term(each) for each in node.operands)
        sign = _COMPARING[node.name]
        if "null" in (left.kind, right.kind):
            return self._compared_to_null(node.name, right if left.kind == "null" else left)
        if left.kind == right.kind == "json":
            return Term(f"({left.sql} {sign} {right.sql})", "bool")
        kind = _common(left.kind, right.kind)
        if kind in ("period", "geo"):
            raise wrong(_("%(kind)s 不能这样比较") % {"kind": kind}, "type")
        return Term(f"({self._as(left, kind)} {sign} {self._as(right, kind)})", "bool")

    def _compared_to_null(self, name: str, other: Term) -> Term:
        if name not in ("eq", "ne"):
            return Term("false", "bool")
        sql = f"nullif({other.sql}, 'null'::jsonb)" if other.kind == "json" else other.sql
        return Term(f"({sql} is {'' if name == 'eq' else 'not '}null)", "bool")

    def _reckoned(self, node: Call) -> Term:
        left, right = (self._term(each) for each in node.operands)
        if "duration" in (left.kind, right.kind) or left.kind == right.kind == "moment":
            return self._shifted(node.name, left, right)
        a, b = self._as(left, "number"), self._as(right, "number")
        if node.name == "div":
            return Term(f"({a}::float8 / nullif({b}::float8, 0))", "number")
        if node.name == "mod":
            return Term(f"mod({a}::numeric, nullif({b}::numeric, 0))::float8", "number")
        return Term(f"({a} {_RECKONING[node.name]} {b})", "number")

    def _shifted(self, name: str, left: Term, right: Term) -> Term:
        """This will move a moment by a duration, or take one moment from another."""
        if name == "sub" and left.kind == right.kind == "moment":
            return Term(f"({left.sql} - {right.sql})", "duration")
        if name not in ("add", "sub") or right.kind != "duration":
            raise wrong(_("时间只能加减 duration'…'"), "type")
        kind = "duration" if left.kind == "duration" else "moment"
        return Term(f"({self._as(left, kind)} {_RECKONING[name]} {right.sql})", kind)

    def _called(self, node: Call) -> Term:
        found = _FUNCTIONS.get(node.name)
        if found is None:
            raise wrong(_("没有函数“%(name)s”") % {"name": node.name[:40]}, "unknown_function")
        shapes = [shape for shape in found if len(shape.takes) == len(node.operands)]
        if not shapes:
            raise wrong(_("函数 %(name)s 的参数个数不对") % {"name": node.name}, "arguments")
        terms = [self._term(each) for each in node.operands]
        given = [self._as(term, kind) for term, kind in zip(terms, shapes[0].takes, strict=True)]
        return Term(shapes[0].sql(*given, *([self._question] if shapes[0].asks else [])), shapes[0].gives)


@dataclass(frozen=True, slots=True)
class _Function:
    takes: tuple[str, ...]
    gives: str
    sql: Callable[..., str]
    asks: bool = False


def _shape(takes: str, gives: str, form: str) -> _Function:
    return _Function(tuple(takes.split()), gives, form.format)


def _part(name: str) -> list[_Function]:
    return [_shape("moment", "number", f"extract({name} from {{0}} at time zone 'UTC')::bigint")]


def _spatial(name: str) -> list[_Function]:
    return [_shape("geo geo", "bool", f"{name}({{0}}, {{1}})")]


_FUNCTIONS: dict[str, list[_Function]] = {
    "substringof": [_shape("text text", "bool", "(strpos({1}, {0}) > 0)")],
    "contains": [_shape("text text", "bool", "(strpos({0}, {1}) > 0)")],
    "startswith": [_shape("text text", "bool", "starts_with({0}, {1})")],
    "endswith": [_shape("text text", "bool", "(right({0}, length({1})) = {1})")],
    "length": [_shape("text", "number", "length({0})")],
    "indexof": [_shape("text text", "number", "(strpos({0}, {1}) - 1)")],
    "substring": [
        _shape("text number", "text", "substr({0}, least(greatest({1}, 0), 1000000)::int + 1)"),
        _shape(
            "text number number",
            "text",
            "substr({0}, least(greatest({1}, 0), 1000000)::int + 1, least(greatest({2}, 0), 1000000)::int)",
        ),
    ],
    "tolower": [_shape("text", "text", "lower({0})")],
    "toupper": [_shape("text", "text", "upper({0})")],
    "trim": [_shape("text", "text", "trim({0})")],
    "concat": [_shape("text text", "text", "({0} || {1})")],
    **{name: _part(name) for name in ("year", "month", "day", "hour", "minute")},
    "second": [_shape("moment", "number", "floor(extract(second from {0}))::bigint")],
    "fractionalseconds": [_shape("moment", "number", "mod(extract(second from {0}), 1)::float8")],
    "date": [_shape("moment", "date", "({0} at time zone 'UTC')::date")],
    "time": [_shape("moment", "clock", "({0} at time zone 'UTC')::time")],
    "totaloffsetminutes": [_shape("moment", "number", "(case when {0} is not null then 0 end)")],
    "now": [_Function((), "moment", lambda question: f"{question.bind(question.now)}::timestamptz", asks=True)],
    "mindatetime": [_shape("", "moment", "'-infinity'::timestamptz")],
    "maxdatetime": [_shape("", "moment", "'infinity'::timestamptz")],
    "round": [_shape("number", "number", "round(({0})::numeric)::float8")],
    "floor": [_shape("number", "number", "floor(({0})::float8)")],
    "ceiling": [_shape("number", "number", "ceil(({0})::float8)")],
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
}  # fmt: skip


def _relates(left: str, right: str, pattern: str) -> str:
    """This will compare with a pattern of nine marks; anything else matches nothing."""
    safe = f"(case when {pattern} ~ '^[TF012*]{{9}}$' then {pattern} else 'FFFFFFFFF' end)"
    return f"st_relate({left}, {right}, {safe})"


_FUNCTIONS["st_relate"] = [_Function(("geo", "geo", "text"), "bool", _relates)]


def _common(left: str, right: str) -> str:
    """This will settle as what two terms are compared."""
    if left == "json" or right == "json":
        other = right if left == "json" else left
        return other if other in _JSON_OF else "text"
    if {left, right} == {"moment", "date"}:
        return "moment"
    if left != right:
        raise wrong(_("类型不符:%(left)s 与 %(right)s 不能比较") % {"left": left, "right": right}, "type")
    return left


def moment(text: str) -> datetime:
    """This will read an ISO 8601 instant; without an offset it is UTC, as the standard has it."""
    # A plus sign that was not escaped arrives as a blank; nanoseconds are cut.
    plain = re.sub(r"(\.\d{6})\d+", r"\1", text.strip().replace(" ", "+"))
    try:
        found = datetime.fromisoformat(plain)
        found = found if found.tzinfo else found.replace(tzinfo=UTC)
        return found.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise _untimely(text) from error


def _untimely(text: str) -> Problem:
    return wrong(_("“%(text)s”不是有效的时间") % {"text": text[:40]}, "bad_time")


def _date(text: str) -> Any:
    try:
        found = parse_date(text)
    except ValueError:
        found = None
    if found is None:
        raise _untimely(text)
    return found


def _clock(text: str) -> time:
    try:
        return time.fromisoformat(text)
    except ValueError as error:
        raise _untimely(text) from error


def _duration(text: str) -> str:
    found = _DURATION.fullmatch(text)
    if found is None or text.rstrip("T") in ("P", "-P", ""):
        raise _untimely(text)
    sign = found["sign"]
    words = {"y": "years", "mo": "months", "w": "weeks", "d": "days", "h": "hours", "mi": "minutes", "s": "seconds"}
    return " ".join(f"{sign}{found[key]} {word}" for key, word in words.items() if found[key]) or "0 seconds"


def _geometry(text: str) -> str:
    """This will check well-known text in longitude and latitude."""
    try:
        found = GEOSGeometry(text if text.upper().startswith("SRID=") else f"SRID=4326;{text}")
    except (ValueError, TypeError, GEOSException) as error:
        raise wrong(_("“%(text)s”不是有效的 WKT") % {"text": text[:40]}, "bad_geometry") from error
    west, south, east, north = found.extent if not found.empty else (999, 0, 0, 0)
    if found.srid != 4326 or not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise wrong(_("图形应为经纬度(WGS 84)"), "bad_geometry")
    if found.num_coords > _MOST_VERTICES or not found.valid:
        raise wrong(_("图形无效,或顶点超过 %(number)s 个") % {"number": _MOST_VERTICES}, "bad_geometry")
    return str(found.ewkt)
