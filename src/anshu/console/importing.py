# SPDX-License-Identifier: Apache-2.0
"""Import: a trial that reports every row, then all or nothing through the register's services.

A row is matched by the register's natural key, so importing the same table twice changes nothing the second time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anshu.console import writing
from anshu.console.fields import DivisionField, LabelledChoiceField, PlaceField, pairs
from anshu.console.forms import RegisterForm, form_class
from anshu.console.places import Places
from anshu.console.register import Register
from anshu.console.sheets import read_table
from anshu.kernel.access.viewer import Viewer
from anshu.kernel.audit.refusals import Absent, Refusal

SHOWN_MOST = 500
NEW, CHANGED, UNCHANGED, REFUSED = "new", "changed", "unchanged", "refused"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the trial says of one row of the table."""

    number: int
    kind: str
    key: str
    problems: tuple[tuple[str, str], ...] = ()
    changes: tuple[str, ...] = ()
    form: RegisterForm | None = field(default=None, compare=False, repr=False)
    row: Any = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Trial:
    """The whole trial."""

    verdicts: list[Verdict]
    ignored: list[str]

    @property
    def counts(self) -> dict[str, int]:
        """How many rows are new, changed, unchanged and refused."""
        counted = Counter(verdict.kind for verdict in self.verdicts)
        return {kind: counted.get(kind, 0) for kind in (NEW, CHANGED, UNCHANGED, REFUSED)}

    @property
    def todo(self) -> int:
        """How many rows an import would write."""
        return self.counts[NEW] + self.counts[CHANGED]

    @property
    def shown(self) -> list[Verdict]:
        """The verdicts worth listing: refusals first, then what changes; up to a limit."""
        order = {REFUSED: 0, CHANGED: 1, NEW: 2, UNCHANGED: 3}
        return sorted(self.verdicts, key=lambda verdict: (order[verdict.kind], verdict.number))[:SHOWN_MOST]

    @property
    def hidden(self) -> int:
        """How many verdicts are not listed."""
        return max(0, len(self.verdicts) - SHOWN_MOST)

    @property
    def passed(self) -> bool:
        """Whether the table may be imported: nothing refused, and something to do."""
        counts = self.counts
        return not counts[REFUSED] and bool(counts[NEW] or counts[CHANGED])


# Headings of the parts of a position.
PLACE_PARTS = (
    (
        "lng",
        gettext_lazy("经度"),
        ("lng", "lon", "Longitude", "Longitude (WGS-84)", "longitude", "经度", "经度(WGS-84)"),
    ),
    ("lat", gettext_lazy("纬度"), ("lat", "latitude", "Latitude", "Latitude (WGS-84)", "纬度", "纬度(WGS-84)")),
    ("crs", gettext_lazy("坐标系"), ("crs", "Coordinate system", "坐标系")),
)


def template_heads(register: Register) -> list[str]:
    """This will give the headings of the table to fill in."""
    heads = []
    for name, form_field in form_class(register).base_fields.items():
        if isinstance(form_field, PlaceField):
            heads += [str(label) for _part, label, _names in PLACE_PARTS]
        else:
            heads.append(str(form_field.label or name))
    return heads


def template_example(register: Register) -> list[str]:
    """This will give a row that shows what each cell takes: the choices by name, the forms of times and codes."""
    cells: list[str] = []
    for name, form_field in form_class(register).base_fields.items():
        if isinstance(form_field, PlaceField):
            cells += ["119.172300", "29.028500", "wgs84"]
        elif isinstance(form_field, DivisionField):
            cells.append("330825102000")
        elif isinstance(form_field, LabelledChoiceField):
            cells.append(" | ".join(str(label) for key, label in pairs(form_field) if key not in ("", None))[:300])
        else:
            mark = _("必填") if form_field.required else ""
            cells.append(f"({_('示例行,导入前删除')}){mark}" if name in register.natural_key else mark)
    return cells


