# SPDX-License-Identifier: Apache-2.0
"""The matrix, role by role: what the filter keeps and what the check of one row allows are the same, on real rows."""

from itertools import product

import pytest
from django.contrib.gis.geos import Point
from tests.cast import NOW, account, organisation

from anshu.domain.grassroots.choices import Origin, TaskKind, TaskState
from anshu.domain.grassroots.models import Task
from anshu.domain.risks.choices import RiskKind
from anshu.domain.risks.models import RiskObject
from anshu.kernel.access.choices import ADMINISTRATORS, Capability, Reach, Right, Role
from anshu.kernel.access.matrix import matrix, reaches
from anshu.kernel.access.viewer import Absent, Holding, Viewer, fetch, within
from anshu.kernel.org.choices import Level
from anshu.kernel.org.selectors import prefix_of

pytestmark = pytest.mark.django_db

# The township, a village and a grid cell in it, two near misses of the prefix, another township, another county.
PLACES = (
    "330825000000",
    "330825101000",
    "330825101001",
    "330825101001002",
    "330825101010",
    "330825110100",
    "330826101001",
)
SECTORS = ("flood", "hazchem")
PARKS = ("", "330825-P01", "330825-P010")
HOLDS = ("330825000000", "330825101000", "330825101001", "330825101001002", "330825-P01")


@pytest.fixture
def rows():
    """Rows in every place, sector, unit, park and hand that the scopes tell apart."""
    unit, other = organisation("甲公司", code="A"), organisation("乙公司", code="B")
    mine, theirs = account("甲"), account("乙")
    RiskObject.objects.bulk_create(
        RiskObject(
            code=f"R{number}",
            name="对象",
            kind=RiskKind.values[0],
            point=Point(119.1, 29.0, srid=4326),
            division_code=place,
            sector_code=sector,
            unit=who,
            park_code=park,
        )
        for number, (place, sector, who, park) in enumerate(product(PLACES, SECTORS, (unit, other, None), PARKS))
    )
    Task.objects.bulk_create(
        Task(
            number=f"T{number}",
            title="任务",
            kind=TaskKind.values[0],
            origin=Origin.values[0],
            state=TaskState.values[0],
            rung=Level.VILLAGE,
            reporter="某人",
            owner=owner,
            division_code=place,
            sector_code=sector,
            unit=who,
            created_at=NOW,
            updated_at=NOW,
        )
        for number, (place, sector, who, owner) in enumerate(
            product(PLACES, SECTORS, (unit, None), (mine, theirs, None))
        )
    )
    assigned = {
        (model._meta.label_lower, str(row.pk)) for model in (RiskObject, Task) for row in model.objects.all()[::7]
    }
    return unit, mine, frozenset(assigned)


def viewers(role, rows):
    """Everybody who could hold the role: over each place, in all sectors or one, for a unit or none."""
    unit, mine, assigned = rows
    for place, sectors, unit_id in product(HOLDS, (None, frozenset({"flood"})), (None, unit.pk)):
        yield Viewer(
            kind="person",
            id=str(mine.pk),
            label="甲",
            user_id=mine.pk,
            holdings=(Holding(role, place, sectors, unit_id),),
            assigned=assigned,
        )


@pytest.mark.parametrize("role", Role)
def test_filter_and_check_agree_for_every_capability_and_right(role, rows):
    every = {model: list(model.objects.all()) for model in (RiskObject, Task)}
    seen = {}
    for viewer in viewers(role, rows):
        for capability, right in product(Capability, Right):
            scopes = frozenset(viewer.scopes(capability, right))
            for model, all_rows in every.items():
                key = (model, scopes)
                if key not in seen:
                    kept = model.objects.filter(within(viewer, model, capability, right)).values_list("pk", flat=True)
                    seen[key] = set(kept)
                covered = {row.pk for row in all_rows if viewer.covers(row, capability, right)}
                assert covered == seen[key], (viewer.holdings, capability, right, model)


@pytest.mark.parametrize("role", [Role.R01, Role.R03, Role.R23, Role.R25])
def test_what_an_interface_holds_is_bounded_by_its_place_and_sectors(role, rows):
    for place, sectors, capability in product(HOLDS, (None, frozenset({"flood"})), Capability):
        one = Viewer(kind="device", id="1", label="", holdings=(Holding(role, place, sectors, bounded=True),))
        free = Viewer(kind="device", id="1", label="", holdings=(Holding(role, place, sectors),))
        seen, more = (set(RiskObject.objects.filter(within(each, RiskObject, capability))) for each in (one, free))
        park = not place.isdigit()
        fits = {
            row for row in RiskObject.objects.all()
            if (row.park_code == place if park else row.division_code.startswith(prefix_of(place)))
            and row.sector_code in (sectors or SECTORS)
        }  # fmt: skip
        assert more & fits <= seen <= fits
        assert {row for row in RiskObject.objects.all() if one.covers(row, capability)} == seen


