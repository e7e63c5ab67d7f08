# SPDX-License-Identifier: Apache-2.0
"""Maintenance windows: values of a thing or a group are kept, flagged and not judged while somebody works on it."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from anshu.domain.sensing.choices import ThingKind
from anshu.domain.sensing.models import Datastream, Maintenance, Thing
from anshu.domain.sensing.selectors.limits import covers
from anshu.domain.sensing.services.settling import flags_settle, restored_tell
from anshu.domain.sensing.services.things import require_onboarding
from anshu.kernel.access.viewer import Refusal
from anshu.kernel.audit.actor import Actor
from anshu.kernel.audit.services import attribute, record

LONGEST = timedelta(days=31)
# A window may be written down after the work, not long after.
LATEST_ENTRY = timedelta(days=7)


@transaction.atomic
def maintenance_open(
    *,
    actor: Actor,
    now: datetime,
    until: datetime,
    reason: str,
    since: datetime | None = None,
    thing: Thing | None = None,
    kind: str = "",
    **place: Any,
) -> Maintenance:
    """This will have values of [since, until) flagged and left out of alarms; silence is still an alarm.

    Without a thing it is about all things of `division_code` and below, of one kind where given.
    Raises Refusal, Absent.
    """
    since = since or now
    if thing is not None:
        place = {name: getattr(thing, name) for name in ("division_code", "sector_code", "unit_id")}
        kind = ""
    if not place.get("division_code"):
        raise Refusal(_("请选择设备,或填写区划"), fields={"division_code": _("必填")})
    window = Maintenance(
        thing=thing,
        kind=kind or "",
        since=since,
        until=until,
        reason=reason.strip()[:200],
        made_by=str(actor.label)[:120],
        made_at=now,
        **place,
    )
    require_onboarding(actor, window)
    _check(window, now)
    with attribute(actor=actor, reason=window.reason):
        window.save(force_insert=True)
    _settle(window, since, min(until, now), now)
    changes = {"since": since.isoformat(), "until": until.isoformat(), "thing": str(thing or ""), "kind": kind}
    record(actor=actor, now=now, action="maintenance.opened", subject=window, reason=window.reason, changes=changes)
    return window


@transaction.atomic
def maintenance_end(*, maintenance: Maintenance, reason: str, actor: Actor, now: datetime) -> None:
    """This will end a window now: what comes from now on is believed again."""
    window = _held(maintenance, actor, reason)
    if not now < window.until:
        raise Refusal(_("维护时段已经结束"), code="state")
    before, window.until, window.ended_at = window.until, max(now, window.since), now
    _changed(window, "maintenance.ended", reason, {"until": [before.isoformat(), now.isoformat()]}, actor, now)
    _settle(window, window.until, now, now)


@transaction.atomic
def maintenance_retire(*, maintenance: Maintenance, reason: str, actor: Actor, now: datetime) -> None:
    """This will take a window back as never meant: its values are judged after all, late."""
    window = _held(maintenance, actor, reason)
    window.retired_at = now
    _changed(window, "maintenance.retired", reason, {}, actor, now)
    _settle(window, window.since, min(window.until, now), now, restored=True)


def _held(maintenance: Maintenance, actor: Actor, reason: str) -> Maintenance:
    window: Maintenance = Maintenance.objects.select_for_update().get(pk=maintenance.pk)
    require_onboarding(actor, window)
    if not reason.strip():
        raise Refusal(_("请填写理由"), fields={"reason": _("必填")})
    if window.retired_at is not None:
        raise Refusal(_("这条记录已经撤销"), code="state")
    return window


def _changed(
    window: Maintenance, action: str, reason: str, changes: dict[str, Any], actor: Actor, now: datetime
) -> None:
    with attribute(actor=actor, reason=reason):
        window.save()
    record(actor=actor, now=now, action=action, subject=window, reason=reason, changes=changes)


def _check(window: Maintenance, now: datetime) -> None:
    wrong = {}
    if not window.reason:
        wrong["reason"] = _("请写明做什么")
    if window.kind and window.kind not in ThingKind.values:
        wrong["kind"] = _("没有这个类别")
    if not window.since < window.until <= window.since + LONGEST:
        wrong["until"] = _("应晚于开始,且不超过 31 天")
    if window.since < now - LATEST_ENTRY:
        wrong["since"] = _("补记不能早于 7 天前")
    if wrong:
        raise Refusal(_("维护时段有误"), code="invalid", fields=wrong)


def _settle(window: Maintenance, since: datetime, until: datetime, now: datetime, *, restored: bool = False) -> None:
    """This will bring stored values in line, where the window reaches back."""
    if since > until:
        return
    things = [each.pk for each in Thing.objects.filter(retired_at=None) if covers(window, each)]
    streams = list(Datastream.objects.filter(thing_id__in=things).select_related("thing"))
    moved = flags_settle(datastream_ids=[each.pk for each in streams], since=since, until=until)
    if moved and restored:
        for each in streams:
            restored_tell(datastream=each, since=since, until=until, now=now)
