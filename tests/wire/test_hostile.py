# SPDX-License-Identifier: Apache-2.0
"""Every codec under hostile bytes: no exception but the refusal, no hang, nothing unreadable handed on."""

import faulthandler

import pytest
from tools.fuzzing.chance import changed
from tools.fuzzing.targets import targets

TARGETS = targets()


@pytest.mark.parametrize("name", TARGETS)
def test_a_seed_is_read_as_it_is(name):
    for seed in TARGETS[name].seeds:
        TARGETS[name].attack(seed)


@pytest.mark.parametrize("name", TARGETS)
def test_what_is_made_by_chance_is_refused_or_read(name):
    target = TARGETS[name]
    for number in range(3):
        for data in changed(target.seeds, number, 300):
            # A hang ends the run with the place where it hangs.
            faulthandler.dump_traceback_later(30, exit=True)
            target.attack(data)
    faulthandler.cancel_dump_traceback_later()
