# SPDX-License-Identifier: Apache-2.0
"""The demonstration's vehicles keep to their ways and turn round at their ends."""

from datetime import UTC, datetime

import pytest

from anshu.project.demo.devices import CRAFT
from anshu.project.demo.fleet import OVERSPEED, Terminal
from anshu.project.demo.routes import EARTH_M_PER_DEGREE, Journey, way

NOW = datetime(2026, 7, 4, 6, 0, tzinfo=UTC)
EAST = ((119.0, 0.0), (119.01, 0.0))
KM = EARTH_M_PER_DEGREE / 100


def test_it_turns_round_at_the_end_and_heads_back():
    journey = Journey(EAST)
    assert journey.course == pytest.approx(90)
    journey.go(KM * 2)
    assert (journey.place, journey.course) == (pytest.approx(EAST[1]), pytest.approx(270))
    journey.go(KM / 2)
    assert journey.place[0] == pytest.approx(119.005)


@pytest.mark.parametrize("craft", CRAFT, ids=lambda craft: craft.code)
def test_every_craft_has_a_way_on_the_base_map_and_an_hour_behind_it(craft):
    assert len(way(craft.way)) > 1
    fixes = Terminal(craft).past(NOW)
    standing = [fix for fix in fixes if fix.speed == 0.0]
    assert len(standing) == 2 * (craft.stood[1] - craft.stood[0])
    assert len(fixes) == 2 * (60 - craft.unheard[1] + craft.unheard[0])


def test_only_one_in_a_hurry_says_that_it_is_too_fast():
    told = {craft.code: {Terminal(craft).live(NOW).alarm for _ in range(3)} for craft in CRAFT}
    assert {code for code, alarms in told.items() if alarms == {OVERSPEED}} == {"CL-803"}


def test_a_way_that_no_map_has_is_refused():
    with pytest.raises(ValueError, match="no way named"):
        way("天路")
