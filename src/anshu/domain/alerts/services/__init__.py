# SPDX-License-Identifier: Apache-2.0
"""Writing alarms and rules."""

from anshu.domain.alerts.services.alarms import alarm_acknowledge, alarm_assign, alarm_clear, alarm_comment
from anshu.domain.alerts.services.judging import observations_judge
from anshu.domain.alerts.services.rule_keeping import rule_disable, rule_save
from anshu.domain.alerts.services.rulebook import RuleBook, rulebook_load
from anshu.domain.alerts.services.silence import no_data_check

__all__ = [
    "RuleBook",
    "alarm_acknowledge",
    "alarm_assign",
    "alarm_clear",
    "alarm_comment",
    "no_data_check",
    "observations_judge",
    "rule_disable",
    "rule_save",
    "rulebook_load",
]
