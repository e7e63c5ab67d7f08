# SPDX-License-Identifier: Apache-2.0
"""Registers the context."""

from importlib import import_module

from django.apps import AppConfig


class CommandConfig(AppConfig):
    """The command context."""

    name = "anshu.domain.command"
    label = "command"

    def ready(self) -> None:
        """This will name the receivers and say who sees an incident's files."""
        import_module("anshu.domain.command.receivers")
        selectors = import_module("anshu.domain.command.selectors")
        files = import_module("anshu.kernel.files.subjects")
        files.register_subject("command.incident", selectors.incident_get)
