# SPDX-License-Identifier: Apache-2.0
"""What is mine is what waits for me; lists cost the same however long they are."""

from datetime import timedelta

import pytest
from tests import cast

from anshu.domain.grassroots.selectors import (
    histories_of,
    history_of,
    mine_counts,
    parties_of,
    tasks_mine,
    tasks_visible,
)

NOW = cast.NOW


def mine(user, at=NOW):
    return [(row.pk, row.mine) for row in tasks_mine(cast.viewer(user), at)]


def test_duty_wanders_with_the_state(scene, say):
    task = say.report(scene.grid_worker)
    assert mine(scene.township) == [(task.pk, "duty")]
    say.walk(task, "accept", "assign")
    assert mine(scene.village) == [(task.pk, "duty")]
    assert mine(scene.township) == [(task.pk, "waiting")]
    say.walk(task, "take", "feedback")
    assert mine(scene.village) == [(task.pk, "waiting")]
    assert mine(scene.township) == [(task.pk, "duty")]
    say.walk(task, "close")
    assert mine(scene.township) == mine(scene.village) == []


def test_ones_own_reports_stay_in_sight_for_thirty_days_after_their_end(scene, say):
    task = say.walk(say.report(scene.grid_worker), "accept", "assign", "take", "feedback", "close")
    assert mine(scene.grid_worker) == [(task.pk, "reported")]
    assert mine(scene.grid_worker, at=NOW + timedelta(days=31)) == []


def test_counts_are_of_duties_only(scene, say):
    say.report(scene.grid_worker)
    say.walk(say.report(scene.grid_worker, level=1), "accept", "assign", "take", "feedback")
    later = NOW + timedelta(hours=3)
    assert mine_counts(cast.viewer(scene.township), NOW) == {"late": 0, "today": 1, "new": 1}
    assert mine_counts(cast.viewer(scene.township), later) == {"late": 1, "today": 0, "new": 1}
    assert mine_counts(cast.viewer(scene.village), later) == {"late": 0, "today": 0, "new": 0}


@pytest.mark.parametrize(
    ("who", "number"),
    [("leader", 2), ("township", 1), ("other_township", 1), ("grid_worker", 1), ("system_administrator", 0)],
)
def test_scope_decides_what_is_listed(scene, say, who, number):
    say.report(scene.grid_worker)
    say.report(scene.other_village, point=cast.centre("330825109205"))
    assert tasks_visible(cast.viewer(getattr(scene, who))).count() == number


def test_a_task_given_to_somebody_without_other_rights_is_seen_by_them(scene, say):
    helper = cast.account("外来能手", None, "330825101200", post=cast.post(scene.village_post.organisation, "能手"))
    task = say.walk(say.report(scene.grid_worker), "accept")
    say.move(scene.township, task, "assign", assignee=helper)
    assert list(tasks_visible(cast.viewer(helper))) == [task]


def test_reading_costs_the_same_however_much_there_is(scene, say, django_assert_num_queries):
    tasks = [say.walk(say.report(scene.grid_worker), "accept", "assign", "take") for _ in range(3)]
    viewer = cast.viewer(scene.village)
    with django_assert_num_queries(1):
        assert len([str(row.post) + str(row.assignee) for row in tasks_mine(viewer, NOW)]) == 3
    with django_assert_num_queries(3):
        history_of(viewer, tasks[0])
    with django_assert_num_queries(3):
        assert len(histories_of(viewer, [task.pk for task in tasks])) == 3
    with django_assert_num_queries(1):
        mine_counts(viewer, NOW)


def test_parties_are_named_with_masked_phones(scene, say):
    task = say.walk(say.report(scene.grid_worker), "accept", "assign")
    lines = parties_of(cast.viewer(scene.grid_worker), task, NOW)
    assert [(line.rung, line.person, line.phone_masked) for line in lines] == [
        ("supervisor", "湖镇镇镇长", "138****8000"),
        ("doer", "新光村主任", "138****8000"),
    ]
