# SPDX-License-Identifier: Apache-2.0
"""Registers the app."""

from django.apps import AppConfig


class EventsConfig(AppConfig):
    """The kernel's events app."""

    name = "anshu.kernel.events"
    label = "events"
