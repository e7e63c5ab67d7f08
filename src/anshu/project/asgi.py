# SPDX-License-Identifier: Apache-2.0
"""The stream process: only the live stream, over ASGI."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "anshu.project.settings")
django.setup()

from anshu.web.stream import application  # noqa: E402  the application needs the settings

__all__ = ["application"]
