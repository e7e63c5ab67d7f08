# SPDX-License-Identifier: Apache-2.0
"""Registers the context."""

from django.apps import AppConfig


class GrassrootsConfig(AppConfig):
    """The grassroots context."""

    name = "anshu.domain.grassroots"
    label = "grassroots"
