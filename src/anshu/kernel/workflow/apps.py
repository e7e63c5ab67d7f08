# SPDX-License-Identifier: Apache-2.0
"""Registers the app."""

from django.apps import AppConfig


class WorkflowConfig(AppConfig):
    """The kernel's workflow app."""

    name = "anshu.kernel.workflow"
    label = "workflow"
