# SPDX-License-Identifier: Apache-2.0
"""The optional libraries of `anshu[weather]`: one that is missing says how to get it."""

import importlib
from typing import Any, Final

from anshu.science.standing import Refusal

INSTALL: Final = "pip install anshu[weather]"


def require(module: str) -> Any:
    """Import an optional library.

    Raises
    ------
    Refusal
        `extra_missing` naming the library and the command that installs it.
    """
    try:
        return importlib.import_module(module)
    except ImportError as missing:
        raise Refusal("extra_missing", module=module, install=INSTALL) from missing
