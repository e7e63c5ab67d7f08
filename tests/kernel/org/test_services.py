# SPDX-License-Identifier: Apache-2.0
"""Seats and duties are handed over without a gap; boundaries are replaced all together or not at all."""

from datetime import timedelta

import pytest
import shapely
from tests.cast import NOW, account, person, township, viewer, village

from anshu.kernel.audit.actor import platform
from anshu.kernel.audit.models import AuditEntry
from anshu.kernel.audit.refusals import Absent, Refusal
from anshu.kernel.geo.boundaries import Boundary as ReadBoundary
from anshu.kernel.org.choices import Boundary, Level, Rung, Sector, UnitKind
from anshu.kernel.org.models import Division, Organisation, Responsibility, Tenure
from anshu.kernel.org.selectors import chain_for, division_at
from anshu.kernel.org.services import (
    division_import,
    divisions_load,
    organisation_close,
    organisation_create,
    organisation_update,
    person_create,
    person_update,
    post_create,
    responsibility_end,
    responsibility_set,
    tenure_begin,
    tenure_end,
)

pytestmark = pytest.mark.django_db
TOWN, ONE, TWO = "330825101000", "330825101200", "330825101204"
ACTOR = platform("test")
LATER = NOW + timedelta(days=30)


@pytest.fixture
def chair():
    township()
    village(ONE)
    village(TWO)
    unit = organisation_create(
        name="湖镇镇人民政府", kind=UnitKind.TOWNSHIP, division_code=TOWN, code="G1", actor=ACTOR, now=NOW
    )
    return post_create(organisation=unit, title="镇长", actor=ACTOR, now=NOW)


def people(*names):
    return [person_create(name=name, division_code=TOWN, phone="13800138000", actor=ACTOR, now=NOW) for name in names]


def test_handing_over_a_seat_leaves_no_gap_and_no_overlap(chair):
    old, new = people("张", "李")
    tenure_begin(post=chair, person=old, actor=ACTOR, now=NOW)
    tenure_begin(post=chair, person=new, actor=ACTOR, now=LATER)
    former, present = Tenure.objects.order_by("since")
    assert (former.until, present.since, present.until) == (LATER, LATER, None)
    assert AuditEntry.objects.filter(action="tenure.begun", changes__former=["张"]).exists()


def test_a_seat_is_not_taken_twice_nor_before_it_was(chair):
    old, new = people("张", "李")
    tenure_begin(post=chair, person=old, actor=ACTOR, now=NOW)
    with pytest.raises(Refusal):
        tenure_begin(post=chair, person=old, actor=ACTOR, now=LATER)
    with pytest.raises(Refusal):
        tenure_begin(post=chair, person=new, actor=ACTOR, now=LATER, since=NOW - timedelta(days=1))


def test_a_tenure_ends_once_with_a_reason(chair):
    tenure = tenure_begin(post=chair, person=people("张")[0], actor=ACTOR, now=NOW)
    with pytest.raises(Refusal):
        tenure_end(tenure=tenure, reason=" ", actor=ACTOR, now=LATER)
    tenure_end(tenure=tenure, reason="退休", actor=ACTOR, now=LATER)
    with pytest.raises(Refusal):
        tenure_end(tenure=tenure, reason="退休", actor=ACTOR, now=LATER + timedelta(days=1))


def test_a_duty_relieves_the_former_seat_at_the_same_instant(chair):
    second = post_create(organisation=chair.organisation, title="副镇长", actor=ACTOR, now=NOW)
    given = {"division_code": TOWN, "rung": Rung.FIRST, "sector": Sector.FLOOD, "actor": ACTOR}
    responsibility_set(**given, post=chair, now=NOW)
    responsibility_set(**given, post=second, now=LATER)
    assert [link.post_title for link in chain_for(TOWN, sector=Sector.FLOOD, at=NOW)] == ["镇长"]
    assert [link.post_title for link in chain_for(TOWN, sector=Sector.FLOOD, at=LATER)] == ["副镇长"]
    responsibility_set(**given, post=second, now=LATER)
    assert Responsibility.objects.count() == 2


def test_two_deputies_may_stand_side_by_side(chair):
    second = post_create(organisation=chair.organisation, title="副镇长", actor=ACTOR, now=NOW)
    given = {"division_code": TOWN, "rung": Rung.DEPUTY, "actor": ACTOR, "now": NOW}
    first = responsibility_set(**given, post=chair)
    responsibility_set(**given, post=second, alongside=True)
    assert len(chain_for(TOWN, at=NOW)) == 2
    responsibility_end(responsibility=first, reason="调整", actor=ACTOR, now=LATER)
    assert [link.post_title for link in chain_for(TOWN, at=LATER)] == ["副镇长"]


def test_a_township_orders_its_own_villages_and_no_others(chair):
    station = viewer(account("站长", "R11", TOWN))
    given = {"rung": Rung.FIRST, "post": chair, "actor": station, "now": NOW}
    assert responsibility_set(division_code=ONE, **given)
    village("330825109200")
    with pytest.raises(Absent):
        responsibility_set(division_code="330825109200", **given)


