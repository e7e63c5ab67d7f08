# SPDX-License-Identifier: Apache-2.0
"""What holds for all declared registers at once."""

import pytest
from django.test import Client
from tests.cast import COUNTY, account, county, scene

from anshu.console.filters import DivisionFilter
from anshu.console.forms import form_class
from anshu.console.registry import registry
from anshu.kernel.access.choices import Right
from anshu.web.nav import MODULES, menu

ROLES = ("R02", "R03", "R06", "R24", "SEC", "AUD")
every = pytest.mark.parametrize("register", registry.all(), ids=lambda register: register.slug)


def reader(register):
    """An account over the county that may read the register, and create in it if some role may."""
    readers = [account(f"读者{role}", role, COUNTY) for role in ROLES]
    from tests.cast import viewer

    able = [user for user in readers if register.open_to(viewer(user))]
    creators = [user for user in able if register.may(viewer(user), "create")]
    return (creators or able)[0]


def client_of(user):
    client = Client()
    client.force_login(user)
    return client


@every
@pytest.mark.django_db
def test_the_empty_list_says_what_belongs_here(register):
    county()
    page = client_of(reader(register)).get(register.url())
    assert page.status_code == 200
    if not page.context["list"].lines:
        assert str(register.about) in page.content.decode()
    assert register.about, "say what belongs here and how to begin"


@every
@pytest.mark.django_db
def test_every_filter_sort_and_tab_is_answered(register):
    scene()
    client = client_of(reader(register))
    sorts = [f"{sign}{c.name}" for c in register.columns if c.sortable for sign in ("", "-")]
    asked = [{"sort": sort} for sort in sorts] + [{"tab": tab.code} for tab in register.tabs] + [{"q": "甲"}]
    asked += [{"view": "map"}, {"retired": "1"}]
    for each in register.filter_set:
        if isinstance(each, DivisionFilter):
            asked.append({each.name: "330825101000"})
        elif len(each.names()) == 2:
            asked.append(dict.fromkeys(each.names(), "2026-07-01"))
        else:
            controls = each.controls(client_viewer(client), {})
            asked += [{each.name: option.value} for control in controls for option in control.options]
    for given in asked:
        answer = client.get(register.url(), given, headers={"HX-Request": "true", "HX-Target": "rows"})
        assert answer.status_code == 200, given


def client_viewer(client):
    """The viewer behind a client, as the middleware builds it."""
    return client.get("/r/nosuch/").wsgi_request.viewer


@every
@pytest.mark.django_db
def test_the_form_opens_for_whoever_may_create(register):
    county()
    client = client_of(reader(register))
    expected = 200 if register.may(client_viewer(client), "create") else 404
    assert client.get(register.url("new")).status_code == expected


@every
def test_declared_names_exist(register):
    known = register.field_names
    named = [name for group in register.groups for name in group.names]
    columns = {column.name for column in register.columns}
    assert [name for name in named if not _there(register, name.partition(".")[0], columns)] == []
    assert set(register.natural_key) <= set(form_class(register).base_fields) or not register.importable
    assert set(register.bulk_fields) <= set(form_class(register).base_fields)
    assert set(register.phones) <= known
    assert any(column.link for column in register.columns), "one column must lead to the row"
    assert register.sort.removeprefix("-") in known
    assert register.module in {code for code, _name in MODULES}
    assert all(right in Right for rights in register.write_rights.values() for right in rights)


def _there(register, name, columns):
    return name in register.field_names | columns or hasattr(register.model, name)


@pytest.mark.django_db
def test_the_menu_holds_only_what_may_be_read():
    county()
    security = client_viewer(client_of(account("安全管理员甲", "SEC", COUNTY)))
    urls = {item.url for module in menu(security, "/r/grants/") for item in module.items}
    assert "/r/grants/" in urls
    assert "/r/risks/" not in urls
    assert "/r/audit/" not in urls


@pytest.mark.django_db
def test_an_unknown_register_looks_absent():
    county()
    client = client_of(account("业务岗甲", "R03", COUNTY))
    answer = client.get("/r/nosuch/")
    assert answer.status_code == 404
    assert "没有这个页面或这条记录" in answer.content.decode()
