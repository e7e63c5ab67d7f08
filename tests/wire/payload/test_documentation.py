# SPDX-License-Identifier: Apache-2.0
"""Every example of the page on payloads loads and gives what it says."""

import json
import re
from datetime import UTC, datetime

import pytest
from tests.conftest import ROOT

from anshu.wire import payload
from anshu.wire.payload.functions import FUNCTIONS
from anshu.wire.payload.structures import VERBS
from anshu.wire.payload.values import VALUE_KEYS

PAGE = (ROOT / "docs" / "protocols" / "payload.md").read_text(encoding="utf-8")
EXAMPLES = [json.loads(each) for each in re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)]
NOW = datetime(2026, 7, 1, tzinfo=UTC)


@pytest.mark.parametrize("config", EXAMPLES, ids=lambda config: next(iter(config["decode"][0])))
def test_an_example_gives_what_it_says(config):
    decoder = payload.load(config)
    for sample in config["samples"]:
        data = sample["json"] if decoder.takes_json else bytes.fromhex(sample["hex"])
        decoded = decoder.decode(data, port=sample.get("port"), received_at=NOW)
        assert {each.property: each.value for each in decoded.observations} == pytest.approx(sample["expect"])
        assert decoded.left == 0


def test_every_word_of_the_language_is_on_the_page():
    words = {*VERBS, *VALUE_KEYS, *FUNCTIONS, *payload.KINDS}
    assert {word for word in words if not re.search(rf"[`(\" ]{re.escape(word)}[`(\"\[]", PAGE)} == set()
