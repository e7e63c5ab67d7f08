# SPDX-License-Identifier: Apache-2.0
"""Publishing facts and delivering them, exactly once, to durable subscribers."""

import logging
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from django.db import InterfaceError, OperationalError, transaction

from anshu.kernel.events.facts import Fact, fact_from, payload_of
from anshu.kernel.events.models import Event, EventHead, FailedDelivery, Subscription

log = logging.getLogger(__name__)
F = TypeVar("F", bound=Fact)
Handler = Callable[[Any, datetime], None]
BATCH = 200


@dataclass(frozen=True, slots=True)
class Subscriber:
    """A named reader of some kinds of facts."""

    name: str
    kinds: dict[str, type[Fact]]
    handler: Handler


_subscribers: dict[str, Subscriber] = {}


def publish(fact: Fact, *, now: datetime) -> Event:
    """This will append the fact to the outbox inside the caller's transaction.

    It becomes visible, with its position, when that transaction commits; the database then wakes the readers.
    """
    return Event.objects.create(
        at=now,
        kind=fact.kind,
        capability=fact.capability,
        division_code=fact.division_code,
        sector_code=fact.sector_code,
        unit_id=fact.unit_id,
        subject_type=fact.subject_type,
        subject_id=str(fact.subject_id),
        payload=payload_of(fact),
    )


def subscribe(*facts: type[F], name: str) -> Callable[[Callable[[F, datetime], None]], Callable[[F, datetime], None]]:
    """This will register a receiver `handle(fact, at)` under a name that must never change.

    The receiver runs in the worker, inside a transaction that also moves the subscription: once, in order, and
    again only if that transaction failed.
    """

    def register(handler: Callable[[F, datetime], None]) -> Callable[[F, datetime], None]:
        if name in _subscribers:
            raise ValueError(f"two receivers are named {name}")
        _subscribers[name] = Subscriber(name, {fact.kind: fact for fact in facts}, handler)
        return handler

    return register


def deliver_pending(*, now: datetime) -> int:
    """This will let every subscriber read up to a batch of what it has not seen; 0 means that nothing was left.

    A subscriber named for the first time reads from the beginning: its work is owed for all that has happened.
    """
    return sum(_deliver(subscriber, now) for subscriber in list(_subscribers.values()))


def _deliver(subscriber: Subscriber, now: datetime) -> int:
    """This will read on for one subscriber; gives how many positions it moved on, none if another worker reads."""
    Subscription.objects.get_or_create(name=subscriber.name)
    with transaction.atomic():
        cursor = Subscription.objects.select_for_update(skip_locked=True).filter(name=subscriber.name).first()
        if cursor is None:
            return 0
        events, reached = _unread(subscriber, cursor.position)
        if reached == cursor.position:
            return 0
        for event in events:
            _handle(subscriber, event, now)
        moved = reached - cursor.position
        cursor.position = reached
        cursor.save(update_fields=["position"])
    return moved


def _unread(subscriber: Subscriber, after: int) -> tuple[list[Event], int]:
    """This will give the next batch of the subscriber's own kinds, and the position that is read with it.

    The head is read first: whatever stands at or before it has been committed, so kinds of no interest are passed
    over without being fetched.
    """
    head = EventHead.objects.values_list("position", flat=True).first() or 0
    if head <= after:
        return [], after
    wanted = Event.objects.filter(position__gt=after, position__lte=head, kind__in=list(subscriber.kinds))
    events = list(wanted.order_by("position")[:BATCH])
    if len(events) == BATCH:
        return events, events[-1].position or after
    return events, head


def _handle(subscriber: Subscriber, event: Event, now: datetime) -> None:
    """This will run the receiver in a savepoint; a failing event is parked, never lost and never in the way.

    A deadlock or a lost connection says nothing about the event: it is raised, and the whole batch is read again.
    """
    try:
        with transaction.atomic():
            subscriber.handler(restore(event, subscriber.kinds[event.kind]), event.at)
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        log.exception("%s could not handle event %s", subscriber.name, event.pk)
        FailedDelivery.objects.create(
            subscription=subscriber.name,
            event=event,
            failed_at=now,
            error=traceback.format_exc()[-4000:],
        )


def restore(event: Event, cls: type[F]) -> F:
    """This will turn a stored event back into the fact that was published."""
    envelope = {
        "subject_type": event.subject_type,
        "subject_id": int(event.subject_id),
        "division_code": event.division_code,
        "sector_code": event.sector_code,
        "unit_id": event.unit_id,
    }
    return fact_from(cls, envelope, event.payload)


@transaction.atomic
def delivery_retry(delivery: FailedDelivery, *, now: datetime) -> None:
    """This will hand a parked event to its receiver again, once; raises what the receiver raises."""
    delivery = FailedDelivery.objects.select_for_update(of=("self",)).select_related("event").get(pk=delivery.pk)
    if delivery.retried_at is not None:
        return
    subscriber = _subscribers[delivery.subscription]
    event = delivery.event
    subscriber.handler(restore(event, subscriber.kinds[event.kind]), event.at)
    delivery.retried_at = now
    delivery.save(update_fields=["retried_at"])
