# SPDX-License-Identifier: Apache-2.0
"""Every figure of the methods in one run, beside its reference and its target; --only PART for a part."""

import importlib
import time
from collections.abc import Sequence

from tools.bench.report import Figures, Unmeasured, finish, outside, progress, unmeasured

# The quick ones first: whoever watches sees most figures within a minute.
PARTS = ("grades", "fire_weather", "gas", "blast", "rivers", "dispatch", "rainfall", "nowcast")


def measure(*, as_json: bool, only: list[str] | None = None) -> int:
    """This will run the parts one after another, so that none slows another's clock."""
    outside("data")
    unknown = set(only or ()) - set(PARTS)
    if unknown:
        unmeasured(f"no part is called {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    found, lacking = figures([name for name in PARTS if not only or name in only])
    missed = finish("science", found.targets, as_json=as_json, details=found.details)
    return missed or (2 if lacking else 0)


def figures(parts: Sequence[str]) -> tuple[Figures, list[str]]:
    """This will put the figures together, each under its part's name, and name the parts that could not measure."""
    found, lacking = Figures(), []
    for name in parts:
        progress(f"{name} …")
        began = time.perf_counter()
        try:
            part = importlib.import_module(f"tools.bench.{name}").figures()
        except Unmeasured as without:
            found.details[f"{name}: not measured"] = without.why
            lacking.append(name)
            continue
        found.add(name, part)
        spent = found.details[f"{name}: seconds"] = round(time.perf_counter() - began, 1)
        missed = [f"{target.name} {target.value:.4g}" for target in part.targets if not target.ok]
        progress(f"{name}: {len(part.targets)} figures in {spent} s; missed: {', '.join(missed) or 'none'}")
    return found, lacking
