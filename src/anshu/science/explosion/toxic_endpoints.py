# SPDX-License-Identifier: Apache-2.0
"""Concentrations that people may breathe for a while: AEGL and IDLH, value by value with where each was read."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from anshu.science.standing import Refusal, Standing

STANDING: Final = Standing(
    verified_by=("氨、氯、硫化氢、二氧化硫 AEGL：两份互不相干的抄录逐值一致（60 值）",),
    valid_for="普通人群一次性吸入；AEGL 10 min–8 h，取不短于暴露时间的一档；未列者拒绝，不以他物代替",
)
MINUTES: Final = (10, 30, 60, 240, 480)
# The names that `probit` and the plans use.
CAS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "氨": "7664-41-7",
        "氯": "7782-50-5",
        "硫化氢": "7783-06-4",
        "二氧化硫": "7446-09-5",
        "氯化氢": "7647-01-0",
        "肼": "302-01-2",
        "一氧化碳": "630-08-0",
        "苯": "71-43-2",
        "二氧化氮": "10102-44-0",
        "氰化氢": "74-90-8",
        "环氧乙烷": "75-21-8",
        "氟化氢": "7664-39-3",
        "光气": "75-44-5",
        "四氯化碳": "56-23-5",
        "偏二甲肼": "57-14-7",
        "甲基肼": "60-34-4",
    }
)

Five = tuple[float, float, float, float, float]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A concentration in ppm by volume, who set it, and how many separate readings of it agree."""

    ppm: float
    source: str
    readings: int


@dataclass(frozen=True, slots=True)
class _Levels:
    """AEGL of one substance in ppm at the five periods; a level that was not set is left out."""

    of_level: Mapping[int, Five]
    readings: int
    source: str = "EPA, final AEGL values"


def _same(ppm: float) -> Five:
    return ppm, ppm, ppm, ppm, ppm


