# SPDX-License-Identifier: Apache-2.0
"""Every figure of the methods in one run, beside its reference and its target; a part alone: bin/bench PART."""

import importlib
import time

from tools.bench.report import Figures, finish, outside, progress

# The quick ones first: whoever watches sees most figures within a minute.
PARTS = ("grades", "fire_weather", "gas", "blast", "rivers", "dispatch", "rainfall", "nowcast")


def measure(*, as_json: bool) -> int:
    """This will run the parts one after another, so that none slows another's clock."""
    outside("data")
    found = figures(PARTS)
    return finish("science", found.targets, as_json=as_json, details=found.details)


def figures(parts: tuple[str, ...]) -> Figures:
    """This will put the parts' figures together, each under its part's name."""
    found = Figures()
    for name in parts:
        progress(f"{name} …")
        began = time.perf_counter()
        part = importlib.import_module(f"tools.bench.{name}").figures()
        found.add(name, part)
        missed = sum(not target.ok for target in part.targets)
        progress(f"{name}: {len(part.targets)} figures, {missed} missed, {time.perf_counter() - began:.0f} s")
        found.details[f"{name}: seconds"] = round(time.perf_counter() - began, 1)
    return found
