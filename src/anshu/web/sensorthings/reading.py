# SPDX-License-Identifier: Apache-2.0
"""Answering reads: one statement for a page, and one more for each $expand, however many rows there are."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import quote

from django.db import DataError, OperationalError, connection, transaction
from django.utils.translation import gettext as _

from anshu.domain.sensing.selectors.relations import relations_of
from anshu.kernel.access.viewer import Viewer
from anshu.web.sensorthings.compiling import Question
from anshu.web.sensorthings.entities import ENTITIES, Attribute, Entity, Link
from anshu.web.sensorthings.literals import moment
from anshu.web.sensorthings.network import Wanted, by_time, counted
from anshu.web.sensorthings.options import Options, token_of
from anshu.web.sensorthings.problems import Problem, located, wrong
from anshu.web.sensorthings.showing import Row, identity, plain, spoken, value_of
from anshu.web.sensorthings.syntax import Node, Route

PATIENCE_S = 10
# Entities in one answer, those expanded included.
MOST_ROWS = 20_000
_SAFE = ",/()$=;"
Fixed = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Key:
    """One key that the rows are ordered by."""

    sql: str
    down: bool
    # Only a key that is never null can say where a page ended.
    sure: bool
    kind: str

    @property
    def direction(self) -> str:
        """What is null comes last, whichever way."""
        return "asc" if not self.down else "desc" if self.sure else "desc nulls last"


@contextmanager
def _patiently() -> Iterator[Any]:
    """This will run statements that may take so long and no longer, and turn what they choke on to words."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("select set_config('statement_timeout', %s, true)", [f"{PATIENCE_S}s"])
            yield cursor
            cursor.execute("select set_config('statement_timeout', '0', true)")
    except DataError as error:
        raise wrong(_("表达式无法计算:数值超出范围,或格式不对"), "cannot_evaluate") from error
    except OperationalError as error:
        if "statement timeout" not in str(error):
            raise
        said = _("这个查询超过 %(seconds)s 秒,请缩小范围,例如指定 Datastream") % {"seconds": PATIENCE_S}
        raise Problem(503, "too_expensive", said, {"Retry-After": "10"}) from error


