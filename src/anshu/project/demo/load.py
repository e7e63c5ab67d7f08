# SPDX-License-Identifier: Apache-2.0
"""Loads the demonstration county once."""

from datetime import datetime

from django.db import transaction

from anshu.kernel.access.models import User
from anshu.kernel.audit.actor import platform
from anshu.kernel.audit.services import attribute, record
from anshu.kernel.org.models import Division
from anshu.kernel.org.services import divisions_load
from anshu.project.demo import people, places


def load(*, now: datetime) -> bool:
    """This will load everything in one transaction; gives False when it was loaded before."""
    if User.objects.filter(username="duty").exists():
        return False
    actor = platform("demo")
    with transaction.atomic(), attribute(actor=actor, reason="装载演示县"):
        divisions_load(actor=actor, now=now)
        divisions = list(Division.objects.exclude(level="gridcell"))
        users = people.load(divisions, now=now)
        places.load(divisions, now=now)
        record(
            actor=actor, now=now, action="demo.loaded", reason="装载演示县:人员、站点、风险对象均为虚构",
            changes={"accounts": len(users), "divisions": len(divisions)},
        )  # fmt: skip
    return True
