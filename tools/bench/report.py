# SPDX-License-Identifier: Apache-2.0
"""How a benchmark says what it measured."""

import json
import platform
import sys
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Target:
    """One figure. `reference` is what it is compared with in the same run; `target` is what it must reach."""

    name: str
    value: float
    unit: str
    target: float
    at_most: bool = True
    reference: float | None = None
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """The value over its reference."""
        return self.value / self.reference if self.reference else None

    @property
    def ok(self) -> bool:
        """Whether the target is reached."""
        return self.value <= self.target if self.at_most else self.value >= self.target


def finish(name: str, targets: list[Target], *, as_json: bool, details: dict[str, object] | None = None) -> int:
    """This will print the figures and give the exit code."""
    rows = [{**asdict(target), "ratio": target.ratio, "ok": target.ok} for target in targets]
    machine = {"python": platform.python_version(), "machine": platform.machine()}
    if as_json:
        body = {"bench": name, "machine": machine, "targets": rows, "details": details or {}}
        sys.stdout.write(json.dumps(body, ensure_ascii=False) + "\n")
    else:
        for target in targets:
            mark, sign = ("✓" if target.ok else "✗"), ("≤" if target.at_most else "≥")
            line = f"{mark} {target.name}: {target.value:.4g} {target.unit} (target {sign} {target.target:g})"
            sys.stdout.write(line + (f"  {target.note}" if target.note else "") + "\n")
        for key, value in (details or {}).items():
            sys.stdout.write(f"  {key}: {value}\n")
    return 0 if all(target.ok for target in targets) else 1
