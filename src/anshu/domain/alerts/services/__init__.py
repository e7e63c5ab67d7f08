# SPDX-License-Identifier: Apache-2.0
"""Writing alarms and rules."""

from anshu.domain.alerts.services.alarms import alarm_acknowledge, alarm_assign, alarm_clear, alarm_comment
from anshu.domain.alerts.services.dry_run import DryRun, rule_dry_run
from anshu.domain.alerts.services.escalation import alarms_escalate, step_retire, step_save, steps_seed
from anshu.domain.alerts.services.floods import floods_check
from anshu.domain.alerts.services.judging import observations_judge
from anshu.domain.alerts.services.rule_keeping import rule_disable, rule_save
from anshu.domain.alerts.services.rule_templates import (
    Applied,
    RuleTemplate,
    rule_template,
    rule_templates,
    template_apply,
)
from anshu.domain.alerts.services.rulebook import RuleBook, rulebook_load
from anshu.domain.alerts.services.shelving import alarm_shelve, alarm_unshelve, shelves_end
from anshu.domain.alerts.services.silence import no_data_check, resting_check
from anshu.domain.alerts.services.telling import measure_name, unit_of

__all__ = [
    "Applied",
    "DryRun",
    "RuleBook",
    "RuleTemplate",
    "alarm_acknowledge",
    "alarm_assign",
    "alarm_clear",
    "alarm_comment",
    "alarm_shelve",
    "alarm_unshelve",
    "alarms_escalate",
    "floods_check",
    "measure_name",
    "no_data_check",
    "observations_judge",
    "resting_check",
    "rule_disable",
    "rule_dry_run",
    "rule_save",
    "rule_template",
    "rule_templates",
    "rulebook_load",
    "shelves_end",
    "step_retire",
    "step_save",
    "steps_seed",
    "template_apply",
    "unit_of",
]
