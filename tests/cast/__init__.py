# SPDX-License-Identifier: Apache-2.0
"""The cast of the tests: small builders of places, seats, people, accounts, things, rules and risks.

Each builder makes the row or gives the one made before, so that tests may call them in any order.
The map is a board of our own: every township is a column, every village a cell in it.
"""

from tests.cast.people import (
    NOW,
    account,
    answers,
    assigned,
    organisation,
    person,
    post,
    seat,
    viewer,
)
from tests.cast.places import COUNTY, OUTSIDE, TOWNSHIPS, VILLAGES, centre, county, township, village
from tests.cast.scene import Scene, scene
from tests.cast.things import alarm, alarm_fact, datastream, observed_property, risk, rule, thing

__all__ = [
    "COUNTY",
    "NOW",
    "OUTSIDE",
    "TOWNSHIPS",
    "VILLAGES",
    "Scene",
    "account",
    "alarm",
    "alarm_fact",
    "answers",
    "assigned",
    "centre",
    "county",
    "datastream",
    "observed_property",
    "organisation",
    "person",
    "post",
    "risk",
    "rule",
    "scene",
    "seat",
    "thing",
    "township",
    "viewer",
    "village",
]
