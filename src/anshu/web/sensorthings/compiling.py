# SPDX-License-Identifier: Apache-2.0
"""From the tree of an expression to SQL with bound values. No text of the caller's ever becomes SQL."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from anshu.web.sensorthings.entities import ENTITIES, UNDESCRIBED, Attribute, Entity, Link
from anshu.web.sensorthings.functions import FUNCTIONS, PERIODS, Function, Term, related
from anshu.web.sensorthings.literals import MOST_YEARS, clock, day, duration, geometry, moment, offset_minutes, period
from anshu.web.sensorthings.problems import Problem, located, wrong
from anshu.web.sensorthings.syntax import Call, Literal, Node, Route

_COMPARING = {"eq": "=", "ne": "<>", "gt": ">", "ge": ">=", "lt": "<", "le": "<="}
_RECKONING = {
    "add": "({0} + {1})", "sub": "({0} - {1})", "mul": "({0} * {1})", "div": "({0} / nullif({1}, 0))",
    "mod": "mod({0}, nullif({1}, 0))",
}  # fmt: skip
_TIMELY = ("moment", "date", "period", "duration")
_JSON_OF = ("text", "number", "bool")
_NULLS = {
    "text": "text", "number": "numeric", "bool": "boolean", "moment": "timestamptz", "date": "date", "clock": "time",
    "duration": "interval", "geo": "geometry", "period": "timestamptz",
}  # fmt: skip


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
        with located("$filter"):
            return _Compiler(self, entity, alias).truth(node)

    def key(self, node: Node, entity: Entity, alias: str) -> str:
        """This will give the SQL of an $orderby over the rows of `alias`."""
        with located("$orderby"):
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
            raise wrong(_("应为条件,例如 result gt 5"), "type").placed(node.at)
        sql = term.sql if term.kind == "bool" else f"({term.sql} = 'true'::jsonb)"
        return self._reached(f"exists (select 1 from {{tables}} where {{conditions}} and {sql})", sql)

    def single(self, node: Node) -> str:
        """This will compile a value of each row."""
        term = self._term(node)
        if self._joins.many:
            raise wrong(_("不能按多个对象的属性排序"), "type")
        if term.kind in ("geo", "null"):
            raise wrong(_("不能按这个属性排序"), "type")
        return self._reached(f"(select {term.sql} from {{tables}} where {{conditions}} limit 1)", term.sql)

    def _reached(self, joined: str, plain: str) -> str:
        if not self._joins.tables:
            return plain
        tables, conditions = ", ".join(self._joins.tables), " and ".join(self._joins.conditions)
        return joined.replace("{tables}", tables).replace("{conditions}", conditions)

    def _term(self, node: Node) -> Term:
        with located(at=node.at):
            if isinstance(node, Literal):
                return self._literal(node)
            if isinstance(node, Route):
                return self._route(node)
            return self._call(node)

    def _call(self, node: Call) -> Term:
        if node.name in ("and", "or"):
            left, right = (self._truthy(self._term(each)) for each in node.operands)
            return Term(f"({left} {node.name} {right})", "bool")
        if node.name == "not":
            return Term(f"(not coalesce({self._truthy(self._term(node.operands[0]))}, false))", "bool")
        if node.name == "minus":
            return self._negative(self._term(node.operands[0]))
        if node.name in _COMPARING:
            return self._compared(node)
        if node.name in _RECKONING:
            return self._reckoned(node)
        if node.name in PERIODS:
            return self._related(node)
        return self._called(node)

    def _truthy(self, term: Term) -> str:
        return self._as(term, "bool").sql

    def _as(self, term: Term, kind: str) -> Term:
        """This will give the term as one kind; free JSON becomes what is asked, or null where it is something else."""
        if term.kind == kind:
            return term
        if term.kind == "null":
            return Term(f"null::{_NULLS[kind]}", kind, exact=kind == "number")
        if term.kind == "json" and kind in _JSON_OF:
            return _of_json(term.sql, kind)
        if term.kind == "moment" and kind == "date":
            return Term(f"({term.sql} at time zone interval '{term.offset:d} minutes')::date", "date")
        if term.kind == "date" and kind == "moment":
            return Term(f"({term.sql}::timestamp at time zone 'UTC')", "moment")
        raise _unlike(kind, term.kind)

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
                return Term(f"{bind(moment(node.value))}::timestamptz", "moment", offset=offset_minutes(node.value))
            case "date":
                return Term(f"{bind(day(node.value))}::date", "date")
            case "clock":
                return Term(f"{bind(clock(node.value))}::time", "clock")
            case "duration":
                return Term(f"{bind(duration(node.value))}::interval", "duration")
            case "period":
                return self._period(*period(node.value))
            case "geography":
                return Term(f"st_geomfromewkt({bind(geometry(node.value))})", "geo")
        return Term("null", "null")

    def _period(self, first: datetime | str, last: datetime | str) -> Term:
        """This will give a period of which one end may be the other moved by a duration."""
        bind = self._question.bind
        if isinstance(first, str):
            end = f"{bind(last)}::timestamptz"
            return Term(f"({end} - {bind(first)}::interval)", "period", until=end)
        start = f"{bind(first)}::timestamptz"
        moved = f"({start} + {bind(last)}::interval)" if isinstance(last, str) else f"{bind(last)}::timestamptz"
        return Term(start, "period", until=moved)

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
        if attribute.kind == "period" and not deeper:
            return Term(f"(({sql})->>0)::timestamptz", "period", until=f"(({sql})->>1)::timestamptz")
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
        if kind == "period":
            return related(node.name, self._time(left), self._time(right))
        if kind == "geo":
            raise wrong(_("%(kind)s 不能这样比较") % {"kind": kind}, "type")
        one, other = self._as(left, kind), self._as(right, kind)
        if one.exact or other.exact:
            one, other = _numeric(one), _numeric(other)
        return Term(f"({one.sql} {sign} {other.sql})", "bool")

    def _compared_to_null(self, name: str, other: Term) -> Term:
        if name not in ("eq", "ne"):
            return Term("false", "bool")
        sql = f"nullif({other.sql}, 'null'::jsonb)" if other.kind == "json" else other.sql
        return Term(f"({sql} is {'' if name == 'eq' else 'not '}null)", "bool")

    def _reckoned(self, node: Call) -> Term:
        left, right = (self._term(each) for each in node.operands)
        if left.kind in _TIMELY or right.kind in _TIMELY:
            return self._shifted(node.name, left, right)
        a, b = (_numeric(self._as(each, "number")) for each in (left, right))
        return Term(_RECKONING[node.name].format(a.sql, b.sql), "number", exact=True)

    def _negative(self, term: Term) -> Term:
        if term.kind == "duration":
            return Term(f"(- {term.sql})", "duration")
        return Term(f"(- {_numeric(self._as(term, 'number')).sql})", "number", exact=True)

    def _shifted(self, name: str, left: Term, right: Term) -> Term:
        """This will move a time by a duration, or take one moment from another."""
        if name == "add" and left.kind == "duration" and right.kind in ("moment", "date", "period"):
            left, right = right, left
        if name == "sub" and {left.kind, right.kind} <= {"moment", "date"}:
            one, other = (_within_years(self._as(each, "moment").sql) for each in (left, right))
            return Term(f"({one} - {other})", "duration")
        if name not in ("add", "sub") or right.kind != "duration" or left.kind not in _TIMELY:
            raise wrong(_("时间只能加减 duration'…',或两个时刻相减"), "type")
        form = _RECKONING[name]
        if left.kind == "duration":
            return Term(form.format(_bounded(left.sql), _bounded(right.sql)), "duration")
        moved = self._as(left, "moment") if left.kind == "date" else left
        start, end = (form.format(_within_years(each), _bounded(right.sql)) for each in moved.ends)
        return replace(moved, sql=start, until=end if moved.kind == "period" else "")

    def _related(self, node: Call) -> Term:
        """This will relate two times; only a period can have something happen during it."""
        if len(node.operands) != 2:
            raise _wrong_number(node.name, (2,))
        left, right = (self._time(self._term(each)) for each in node.operands)
        if node.name == "during" and right.kind != "period":
            said = _("during 的第二个参数应为时段,例如 2026-07-01T00:00:00Z/P1D")
            raise wrong(said, "type").placed(node.operands[1].at)
        return related(node.name, left, right)

    def _time(self, term: Term) -> Term:
        return term if term.kind == "period" else self._as(term, "moment")

    def _called(self, node: Call) -> Term:
        found = FUNCTIONS.get(node.name)
        if node.name == "now":
            found = [Function((), "moment", lambda **_clock: f"{self._question.bind(self._question.now)}::timestamptz")]
        if found is None:
            raise wrong(_("没有函数“%(name)s”") % {"name": node.name[:40]}, "unknown_function")
        shapes = [shape for shape in found if len(shape.takes) == len(node.operands)]
        if not shapes:
            raise _wrong_number(node.name, sorted({len(shape.takes) for shape in found}))
        terms = [self._term(each) for each in node.operands]
        fits = (shape for shape in shapes if [term.kind for term in terms] == list(shape.takes))
        shape = next(fits, shapes[0])
        return shape.of([self._operand(*each) for each in zip(node.operands, terms, shape.takes, strict=True)])

    def _operand(self, node: Node, term: Term, kind: str) -> Term:
        with located(at=node.at):
            return self._as(term, kind)


def _numeric(term: Term) -> Term:
    return term if term.exact else Term(f"({term.sql})::numeric", "number", exact=True)


def _within_years(sql: str) -> str:
    """This will keep a moment where a duration of ours can move it without leaving PostgreSQL's calendar."""
    return f"least(greatest({sql}, '0001-01-01T00:00:00Z'::timestamptz), '9999-12-31T23:59:59Z'::timestamptz)"


