# SPDX-License-Identifier: Apache-2.0
"""Registers the context."""

from django.apps import AppConfig


class SensingConfig(AppConfig):
    """The sensing context."""

    name = "anshu.domain.sensing"
    label = "sensing"
