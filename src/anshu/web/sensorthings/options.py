# SPDX-License-Identifier: Apache-2.0
"""Query options of a request and of each $expand within it, read and bounded."""

import base64
import binascii
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from django.utils.translation import gettext as _

from anshu.web.sensorthings.entities import ENTITIES, Entity
from anshu.web.sensorthings.problems import Problem, located, wrong
from anshu.web.sensorthings.syntax import Node, parse, parse_order

# A page holds so many unless told otherwise, and so many at most: entities, or rows of arrays.
TOP, MOST_TOP, MOST_ARRAY_TOP = 100, 1_000, 10_000
MOST_SKIP = 100_000
MOST_EXPAND_DEPTH, MOST_EXPANDS = 4, 16
MOST_ORDER_KEYS = 5
_MOST_TEXT = 8_000
_NAMES = ("$filter", "$expand", "$select", "$orderby", "$top", "$skip", "$count", "$resultFormat", "$skiptoken")


@dataclass(frozen=True, slots=True)
class Options:
    """What a reader asks for."""

    where: Node | None = None
    order: tuple[tuple[Node, bool], ...] = ()
    select: tuple[str, ...] | None = None
    expand: Mapping[str, "Options"] = field(default_factory=dict)
    top: int = TOP
    skip: int = 0
    count: bool = False
    data_array: bool = False
    # Where the page before ended: the values of the order's keys.
    after: tuple[Any, ...] | None = None
    # The options as they were written, for the link to the next page.
    written: Mapping[str, str] = field(default_factory=dict)


def read_options(given: Iterable[tuple[str, str]], entity: Entity) -> Options:
    """This will read the options of a request; names that do not begin with $ are not ours, resultFormat apart."""
    written: dict[str, str] = {}
    for name, value in given:
        name = "$resultFormat" if name == "resultFormat" else name
        if not name.startswith("$"):
            continue
        if name not in _NAMES:
            raise wrong(_("没有查询选项“%(name)s”") % {"name": name[:40]}, "unknown_option")
        if name in written:
            raise wrong(_("查询选项“%(name)s”给了两次") % {"name": name}, "unknown_option")
        written[name] = value
    options = _read(written, entity, 0)
    if _expands(options) > MOST_EXPANDS:
        raise wrong(_("$expand 最多 %(number)s 项") % {"number": MOST_EXPANDS}, "too_many")
    return options


def _expands(options: Options) -> int:
    return sum(1 + _expands(each) for each in options.expand.values())


def _read(written: dict[str, str], entity: Entity, depth: int) -> Options:
    for name, value in written.items():
        if len(value) > _MOST_TEXT or "\x00" in value:
            raise wrong(_("查询选项 %(name)s 太长,或含有不可用的字符") % {"name": name}, "too_long")
    order = tuple(parse_order(written["$orderby"])) if written.get("$orderby", "").strip() else ()
    if len(order) > MOST_ORDER_KEYS:
        raise wrong(_("$orderby 最多 %(number)s 项") % {"number": MOST_ORDER_KEYS}, "too_many")
    shape = written.get("$resultFormat", "").lower()
    if shape not in ("", "dataarray", "default") or (
        shape == "dataarray" and (entity.plural != "Observations" or depth)
    ):
        raise wrong(_("$resultFormat=dataArray 只用于 Observations"), "unknown_option")
    return Options(
        where=parse(written["$filter"]) if written.get("$filter", "").strip() else None,
        order=order,
        select=_select(written.get("$select", ""), entity),
        expand=_expand(written.get("$expand", ""), entity, depth),
        # What is beyond our limit is served by pages of our limit (18-088, 9.3.3.4).
        top=min(_number(written.get("$top"), "$top", TOP, 10**9), MOST_ARRAY_TOP if shape == "dataarray" else MOST_TOP),
        skip=_number(written.get("$skip"), "$skip", 0, MOST_SKIP),
        count=_flag(written.get("$count", "false")),
        data_array=shape == "dataarray",
        after=_after(written["$skiptoken"]) if "$skiptoken" in written else None,
        written={name: value for name, value in written.items() if name not in ("$skiptoken", "$skip")},
    )


def _number(text: str | None, name: str, default: int, most: int) -> int:
    if text is None:
        return default
    if not (text.isascii() and text.isdigit() and len(text) <= 9 and int(text) <= most):
        raise wrong(_("%(name)s 应为 0 至 %(most)s 的整数") % {"name": name, "most": most}, "out_of_range")
    return int(text)


