# SPDX-License-Identifier: Apache-2.0
"""GDAL and GEOS out of the pyogrio and shapely wheels, so that no system GDAL is needed."""

from importlib.util import find_spec
from pathlib import Path


def bundled_library(package: str, stem: str) -> str:
    """This will give the path of a shared library that ships inside a wheel.

    Raises LookupError naming the package when the wheel carries no such library.
    """
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise LookupError(f"{package} is not installed")
    folder = Path(spec.origin).parent.parent / f"{package}.libs"
    found = sorted(folder.glob(f"{stem}-*"))
    if not found:
        raise LookupError(f"no {stem} in {folder.name}; install the {package} wheel from PyPI")
    return str(found[0])
