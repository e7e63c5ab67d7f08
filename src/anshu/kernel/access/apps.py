# SPDX-License-Identifier: Apache-2.0
"""Registers the app."""

from django.apps import AppConfig


class AccessConfig(AppConfig):
    """The kernel's access app."""

    name = "anshu.kernel.access"
    label = "access"
