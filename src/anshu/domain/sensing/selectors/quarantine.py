# SPDX-License-Identifier: Apache-2.0
"""Frames kept aside."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import QuerySet

from anshu.domain.sensing.choices import QuarantineKind, ThingKind
from anshu.domain.sensing.models import ObservedProperty, Quarantine
from anshu.kernel.access.choices import Capability, Right
from anshu.kernel.access.configuring import configures
from anshu.kernel.access.viewer import Absent, Viewer
from anshu.kernel.org.choices import Sector


def quarantine_visible(viewer: Viewer) -> QuerySet[Quarantine]:
    """This will give the quarantine to those who connect devices; a frame has no place, hence no narrower scope."""
    allowed = configures(viewer) or viewer.can(Capability.MONITORING, Right.APPROVE)
    return Quarantine.objects.all() if allowed else Quarantine.objects.none()


def quarantine_get(viewer: Viewer, pk: int) -> Quarantine:
    """This will give one quarantined frame, or raise Absent."""
    found = quarantine_visible(viewer).filter(pk=pk).first()
    if found is None:
        raise Absent
    return found


def sender_frames(entry: Quarantine) -> QuerySet[Quarantine]:
    """This will give every open frame of the same unknown sender."""
    return Quarantine.objects.filter(
        resolved_at=None,
        kind=QuarantineKind.UNKNOWN,
        protocol=entry.protocol,
        thing_address=entry.thing_address,
    )


def sender_properties(entry: Quarantine) -> dict[str, str]:
    """This will collect what an unknown sender's kept frames observe, with the unit that each was sent in."""
    return {code: unit for each in sender_frames(entry) for code, unit in each.detail.get("properties", {}).items()}


@dataclass(frozen=True, slots=True)
class Sender:
    """Who is not registered and has sent something, with what it observes."""

    protocol: str
    address: str
    properties: Mapping[str, str]


def unknown_senders(viewer: Viewer, *, most: int) -> list[Sender]:
    """This will list the senders that wait to be adopted, by protocol and address; the parts of others not."""
    rows = (
        quarantine_visible(viewer)
        .filter(resolved_at=None, kind=QuarantineKind.UNKNOWN)
        .exclude(thing_address="")
        .exclude(thing_address__contains="/")
        .order_by("protocol", "thing_address", "id")
        .values_list("protocol", "thing_address", "detail__properties")
    )
    found: dict[tuple[str, str], dict[str, str]] = {}
    for protocol, address, properties in rows.iterator():
        if (protocol, address) not in found and len(found) >= most:
            break
        found.setdefault((protocol, address), {}).update(properties or {})
    return [Sender(protocol, address, properties) for (protocol, address), properties in found.items()]


def property_names(codes: Iterable[str]) -> dict[str, str]:
    """This will name the properties that are registered."""
    return dict(ObservedProperty.objects.filter(code__in=list(codes)).values_list("code", "name"))


def likely_kind(properties: Iterable[str]) -> ThingKind:
    """This will guess what kind of station observes these properties; somebody confirms it on the form."""
    found = set(properties)
    for marks, kind in _MARKS:
        if marks & found:
            return kind
    return ThingKind.RAIN if any(code.startswith("rain_") for code in found) else ThingKind.OTHER


def likely_sector(kind: ThingKind) -> Sector:
    """This will guess the sector that a kind of station belongs to."""
    water = kind in {ThingKind.RAIN, ThingKind.RIVER, ThingKind.RESERVOIR}
    return Sector.FLOOD if water else Sector.GENERAL


_MARKS: tuple[tuple[frozenset[str], ThingKind], ...] = (
    (frozenset({"displacement", "tilt"}), ThingKind.SLOPE),
    (frozenset({"combustible_gas"}), ThingKind.GAS),
    (frozenset({"smoke"}), ThingKind.FIRE),
    (frozenset({"outflow_total", "gate_opening", "water_level_upstream"}), ThingKind.RESERVOIR),
    (frozenset({"water_level", "discharge"}), ThingKind.RIVER),
    (frozenset({"wind_speed", "humidity", "air_pressure"}), ThingKind.WEATHER),
)
