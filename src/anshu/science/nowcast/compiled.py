# SPDX-License-Identifier: Apache-2.0
"""The compiled inner loops, brought on first use: the platform starts without numba."""

from functools import cache
from importlib import import_module
from types import ModuleType

from anshu.science.extra import library


@cache
def kernels(subject: str) -> ModuleType:
    """Bring the loops of one subject.

    Raises
    ------
    Refusal
        `library_missing` where numba is not installed.
    """
    library("numba")
    return import_module(f"anshu.science.nowcast.{subject}_kernels")
