# SPDX-License-Identifier: Apache-2.0
"""Heavy libraries that the platform runs without: asked for when a method needs one, and named where it is missing."""

from importlib import import_module
from types import ModuleType

from anshu.science.standing import Refusal


def library(name: str) -> ModuleType:
    """Bring a library of the extra `anshu[weather]`.

    Raises
    ------
    Refusal
        `library_missing` naming the library and the extra that installs it.
    """
    try:
        return import_module(name)
    except ImportError as missing:
        raise Refusal("library_missing", library=name.partition(".")[0], extra="anshu[weather]") from missing