def try_table(register: Register, name: str, content: bytes, *, viewer: Viewer) -> Trial:
    """This will read a table and judge every row without writing anything; raises Refusal when it cannot be read."""
    if not register.natural_key or not register.importable:
        raise Absent
    heads, lines = read_table(name, content)
    columns, ignored = _mapped(register, heads)
    _demand_key(register, columns)
    data = [(number, _data(columns, line)) for number, line in lines]
    return Trial(_Judge(register, viewer).all(data), ignored)


def _mapped(register: Register, heads: list[str]) -> tuple[list[str], list[str]]:
    """This will find the form's name of each heading: by label, or by the field's own name."""
    known: dict[str, str] = {}
    for name, form_field in form_class(register).base_fields.items():
        if isinstance(form_field, PlaceField):
            known.update({each: f"{name}_{part}" for part, _label, names in PLACE_PARTS for each in names})
        else:
            known.update({name: name, str(form_field.label or name): name})
    columns = [known.get(head.lstrip("*").strip(), "") for head in heads]
    doubled = [heads[i] for i, name in enumerate(columns) if name and columns.index(name) != i]
    if doubled:
        raise Refusal(_("表头“%(head)s”出现了两次。") % {"head": doubled[0]}, code="heads")
    return columns, [head for head, name in zip(heads, columns, strict=True) if head and not name]


def _demand_key(register: Register, columns: list[str]) -> None:
    missing = [str(register.label_of(name)) for name in register.natural_key if name not in columns]
    if missing:
        raise Refusal(
            _("表头缺少“%(heads)s”,无法辨认是哪条记录。请下载模板核对。") % {"heads": "、".join(missing)},
            code="heads",
        )


def _data(columns: list[str], line: list[str]) -> dict[str, str]:
    cells = line + [""] * (len(columns) - len(line))
    return {name: cell for name, cell in zip(columns, cells, strict=False) if name}


def _own(register: Register, values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name in register.field_names}


