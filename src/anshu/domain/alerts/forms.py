# SPDX-License-Identifier: Apache-2.0
"""The forms of rules: one with every kind's fields, the period of a dry run, the stations of a template."""

from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from anshu.console.fields import NamedField, field_for
from anshu.console.forms import RegisterForm
from anshu.domain.alerts.models import EscalationStep, Rule

_STREAM_HELP = _("设备编号/要素代码,如 RV001/water_level")
_TIME = {"class": "form-control", "type": "time"}
_DATE = {"class": "form-control", "type": "date"}


def _stream_named(text: str) -> Any:
    """This will find a datastream in use by 设备编号/要素代码; None when there is none."""
    thing, _slash, code = text.partition("/")
    model: Any = Rule._meta.get_field("datastream").related_model
    rows = model._default_manager.select_related("thing", "observed_property")
    return rows.filter(thing__code=thing.strip(), observed_property__code=code.strip(), thing__retired_at=None).first()


def stream_name(row: Any) -> str:
    """This will name a datastream by its device and property."""
    return f"{row.thing.code}/{row.observed_property.code}"


class DatastreamField(NamedField):
    """A datastream as 设备编号/要素代码."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.model: Any = Rule._meta.get_field("datastream").related_model

    def shown(self, row: Any) -> str:
        """This will name a datastream by its device and property."""
        return stream_name(row)

    def _find(self, text: str) -> Any:
        found = _stream_named(text)
        if found is None:
            raise ValidationError(_now("没有“%(value)s”。请按“设备编号/要素代码”填写。") % {"value": text})
        return found


class MembersField(forms.CharField):
    """The other datastreams of a group, one a line."""

    widget = forms.Textarea(attrs={"class": "form-control", "rows": 4})

    def prepare_value(self, value: Any) -> Any:
        """This will write stored members by name."""
        if not isinstance(value, list):
            return value
        model: Any = Rule._meta.get_field("datastream").related_model
        rows = model._default_manager.filter(pk__in=value).select_related("thing", "observed_property")
        return "\n".join(stream_name(row) for row in rows.order_by("thing__code"))

    def clean(self, value: Any) -> list[int]:
        """This will find the members; raises ValidationError naming those that are not there."""
        texts = str(super().clean(value)).replace("、", "\n").replace(",", "\n").replace(",", "\n").split("\n")
        names = [text.strip() for text in texts if text.strip()][:500]
        found = {name: _stream_named(name) for name in names}
        if missing := [name for name, row in found.items() if row is None]:
            raise ValidationError(
                _now("没有“%(value)s”。请按“设备编号/要素代码”每行填写一个。") % {"value": "、".join(missing[:5])}
            )
        return sorted({row.pk for row in found.values()})

    def has_changed(self, initial: Any, data: Any) -> bool:
        """This will compare members, not how they are written."""
        try:
            return self.clean(data) != sorted(initial or [])
        except ValidationError:
            return True


class RuleForm(RegisterForm):
    """A threshold in each colour that is used, in the unit of what the rule measures."""

    datastream = DatastreamField(label=_("数据流"), help_text=_STREAM_HELP)
    member_ids = MembersField(label=_("组内其他数据流"), required=False, help_text=_("每行一个:设备编号/要素代码"))

    class Meta:
        model = Rule
        formfield_callback = field_for
        fields = (
            "datastream",
            "name",
            "kind",
            "direction",
            "blue",
            "yellow",
            "orange",
            "red",
            "duration_s",
            "hysteresis",
            "no_data_s",
            "window_s",
            "member_ids",
            "member_threshold",
            "formula",
            "age_s",
            "day_from",
            "day_until",
            "season_from",
            "season_until",
            "source",
        )
        widgets = {
            "day_from": forms.TimeInput(attrs=_TIME, format="%H:%M"),
            "day_until": forms.TimeInput(attrs=_TIME, format="%H:%M"),
        }
        help_texts = {
            "kind": _(
                "数值:与观测值比;变化量:与窗口开始时比;累计量:窗口内相加;超限个数:一组里有几个超限;公式:同一设备的几个要素"
            ),
            "direction": _("判据为“超限个数”时,指单站阈值的方向"),
            "window_s": _("变化量、累计量须填:1小时为 3600,12小时为 43200,累计最长 72 小时"),
            "member_threshold": _("超限个数须填:单站到多少算超限;四色阈值填个数"),
            "formula": _("公式须填,如 abs(water_level_upstream - water_level_downstream);可用 + - * / min max abs"),
            "age_s": _("超限个数、公式须填:多久以前的数值还能当作现在的"),
            "day_until": _("不含该时刻;可跨零点"),
            "season_from": _("月-日,如 04-15;可跨年"),
            "season_until": _("含当日"),
        }


class EscalationStepForm(RegisterForm):
    """One step: at which level, after how long, to whom."""

    class Meta:
        model = EscalationStep
        formfield_callback = field_for
        fields = ("level", "after_minutes", "rung", "source")


class PeriodForm(forms.Form):
    """The days of a dry run, the last one whole."""

    first = forms.DateField(label=_("从"), widget=forms.DateInput(attrs=_DATE, format="%Y-%m-%d"))
    last = forms.DateField(label=_("至"), widget=forms.DateInput(attrs=_DATE, format="%Y-%m-%d"))

    def period(self) -> tuple[datetime, datetime]:
        """This will give the days as [since, until)."""
        first, last = self.cleaned_data["first"], self.cleaned_data["last"] + timedelta(days=1)
        return timezone.make_aware(datetime.combine(first, time())), timezone.make_aware(datetime.combine(last, time()))
