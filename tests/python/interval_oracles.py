"""Independent standard errors and ends of intervals: numpy, scipy and derivatives by complex steps."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy import stats
from scipy.special import expit, logit

Z_95 = stats.norm.ppf(0.975)
Numbers = np.ndarray
Weighted = Callable[[Numbers], complex]
RANGES = {"unit": (0, 1), "double_unit": (0, 2), "correlation": (-1, 1)}


def asymmetry(terms: Numbers, weights: Numbers | None = None) -> float:
    """Third central moment of a (weighted) mean over its error cubed, in [-1, 1]; 0 where nothing varies."""
    weights = np.ones(len(terms)) if weights is None else weights
    deviation = weights * (terms - np.average(terms, weights=weights))
    squares = (deviation**2).sum()
    return 0 if squares <= 1e-26 * (weights * terms).sum() ** 2 else float(np.clip((deviation**3).sum() / squares**1.5, -1, 1))


def degrees_of_freedom(count: float, lean: float) -> float:
    """Satterthwaite's from the least kurtosis that goes with the skewness."""
    return min(count - 1, 2 / lean**2) if lean else count - 1


def scaled_limits(value: Numbers, error: Numbers, scale: str, df: Numbers | None = None, lean: float = 0) -> tuple[Numbers, Numbers]:
    """Both ends on the scale: logit between the ends of the range, log, log of what is missing to 1, or Hall's. NaN where error is.

    df: degrees of freedom of Student's t, which stands in for the normal distribution.
    """
    value, error = np.asarray(value, float), np.asarray(error, float)
    point = Z_95 if df is None else stats.t.ppf(0.975, np.maximum(df, 1))
    with np.errstate(all="ignore"):
        if scale in RANGES:
            low, high = RANGES[scale]
            share = (value - low) / (high - low)
            reach = point * error / (high - low) / (share * (1 - share))
            ends = [low + (high - low) * expit(logit(share) + sign * reach) for sign in (-1, 1)]
        elif scale == "positive":
            ends = [value * np.exp(sign * point * error / value) for sign in (-1, 1)]
        elif scale == "skill":
            ends = [1 - (1 - value) * np.exp(-sign * point * error / (1 - value)) for sign in (-1, 1)]
        elif scale == "skewed":
            ends = [np.maximum(value - error * _hall(sign * point, lean), 0) for sign in (1, -1)]
        elif scale == "skewed_root":
            ends = [np.sqrt(end) for end in scaled_limits(value**2, 2 * value * error, "skewed", df, lean)]
        else:
            ends = [value + sign * point * error for sign in (-1, 1)]
    return ends[0], ends[1]


def _hall(point: float, lean: float) -> float:
    """The t of which Hall's transformation t + a t^2 / 3 + a^2 t^3 / 27 + a / 6 is the point: by its only real root."""
    roots = np.roots([lean**2 / 27, lean / 3, 1, lean / 6 - point])
    return float(roots[np.abs(roots.imag).argmin()].real)


def linearised_error(metric: Weighted, count: int, is_sample: bool) -> float:
    """The standard error of a metric of weighted rows by its derivatives, taken by complex steps: exact to the last digits.

    is_sample: with n / (n - 1), as for a mean; else as for shares of a multinomial.
    """
    step = 1e-30
    slopes = np.array([np.imag(metric(np.ones(count) + 1j * step * (np.arange(count) == row))) for row in range(count)]) / step
    return float(np.sqrt((slopes**2).sum() * (count / (count - 1) if is_sample else 1)))


def wilson(successes: float, trials: float) -> tuple[float, float]:
    if trials == 0:
        return np.nan, np.nan
    interval = stats.binomtest(round(successes), round(trials)).proportion_ci(method="wilson")
    return interval.low, interval.high


def mean_of_rates(counts: list[tuple[float, float]], divisor: int) -> tuple[float, float]:
    """MOVER from (successes, trials) of each rate."""
    rates = np.array([successes / trials for successes, trials in counts])
    ends = np.array([wilson(*pair) for pair in counts])
    reach = np.sqrt(((ends - rates[:, None]) ** 2).sum(axis=0)) / divisor
    return rates.sum() / divisor - reach[0], rates.sum() / divisor + reach[1]
