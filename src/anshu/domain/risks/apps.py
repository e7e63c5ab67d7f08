# SPDX-License-Identifier: Apache-2.0
"""Registers the context."""

from django.apps import AppConfig


class RisksConfig(AppConfig):
    """The risks context."""

    name = "anshu.domain.risks"
    label = "risks"
