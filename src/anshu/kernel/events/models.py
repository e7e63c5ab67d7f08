# SPDX-License-Identifier: Apache-2.0
"""The append-only event table: outbox for screens, subscribers, webhooks and upper levels alike."""

from typing import ClassVar

from django.db import models


class Event(models.Model):
    """One fact that has happened. `position` is given at commit, so its order is the order of commits."""

    position = models.BigIntegerField(null=True, unique=True, editable=False)
    at = models.DateTimeField()
    kind = models.CharField(max_length=64)
    capability = models.CharField(max_length=24)
    division_code = models.CharField(max_length=15, blank=True)
    sector_code = models.CharField(max_length=24, blank=True)
    unit_id = models.BigIntegerField(null=True)
    subject_type = models.CharField(max_length=64, blank=True)
    subject_id = models.CharField(max_length=64, blank=True)
    payload = models.JSONField(default=dict)

    class Meta:
        ordering: ClassVar = ["position"]
        indexes: ClassVar = [models.Index(fields=["subject_type", "subject_id", "id"], name="event_subject")]

    def __str__(self) -> str:
        return f"{self.position} {self.kind}"


class EventHead(models.Model):
    """The single row that holds the last position; locking it orders commits."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    position = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return str(self.position)


class Subscription(models.Model):
    """How far one durable subscriber has read. Moves in the same transaction as its work."""

    name = models.CharField(max_length=120, primary_key=True)
    position = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.name} @ {self.position}"


class FailedDelivery(models.Model):
    """An event that a subscriber could not handle: parked with its error, so that the rest goes on."""

    subscription = models.CharField(max_length=120)
    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="+")
    failed_at = models.DateTimeField()
    error = models.TextField()
    retried_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.subscription} {self.event_id}"
