# SPDX-License-Identifier: Apache-2.0
"""Registers the context."""

from importlib import import_module

from django.apps import AppConfig


class AlertsConfig(AppConfig):
    """The alerts context."""

    name = "anshu.domain.alerts"
    label = "alerts"

    def ready(self) -> None:
        """This will name the receivers and tell device models which rule templates there are."""
        import_module("anshu.domain.alerts.receivers")
        templates = import_module("anshu.domain.alerts.services.rule_templates")
        devices = import_module("anshu.domain.sensing.services")
        devices.rule_templates_named_by(lambda: {each.code for each in templates.rule_templates()})
