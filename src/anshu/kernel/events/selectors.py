# SPDX-License-Identifier: Apache-2.0
"""Reading where the event table stands."""

from anshu.kernel.events.models import EventHead


def newest_position() -> int:
    """This will give the position of the newest event; 0 when there is none."""
    return EventHead.objects.values_list("position", flat=True).first() or 0
