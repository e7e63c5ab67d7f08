# SPDX-License-Identifier: Apache-2.0
"""Settings that come as JSON from a person: read field by field, every mistake named by its path."""

from anshu.wire.settings.fields import Fields
from anshu.wire.settings.problems import Problem, SettingsRefused
from anshu.wire.settings.signing import Signing

__all__ = ["Fields", "Problem", "SettingsRefused", "Signing"]
