# SPDX-License-Identifier: Apache-2.0
"""The risk library in the console."""

from tests.cast import account, organisation, risk
from tests.console.suite import HERE, RegisterSuite

from anshu.kernel.org.choices import UnitKind


class TestRisks(RegisterSuite):
    """Township people correct and verify; an enterprise's own safety manager registers."""

    slug = "risks"
    role = "R11"

    def make(self, number, division_code=HERE, **values):
        return risk(f"FX-{number:04d}", values.pop("name", f"风险点{number}"), division_code=division_code, **values)

    def typed(self, number):
        return {
            "code": f"FX-{number:04d}",
            "name": f"风险点{number}",
            "kind": "reservoir",
            "grade": "2",
            "division_code": HERE,
            "sector_code": "flood",
            "unit": firm().name,
            "point_lng": "119.15",
            "point_lat": "28.93",
            "point_crs": "wgs84",
        }

    def creator(self):
        return account("企业安全员", "R16", HERE, unit=firm())


def firm():
    return organisation("龙游示例化工有限公司", division_code=HERE, kind=UnitKind.ENTERPRISE)
