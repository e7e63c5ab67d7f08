# SPDX-License-Identifier: Apache-2.0
"""How a device is held back: exactly, on a clock of the test's own."""

import pytest

from anshu.ingest.allowance import Allowance


def test_what_was_saved_up_may_come_at_once_and_the_rest_at_the_rate():
    device = Allowance(100.0)
    device.take(1_000)
    assert device.wait_s(10.0) == 0.0
    device.take(300)
    assert device.wait_s(10.0) == pytest.approx(3.0)
    assert device.wait_s(13.0) == pytest.approx(0.0)


def test_a_device_below_its_rate_never_waits_and_never_floods():
    device = Allowance(100.0)
    for second in range(1_000):
        device.take(99)
        assert device.wait_s(float(second + 1)) == 0.0
    assert not device.flooding


def test_a_device_above_its_rate_sends_just_the_rate_and_is_told_of_again_and_again():
    device, now, told = Allowance(100.0), 1.0, 0
    device.wait_s(now)
    for _ in range(600):
        device.take(200)
        now += device.wait_s(now)
        told += device.flooding
    assert (600 * 200 - 1_000) / (now - 1.0) == pytest.approx(100.0, rel=0.02)
    assert told > 10
