# SPDX-License-Identifier: Apache-2.0
"""The closed loop: who may do what, in which state, with what; and that nobody verifies the own work."""

from datetime import timedelta

import pytest
from django.db import transaction
from tests import cast

from anshu.domain.grassroots.models import Extension, Task
from anshu.domain.grassroots.selectors import actions_for, assignees_for, history_of, task_get
from anshu.domain.grassroots.services import task_move
from anshu.kernel.audit.actor import Actor
from anshu.kernel.audit.models import AuditEntry
from anshu.kernel.audit.refusals import Absent, Refusal
from anshu.kernel.events.models import Event

OTHER = "330825109205"


def codes(user, task):
    return [offer.code for offer in actions_for(cast.viewer(user), task)]


def test_a_report_goes_all_the_way_to_closed(scene, say):
    task = say.walk(say.report(scene.grid_worker), "accept", "assign", "take", "feedback", "close")
    assert (task.state, task.closed_at, task.escalate_at) == ("closed", say.clock.now, None)
    assert [line.label for line in history_of(cast.viewer(scene.grid_worker), task)] == [
        "上报", "受理", "派发", "签收", "反馈", "复核销号",
    ]  # fmt: skip


def test_every_step_is_audited_published_and_charged_to_its_actor(scene, say):
    task = say.walk(say.report(scene.grid_worker), "accept", "assign")
    actions = list(AuditEntry.objects.order_by("id").values_list("action", flat=True))
    assert actions == ["task.report", "task.accept", "task.assign"]
    assert Event.objects.filter(kind="task.moved").count() == 3
    last = task.events.order_by("-pgh_id").first()
    assert last.pgh_context.metadata["actor_label"].startswith("湖镇镇镇长")


def test_taking_a_task_puts_a_name_to_it(scene, say):
    task = say.walk(say.report(scene.grid_worker), "accept", "assign", "take")
    assert task.assignee == scene.village


def test_danger_cannot_be_closed_by_whoever_dealt_with_it(scene, say):
    task = say.walk(say.report(scene.grid_worker), "accept")
    task = say.move(scene.bureau, task, "assign", assignee=scene.township_post)
    say.move(scene.township, task, "take")
    task = say.move(scene.township, task, "feedback", text="已处理")
    assert "close" not in codes(scene.township, task)
    with pytest.raises(Refusal, match="复核"):
        say.move(scene.township, task, "close")
    assert say.move(scene.bureau, task, "close").state == "closed"


@pytest.mark.parametrize("level", [1, 2])
def test_severe_danger_cannot_be_closed_by_its_reporter(scene, say, level):
    task = say.walk(say.report(scene.township, level=level), "accept", "assign", "take", "feedback")
    with pytest.raises(Refusal) as refused:
        say.move(scene.township, task, "close")
    assert refused.value.code == "part"
    assert say.move(scene.bureau, task, "close").state == "closed"


def test_milder_danger_may_be_closed_by_its_reporter(scene, say):
    task = say.walk(say.report(scene.township, level=3), "accept", "assign", "take", "feedback", "close")
    assert task.state == "closed"


def test_feedback_by_a_deputy_is_remembered_against_closing(scene, say):
    task = say.walk(say.report(scene.grid_worker), "accept", "assign", "take", "feedback")
    cast.account("新光村主任", "R11", "330825101000")
    with pytest.raises(Refusal, match="复核"):
        say.move(scene.village, task, "close")


def test_a_township_that_is_not_there_sees_nothing(scene, say):
    task = say.report(scene.grid_worker)
    with pytest.raises(Absent):
        task_get(cast.viewer(scene.other_township), task.pk)
    with pytest.raises(Absent):
        history_of(cast.viewer(scene.other_township), task)
    with pytest.raises(Absent):
        say.move(scene.other_township, task, "accept")


def test_a_task_that_does_not_exist_looks_the_same_as_a_forbidden_one(scene, say):
    task = say.report(scene.grid_worker)
    for pk in (task.pk, task.pk + 999, "x", None, "9" * 30):
        with pytest.raises(Absent):
            task_get(cast.viewer(scene.other_township), pk)


def test_the_three_administrators_see_no_task(scene, say):
    task = say.report(scene.grid_worker)
    with pytest.raises(Absent):
        task_get(cast.viewer(scene.system_administrator), task.pk)


def test_an_auditor_reads_and_does_nothing(scene, say):
    task = say.walk(say.report(scene.grid_worker), "accept", "assign", "take")
    assert task_get(cast.viewer(scene.auditor), task.pk) == task
    assert codes(scene.auditor, task) == []
    with pytest.raises(Refusal):
        say.move(scene.auditor, task, "note", text="看过")


