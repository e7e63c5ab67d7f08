# SPDX-License-Identifier: Apache-2.0
"""Station weather read as the Canadian programs write it (data/03_forest_fire), and what is refused."""

import csv

import numpy as np
import pytest

from anshu.science.fire_weather import daily
from anshu.science.fire_weather.reading import read_hourly, read_noon
from anshu.science.standing import Refusal

HEAD = "long;lat;yr;mon;day;temp;rh;ws;prec\n"


def test_the_programs_input_gives_the_programs_output(shared):
    given = (shared / "data/03_forest_fire/cffdrs_r_data/test_fwi.csv").read_text(encoding="utf-8")
    with (shared / "data/03_forest_fire/cffdrs_r_expected/fwi_01.csv").open(encoding="utf-8", newline="") as lines:
        printed = [float(row["FWI"]) for row in csv.DictReader(lines)]
    (weather,) = read_noon(given).values()
    np.testing.assert_allclose(daily.run(weather).fwi, printed, rtol=5e-4)


def test_several_stations_are_kept_apart(shared):
    given = (shared / "data/03_forest_fire/cffdrs_r_data/test_wDC.csv").read_text(encoding="utf-8")
    stations = read_noon(given)
    with_id = {line.split(";")[0] for line in given.splitlines()[1:] if line}
    assert set(stations) == with_id
    assert stations["1"].latitude_deg == pytest.approx(49.4625)


def test_hours_are_read_in_a_row(shared):
    given = (shared / "data/03_forest_fire/cffdrs_r_data/test_hffmc.csv").read_text(encoding="utf-8")
    weather = read_hourly(given)
    assert np.shape(weather.temperature_c) == (480,)
    assert weather.temperature_c[:2].tolist() == [16.5, 15.5]


def test_marks_capitals_commas_and_blanks_are_understood():
    (weather,) = read_noon("\ufeffLAT,YR,MON,DAY,TEMP,RH,WS,PREC\n29,2024,7,1,30,NA,5,\n").values()
    assert weather.temperature_c.tolist() == [30.0]
    assert np.isnan([weather.humidity_pct[0], weather.rain_mm[0]]).all()


def test_a_day_left_out_is_missing_and_days_are_put_in_order():
    (weather,) = read_noon(HEAD + "119;29;2024;7;3;31;40;5;0\n119;29;2024;7;1;30;40;5;0\n").values()
    assert weather.temperature_c.tolist() == pytest.approx([30.0, np.nan, 31.0], nan_ok=True)
    assert weather.month.tolist() == [7, 7, 7]


@pytest.mark.parametrize(
    ("text", "code", "params"),
    [
        ("", "columns_missing", {"names": ("lat", "yr", "mon", "day", "temp", "rh", "ws", "prec")}),
        ("lat;yr;mon;day;temp;rh;ws\n", "columns_missing", {"names": ("prec",)}),
        (HEAD + "119;29;2024;7;1;hot;40;5;0\n", "not_a_number", {"line": 2, "column": "temperature_c"}),
        (HEAD + "119;29;2024;13;1;30;40;5;0\n", "not_a_date", {"line": 2, "value": "2024-13-1"}),
        (HEAD + "119;29;2024;7;1;30;40;5;0\n" * 2, "day_twice", {"line": 3, "day": "2024-07-01"}),
    ],
)
def test_what_cannot_be_weather_is_refused_by_line_and_column(text, code, params):
    with pytest.raises(Refusal) as refused:
        read_noon(text)
    assert refused.value.code == code
    assert params.items() <= refused.value.params.items()


def test_a_gap_between_hours_is_refused():
    rows = "yr;mon;day;hr;temp;rh;ws;prec\n2024;7;1;22;20;50;5;0\n2024;7;1;23;20;50;5;0\n2024;7;2;1;20;50;5;0\n"
    with pytest.raises(Refusal, match="hours_skip") as refused:
        read_hourly(rows)
    assert refused.value.params == {"line": 4}
    assert np.shape(read_hourly(rows.replace(";2;1;20", ";2;0;20")).rain_mm) == (3,)
