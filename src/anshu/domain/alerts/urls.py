# SPDX-License-Identifier: Apache-2.0
"""The addresses of rules beyond their register."""

from django.urls import path

from anshu.domain.alerts import views

urlpatterns = [
    path("<int:pk>/trial/", views.rule_trial, name="rule-trial"),
    path("templates/", views.rule_templates_page, name="rule-templates"),
]