def _flag(text: str) -> bool:
    if text.lower() not in ("true", "false"):
        raise wrong(_("$count 应为 true 或 false"), "unknown_option")
    return text.lower() == "true"


def _select(text: str, entity: Entity) -> tuple[str, ...] | None:
    names: dict[str, None] = {}
    with located("$select"):
        for at, part in _split(text, ","):
            name = part.strip()
            if name not in ("", "@iot.id", "@iot.selfLink") and not (entity.attribute(name) or entity.link(name)):
                said = {"entity": entity.plural, "name": name[:60]}
                raise wrong(_("%(entity)s 没有属性“%(name)s”") % said, "unknown_property").placed(at)
            if name:
                names["id" if name == "@iot.id" else name] = None
    return tuple(names) or None


def _expand(text: str, entity: Entity, depth: int) -> dict[str, Options]:
    found: dict[str, Options] = {}
    if not text.strip():
        return found
    with located("$expand"):
        if depth >= MOST_EXPAND_DEPTH:
            raise wrong(_("最多 %(number)s 层") % {"number": MOST_EXPAND_DEPTH}, "too_deep")
        for at, item in _split(text, ","):
            with located(at=at):
                name, options = _expand_one(item.strip(), entity, depth)
            found[name] = _merged(found[name], options) if name in found else options
    return found


def _expand_one(item: str, entity: Entity, depth: int) -> tuple[str, Options]:
    path, bracket, rest = item.partition("(")
    name, slash, deeper = path.strip().partition("/")
    link = entity.link(name)
    if link is None:
        said = {"entity": entity.plural, "name": name[:60]}
        raise wrong(_("%(entity)s 没有导航属性“%(name)s”") % said, "unknown_property")
    target = ENTITIES[link.target]
    if slash:
        written = {"$expand": deeper + (f"({rest}" if bracket else "")}
    elif bracket:
        written = _inner(rest.rstrip())
    else:
        return name, Options()
    with located(f"{name}:"):
        return name, _read(written, target, depth + 1)


def _inner(rest: str) -> dict[str, str]:
    """This will read the options in the brackets after a link."""
    if not rest.endswith(")"):
        raise wrong(_("括号或引号不成对"), "syntax")
    written: dict[str, str] = {}
    for _at, part in _split(rest[:-1], ";"):
        key, equals, value = part.strip().partition("=")
        if key and (key not in _NAMES[:7] or not equals or key in written):
            raise wrong(_("$expand 内没有选项“%(name)s”") % {"name": key[:40]}, "unknown_option")
        if key:
            written[key] = value
    return written


def _merged(one: Options, other: Options) -> Options:
    """This will join `A/B,A/C` to A with both; options given twice for one link have no meaning."""
    if one.written.keys() - {"$expand"} or other.written.keys() - {"$expand"}:
        raise wrong(_("同一导航属性给了两次"), "syntax")
    both = dict(one.expand)
    for name, options in other.expand.items():
        both[name] = _merged(both[name], options) if name in both else options
    texts = [each.written["$expand"] for each in (one, other) if each.written.get("$expand")]
    return replace(one, expand=both, written={"$expand": ",".join(texts)})


def _split(text: str, mark: str) -> list[tuple[int, str]]:
    """This will split at marks that stand in no bracket and no quotation; each part comes with its place."""
    parts, start, depth, quoted = [], 0, 0, False
    for index, char in enumerate(text):
        if char == "'":
            quoted = not quoted
        elif quoted:
            continue
        elif char == "(":
            depth += 1
        elif char == ")":
            depth -= 1
        elif char == mark and depth == 0:
            parts.append((start, text[start:index]))
            start = index + 1
    if depth or quoted:
        raise wrong(_("括号或引号不成对"), "syntax")
    return [*parts, (start, text[start:])]


def token_of(values: Iterable[Any]) -> str:
    """This will write where a page ended."""
    return base64.urlsafe_b64encode(json.dumps(list(values)).encode()).decode().rstrip("=")


def _after(text: str) -> tuple[Any, ...]:
    try:
        found = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (ValueError, binascii.Error, RecursionError) as error:
        raise _stale() from error
    if not isinstance(found, list) or not all(_placed(each) for each in found):
        raise _stale()
    return tuple(found)


def _placed(value: Any) -> bool:
    """This will tell what the value of a key can be."""
    if isinstance(value, str):
        return "\x00" not in value
    return isinstance(value, int | float) and not isinstance(value, bool)


def _stale() -> Problem:
    return wrong(_("下一页的链接无效,请从第一页重新读取"), "bad_token")
