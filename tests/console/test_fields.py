# SPDX-License-Identifier: Apache-2.0
"""Form fields that know the county."""

import pytest
from django.core.exceptions import ValidationError

from anshu.console.fields import PhoneField, PlaceField
from anshu.kernel.geo.gcj02 import wgs84_to_gcj02


def test_a_position_from_a_chinese_map_is_shifted_back():
    lng, lat = wgs84_to_gcj02(119.1723, 29.0285)
    point = PlaceField().clean([str(lng), str(lat), "gcj02"])
    assert (round(point.x, 5), round(point.y, 5)) == (119.1723, 29.0285)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["29.0285", "119.1723", "wgs84"], "填反"),
        (["nan", "29", "wgs84"], "不是坐标数值"),
        (["inf", "29", "wgs84"], "不是坐标数值"),
        (["东经119", "29", "wgs84"], "不是坐标数值"),
        (["0", "0", "wgs84"], "不在国内"),
        (["119.1", "", "wgs84"], "成对"),
        (["119.1", "29.0", "bd09"], "wgs84 或 gcj02"),
        (["", "", ""], "请填写经度和纬度"),
    ],
)
def test_an_absurd_position_is_refused_in_words(given, said):
    with pytest.raises(ValidationError) as refused:
        PlaceField().clean(given)
    assert said in refused.value.messages[0]


def test_a_masked_phone_left_alone_stays_what_it_was():
    field = PhoneField()
    field.stored = "13912345678"
    assert field.prepare_value("13912345678") == "139****5678"
    assert field.clean("139****5678") == "13912345678"
    assert not field.has_changed("13912345678", "139****5678")


def test_a_phone_of_letters_is_refused():
    with pytest.raises(ValidationError):
        PhoneField().clean("<script>")
