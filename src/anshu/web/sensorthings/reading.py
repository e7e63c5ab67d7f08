# SPDX-License-Identifier: Apache-2.0
"""Answering reads: one statement for a page, and one more for each $expand, however many rows there are."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from django.db import DataError, OperationalError, connection, transaction
from django.utils.translation import gettext as _

from anshu.domain.sensing.selectors.relations import relations_of
from anshu.kernel.access.viewer import Viewer
from anshu.web.sensorthings.compiling import Question
from anshu.web.sensorthings.entities import ENTITIES, Attribute, Entity, Link
from anshu.web.sensorthings.literals import moment
from anshu.web.sensorthings.options import Options, token_of
from anshu.web.sensorthings.problems import Problem, located, wrong
from anshu.web.sensorthings.syntax import Node, Route

PATIENCE_S = 10
# Entities in one answer, those expanded included.
MOST_ROWS = 20_000
Row = dict[str, Any]
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
            answer["@iot.nextLink"] = self._next(entity, page[-1], options, here)
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

    def _next(self, entity: Entity, last: Row, options: Options, here: str) -> str:
        keys = self._keys(self._question(), entity, options)
        written = dict(options.written)
        if all(key.sure for key in keys) and not options.skip:
            written["$skiptoken"] = token_of(_plain(last[f"key{index}"]) for index in range(len(keys)))
        else:
            written["$skip"] = str(options.skip + options.top)
        return f"{here}?" + "&".join(
            f"{name}={quote(value, safe=chr(44) + '/()$=;')}" for name, value in written.items()
        )

    def _arrays(self, page: Sequence[Row], options: Options) -> list[dict[str, Any]]:
        entity = ENTITIES["Observations"]
        names = [name for name in options.select or [each.name for each in entity.attributes] if entity.attribute(name)]
        groups: dict[int, list[list[Any]]] = {}
        for row in page:
            shown = self._shown(entity, row, replace(options, select=None))
            groups.setdefault(row["datastream_id"], []).append(
                [shown["@iot.id" if name == "id" else name] for name in names]
            )
        return [
            {
                "Datastream@iot.navigationLink": f"{self.base}/Datastreams({pk})",
                "components": names,
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
            for index, (row, page) in enumerate(zip(rows, kept, strict=True)):
                shown = [self._shown(target, each, inner) for each in page]
                hung = row.setdefault("hung", {})
                if counts:
                    hung[f"{name}@iot.count"] = counts[index]
                hung[name] = shown if link.many else (shown[0] if shown else None)
                if link.many and 0 < inner.top < len(pages[index]):
                    here = f"{self._self_link(entity, row)}/{name}"
                    hung[f"{name}@iot.nextLink"] = self._next(target, page[-1], inner, here)

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
            inner = self._newest_of_each(question, entity, where, order, options)
        said = [
            *(f"t.{name}" for name in columns),
            *(f"{_spoken(each, 't')}" for each in attributes),
            *(f"{key.sql} as key{index}" for index, key in enumerate(keys)),
        ]
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
        heads = [*columns, *(f"said:{each.name}" for each in attributes), *(f"key{i}" for i in range(len(keys)))]
        pages: list[list[Row]] = [[] for _parent in parents]
        for place, *values in found:
            pages[place - 1].append(dict(zip(heads, values, strict=True)))
        return pages

    def _by_time(self, options: Options) -> bool:
        first = options.order[0][0] if options.order else None
        return isinstance(first, Route) and first.parts in (("phenomenonTime",), ("resultTime",))

    def _newest_of_each(self, question: Question, entity: Entity, where: str, order: str, options: Options) -> str:
        """This will order the whole network by time without sorting it: of each datastream no more than a page."""
        streams, one = question.relation(ENTITIES["Datastreams"]), question.relation(entity)
        most = options.top + 1 + options.skip
        return (
            f"select t.* from {streams} stream cross join lateral (select t.* from {one} t"
            f" where t.datastream_id = stream.id and {where} order by {order} limit {most}) t"
            f" order by {order} limit {options.top + 1} offset {options.skip}"
        )

    def _counts(self, entity: Entity, parents: Sequence[Fixed], options: Options, besides: str = "") -> list[int]:
        question, names = self._question(), list(parents[0])
        where = self._where(question, entity, {}, options.where, besides)
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
                shown[attribute.name] = _value(attribute, row[f"said:{attribute.name}"])
        hung = row.get("hung", {})
        for link in entity.links:
            if link.name in options.expand:
                shown |= {name: value for name, value in hung.items() if name.partition("@")[0] == link.name}
            elif select is None or link.name in select:
                shown[f"{link.name}@iot.navigationLink"] = f"{here}/{link.name}"
        return shown

    def _self_link(self, entity: Entity, row: Row) -> str:
        return f"{self.base}/{entity.plural}({identity(entity, row)})"


def identity(entity: Entity, row: Row) -> str:
    """This will write an entity's number as addresses do."""
    if entity.plural == "Observations":
        return f"'{row['datastream_id']}-{microseconds(row['at'])}'"
    return str(row["id"])


def microseconds(at: datetime) -> int:
    """This will count the microseconds since 1970, exactly."""
    since = at - datetime(1970, 1, 1, tzinfo=UTC)
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def _columns(entity: Entity) -> list[str]:
    return list(dict.fromkeys([*entity.keys, *entity.columns]))


def _wanted(entity: Entity, options: Options) -> list[Attribute]:
    if options.select is None or options.data_array:
        return list(entity.attributes)
    return [each for each in entity.attributes if each.name in options.select or each.name == "id"]


def _spoken(attribute: Attribute, alias: str) -> str:
    sql = attribute.sql.format(a=alias)
    return f"st_asgeojson({sql}, 7)" if attribute.kind == "geo" else f"({sql})"


def _fixed(link: Link, row: Row) -> dict[str, Any]:
    return {theirs: row[own] for own, theirs in link.pairs}


def _type(name: str) -> str:
    return {"at": "timestamptz", "current": "boolean"}.get(name, "bigint")


def _plain(value: Any) -> Any:
    return instant(value) if isinstance(value, datetime) else value


def _bound(question: Question, key: _Key, value: Any) -> str:
    if key.kind == "moment":
        return f"{question.bind(moment(str(value)))}::timestamptz"
    if key.kind == "number":
        if isinstance(value, str):
            raise wrong(_("下一页的链接无效,请从第一页重新读取"), "bad_token")
        return f"{question.bind(value)}::{'bigint' if isinstance(value, int) else 'float8'}"
    return f"{question.bind(str(value))}::text"


def instant(at: datetime) -> str:
    """This will write an instant as the standard's examples do, in UTC."""
    text = at.astimezone(UTC).isoformat(timespec="microseconds" if at.microsecond else "seconds")
    return text.replace("+00:00", "Z")


def _value(attribute: Attribute, value: Any) -> Any:
    if value is None:
        return None
    if attribute.kind == "moment":
        return instant(value)
    if attribute.kind in ("json", "geo"):
        return json.loads(value) if isinstance(value, str) else value
    if attribute.kind == "period":
        first, last = json.loads(value) if isinstance(value, str) else value
        return f"{instant(moment(first))}/{instant(moment(last))}" if first else None
    return value
