# SPDX-License-Identifier: Apache-2.0
"""What lies at a position, as the field asks in which positions are typed or chosen on a map."""

import pytest
from tests.cast import COUNTY, account, centre
from tests.web.conftest import VILLAGE

from anshu.kernel.geo.gcj02 import wgs84_to_gcj02

ADDRESS = "/r/where"


@pytest.fixture
def connecting(cast, sit):
    return sit(account("水利业务岗", "R03", COUNTY, sectors=["flood"]))


@pytest.fixture
def middle(cast):
    """A point inside a village."""
    return centre(VILLAGE)


def asked(client, lng, lat, crs="wgs84"):
    return client.get(ADDRESS, {"lng": str(lng), "lat": str(lat), "crs": crs})


def test_a_position_names_its_division_and_offers_it(middle, connecting):
    found = asked(connecting, middle.x, middle.y).json()
    assert VILLAGE in found["divisions"]
    assert found["name"]
    assert (found["lng"], found["lat"]) == pytest.approx((middle.x, middle.y), abs=1e-6)


def test_a_position_of_a_chinese_map_is_shifted_back_before_it_is_looked_up(middle, connecting):
    lng, lat = wgs84_to_gcj02(middle.x, middle.y)
    found = asked(connecting, lng, lat, "gcj02").json()
    assert (found["lng"], found["lat"]) == pytest.approx((middle.x, middle.y), abs=1e-6)
    assert VILLAGE in found["divisions"]


def test_a_position_outside_has_no_division(connecting, middle):
    found = asked(connecting, 100.0, 40.0).json()
    assert (found["name"], found["divisions"]) == ("", [])


def test_before_anything_is_typed_the_countys_extent_is_given(connecting, middle):
    found = asked(connecting, "", "").json()
    assert found["box"][0] < middle.x < found["box"][2]


@pytest.mark.parametrize(
    ("lng", "lat", "said"), [("29.0285", "119.17", "填反"), ("nan", "29", "不是坐标"), ("119", "", "成对")]
)
def test_what_is_no_position_is_refused_in_words(connecting, lng, lat, said):
    answer = asked(connecting, lng, lat)
    assert answer.status_code == 422
    assert said in answer.json()["error"]["message"]


def test_nobody_asks_without_signing_in(client):
    assert client.get(ADDRESS).status_code == 302
