# SPDX-License-Identifier: Apache-2.0
"""Template tags of the console: built assets, levels, times."""

import json
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from django import template
from django.contrib.staticfiles import finders
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from anshu.console.columns import Column, level_badge, masked, plain_text
from anshu.console.importing import CHANGED, NEW, REFUSED, UNCHANGED
from anshu.console.listing import SIZES, Query
from anshu.console.register import Register

register = library = template.Library()


def _manifest() -> dict[str, Any]:
    """This will read the front end's manifest; empty when it has not been built."""
    found = finders.find("dist/manifest.json")
    if not isinstance(found, str):
        return {}
    return _read(found, Path(found).stat().st_mtime_ns)


@lru_cache(maxsize=2)
def _read(path: str, _changed_ns: int) -> dict[str, Any]:
    try:
        manifest = json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return manifest if isinstance(manifest, dict) else {}


def _entry(manifest: dict[str, Any], name: str) -> dict[str, Any] | None:
    return next((chunk for chunk in manifest.values() if chunk.get("isEntry") and chunk.get("name") == name), None)


def _styles(manifest: dict[str, Any], chunk: dict[str, Any], seen: set[str]) -> list[str]:
    found = []
    for imported in chunk.get("imports", []):
        if imported not in seen and imported in manifest:
            seen.add(imported)
            found += _styles(manifest, manifest[imported], seen)
    return found + list(chunk.get("css", []))


@library.simple_tag
def asset(name: str) -> SafeString:
    """This will link one entry of the front end: its styles, then its script. Nothing when it is not built."""
    manifest = _manifest()
    chunk = _entry(manifest, name)
    if chunk is None:
        return mark_safe("")
    if name == "theme":
        return format_html('<script src="{}"></script>', static(f"dist/{chunk['file']}"))
    sheets = dict.fromkeys(_styles(manifest, chunk, set()))
    links = format_html_join(
        "\n", '<link rel="stylesheet" href="{}">', ((static(f"dist/{sheet}"),) for sheet in sheets)
    )
    return format_html('{}\n<script type="module" src="{}"></script>', links, static(f"dist/{chunk['file']}"))


@library.simple_tag
def asset_missing(name: str) -> SafeString:
    """This will say in words that the front end has not been built."""
    if _entry(_manifest(), name) is not None:
        return mark_safe("")
    return format_html(
        '<div class="an-unbuilt" role="alert"><b>{}</b> {} <code>bin/dev</code> · '
        "<code>cd frontend &amp;&amp; npm ci &amp;&amp; npm run build</code></div>",
        _("界面资源尚未构建。"),
        _("数据不受影响;请在服务器上运行其中一条命令后刷新:"),
    )


@library.filter
def level(value: Any, text: str = "") -> SafeString:
    """This will draw a level 1–4 as a badge with its word."""
    return level_badge(value, text)


@library.filter
def shown(value: Any) -> str:
    """This will write a value the way people here read it."""
    return plain_text(value)


@library.filter
def phone(value: Any) -> str:
    """This will mask a phone."""
    return masked(str(value or ""))


@library.filter
def under(row: Sequence[Any], heads: Sequence[Any]) -> list[tuple[Any, Any]]:
    """This will put each cell under its head: on a phone a table's heads stand beside its cells."""
    return list(zip(heads, row, strict=True))


@library.filter
def moment(value: datetime | None) -> SafeString:
    """This will write a time as 2026-07-04 14:05 in local time, readable by machines as well."""
    if value is None:
        return mark_safe("")
    text = timezone.localtime(value).strftime("%Y-%m-%d %H:%M")
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), text)


@library.filter
def get(mapping: Any, key: Any) -> Any:
    """This will look a key up."""
    return mapping.get(key) if hasattr(mapping, "get") else None


@library.filter
def heading(declared: Register, column: Column) -> Any:
    """This will give a column's heading."""
    return declared.column_label(column)


@library.filter
def label_of(declared: Register, name: str) -> Any:
    """This will give a field's own name; a path by its first part."""
    return declared.label_of(name) if name in declared.field_names else declared.label_of(name.partition("__")[0])


@library.simple_tag
def register_url(slug: str, name: str, *args: Any) -> str:
    """This will give one of a register's addresses."""
    return reverse(f"console:{name}", args=[slug, *args])


@library.filter
def row_url(declared: Register, row: Any) -> str:
    """This will give the address of a row; nothing without a row."""
    return declared.url("detail", row.pk) if row is not None else ""


@library.filter
def importable(declared: Register) -> bool:
    """This will tell whether tables can be imported into the register."""
    return bool(declared.importable and declared.natural_key and declared.service("create"))


@library.filter
def may_retire(declared: Register) -> bool:
    """This will tell whether rows of the register can be taken out of use."""
    return declared.service("retire") is not None


@library.filter
def bulks(declared: Register) -> bool:
    """This will tell whether anything can be done to many rows at once."""
    return bool(declared.bulk_fields and declared.service("update")) or may_retire(declared)


@library.filter
def sizes(declared: Register, query: Query) -> list[tuple[int, str]]:
    """This will offer the lengths of a page."""
    return [(size, query.link(size=str(size))) for size in SIZES]


@library.filter
def carried(query: Query) -> list[tuple[str, str]]:
    """This will give what the filter bar takes along without showing it."""
    return [(name, query.given[name]) for name in ("sort", "tab", "size", "view") if name in query.given]


@library.filter
def turn(query: Query, cursor: str) -> str:
    """This will give the query string of the page at a cursor."""
    return query.link(cursor=cursor)


@library.filter
def level_of(row: Any, declared: Register) -> SafeString:
    """This will draw the row's level."""
    display = getattr(row, f"get_{declared.level_field}_display", None)
    return level_badge(getattr(row, declared.level_field, None), display() if callable(display) else "")


@library.filter
def verdict_name(kind: str) -> str:
    """This will name what a trial said of a row."""
    names = {NEW: _("新增"), CHANGED: _("修改"), UNCHANGED: _("未变"), REFUSED: _("不能导入")}
    return names.get(kind, kind)


@library.filter
def file_url(file: Any) -> str:
    """This will give the address of an attached file's original."""
    return f"/files/{file.pk}/"


@library.filter
def thumbnail_url(file: Any) -> str:
    """This will give the address of an attached picture's thumbnail."""
    return f"/files/{file.pk}/thumb/"


@library.filter
def is_picture(file: Any) -> bool:
    """This will tell whether an attached file is a picture."""
    return bool(file.width)
