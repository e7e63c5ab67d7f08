# SPDX-License-Identifier: Apache-2.0
"""Reading alarms, their groups and statistics, and rules."""

from anshu.domain.alerts.selectors.alarms import (
    alarm_get,
    alarms_visible,
    comments_of,
    escalations_of,
    occurrences_of,
    open_counts,
    rules_visible,
    shelves_of,
)
from anshu.domain.alerts.selectors.groups import AlarmGroup, alarm_groups, group_rows
from anshu.domain.alerts.selectors.statistics import (
    Frequent,
    Metric,
    Statistics,
    alarm_statistics,
    frequent_rows,
    metric_name,
    metric_rows,
)

__all__ = [
    "AlarmGroup",
    "Frequent",
    "Metric",
    "Statistics",
    "alarm_get",
    "alarm_groups",
    "alarm_statistics",
    "alarms_visible",
    "comments_of",
    "escalations_of",
    "frequent_rows",
    "group_rows",
    "metric_name",
    "metric_rows",
    "occurrences_of",
    "open_counts",
    "rules_visible",
    "shelves_of",
]
