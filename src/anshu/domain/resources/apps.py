# SPDX-License-Identifier: Apache-2.0
"""Registers the context."""

from django.apps import AppConfig


class ResourcesConfig(AppConfig):
    """The resources context."""

    name = "anshu.domain.resources"
    label = "resources"
