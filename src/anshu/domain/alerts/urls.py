# SPDX-License-Identifier: Apache-2.0
"""The addresses of rules and alarms beyond their registers."""

from django.urls import path

from anshu.domain.alerts.views import alarms, rules

urlpatterns = [
    path("rules/<int:pk>/trial/", rules.rule_trial, name="rule-trial"),
    path("rules/templates/", rules.rule_templates_page, name="rule-templates"),
    path("alarms/groups/", alarms.groups, name="alarm-groups"),
    path("alarms/statistics/", alarms.statistics, name="alarm-statistics"),
    path("alarms/rows/", alarms.rows, name="alarm-rows"),
]
