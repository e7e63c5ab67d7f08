# SPDX-License-Identifier: Apache-2.0
"""One timeline holds the whole story; its lines may be struck, never changed or deleted."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.db import DatabaseError, transaction
from PIL import Image
from tests import cast
from tests.cast import alarm_fact

from anshu.domain.alerts.choices import AlarmState
from anshu.domain.alerts.events import AlarmAcknowledged, AlarmCleared, AlarmEscalated
from anshu.domain.alerts.models import Alarm, Occurrence
from anshu.domain.command.models import Entry, Incident
from anshu.domain.command.receivers import follow_sources
from anshu.domain.command.selectors import scene_waiting, timeline
from anshu.domain.command.services import (
    entry_add,
    entry_strike,
    incident_close,
    incident_grade,
    incident_reopen,
    scene_see,
    task_follow,
)
from anshu.domain.grassroots.events import TaskMoved
from anshu.domain.grassroots.models import Task
from anshu.domain.grassroots.services import task_level_raise, task_move
from anshu.kernel.audit.models import AuditEntry
from anshu.kernel.audit.refusals import Absent, Refusal
from anshu.kernel.events.models import Event
from anshu.kernel.events.services import restore
from anshu.kernel.files.services import file_store

NOW = cast.NOW
LATER = NOW + timedelta(minutes=12)


def note(incident, actor, text="水位仍在上涨", **more):
    return entry_add(incident=incident, text=text, actor=actor, now=LATER, **more)


def tell(since=0):
    """Hand the last events of tasks to the timeline, as the worker would."""
    for event in Event.objects.filter(kind="task.moved", pk__gt=since).order_by("pk"):
        follow_sources(restore(event, TaskMoved), event.at)


def move(user, task, transition, minutes, **given):
    at = NOW + timedelta(minutes=minutes)
    return task_move(task=task, transition=transition, actor=cast.viewer(user), now=at, given=given)


def test_an_entry_says_who_when_and_what(incident, officer):
    entry = note(incident, officer, at=NOW + timedelta(minutes=3), kind="order")
    assert (entry.author, entry.at, entry.recorded_at) == (officer.label, NOW + timedelta(minutes=3), LATER)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("text", " "),
        ("text", "长" * 5001),
        ("kind", "state"),
        ("kind", "ufo"),
        ("at", LATER + timedelta(minutes=6)),
        ("at", NOW - timedelta(days=40)),
    ],
)
def test_missing_and_absurd_entries_are_refused_at_their_field(incident, officer, field, value):
    with pytest.raises(Refusal) as refused:
        note(incident, officer, **{field: value})
    assert set(refused.value.fields) == {field}


def test_a_struck_entry_stays_to_be_read_with_the_reason(incident, officer):
    entry_strike(entry=note(incident, officer), reason="看错站点", actor=officer, now=LATER)
    line = next(line for line in timeline(officer, incident) if line.struck)
    assert (line.text, line.struck_reason, line.struck_by) == ("水位仍在上涨", "看错站点", officer.label)


def test_an_entry_is_struck_once_and_with_a_reason(incident, officer):
    entry = note(incident, officer)
    with pytest.raises(Refusal):
        entry_strike(entry=entry, reason=" ", actor=officer, now=LATER)
    entry_strike(entry=entry, reason="看错站点", actor=officer, now=LATER)
    with pytest.raises(Refusal):
        entry_strike(entry=entry, reason="又一次", actor=officer, now=LATER)


@pytest.mark.parametrize(
    "write",
    [
        lambda rows: rows.update(text="x"),
        lambda rows: rows.update(struck_at=LATER, struck_by="x", struck_reason="x", text="x"),
        lambda rows: rows.delete(),
    ],
)
def test_the_database_itself_keeps_the_entries(incident, officer, write):
    note(incident, officer)
    with pytest.raises(DatabaseError, match="struck once"), transaction.atomic():
        write(Entry.objects.all())


def test_not_even_a_strike_is_taken_back(incident, officer):
    entry = entry_strike(entry=note(incident, officer), reason="看错站点", actor=officer, now=LATER)
    with pytest.raises(DatabaseError, match="struck once"), transaction.atomic():
        Entry.objects.filter(pk=entry.pk).update(struck_at=None, struck_by="", struck_reason="")


def test_a_village_strikes_its_own_entries_only(scene, incident, officer):
    village = cast.viewer(scene.village)
    mine, theirs = note(incident, village), note(incident, officer)
    assert entry_strike(entry=mine, reason="写错", actor=village, now=LATER).struck_at == LATER
    with pytest.raises(Refusal):
        entry_strike(entry=theirs, reason="写错", actor=village, now=LATER)


def test_readers_write_nothing_and_strangers_see_nothing(scene, incident):
    with pytest.raises(Refusal) as refused:
        note(incident, cast.viewer(scene.auditor))
    assert refused.value.code == "forbidden"
    with pytest.raises(Absent):
        note(incident, cast.viewer(scene.other_township))


def test_grading_is_on_the_timeline_and_audited(incident, officer):
    graded = incident_grade(incident=incident, grade=3, actor=officer, now=LATER, reason="影响两村")
    assert graded.grade == 3
    assert "Ⅲ级" in timeline(officer, incident)[-1].text
    assert AuditEntry.objects.get(action="incident.graded").changes == {"grade": [0, 3]}
    with pytest.raises(Refusal):
        incident_grade(incident=incident, grade=9, actor=officer, now=LATER)


def test_the_first_picture_of_the_scene_stops_the_clock_once(incident, officer):
    assert list(scene_waiting(officer)) == [incident]
    scene_see(incident=incident, actor=officer, now=LATER)
    seen = scene_see(incident=incident, actor=officer, now=LATER + timedelta(minutes=9))
    assert seen.scene_seen_at == LATER
    assert not scene_waiting(officer).exists()
    assert [line.text for line in timeline(officer, incident) if "现场可视" in line.text] == ["现场可视:接报后 12 分钟"]


def test_a_late_picture_says_so(incident, officer):
    scene_see(incident=incident, actor=officer, now=NOW + timedelta(minutes=31))
    assert "超过时限" in timeline(officer, incident)[-1].text


def test_a_picture_fed_back_on_a_linked_task_stops_the_clock(scene, incident, task, officer, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    content = BytesIO()
    Image.new("RGB", (40, 30), "red").save(content, "JPEG")
    village = cast.viewer(scene.village)
    photo = file_store(content=content.getvalue(), name="现场.jpg", actor=village, now=NOW)
    move(scene.village, task, "take", 2)
    tell()
    assert Incident.objects.get().scene_seen_at is None
    move(scene.village, task, "feedback", 7, text="已封堵", photo=[photo])
    tell()
    assert Incident.objects.get().scene_seen_at == NOW + timedelta(minutes=7)
    line = next(line for line in timeline(officer, incident) if line.kind == "feedback")
    assert [file.name for file in line.files] == ["现场.jpg"]


def test_a_linked_tasks_moves_are_entered_exactly_once(scene, incident, task):
    move(scene.village, task, "take", 2)
    for _ in range(3):
        tell()
    assert Entry.objects.filter(cause__contains=":take:").count() == 1
    assert Entry.objects.get(cause__contains=":take:").author == "安枢"


def test_a_task_made_later_by_a_linked_alarm_is_linked_by_itself(scene, incident, alarm, task, officer):
    Task.objects.filter(pk=task.pk).update(state="closed", closed_at=NOW)
    event = alarm_fact(alarm, AlarmEscalated, level=1)
    second = task_level_raise(fact=event, now=LATER)
    tell()
    assert incident.links.filter(subject_id=str(second.pk)).exists()


def test_a_linked_alarms_changes_are_entered_exactly_once(incident, alarm):
    for _ in range(2):
        follow_sources(alarm_fact(alarm, AlarmAcknowledged, actor="值班员甲"), LATER)
        follow_sources(alarm_fact(alarm, AlarmCleared, level=0), LATER)
    texts = list(Entry.objects.exclude(cause="").values_list("text", flat=True))
    assert [text[:4] for text in texts] == ["告警确认", "告警恢复"]


def test_a_closed_incident_is_left_alone(incident, alarm, officer):
    incident_close(incident=incident, conclusion="x", reason="x", actor=officer, now=LATER)
    follow_sources(alarm_fact(alarm, AlarmCleared, level=0), LATER)
    assert not Entry.objects.exclude(cause="").exists()
    with pytest.raises(Refusal):
        note(incident, officer)


def test_an_unlinked_task_is_no_ones_business(incident):
    task_follow(
        fact=TaskMoved(
            subject_type="grassroots.task", subject_id=999, title="x", division_code="330825109205", number="RW1",
            transition="take", state="in_progress", level=3, actor="x", source_type="", source_id="",
            assignee_id=None, lng=None, lat=None,
        ),
        now=NOW,
    )  # fmt: skip
    assert not Entry.objects.exclude(cause="").exists()


def test_the_story_is_told_in_one_order_of_time(scene, incident, alarm, task, officer):
    note(incident, officer, text="已通知水利局", at=NOW + timedelta(minutes=1))
    move(scene.village, task, "take", 2)
    Occurrence.objects.create(
        alarm=alarm, at=NOW + timedelta(minutes=4), level=2, value=42.3, threshold=42.0, found_at=LATER
    )
    move(scene.village, task, "feedback", 6, text="已封堵")
    move(scene.township, task, "close", 8)
    tell()
    told = [(line.source, line.kind) for line in timeline(officer, incident)]
    assert told == [
        ("alarm", "alarm"),
        ("task", "raise"),
        ("entry", "report"),
        ("entry", "link"),
        ("entry", "link"),
        ("entry", "note"),
        ("task", "take"),
        ("alarm", "alarm"),
        ("task", "feedback"),
        ("task", "close"),
    ]


def test_repeated_and_minor_lines_are_hidden_unless_asked_for(scene, incident, task, officer):
    move(scene.village, task, "take", 2)
    move(scene.village, task, "note", 3, text="路上")
    tell()
    shown, whole = timeline(officer, incident), timeline(officer, incident, noise=True)
    assert {line.key for line in shown} < {line.key for line in whole}
    assert {line.kind for line in whole if line.noise} == {"note", "state"}


def test_somebody_who_cannot_see_the_task_still_reads_what_became_of_it(scene, incident, task):
    volunteer = cast.account("志愿者甲", "R21", cast.COUNTY)
    cast.assigned(volunteer, incident)
    move(scene.village, task, "take", 2)
    tell()
    lines = timeline(cast.viewer(volunteer), incident)
    assert "task" not in {line.source for line in lines}
    assert any(task.number in line.text and line.automatic for line in lines)


def test_the_timeline_costs_the_same_however_long_it_is(scene, incident, task, officer, django_assert_max_num_queries):
    def length():
        with django_assert_max_num_queries(9):
            return len(timeline(officer, incident, noise=True))

    before = length()
    for minute in range(5):
        note(incident, officer)
        move(scene.village, task, "note", minute, text="x")
    assert length() == before + 10


def test_closing_wants_a_conclusion(incident, officer):
    with pytest.raises(Refusal) as refused:
        incident_close(incident=incident, conclusion="  ", actor=officer, now=LATER)
    assert set(refused.value.fields) == {"conclusion"}


def test_closing_while_the_alarm_holds_wants_a_reason(incident, alarm, officer):
    with pytest.raises(Refusal) as refused:
        incident_close(incident=incident, conclusion="险情解除", actor=officer, now=LATER)
    assert (refused.value.code, set(refused.value.fields)) == ("alarm_active", {"reason"})
    closed = incident_close(incident=incident, conclusion="险情解除", reason="设备误报", actor=officer, now=LATER)
    assert (closed.state, closed.closed_at) == ("closed", LATER)
    assert "设备误报" in timeline(officer, incident)[-1].text


def test_once_the_alarm_has_cleared_a_conclusion_is_enough(incident, officer):
    Alarm.objects.update(state=AlarmState.CLEARED)
    assert incident_close(incident=incident, conclusion="险情解除", actor=officer, now=LATER).conclusion == "险情解除"


def test_reopening_keeps_the_earlier_conclusion_on_the_timeline(incident, officer):
    incident_close(incident=incident, conclusion="险情解除", reason="x", actor=officer, now=LATER)
    with pytest.raises(Refusal):
        incident_reopen(incident=incident, reason=" ", actor=officer, now=LATER)
    again = incident_reopen(incident=incident, reason="又出险", actor=officer, now=LATER)
    assert (again.state, again.conclusion) == ("open", "")
    assert any("险情解除" in line.text for line in timeline(officer, incident))


def test_a_village_that_reported_does_not_close_or_grade(scene, incident):
    village = cast.viewer(scene.village)
    with pytest.raises(Refusal):
        incident_close(incident=incident, conclusion="x", reason="x", actor=village, now=LATER)
    with pytest.raises(Refusal):
        incident_grade(incident=incident, grade=1, actor=village, now=LATER)
