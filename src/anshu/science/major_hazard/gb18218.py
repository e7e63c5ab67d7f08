# SPDX-License-Identifier: Apache-2.0
"""GB 18218-2018: is a unit a major hazard installation, and of which level (危险化学品重大危险源辨识)."""

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from anshu.science.major_hazard.factors import TABLE_3_BETA, TABLE_5_ALPHA, TABLE_5_EDGES, TABLE_6, TABLES_2_AND_4
from anshu.science.major_hazard.substances import TABLE_1, Substance
from anshu.science.standing import Refusal, Standing
from anshu.science.tables import Grade

STANDING: Final = Standing(
    verified_by=("GB 18218-2018 表 1–6（与标准 PDF 逐行核对的公开数据）", "5 个公开算例"),
    valid_for="危险化学品生产、储存单元；不含核、军工、运输、矿山开采；q 取设计最大量",
    supersedes="GB 18218-2009；原安监总局令第 40 号附件 1 的 β 表（方法不同，不可混用）",
)


@dataclass(frozen=True, slots=True)
class Holding:
    """What a unit may hold of one substance: the designed maximum in tonnes, critical quantity and factor β."""

    name: str
    quantity_t: float
    critical_t: float
    beta: float


@dataclass(frozen=True, slots=True)
class Assessment:
    """S, and where the unit is a major hazard installation also α, R and the level; `shares` are q/Q by name."""

    s: float
    is_major: bool
    alpha: float | None
    r: float | None
    level: Grade | None
    shares: tuple[tuple[str, float], ...]


def find(name_or_cas: str) -> Substance:
    """Find a substance of table 1 by name, other name or CAS number.

    Raises
    ------
    Refusal
        `unknown_substance`, or `ambiguous_substance` with the candidates (nitrocellulose has six lines, one CAS).
    """
    found = [one for one in TABLE_1 if name_or_cas in (one.name, *one.aliases, *one.cas_numbers)]
    exact = [one for one in found if one.name == name_or_cas] or found
    if not exact:
        raise Refusal("unknown_substance", name=name_or_cas)
    if len(exact) > 1:
        raise Refusal("ambiguous_substance", name=name_or_cas, candidates=tuple(one.name for one in exact))
    return exact[0]


def holding(name_or_cas: str, quantity_t: float, *, categories: Sequence[str] = ()) -> Holding:
    """Look up critical quantity and β for a quantity of a substance.

    Table 1 gives the critical quantity of a named substance; any other takes the lowest among its hazard categories
    (4.1.2). Table 3 gives β for named toxic gases; any other takes table 4's value for its category, and with several
    categories the largest, which errs on the safe side.

    Parameters
    ----------
    name_or_cas
        Name as in table 1 or table 3, another name, or a CAS number.
    quantity_t
        Designed maximum in tonnes.
    categories
        Symbols of tables 2 and 4, such as "J1" or "W5.1".

    Raises
    ------
    Refusal
        `unknown_category`, `ambiguous_substance`, or `categories_needed` where the tables leave Q or β open.
    """
    lines = []
    for symbol in categories:
        if symbol not in TABLES_2_AND_4:
            raise Refusal("unknown_category", symbol=symbol)
        lines.append(TABLES_2_AND_4[symbol])
    try:
        substance = find(name_or_cas)
    except Refusal as refusal:
        if refusal.code != "unknown_substance" or not lines:
            raise
        beta = TABLE_3_BETA.get(name_or_cas, max(line.beta for line in lines))
        return Holding(name_or_cas, quantity_t, min(line.critical_t for line in lines), beta)
    named = TABLE_3_BETA.get(substance.name, TABLE_3_BETA.get(substance.name.split("(")[0]))
    if named is None and not lines:
        raise Refusal("categories_needed", name=substance.name)
    beta = named if named is not None else max(line.beta for line in lines)
    return Holding(substance.name, quantity_t, substance.critical_t, beta)


def exposure_factor(people_within_500_m: int) -> float:
    """Give α of table 5 for the people usually present within 500 m outside the plant boundary."""
    if people_within_500_m < 0:
        raise Refusal("negative", name="people_within_500_m", value=people_within_500_m)
    return TABLE_5_ALPHA[bisect_right(TABLE_5_EDGES, people_within_500_m)]


def assess(holdings: Sequence[Holding], *, people_within_500_m: int) -> Assessment:
    """Identify and grade one unit.

    S = Σ qᵢ/Qᵢ (4.2.1, eq. 1); a unit with S ≥ 1 is a major hazard installation.
    R = α Σ βᵢ qᵢ/Qᵢ (4.3.1, eq. 2); level one R ≥ 100, two ≥ 50, three ≥ 10, else four (table 6).

    Sums are taken in exact decimal fractions, so that 0.1 + 0.2 + 0.7 of a critical quantity is one.

    Raises
    ------
    Refusal
        `no_holdings`, `bad_quantity` where a quantity is missing or below zero: unknown is not none.
    """
    if not holdings:
        raise Refusal("no_holdings")
    shares = [(one, _share(one)) for one in holdings]
    s = sum((share for _, share in shares), Fraction(0))
    named = tuple((one.name, float(share)) for one, share in shares)
    if s < 1:
        return Assessment(float(s), False, None, None, None, named)
    alpha = exposure_factor(people_within_500_m)
    r = _exact(alpha) * sum((_exact(one.beta) * share for one, share in shares), Fraction(0))
    return Assessment(float(s), True, alpha, float(r), TABLE_6.grade(float(r)), named)


def _share(one: Holding) -> Fraction:
    if not math.isfinite(one.quantity_t) or one.quantity_t < 0:
        raise Refusal("bad_quantity", name=one.name, quantity_t=one.quantity_t)
    return _exact(one.quantity_t) / _exact(one.critical_t)


def _exact(value: float) -> Fraction:
    return Fraction(str(value))
