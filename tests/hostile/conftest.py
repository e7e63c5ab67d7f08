# SPDX-License-Identifier: Apache-2.0
"""The people and objects of the web tests, and words that should hurt nobody."""

import pytest
from tests.web.conftest import cast, now, sit, world

__all__ = ["NASTY", "cast", "now", "sit", "world"]

SCRIPT = "<script>alert('1')</script>"
NASTY = {
    "a script": SCRIPT,
    "an attribute": '" onmouseover="alert(1)',
    "SQL": "'; drop table risks_riskobject; --",
    "LIKE wildcards": "%_\\%",
    "a template": "{{ 7*7 }}{% load x %}%(name)s{0}",
    "NUL": "a\x00b",
    "half a character": "\ud800",
    "marks that turn the text": "\u202e\u2066abc\u200f",
    "emoji": "👩‍👩‍👧‍👦🏴󠁧󠁢󠁳󠁣󠁴󠁿" * 5,
    "line ends": "a\r\nSet-Cookie: x=1",
    "a huge number": "1" + "0" * 400,
    "an exponent": "1e309",
    "a negative": "-1",
    "not a number": "nan",
    "infinity": "-inf",
    "unicode digits": "²٣",
    "year 9999": "9999-12-31",
    "year 1": "0001-01-01",
    "no day": "2026-02-30",
    "a long text": "长" * 70_000,
    "just past a bigint": str(2**63),
    "a list": "[]",
    "a path": "../../../../etc/passwd",
}


@pytest.fixture
def everyone(cast, sit):
    """A browser for every kind of account."""
    from tests.cast import account

    users = [cast.leader, cast.duty_officer, cast.bureau, cast.township, cast.village, cast.auditor]
    users += [account(f"管理员{role}", role) for role in ("R24", "SEC", "AUD")]
    return [sit(user) for user in users]
