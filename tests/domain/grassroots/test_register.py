# SPDX-License-Identifier: Apache-2.0
"""Tasks in the console: the verbs come from the loop's own table."""

import pytest
from django.test import Client
from tests.cast import scene

from anshu.console.registry import registry
from anshu.domain.grassroots.models import Task

pytestmark = pytest.mark.django_db
HERE = "330825101200"


@pytest.fixture
def people():
    return scene()


def client_of(user):
    client = Client()
    client.force_login(user)
    return client


def report(user):
    data = {"kind": "flood", "title": "堤脚渗水", "text": "长约两米", "level": "3", "division_code": HERE}
    data.update(sector_code="flood", point_lng="119.05", point_lat="28.9", point_crs="wgs84", reason="")
    answer = client_of(user).post(registry.get("tasks").url("new"), data)
    assert answer.status_code == 302, answer.context["form"].problems()
    return Task.objects.get()


def test_a_report_from_the_console_waits_for_the_township(people):
    task = report(people.grid_worker)
    page = client_of(people.township).get(registry.get("tasks").url("detail", task.pk))
    assert page.status_code == 200
    assert next(stage.current for stage in page.context["stages"])
    assert page.context["verbs"][0].action.primary


def test_the_primary_verb_moves_the_task_and_shows_in_its_history(people):
    task = report(people.grid_worker)
    register, client = registry.get("tasks"), client_of(people.township)
    verb = client.get(register.url("detail", task.pk)).context["verbs"][0]
    assert client.post(verb.url).status_code == 302
    was, task.state = task.state, ""
    task.refresh_from_db()
    assert task.state != was
    assert str(verb.action.label) in client.get(register.url("history", task.pk)).content.decode()


def test_another_township_finds_no_such_task(people):
    task = report(people.grid_worker)
    register, client = registry.get("tasks"), client_of(people.other_township)
    assert client.get(register.url("detail", task.pk)).status_code == 404
    assert client.post(register.url("act", task.pk, "accept")).status_code == 404


def test_a_verb_that_the_table_forbids_looks_absent(people):
    task = report(people.grid_worker)
    answer = client_of(people.township).post(registry.get("tasks").url("act", task.pk, "close"))
    assert answer.status_code == 404