class Reader:
    """Reads for one caller at one moment."""

    def __init__(self, viewer: Viewer, base: str, now: datetime) -> None:
        self.base, self._now = base, now
        self._relations, self._scope = relations_of(viewer)
        self._rows_left = MOST_ROWS

    # One row

    def row(self, entity: Entity, fixed: Fixed) -> Row | None:
        """This will give the columns of the one row (the first where there are several) that links start from."""
        question, columns = self._question(), _columns(entity)
        where = self._where(question, entity, fixed, None)
        wanted = ", ".join(f"t.{name}" for name in columns)
        with _patiently() as cursor:
            cursor.execute(f"select {wanted} from {question.relation(entity)} t where {where} limit 1", question.values)
            found = cursor.fetchone()
        return dict(zip(columns, found, strict=True)) if found else None

    def one(self, entity: Entity, fixed: Fixed, options: Options) -> dict[str, Any] | None:
        """This will give one entity as JSON."""
        self._checked(entity, options)
        page = self._page(entity, [fixed], replace(options, top=1, skip=0, order=(), after=None))[0]
        self._expanded(entity, page, options)
        return self._shown(entity, page[0], options) if page else None

    # Many rows

    def count(self, entity: Entity, fixed: Fixed, options: Options) -> int:
        """This will count the rows that fit."""
        self._checked(entity, options)
        return self._counts(entity, [fixed], options)[0]

    def collection(self, entity: Entity, fixed: Fixed, options: Options, here: str) -> dict[str, Any]:
        """This will give one page of a collection as JSON; `here` is its own address."""
        self._checked(entity, options)
        page = self._page(entity, [fixed], options)[0]
        answer: dict[str, Any] = {}
        if options.count:
            answer["@iot.count"] = self._counts(entity, [fixed], options)[0]
        if len(page) > options.top and options.top:
            page = page[: options.top]
            answer["@iot.nextLink"] = self._next(self._keys(self._question(), entity, options), page[-1], options, here)
        page = page[: options.top]
        self._expanded(entity, page, options)
        if options.data_array:
            return {**answer, "value": self._arrays(page, options)}
        return {**answer, "value": [self._shown(entity, row, options) for row in page]}

    def _checked(self, entity: Entity, options: Options) -> None:
        """This will refuse what has no meaning before anything is read, so that no refusal depends on what is there."""
        question = self._question()
        if options.where is not None:
            question.condition(options.where, entity, "t")
        self._keys(question, entity, options)
        for name, inner in options.expand.items():
            link = entity.link(name)
            if link is not None:
                with located(f"$expand={name}:"):
                    self._checked(ENTITIES[link.target], inner)

    def _next(self, keys: Sequence[_Key], last: Row, options: Options, here: str) -> str:
        written = dict(options.written)
        if all(key.sure for key in keys) and not options.skip:
            written["$skiptoken"] = token_of(plain(last[f"key{index}"]) for index in range(len(keys)))
        else:
            written["$skip"] = str(options.skip + options.top)
        return f"{here}?" + "&".join(f"{name}={quote(value, safe=_SAFE)}" for name, value in written.items())

    def _arrays(self, page: Sequence[Row], options: Options) -> list[dict[str, Any]]:
        """This will give each datastream's rows, in the order of the attributes that were asked for."""
        shown = _wanted(ENTITIES["Observations"], options)
        groups: dict[int, list[list[Any]]] = {}
        for row in page:
            values = [value_of(each, row[f"said:{each.name}"]) for each in shown]
            groups.setdefault(row["datastream_id"], []).append(values)
        return [
            {
                "Datastream@iot.navigationLink": f"{self.base}/Datastreams({pk})",
                "components": [each.name for each in shown],
                "dataArray@iot.count": len(rows),
                "dataArray": rows,
            }
            for pk, rows in groups.items()
        ]

    # Expanding

    def _expanded(self, entity: Entity, rows: Sequence[Row], options: Options) -> None:
        """This will hang the expanded entities on their rows, one statement a link."""
        for name, inner in options.expand.items():
            link = entity.link(name)
            if link is None or not rows:
                continue
            target, fixed = ENTITIES[link.target], [_fixed(link, row) for row in rows]
            asked = inner if link.many else replace(inner, top=1, skip=0, order=())
            pages = self._page(target, fixed, asked, link.besides)
            counts = self._counts(target, fixed, inner, link.besides) if link.many and inner.count else []
            kept = [page[: asked.top] for page in pages]
            self._expanded(target, [row for page in kept for row in page], inner)
            keys = self._keys(self._question(), target, inner)
            for index, (row, page) in enumerate(zip(rows, kept, strict=True)):
                shown = [self._shown(target, each, inner) for each in page]
                hung = row.setdefault("hung", {})
                if counts:
                    hung[f"{name}@iot.count"] = counts[index]
                hung[name] = shown if link.many else (shown[0] if shown else None)
                if link.many and 0 < inner.top < len(pages[index]):
                    here = f"{self._self_link(entity, row)}/{name}"
                    hung[f"{name}@iot.nextLink"] = self._next(keys, page[-1], inner, here)

    # Statements

    def _question(self) -> Question:
        return Question(self._relations, dict(self._scope), self._now)

    def _page(self, entity: Entity, parents: Sequence[Fixed], options: Options, besides: str = "") -> list[list[Row]]:
        """This will give a page of rows, with one row more as a sign of a next page, for each of the parents."""
        question = self._question()
        columns, attributes = _columns(entity), _wanted(entity, options)
        keys = self._keys(question, entity, options)
        names = list(parents[0])
        where = self._where(question, entity, {}, options.where, besides)
        where += "".join(f" and t.{name} = parent.{name}" for name in names)
        where += self._after(question, keys, options)
        order = ", ".join(f"{key.sql} {key.direction}" for key in keys)
        limit = f"limit {min(options.top + 1, self._rows_left + 1)} offset {options.skip}"
        # First which rows, then what they say: what is costly to say is said of this page only.
        inner = f"select t.* from {question.relation(entity)} t where {where} order by {order} {limit}"
        if entity.plural == "Observations" and not names and self._by_time(options):
            inner = by_time(question, Wanted(where, order, keys[0].down, options.top, options.skip))
        heads = {
            **{name: f"t.{name}" for name in columns},
            **{f"said:{each.name}": spoken(each, "t") for each in attributes},
            **{f"key{index}": key.sql for index, key in enumerate(keys)},
        }
        # What two of them say alike is asked for once.
        said = list(dict.fromkeys(heads.values()))
        parent = self._parents(question, names, parents)
        sql = (
            f"select parent.place, {', '.join(said)} from {parent} cross join lateral ({inner}) t"
            f" order by parent.place, {order} limit {self._rows_left + 1}"
        )
        with _patiently() as cursor:
            cursor.execute(sql, question.values)
            found = cursor.fetchall()
        if len(found) > self._rows_left:
            raise wrong(_("一次回答最多 %(number)s 个对象,请减小 $top 或 $expand") % {"number": MOST_ROWS}, "too_many")
        self._rows_left -= len(found)
        places = {name: 1 + said.index(sql) for name, sql in heads.items()}
        pages: list[list[Row]] = [[] for _parent in parents]
        for row in found:
            pages[row[0] - 1].append({name: row[place] for name, place in places.items()})
        return pages

    def _by_time(self, options: Options) -> bool:
        first = options.order[0][0] if options.order else None
        return isinstance(first, Route) and first.parts in (("phenomenonTime",), ("resultTime",))

    def _counts(self, entity: Entity, parents: Sequence[Fixed], options: Options, besides: str = "") -> list[int]:
        question, names = self._question(), list(parents[0])
        where = self._where(question, entity, {}, options.where, besides)
        if entity.plural == "Observations" and not names:
            with _patiently() as cursor:
                cursor.execute(counted(question, where), question.values)
                return [cursor.fetchone()[0]]
        where += "".join(f" and t.{name} = parent.{name}" for name in names)
        parent = self._parents(question, names, parents)
        sql = (
            f"select parent.place, found.number from {parent} cross join lateral"
            f" (select count(*) as number from {question.relation(entity)} t where {where}) found order by 1"
        )
        with _patiently() as cursor:
            cursor.execute(sql, question.values)
            return [number for _place, number in cursor.fetchall()]

    def _parents(self, question: Question, names: Sequence[str], parents: Sequence[Fixed]) -> str:
        """This will give the parents' columns as a relation with the place of each."""
        if not names:
            return "(values (1)) parent (place)"
        if len(parents) == 1:
            # One parent is spelled out, so that the planner sees constants and uses the table's key.
            values = ", ".join(f"{question.bind(parents[0][name])}::{_type(name)} as {name}" for name in names)
            return f"(select 1 as place, {values}) parent"
        arrays = ", ".join(f"{question.bind([each[name] for each in parents])}::{_type(name)}[]" for name in names)
        return f"unnest({arrays}) with ordinality parent ({', '.join(names)}, place)"

    def _where(
        self, question: Question, entity: Entity, fixed: Fixed, condition: Node | None, besides: str = ""
    ) -> str:
        parts = [f"t.{name} = {question.bind(value)}::{_type(name)}" for name, value in fixed.items()]
        if besides:
            parts.append(besides.format(a="t"))
        if condition is not None:
            parts.append(question.condition(condition, entity, "t"))
        return " and ".join(parts) or "true"

    def _keys(self, question: Question, entity: Entity, options: Options) -> list[_Key]:
        """This will give the order's keys, the entity's own last so that every order is a whole one."""
        keys = []
        for node, down in options.order:
            name = node.parts[0] if isinstance(node, Route) and len(node.parts) == 1 else ""
            attribute = entity.attribute("id" if name == "@iot.id" else name)
            if attribute is not None and attribute.name == "id":
                break
            sql = question.key(node, entity, "t")
            keys.append(_Key(sql, down, attribute is not None and attribute.sure, attribute.kind if attribute else ""))
        down = options.order[-1][1] if options.order else False
        own = [_Key(f"t.{name}", down, True, "moment" if name == "at" else "number") for name in entity.keys]
        present = {key.sql for key in keys}
        return keys + [key for key in own if key.sql not in present]

    def _after(self, question: Question, keys: Sequence[_Key], options: Options) -> str:
        """This will begin where the page before ended."""
        if options.after is None:
            return ""
        if len(options.after) != len(keys) or not all(key.sure for key in keys):
            raise wrong(_("下一页的链接无效,请从第一页重新读取"), "bad_token")
        places = [_bound(question, key, value) for key, value in zip(keys, options.after, strict=True)]
        first = f"{keys[0].sql} {'<=' if keys[0].down else '>='} {places[0]}"
        ways, equal = [], ""
        for key, place in zip(keys, places, strict=True):
            ways.append(f"({equal}{key.sql} {'<' if key.down else '>'} {place})")
            equal += f"{key.sql} = {place} and "
        # The first key alone again, for it is what an index can use.
        return f" and {first} and ({' or '.join(ways)})"

    # Showing

    def _shown(self, entity: Entity, row: Row, options: Options) -> dict[str, Any]:
        here, select = self._self_link(entity, row), options.select
        shown: dict[str, Any] = {}
        if select is None or "id" in select:
            shown["@iot.id"] = row["said:id"] if entity.plural == "Observations" else row["id"]
        if select is None or "@iot.selfLink" in select:
            shown["@iot.selfLink"] = here
        for attribute in entity.attributes:
            if attribute.name != "id" and f"said:{attribute.name}" in row:
                shown[attribute.name] = value_of(attribute, row[f"said:{attribute.name}"])
        hung = row.get("hung", {})
        for link in entity.links:
            if link.name in options.expand:
                shown |= {name: value for name, value in hung.items() if name.partition("@")[0] == link.name}
            elif select is None or link.name in select:
                shown[f"{link.name}@iot.navigationLink"] = f"{here}/{link.name}"
        return shown

    def _self_link(self, entity: Entity, row: Row) -> str:
        return f"{self.base}/{entity.plural}({identity(entity, row)})"


def _columns(entity: Entity) -> list[str]:
    return list(dict.fromkeys([*entity.keys, *entity.columns]))


def _wanted(entity: Entity, options: Options) -> list[Attribute]:
    if options.select is None:
        return list(entity.attributes)
    if options.data_array:
        return [found for name in options.select if (found := entity.attribute(name))]
    return [each for each in entity.attributes if each.name in options.select or each.name == "id"]


def _fixed(link: Link, row: Row) -> dict[str, Any]:
    return {theirs: row[own] for own, theirs in link.pairs}


def _type(name: str) -> str:
    return {"at": "timestamptz", "current": "boolean"}.get(name, "bigint")


def _bound(question: Question, key: _Key, value: Any) -> str:
    if key.kind == "moment":
        return f"{question.bind(moment(str(value)))}::timestamptz"
    if key.kind == "number":
        if isinstance(value, str):
            raise wrong(_("下一页的链接无效,请从第一页重新读取"), "bad_token")
        return f"{question.bind(value)}::{'bigint' if isinstance(value, int) else 'float8'}"
    return f"{question.bind(str(value))}::text"