class _Judge:
    """Judges rows one by one against what is already there, which is read once."""

    def __init__(self, register: Register, viewer: Viewer) -> None:
        self.register, self.viewer = register, viewer
        self.places = Places.of(viewer)
        self.form = form_class(register)
        self.seen: dict[tuple[str, ...], int] = {}
        self.options: dict[str, Any] = {"places": self.places, "thorough": False, "named": {}}

    def all(self, data: list[tuple[int, dict[str, str]]]) -> list[Verdict]:
        """This will judge every row."""
        keys = [self._key(cells) for _number, cells in data]
        self.known = self._existing(keys)
        self.updatable = self._updatable()
        return [self._judge(number, cells) for number, cells in data]

    def _key(self, cells: dict[str, str]) -> tuple[str, ...]:
        return tuple(cells.get(name, "").strip() for name in self.register.natural_key)

    def _existing(self, keys: list[tuple[str, ...]]) -> dict[tuple[str, ...], Any]:
        """This will read the rows of these keys whatever their scope: a key taken elsewhere is still taken."""
        names = self.register.natural_key
        firsts = {key[0] for key in keys if key[0]}
        rows = self.register.model._default_manager.filter(**{f"{names[0]}__in": firsts})
        return {tuple(str(getattr(row, name)) for name in names): row for row in rows}

    def _updatable(self) -> frozenset[int]:
        ids = [row.pk for row in self.known.values()]
        return frozenset(self.register.writable(self.viewer, "update").filter(pk__in=ids).values_list("pk", flat=True))

    def _judge(self, number: int, cells: dict[str, str]) -> Verdict:
        key = self._key(cells)
        shown = " ".join(key)
        if not all(key):
            return self._refuse(number, shown, str(self.register.label_of(self.register.natural_key[0])), _("未填写"))
        if key in self.seen:
            return self._refuse(number, shown, "", _("与第 %(row)d 行重复") % {"row": self.seen[key]})
        self.seen[key] = number
        row = self.known.get(key)
        if row is not None and row.pk not in self.updatable:
            # Whose it is is not told.
            return self._refuse(number, shown, "", _("这个编号不能使用:不在您的管辖范围或已被占用"))
        if row is None and not self.register.may(self.viewer, "create"):
            return self._refuse(number, shown, "", _("您可以修改已有记录,但不能新建"))
        return self._checked(number, shown, cells, row)

    def _checked(self, number: int, shown: str, cells: dict[str, str], row: Any) -> Verdict:
        form = self._form(cells, row)
        if not form.is_valid():
            return Verdict(number, REFUSED, shown, tuple(form.problems()))
        if row is None:
            made = self.register.model(**_own(self.register, form.values()))
            if not self.register.may_create_here(self.viewer, made):
                return self._refuse(number, shown, "", _("不在您可以新建的范围内(区划、行业或单位)"))
            return Verdict(number, NEW, shown, form=form)
        changed = [name for name in form.changed_values() if name in self.register.field_names]
        if not changed:
            return Verdict(number, UNCHANGED, shown)
        labels = tuple(str(self.register.label_of(name)) for name in changed)
        return Verdict(number, CHANGED, shown, changes=labels, form=form, row=row)

    def _form(self, cells: dict[str, str], row: Any) -> RegisterForm:
        """This will fill the form: a column the table lacks keeps what the row has."""
        form = self.form(data=None, instance=row, **self.options)
        data: dict[str, Any] = {}
        for name, form_field in form.fields.items():
            if isinstance(form_field, PlaceField):
                parts = [f"{name}_{part}" for part, _label, _names in PLACE_PARTS]
                given = any(part in cells for part in parts)
                start = form.fields[name].widget.decompress(form.initial.get(name))
                values = [cells.get(part, "") for part in parts] if given else start
                data.update({f"{name}_{i}": value for i, value in zip(("lng", "lat", "crs"), values, strict=True)})
            elif name in cells:
                data[name] = cells[name]
            else:
                data[name] = form_field.prepare_value(form.get_initial_for_field(form_field, name))
        return self.form(data=data, instance=row, **self.options)

    @staticmethod
    def _refuse(number: int, key: str, name: str, text: str) -> Verdict:
        return Verdict(number, REFUSED, key, ((name, text),))


def commit(
    register: Register,
    trial: Trial,
    *,
    actor: Viewer,
    now: datetime,
    reason: str,
    progress: Callable[[int, int], None] | None = None,
) -> dict[str, int]:
    """This will write every new and changed row in one transaction; raises Refusal naming the row that failed."""
    if not reason.strip():
        raise Refusal(_("导入须写明理由或来源。"), code="missing", fields={"reason": _("请填写理由")})
    if not trial.passed:
        raise Refusal(_("表格中有不能导入的行,没有写入任何数据。"), code="refused")
    todo = [verdict for verdict in trial.verdicts if verdict.kind in (NEW, CHANGED)]
    with transaction.atomic():
        for done, verdict in enumerate(todo, start=1):
            _write(register, verdict, actor=actor, now=now, reason=reason)
            if progress is not None:
                progress(done, len(todo))
    return trial.counts


def _write(register: Register, verdict: Verdict, *, actor: Viewer, now: datetime, reason: str) -> None:
    assert verdict.form is not None
    try:
        if verdict.kind == NEW:
            writing.create(register, verdict.form.values(), actor=actor, now=now, reason=reason)
        else:
            values = verdict.form.changed_values()
            version = writing.version_of(verdict.row)
            writing.update(register, verdict.row, values, version=version, actor=actor, now=now, reason=reason)
    except Absent:
        raise Refusal(_("第 %(row)d 行:没有权限。没有写入任何数据。") % {"row": verdict.number}) from None
    except Refusal as refusal:
        text = _("第 %(row)d 行:%(why)s 没有写入任何数据。")
        raise Refusal(text % {"row": verdict.number, "why": refusal.message}, code=refusal.code) from refusal
