# SPDX-License-Identifier: Apache-2.0
"""Form fields that know the county: places in scope, units, positions in either coordinate system, masked phones.

Each takes what a person picks on a form and what a table holds in a cell: a code or a name, a label or a value.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import reduce
from operator import or_
from typing import Any, cast

from django import forms
from django.contrib.gis.db.models import GeometryField
from django.contrib.gis.geos import Point
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anshu.console.columns import masked
from anshu.console.places import Places
from anshu.kernel.geo.gcj02 import gcj02_to_wgs84
from anshu.kernel.org.choices import Level
from anshu.kernel.org.models import Organisation, Person, Post

CRS = (("wgs84", gettext_lazy("CGCS2000 / WGS-84")), ("gcj02", gettext_lazy("GCJ-02(高德、腾讯地图)")))
# China's land and waters; anything else is a typing error.
LNG_RANGE, LAT_RANGE = (73.0, 136.0), (3.0, 54.0)


class DivisionField(forms.CharField):
    """A place inside the viewer's scope, by code or name."""

    widget = forms.Select(attrs={"class": "form-select"})

    def __init__(self, **options: Any) -> None:
        options.pop("max_length", None)
        super().__init__(**options)
        self.places = Places((), narrow=True)

    def offer(self, places: Places) -> None:
        """This will offer the places: townships as groups, their villages below."""
        self.places = places
        groups: list[tuple[Any, Any]] = [("", "---------")]
        groups += [(place.code, place.name) for place in places.all if place.level == Level.COUNTY]
        seen = {place.code for place in places.all if place.level == Level.TOWNSHIP}
        for township in [place for place in places.all if place.level == Level.TOWNSHIP]:
            inside = [(township.code, township.name)]
            inside += [(place.code, place.name) for place in places.villages(township.code)]
            groups.append((township.name, inside))
        rest = [(p.code, p.name) for p in places.all if p.level == Level.PARK or _lone(p.level, p.township, seen)]
        self.widget.choices = groups + rest

    def clean(self, value: Any) -> str:
        """This will give the code of the place; raises ValidationError when it is unknown or out of scope."""
        text = str(super().clean(value))
        if not text:
            return text
        place = self.places.find(text)
        if place is None:
            raise ValidationError(_("“%(value)s”不是您管辖范围内的区划(请填 12 位代码或名称)。") % {"value": text})
        return place.code

    def has_changed(self, initial: Any, data: Any) -> bool:
        """This will compare places, not what they are called."""
        place = self.places.find(str(data or ""))
        return bool((place.code if place else data or "") != (initial or ""))


def _lone(level: str, township: str, seen: set[str]) -> bool:
    return level == Level.VILLAGE and township not in seen


def pairs(field: forms.ChoiceField) -> list[tuple[Any, Any]]:
    """This will give a field's flat choices."""
    return list(cast(Iterable[tuple[Any, Any]], field.choices))


class NamedField(forms.CharField):
    """A row of another register by code or name; what several bear is refused."""

    widget = forms.TextInput(attrs={"class": "form-control", "autocomplete": "off"})
    model: type[models.Model]
    # The columns by which the row may be named.
    names: tuple[str, ...] = ("name",)
    only: dict[str, Any] = {}

    def __init__(self, **options: Any) -> None:
        for name in ("queryset", "to_field_name", "limit_choices_to", "blank", "max_length"):
            options.pop(name, None)
        super().__init__(**options)
        self.known: dict[tuple[str, str], models.Model] = {}

    def prepare_value(self, value: Any) -> Any:
        """This will show a stored row by its name."""
        if isinstance(value, int):
            found = self.model._default_manager.filter(pk=value).first()
            return self.shown(found) if found else value
        return self.shown(value) if isinstance(value, self.model) else value

    def shown(self, row: Any) -> str:
        """This will name a row so that it is found again."""
        return str(row.name)

    def clean(self, value: Any) -> Any:
        """This will find the row; raises ValidationError when none or several bear the name."""
        text = super().clean(value)
        if not text:
            return None
        key = (self.model._meta.label_lower, text)
        if key not in self.known:
            self.known[key] = self._find(text)
        return self.known[key]

    def has_changed(self, initial: Any, data: Any) -> bool:
        """This will compare rows, not what they are called."""
        try:
            row = self.clean(data)
        except ValidationError:
            return True
        return bool((row.pk if row else None) != (initial.pk if isinstance(initial, models.Model) else initial))

    def _find(self, text: str) -> Any:
        named = reduce(or_, (Q(**{name: text}) for name in self.names))
        found = list(self.model._default_manager.filter(named, **self.only)[:2])
        noun = self.model._meta.verbose_name
        if not found:
            raise ValidationError(_("没有名为“%(value)s”的%(noun)s,请先登记。") % {"value": text, "noun": noun})
        if len(found) > 1:
            raise ValidationError(_("有多个%(noun)s叫“%(value)s”,请改填编号或代码。") % {"value": text, "noun": noun})
        return found[0]


