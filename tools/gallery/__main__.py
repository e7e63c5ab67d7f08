# SPDX-License-Identifier: Apache-2.0
"""bin/docs [FAMILY …]"""

import argparse
import sys
import warnings
from pathlib import Path

from tools.gallery import drawing, standing
from tools.gallery.panels import FAMILIES, panels_of

ROOT = Path(__file__).resolve().parents[2]
IMAGES = ROOT / "docs" / "methods" / "images"


def main() -> int:
    """This will draw the families asked for, or all of them, and write the page of standings."""
    parser = argparse.ArgumentParser(prog="bin/docs", description="Pictures and standings of the methods.")
    parser.add_argument("family", nargs="*", choices=[*FAMILIES, []], help="only these pictures")
    wanted = parser.parse_args().family or list(FAMILIES)
    # A picture that only warns is a wrong picture.
    warnings.simplefilter("error")
    for family in wanted:
        drawing.draw(panels_of(family), IMAGES / f"{family}.svg")
        sys.stderr.write(f"docs/methods/images/{family}.svg: {len(panels_of(family))} methods\n")
    (ROOT / standing.PAGE).write_text(standing.page(), encoding="utf-8")
    for method in standing.undrawn():
        sys.stderr.write(f"no picture of {method}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
