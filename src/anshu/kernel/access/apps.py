# SPDX-License-Identifier: Apache-2.0
"""Registers the app."""

from django.apps import AppConfig


class AccessConfig(AppConfig):
    """The kernel's access app."""

    name = "anshu.kernel.access"
    label = "access"

    def ready(self) -> None:
        """This will have the organisation ask before a seat, and the rights it carries, changes hands."""
        from anshu.kernel.access.services.grants import tenure_allowed
        from anshu.kernel.org.services import on_tenure

        on_tenure(tenure_allowed)
