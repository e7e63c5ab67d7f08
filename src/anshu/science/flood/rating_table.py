# SPDX-License-Identifier: Apache-2.0
"""A rating table as an agency publishes it, read and interpolated by the agency's own rule."""

import re
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from anshu.science.standing import Refusal, Standing
from anshu.science.units import Array, m3_s_from_ft3_s, m_from_ft

STANDING: Final = Standing(
    verified_by=("USGS 01594440 基准率定表（NWIS 原样）各节点",),
    valid_for="表列水位之内；未计偏移（shift）；表外为缺测",
)
_OFFSET: Final = re.compile(r'OFFSET1="?([-+.\dEe]+)')
_EXPANSION: Final = re.compile(r'RATING EXPANSION="(\w+)"')


@dataclass(frozen=True, slots=True)
class RatingTable:
    """Stages in metres with discharges in m³/s; between them straight, or straight in logarithms above an offset."""

    stage_m: tuple[float, ...]
    discharge_m3_s: tuple[float, ...]
    offset_m: float
    logarithmic: bool

    def discharge(self, stage_m: ArrayLike) -> Array:
        """Give the discharge at a stage; NaN where the stage is missing or off the table."""
        at = np.asarray(stage_m, float)
        stages, flows = np.array(self.stage_m), np.array(self.discharge_m3_s)
        on_table = (at >= stages[0]) & (at <= stages[-1])
        held = np.where(on_table, at, stages[0])
        if self.logarithmic:
            away, logs = np.log(stages - self.offset_m), np.log(flows)
            found = np.exp(np.interp(np.log(held - self.offset_m), away, logs))
        else:
            found = np.interp(held, stages, flows)
        return np.where(on_table, found, np.nan)


def parse_usgs_rating(text: str) -> RatingTable:
    """Read a USGS base rating (tab-separated RDB with a commented head, feet and ft³/s) into metres.

    References
    ----------
    Kennedy, E. J. (1984), Discharge Ratings at Gaging Stations, USGS TWRI book 3, chapter A10 (logarithmic expansion).

    Raises
    ------
    Refusal
        `not_a_rating` where there are no two usable lines or a logarithmic table has no offset below its stages.
    """
    head = [line for line in text.splitlines() if line.startswith("#")]
    rows = [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]
    points = [(float(row[0]), float(row[1])) for row in rows if len(row) > 1 and _is_number(row[0], row[1])]
    if len(points) < 2:
        raise Refusal("not_a_rating", usable_lines=len(points))
    offset, expansion = _first(_OFFSET, head), _first(_EXPANSION, head)
    logarithmic = expansion == "logarithmic"
    offset_m = float(m_from_ft(float(offset or 0.0)))
    stages = tuple(float(one) for one in m_from_ft([stage for stage, _ in points]))
    flows = tuple(float(one) for one in m3_s_from_ft3_s([flow for _, flow in points]))
    if logarithmic and (stages[0] <= offset_m or flows[0] <= 0):
        raise Refusal("not_a_rating", offset_m=offset_m)
    return RatingTable(stages, flows, offset_m, logarithmic)


def _first(pattern: re.Pattern[str], lines: list[str]) -> str | None:
    return next((found[1] for line in lines if (found := pattern.search(line))), None)


def _is_number(*values: str) -> bool:
    try:
        return all(np.isfinite(float(value)) for value in values)
    except ValueError:
        return False
