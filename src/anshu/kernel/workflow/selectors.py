# SPDX-License-Identifier: Apache-2.0
"""Reading the history of a matter."""

from collections.abc import Iterable

from django.db import models
from django.db.models import QuerySet

from anshu.kernel.workflow.models import Step


def steps_of(subject: models.Model) -> QuerySet[Step]:
    """This will list the steps of a matter, oldest first. The caller has fetched the matter for its viewer."""
    return Step.objects.filter(subject_type=subject._meta.label_lower, subject_id=str(subject.pk)).order_by("id")


def steps_of_many(model: type[models.Model], pks: Iterable[int]) -> QuerySet[Step]:
    """This will list the steps of several matters of one kind, oldest first, in one query."""
    ids = [str(pk) for pk in pks]
    return Step.objects.filter(subject_type=model._meta.label_lower, subject_id__in=ids).order_by("id")
