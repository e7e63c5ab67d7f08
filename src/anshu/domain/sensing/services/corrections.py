# SPDX-License-Identifier: Apache-2.0
"""What a person says about stored values: corrected, bad, or to be trusted; with a reason, and it can be undone."""

import math
from datetime import datetime, timedelta

import numpy as np
from django.db import transaction
from django.utils.translation import gettext as _

from anshu.domain.sensing.choices import Verdict
from anshu.domain.sensing.models import Datastream, Observation, Revision
from anshu.domain.sensing.services.aggregating import hours_mark
from anshu.domain.sensing.services.settling import flags_settle, restored_tell
from anshu.domain.sensing.services.things import require_onboarding
from anshu.kernel.access.viewer import Refusal
from anshu.kernel.audit.actor import Actor
from anshu.kernel.audit.services import record

LONGEST_REVISION = timedelta(days=366)
_MOST_REASON = 200


@transaction.atomic
def observation_correct(
    *, datastream: Datastream, at: datetime, value: float, reason: str, actor: Actor, now: datetime
) -> Revision:
    """This will set a value by hand with a reason; the old one stays in the revision. Raises Refusal and Absent."""
    require_onboarding(actor, datastream.thing)
    reason = _reason(reason, _("请填写订正理由"))
    if not math.isfinite(value):
        raise Refusal(_("数值不合理"), fields={"value": _("应为数字")})
    rows = Observation.objects.select_for_update().filter(datastream_id=datastream.pk, at=at)
    old = rows.first()
    if old is None:
        raise Refusal(_("没有这个时刻的观测值"), code="absent", fields={"at": _("没有观测值")})
    revision = _said(datastream, Verdict.CORRECTED, at, at, reason, actor, now)
    revision.value, revision.old_value, revision.rows = value, old.value, 1
    revision.save(force_insert=True)
    rows.update(value=value)
    _settle(revision, now)
    changes = {"at": at.isoformat(), "value": [old.value, value], "quality": old.quality}
    record(actor=actor, now=now, action="observation.corrected", subject=datastream, reason=reason, changes=changes)
    return revision


@transaction.atomic
def observations_mark(
    *,
    datastream: Datastream,
    since: datetime,
    until: datetime,
    verdict: str,
    reason: str,
    actor: Actor,
    now: datetime,
) -> Revision:
    """This will call the stored values of [since, until) bad or trusted; a newer word goes before an older one.

    Values that come later for that time are judged for themselves. Raises Refusal and Absent.
    """
    require_onboarding(actor, datastream.thing)
    reason = _reason(reason, _("请填写理由"))
    if verdict not in (Verdict.BAD, Verdict.TRUSTED):
        raise Refusal(_("只能标记为错误或恢复为可信"), fields={"verdict": _("没有这种判定")})
    if not since < until <= since + LONGEST_REVISION:
        raise Refusal(_("时段不合理"), fields={"until": _("应晚于开始,且不超过一年")})
    concerned = Observation.objects.filter(datastream_id=datastream.pk, at__gte=since, at__lt=until)
    revision = _said(datastream, verdict, since, until, reason, actor, now)
    revision.rows = concerned.count()
    if not revision.rows:
        raise Refusal(_("这个时段里没有观测值"), code="absent", fields={"since": _("没有观测值")})
    revision.save(force_insert=True)
    _settle(revision, now)
    changes = {"since": since.isoformat(), "until": until.isoformat(), "rows": revision.rows}
    action = f"observations.{verdict}"
    record(actor=actor, now=now, action=action, subject=datastream, reason=reason, changes=changes)
    return revision


@transaction.atomic
def revision_undo(*, revision: Revision, reason: str, actor: Actor, now: datetime) -> None:
    """This will take a word back: flags are as without it, a corrected value is what it was. Raises Refusal, Absent."""
    revision = Revision.objects.select_for_update(of=("self",)).select_related("datastream__thing").get(pk=revision.pk)
    require_onboarding(actor, revision.datastream.thing)
    reason = _reason(reason, _("请填写撤销理由"))
    if revision.undone_at is not None:
        raise Refusal(_("这条判定已经撤销"), code="state")
    if revision.verdict == Verdict.CORRECTED:
        later = Revision.objects.filter(
            datastream=revision.datastream,
            verdict=Verdict.CORRECTED,
            since=revision.since,
            undone_at=None,
            pk__gt=revision.pk,
        )
        if later.exists():
            raise Refusal(_("这个值后来又订正过,请先撤销后一次"), code="state")
        Observation.objects.filter(datastream_id=revision.datastream_id, at=revision.since).update(
            value=revision.old_value
        )
    revision.undone_by, revision.undone_at, revision.undo_reason = str(actor.label)[:120], now, reason
    revision.save(update_fields=["undone_by", "undone_at", "undo_reason"])
    _settle(revision, now)
    changes = {"verdict": revision.verdict, "since": revision.since.isoformat(), "until": revision.until.isoformat()}
    record(
        actor=actor,
        now=now,
        action="revision.undone",
        subject=revision.datastream,
        reason=reason,
        changes=changes | {"revision": revision.pk},
    )


def _said(
    datastream: Datastream, verdict: str, since: datetime, until: datetime, reason: str, actor: Actor, now: datetime
) -> Revision:
    return Revision(
        datastream=datastream,
        verdict=verdict,
        since=since,
        until=until,
        reason=reason,
        made_by=str(actor.label)[:120],
        made_at=now,
    )


def _settle(revision: Revision, now: datetime) -> None:
    """This will write what follows from a word, or from taking it back, beside the values."""
    ids, since, until = [revision.datastream_id], revision.since, revision.until
    flags_settle(datastream_ids=ids, since=since, until=until)
    if revision.verdict == Verdict.CORRECTED:
        # A second correction moves no flag, and the sums all the same.
        hours_mark(datastream_ids=np.array([revision.datastream_id]), at_us=np.array([round(since.timestamp() * 1e6)]))
    said, undone = revision.verdict, revision.undone_at is not None
    if said == Verdict.CORRECTED or (said == Verdict.TRUSTED) != undone:
        restored_tell(datastream=revision.datastream, since=since, until=until, now=now)


def _reason(given: str, missing: str) -> str:
    reason = given.strip()
    if not reason or len(reason) > _MOST_REASON:
        raise Refusal(missing, fields={"reason": _("必填,至多 200 字")})
    return reason
