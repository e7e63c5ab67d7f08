# SPDX-License-Identifier: Apache-2.0
"""Who is on duty now: whoever sits in a seat that holds the duty officer's role."""

from datetime import datetime
from typing import Any

from django.db.models import Q

from anshu.kernel.access.choices import Role
from anshu.kernel.access.models import Grant
from anshu.kernel.org.models import Tenure

MOST = 4


def on_duty(*, at: datetime) -> list[dict[str, Any]]:
    """This will name the duty officers with their seats; phones are masked."""
    valid = Q(until=None) | Q(until__gt=at)
    seats = Grant.objects.filter(valid, role=Role.R06, post__isnull=False, since__lte=at).values("post_id")
    tenures = Tenure.objects.filter(valid, since__lte=at, post__in=seats).select_related("person", "post__organisation")
    return [
        {
            "name": tenure.person.name,
            "title": f"{tenure.post.organisation}{tenure.post.title}",
            "phone_masked": tenure.person.phone_masked,
        }
        for tenure in tenures.order_by("post__order", "-since")[:MOST]
    ]
