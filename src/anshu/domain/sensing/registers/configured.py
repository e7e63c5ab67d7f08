# SPDX-License-Identifier: Apache-2.0
"""Registers of what has no place: whoever keeps the county's configuration sees all rows, others none."""

from typing import Any

from django.db.models import Q

from anshu.console.register import Register
from anshu.kernel.access.choices import Capability, Right
from anshu.kernel.access.configuring import configures
from anshu.kernel.access.viewer import NOTHING, Viewer


class ConfiguredRegister(Register):
    """All or nothing."""

    capability = Capability.CONFIGURATION
    module = "monitoring"
    attach = False
    importable = False
    write_rights = {"create": (Right.UPDATE,), "update": (Right.UPDATE,), "retire": (Right.UPDATE,)}

    def scope(self, viewer: Viewer, right: Right = Right.READ) -> Q:
        """This will give everything or nothing."""
        return Q() if configures(viewer, right) else NOTHING

    def open_to(self, viewer: Viewer) -> bool:
        """This will hide the register from an enterprise that keeps only its own configuration."""
        return configures(viewer, Right.READ)

    def may(self, viewer: Viewer, verb: str) -> bool:
        """This will let those who keep the configuration write, where the register is written at all."""
        return self.service(verb) is not None and configures(viewer)

    def may_create_here(self, viewer: Viewer, row: Any) -> bool:
        """This will let them make one anywhere: it has no place."""
        return self.may(viewer, "create")
