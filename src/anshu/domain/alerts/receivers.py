# SPDX-License-Identifier: Apache-2.0
"""What rules do when a device is connected. Each receiver's name stays for ever."""

import logging
from datetime import datetime

from anshu.domain.alerts.services import rule_templates, template_apply
from anshu.domain.sensing.events import ThingConnected
from anshu.domain.sensing.selectors import thing_in_service
from anshu.kernel.audit.actor import platform
from anshu.kernel.events.services import subscribe

log = logging.getLogger(__name__)
_KEEPER = platform("rules")


@subscribe(ThingConnected, name="alerts.default_rules")
def make_default_rules(fact: ThingConnected, at: datetime) -> None:
    """This will give a device the rules of its model; a rule that is there already stays as it is."""
    thing = thing_in_service(fact.thing_id)
    if thing is None:
        return
    shipped = {each.code: each for each in rule_templates()}
    for code in fact.rule_templates:
        if code not in shipped:
            log.warning("model %s names the rule template %s, which is not there", fact.model, code)
            continue
        for row in template_apply(template=shipped[code], things=[thing], actor=_KEEPER, now=at):
            if row.verdict == "refused":
                log.warning("thing %s gets no rule %s: %s", thing.pk, row.name, row.text)
