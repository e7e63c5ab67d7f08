# SPDX-License-Identifier: Apache-2.0
"""Filters of a register: how each narrows the rows, and what its control offers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import QuerySet
from django.db.models.functions import Left
from django.db.models.lookups import Exact
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from anshu.console.places import Places
from anshu.kernel.access.viewer import Viewer
from anshu.kernel.org.selectors import prefix_of

# How many leading digits of a code name its township.
TOWNSHIP_DIGITS = 9
FIRST_YEAR, LAST_YEAR = 1900, 2200


@dataclass(frozen=True, slots=True)
class Option:
    """One choice of a select."""

    value: str
    label: Any
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class Control:
    """One control of the filter bar."""

    name: str
    label: Any
    kind: str
    value: str = ""
    options: tuple[Option, ...] = ()


class Filter:
    """One way to narrow a list by parameters of the address."""

    kind = "select"

    def __init__(self, name: str, *, label: Any = "", path: str = "") -> None:
        self.name, self.label, self.path = name, label, path or name

    def narrow(self, rows: QuerySet[Any], given: Mapping[str, str]) -> QuerySet[Any]:
        """This will keep the rows that fit; an absurd value keeps none of its own and is ignored."""
        raise NotImplementedError

    def controls(self, viewer: Viewer, given: Mapping[str, str]) -> tuple[Control, ...]:
        """This will describe the controls as they stand."""
        raise NotImplementedError

    def names(self) -> tuple[str, ...]:
        """This will list the parameters the filter reads."""
        return (self.name,)


class ChoiceFilter(Filter):
    """One of the field's choices."""

    def __init__(self, name: str, choices: Any, **options: Any) -> None:
        super().__init__(name, **options)
        self.choices = choices

    def _choices(self) -> list[tuple[Any, Any]]:
        return list(self.choices() if callable(self.choices) else self.choices)

    def narrow(self, rows: QuerySet[Any], given: Mapping[str, str]) -> QuerySet[Any]:
        """This will keep the rows of the chosen value."""
        value = given.get(self.name, "")
        known = {str(key): key for key, _label in self._choices()}
        return rows.filter(**{self.path: known[value]}) if value in known else rows

    def controls(self, viewer: Viewer, given: Mapping[str, str]) -> tuple[Control, ...]:
        """This will offer the choices."""
        value = given.get(self.name, "")
        options = tuple(Option(str(key), label, str(key) == value) for key, label in self._choices())
        return (Control(self.name, self.label, "select", value, options),)


class FlagFilter(Filter):
    """Yes or no."""

    def narrow(self, rows: QuerySet[Any], given: Mapping[str, str]) -> QuerySet[Any]:
        """This will keep the rows that answer as asked."""
        value = given.get(self.name, "")
        return rows.filter(**{self.path: value == "1"}) if value in {"0", "1"} else rows

    def controls(self, viewer: Viewer, given: Mapping[str, str]) -> tuple[Control, ...]:
        """This will offer yes and no."""
        value = given.get(self.name, "")
        options = tuple(Option(key, label, key == value) for key, label in (("1", _("是")), ("0", _("否"))))
        return (Control(self.name, self.label, "select", value, options),)


class PeriodFilter(Filter):
    """From a day to a day, both included, in local time."""

    def narrow(self, rows: QuerySet[Any], given: Mapping[str, str]) -> QuerySet[Any]:
        """This will keep the rows of the period."""
        since, until = (_day(given.get(name, "")) for name in self.names())
        instant = isinstance(_field(rows.model, self.path), models.DateTimeField)
        if since:
            rows = rows.filter(**{f"{self.path}__gte": _midnight(since) if instant else since})
        if until:
            after = until + dt.timedelta(days=1)
            rows = rows.filter(**{f"{self.path}__lt": _midnight(after) if instant else after})
        return rows

    def controls(self, viewer: Viewer, given: Mapping[str, str]) -> tuple[Control, ...]:
        """This will offer two dates."""
        since, until = self.names()
        return (
            Control(since, _("%(field)s 起") % {"field": self.label}, "date", given.get(since, "")),
            Control(until, _("%(field)s 止") % {"field": self.label}, "date", given.get(until, "")),
        )

    def names(self) -> tuple[str, ...]:
        """This will list the two ends."""
        return f"{self.name}_from", f"{self.name}_to"


