# SPDX-License-Identifier: Apache-2.0
"""What rules do when a device is connected. Each receiver's name stays for ever."""

import logging
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from django.db import transaction

from anshu.domain.alerts.services import observations_judge, rule_templates, rulebook_load, template_apply
from anshu.domain.sensing.events import ThingConnected, ValuesRestored
from anshu.domain.sensing.selectors import thing_in_service, usable_values
from anshu.kernel.audit.actor import platform
from anshu.kernel.events.services import subscribe

log = logging.getLogger(__name__)
_KEEPER = platform("rules")
FIRST_WORDS = timedelta(minutes=10)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@subscribe(ThingConnected, name="alerts.default_rules")
def make_default_rules(fact: ThingConnected, at: datetime) -> None:
    """This will give a device the rules of its model; a rule that is there already stays as it is."""
    thing = thing_in_service(fact.thing_id)
    if thing is None:
        return
    # A part is known by its first message, which its rules are to judge too: a fire may be all that it ever says.
    since = at - FIRST_WORDS if thing.parent_id is not None else at
    shipped = {each.code: each for each in rule_templates()}
    made: list[int] = []
    for code in fact.rule_templates:
        if code not in shipped:
            log.warning("model %s names the rule template %s, which is not there", fact.model, code)
            continue
        for row in template_apply(template=shipped[code], things=[thing], actor=_KEEPER, now=at, valid_from=since):
            if row.verdict == "refused":
                log.warning("thing %s gets no rule %s: %s", thing.pk, row.name, row.text)
            elif row.verdict == "made" and row.rule is not None and thing.parent_id is not None:
                made.append(row.rule.datastream_id)
    _judge_since(made, since, at + FIRST_WORDS, at)


@subscribe(ValuesRestored, name="alerts.values_restored")
def judge_restored(fact: ValuesRestored, at: datetime) -> None:
    """This will judge values that a person trusts or corrected, or whose maintenance was taken back, late as they are.

    What they would have raised is an alarm that says it was found late; one that covers the time already is enough.
    """
    _judge_since([fact.datastream_id], fact.since, fact.until, at)


def _judge_since(datastream_ids: Sequence[int], since: datetime, until: datetime, now: datetime) -> None:
    """This will judge what is stored of a period, both ends included."""
    first, last = ((each - _EPOCH) // timedelta(microseconds=1) for each in (since, until))
    ids, at_us, value = usable_values([(each, first, last) for each in dict.fromkeys(datastream_ids)])
    if len(ids):
        with transaction.atomic():
            observations_judge(book=rulebook_load(None), datastream_id=ids, at_us=at_us, value=value, now=now)
