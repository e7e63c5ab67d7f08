# SPDX-License-Identifier: Apache-2.0
"""What interfaces say about objects that no register has a column for, and how often they ask."""

from typing import ClassVar

from django.db import models


class Description(models.Model):
    """补充描述: description, definition, metadata and free properties that a SensorThings client gave an entity."""

    entity = models.CharField(max_length=24)
    # The entity's number in its own register; no foreign key, for registers know nothing of interfaces.
    key = models.BigIntegerField()
    given = models.JSONField(default=dict)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["entity", "key"], name="description_once")]

    def __str__(self) -> str:
        return f"{self.entity}({self.key})"


class Allowance(models.Model):
    """请求余量: when a caller's bucket of requests will be full again; full ones say nothing and may be left."""

    caller = models.CharField(max_length=40, primary_key=True)
    full_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.caller
