"""Independent standard errors and ends of intervals: numpy, scipy and derivatives by complex steps."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy import stats
from scipy.special import expit, logit

Z_95 = stats.norm.ppf(0.975)
Numbers = np.ndarray
Weighted = Callable[[Numbers], complex]
RANGES = {"unit": (0, 1), "correlation": (-1, 1)}


def scaled_limits(value: Numbers, error: Numbers, scale: str) -> tuple[Numbers, Numbers]:
    """Both ends on the scale: logit between the ends of the range, log, or log of what is missing to 1. NaN where error is."""
    value, error = np.asarray(value, float), np.asarray(error, float)
    with np.errstate(all="ignore"):
        if scale in RANGES:
            low, high = RANGES[scale]
            share = (value - low) / (high - low)
            reach = Z_95 * error / (high - low) / (share * (1 - share))
            ends = [low + (high - low) * expit(logit(share) + sign * reach) for sign in (-1, 1)]
        elif scale == "positive":
            ends = [value * np.exp(sign * Z_95 * error / value) for sign in (-1, 1)]
        elif scale == "skill":
            ends = [1 - (1 - value) * np.exp(-sign * Z_95 * error / (1 - value)) for sign in (-1, 1)]
        else:
            ends = [value + sign * Z_95 * error for sign in (-1, 1)]
    return ends[0], ends[1]


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
