# SPDX-License-Identifier: Apache-2.0
"""Every uplink of the collection of ThingsBoard's converters, decoded by our shipped device models."""

import json
from pathlib import Path

import pytest
from tests.conftest import SHARED
from tools.payload_pairs import differences, pairs

from anshu.wire import payload

FOLDER = SHARED / "data" / "06b_iot_payloads" / "thingsboard_data_converters"
ABOUT = json.loads(Path(__file__).with_name("thingsboard_keys.json").read_text(encoding="utf-8"))
PAIRS = list(pairs(FOLDER)) if FOLDER.is_dir() else []


@pytest.mark.skipif(not PAIRS, reason="needs the folder of outside vectors beside the repository")
@pytest.mark.parametrize("pair", PAIRS, ids=str)
def test_our_model_gives_what_the_makers_converter_gives(pair):
    about = ABOUT[pair.model]
    decoder = payload.load(payload.shipped.config(about["config"]))
    assert differences(pair, decoder, about.get("keys", {})) == []


@pytest.mark.skipif(not PAIRS, reason="needs the folder of outside vectors beside the repository")
def test_a_wrong_model_is_noticed():
    level = next(pair for pair in PAIRS if pair.model == "EM500-SWL")
    assert differences(level, payload.load(payload.shipped.config("milesight_em500_pp")), {}) != []
