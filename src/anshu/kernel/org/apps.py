# SPDX-License-Identifier: Apache-2.0
"""Registers the app."""

from django.apps import AppConfig


class OrgConfig(AppConfig):
    """The kernel's org app."""

    name = "anshu.kernel.org"
    label = "org"