def test_a_device_is_nobody_here(scene, say):
    task = say.report(scene.grid_worker)
    with pytest.raises(Absent):
        task_move(task=task, transition="accept", actor=Actor(kind="device", id="1", label="x"), now=cast.NOW)


@pytest.mark.parametrize(
    ("before", "transition", "who", "missing"),
    [
        ([], "reject", "township", {"reason"}),
        (["accept"], "assign", "township", {"assignee"}),
        (["accept", "assign", "take"], "feedback", "village", {"text"}),
        (["accept", "assign", "take", "feedback"], "return", "township", {"reason"}),
        (["accept", "assign"], "extend", "village", {"days", "reason"}),
        (["accept", "assign"], "transfer", "township", {"assignee", "reason"}),
        (["accept", "assign", "take", "feedback", "close"], "reopen", "township", {"reason"}),
        ([], "merge", "township", {"into"}),
    ],
)
def test_what_is_missing_is_named_field_by_field(scene, say, before, transition, who, missing):
    task = say.walk(say.report(scene.grid_worker), *before)
    with pytest.raises(Refusal) as refused:
        say.move(getattr(scene, who), task, transition)
    assert set(refused.value.fields) == missing


def test_two_people_do_not_take_the_same_task(scene, say):
    task = say.report(scene.grid_worker)
    task = say.walk(task, "accept", "assign", "take")
    with pytest.raises(Refusal) as refused:
        say.move(scene.village, task, "take")
    assert refused.value.code == "state"


def test_an_unknown_transition_is_refused(scene, say):
    with pytest.raises(Refusal) as refused:
        say.move(scene.township, say.report(scene.grid_worker), "destroy")
    assert refused.value.code == "unknown"


def test_a_village_does_not_accept_its_own_report(scene, say):
    with pytest.raises(Refusal) as refused:
        say.move(scene.village, say.report(scene.village), "accept")
    assert refused.value.code == "forbidden"


def test_a_return_counts_and_goes_back_to_work_with_a_new_deadline(scene, say):
    task = say.walk(say.report(scene.grid_worker), "accept", "assign", "take", "feedback")
    task = say.move(scene.township, task, "return", reason="照片不清")
    assert (task.state, task.returns, task.rung) == ("in_progress", 1, "village")
    assert task.due_at > say.clock.now


def test_an_extension_is_asked_granted_and_counted(scene, say):
    task = say.walk(say.report(scene.grid_worker), "accept", "assign", "take")
    due = task.due_at
    say.move(scene.village, task, "extend", days="3", reason="等材料")
    assert "extend" not in codes(scene.village, task)
    assert "extension_grant" in codes(scene.township, task)
    task = say.move(scene.township, task, "extension_grant")
    assert (task.due_at, task.extensions, task.state) == (due + timedelta(days=3), 1, "in_progress")
    asked = Extension.objects.get()
    assert (asked.granted, asked.asked_by.startswith("新光村主任")) == (True, True)


def test_an_extension_is_refused_with_the_reason(scene, say):
    task = say.walk(say.report(scene.grid_worker), "accept", "assign")
    due = task.due_at
    say.move(scene.village, task, "extend", days=3, reason="等材料")
    task = say.move(scene.township, task, "extension_refuse", reason="汛期不得延期")
    assert (task.due_at, task.extensions, Extension.objects.get().granted) == (due, 0, False)
    assert "extend" in codes(scene.village, task)


@pytest.mark.parametrize("days", [0, -1, 61, "x", "1e3", "٣٣٣٣"])
def test_an_absurd_extension_is_refused(scene, say, days):
    task = say.walk(say.report(scene.grid_worker), "accept", "assign")
    with pytest.raises(Refusal) as refused:
        say.move(scene.village, task, "extend", days=days, reason="等材料")
    assert "days" in refused.value.fields


def test_nobody_grants_the_own_extension(scene, say):
    task = say.walk(say.report(scene.grid_worker), "accept")
    say.move(scene.bureau, task, "assign", assignee=scene.township_post)
    say.move(scene.township, task, "extend", days=1, reason="等材料")
    with pytest.raises(Refusal):
        say.move(scene.township, task, "extension_grant")
    assert say.move(scene.bureau, task, "extension_grant").extensions == 1


