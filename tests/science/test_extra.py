# SPDX-License-Identifier: Apache-2.0
"""Heavy libraries are asked for by name and missed by name."""

import pytest

from anshu.science.extra import library
from anshu.science.standing import Refusal


def test_a_library_that_is_there_is_given():
    assert library("math").sqrt(4.0) == 2.0


def test_a_missing_library_is_named_with_its_extra():
    with pytest.raises(Refusal, match="library_missing") as refused:
        library("no_such_library.part")
    assert refused.value.params == {"library": "no_such_library", "extra": "anshu[weather]"}
