# SPDX-License-Identifier: Apache-2.0
"""How a benchmark says what it measured."""

import json
import platform
import sys
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import NoReturn

SHARED = Path(__file__).resolve().parents[2].parent / "shared"


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


@dataclass
class Figures:
    """What one part measured: figures with their targets, and what else is worth printing."""

    targets: list[Target] = field(default_factory=list)
    details: dict[str, object] = field(default_factory=dict)

    def alike(self, name: str, away: Iterable[float], within: float, *, note: str = "") -> None:
        """This will count what lies within a tolerance of the reference; all of it must."""
        differences = [float(one) for one in away]
        close = sum(one <= within for one in differences)
        said = f"worst {max(differences):.2g}, tolerance {within:.2g}" + (f"; {note}" if note else "")
        self.targets.append(Target(name, close, f"of {len(differences)}", len(differences), False, note=said))

    def add(self, part: str, other: "Figures") -> None:
        """This will take in another part's figures under its name."""
        self.targets += [replace(target, name=f"{part}: {target.name}") for target in other.targets]
        self.details |= {f"{part}: {key}": value for key, value in other.details.items()}


def outside(path: str) -> Path:
    """This will find outside material, or end the benchmark with exit code 2 saying what it needs."""
    if not (SHARED / path).exists():
        unmeasured(f"needs the outside material {SHARED / path}")
    return SHARED / path


class Unmeasured(SystemExit):
    """The end of a benchmark that cannot measure: exit code 2, which is neither reached nor missed."""

    def __init__(self, why: str) -> None:
        super().__init__(2)
        self.why = why


def unmeasured(why: str) -> NoReturn:
    """This will end a benchmark, saying what it lacks."""
    sys.stderr.write(f"not measured: {why}\n")
    raise Unmeasured(why)


def progress(text: str) -> None:
    """This will tell whoever waits what is being measured."""
    sys.stderr.write(f"{time.strftime('%H:%M:%S')} {text}\n")
    sys.stderr.flush()


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
