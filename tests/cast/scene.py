# SPDX-License-Identifier: Apache-2.0
"""The usual scene: a county, two townships, three villages, their chains of people and their accounts."""

from dataclasses import dataclass

from tests.cast.people import account, answers, organisation, post
from tests.cast.places import COUNTY, TOWNSHIPS, VILLAGES, county, village

from anshu.kernel.access.choices import Role
from anshu.kernel.access.models import User
from anshu.kernel.org.choices import Rung, UnitKind
from anshu.kernel.org.models import Post


@dataclass(frozen=True)
class Scene:
    """The people of the scene by what they are; `village`, `township` are those of 新光村 in 湖镇镇."""

    leader: User
    duty_officer: User
    bureau: User
    township: User
    other_township: User
    village: User
    village_deputy: User
    other_village: User
    grid_worker: User
    enterprise: User
    auditor: User
    system_administrator: User
    village_post: Post
    village_deputy_post: Post
    township_post: Post
    county_post: Post


def scene() -> Scene:
    """The whole scene, with the responsibility chain of every village."""
    county()
    bureau = organisation("龙游县应急管理局", division_code=COUNTY, kind=UnitKind.DEPARTMENT)
    county_post = post(bureau, "值班长")
    answers(county_post)
    townships = {code: _township(code, name) for code, name in TOWNSHIPS.items()}
    villages = {code: _village(code, name) for code, name in VILLAGES.items()}
    firm = organisation("龙游示例化工有限公司", division_code="330825101200", kind=UnitKind.ENTERPRISE)
    first, deputy, deputy_post = villages["330825101200"][:3]
    return Scene(
        leader=account("县领导甲", Role.R01, COUNTY),
        duty_officer=account("值班员甲", Role.R06, COUNTY, post=county_post),
        bureau=account("业务岗甲", Role.R03, COUNTY),
        township=townships["330825101000"][0],
        other_township=townships["330825109000"][0],
        village=first,
        village_deputy=deputy,
        other_village=villages["330825109205"][0],
        grid_worker=account("网格员甲", Role.R14, "330825101200"),
        enterprise=account("企业安全员甲", Role.R16, "330825101200", unit=firm),
        auditor=account("审计甲", Role.R22, COUNTY),
        system_administrator=account("系统管理员甲", Role.R24, COUNTY),
        village_post=villages["330825101200"][3],
        village_deputy_post=deputy_post,
        township_post=townships["330825101000"][1],
        county_post=county_post,
    )


def _township(code: str, name: str) -> tuple[User, Post]:
    government = organisation(f"{name}政府", division_code=code)
    head = post(government, "镇长")
    answers(head)
    return account(f"{name}镇长", Role.R11, code, post=head), head


def _village(code: str, name: str) -> tuple[User, User, Post, Post]:
    village(code)
    committee = organisation(f"{name}村委会", division_code=code, kind=UnitKind.VILLAGE)
    head, deputy = post(committee, "村主任"), post(committee, "副主任")
    answers(head)
    answers(deputy, rung=Rung.DEPUTY)
    return (
        account(f"{name}主任", Role.R13, code, post=head),
        account(f"{name}副主任", Role.R13, code, post=deputy),
        deputy,
        head,
    )
