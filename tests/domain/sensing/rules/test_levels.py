# SPDX-License-Identifier: Apache-2.0
"""Levels against their neighbours."""

import numpy as np

from anshu.domain.sensing.rules import Partner, levels_doubted

STEPS = 60


def calm(offset=0.0):
    return np.sin(np.arange(STEPS) / 9) * 0.1 + offset


def test_a_level_that_leaves_its_neighbours_alone_is_doubted():
    own = calm()
    own[40] += 3.0
    partners = [Partner(calm(5.0), 1.0), Partner(calm(9.0), 1.0)]
    assert np.flatnonzero(levels_doubted(own, partners, usual_steps=30)).tolist() == [40]
    assert not levels_doubted(partners[0].level, [Partner(own, 1.0), partners[1]], usual_steps=30).any()


def test_of_two_stations_the_one_that_moved_is_doubted():
    own, other = calm(), calm(2.0)
    own[40:43] -= 2.0
    assert np.flatnonzero(levels_doubted(own, [Partner(other, 1.0)], usual_steps=30)).tolist() == [40, 41, 42]
    assert not levels_doubted(other, [Partner(own, 1.0)], usual_steps=30).any()


def test_a_flood_that_all_stations_see_is_no_fault():
    wave = calm()
    wave[35:] += np.linspace(0, 4, STEPS - 35)
    assert not levels_doubted(wave, [Partner(wave + 3, 1.0), Partner(wave - 1, 1.0)], usual_steps=30).any()


def test_without_neighbours_or_history_nothing_is_said():
    own = calm()
    own[5], own[40] = 9.0, 9.0
    assert not levels_doubted(own, [], usual_steps=30).any()
    assert not levels_doubted(own, [Partner(np.full(STEPS, np.nan), 1.0)], usual_steps=30).any()
    assert not levels_doubted(own, [Partner(calm(), 1.0)], usual_steps=30)[5]
