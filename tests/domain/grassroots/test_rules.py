# SPDX-License-Identifier: Apache-2.0
"""The transition table has no dead ends, and duties stay separate."""

from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anshu.domain.grassroots import rules
from anshu.domain.grassroots.choices import ENDED_STATES, OPEN_STATES, PartyRung, TaskKind, TaskState
from anshu.domain.grassroots.rules import TASKS, Standing, call, may_part, supervisors
from anshu.kernel.org.choices import Level, Rung, Sector
from anshu.kernel.workflow.table import Refused

STATES = set(TaskState.values)


def reachable_from(start):
    seen, waiting = set(), [start]
    while waiting:
        state = waiting.pop()
        if state not in seen:
            seen.add(state)
            waiting += [row.reached_from(state) for row in TASKS.open_from(state)]
    return seen


def test_every_state_is_reached_from_a_report():
    assert reachable_from("reported") == STATES


@pytest.mark.parametrize("state", sorted(STATES))
def test_only_final_states_are_dead_ends(state):
    ends = reachable_from(state) & TASKS.final
    assert ends, f"{state} never ends"
    assert bool([row for row in TASKS.open_from(state) if row.reached_from(state) != state]) or state in TASKS.final


@pytest.mark.parametrize("row", TASKS.transitions, ids=lambda row: row.code)
def test_every_transition_is_reachable(row):
    assert row.sources
    assert row.sources <= reachable_from("reported")


def test_codes_are_unique_and_rights_are_letters_of_the_matrix():
    codes = [row.code for row in TASKS.transitions]
    assert len(codes) == len(set(codes))
    assert {row.right for row in TASKS.transitions} <= set("CUAR")


def test_open_and_ended_states_share_out_all_states():
    assert set(OPEN_STATES) | set(ENDED_STATES) == STATES
    assert not set(OPEN_STATES) & set(ENDED_STATES)


def test_nothing_leads_from_a_final_state_but_an_approved_reopening():
    assert {row.code for state in TASKS.final for row in TASKS.open_from(state)} == {"reopen"}


@given(st.lists(st.sampled_from([row.code for row in TASKS.transitions]), max_size=30))
def test_no_walk_leaves_the_states_or_closes_without_feedback(codes):
    state, walk = "reported", []
    everything = {"reason": "x", "text": "x", "assignee": "post:1", "days": 1, "into": 1}
    for code in codes:
        try:
            state = TASKS.check(code, state=state, given=everything).reached_from(state)
        except Refused:
            continue
        walk.append(code)
        assert state in STATES
    if "close" in walk:
        assert "feedback" in walk[: walk.index("close")]


@pytest.mark.parametrize(
    ("standing", "level", "may"),
    [
        (Standing(), 1, True),
        (Standing(holder=True, doer=True), 4, False),
        (Standing(fed_back=True), 4, False),
        (Standing(reporter=True), 1, False),
        (Standing(reporter=True), 2, False),
        (Standing(reporter=True), 3, True),
        (Standing(doer=True), 3, True),
    ],
)
def test_whoever_did_it_does_not_verify_it(standing, level, may):
    assert may_part(TASKS.find("close"), standing, level=level) is may


def test_one_who_asked_for_an_extension_does_not_grant_it():
    grant = TASKS.find("extension_grant")
    assert not may_part(grant, Standing(extension_open=True, asked_extension=True), level=3)
    assert may_part(grant, Standing(extension_open=True), level=3)
    assert not may_part(grant, Standing(), level=3)


def seat(level, rung, post, person=1):
    return SimpleNamespace(level=level, rung=rung, post_id=post, person_id=person)


FIRST = seat(Level.VILLAGE, Rung.FIRST, 1)
DEPUTY = seat(Level.VILLAGE, Rung.DEPUTY, 2)
TOWNSHIP = seat(Level.TOWNSHIP, Rung.FIRST, 3)
COUNTY = seat(Level.COUNTY, Rung.FIRST, 4)


def test_the_villages_first_responsible_is_called_with_deputy_and_township():
    called = call([COUNTY, FIRST, TOWNSHIP, DEPUTY])
    assert (called.doer, called.instead) == (FIRST, "")
    assert [(s.post_id, rung) for s, rung in called.parties] == [
        (1, PartyRung.DOER),
        (2, PartyRung.DEPUTY),
        (3, PartyRung.SUPERVISOR),
    ]


@pytest.mark.parametrize(
    ("chain", "post", "why"),
    [
        ([DEPUTY, TOWNSHIP, COUNTY], 2, "deputy"),
        ([seat(Level.VILLAGE, Rung.FIRST, 1, None), DEPUTY, TOWNSHIP], 2, "deputy"),
        ([TOWNSHIP, COUNTY], 3, "township"),
        ([COUNTY], 4, "county"),
    ],
)
def test_an_empty_seat_is_stood_in_for(chain, post, why):
    called = call(chain)
    assert (called.doer.post_id, called.instead) == (post, why)


def test_nobody_at_all_is_said():
    assert call([]).instead == "nobody"


def test_supervision_skips_a_rung_without_people():
    assert supervisors([FIRST, COUNTY], above=Level.VILLAGE) == [(COUNTY, PartyRung.COUNTY)]
    assert supervisors([FIRST, COUNTY], above=Level.COUNTY) == []


def test_every_kind_has_a_sector_and_every_sector_a_kind():
    assert {rules.sector_of(kind) for kind in TaskKind.values} <= set(Sector.values)
    assert {rules.kind_of(sector) for sector in ["", *Sector.values]} <= set(TaskKind.values)


@pytest.mark.parametrize(
    ("level", "than", "is_worse"), [(1, 2, True), (2, 1, False), (4, 0, True), (0, 4, False), (3, 3, False)]
)
def test_red_is_the_worst_and_none_the_mildest(level, than, is_worse):
    assert rules.worse(level, than) is is_worse
