# SPDX-License-Identifier: Apache-2.0
"""Shelters, teams and stock in the console."""

from tests.cast import centre
from tests.console.suite import HERE, RegisterSuite

from anshu.domain.resources.models import Shelter, Stock, Team

PLACE = {
    "division_code": HERE,
    "sector_code": "rescue",
    "contact": "王联系",
    "phone": "13900000001",
    "point_lng": "119.15",
    "point_lat": "28.93",
    "point_crs": "wgs84",
}


class ResourceSuite(RegisterSuite):
    """What the three share: a township's people keep their own resources."""

    role = "R11"
    model = None
    own = {}

    def make(self, number, division_code=HERE, **values):
        return self.model.objects.create(
            **{
                "code": f"ZY-{number:04d}",
                "name": f"资源{number}",
                "division_code": division_code,
                "sector_code": "rescue",
                "point": centre(division_code),
                **self.own,
                **values,
            }
        )

    def typed(self, number):
        own = {name: str(value) for name, value in self.own.items()}
        return {"code": f"ZY-{number:04d}", "name": f"资源{number}", **own, **PLACE}


class TestShelters(ResourceSuite):
    """避灾安置场所."""

    slug, model = "shelters", Shelter
    own = {"capacity": 200, "state": "ready", "people": 0}

    def test_more_people_than_room_are_refused_in_words(self):
        data = {**self.typed(1), "people": "300", "reason": "核对"}
        answer = self.as_(self.creator()).post(self.url("new"), data)
        assert answer.status_code == 422
        assert "现有 300 人超过可容纳的 200 人" in answer.content.decode()


class TestTeams(ResourceSuite):
    """救援队伍."""

    slug, model = "teams", Team
    own = {"kind": "grassroots", "members": 20, "on_duty": 5}

    def test_more_on_duty_than_members_are_refused_in_words(self):
        data = {**self.typed(1), "on_duty": "21", "reason": "核对"}
        answer = self.as_(self.creator()).post(self.url("new"), data)
        assert "在岗 21 人超过全队 20 人" in answer.content.decode()


class TestStock(ResourceSuite):
    """应急物资."""

    slug, model = "stock", Stock
    own = {"item": "编织袋", "quantity": 500, "measure": "条"}
