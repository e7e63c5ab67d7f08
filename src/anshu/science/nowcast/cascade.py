# SPDX-License-Identifier: Apache-2.0
"""Rain parted by scale, and how fast each scale forgets: the spectral cascade and its autoregression."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from anshu.science.extra import library
from anshu.science.nowcast.advection import extrapolate
from anshu.science.standing import Refusal, Standing

STANDING: Final = Standing(
    verified_by=(
        "pysteps 1.21 STEPS：4 次雷达过程 20 成员 CRPS 之比（经 ensemble）",
        "AR(2) Yule–Walker 方程与白噪声恒等式",
    ),
    valid_for="三帧以上、间隔不变的雷达雨强；矩形图幅，场外按无雨",
)

Field = NDArray[np.float32]
Spectrum = NDArray[np.complex64]


@dataclass(frozen=True, slots=True)
class Memory:
    """How the field's spectrum goes on: X(t) = lag1 X(t-1) + lag2 X(t-2) + shock A ε, for every wavenumber.

    Parameters
    ----------
    now, before
        Spectra of 10 log10 rain at the last two times, on a padded field.
    lag1, lag2, shock
        Coefficients for every wavenumber.
    correlation
        Lag-1 and lag-2 autocorrelation of each level, coarsest first.
    padded, dry_db
        Shape transformed, and the value that stands for no rain.
    """

    now: Spectrum
    before: Spectrum
    lag1: Field
    lag2: Field
    shock: Field
    correlation: NDArray[np.float64]
    padded: tuple[int, int]
    dry_db: float


def bands(shape: tuple[int, int], levels: int) -> Field:
    """Weigh every wavenumber of a real transform among levels, Gaussian in the logarithm of the wavenumber.

    Level k of n is centred between q^k and q^(k+1), q = (longest side / 2)^(1/n), with a spread of half a level; the
    weights of a wavenumber add up to one and the mean belongs to the coarsest.

    Returns
    -------
    ndarray
        Shape (levels, rows, columns // 2 + 1).

    References
    ----------
    Pulkkinen, S. et al. (2019), Geoscientific Model Development 12, 4185-4219, section 2.5.1; Seed, A. W. (2003),
    Journal of Applied Meteorology 42, 381-388.
    """
    longest = max(shape)
    if levels < 2 or longest < 2**levels:
        raise Refusal("field_too_small", shape=shape, levels=levels)
    rows = np.fft.fftfreq(shape[0])[:, None] * longest
    columns = np.fft.rfftfreq(shape[1])[None, :] * longest
    ratio = (longest / 2) ** (1 / levels)
    place = np.log(np.maximum(np.hypot(rows, columns), 1.0)) / np.log(ratio)
    centres = np.log([(ratio**k + ratio ** (k + 1)) / 2 for k in range(levels)]) / np.log(ratio)
    weights = np.exp(-2.0 * (place[None] - centres[:, None, None]) ** 2)
    weights[0, 0, 0], weights[1:, 0, 0] = 1.0, 0.0
    shares: Field = (weights / weights.sum(axis=0)).astype(np.float32)
    return shares


def autoregression(lag1: NDArray[np.float64], lag2: NDArray[np.float64]) -> tuple[NDArray[np.float64], ...]:
    """Solve the Yule-Walker equations of second order for φ₁, φ₂ and the white noise's part of the spread.

    φ₁ = ρ₁(1 - ρ₂)/(1 - ρ₁²), φ₂ = (ρ₂ - ρ₁²)/(1 - ρ₁²), σ = √(1 - φ₁ρ₁ - φ₂ρ₂); ρ₂ is lifted to where the roots are
    real, so that no level swings.

    References
    ----------
    Box, Jenkins and Reinsel (2008), Time Series Analysis, 4th ed., section 3.2.4; Bowler, N. E. et al. (2006),
    Quarterly Journal of the Royal Meteorological Society 132, 2127-2155, section 3.
    """
    first = np.clip(lag1, 1e-6, 1 - 1e-6)
    # Real roots ask φ₁² + 4 φ₂ ≥ 0, which is this bound in terms of ρ₁ (Yule-Walker put in).
    lowest = (3 * first**2 - 2 + 2 * (1 - first**2) ** 1.5) / first**2
    second = np.clip(lag2, np.maximum(lowest, 2 * first**2 - 1), 1 - 1e-9)
    phi1 = first * (1 - second) / (1 - first**2)
    phi2 = (second - first**2) / (1 - first**2)
    return phi1, phi2, np.sqrt(np.maximum(1 - phi1 * first - phi2 * second, 0.0))


def memory(
    rain: NDArray[np.float32],
    motion: NDArray[np.float32],
    *,
    cell_m: float,
    step_s: float,
    levels: int,
    floor_mm_h: float,
) -> Memory:
    """Bring the last three frames to one place and estimate how each scale remembers.

    The autocorrelation of a level is that of its Fourier coefficients (Parseval), so no level is ever built; that of
    a wavenumber is the mean of its levels' by weight, which keeps the process stationary.
    """
    if rain.ndim != 3 or rain.shape[0] < 3:
        raise Refusal("frames_too_few", found=rain.shape)
    oldest = extrapolate(rain[-3], motion, leads_s=[step_s, 2 * step_s], cell_m=cell_m)[1]
    middle = extrapolate(rain[-2], motion, leads_s=[step_s], cell_m=cell_m)[0]
    known = np.isfinite(oldest) & np.isfinite(middle) & np.isfinite(rain[-1])
    fft = library("scipy.fft")
    rows, columns = rain.shape[1:]
    padded = (fft.next_fast_len(rows, real=True), 2 * fft.next_fast_len((columns + 1) // 2, real=True))
    dry = float(10 * np.log10(floor_mm_h)) - _STEP_DOWN_DB
    spectra = []
    for frame in (rain[-1], middle, oldest):
        wet = np.where(np.isfinite(frame), frame, 0.0)
        spectra.append(fft.rfft2(_decibels(wet, floor_mm_h, dry), padded, workers=2))
    aligned = (
        spectra
        if known.all()
        else [
            fft.rfft2(_decibels(np.where(known, frame, 0.0), floor_mm_h, dry), padded, workers=2)
            for frame in (rain[-1], middle, oldest)
        ]
    )
    shares = bands(padded, levels)
    correlation = _correlations(aligned, shares)
    phi1, phi2, shock = autoregression(*(np.tensordot(part, shares, 1) for part in correlation))
    amplitude = np.abs(spectra[0])
    # The mean of the field stays as it is.
    phi1[0, 0], phi2[0, 0], amplitude[0, 0] = 1.0, 0.0, 0.0
    return Memory(
        now=spectra[0],
        before=spectra[1],
        lag1=phi1.astype(np.float32),
        lag2=phi2.astype(np.float32),
        # A complex normal number of two unit parts has variance two.
        shock=(shock * amplitude / np.sqrt(2)).astype(np.float32),
        correlation=correlation,
        padded=padded,
        dry_db=dry,
    )


# No rain lies this far below the lightest rain, so that the edge of rain is seen.
_STEP_DOWN_DB: Final = 5.0


def _decibels(wet: NDArray[np.float32], floor_mm_h: float, dry_db: float) -> Field:
    """Measure rain above no rain, so that the padding's zero is no rain too."""
    decibels = 10 * np.log10(np.maximum(wet, np.float32(floor_mm_h)))
    above: Field = np.where(wet >= floor_mm_h, decibels - dry_db, 0.0).astype(np.float32)
    return above


def _correlations(spectra: list[Spectrum], shares: Field) -> NDArray[np.float64]:
    """Correlate each level of the latest frame with itself one and two steps before; shape (2, levels)."""
    squared = shares.astype(np.float64) ** 2
    # All but the first and, for an even width, the last column stand for two wavenumbers.
    squared[:, :, 1:-1] *= 2
    squared[:, 0, 0] = 0.0

    def product(one: Spectrum, other: Spectrum) -> NDArray[np.float64]:
        together: NDArray[np.float64] = np.tensordot(squared, (one * other.conj()).real.astype(np.float64), 2)
        return together

    latest, middle, oldest = spectra
    powers = [product(one, one) for one in spectra]
    with np.errstate(invalid="ignore", divide="ignore"):
        lag1 = product(latest, middle) / np.sqrt(powers[0] * powers[1])
        lag2 = product(latest, oldest) / np.sqrt(powers[0] * powers[2])
    return np.nan_to_num(np.stack([lag1, lag2]))
