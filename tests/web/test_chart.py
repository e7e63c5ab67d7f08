# SPDX-License-Identifier: Apache-2.0
"""The server's own curve."""

from datetime import UTC, datetime, timedelta

from anshu.web.chart import HEIGHT, WIDTH, chart_of

START = datetime(2026, 7, 4, tzinfo=UTC)


def series(*values):
    return [(START + timedelta(hours=hour), value) for hour, value in enumerate(values)]


def test_a_curve_spans_the_box_from_first_to_last():
    points = [tuple(map(float, pair.split(","))) for pair in chart_of(series(1, 3, 2), {}).points.split()]
    assert (points[0][0], points[-1][0]) == (0, WIDTH)
    assert points[1][1] < points[2][1] < points[0][1]
    assert all(0 <= y <= HEIGHT for _x, y in points)


def test_a_threshold_above_every_value_is_inside_the_box():
    chart = chart_of(series(1, 2), {"red": 9.0, "blue": None})
    assert [limit.level for limit in chart.limits] == ["red"]
    assert 0 < chart.limits[0].y < HEIGHT
    assert (chart.low, chart.high) == (1, 2)


def test_a_flat_curve_is_drawn():
    assert chart_of(series(5, 5, 5), {}).points.count(",") == 3


def test_fewer_than_two_real_values_are_no_curve():
    assert chart_of(series(5), {}) is None
    assert chart_of(series(5, float("nan")), {}) is None