def _day(text: str) -> dt.date | None:
    """This will read a day; none at the ends of the calendar, where no day comes before or after."""
    try:
        day = parse_date(text)
    except ValueError:
        return None
    return day if day is not None and FIRST_YEAR <= day.year <= LAST_YEAR else None


def _midnight(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time.min))


class DivisionFilter(Filter):
    """Township, then village: only places inside the viewer's own scope are offered."""

    def __init__(self, name: str = "division", *, path: str = "division_code", label: Any = "") -> None:
        super().__init__(name, path=path, label=label)

    def narrow(self, rows: QuerySet[Any], given: Mapping[str, str]) -> QuerySet[Any]:
        """This will keep the rows whose code begins with the place's prefix; the village wins over the township."""
        township, village = (given.get(name, "") for name in self.names())
        code = village if village and (not township or village.startswith(township[:9])) else township
        if not code or not code.isalnum():
            return rows
        prefix = prefix_of(code)
        if prefix.isdigit():
            return _in_township(rows, prefix).filter(**{f"{self.path}__startswith": prefix})
        return rows.filter(park_code=code) if "park_code" in {f.name for f in rows.model._meta.fields} else rows

    def controls(self, viewer: Viewer, given: Mapping[str, str]) -> tuple[Control, ...]:
        """This will offer the townships in scope and, once one is chosen, its villages."""
        township_name, village_name = self.names()
        township, village = given.get(township_name, ""), given.get(village_name, "")
        places = Places.of(viewer)
        townships = places.townships()
        if len(townships) == 1 and not township:
            township = townships[0].code if places.narrow else ""
        villages = places.villages(township) if township else []
        first = Control(
            township_name, _("乡镇"), "select", given.get(township_name, ""),
            tuple(Option(place.code, place.name, place.code == township) for place in townships),
        )  # fmt: skip
        second = Control(
            village_name, _("村社"), "select", village,
            tuple(Option(place.code, place.name, place.code == village) for place in villages),
        )  # fmt: skip
        return (first, second) if townships else ()

    def names(self) -> tuple[str, ...]:
        """This will list township and village."""
        return self.name, f"{self.name}_village"


def _in_township(rows: QuerySet[Any], prefix: str) -> QuerySet[Any]:
    """This will name the township as a value, where the model has an index that begins with it.

    A prefix match alone cannot be read in the order of another column; equality can.
    """
    indexed = any(isinstance(part, Left) for index in rows.model._meta.indexes for part in index.expressions)
    if not indexed or len(prefix) < TOWNSHIP_DIGITS:
        return rows
    return rows.filter(Exact(Left("division_code", TOWNSHIP_DIGITS), prefix[:TOWNSHIP_DIGITS]))


def _field(model: type[models.Model], path: str) -> Any:
    found: Any = None
    for part in path.split("__"):
        found = model._meta.get_field(part)
        model = getattr(found, "related_model", None) or model
    return found


def filter_for(model: type[models.Model], name: str, *, scope_path: str = "") -> Filter:
    """This will choose the filter by the field's type; `division` is the place."""
    if name == "division":
        return DivisionFilter(path=f"{scope_path}division_code")
    field = _field(model, name)
    label = field.verbose_name
    if field.choices:
        return ChoiceFilter(name, list(field.flatchoices), label=label)
    if isinstance(field, models.BooleanField):
        return FlagFilter(name, label=label)
    if isinstance(field, models.DateField):
        return PeriodFilter(name, label=label)
    raise TypeError(f"{model.__name__}: no filter is known for {name}; declare one")
