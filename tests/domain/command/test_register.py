# SPDX-License-Identifier: Apache-2.0
"""Incidents in the console."""

import pytest
from django.test import Client
from tests.cast import scene

from anshu.console.registry import registry
from anshu.domain.command.models import Incident

pytestmark = pytest.mark.django_db


def test_an_incident_is_opened_noted_and_closed_from_the_console():
    people, register, client = scene(), registry.get("incidents"), Client()
    client.force_login(people.duty_officer)
    data = {"title": "溪口镇内涝", "kind": "flood", "division_code": "330825101200", "sector_code": "flood"}
    data.update(point_lng="119.05", point_lat="28.9", point_crs="wgs84", happened_at="", reason="")
    answer = client.post(register.url("new"), data)
    assert answer.status_code == 302, answer.context["form"].problems()
    incident = Incident.objects.get()
    assert client.post(register.url("act", incident.pk, "noted"), {"text": "水已退"}).status_code == 302
    page = client.get(register.url("detail", incident.pk)).content.decode()
    assert "水已退" in page
    assert client.post(register.url("act", incident.pk, "closed"), {"conclusion": ""}).status_code == 422
    incident.refresh_from_db()
    assert incident.state == "open"
