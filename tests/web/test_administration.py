# SPDX-License-Identifier: Apache-2.0
"""Each of the three administrators does the whole job at the browser, and nobody else's."""

import json
from datetime import timedelta

import pytest
from django.contrib.gis.geos import MultiPolygon, Polygon
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.cast import COUNTY, account, county, organisation, post, risk, seat, village

from anshu.console.registry import registry
from anshu.kernel.access.models import OpenSession, User
from anshu.kernel.audit.models import AuditEntry
from anshu.kernel.org.choices import Boundary
from anshu.kernel.org.models import Division, Post, Tenure

pytestmark = pytest.mark.django_db
HERE = "330825101200"


@pytest.fixture
def places(db):
    county()
    village(HERE)


def signed_in(role):
    client = Client()
    client.force_login(account(f"某{role}", role, COUNTY))
    return client


def verbs(client, slug, row):
    return {verb.action.code for verb in client.get(registry.get(slug).url("detail", row.pk)).context["verbs"]}


def act(client, slug, row, code, **given):
    return client.post(registry.get(slug).url("act", row.pk, code), given)


def messages_of(client, address):
    return [str(message) for message in client.get(address).context["messages"]]


# -- accounts ------------------------------------------------------------------------------------------------------


def test_the_first_password_is_shown_once(places):
    client, accounts = signed_in("R24"), registry.get("accounts")
    answer = client.post(accounts.url("new"), {"username": "newcomer", "person": "", "reason": "新到岗"})
    assert answer.status_code == 302
    assert any("初始密码" in text for text in messages_of(client, answer.url))
    assert "初始密码" not in client.get(answer.url).content.decode()
    row = User.objects.get(username="newcomer")
    assert act(client, "accounts", row, "disabled", reason="离岗").status_code == 302
    row.refresh_from_db()
    assert not row.is_active


def test_the_security_administrator_unlocks_resets_and_removes_a_second_factor(places):
    client, row = signed_in("SEC"), account("网格员甲", "R14", HERE)
    later = timezone.now() + timedelta(minutes=10)
    User.objects.filter(pk=row.pk).update(locked_until=later, totp_confirmed_at=later, totp_secret="x")
    assert verbs(client, "account-security", row) >= {"unlocked", "password", "second-factor"}
    for code in ("unlocked", "password", "second-factor"):
        assert act(client, "account-security", row, code, reason="本人当面申请").status_code == 302
    assert any("新密码" in text for text in messages_of(client, registry.get("account-security").url()))
    row.refresh_from_db()
    assert (row.locked_until, row.totp_confirmed_at, row.totp_secret) == (None, None, "")


def test_a_session_is_ended_by_the_security_administrator_alone(places):
    client, user = signed_in("SEC"), account("网格员甲", "R14", HERE)
    now = timezone.now()
    row = OpenSession.objects.create(user=user, session_key="k1", opened_at=now, seen_at=now)
    assert act(signed_in("R24"), "sessions", row, "ended").status_code == 404
    assert act(client, "sessions", row, "ended").status_code == 302
    assert not OpenSession.objects.filter(pk=row.pk).exists()


def test_a_token_is_shown_once_and_revoked(places):
    client, tokens = signed_in("SEC"), registry.get("tokens")
    until = timezone.localtime() + timedelta(days=90)
    typed = {
        "name": "省平台",
        "role": "R25",
        "division_code": COUNTY,
        "expires_at": until.strftime("%Y-%m-%dT%H:%M"),
        "reason": "接入省平台",
    }
    answer = client.post(tokens.url("new"), typed)
    assert answer.status_code == 302, answer.context["form"].errors
    assert any("令牌" in text for text in messages_of(client, answer.url))
    row = tokens.model.objects.get(name="省平台")
    assert act(client, "tokens", row, "revoked", reason="接口停用").status_code == 302
    row.refresh_from_db()
    assert row.revoked_at is not None


def test_a_grant_is_given_to_a_seat_and_ended(places):
    client, grants = signed_in("SEC"), registry.get("grants")
    post(organisation(), "站长")
    typed = {
        "role": "R11",
        "division_code": "330825101000",
        "post": "湖镇镇政府/站长",
        "user": "",
        "reason": "新设岗位",
    }
    answer = client.post(grants.url("new"), typed)
    assert answer.status_code == 302, answer.context["form"].errors
    row = grants.model.objects.get(role="R11")
    AuditEntry.objects.get(action="grant.given")
    assert "ended" in verbs(client, "grants", row)