def test_a_township_gives_tasks_to_its_own_people_only(scene, say):
    task = say.walk(say.report(scene.grid_worker), "accept")
    stranger = cast.post(cast.organisation("大垅村村委会", division_code=OTHER), "村主任")
    for given in (stranger, f"post:{stranger.pk}", scene.other_village, "post:99999", "user:x", "", "post:" + "9" * 40):
        with pytest.raises(Refusal) as refused:
            say.move(scene.township, task, "assign", assignee=given)
        assert "assignee" in refused.value.fields


def test_an_empty_seat_gets_no_task(scene, say):
    task = say.walk(say.report(scene.grid_worker), "accept")
    empty = cast.post(scene.village_post.organisation, "妇女主任")
    with pytest.raises(Refusal):
        say.move(scene.township, task, "assign", assignee=empty)


def test_the_candidates_are_exactly_those_that_assign_takes(scene, say):
    task = say.walk(say.report(scene.grid_worker), "accept")
    found = assignees_for(cast.viewer(scene.township), task, cast.NOW)
    assert [one.label for one in found[:2]] == ["新光村村委会村主任 新光村主任", "新光村村委会副主任 新光村副主任"]
    assert all(one.division_code.startswith("330825101") for one in found)
    assert say.move(scene.township, task, "assign", assignee=found[0].key).post == scene.village_post


def test_a_transfer_changes_who_does_it(scene, say):
    task = say.walk(say.report(scene.grid_worker), "accept", "assign", "take")
    task = say.move(scene.township, task, "transfer", assignee=scene.village_deputy, reason="主任外出")
    assert (task.state, task.assignee, task.post) == ("assigned", scene.village_deputy, scene.village_deputy_post)
    assert "take" not in codes(scene.village, task)
    assert "take" in codes(scene.village_deputy, task)


def test_a_closed_task_is_reopened_with_a_reason_by_approval_only(scene, say):
    task = say.walk(say.report(scene.grid_worker), "accept", "assign", "take", "feedback", "close")
    with pytest.raises(Refusal):
        say.move(scene.village, task, "reopen", reason="又漏了")
    task = say.move(scene.township, task, "reopen", reason="又漏了")
    assert (task.state, task.closed_at) == ("in_progress", None)
    assert AuditEntry.objects.order_by("-id").first().reason == "又漏了"


def test_feedback_carries_pictures_and_position(scene, say, photo_of):
    task = say.walk(say.report(scene.grid_worker), "accept", "assign", "take")
    here = cast.centre("330825101200")
    task = say.move(scene.village, task, "feedback", text="已封堵", photo=[photo_of(scene.village)], position=here)
    line = history_of(cast.viewer(scene.township), task)[-1]
    assert (line.position, len(line.files), line.text) == (here, 1, "已封堵")
    assert Event.objects.order_by("-id").first().payload["photos"] == 1


def test_a_nonsense_position_is_refused(scene, say):
    task = say.walk(say.report(scene.grid_worker), "accept", "assign", "take")
    with pytest.raises(Refusal) as refused:
        say.move(scene.village, task, "feedback", text="x", position="here")
    assert "position" in refused.value.fields


def test_an_action_is_offered_if_and_only_if_it_is_then_allowed(scene, say, django_assert_max_num_queries):
    given = {"reason": "x", "text": "x", "assignee": scene.village_post, "days": 1}
    people = [getattr(scene, name) for name in ("township", "village", "auditor", "bureau", "grid_worker", "leader")]
    before = ["accept", "assign", "take", "feedback", "close"]
    for length in range(len(before) + 1):
        for user in people:
            task = say.walk(say.report(scene.grid_worker), *before[:length])
            viewer = cast.viewer(user)
            with django_assert_max_num_queries(3):
                offered = [offer.code for offer in actions_for(viewer, task)]
            for code in ("accept", "reject", "assign", "take", "feedback", "return", "close", "note", "reopen"):
                assert (code in offered) == allowed(viewer, task, code, given), (task.state, user, code)


def allowed(viewer, task, code, given):
    with transaction.atomic():
        try:
            task_move(task=task, transition=code, actor=viewer, now=cast.NOW, given=given)
        except Refusal:
            return False
        finally:
            transaction.set_rollback(True)
    return True


def test_the_row_cannot_be_moved_by_a_stale_copy(scene, say):
    task = say.report(scene.grid_worker)
    stale = Task.objects.get(pk=task.pk)
    say.move(scene.township, task, "reject", reason="重复")
    with pytest.raises(Refusal) as refused:
        say.move(scene.township, stale, "accept")
    assert refused.value.code == "state"
