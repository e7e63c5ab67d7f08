# SPDX-License-Identifier: Apache-2.0
"""Every form and table takes every nonsense: refused by field or stored as plain text, never a failure."""

import csv
import io
from urllib.parse import urlencode

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.domain.resources import test_registers as resources
from tests.domain.risks import test_register as risks
from tests.domain.sensing import test_register as sensing
from tests.hostile.conftest import NASTY, SCRIPT

from anshu.console.forms import form_class
from anshu.console.registry import registry

PLACE = {"division_code": "330825101200", "point_lng": "119.15", "point_lat": "28.93", "point_crs": "wgs84"}
SLUGS = ["incidents", "risks", "shelters", "stock", "tasks", "teams", "things"]


def typed(slug):
    """What is right in every field."""
    known = {
        "risks": risks.TestRisks,
        "shelters": resources.TestShelters,
        "teams": resources.TestTeams,
        "stock": resources.TestStock,
        "things": sensing.TestThings,
    }
    if slug in known:
        return {**known[slug]().typed(1), "reason": "核对"}
    own = {"text": "正在上涨", "level": "2"} if slug == "tasks" else {}
    return {"kind": "flood", "title": "河水漫堤", "sector_code": "flood", **own, **PLACE, "reason": "核对"}


ABSURD = {
    "shelters": {"capacity": ["-1", "1e9", "99999999999", "1.5", "NaN"], "people": ["-5", "2147483648"]},
    "teams": {"members": ["-1", "2147483648"], "on_duty": ["-1"]},
    "stock": {"quantity": ["-1", "NaN", "1e400", "Infinity", "1" * 40]},
    "incidents": {"happened_at": ["9999-12-31T23:59", "0001-01-01T00:00", "2026-02-30T00:00", "tomorrow"]},
    "risks": {"point_lng": ["0", "181", "NaN", "1e400", "-119.15"], "point_lat": ["0", "91", "inf"]},
    "tasks": {"level": ["9", "-1", "x"], "kind": ["war", "alarm"], "division_code": ["999999999999", "330825109205"]},
}


def post(browser, address, given):
    """Post a form as a browser would, broken characters included."""
    body = urlencode(given, errors="surrogatepass")
    return browser.post(address, body, content_type="application/x-www-form-urlencoded")


def browser_for(slug, everyone):
    new = registry.get(slug).url("new")
    return next((browser for browser in everyone if browser.get(new).status_code == 200), None)


@pytest.fixture
def people(cast, sit, everyone):
    """Those who may register something somewhere, the enterprise of the risks included."""
    from tests.cast import account

    own = account("企业安全员", "R16", "330825101200", unit=risks.firm())
    return [sit(cast.township), sit(own), *everyone]


def with_forms():
    return sorted(register.slug for register in registry.all() if register.service("create") is not None)


@pytest.mark.parametrize("slug", with_forms())
def test_a_form_full_of_nonsense_is_refused_in_words(slug, people):
    register, browser = registry.get(slug), browser_for(slug, people)
    if browser is None:
        pytest.skip("nobody of the cast may create one")
    names = [*form_class(register).base_fields, "point_lng", "point_lat", "point_crs", "reason"]
    before = register.model._default_manager.count()
    for said, nasty in NASTY.items():
        answer = post(browser, register.url("new"), dict.fromkeys(names, nasty[:5000]))
        assert answer.status_code == 422, said
        assert SCRIPT not in answer.content.decode()
    assert register.model._default_manager.count() == before


@pytest.mark.parametrize("slug", SLUGS)
def test_one_nonsense_among_good_values_is_refused_or_stays_text(slug, people):
    register, browser = registry.get(slug), browser_for(slug, people)
    number = 0
    for name in typed(slug):
        for said in ("a script", "NUL", "half a character"):
            number += 1
            given = typed(slug)
            if "code" in given:
                given["code"] = f"N-{number}"
            given[name] = NASTY[said]
            answer = post(browser, register.url("new"), given)
            expected = {302, 422} if name != "reason" else {302, 422, 400}
            assert answer.status_code in expected, (name, said)
    assert SCRIPT not in browser.get(register.url()).content.decode()


