# SPDX-License-Identifier: Apache-2.0
"""Grades: GB 18218 tables and cases, LEC cases, accidents, forest fires, rain."""

import json
from collections.abc import Callable, Iterator
from typing import Any

from anshu.science.grading import accident, forest_fire, lec, rain
from anshu.science.major_hazard import factors, gb18218
from anshu.science.major_hazard.substances import TABLE_1
from tools.bench import decrees
from tools.bench.report import Figures, Target, finish, outside

AGREES = tuple[str, bool]


def measure(*, as_json: bool) -> int:
    """This will grade every published case and every worded limit."""
    found = figures()
    return finish("grades", found.targets, as_json=as_json, details=found.details)


def figures() -> Figures:
    """This will measure what `measure` prints."""
    installations = json.loads((outside("vectors") / "gb18218_2018.json").read_text(encoding="utf-8"))
    assessed = json.loads((outside("vectors") / "lec_cases.json").read_text(encoding="utf-8"))
    parts = {
        "gb18218 tables 1-5": _tables(installations),
        "gb18218 cases": _installations(installations["cases"]),
        "lec cases": _lec(assessed["cases"]),
        "accident limits (decree 493)": _worded(accident.assess, decrees.ACCIDENT),
        "forest fire limits (decree 541)": _worded(forest_fire.assess, decrees.FOREST_FIRE),
        "rain limits (GB/T 28592)": _rain(),
    }
    return Figures([_counted(name, list(agrees)) for name, agrees in parts.items()])


def _counted(name: str, agrees: list[AGREES]) -> Target:
    unlike = [said for said, agreed in agrees if not agreed]
    alike = len(agrees) - len(unlike)
    return Target(name, alike, f"of {len(agrees)}", len(agrees), False, note="; ".join(unlike[:5]))


def _tables(given: dict[str, Any]) -> Iterator[AGREES]:
    ours = {one.number: (one.name, ";".join(one.cas_numbers), one.critical_t) for one in TABLE_1}
    for row in given["table1"]:
        yield f"table 1 no. {row['no']}", ours.get(row["no"]) == (row["name"], row["cas"], row["Q_t"])
    for row in given["table2_4"]:
        one = factors.TABLES_2_AND_4[row["symbol"]]
        yield f"tables 2 and 4 {row['symbol']}", (one.critical_t, one.beta) == (row["Q_t"], row["beta"])
    for name, beta in given["table3_beta"].items():
        yield f"table 3 {name}", factors.TABLE_3_BETA.get(name) == beta
    for low, high, alpha in given["table5_alpha"]:
        for people in {low, low if high is None else high}:
            yield f"table 5 {people} people", gb18218.exposure_factor(people) == alpha


def _installations(cases: list[dict[str, Any]]) -> Iterator[AGREES]:
    for case in cases:
        found = gb18218.assess([gb18218.Holding(*one) for one in case["chems"]], people_within_500_m=case["pop"])
        level = found.level.term if found.level else None
        ours = {"S": found.s, "R": found.r, "alpha": found.alpha, "level": level, "major": found.is_major}
        for name in ours.keys() & case.keys():
            close = name in {"S", "R"} and abs(ours[name] - case[name]) <= 1e-12 * abs(case[name])
            yield f"{case['chems']} {name}", close or ours[name] == case[name]


def _lec(cases: list[dict[str, Any]]) -> Iterator[AGREES]:
    for case in cases:
        consequences, scores = ([one] if not isinstance(one, list) else one for one in (case["C"], case["D"]))
        for consequence, score in zip(consequences, scores, strict=True):
            found = lec.assess(case["L"], case["E"], consequence)
            yield case["hazard"], found.score == score and found.grade.term.startswith(case.get("cls", "")[:4])


def _worded(assess: Callable[..., Any], limits: list[tuple[str, float, str]]) -> Iterator[AGREES]:
    for criterion, value, code in limits:
        yield f"{criterion} {value}", assess(**{criterion: value}).grade.code == code


def _rain() -> Iterator[AGREES]:
    for code, printed in decrees.RAIN.items():
        for hours, limits in ((12, printed[:2]), (24, printed[2:])):
            for amount in limits:
                yield f"{amount} mm in {hours} h", rain.grade(amount, hours=hours).code == code
