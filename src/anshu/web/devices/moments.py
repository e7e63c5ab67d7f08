# SPDX-License-Identifier: Apache-2.0
"""Times as people type them into the forms of a device."""

from datetime import datetime

from django.utils import timezone
from django.utils.dateparse import parse_datetime

from anshu.kernel.access.viewer import Refusal


def moment_typed(text: str, missing: str) -> datetime:
    """This will read a time, without a zone as time here; raises Refusal with the words given."""
    try:
        found = parse_datetime(text.strip())
    except ValueError:
        found = None
    if found is None or not 2000 <= found.year <= 2100:
        raise Refusal(missing)
    return timezone.make_aware(found) if timezone.is_naive(found) else found
