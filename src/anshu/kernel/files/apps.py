# SPDX-License-Identifier: Apache-2.0
"""Registers the app."""

from django.apps import AppConfig


class FilesConfig(AppConfig):
    """The kernel's files app."""

    name = "anshu.kernel.files"
    label = "files"