class UnitField(NamedField):
    """An organisation by credit code or name."""

    model = Organisation
    names = ("code", "name", "short_name")
    only = {"closed_on": None}


class PersonField(NamedField):
    """A person by name, or by phone where several bear the name."""

    model = Person
    names = ("name", "phone")


class PostField(NamedField):
    """A seat as 单位/职务."""

    model = Post

    def shown(self, row: Any) -> str:
        """This will name a seat by its organisation and title."""
        return f"{row.organisation.name}/{row.title}"

    def _find(self, text: str) -> Any:
        unit, _slash, title = text.rpartition("/")
        found = Post.objects.filter(organisation__name=unit.strip(), title=title.strip()).first()
        if found is None:
            raise ValidationError(_("没有岗位“%(value)s”。请按“单位名称/职务”填写。") % {"value": text})
        return found


class SectorsField(forms.MultipleChoiceField):
    """Some sectors; a table lists them by name with 、 between."""

    widget = forms.CheckboxSelectMultiple

    def to_python(self, value: Any) -> list[str]:
        """This will take values and names alike."""
        parts = value.replace(",", "、").split("、") if isinstance(value, str) else value or []
        values = {str(label): str(key) for key, label in pairs(self)}
        return [values.get(str(part).strip(), str(part).strip()) for part in parts if str(part).strip()]


class PlaceWidget(forms.MultiWidget):
    """Longitude, latitude and the system they are given in."""

    template_name = "console/widgets/place.html"

    def __init__(self) -> None:
        number = {"class": "form-control", "inputmode": "decimal", "autocomplete": "off"}
        widgets: dict[str, forms.Widget | type[forms.Widget]] = {
            "lng": forms.TextInput(attrs={**number, "placeholder": gettext_lazy("经度,如 119.1723")}),
            "lat": forms.TextInput(attrs={**number, "placeholder": gettext_lazy("纬度,如 29.0285")}),
            "crs": forms.Select(attrs={"class": "form-select", "aria-label": gettext_lazy("坐标系")}, choices=CRS),
        }
        super().__init__(widgets)

    def decompress(self, value: Any) -> list[Any]:
        """This will split a stored position."""
        return [f"{value.x:.6f}", f"{value.y:.6f}", "wgs84"] if isinstance(value, Point) else [None, None, "wgs84"]


class PlaceField(forms.Field):
    """A position, stored in WGS-84 whatever it was given in."""

    widget = PlaceWidget

    def clean(self, value: Any) -> Point | None:
        """This will read the position; raises ValidationError for half ones, NaN, swapped ends and far-off places."""
        lng_text, lat_text, crs = [str(part or "").strip() for part in (value or ["", "", ""])]
        if not lng_text and not lat_text:
            if self.required:
                raise ValidationError(_("请填写经度和纬度。"))
            return None
        if not lng_text or not lat_text:
            raise ValidationError(_("经度和纬度须成对填写。"))
        lng, lat = _number(lng_text), _number(lat_text)
        if _outside(lng, LNG_RANGE) and not _outside(lat, LNG_RANGE):
            raise ValidationError(_("经纬度可能填反了:经度 %(lng)s、纬度 %(lat)s。") % {"lng": lng, "lat": lat})
        if _outside(lng, LNG_RANGE) or _outside(lat, LAT_RANGE):
            raise ValidationError(_("位置不在国内:经度 %(lng)s、纬度 %(lat)s。") % {"lng": lng, "lat": lat})
        if (crs or "wgs84").lower() not in {"wgs84", "gcj02"}:
            raise ValidationError(_("坐标系只能是 wgs84 或 gcj02,不能是“%(value)s”。") % {"value": crs})
        return _stored(lng, lat, (crs or "wgs84").lower())

    def has_changed(self, initial: Any, data: Any) -> bool:
        """This will compare to a metre's tenth, so that showing a position does not change it."""
        try:
            new = self.clean(data)
        except ValidationError:
            return True
        if new is None or initial is None:
            return new is not initial
        return bool(abs(new.x - initial.x) > 1e-6 or abs(new.y - initial.y) > 1e-6)


