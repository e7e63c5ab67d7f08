# SPDX-License-Identifier: Apache-2.0
"""Forms of devices and their models: datastreams in rows, a decoder with its trial, a secret that is never shown."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from itertools import zip_longest
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from anshu.console.fields import LabelledChoiceField, NamedField, field_for
from anshu.console.forms import RegisterForm
from anshu.domain.sensing.choices import Protocol, ThingKind
from anshu.domain.sensing.models import DeviceModel, ObservedProperty, Thing

_PARTS = ("property", "name", "factor", "offset", "missing")
_SPARE_ROWS = 3
MOST_DECODER = 200_000
_FROM_MODEL = ("kind", "protocol", "report_interval_s")


def _models() -> Iterator[tuple[str, str]]:
    yield "", "---------"
    for model in DeviceModel.objects.filter(retired_at=None).only("code", "name", "maker", "protocol"):
        yield model.code, f"{model.name}({model.maker or model.protocol})"


class DeviceModelField(NamedField):
    """A device model, picked from the list or named by code or name in a table."""

    model = DeviceModel
    names = ("code", "name")
    only = {"retired_at": None}

    def __init__(self, **options: Any) -> None:
        options.setdefault("widget", forms.Select(attrs={"class": "form-select"}))
        super().__init__(**options)
        # Asked each time the list is shown.
        cast(Any, self.widget).choices = _models

    def shown(self, row: Any) -> str:
        """This will give the code, which is what the list's choices hold."""
        return str(row.code)


class SecretField(forms.CharField):
    """A device's secret: it can be set, and is never shown; left empty it stays as it is."""

    def __init__(self, **options: Any) -> None:
        # What a device sends as its secret may have any characters.
        options.setdefault("strip", False)
        options.setdefault(
            "widget", forms.PasswordInput(attrs={"class": "form-control", "autocomplete": "new-password"})
        )
        super().__init__(**options)

    def prepare_value(self, value: Any) -> Any:
        """This will show nothing."""
        return ""

    def has_changed(self, initial: Any, data: Any) -> bool:
        """This will take an empty entry for no entry."""
        return bool(data)


