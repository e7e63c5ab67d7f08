# SPDX-License-Identifier: Apache-2.0
"""Devices in the console: connecting is for those who approve monitoring in their sector."""

from tests.cast import account, thing
from tests.console.suite import ELSEWHERE, HERE, RegisterSuite

COUNTY = "330825000000"


class TestThings(RegisterSuite):
    """The scope is a sector here: the water people's devices are not the fire people's."""

    slug = "things"

    def make(self, number, division_code=HERE, **values):
        sector = "fire" if division_code == ELSEWHERE else "flood"
        code = f"RV{number:04d}"
        name = values.pop("name", f"水位站{number}")
        address = f"{number:010d}"
        return thing(code, name, division_code=division_code, sector_code=sector, address=address, **values)

    def typed(self, number):
        return {
            "code": f"RV{number:04d}",
            "name": f"水位站{number}",
            "kind": "river",
            "protocol": "sl651",
            "address": f"{number:010d}",
            "report_interval_s": "3600",
            "division_code": HERE,
            "sector_code": "flood",
            "point_lng": "119.15",
            "point_lat": "28.93",
            "point_crs": "wgs84",
        }

    def insider(self):
        return account("水利业务岗", "R03", COUNTY, sectors=["flood"])

    def outsider(self):
        return account("消防业务岗", "R03", COUNTY, sectors=["fire"])

    def creator(self):
        return self.insider()
