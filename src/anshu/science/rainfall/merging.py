# SPDX-License-Identifier: Apache-2.0
"""Radar and gauges merged by a method's name, and every method judged at gauges it has not seen."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from anshu.science.rainfall import (
    conditional_merging,
    external_drift,
    inverse_distance,
    kriging,
    mean_field_bias,
    registration,
    variogram,
)
from anshu.science.rainfall.grid import Grid
from anshu.science.rainfall.observed import Observed
from anshu.science.standing import Refusal
from anshu.science.units import Array

Method = Callable[[Grid, Observed, float], Grid]
METHODS: Final[Mapping[str, Method]] = {
    "mean_field_bias": lambda radar, observed, bias: mean_field_bias.merge(radar, observed, bias=bias),
    "residual_inverse_distance": lambda radar, observed, bias: inverse_distance.merge(radar, observed, bias=bias),
    "external_drift": lambda radar, observed, bias: external_drift.merge(radar, observed, bias=bias),
    "conditional_merging": lambda radar, observed, bias: conditional_merging.merge(radar, observed, bias=bias),
}
# Offered first: beats radar and gauges by inverse distance at every accumulation from 5 minutes up on both storms of
# OpenMRG, also with past data only; gauges kriged over 60 minutes of the first storm are then still better.
DEFAULTS: Final = ("residual_inverse_distance",)
BIAS_STEPS: Final = 12


@dataclass(frozen=True, slots=True, eq=False)
class Storm:
    """Radar amounts step by step with the gauges' amounts of the same steps.

    Parameters
    ----------
    fields
        One amount a step, on one frame, in the order of time (`accumulation.along_the_way`).
    x, y
        Gauges in the plane of the fields.
    gauge_mm
        Shape (stations, steps).
    """

    fields: tuple[Grid, ...]
    x: Array
    y: Array
    gauge_mm: Array

    def __post_init__(self) -> None:
        if self.gauge_mm.shape != (self.x.size, len(self.fields)) or self.x.shape != self.y.shape:
            raise Refusal("shapes_differ", gauges=self.gauge_mm.shape, fields=len(self.fields))

    def observed(self) -> list[Observed]:
        """Give each step's gauges."""
        return [Observed(self.x, self.y, amount) for amount in self.gauge_mm.T]

    def without(self, station: int) -> "Storm":
        """Leave one station out."""
        kept = np.arange(self.x.size) != station
        return Storm(self.fields, self.x[kept], self.y[kept], self.gauge_mm[kept])

    def in_steps_of(self, count: int) -> "Storm":
        """Sum every `count` steps; what is left over at the end is dropped."""
        wholes = range(0, len(self.fields) - count + 1, count)
        fields = [self.fields[at].with_values(sum(one.values for one in self.fields[at : at + count])) for at in wholes]
        amounts = [self.gauge_mm[:, at : at + count].sum(axis=1) for at in wholes]
        return Storm(tuple(fields), self.x, self.y, np.array(amounts).T.reshape(self.x.size, len(fields)))

    def registered(self, *, past_steps: int | None = None) -> "Storm":
        """Lay the radar over the gauges by the shift that suits best.

        Parameters
        ----------
        past_steps
            Steps up to the present one that each step's shift is taken from, as one must while it rains; all of
            them, as one may afterwards, where not given.
        """
        observed, steps = self.observed(), range(len(self.fields))
        if past_steps is None:
            shift = registration.find(self.fields, observed)
            shifts = [shift for _ in steps]
        else:
            spans = [slice(max(0, step - past_steps + 1), step + 1) for step in steps]
            shifts = [registration.find(self.fields[span], observed[span]) for span in spans]
        moved = [registration.move(field, shift) for field, shift in zip(self.fields, shifts, strict=True)]
        return Storm(tuple(moved), self.x, self.y, self.gauge_mm)


def merge(storm: Storm, *, method: str, bias_steps: int = BIAS_STEPS) -> tuple[Grid, ...]:
    """Merge every step of a storm that is already registered.

    Parameters
    ----------
    method
        A key of METHODS.
    bias_steps
        Steps, the present one included, over which the mean field bias is taken.
    """
    if method not in METHODS:
        raise Refusal("unknown_method", method=method, known=tuple(METHODS))
    under = np.array([field.at(storm.x, storm.y) for field in storm.fields]).T
    found = []
    for step, (field, observed) in enumerate(zip(storm.fields, storm.observed(), strict=True)):
        past = slice(max(0, step - bias_steps + 1), step + 1)
        bias = mean_field_bias.factor(storm.gauge_mm[:, past], under[:, past])
        found.append(METHODS[method](field, observed, bias))
    return tuple(found)


def leave_one_out(
    storm: Storm,
    *,
    raw: Sequence[Grid],
    steps_each: int,
    methods: Sequence[str] = tuple(METHODS),
    past_steps: int | None = None,
) -> dict[str, float]:
    """Give the root mean square error of each method at gauges it has not seen, mm per accumulation.

    Registration, bias and weights are found anew without the station that is judged.

    Parameters
    ----------
    raw
        The radar's own amounts of the same steps, as they came; judged as `radar`.
    steps_each
        Steps summed before merging.
    past_steps
        As for `Storm.registered`.

    Returns
    -------
    dict
        By method, with `radar`, `gauges_only` (inverse distance) and `gauges_kriged` beside them.
    """
    errors: dict[str, list[Array]] = {}
    whole = storm.in_steps_of(steps_each)
    plain = Storm(tuple(raw), storm.x, storm.y, storm.gauge_mm).in_steps_of(steps_each)
    for station in range(storm.x.size):
        x, y, truth = storm.x[station : station + 1], storm.y[station : station + 1], whole.gauge_mm[station]
        rest = storm.without(station).registered(past_steps=past_steps).in_steps_of(steps_each)
        said = {
            "radar": plain.fields,
            **{one: merge(rest, method=one, bias_steps=BIAS_STEPS // steps_each) for one in methods},
        }
        for key, fields in said.items():
            errors.setdefault(key, []).append(np.array([float(field.at(x, y)[0]) for field in fields]) - truth)
        alone = [float(inverse_distance.interpolate(one, x, y)[0]) for one in rest.observed()]
        errors.setdefault("gauges_only", []).append(np.array(alone) - truth)
        kriged = [float(kriging.estimate(one, x, y, variogram=variogram.OF_RESIDUALS)[0]) for one in rest.observed()]
        errors.setdefault("gauges_kriged", []).append(np.array(kriged) - truth)
    return {key: float(np.sqrt(np.nanmean(np.concatenate(found) ** 2))) for key, found in errors.items()}
