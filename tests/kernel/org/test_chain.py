# SPDX-License-Identifier: Apache-2.0
"""Who answers for a place: by point and polygon, by sector, in deputy's and vacant seats, then and now."""

from datetime import timedelta

import pytest
from django.contrib.gis.geos import LineString, MultiPolygon, Polygon
from tests.cast import (
    COUNTY,
    NOW,
    OUTSIDE,
    answers,
    centre,
    county,
    organisation,
    person,
    post,
    seat,
    township,
    village,
)

from anshu.kernel.org.choices import Boundary, Level, Rung, Sector
from anshu.kernel.org.models import Division, Tenure
from anshu.kernel.org.selectors import chain_for

pytestmark = pytest.mark.django_db
TOWN, ONE, TWO = "330825101000", "330825101200", "330825101204"


def duty(name, place, title="负责人", *, rung=Rung.FIRST, sector=Sector.GENERAL):
    """Seat somebody and make the seat answer for the place."""
    chair = post(organisation(f"{place}单位", code=f"O{place}", division_code=place), title)
    if name:
        seat(chair, name)
    answers(chair, division_code=place, rung=rung, sector=sector)
    return chair


@pytest.fixture
def ladder():
    county()
    township()
    for code in (ONE, TWO):
        village(code)
    duty("县长", COUNTY)
    duty("镇长", TOWN)
    duty("甲书记", ONE)
    duty("乙书记", TWO)


def names(place, **given):
    return [link.person_name for link in chain_for(place, **{"at": NOW, **given})]


def test_a_point_finds_its_village_and_all_above(ladder):
    assert names(centre(ONE)) == ["甲书记", "镇长", "县长"]
    assert [link.level for link in chain_for(centre(ONE), at=NOW)] == [Level.VILLAGE, Level.TOWNSHIP, Level.COUNTY]


def test_a_code_is_as_good_as_a_point(ladder):
    assert names(ONE) == names(centre(ONE))
    assert names(f"{ONE}001") == names(ONE)
    assert names(TOWN) == ["镇长", "县长"]


def test_a_polygon_over_two_villages_finds_both_and_the_upper_ones_once(ladder):
    band = LineString(centre(ONE).coords, centre(TWO).coords, srid=4326).buffer(0.001)
    assert sorted(names(band)[:2]) == ["乙书记", "甲书记"]
    assert names(band)[2:] == ["镇长", "县长"]


def test_a_place_outside_the_county_has_nobody(ladder):
    assert names(OUTSIDE) == []


def test_where_no_village_is_drawn_the_township_answers(ladder):
    bare = centre("330825101205")
    assert names(bare) == ["镇长", "县长"]


def test_a_park_answers_beside_the_village(ladder):
    area = MultiPolygon(centre(ONE).buffer(0.002), srid=4326)
    Division.objects.create(
        code="330825-P01", name="园区", level=Level.PARK, valid_from=NOW.date(), area=area, boundary=Boundary.SCHEMATIC
    )
    duty("园区主任", "330825-P01")
    assert set(names(centre(ONE))) == {"甲书记", "园区主任", "镇长", "县长"}
    assert "园区主任" not in names(centre(TWO))


def test_the_sectors_own_comes_before_the_general_at_the_same_rung(ladder):
    duty("防汛员", ONE, "防汛员", sector=Sector.FLOOD)
    assert names(ONE, sector=Sector.FLOOD)[0] == "防汛员"
    assert "甲书记" not in names(ONE, sector=Sector.FLOOD)
    assert names(ONE, sector=Sector.FOREST)[0] == "甲书记"


def test_the_deputy_stands_after_the_first(ladder):
    duty("甲副", ONE, "副职", rung=Rung.DEPUTY)
    assert names(ONE)[:2] == ["甲书记", "甲副"]


def test_an_empty_seat_is_shown_as_vacant(ladder):
    Tenure.objects.filter(person=person("甲书记")).update(until=NOW)
    first = chain_for(ONE, at=NOW)[0]
    assert (first.person_id, first.person_name, first.phone_masked) == (None, "", "")
    assert first.post_title == "负责人"


def test_the_past_is_answered_by_those_of_then(ladder):
    handed = NOW - timedelta(days=10)
    chair = Tenure.objects.get(person=person("甲书记")).post
    Tenure.objects.filter(post=chair).update(until=handed)
    Tenure.objects.create(post=chair, person=person("丙书记"), since=handed)
    assert names(ONE)[0] == "丙书记"
    assert names(ONE, at=handed)[0] == "丙书记"
    assert names(ONE, at=handed - timedelta(microseconds=1))[0] == "甲书记"


def test_phones_are_masked(ladder):
    assert {link.phone_masked for link in chain_for(ONE, at=NOW)} == {"138****8000"}


def test_the_number_of_queries_does_not_grow_with_the_chain(ladder, django_assert_num_queries):
    for number in range(6):
        duty(f"副{number}", ONE, f"副职{number}", rung=Rung.DEPUTY)
    with django_assert_num_queries(4):
        assert len(chain_for(centre(ONE), at=NOW)) == 9
    box = Polygon.from_bbox((119.0, 28.8, 119.45, 29.2))
    box.srid = 4326
    with django_assert_num_queries(4):
        assert len(chain_for(box, at=NOW)) == 10
