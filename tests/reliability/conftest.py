# SPDX-License-Identifier: Apache-2.0
"""One whole platform with a durable database, shared by the reliability tests."""

from pathlib import Path

import pytest
from tools.running import platform

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="package")
def running():
    with platform(ROOT / "var" / "reliability", durable=True) as started:
        yield started