@pytest.mark.parametrize(("role", "capability"), list(product(Role, Capability)))
def test_nothing_is_seen_without_a_cell_and_every_right_implies_reading(role, capability):
    viewer = Viewer(kind="person", id="1", label="", user_id=1, holdings=(Holding(role, PLACES[0], None, 1),))
    held = {right for right in Right if viewer.can(capability, right)}
    if (role, capability) not in matrix():
        assert not held
    assert not held or Right.READ in held


@pytest.mark.parametrize("role", sorted(ADMINISTRATORS))
def test_an_administrator_sees_no_business_row_and_no_totals(role, rows):
    business = set(Capability) - {Capability.CONFIGURATION, Capability.SECURITY, Capability.AUDIT}
    for viewer in viewers(role, rows):
        for capability, right in product(business, Right):
            assert not viewer.can(capability, right)
            assert not viewer.may_aggregate(capability)
            assert not RiskObject.objects.filter(within(viewer, RiskObject, capability, right)).exists()


def test_the_audit_administrator_can_write_nothing():
    for capability in Capability:
        for right in (Right.CREATE, Right.UPDATE, Right.APPROVE):
            assert reaches(Role.AUDIT, capability, right) == ()
    assert reaches(Role.AUDIT, Capability.AUDIT, Right.READ) == (Reach.COUNTY,)


def seen_by(division_code, rows, **holding):
    viewer = Viewer(kind="person", id="1", label="", holdings=(Holding(Role.R11, division_code, **holding),))
    kept = RiskObject.objects.filter(within(viewer, RiskObject, Capability.RISK))
    return set(kept.values_list("division_code", flat=True)), set(kept.values_list("park_code", flat=True))


def test_a_townships_scope_ends_where_its_prefix_ends(rows):
    places, _ = seen_by("330825101000", rows)
    assert places == {"330825101000", "330825101001", "330825101001002", "330825101010"}


def test_a_villages_scope_holds_its_grid_cells_and_no_village_with_a_like_number(rows):
    assert seen_by("330825101001", rows)[0] == {"330825101001", "330825101001002"}


def test_a_parks_scope_is_its_own_code_and_no_longer_one(rows):
    places, parks = seen_by("330825-P01", rows)
    assert parks == {"330825-P01"}
    assert places == set(PLACES)


def test_a_path_judges_by_the_columns_of_the_parent():
    from anshu.domain.sensing.models import Datastream

    viewer = Viewer(kind="person", id="1", label="", holdings=(Holding(Role.R12, "330825-P01"),))
    kept = Datastream.objects.filter(within(viewer, Datastream, Capability.MONITORING, path="thing__"))
    assert "park_code" in str(kept.query)


def outsider():
    return Viewer(kind="person", id="1", label="", holdings=(Holding(Role.R11, "330825110000"),))


@pytest.mark.parametrize("pk", [10**9, 10**30, "x", "1;drop", "\x00", None, -1])
def test_the_door_answers_nonsense_and_absence_alike(pk, rows):
    with pytest.raises(Absent) as raised:
        fetch(RiskObject.objects.all(), outsider(), Capability.RISK, pk=pk)
    assert raised.value.args == ()


def test_the_door_does_not_tell_a_forbidden_row_from_one_that_is_not_there(rows):
    there = RiskObject.objects.filter(division_code="330825101001").first()
    with pytest.raises(Absent) as raised:
        fetch(RiskObject.objects.all(), outsider(), Capability.RISK, pk=there.pk)
    assert raised.value.args == ()


def test_the_door_asks_for_the_right_that_is_meant(rows):
    village = Viewer(kind="person", id="1", label="", holdings=(Holding(Role.R13, "330825101001"),))
    there = RiskObject.objects.filter(division_code="330825101001").first()
    assert fetch(RiskObject.objects.all(), village, Capability.RISK, pk=there.pk) == there
    with pytest.raises(Absent):
        fetch(RiskObject.objects.all(), village, Capability.RISK, Right.UPDATE, pk=there.pk)
