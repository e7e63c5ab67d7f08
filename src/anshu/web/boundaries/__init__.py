# SPDX-License-Identifier: Apache-2.0
"""Official boundaries: a file, a trial that says what is wrong in words, then all of it or nothing."""

from django.conf import settings

from anshu.kernel.access.choices import Capability, Right
from anshu.kernel.access.viewer import Viewer
from anshu.kernel.org.services.guards import Ground

__all__ = ["may_import"]


def may_import(viewer: Viewer) -> bool:
    """This will tell whether the viewer configures the whole county: boundaries touch everybody."""
    return viewer.covers(Ground(settings.COUNTY_CODE), Capability.CONFIGURATION, Right.UPDATE)
