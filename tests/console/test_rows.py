# SPDX-License-Identifier: Apache-2.0
"""Lists, history and bulk changes on the risk library, where the suite does not reach."""

import pytest
from django.db import connection
from django.test import Client
from tests.cast import COUNTY, account, county, risk, village

from anshu.console.models import SavedView
from anshu.console.paging import COUNT_LIMIT, Count
from anshu.console.registry import registry
from anshu.domain.risks.models import RiskObject

pytestmark = pytest.mark.django_db
HERE = "330825101200"


@pytest.fixture
def risks():
    county()
    village(HERE)
    return registry.get("risks")


def client_of(user):
    client = Client()
    client.force_login(user)
    return client


def clerk():
    return client_of(account("镇办事员", "R11", "330825101000"))


@pytest.mark.parametrize("sort", ["grade", "-grade", "people_exposed", "-people_exposed", "name", "-code"])
def test_every_page_forwards_and_back_holds_each_row_once(risks, sort):
    for number in range(130):
        risk(f"R{number:03}", f"对象{number % 7}", grade=[1, 2, None][number % 3], people_exposed=number % 4 or None)
    client = clerk()
    forwards, address = [], f"{risks.url()}?sort={sort}"
    pages = []
    while True:
        context = client.get(address).context
        page = [line.row.pk for line in context["list"].lines]
        forwards += page
        pages.append(page)
        after = context["list"].page.after
        if not after:
            break
        address = f"{risks.url()}?{context['query'].link(cursor=after)}"
    assert len(forwards) == len(set(forwards)) == 130
    backwards = [pages[-1]]
    while context["list"].page.before:
        address = f"{risks.url()}?{context['query'].link(cursor=context['list'].page.before)}"
        context = client.get(address).context
        backwards.insert(0, [line.row.pk for line in context["list"].lines])
    assert backwards == pages


def test_a_count_past_the_limit_says_so():
    assert str(Count(COUNT_LIMIT + 1)) == "10,000+"
    assert str(Count(1234)) == "1,234"
    assert str(Count(1234, 1000)) == "1,000+"


def test_a_change_in_bare_sql_shows_as_nobodys(risks):
    row = risk("R1")
    with connection.cursor() as cursor:
        cursor.execute("update risks_riskobject set name = '改了名' where id = %s", [row.pk])
    page = clerk().get(risks.url("history", row.pk)).content.decode()
    assert "未经平台改动" in page
    assert "改了名" in page


def test_bulk_change_of_a_field_is_all_or_nothing(risks):
    rows = [risk("R1"), risk("R2")]
    data = {"pk": [row.pk for row in rows], "what": "grade", "grade": "1", "confirmed": "1", "reason": "重新评估"}
    assert clerk().post(risks.url("bulk"), data).status_code == 200
    assert set(RiskObject.objects.values_list("grade", flat=True)) == {1}


def test_bulk_change_without_a_reason_changes_nothing(risks):
    row = risk("R1", grade=2)
    answer = clerk().post(risks.url("bulk"), {"pk": row.pk, "what": "grade", "grade": "1", "confirmed": "1"})
    assert answer.status_code == 422
    row.refresh_from_db()
    assert row.grade == 2


@pytest.mark.parametrize("what", ["name", "retired_at", "nosuch", ""])
def test_bulk_change_of_another_field_looks_absent(risks, what):
    row = risk("R1")
    assert clerk().post(risks.url("bulk"), {"pk": row.pk, "what": what}).status_code == 404


def test_a_row_cannot_be_moved_out_of_ones_own_scope(risks):
    village("330825109205")
    row = risk("R1")
    client = clerk()
    page = client.get(risks.url("edit", row.pk))
    data = {name: page.context["form"][name].value() or "" for name in page.context["form"].fields if name != "point"}
    data.update(point_lng="119.1", point_lat="28.9", point_crs="wgs84", reason="x", version=page.context["version"])
    answer = client.post(risks.url("edit", row.pk), {**data, "division_code": "330825109205"})
    assert answer.status_code == 422
    row.refresh_from_db()
    assert row.division_code == HERE


def test_only_who_approves_may_verify(risks):
    row = risk("R1")
    address = risks.url("act", row.pk, "verified")
    assert client_of(account("网格员", "R14", HERE)).post(address, {"reason": "到过现场"}).status_code == 404
    assert clerk().post(address, {"reason": "到过现场"}).status_code == 302
    row.refresh_from_db()
    assert row.verified_by.startswith("镇办事员")


def test_a_view_is_kept_and_only_its_owner_deletes_it(risks):
    owner, other = clerk(), client_of(account("局业务岗", "R03", COUNTY))
    owner.post(risks.url("view_keep"), {"name": "重大", "querystring": "grade=1&evil=2", "shared": "1"})
    view = SavedView.objects.get()
    assert view.querystring == "grade=1"
    assert "重大" in other.get(risks.url()).content.decode()
    assert other.post(risks.url("view_drop", view.pk)).status_code == 404
    assert owner.post(risks.url("view_drop", view.pk)).status_code == 302
    assert not SavedView.objects.exists()


def test_chosen_columns_are_remembered(risks):
    risk("R1")
    client = clerk()
    client.post(risks.url("columns"), {"column": ["name", "address", "password"]})
    heads = [head.column.name for head in client.get(risks.url()).context["list"].heads]
    assert heads == ["name", "address"]
    client.post(risks.url("columns"), {"reset": "1"})
    assert len(client.get(risks.url()).context["list"].heads) > 2


def test_the_map_gets_the_same_filtered_rows(risks):
    seen, other = risk("R1", grade=1), risk("R2", grade=4)
    found = clerk().get(risks.url("geojson"), {"grade": "1"}).json()
    assert [feature["id"] for feature in found["features"]] == [seen.pk]
    assert other.pk not in [feature["id"] for feature in found["features"]]


def test_a_village_sees_only_its_own_township_in_the_filter(risks):
    village("330825109205")
    client = client_of(account("网格员", "R14", HERE))
    options = [o.label for c in client.get(risks.url()).context["list"].controls for o in c.options]
    assert "新光村" in options
    assert "大垅村" not in options


def test_missing_assets_say_what_to_run(risks, monkeypatch):
    from anshu.console.templatetags import console

    monkeypatch.setattr(console, "_manifest", dict)
    page = clerk().get(risks.url())
    assert page.status_code == 200
    assert "界面资源尚未构建" in page.content.decode()
