# SPDX-License-Identifier: Apache-2.0
"""Registers the app."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    """The web app."""

    name = "anshu.web"
    label = "web"
