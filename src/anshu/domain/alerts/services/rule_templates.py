# SPDX-License-Identifier: Apache-2.0
"""Rules from shipped templates, for many stations at once."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from anshu.domain.alerts.models import Rule
from anshu.domain.alerts.services.rule_keeping import rule_save
from anshu.domain.sensing.choices import AMOUNT_STEPS_S
from anshu.domain.sensing.selectors import datastreams_by_thing
from anshu.kernel.access.viewer import Absent, Refusal
from anshu.kernel.audit.actor import Actor

_FILE = Path(__file__).parents[1] / "rule_templates.json"


@dataclass(frozen=True, slots=True)
class RuleTemplate:
    """Rules that belong together, over the first of `properties` that fits a station."""

    code: str
    name: str
    source: str
    about: str
    properties: tuple[str, ...]
    rules: tuple[dict[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Applied:
    """What became of one rule of a template on one thing: `made`, `kept` (it was there) or `refused`, and why."""

    thing: Any
    name: str
    verdict: str
    text: str = ""
    rule: Rule | None = None


@cache
def rule_templates() -> tuple[RuleTemplate, ...]:
    """This will give the shipped templates."""
    given = json.loads(_FILE.read_text(encoding="utf-8"))["templates"]
    return tuple(
        RuleTemplate(
            each["code"], each["name"], each["source"], each["about"], tuple(each["properties"]), tuple(each["rules"])
        )
        for each in given
    )


def rule_template(code: str) -> RuleTemplate:
    """This will give a template by its code; raises Absent when there is none."""
    found = next((each for each in rule_templates() if each.code == code), None)
    if found is None:
        raise Absent
    return found


def template_apply(
    *,
    template: RuleTemplate,
    things: Iterable[Any],
    actor: Actor,
    now: datetime,
    reason: str = "",
    valid_from: datetime | None = None,
) -> list[Applied]:
    """This will make the template's rules on each thing that observes what they need; gives a row for each.

    A rule that is there already stays as it is, also where somebody has changed its thresholds since. One thing's
    trouble does not hold up the others.
    """
    chosen = list(things)
    streams = datastreams_by_thing(each.pk for each in chosen)
    found: list[Applied] = []
    for thing in chosen:
        stream = _stream(template, thing, streams.get(thing.pk, {}))
        if stream is None:
            found.append(Applied(thing, template.name, "refused", _unfit(template, streams.get(thing.pk, {}))))
        else:
            dated = {} if valid_from is None else {"valid_from": valid_from}
            found += [_apply(template, given | dated, thing, stream, actor, now, reason) for given in template.rules]
    return found


def _stream(template: RuleTemplate, thing: Any, streams: dict[str, Any]) -> Any:
    """This will choose the datastream; of amounts the one whose step comes nearest to the reporting interval."""
    fitting = [
        code
        for code in template.properties
        if code in streams and AMOUNT_STEPS_S.get(code, 0) <= thing.report_interval_s
    ]
    best = max(fitting, key=lambda code: AMOUNT_STEPS_S.get(code, 0), default=None)
    return streams[best] if best else None


def _unfit(template: RuleTemplate, streams: dict[str, Any]) -> str:
    if set(template.properties) & streams.keys():
        return _("该设备上报间隔短于要素的时段,累计会重复计算")
    return _("该设备没有所需要素(%(codes)s)") % {"codes": "、".join(template.properties)}


def _apply(
    template: RuleTemplate,
    given: dict[str, Any],
    thing: Any,
    stream: Any,
    actor: Actor,
    now: datetime,
    reason: str,
) -> Applied:
    fields = dict(given)
    mark = f"{template.code}/{fields.pop('code')}"
    name = f"{thing.name} {fields.pop('name')}"[:120]
    there = Rule.objects.filter(datastream=stream, template=mark, enabled=True).first()
    if there is not None:
        return Applied(thing, there.name, "kept", _("已有这条规则"), there)
    try:
        with transaction.atomic():
            rule = rule_save(
                actor=actor,
                now=now,
                reason=reason,
                datastream=stream,
                name=name,
                template=mark,
                source=template.source,
                **fields,
            )
    except Absent:
        return Applied(thing, name, "refused", _("您不能为该设备设阈值"))
    except Refusal as refusal:
        return Applied(thing, name, "refused", ";".join(refusal.fields.values()) or refusal.message)
    return Applied(thing, name, "made", "", rule)
