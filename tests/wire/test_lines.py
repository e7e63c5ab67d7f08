# SPDX-License-Identifier: Apache-2.0
import json
from datetime import datetime

import pytest

from anshu.wire import sl651
from anshu.wire.base import CHINA
from anshu.wire.lines import PROTOCOLS, decode_lines

LEVEL = (
    "7E7E05001122334403E833002B020026170718102202F1F1001122334448F0F0170718102220190000402619000040392300010490"
    "3812110203F511"
)


def test_blanks_and_comments_are_passed_over_and_spaces_allowed():
    spaced = " ".join(LEVEL[i : i + 2].lower() for i in range(0, len(LEVEL), 2))
    assert len(list(decode_lines("sl651", ["", "  # a note", spaced + "  # why\n"]))) == 1


def test_a_frame_becomes_one_object():
    (out,) = decode_lines("sl651", [LEVEL])
    assert json.loads(json.dumps(out)) == out
    assert out["ok"] is True
    assert (out["message"]["function"], out["message"]["thing"]) == ("33", "0011223344")
    assert out["observations"][2] == {
        "thing": "0011223344",
        "property": "water_level",
        "time": "2017-07-18T10:22:00+08:00",
        "value": 10.49,
        "unit": "m",
        "quality": "good",
    }


def test_a_refused_frame_says_why_in_both_languages():
    (out,) = decode_lines("sl651", [LEVEL[:-1] + "0"])
    assert (out["ok"], out["error"]["reason"], out["error"]["offset"]) == (False, "bad_crc", 58)
    assert set(out["error"]) == {"reason", "offset", "clause", "message_zh", "message_en"}


@pytest.mark.parametrize("line", ["hello", "7E7", "7E7E中文"])
def test_a_line_that_is_not_hexadecimal_is_refused_and_the_next_is_read(line):
    bad, good = decode_lines("sl651", [line, LEVEL])
    assert (bad["error"]["reason"], good["ok"]) == ("not_hex", True)


def test_a_picture_over_several_lines_is_assembled_on_its_last():
    at = datetime(2026, 6, 20, 15, 30, tzinfo=CHINA)
    raws = sl651.encode_picture(
        sl651.Station("0033082501"),
        serial=1,
        sent_at=at,
        observed_at=at,
        picture=b"\xff\xd8" + b"x" * 500 + b"\xff\xd9",
        packet_size=200,
    )
    out = list(decode_lines("sl651", [raw.hex() for raw in raws]))
    assert [o["message"]["assembled"] for o in out] == [False, False, True]
    assert [o["message"]["packet"]["index"] for o in out] == [1, 2, 3]
    assert out[-1]["message"]["parameters"]["picture"]["bytes"] == 504
    json.dumps(out)


def test_an_unknown_protocol_is_told_at_once():
    assert "sl651" in PROTOCOLS
    with pytest.raises(LookupError):
        decode_lines("morse", [])
