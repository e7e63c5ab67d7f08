# SPDX-License-Identifier: Apache-2.0
"""Reading the history of a matter."""

from django.db import models
from django.db.models import QuerySet

from anshu.kernel.workflow.models import Step


def steps_of(subject: models.Model) -> QuerySet[Step]:
    """This will list the steps of a matter, oldest first. The caller has fetched the matter for its viewer."""
    return Step.objects.filter(subject_type=subject._meta.label_lower, subject_id=str(subject.pk)).order_by("id")
