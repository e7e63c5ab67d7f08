# SPDX-License-Identifier: Apache-2.0
"""Where the platform keeps its data on this machine."""

import os
from pathlib import Path


def data_dir() -> Path:
    """This will give the folder of all mutable data: `ANSHU_DATA`, else `var/` of the checkout or working folder."""
    configured = os.environ.get("ANSHU_DATA")
    if configured:
        return Path(configured).absolute()
    checkout = Path(__file__).resolve().parents[3]
    home = checkout if (checkout / "pyproject.toml").exists() else Path.cwd()
    return home / "var"
