# SPDX-License-Identifier: Apache-2.0
import pytest

from anshu.wire.base import TEMPLATES, Fault, Refused, refuse
from anshu.wire.base.readers import bcd_digits, bcd_time


def test_a_fault_speaks_both_languages():
    fault = Fault("bad_bcd", 3, "6.6.3.3", {"raw": "1A"})
    assert "1A" in fault.message("zh")
    assert "1A" in fault.message("en")


def test_a_reason_without_a_text_is_said_by_its_code():
    assert Fault("strange", 0, "").message("zh") == "strange"


def test_every_text_names_the_same_particulars_in_both_languages():
    for zh, en in TEMPLATES.values():
        assert {p.split("}")[0] for p in zh.split("{")[1:]} == {p.split("}")[0] for p in en.split("{")[1:]}


def test_a_refusal_carries_reason_place_and_clause():
    with pytest.raises(Refused) as caught:
        refuse("garbage", 7, "6.2", length=3)
    assert (caught.value.reason, caught.value.offset, caught.value.clause) == ("garbage", 7, "6.2")
    assert caught.value.params == {"length": 3}


@pytest.mark.parametrize("digits", ["1a", "", "-1"])
def test_only_decimal_digits_are_bcd(digits):
    with pytest.raises(Refused, match="BCD"):
        bcd_digits(digits, 0, "")


@pytest.mark.parametrize(
    "digits", ["2413010000", "2402300000", "2401012400", "2401010060", "240101000060", "24010a0000", "", "+101010000"]
)
def test_impossible_times_are_refused(digits):
    with pytest.raises(Refused) as caught:
        bcd_time(digits, 0, "")
    assert caught.value.reason == "bad_time"


def test_times_are_beijing_times_of_this_century():
    assert bcd_time("591011154947", 0, "").isoformat() == "2059-10-11T15:49:47+08:00"
