# SPDX-License-Identifier: Apache-2.0
"""Periods in words."""

from datetime import datetime, timedelta

import pytest
from django.utils import translation

from anshu.kernel.timing.calendar import SHANGHAI
from anshu.kernel.timing.labels import period_label, remaining_label

NOW = datetime(2026, 11, 23, 9, tzinfo=SHANGHAI)


@pytest.fixture(autouse=True)
def chinese():
    with translation.override("zh-hans"):
        yield


@pytest.mark.parametrize(
    ("left", "label"),
    [
        (timedelta(hours=3, minutes=20), "剩 3 小时 20 分"),
        (timedelta(days=1, hours=2, minutes=30), "剩 1 天 2 小时"),
        (timedelta(minutes=45, seconds=59), "剩 45 分"),
        (timedelta(seconds=59), "剩 不到 1 分钟"),
        (timedelta(), "剩 不到 1 分钟"),
        (timedelta(days=-2), "逾期 2 天"),
        (timedelta(hours=-1), "逾期 1 小时"),
        (timedelta(seconds=-1), "逾期 不到 1 分钟"),
    ],
)
def test_remaining_time_is_said_in_its_two_largest_units(left, label):
    assert remaining_label(NOW + left, NOW) == label


def test_a_period_has_no_sign():
    assert period_label(timedelta(minutes=-200)) == period_label(timedelta(minutes=200)) == "3 小时 20 分"