@pytest.mark.parametrize("role", ["R06", "R11", "R15", "R16", "SEC", "AUD"])
def test_only_whoever_configures_moves_people(chair, role):
    actor = viewer(account("某人", role, unit=chair.organisation))
    with pytest.raises(Absent):
        tenure_begin(post=chair, person=person("张"), actor=actor, now=NOW)
    with pytest.raises(Absent):
        organisation_create(name="x", kind=UnitKind.TEAM, division_code=TOWN, code="X", actor=actor, now=NOW)


def test_the_system_administrator_keeps_the_register(chair):
    actor = viewer(account("系管", "R24"))
    unit = organisation_update(organisation=chair.organisation, actor=actor, now=NOW, short_name="湖镇")
    assert str(unit) == "湖镇"
    assert tenure_begin(post=chair, person=person("张"), actor=actor, now=NOW)


@pytest.mark.parametrize(
    "wrong",
    [{"name": " "}, {"code": ""}, {"kind": "x"}, {"division_code": "999"}, {"phone": "abc"}, {"sectors": ["x"]}],
)
def test_absurd_organisations_are_refused_with_the_field(chair, wrong):
    given = {"name": "甲", "code": "G2", "kind": UnitKind.TEAM, "division_code": TOWN, **wrong}
    with pytest.raises(Refusal) as refused:
        organisation_create(**given, actor=ACTOR, now=NOW)
    assert refused.value.fields


def test_a_code_and_a_title_exist_once(chair):
    with pytest.raises(Refusal) as refused:
        organisation_create(name="乙", kind=UnitKind.TEAM, division_code=TOWN, code="G1", actor=ACTOR, now=NOW)
    assert refused.value.code == "exists"
    with pytest.raises(Refusal):
        post_create(organisation=chair.organisation, title="镇长", actor=ACTOR, now=NOW)


def test_an_organisation_closes_only_when_nobody_sits_or_answers_there(chair):
    tenure = tenure_begin(post=chair, person=people("张")[0], actor=ACTOR, now=NOW)
    given = {"organisation": chair.organisation, "on": LATER.date(), "reason": "撤并", "actor": ACTOR}
    with pytest.raises(Refusal):
        organisation_close(**given, now=LATER)
    tenure_end(tenure=tenure, reason="撤并", actor=ACTOR, now=LATER)
    organisation_close(**given, now=LATER)
    assert Organisation.objects.get(code="G1").closed_on == LATER.date()


def test_a_changed_phone_stands_masked_in_the_log(chair):
    (who,) = people("张")
    person_update(person=who, phone="13911112222", actor=ACTOR, now=NOW, reason="换号")
    entry = AuditEntry.objects.get(action="person.updated")
    assert entry.changes == {"phone": "139****2222"}


def square(code, west, south):
    return ReadBoundary(code, "", shapely.MultiPolygon([shapely.box(west, south, west + 0.01, south + 0.01)]))


def imported(*features, actor=ACTOR):
    return division_import(features=features, reason="测绘成果", actor=actor, now=NOW, source="县资规局")


def test_boundaries_are_replaced_and_called_official(chair):
    report = imported(square(ONE, 119.2, 29.1), square("330825101", 119.1, 29.0))
    assert (report.applied, report.counts) == (True, {"replaced": 2})
    row = Division.objects.get(code=ONE)
    assert (row.boundary, row.source) == (Boundary.OFFICIAL, "县资规局")
    assert row.area.extent == pytest.approx((119.2, 29.1, 119.21, 29.11))
    assert row.area.contains(row.point)
    assert imported(square(ONE, 119.2, 29.1)).counts == {"unchanged": 1}


def test_one_bad_feature_keeps_all_boundaries_as_they_were(chair):
    before = Division.objects.get(code=ONE).area
    report = imported(square(ONE, 119.2, 29.1), square("330825999000", 1, 1), square(TWO, 1, 1), square(TWO, 2, 2))
    assert not report.applied
    assert [outcome.verdict for outcome in report.outcomes] == ["replaced", "unknown", "duplicate", "duplicate"]
    assert Division.objects.get(code=ONE).area == before


def test_boundaries_are_nobody_elses_to_change(chair):
    with pytest.raises(Absent):
        imported(square(ONE, 119.2, 29.1), actor=viewer(account("站长", "R11", TOWN)))


def test_the_shipped_divisions_load_as_often_as_wanted():
    first = divisions_load(actor=ACTOR, now=NOW)
    counts = {level: Division.objects.filter(level=level).count() for level in Level}
    assert (counts["county"], counts["township"], counts["village"]) == (1, 15, 288)
    assert counts["gridcell"] > 288
    assert counts["park"] > 0
    assert not Division.objects.filter(area=None).exists()
    imported(square("330825101200", 119.2, 29.1))
    second = divisions_load(actor=ACTOR, now=LATER)
    assert (second.created, second.changed, second.unchanged) == (0, 0, first.created)
    assert Division.objects.get(code="330825101200").boundary == Boundary.OFFICIAL


def test_every_village_is_found_from_its_own_middle():
    divisions_load(actor=ACTOR, now=NOW)
    for row in Division.objects.filter(level=Level.VILLAGE)[::29]:
        assert division_at(row.point, level=Level.VILLAGE).code == row.code
        assert division_at(row.point).code.startswith(row.code)
