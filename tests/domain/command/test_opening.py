# SPDX-License-Identifier: Apache-2.0
"""An incident is opened once for one source, where and by whom it may be."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from tests import cast

from anshu.domain.command.models import Incident, SceneClock
from anshu.domain.command.selectors import incident_get, incident_of_source, incidents_visible, timeline
from anshu.domain.command.services import incident_close, incident_link, incident_open, incident_reopen
from anshu.domain.grassroots.services import task_report
from anshu.kernel.audit.models import AuditEntry
from anshu.kernel.audit.refusals import Absent, Refusal
from anshu.kernel.events.models import Event

NOW = cast.NOW


def test_an_incident_opened_from_an_alarm_takes_its_place_and_links_its_tasks(incident, alarm, task):
    assert (incident.number, incident.division_code, incident.sector_code) == ("SJ20260704-01", "330825101200", "flood")
    assert (incident.point, incident.happened_at) == (alarm.point, alarm.raised_at)
    assert set(incident.links.values_list("subject_type", "subject_id")) == {
        ("alerts.alarm", str(alarm.pk)),
        ("grassroots.task", str(task.pk)),
    }


def test_opening_is_audited_and_told(incident):
    assert AuditEntry.objects.filter(action="incident.opened", subject_id=str(incident.pk)).count() == 1
    event = Event.objects.get(kind="incident.changed")
    assert (event.capability, event.payload["change"], event.division_code) == ("incident", "opened", "330825101200")


def test_the_scene_is_due_thirty_minutes_after_the_report(incident):
    assert incident.scene_due_at == NOW + timedelta(minutes=30)


def test_the_on_scene_clock_is_dated_data(alarm, officer):
    SceneClock.objects.update(valid_until=NOW)
    SceneClock.objects.create(minutes=20, source="县里修订", valid_from=NOW)
    found = incident_open(actor=officer, now=NOW, title="x", kind="flood", source=alarm)
    assert found.scene_due_at == NOW + timedelta(minutes=20)


def test_one_alarm_has_one_open_incident(incident, alarm, officer):
    with pytest.raises(Refusal, match=incident.number) as refused:
        incident_open(actor=officer, now=NOW, title="又一次", kind="flood", source=alarm)
    assert refused.value.code == "exists"
    assert incident_of_source(officer, "alerts.alarm", alarm.pk) == incident


def test_a_closed_incident_leaves_its_alarm_free_and_is_not_reopened_beside_another(incident, alarm, officer):
    incident_close(incident=incident, conclusion="误报", reason="设备故障", actor=officer, now=NOW)
    second = incident_open(actor=officer, now=NOW, title="又一次", kind="flood", source=alarm)
    assert second.number == "SJ20260704-02"
    with pytest.raises(Refusal) as refused:
        incident_reopen(incident=incident, reason="x", actor=officer, now=NOW)
    assert refused.value.code == "exists"


def test_an_incident_opened_from_a_task_links_the_alarm_behind_it(task, alarm, officer):
    found = incident_open(actor=officer, now=NOW, title="x", kind="flood", source=task)
    assert found.links.filter(subject_type="alerts.alarm", subject_id=str(alarm.pk)).exists()


def test_an_incident_is_opened_by_hand_from_a_call(scene, officer):
    found = incident_open(actor=officer, now=NOW, title="民房起火", kind="fire", point=cast.centre("330825101204"))
    assert (found.division_code, found.source_id, found.happened_at) == ("330825101204", "", NOW)


def test_without_any_place_it_is_on_the_officers_own_ground(scene, officer):
    assert incident_open(actor=officer, now=NOW, title="x", kind="other").division_code == cast.COUNTY
    village = cast.viewer(scene.village)
    assert incident_open(actor=village, now=NOW, title="x", kind="other").division_code == "330825101200"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", " "),
        ("title", "长" * 201),
        ("kind", "ufo"),
        ("sector_code", "ufo"),
        ("division_code", "330825999999"),
        ("point", cast.OUTSIDE),
        ("happened_at", NOW + timedelta(hours=1)),
        ("happened_at", NOW - timedelta(days=31)),
        ("address", "长" * 201),
    ],
)
def test_missing_and_absurd_values_are_refused_at_their_field(officer, field, value):
    with pytest.raises(Refusal) as refused:
        incident_open(actor=officer, now=NOW, **{"title": "x", "kind": "fire", field: value})
    assert set(refused.value.fields) == {field}


def test_a_township_does_not_open_incidents_elsewhere(scene, alarm):
    stranger = cast.viewer(scene.other_township)
    with pytest.raises(Absent):
        incident_open(actor=stranger, now=NOW, title="x", kind="flood", source=alarm)
    with pytest.raises(Refusal) as refused:
        incident_open(actor=stranger, now=NOW, title="x", kind="flood", division_code="330825101200")
    assert refused.value.code == "out_of_scope"


@pytest.mark.parametrize("who", ["auditor", "leader", "system_administrator"])
def test_readers_do_not_open_incidents(scene, who):
    with pytest.raises(Refusal) as refused:
        incident_open(actor=cast.viewer(getattr(scene, who)), now=NOW, title="x", kind="flood")
    assert refused.value.code == "forbidden"


def test_an_incident_out_of_scope_is_absent(scene, incident):
    stranger = cast.viewer(scene.other_township)
    assert not incidents_visible(stranger).exists()
    with pytest.raises(Absent):
        incident_get(stranger, incident.pk)
    with pytest.raises(Absent):
        timeline(stranger, incident)
    with pytest.raises(Absent):
        incident_link(incident=incident, subject=("alerts.alarm", 1), actor=stranger, now=NOW)


def test_a_task_is_linked_by_hand_once(scene, incident, officer):
    reported = task_report(actor=cast.viewer(scene.village), now=NOW, kind="flood", title="渗水", text="", point=None)
    for _ in range(2):
        incident_link(incident=incident, subject=reported, actor=officer, now=NOW)
    assert incident.entries.filter(kind="link", subject_id=str(reported.pk)).count() == 1


@pytest.mark.parametrize("subject", [("alerts.alarm", 999999), ("access.user", 1), ("grassroots.task", "x")])
def test_what_is_not_there_is_not_linked(incident, officer, subject):
    with pytest.raises(Absent):
        incident_link(incident=incident, subject=subject, actor=officer, now=NOW)


@pytest.mark.django_db(transaction=True)
def test_two_officers_open_one_incident_of_one_alarm():
    scene, alarm, codes = cast.scene(), cast.alarm(), []

    def open_it(user):
        try:
            incident_open(actor=cast.viewer(user), now=NOW, title="x", kind="flood", source=alarm)
        except Refusal as refused:
            codes.append(refused.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=open_it, args=(user,)) for user in (scene.duty_officer, scene.bureau)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert (codes, Incident.objects.count()) == (["exists"], 1)