_LIST: Final = "EPA, Final AEGLs (162), 3 October 2014"
# Read on 28 November 2026 from two public lists that each name EPA's final AEGL tables as their source; `readings` says
# how many of the two hold the substance, and where both do they agree in every figure.
_AEGL: Final[Mapping[str, _Levels]] = MappingProxyType(
    {
        CAS["氨"]: _Levels({1: _same(30), 2: (220, 220, 160, 110, 110), 3: (2700, 1600, 1100, 550, 390)}, 2),
        CAS["氯"]: _Levels({1: _same(0.5), 2: (2.8, 2.8, 2.0, 1.0, 0.71), 3: (50, 28, 20, 10, 7.1)}, 2),
        CAS["硫化氢"]: _Levels(
            {1: (0.75, 0.60, 0.51, 0.36, 0.33), 2: (41, 32, 27, 20, 17), 3: (76, 59, 50, 37, 31)}, 2
        ),
        CAS["二氧化硫"]: _Levels({1: _same(0.20), 2: _same(0.75), 3: (30, 30, 30, 19, 9.6)}, 2),
        CAS["氯化氢"]: _Levels({1: _same(1.8), 2: (100, 43, 22, 11, 11), 3: (620, 210, 100, 26, 26)}, 1),
        CAS["肼"]: _Levels({1: _same(0.1), 2: (23, 16, 13, 3.1, 1.6), 3: (64, 45, 35, 8.9, 4.4)}, 1),
        CAS["一氧化碳"]: _Levels({2: (420, 150, 83, 33, 27), 3: (1700, 600, 330, 150, 130)}, 1),
        CAS["苯"]: _Levels(
            {1: (130, 73, 52, 18, 9.0), 2: (2000, 1100, 800, 400, 200), 3: (9700, 5600, 4000, 2000, 990)}, 1
        ),
        CAS["二氧化氮"]: _Levels({1: _same(0.50), 2: (20, 15, 12, 8.2, 6.7), 3: (34, 25, 20, 14, 11)}, 1),
        CAS["氰化氢"]: _Levels(
            {1: (2.5, 2.5, 2.0, 1.3, 1.0), 2: (17, 10, 7.1, 3.5, 2.5), 3: (27, 21, 15, 8.6, 6.6)}, 1
        ),
        CAS["环氧乙烷"]: _Levels({2: (80, 80, 45, 14, 7.9), 3: (360, 360, 200, 63, 35)}, 1),
        CAS["四氯化碳"]: _Levels({2: (27, 18, 13, 7.6, 5.8), 3: (700, 450, 340, 200, 150)}, 1, _LIST),
        CAS["偏二甲肼"]: _Levels({2: (18, 6.0, 3.0, 0.75, 0.38), 3: (65, 22, 11, 2.7, 1.4)}, 1, _LIST),
        CAS["甲基肼"]: _Levels({2: (5.3, 1.8, 0.90, 0.23, 0.11), 3: (16, 5.5, 2.7, 0.68, 0.34)}, 1, _LIST),
        # Levels 2 and 3 of hydrogen fluoride were not to be had.
        CAS["氟化氢"]: _Levels({1: _same(1.0)}, 1, "NRC (2004), Acute Exposure Guideline Levels, vol. 4, p. 124"),
    }
)
_NIOSH: Final = "NIOSH, immediately dangerous to life or health"
# Read on the same day from public lists naming NIOSH: substance, ppm, how many agree. Hydrogen chloride as of July 2025
# (AIHA, Three New IDLH Profiles); hydrogen fluoride from a medical review (PMC6290397, table 3).
_IDLH: Final[Mapping[str, tuple[float, int]]] = MappingProxyType(
    {
        CAS["氨"]: (300.0, 2),
        CAS["氯"]: (10.0, 2),
        CAS["硫化氢"]: (100.0, 2),
        CAS["二氧化硫"]: (100.0, 2),
        CAS["一氧化碳"]: (1200.0, 1),
        CAS["苯"]: (500.0, 1),
        CAS["二氧化氮"]: (13.0, 1),
        CAS["氰化氢"]: (50.0, 1),
        CAS["环氧乙烷"]: (800.0, 1),
        CAS["光气"]: (2.0, 2),
        CAS["氟化氢"]: (30.0, 1),
        CAS["氯化氢"]: (45.0, 1),
    }
)


def aegl(cas: str, level: int, *, exposed_min: float) -> Endpoint:
    """Give the acute exposure guideline level of a substance for a time of breathing it.

    Level 1 is discomfort that passes, 2 lasting harm or being unable to escape, 3 danger to life. Between the periods
    that are listed the next longer one is taken, which is the lower concentration.

    Parameters
    ----------
    cas
        CAS registry number.
    level
        1, 2 or 3.
    exposed_min
        Above zero, at most eight hours.

    Raises
    ------
    Refusal
        `no_endpoint` where this level of the substance is not listed, `outside_periods` for other times.

    References
    ----------
    National Research Council (2001), Standing Operating Procedures for Developing Acute Exposure Guideline Levels for
    Hazardous Chemicals, National Academies Press; EPA, www.epa.gov/aegl.
    """
    if not 0 < exposed_min <= MINUTES[-1]:
        raise Refusal("outside_periods", exposed_min=exposed_min)
    levels = _AEGL.get(cas)
    if levels is None or level not in levels.of_level:
        raise Refusal("no_endpoint", cas=cas, endpoint=f"AEGL-{level}")
    place = next(place for place, minutes in enumerate(MINUTES) if exposed_min <= minutes)
    return Endpoint(levels.of_level[level][place], levels.source, levels.readings)


def idlh(cas: str) -> Endpoint:
    """Give the concentration immediately dangerous to life or health within half an hour, for workers (NIOSH).

    Raises
    ------
    Refusal
        `no_endpoint` where the substance is not listed.
    """
    if cas not in _IDLH:
        raise Refusal("no_endpoint", cas=cas, endpoint="IDLH")
    ppm, readings = _IDLH[cas]
    return Endpoint(ppm, _NIOSH, readings)
