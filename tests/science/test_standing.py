# SPDX-License-Identifier: Apache-2.0
"""Every method says how far to trust it."""

import importlib
import pkgutil

import pytest

from anshu import science
from anshu.science.standing import Refusal, Standing

MODULES = [info.name for info in pkgutil.walk_packages(science.__path__, "anshu.science.") if not info.ispkg]
STANDINGS = [
    (name, module.STANDING) for name in MODULES if hasattr(module := importlib.import_module(name), "STANDING")
]


@pytest.mark.parametrize(("name", "standing"), STANDINGS, ids=[name for name, _ in STANDINGS])
def test_a_method_names_its_range(name, standing):
    assert isinstance(standing, Standing)
    assert standing.valid_for


def test_a_method_nothing_outside_verifies_is_experimental():
    assert Standing((), "anything").state == "experimental"
    assert Standing(("a table",), "anything").state == "verified"
    assert Standing(("a table",), "anything", superseded_by="a better one").state == "superseded"


def test_a_refusal_carries_its_code_and_what_is_missing():
    refusal = Refusal("coefficients_missing", names=("curve_number",))
    assert refusal.code == "coefficients_missing"
    assert "curve_number" in str(refusal)
