# SPDX-License-Identifier: Apache-2.0
"""Device models that come with the product: one configuration each in `templates/`."""

from functools import cache
from importlib.resources import files
from typing import Any

import msgspec

_FOLDER = files(__package__).joinpath("templates")


@cache
def names() -> tuple[str, ...]:
    """This will name the device models that are shipped."""
    return tuple(sorted(each.name.removesuffix(".json") for each in _FOLDER.iterdir() if each.name.endswith(".json")))


def config(name: str) -> dict[str, Any]:
    """This will give the configuration of a shipped device model; raise LookupError for a name that is not one."""
    if name not in names():
        raise LookupError(name)
    found: dict[str, Any] = msgspec.json.decode(_FOLDER.joinpath(f"{name}.json").read_bytes())
    return found
