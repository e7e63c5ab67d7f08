# SPDX-License-Identifier: Apache-2.0
from datetime import UTC, datetime

import pytest

from anshu.wire import payload

NOW = datetime(2026, 7, 1, tzinfo=UTC)


@pytest.mark.parametrize("name", payload.shipped.names())
def test_a_shipped_model_decodes_its_own_samples(name):
    config = payload.shipped.config(name)
    decoder = payload.load(config)
    assert config["samples"], "a model says what it gives on at least one payload"
    for sample in config["samples"]:
        data = sample["json"] if decoder.takes_json else bytes.fromhex(sample["hex"])
        decoded = decoder.decode(data, port=sample.get("port"), received_at=NOW)
        assert {each.property: each.value for each in decoded.observations} == pytest.approx(sample["expect"])
        assert decoded.left == 0
        assert decoded.notes == ()


def test_a_model_that_is_not_shipped_is_not_looked_for_elsewhere():
    with pytest.raises(LookupError):
        payload.shipped.config("../limits")


def test_a_channel_nobody_knows_ends_the_list_and_is_noted():
    decoder = payload.load(payload.shipped.config("milesight_em500_swl"))
    decoded = decoder.decode(bytes.fromhex("017564 0999 03770200"), port=85, received_at=NOW)
    assert [each.property for each in decoded.observations] == ["battery"]
    assert decoded.notes[0].detail == "unknown channel 09 type 99"
    assert decoded.left == 4
