# SPDX-License-Identifier: Apache-2.0
"""Recording steps. The state itself is moved by the owning context's service, in the same transaction."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.contrib.gis.geos import Point
from django.db import models

from anshu.kernel.audit.actor import Actor
from anshu.kernel.audit.services import record
from anshu.kernel.workflow.models import Step


def step_record(
    *,
    subject: models.Model,
    actor: Actor,
    now: datetime,
    transition: str,
    source: str,
    target: str,
    reason: str = "",
    position: Point | None = None,
    details: Mapping[str, Any] | None = None,
) -> Step:
    """This will append the step to the subject's history and to the audit log as `<model>.<transition>`."""
    step = Step.objects.create(
        subject_type=subject._meta.label_lower,
        subject_id=str(subject.pk),
        at=now,
        actor_id=actor.id,
        actor_label=actor.label,
        transition=transition,
        source=source,
        target=target,
        reason=reason,
        position=position,
        details=dict(details or {}),
    )
    record(
        actor=actor,
        now=now,
        action=f"{subject._meta.model_name}.{transition}",
        subject=subject,
        reason=reason,
        changes={"state": [source, target], **dict(details or {})},
    )
    return step
