# SPDX-License-Identifier: Apache-2.0
"""Pysteps as the benchmark of nowcasts runs it: Lucas-Kanade, semi-Lagrangian extrapolation, S-PROG and STEPS."""

import contextlib
import io

import numpy as np

FLOOR_MM_H = 0.1
# What it is given for no rain: five decibels below the lightest.
DRY_DB = -15.0


def decibels(rain: np.ndarray) -> np.ndarray:
    """This will turn mm/h into dB of rain rate."""
    with np.errstate(divide="ignore", invalid="ignore"):
        decibels = np.where(rain >= FLOOR_MM_H, 10 * np.log10(rain), DRY_DB)
    return np.where(np.isnan(rain), np.nan, decibels)


def motion(rain: np.ndarray) -> np.ndarray:
    """This will give its motion in cells a step."""
    with contextlib.redirect_stdout(io.StringIO()):
        from pysteps.motion.lucaskanade import dense_lucaskanade

        return dense_lucaskanade(decibels(rain))


def extrapolate(rain: np.ndarray, wind: np.ndarray, steps: int) -> np.ndarray:
    """This will carry a field of mm/h along its motion."""
    with contextlib.redirect_stdout(io.StringIO()):
        from pysteps.extrapolation.semilagrangian import extrapolate as carried

        return carried(rain.astype(float), wind, steps, allow_nonfinite_values=True)


def forecast(method: str, seen: np.ndarray, wind: np.ndarray, steps: int, **options: object) -> np.ndarray:
    """This will run its S-PROG or STEPS in decibels and give mm/h."""
    with contextlib.redirect_stdout(io.StringIO()):
        from pysteps import nowcasts

        run = nowcasts.get_method(method)
        said = run(decibels(seen), wind, steps, precip_thr=10 * np.log10(FLOOR_MM_H), **options)
    wet = said >= 10 * np.log10(FLOOR_MM_H)
    return np.where(np.isnan(said), np.nan, np.where(wet, 10 ** (said / 10), 0.0)).astype(np.float32)