def _stored(lng: float, lat: float, crs: str) -> Point:
    if crs == "gcj02":
        lng, lat = gcj02_to_wgs84(lng, lat)
    return Point(lng, lat, srid=4326)


def _number(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise ValidationError(_("“%(value)s”不是坐标数值。") % {"value": text})
    return number


def _outside(number: float, limits: tuple[float, float]) -> bool:
    return not limits[0] <= number <= limits[1]


class PhoneField(forms.CharField):
    """A phone that the form shows masked; left as it is, it stays as it was."""

    widget = forms.TextInput(attrs={"class": "form-control", "inputmode": "tel", "autocomplete": "off"})

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.stored = ""

    def prepare_value(self, value: Any) -> Any:
        """This will mask the stored number."""
        return masked(self.stored) if self.stored and value == self.stored else value

    def clean(self, value: Any) -> str:
        """This will give the number; raises ValidationError for anything but digits, spaces, + and -."""
        text = super().clean(value)
        if self.stored and text == masked(self.stored):
            return self.stored
        if text and not set(text) <= set("0123456789+- "):
            raise ValidationError(_("电话只能含数字、空格、“+”和“-”。"))
        return str(text)

    def has_changed(self, initial: Any, data: Any) -> bool:
        """This will take the mask for what it hides."""
        return bool(super().has_changed(initial, self.stored if data == masked(self.stored) else data))


class LabelledChoiceField(forms.TypedChoiceField):
    """A choice that is also understood by its label, as tables are filled in by people."""

    def to_python(self, value: Any) -> Any:
        """This will turn a label into its value."""
        text = str(value or "").strip()
        for key, label in pairs(self):
            if text == str(label) and key not in ("", None):
                return str(key)
        return text


LOOKUPS: dict[Any, type[NamedField]] = {Organisation: UnitField, Person: PersonField, Post: PostField}


def field_for(column: models.Field[Any, Any], **options: Any) -> forms.Field | None:
    """This will choose the form field of a model's column."""
    if column.name == "division_code":
        return DivisionField(label=column.verbose_name, required=not column.blank)
    if isinstance(column, GeometryField):
        return PlaceField(label=column.verbose_name, required=not column.blank, help_text=PLACE_HELP)
    if isinstance(column, models.ForeignKey) and column.related_model in LOOKUPS:
        return LOOKUPS[column.related_model](label=column.verbose_name, required=not column.blank)
    if isinstance(column, ArrayField):
        return SectorsField(
            label=column.verbose_name, required=not column.blank, choices=column.base_field.choices or ()
        )
    if column.name == "phone":
        return PhoneField(label=column.verbose_name, required=not column.blank, max_length=column.max_length)
    if column.choices:
        options.update(choices_form_class=LabelledChoiceField)
    if isinstance(column, NUMBERS) and (least := _least(column)) is not None:
        options.setdefault("min_value", least)
    made = column.formfield(**options)
    if made is not None:
        dress(made)
    return made


NUMBERS = (models.IntegerField, models.FloatField, models.DecimalField)


def _least(column: models.Field[Any, Any]) -> int | float | None:
    """This will read a column's least value from the model's own constraint, so that the form says it in words."""
    for constraint in column.model._meta.constraints:
        parts = getattr(getattr(constraint, "condition", None), "children", [])
        if len(parts) == 1 and isinstance(parts[0], tuple):
            path, value = parts[0]
            if path == f"{column.name}__gte":
                return cast(float, value)
            if path == f"{column.name}__gt" and isinstance(column, models.IntegerField):
                return cast(int, value) + 1
    return None


PLACE_HELP = gettext_lazy("从高德或腾讯地图抄来的坐标请选 GCJ-02,系统换算后保存。")


def dress(field: forms.Field) -> None:
    """This will give a field's control the console's looks; one that has a class keeps it."""
    widget = field.widget
    if isinstance(widget, (forms.CheckboxInput, forms.CheckboxSelectMultiple)):
        widget.attrs.setdefault("class", "form-check-input")
    elif isinstance(widget, forms.Select):
        widget.attrs.setdefault("class", "form-select")
    else:
        widget.attrs.setdefault("class", "form-control")
    if isinstance(field, forms.DateTimeField):
        field.widget = forms.DateTimeInput(
            attrs={"class": "form-control", "type": "datetime-local"}, format="%Y-%m-%dT%H:%M"
        )
    elif isinstance(field, forms.DateField):
        field.widget = forms.DateInput(attrs={"class": "form-control", "type": "date"}, format="%Y-%m-%d")
    elif isinstance(widget, forms.Textarea):
        widget.attrs["rows"] = 3
