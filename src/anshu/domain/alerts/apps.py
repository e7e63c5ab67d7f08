# SPDX-License-Identifier: Apache-2.0
"""Registers the context."""

from django.apps import AppConfig


class AlertsConfig(AppConfig):
    """The alerts context."""

    name = "anshu.domain.alerts"
    label = "alerts"
