# SPDX-License-Identifier: Apache-2.0
"""Hostile bytes for every codec: findings, hangs, growth; --seconds for each codec (600).

Guided by atheris where it is installed (`pip install atheris`), by chance alone where it is not. Inputs that are
findings, and those that reached something new, stay in var/fuzz.
"""

import importlib.util
import json
import re
import subprocess
import sys
from pathlib import Path

from tools.bench.report import Target, finish

_FOLDER = Path("var/fuzz")
_MOST_GROWN_MB = 16
_SLOWEST_S = 2.0


def measure(*, as_json: bool, seconds: float = 600) -> int:
    """This will attack one codec after another."""
    # Not before: one of them configures Django for itself, and the other benchmarks are listed in the same process.
    from tools.fuzzing.targets import targets

    guided = importlib.util.find_spec("atheris") is not None
    rows: list[Target] = []
    details: dict[str, object] = {"seconds a codec": seconds, "guided by coverage": guided}
    for name in targets():
        folder = _FOLDER / name
        folder.mkdir(parents=True, exist_ok=True)
        findings = 0
        if guided:
            failed, runs = _guided(name, seconds * 0.8, folder)
            findings += failed
            details[f"{name}, guided runs"] = runs
        plain = _plain(name, seconds * (0.2 if guided else 1), folder)
        findings += plain is None
        rows.append(Target(f"{name}: findings", findings, "", 0, note=str(folder) if findings else ""))
        if plain is not None:
            rows.append(Target(f"{name}: growth", plain["grown_mb"], "MB", _MOST_GROWN_MB))
            rows.append(Target(f"{name}: slowest input", plain["slowest_s"], "s", _SLOWEST_S))
            details[f"{name}, runs by chance"] = int(plain["runs"])
    return finish("fuzz", rows, as_json=as_json, details=details)


def _guided(name: str, seconds: float, folder: Path) -> tuple[int, int]:
    """This will give 1 for a finding, and how many inputs were tried."""
    command = [sys.executable, "-m", "tools.fuzzing.guided", name, str(round(seconds)), str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    (folder / "guided.log").write_text(done.stdout + done.stderr)
    runs = re.findall(r"^#(\d+)\s", done.stderr, re.MULTILINE)
    return int(done.returncode != 0), int(runs[-1]) if runs else 0


def _plain(name: str, seconds: float, folder: Path) -> dict[str, float] | None:
    """This will give what was measured; None for a finding, whose traceback is in the folder."""
    command = [sys.executable, "-m", "tools.fuzzing.plain", name, str(seconds), str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    (folder / "chance.log").write_text(done.stdout + done.stderr)
    found: dict[str, float] | None = json.loads(done.stdout) if done.returncode == 0 else None
    return found
