# SPDX-License-Identifier: Apache-2.0
"""Fixtures that all tests share."""

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"


@pytest.fixture(scope="session")
def shared():
    """The folder of other people's vectors and measurements; tests that need it skip where it is not given."""
    if not SHARED.is_dir():
        pytest.skip("needs the folder of outside vectors beside the repository")
    return SHARED
