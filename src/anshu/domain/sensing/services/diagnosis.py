# SPDX-License-Identifier: Apache-2.0
"""Watching a device closely for a while, and asking devices again for what is missing."""

from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from anshu.domain.sensing.choices import CommandKind
from anshu.domain.sensing.models import Datastream, DeviceCommand, Thing
from anshu.domain.sensing.selectors.diagnosis import closed_gaps, may_diagnose
from anshu.domain.sensing.services.commands import command_request
from anshu.kernel.access.viewer import Absent, Refusal, Viewer
from anshu.kernel.audit.actor import PLATFORM, Actor, platform
from anshu.kernel.audit.services import attribute, record

GAP_FILLER = platform("gap_fill")
# Protocols whose stations keep what they measured and give it when asked.
KEEPING = ("hj212", "sl651")
LONGEST_WATCH = timedelta(hours=1)
_LOOKS_BACK = timedelta(hours=24)
# A station that has just come back may still be sending what it kept, without being asked.
_SETTLES = timedelta(minutes=10)
_MOST_GAPS = 12
_ROUNDED = timedelta(seconds=1)


@transaction.atomic
def exchange_watch(*, thing: Thing, minutes: int, actor: Actor, now: datetime) -> datetime:
    """This will have every frame of a thing kept for some minutes; gives until when. Raises Absent and Refusal."""
    thing = Thing.objects.select_for_update().get(pk=thing.pk)
    if isinstance(actor, Viewer):
        if not may_diagnose(actor, thing):
            raise Absent
    elif actor.kind != PLATFORM:
        raise Absent
    length = timedelta(minutes=minutes)
    if not timedelta(0) < length <= LONGEST_WATCH:
        raise Refusal(_("抓包时长应为 1 至 60 分钟"), fields={"minutes": _("应为 1 至 60")})
    thing.watched_until = now + length
    with attribute(actor=actor, reason=_("抓包 %(minutes)d 分钟") % {"minutes": minutes}):
        thing.save(update_fields=["watched_until"])
    record(actor=actor, now=now, action="thing.watched", subject=thing, changes={"minutes": minutes})
    return thing.watched_until


def history_parameters(thing: Thing, since: datetime, until: datetime) -> dict[str, Any]:
    """This will say what a station is to be asked for to fill a gap, as its protocol wants it."""
    series = "minute" if thing.report_interval_s < 3600 else "day" if thing.report_interval_s >= 86_400 else "hour"
    given: dict[str, Any] = {"since": since, "until": until, "series": series}
    if thing.protocol == "sl651":
        # One query asks for one element (SL 651-2014 table 44).
        # It counts in whole hours.
        given["until"] = (until + timedelta(minutes=59, seconds=59)).replace(minute=0, second=0, microsecond=0)
        rows = Datastream.objects.filter(thing=thing, observed_property__source__startswith="SL 651")
        given["properties"] = sorted(rows.values_list("observed_property__code", flat=True))
    return given


def gaps_fill(*, now: datetime) -> int:
    """This will ask stations for what is missing of the last day, once for each gap; gives the number of requests."""
    found: dict[int, list[tuple[datetime, datetime]]] = defaultdict(list)
    for gap in closed_gaps(protocols=KEEPING, since=now - _LOOKS_BACK, until=now - _SETTLES):
        found[gap.thing_id].append((gap.since, gap.until))
    things = Thing.objects.in_bulk(list(found))
    asked = _asked(list(found), now)
    requests = 0
    for thing_id, gaps in found.items():
        for since, until in gaps[:_MOST_GAPS]:
            # What is kept as JSON has milliseconds.
            if any(start <= since and until - _ROUNDED <= end for start, end in asked[thing_id]):
                continue
            parameters = history_parameters(things[thing_id], since, until)
            try:
                command_request(
                    thing=things[thing_id],
                    kind=CommandKind.FETCH_HISTORY,
                    parameters=parameters,
                    actor=GAP_FILLER,
                    now=now,
                )
            except Refusal:
                break
            requests += 1
    return requests


def _asked(thing_ids: list[int], now: datetime) -> dict[int, list[tuple[datetime, datetime]]]:
    """This will give the stretches that things were asked for already, whoever asked."""
    rows = DeviceCommand.objects.filter(
        thing_id__in=thing_ids, kind=CommandKind.FETCH_HISTORY, requested_at__gte=now - 2 * _LOOKS_BACK
    )
    asked: dict[int, list[tuple[datetime, datetime]]] = defaultdict(list)
    for thing_id, given in rows.values_list("thing_id", "parameters"):
        since, until = (parse_datetime(str(given.get(name, ""))) for name in ("since", "until"))
        if since is not None and until is not None:
            asked[thing_id].append((since, until))
    return asked