def _bounded(sql: str) -> str:
    return f"least(greatest({sql}, interval '-{MOST_YEARS} years'), interval '{MOST_YEARS} years')"


def _of_json(sql: str, kind: str) -> Term:
    text = f"({sql} #>> '{{}}')"
    match kind:
        case "text":
            return Term(f"(case when jsonb_typeof({sql}) <> 'null' then {text} end)", "text")
        case "number":
            found = f"(case when jsonb_typeof({sql}) = 'number' then {text}::numeric end)"
            return Term(found, "number", exact=True)
    return Term(f"({sql} = 'true'::jsonb)", "bool")


def _common(left: str, right: str) -> str:
    """This will settle as what two terms are compared."""
    if left == "json" or right == "json":
        other = right if left == "json" else left
        return other if other in _JSON_OF else "text"
    if "period" in (left, right) and {left, right} <= {"period", "moment", "date"}:
        return "period"
    if {left, right} == {"moment", "date"}:
        return "moment"
    if left != right:
        raise wrong(_("类型不符:%(left)s 与 %(right)s 不能比较") % {"left": left, "right": right}, "type")
    return left


def _unlike(wanted: str, given: str) -> Problem:
    return wrong(_("类型不符:需要 %(wanted)s,得到 %(given)s") % {"wanted": wanted, "given": given}, "type")


def _wrong_number(name: str, wanted: object) -> Problem:
    numbers = "、".join(map(str, wanted))  # type: ignore[call-overload]
    return wrong(_("函数 %(name)s 应有 %(wanted)s 个参数") % {"name": name, "wanted": numbers}, "arguments")
