# SPDX-License-Identifier: Apache-2.0
"""Devices, rules, alarms and risk objects."""

from datetime import timedelta

from tests.cast.people import LONG_AGO, NOW
from tests.cast.places import centre, village

from anshu.domain.alerts.choices import Cause, Level
from anshu.domain.alerts.events import AlarmRaised
from anshu.domain.alerts.models import Alarm, Occurrence, Rule
from anshu.domain.risks.choices import Grade, RiskKind
from anshu.domain.risks.models import RiskObject
from anshu.domain.sensing.choices import ThingKind
from anshu.domain.sensing.models import Datastream, ObservedProperty, Thing
from anshu.kernel.org.choices import Sector


def thing(code="RV001", name="后陈河道水位站", *, division_code="330825101200", **fields):
    """A river station in a village."""
    village(division_code)
    defaults = {
        "name": name,
        "kind": ThingKind.RIVER,
        "protocol": "sl651",
        "address": fields.pop("address", f"00{code}"),
        "point": centre(division_code),
        "division_code": division_code,
        "sector_code": Sector.FLOOD,
        "report_interval_s": 300,
    }
    return Thing.objects.get_or_create(code=code, defaults={**defaults, **fields})[0]


def observed_property(code="water_level", name="水位", unit="m", **fields):
    """What is observed."""
    return ObservedProperty.objects.get_or_create(
        code=code, defaults={"name": name, "unit": unit, "minimum": -10.0, "maximum": 200.0, **fields}
    )[0]


def datastream(thing, prop=None, **fields):
    """One property observed by one thing."""
    prop = prop or observed_property()
    return Datastream.objects.get_or_create(
        thing=thing, observed_property=prop, defaults={"name": f"{thing.name}{prop.name}", **fields}
    )[0]


def rule(datastream, **fields):
    """A four-level rule: blue 40, yellow 41, orange 42, red 43."""
    defaults = {
        "name": f"{datastream.name}超警",
        "blue": 40.0,
        "yellow": 41.0,
        "orange": 42.0,
        "red": 43.0,
        "hysteresis": 0.1,
        "source": "test",
        "valid_from": LONG_AGO,
    }
    return Rule.objects.create(datastream=datastream, **{**defaults, **fields})


def alarm(rule=None, *, level=Level.YELLOW, at=NOW - timedelta(minutes=1), **fields):
    """An active alarm of a rule, with its first occurrence; no event is published."""
    rule = rule or globals()["rule"](datastream(thing()))
    place = rule.datastream.thing
    defaults = {
        "thing": place,
        "cause": Cause.THRESHOLD,
        "title": f"{place.name}超过{Level(level).label}阈值",
        "peak_level": level,
        "raised_at": at,
        "changed_at": at,
        "value": 41.2,
        "threshold": 41.0,
        "point": place.point,
        "division_code": place.division_code,
        "sector_code": place.sector_code,
    }
    made = Alarm.objects.create(rule=rule, level=level, **{**defaults, **fields})
    Occurrence.objects.create(alarm=made, at=at, level=level, value=made.value, threshold=made.threshold, found_at=at)
    return made


def risk(code="RK001", name="后陈山洪危险区", *, division_code="330825101200", grade=Grade.ORANGE, **fields):
    """A graded risk object in a village."""
    village(division_code)
    defaults = {
        "name": name,
        "kind": RiskKind.FLASH_FLOOD,
        "grade": grade,
        "point": centre(division_code),
        "division_code": division_code,
        "sector_code": Sector.FLOOD,
        "source": "test",
    }
    return RiskObject.objects.get_or_create(code=code, defaults={**defaults, **fields})[0]


def alarm_fact(alarm, cls=AlarmRaised, *, level=3, **more):
    """This will give the fact that ingest would have published about an alarm."""
    return cls(
        subject_type="alerts.alarm",
        subject_id=alarm.pk,
        title=alarm.title,
        division_code=alarm.division_code,
        sector_code=alarm.sector_code,
        level=level,
        value=41.2,
        threshold=41.0,
        thing_id=alarm.thing_id,
        thing_name=alarm.thing.name,
        lng=alarm.point.x,
        lat=alarm.point.y,
        at=NOW.isoformat(),
        **more,
    )
