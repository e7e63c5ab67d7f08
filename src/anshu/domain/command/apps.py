# SPDX-License-Identifier: Apache-2.0
"""Registers the context."""

from django.apps import AppConfig


class CommandConfig(AppConfig):
    """The command context."""

    name = "anshu.domain.command"
    label = "command"
