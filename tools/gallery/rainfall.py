# SPDX-License-Identifier: Apache-2.0
"""Pictures of rain: reading it, checking it, merging it."""

from tools.gallery import rain_checks, rain_fields, rain_files
from tools.gallery.panels import Panels

panel = Panels([*rain_files.panel.drawn, *rain_checks.panel.drawn, *rain_fields.panel.drawn])
