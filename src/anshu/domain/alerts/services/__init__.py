# SPDX-License-Identifier: Apache-2.0
"""Writing alarms and rules."""

from anshu.domain.alerts.services.alarms import alarm_acknowledge, alarm_assign, alarm_clear, alarm_comment
from anshu.domain.alerts.services.dry_run import DryRun, rule_dry_run
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
    "template_apply",
    "unit_of",
]
