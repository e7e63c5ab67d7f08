# SPDX-License-Identifier: Apache-2.0
"""The closed registry."""

import pytest

from anshu.console.register import Register
from anshu.console.registry import Registry, registry
from anshu.kernel.audit.refusals import Absent


class Sample(Register):
    """A declaration without anything to it."""

    slug = "sample"


def test_two_registers_of_one_slug_are_refused():
    own = Registry()
    own.register(Sample)
    with pytest.raises(ValueError, match="two registers are named sample"):
        own.register(Sample)


def test_a_register_cannot_come_late():
    own = Registry()
    own.close()
    with pytest.raises(ValueError, match="too late"):
        own.register(Sample)


def test_the_platform_has_closed_its_registry():
    with pytest.raises(ValueError, match="too late"):
        registry.register(Sample)


def test_an_unknown_slug_is_absent():
    with pytest.raises(Absent):
        Registry().get("nosuch")
