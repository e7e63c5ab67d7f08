# SPDX-License-Identifier: Apache-2.0
"""Registers the app, and the registers of every app."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class ConsoleConfig(AppConfig):
    """The console app."""

    name = "anshu.console"
    label = "console"

    def ready(self) -> None:
        """This will load each app's `registers.py`, close the registry, and let row rights decide on files."""
        from anshu.console.registry import registry
        from anshu.kernel.files.subjects import register_subject

        autodiscover_modules("registers")
        registry.close()
        for found in registry.all():
            if found.attach:
                register_subject(found.model._meta.label_lower, found.fetch)
