# SPDX-License-Identifier: Apache-2.0
"""Registers the audit log."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """The hash-chained log of every write."""

    name = "anshu.kernel.audit"
    label = "audit"
