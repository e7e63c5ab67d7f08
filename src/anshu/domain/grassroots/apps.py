# SPDX-License-Identifier: Apache-2.0
"""Registers the context."""

from importlib import import_module

from django.apps import AppConfig


class GrassrootsConfig(AppConfig):
    """The grassroots context."""

    name = "anshu.domain.grassroots"
    label = "grassroots"

    def ready(self) -> None:
        """This will name the receivers and say who sees a task's files."""
        import_module("anshu.domain.grassroots.receivers")
        selectors = import_module("anshu.domain.grassroots.selectors")
        files = import_module("anshu.kernel.files.subjects")
        files.register_subject("grassroots.task", selectors.task_get)