class ThingForm(RegisterForm):
    """A device as people enter it; the address is how its frames name it. A model fills in what is left empty."""

    model = DeviceModelField(
        label=_("型号"), required=False, help_text=_("选了型号,类别、协议、间隔、要素、解码和默认规则都随型号,可不填")
    )
    protocol = LabelledChoiceField(
        label=_("协议"),
        choices=[("", _("随型号")), *Protocol.choices],
        required=False,
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    secret = SecretField(
        label=_("通信密码"), required=False, max_length=128, help_text=_("设备报文或登录用的密码;留空即不改")
    )

    class Meta:
        model = Thing
        formfield_callback = field_for
        fields = (
            "code",
            "name",
            "model",
            "kind",
            "protocol",
            "address",
            "secret",
            "report_interval_s",
            "division_code",
            "sector_code",
            "unit",
            "point",
        )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name in _FROM_MODEL:
            self.fields[name].required = False
        if (spoken := self.initial.get("protocol")) and spoken not in Protocol.values:
            # What a device speaks that was registered otherwise stays as it is.
            cast(Any, self.fields["protocol"]).choices += [(spoken, spoken)]

    def clean(self) -> dict[str, Any]:
        """This will take from the model what was left empty; without a model it must be given."""
        cleaned = super().clean()
        model = cleaned.get("model")
        for name in _FROM_MODEL:
            if cleaned.get(name) in (None, "") and name not in self.errors:
                if model is None:
                    self.add_error(name, _now("请填写,或选择型号。"))
                else:
                    cleaned[name] = getattr(model, name)
        return cleaned

    def changed_values(self) -> dict[str, Any]:
        """This will leave out what was left empty and is as the model has it."""
        changed = super().changed_values()
        return {
            name: value for name, value in changed.items() if name not in _FROM_MODEL or value != self.initial.get(name)
        }


class RowsWidget(forms.Widget):
    """Datastreams as rows of property, name, factor, offset and missing codes."""

    template_name = "sensing/widgets/datastreams.html"

    def get_context(self, name: str, value: Any, attrs: Mapping[str, Any] | None) -> dict[str, Any]:
        """This will give the rows there are and some to spare."""
        context: dict[str, Any] = super().get_context(name, value, dict(attrs or {}))
        rows = value if isinstance(value, list) else []
        context["rows"] = [{part: _cell(row, part) for part in _PARTS} for row in rows if isinstance(row, dict)]
        context["rows"] += [dict.fromkeys(_PARTS, "") for _spare in range(_SPARE_ROWS)]
        context["properties"] = ObservedProperty.objects.order_by("code").values_list("code", "name", "unit")
        return context

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        """This will gather the rows; a prepared list, as an edit or an import has it, is taken as it is."""
        if isinstance(data.get(name), list):
            return data.get(name)
        if not hasattr(data, "getlist"):
            return data.get(name, [])
        columns = [data.getlist(f"{name}_{part}") for part in _PARTS]
        rows = [dict(zip(_PARTS, cells, strict=True)) for cells in zip_longest(*columns, fillvalue="")]
        return [row for row in rows if any(str(cell).strip() for cell in row.values())]

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        """This will never say so: no rows are an empty list."""
        return False


def _cell(row: Mapping[str, Any], part: str) -> Any:
    value = row.get(part, "")
    if isinstance(value, list):
        return "、".join(f"{each:.15g}" for each in value)
    return f"{value:g}" if isinstance(value, float) else value


class RowsField(forms.Field):
    """A list of {"property", "name", "factor", "offset", "missing"}; the service says what is wrong with a row."""

    widget = RowsWidget

    def clean(self, value: Any) -> list[dict[str, Any]]:
        """This will turn cells to numbers; raises ValidationError naming the row."""
        rows, problems = [], []
        for number, given in enumerate(value or [], start=1):
            try:
                rows.append(_row(given))
            except ValueError as error:
                problems.append(_now("第 %(number)d 行:%(problem)s") % {"number": number, "problem": str(error)})
        if problems:
            raise ValidationError(problems)
        return rows

    def has_changed(self, initial: Any, data: Any) -> bool:
        """This will compare what the rows mean."""
        try:
            return [_full(row) for row in initial or []] != [_full(row) for row in self.clean(data)]
        except ValidationError:
            return True


def _row(given: Mapping[str, Any]) -> dict[str, Any]:
    code = str(given.get("property", "")).strip()
    if not code:
        raise ValueError(_now("缺少要素代码"))
    row: dict[str, Any] = {"property": code}
    if name := str(given.get("name", "")).strip():
        row["name"] = name
    for part, plain in (("factor", 1.0), ("offset", 0.0)):
        text = str(given.get(part, "")).strip()
        try:
            value = float(text) if text else plain
        except ValueError:
            raise ValueError(_now("“%(value)s”不是数") % {"value": text}) from None
        if value != plain:
            row[part] = value
    if missing := _missing(given.get("missing", "")):
        row["missing"] = missing
    return row


def _missing(given: Any) -> list[float]:
    """This will read missing codes, typed with commas between or as a list; raises ValueError naming the odd one."""
    parts = given if isinstance(given, list) else re.split(r"[、,,;;\s]+", str(given).strip())
    codes = []
    for part in parts:
        try:
            codes += [float(part)] if part not in ("", None) else []
        except (TypeError, ValueError):
            raise ValueError(_now("“%(value)s”不是数") % {"value": part}) from None
    return codes


def _full(row: Mapping[str, Any]) -> tuple[Any, ...]:
    numbers = row.get("factor", 1.0), row.get("offset", 0.0), tuple(row.get("missing", ()))
    return row.get("property"), row.get("name", ""), *numbers


class DecoderWidget(forms.Textarea):
    """A configuration as text, with the shipped ones to start from and a trial on a sample beside it."""

    template_name = "sensing/widgets/decoder.html"


class JsonField(forms.CharField):
    """A text in JSON; empty is nothing."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("max_length", MOST_DECODER)
        super().__init__(**options)
        self.widget.attrs.update({"rows": 14, "spellcheck": "false", "class": "form-control an-code"})

    def prepare_value(self, value: Any) -> Any:
        """This will write a configuration out, one key a line."""
        if value is None:
            return ""
        return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=1)

    def clean(self, value: Any) -> Any:
        """This will read the JSON; raises ValidationError naming line and column."""
        text = super().clean(value)
        if not text:
            return None
        try:
            return json.loads(text)
        except RecursionError as error:
            raise ValidationError(_now("配置嵌套过深")) from error
        except ValueError as error:
            place = {"line": getattr(error, "lineno", 0), "column": getattr(error, "colno", 0)}
            raise ValidationError(_now("不是合法的 JSON:第 %(line)s 行第 %(column)s 列") % place) from error

    def has_changed(self, initial: Any, data: Any) -> bool:
        """This will compare what the texts mean, not how they are laid out."""
        try:
            return bool(self.clean(data) != initial)
        except ValidationError:
            return True


class DecoderField(JsonField):
    """A decoder configuration in JSON; empty where the protocol itself says what the bytes mean."""

    widget = DecoderWidget


class CodesField(forms.CharField):
    """A list of codes, with commas between."""

    def prepare_value(self, value: Any) -> Any:
        """This will write the list out."""
        return "、".join(map(str, value)) if isinstance(value, list) else value

    def clean(self, value: Any) -> list[str]:
        """This will take the list apart."""
        text = super().clean(value).replace(",", "、").replace(",", "、")
        return [part.strip() for part in text.split("、") if part.strip()]

    def has_changed(self, initial: Any, data: Any) -> bool:
        """This will compare the lists."""
        return bool(self.clean(data) != (initial or []))


class DeviceModelForm(RegisterForm):
    """A device model as people enter it."""

    kind = forms.ChoiceField(label=_("类别"), choices=ThingKind.choices)
    protocol = forms.ChoiceField(
        label=_("协议"), choices=Protocol.choices, help_text=_("同一型号的设备也可以从别的门进来,协议以设备为准")
    )
    datastreams = RowsField(label=_("观测要素"), required=False)
    decoder = DecoderField(
        label=_("解码配置"), required=False, help_text=_("自带格式的载荷(LoRaWAN、MQTT raw)才需要;标准协议留空")
    )
    rule_templates = CodesField(
        label=_("默认规则"), required=False, help_text=_("规则模板代码,用顿号隔开;接入设备时自动建立")
    )

    class Meta:
        model = DeviceModel
        formfield_callback = field_for
        fields = (
            "code",
            "name",
            "maker",
            "kind",
            "protocol",
            "report_interval_s",
            "datastreams",
            "decoder",
            "rule_templates",
        )