@pytest.mark.parametrize(
    ("slug", "name", "value"),
    [(slug, name, value) for slug, fields in ABSURD.items() for name, values in fields.items() for value in values],
)
def test_an_absurd_value_is_refused_and_its_field_named(slug, name, value, people):
    register, browser = registry.get(slug), browser_for(slug, people)
    answer = browser.post(register.url("new"), {**typed(slug), name: value})
    assert answer.status_code == 422
    assert name.removesuffix("_lng").removesuffix("_lat") in answer.context["form"].errors
    assert not register.model._default_manager.exists()


@pytest.mark.parametrize("slug", ["shelters", "tasks", "incidents", "risks"])
def test_a_place_in_another_county_is_refused_by_its_field(slug, people):
    register, browser = registry.get(slug), browser_for(slug, people)
    # Hangzhou.
    far = {**typed(slug), "point_lng": "120.15", "point_lat": "30.27"}
    answer = browser.post(register.url("new"), far)
    assert answer.status_code == 422
    assert not register.model._default_manager.exists()


def test_fields_that_a_form_does_not_have_cannot_be_set(people):
    browser = browser_for("shelters", people)
    more = {
        "id": "70000",
        "retired_at": "2020-01-01",
        "park_code": "330825999999",
        "created_at": "2001-01-01",
        "reason": "核",
    }
    assert browser.post(registry.get("shelters").url("new"), {**typed("shelters"), **more}).status_code == 302
    row = registry.get("shelters").model.objects.get()
    assert (row.retired_at, row.pk != 70000, getattr(row, "park_code", "")) == (None, True, "")


def table(rows, *, encoding="utf-8"):
    return resources.TestShelters().table(rows).encode(encoding, "surrogatepass")


def tried(browser, content, name="表.csv"):
    return browser.post("/r/shelters/import/", {"file": SimpleUploadedFile(name, content)})


def test_a_table_of_nonsense_is_judged_row_by_row_and_nothing_is_written(people):
    rows = [{**typed("shelters"), "code": f"S{i}", "name": nasty[:3000]} for i, nasty in enumerate(NASTY.values())]
    rows += [{**typed("shelters"), "code": nasty[:3000]} for nasty in NASTY.values()]
    answer = tried(people[0], table(rows))
    assert answer.status_code in (200, 422)
    assert SCRIPT not in answer.content.decode()
    assert not registry.get("shelters").model.objects.exists()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-be"])
def test_a_table_in_any_encoding_is_read_or_refused_in_words(encoding, people):
    answer = tried(people[0], table([typed("shelters")], encoding=encoding))
    assert answer.status_code in (200, 422)
    assert answer.context.get("trial") or answer.context["trouble"]


def test_a_table_of_a_hundred_thousand_rows_is_refused_at_once(people):
    row = ",".join(["S1"] * len(typed("shelters")))
    content = (",".join(typed("shelters")) + "\n" + f"{row}\n" * 100_000).encode()
    answer = tried(people[0], content)
    assert answer.status_code == 422
    assert answer.context["trouble"]


def test_the_same_key_twice_in_a_table_is_named_by_its_row(people):
    answer = tried(people[0], table([typed("shelters"), typed("shelters")]))
    assert answer.context["trial"].counts["refused"] == 1
    assert "第 2 行重复" in answer.content.decode()


def test_a_formula_in_a_table_is_stored_as_text_and_goes_out_inert(people):
    browser = people[0]
    formula = '=HYPERLINK("http://evil","x")'
    answer = tried(browser, table([{**typed("shelters"), "name": formula}]))
    browser.post(f"/r/shelters/import/{answer.context['draft'].pk}/", {"reason": "核对"})
    assert registry.get("shelters").model.objects.get().name == formula
    sent = b"".join(browser.get("/r/shelters/export.csv").streaming_content).decode()
    cells = [cell for line in csv.reader(io.StringIO(sent)) for cell in line]
    assert f"'{formula}" in cells
    assert not [cell for cell in cells if cell.startswith("=")]
