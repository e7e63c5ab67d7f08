# SPDX-License-Identifier: Apache-2.0
"""Anybody with the right reports from where they stand; nonsense is refused field by field."""

from datetime import timedelta

import pytest
from django.contrib.gis.geos import Point
from tests import cast

from anshu.domain.grassroots.models import Party, Task
from anshu.domain.grassroots.selectors import history_of, similar_open
from anshu.domain.grassroots.services import task_merge
from anshu.kernel.audit.models import AuditEntry
from anshu.kernel.audit.refusals import Absent, Refusal
from anshu.kernel.events.models import Event

VILLAGE, OTHER = "330825101200", "330825109205"


def test_a_grid_worker_reports_from_the_spot(scene, say):
    task = say.report(scene.grid_worker)
    assert (task.number, task.state, task.division_code) == ("RW20260704-0001", "reported", VILLAGE)
    assert (task.sector_code, task.rung) == ("flood", "township")
    assert Party.objects.get(task=task).post == scene.township_post


def test_a_report_is_in_history_audit_and_outbox(scene, say):
    task = say.report(scene.grid_worker)
    assert [line.transition for line in history_of(cast.viewer(scene.grid_worker), task)] == ["report"]
    assert AuditEntry.objects.get().action == "task.report"
    assert Event.objects.get().payload["number"] == task.number


def test_without_a_fix_the_place_is_the_reporters_own(scene, say):
    task = say.report(scene.village, point=None)
    assert (task.point, task.division_code) == (None, VILLAGE)


def test_the_chosen_place_comes_before_the_schematic_boundary(scene, say):
    assert say.report(scene.village, point=cast.centre(OTHER), division_code=VILLAGE).division_code == VILLAGE


def test_a_point_outside_the_county_is_refused_at_its_field(scene, say):
    with pytest.raises(Refusal) as refused:
        say.report(scene.village, point=cast.OUTSIDE, division_code=VILLAGE)
    assert set(refused.value.fields) == {"point"}
    assert Task.objects.count() == 0


def test_a_village_does_not_report_in_the_name_of_another_township(scene, say):
    with pytest.raises(Refusal) as refused:
        say.report(scene.village, point=None, division_code=OTHER)
    assert refused.value.code == "out_of_scope"
    assert set(refused.value.fields) == {"division_code"}


def test_what_a_village_sees_beyond_its_border_is_taken_in_at_home(scene, say):
    task = say.report(scene.village, point=cast.centre(OTHER))
    assert task.division_code == VILLAGE
    assert task.point.coords == cast.centre(OTHER).coords


@pytest.mark.parametrize("who", ["leader", "auditor", "system_administrator", "duty_officer"])
def test_somebody_without_the_right_does_not_report(scene, say, who):
    with pytest.raises(Refusal) as refused:
        say.report(getattr(scene, who))
    assert refused.value.code == "forbidden"


def test_an_enterprise_reports_about_itself_alone(scene, say):
    task = say.report(scene.enterprise, kind="enterprise")
    assert task.unit.name == "龙游示例化工有限公司"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", ""),
        ("title", "  "),
        ("title", "长" * 201),
        ("text", "长" * 5001),
        ("kind", "ufo"),
        ("level", 9),
        ("level", -1),
        ("sector_code", "ufo"),
        ("photos", [1] * 21),
    ],
)
def test_missing_and_absurd_values_are_refused_at_their_field(scene, say, field, value):
    with pytest.raises(Refusal) as refused:
        say.report(scene.village, **{field: value})
    assert set(refused.value.fields) == {field}


def test_an_unknown_division_is_refused(scene, say):
    with pytest.raises(Refusal) as refused:
        say.report(scene.village, point=None, division_code="330825999999")
    assert set(refused.value.fields) == {"division_code"}


def test_pictures_come_with_the_report(scene, say, photo_of):
    task = say.report(scene.village, photos=[photo_of(scene.village)])
    assert [file.name for file in history_of(cast.viewer(scene.village), task)[0].files] == ["现场.jpg"]


def test_somebody_elses_picture_is_not_there(scene, say, photo_of):
    with pytest.raises(Absent):
        say.report(scene.village, photos=[photo_of(scene.grid_worker)])


def test_a_script_in_a_name_is_kept_as_text(scene, say):
    assert say.report(scene.village, title="<script>alert(1)</script>").title == "<script>alert(1)</script>"


def moved_by(point, metres_north):
    return Point(point.x, point.y + metres_north / 110_900, srid=4326)


def test_a_second_report_nearby_is_offered_the_first(scene, say):
    here = cast.centre(VILLAGE)
    near = say.report(scene.village, point=moved_by(here, 150))
    say.report(scene.village, point=moved_by(here, 250))
    say.report(scene.village, point=here, kind="fire")
    viewer = cast.viewer(scene.grid_worker)
    assert list(similar_open(viewer, "flood", here, cast.NOW)) == [near]
    assert not similar_open(viewer, "flood", here, cast.NOW + timedelta(hours=49)).exists()
    assert not similar_open(cast.viewer(scene.other_village), "flood", here, cast.NOW).exists()


def test_two_reports_of_one_matter_become_one_task(scene, say):
    first, second = say.report(scene.village), say.report(scene.grid_worker)
    ended = task_merge(task=second, into=first, actor=cast.viewer(scene.township), now=cast.NOW)
    assert (ended.state, Task.objects.get(pk=first.pk).state) == ("rejected", "reported")
    last = history_of(cast.viewer(scene.township), first)[-1]
    assert (last.transition, last.details["number"]) == ("merged", second.number)


def test_a_task_is_not_merged_into_itself_or_an_ended_one(scene, say):
    first, second = say.report(scene.village), say.report(scene.village)
    say.move(scene.township, first, "reject", reason="重复")
    for into in (first, second):
        with pytest.raises(Refusal):
            task_merge(task=second, into=into, actor=cast.viewer(scene.township), now=cast.NOW)


def test_merging_needs_approval_over_both(scene, say):
    first = say.report(scene.village)
    second = say.report(scene.other_village, point=cast.centre(OTHER))
    with pytest.raises(Absent):
        task_merge(task=second, into=first, actor=cast.viewer(scene.township), now=cast.NOW)
    assert say.move(scene.bureau, first, "note", text="x").state == "reported"