# -- seats ---------------------------------------------------------------------------------------------------------


def test_a_seat_changes_hands_without_a_gap(places):
    chair = post(organisation(), "站长")
    seat(chair, "前任")
    seat(post(organisation(), "副站长"), "后任")
    answer = signed_in("R24").post(
        registry.get("tenures").url("new"),
        {"post": "湖镇镇政府/站长", "person": "后任", "since": "", "reason": "人事调整"},
    )
    assert answer.status_code == 302, answer.context["form"].errors
    former, latter = Tenure.objects.filter(post=chair).order_by("pk")
    assert former.until == latter.since


def test_a_seat_is_renamed_and_closed_only_when_empty(places):
    client, chair = signed_in("R24"), post(organisation(), "站长")
    who = seat(chair, "现任")
    assert act(client, "posts", chair, "renamed", title="应急站站长", order="3", reason="改名").status_code == 302
    assert act(client, "posts", chair, "closed", reason="撤岗").status_code == 422
    Tenure.objects.filter(person=who).update(until=timezone.now())
    assert act(client, "posts", chair, "closed", reason="撤岗").status_code == 302
    assert Post.objects.filter(pk=chair.pk, title="应急站站长", active=False).exists()


# -- audit ---------------------------------------------------------------------------------------------------------


def test_the_audit_administrator_checks_the_chain_and_nobody_else(places, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    assert signed_in("R24").get(reverse("audit-chain")).status_code == 404
    client = signed_in("AUD")
    assert client.get(reverse("audit-chain")).status_code == 200
    assert client.get(reverse("audit-chain-check")).status_code == 405
    assert client.post(reverse("audit-chain-check")).context["verdict"] is not None


@pytest.mark.django_db(transaction=True)
def test_a_changed_entry_is_named_on_the_page(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    county()
    client = signed_in("AUD")
    act(signed_in("SEC"), "account-security", account("甲", "R14", COUNTY), "password", reason="忘记密码")
    entry = AuditEntry.objects.latest("id")
    with connection.cursor() as cursor:
        cursor.execute("set session_replication_role = replica")
        cursor.execute("update audit_auditentry set reason = '改过' where id = %s", [entry.pk])
        cursor.execute("set session_replication_role = origin")
    page = client.post(reverse("audit-chain-check"))
    assert [entry_id for _kind, _number, entry_id in page.context["breaks"]] == [entry.pk]
    assert "内容被改动" in page.content.decode()


def test_the_glass_is_broken_by_the_system_administrator_with_a_reason(places):
    row, address = risk("R1", "溶洞"), reverse("glass")
    given = {"register": "risks", "row": "R1", "reason": "库容报警误关,现场要求核对"}
    assert signed_in("SEC").post(address, given).status_code == 404
    client = signed_in("R24")
    assert client.post(address, {**given, "reason": ""}).status_code == 422
    assert client.post(address, {**given, "row": "R404"}).status_code == 422
    assert not AuditEntry.objects.filter(action="glass.broken").exists()
    assert "溶洞" in client.post(address, given).content.decode()
    assert AuditEntry.objects.get(action="glass.broken").subject_id == str(row.pk)
    assert client.get(registry.get("risks").url()).status_code == 404


# -- boundaries ----------------------------------------------------------------------------------------------------


def square(west, south, side=0.05):
    ring = [[west, south], [west + side, south], [west + side, south + side], [west, south + side], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def upload(client, *features, datum="wgs84", name="边界.geojson", **more):
    collection = {
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "properties": properties, "geometry": geometry} for properties, geometry in features
        ],
    }
    file = SimpleUploadedFile(name, json.dumps(collection).encode())
    return client.post(reverse("boundaries"), {"file": file, "datum": datum, "column": "", **more})


@pytest.fixture
def drawn(places):
    """The village's outline as it is held."""
    west, south = 119.3, 29.05
    area = MultiPolygon(Polygon.from_bbox((west, south, west + 0.05, south + 0.05)), srid=4326)
    Division.objects.filter(code=HERE).update(area=area, boundary=Boundary.SCHEMATIC)
    return west, south


def test_boundaries_are_tried_then_replaced_with_a_reason(drawn):
    client = signed_in("R24")
    page = upload(client, ({"code": HERE, "name": "新光村"}, square(*drawn, 0.049)))
    trial = page.context["trial"]
    assert (page.status_code, trial.problems, trial.replaced) == (200, (), 1)
    assert Division.objects.get(code=HERE).boundary == Boundary.SCHEMATIC
    commit = reverse("boundaries-commit", args=[page.context["draft"].pk])
    assert client.post(commit, {"datum": "wgs84", "column": "", "reason": ""}).status_code == 422
    assert signed_in("SEC").post(commit, {"datum": "wgs84", "reason": "x"}).status_code == 404
    assert client.post(commit, {"datum": "wgs84", "column": "", "reason": "2025 年勘界成果"}).status_code == 302
    row = Division.objects.get(code=HERE)
    assert (row.boundary, row.source) == (Boundary.OFFICIAL, "2025 年勘界成果")
    assert client.post(commit, {"datum": "wgs84", "reason": "再来一次"}).status_code == 404


def test_what_is_wrong_with_a_file_is_said_feature_by_feature(drawn):
    west, south = drawn
    bow = [[west, south], [west + 0.05, south + 0.05], [west + 0.05, south], [west, south + 0.05], [west, south]]
    page = upload(
        signed_in("R24"),
        ({"code": "330825999999"}, square(*drawn)),
        ({"code": HERE}, {"type": "Polygon", "coordinates": [bow]}),
    )
    assert page.status_code == 422
    assert page.context["draft"] is None
    text = page.content.decode()
    assert "第 1 个要素的区划代码 330825999999 不在区划表中" in text
    assert "第 2 个要素的边界自相交" in text


def test_coordinates_of_a_web_map_are_suspected_in_metres(drawn):
    from anshu.kernel.geo.gcj02 import wgs84_to_gcj02

    west, south = wgs84_to_gcj02(*drawn)
    page = upload(signed_in("R24"), ({"code": HERE}, square(west, south)))
    assert page.status_code == 422
    assert "疑似 GCJ-02" in page.content.decode()
    assert " 米" in page.content.decode()
    read_so = upload(signed_in("R24"), ({"code": HERE}, square(west, south)), datum="gcj02")
    assert read_so.context["trial"].problems == ()


@pytest.mark.parametrize(
    ("content", "name"),
    [(b"MZ\x90", "边界.geojson"), (b"{}", "边界.exe"), (b"PK\x03\x04", "边界.zip"), (b"", "a.json")],
)
def test_a_file_that_is_something_else_is_refused_in_words(drawn, content, name):
    data = {"file": SimpleUploadedFile(name, content), "datum": "auto", "column": ""}
    assert signed_in("R24").post(reverse("boundaries"), data).status_code == 422


def test_the_import_exists_for_administrators_of_the_county_only(drawn):
    for role in ("R01", "R11", "SEC", "AUD", "R22"):
        assert signed_in(role).get(reverse("boundaries")).status_code == 404
    listed = signed_in("R24").get(registry.get("divisions").url()).content.decode()
    assert reverse("boundaries") in listed
    assert reverse("boundaries") not in signed_in("R22").get(registry.get("divisions").url()).content.decode()


def test_the_template_is_a_file_that_the_import_reads(drawn):
    Division.objects.filter(code=HERE).update(level="township")
    client = signed_in("R24")
    body = client.get(reverse("boundaries-template"))
    file = SimpleUploadedFile("模板.geojson", body.content)
    page = client.post(reverse("boundaries"), {"file": file, "datum": "wgs84", "column": "code"})
    lines = {line.code: line.verdict for line in page.context["trial"].lines}
    # What the product drew does not become official by going out and coming back.
    assert (lines[HERE], page.context["draft"]) == ("unchanged", None)


@pytest.mark.parametrize(("role", "slug"), [("SEC", "grants"), ("AUD", "audit"), ("R24", "accounts")])
def test_an_administrators_home_leads_to_the_work(places, role, slug):
    page = signed_in(role).get("/").content.decode()
    assert registry.get(slug).url() in page
    assert "还没有岗位或授权" not in page


def test_a_grants_form_begins_empty(places):
    form = signed_in("SEC").get(registry.get("grants").url("new")).context["form"]
    assert (form["unit"].value(), form["division_code"].value()) == (None, None)
