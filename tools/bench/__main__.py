# SPDX-License-Identifier: Apache-2.0
"""bin/bench NAME [--json]"""

import argparse
import importlib
import sys
from pathlib import Path


def names() -> dict[str, str]:
    """This will list the benchmarks with their first line."""
    found = {}
    for file in sorted(Path(__file__).parent.glob("*.py")):
        if file.stem not in {"__init__", "__main__"}:
            module = importlib.import_module(f"tools.bench.{file.stem}")
            if hasattr(module, "measure"):
                found[file.stem] = (module.__doc__ or "").strip().splitlines()[0]
    return found


def main() -> int:
    """This will run one benchmark."""
    parser = argparse.ArgumentParser(prog="bin/bench", description="Measured figures; exit 1 when a target is missed.")
    parser.add_argument("name", nargs="?")
    parser.add_argument("--json", action="store_true", dest="as_json", help="one JSON object")
    parser.add_argument("--seconds", type=float, help="for what runs as long as it is told")
    parser.add_argument("--only", action="append", metavar="PART", help="a part of what has parts; may be repeated")
    arguments = parser.parse_args()
    known = names()
    if arguments.name not in known:
        for name, line in known.items():
            sys.stdout.write(f"{name:12} {line}\n")
        return 0 if arguments.name is None else 2
    module = importlib.import_module(f"tools.bench.{arguments.name}")
    asked = {"seconds": arguments.seconds, "only": arguments.only}
    return int(module.measure(as_json=arguments.as_json, **{key: one for key, one in asked.items() if one is not None}))


if __name__ == "__main__":
    sys.exit(main())
