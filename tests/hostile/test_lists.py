# SPDX-License-Identifier: Apache-2.0
"""Whatever a list is asked for, it answers with a page, never with a failure."""

import base64
import json

from tests.hostile.conftest import NASTY, SCRIPT

from anshu.console.registry import registry
from anshu.domain.risks.models import RiskObject

CURSORS = [
    base64.urlsafe_b64encode(json.dumps(each).encode()).decode()
    for each in (
        [None, 1, 0], ["a\x00b", 1, 0], ["\ud800", 1, 1], [10**400, 10**400, 0], ["9999-12-31T23:59:59+00:00", 1, 0],
        [{}, {}, {}], [[], 1, 0], [1e308, -1, 1], [True, True, True], ["x", 1, 0], [1, "1", 0], [1], {}, "x", 7,
        ["0001-01-01T00:00:00+00:00", 2**63, 1], [-(2**40), 1, 0],
    )
]  # fmt: skip


def parameters(register):
    names = {"q", "tab", "sort", "size", "view", "cursor", "retired"}
    return sorted(names.union(*[set(each.names()) for each in register.filter_set]))


def registers():
    return sorted(register.slug for register in registry.all())


def opened(slugs, browsers):
    """Each register with a browser that may open it."""
    for slug in slugs:
        address = registry.get(slug).url()
        yield slug, next(browser for browser in browsers if browser.get(address).status_code == 200)


# The kit is one: some registers stand for all, and all are tried with the worst.
SOME = ["risks", "tasks", "audit"]
WORST = ["NUL", "year 9999", "half a character", "a script"]


def asked(register, nasty):
    return {name: nasty[:300].encode("utf-8", "surrogatepass") for name in parameters(register)}


def test_every_parameter_takes_every_nonsense(everyone, world):
    for slug, browser in opened(registers(), everyone):
        register = registry.get(slug)
        for said in NASTY if slug in SOME else WORST[:2]:
            answer = browser.get(register.url(), asked(register, NASTY[said]))
            assert answer.status_code == 200, (slug, said)
            assert SCRIPT not in answer.content.decode()


def test_a_forged_place_in_the_list_is_the_first_page(everyone, world):
    for slug, browser in opened(registers(), everyone):
        register = registry.get(slug)
        sorts = [f"-{column.name}" for column in register.columns if column.sortable][:2]
        for sort in ["", *sorts] if slug in SOME else sorts[:1]:
            for cursor in CURSORS if slug == SOME[0] else CURSORS[1:2]:
                assert browser.get(register.url(), {"cursor": cursor, "sort": sort}).status_code == 200, (slug, cursor)


def test_exports_and_maps_take_nonsense_too(everyone, world):
    for slug, browser in opened(SOME, everyone):
        register = registry.get(slug)
        for said in WORST:
            for way in ("export.csv", "geojson/", "export.exe"):
                answer = browser.get(f"{register.url()}{way}", asked(register, NASTY[said]))
                assert answer.status_code in (200, 404), (way, said)
                if answer.streaming:
                    assert b"".join(answer.streaming_content)


def test_searching_for_wildcards_finds_only_what_holds_them(cast, sit, world):
    client = sit(cast.township)
    for word in ("%", "_", "\\", "'; drop table risks_riskobject; --"):
        assert world.risk.name not in client.get("/r/risks/", {"q": word}).content.decode(), word
    assert RiskObject.objects.count() == 1
