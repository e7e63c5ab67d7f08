# SPDX-License-Identifier: Apache-2.0
"""A transition table allows what it lists and says why it refuses the rest."""

import pytest

from anshu.kernel.workflow.table import Needs, Refused, Table, Transition

TABLE = Table(
    "door",
    (
        Transition(code="shut", label="关", sources=frozenset({"open"}), target="shut", right="U"),
        Transition(
            code="lock", label="锁", sources=frozenset({"shut"}), target="locked", right="A", needs=(Needs.REASON,)
        ),
        Transition(code="knock", label="敲", sources=frozenset({"shut", "locked"}), target="", right="R"),
    ),
    final=frozenset({"locked"}),
)


def test_it_lists_what_may_happen_in_a_state():
    assert [transition.code for transition in TABLE.open_from("shut")] == ["lock", "knock"]


@pytest.mark.parametrize(
    ("code", "state", "given", "why"),
    [
        ("paint", "open", {}, "unknown"),
        ("lock", "open", {"reason": "夜"}, "state"),
        ("lock", "shut", {}, "missing"),
        ("lock", "shut", {"reason": "  "}, "missing"),
    ],
)
def test_it_refuses_with_the_reason(code, state, given, why):
    with pytest.raises(Refused) as refused:
        TABLE.check(code, state=state, given=given)
    assert refused.value.code == why


def test_it_names_what_is_missing():
    with pytest.raises(Refused) as refused:
        TABLE.check("lock", state="shut", given={})
    assert refused.value.missing == ("reason",)


def test_a_transition_without_a_target_leaves_the_state():
    assert TABLE.check("knock", state="locked", given={}).reached_from("locked") == "locked"
    assert TABLE.check("shut", state="open", given={}).reached_from("open") == "shut"
