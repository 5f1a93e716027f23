"""`python -m scripts.false_alarms.rules`: which p-value for PSI keeps the rate of false alarms? Drawn bin counts, no dbt.

Each rule gives the 12 features of a window a p-value; a window alarms where one has a PSI of at least 0.1 and a q-value
(Benjamini and Hochberg 1995) of at most 0.05. DECISIONS.md holds the table; --write renews it.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

Numbers = NDArray[np.float64]

DECISIONS = Path(__file__).resolve().parents[2] / "DECISIONS.md"
MARKER = "<!-- rules -->"
RULES = ("PSI / (1/n + 1/m)", "Pearson", "Pearson where sparse", "pooled below 1", "pooled below 5", "matched moments")
WARN_THRESHOLD, SIGNIFICANCE_LEVEL = 0.1, 0.05
SIZES = ((50, 1_400), (100, 2_800), (200, 5_600), (500, 14_000), (100, 300), (500, 200), (50, 50))


def _long_tail(count: int, exponent: float = 1.0) -> Numbers:
    shares = 1 / np.arange(1, count + 1) ** exponent
    return shares / shares.sum()


def _deciles(null_share: float = 0.0) -> Numbers:
    deciles = np.full(10, (1 - null_share) / 10)
    return np.append(deciles, null_share) if null_share else deciles


FEATURES: dict[str, list[Numbers]] = {
    "ordinary": [
        *[_deciles()] * 6, _deciles(0.02), np.array([0.3, *[0.1] * 7]),
        _long_tail(3), _long_tail(8), _long_tail(15), _long_tail(30),
    ],
    "sparse": [
        *[_deciles()] * 4, _deciles(0.001), _deciles(0.001), np.array([0.99, 0.01]),
        _long_tail(30), _long_tail(60), _long_tail(100), _long_tail(100, 1.5), _long_tail(100, 2.0),
    ],
}  # fmt: skip


def matched_p_values(
    chi_squared: ArrayLike, reference_count: ArrayLike, sample_count: ArrayLike, bin_count: ArrayLike, reciprocal_total_sum: ArrayLike
) -> Numbers:  # fmt: skip
    """p-values of Pearson's chi-squared of tables of two rows, given the mean and variance of one of whole degrees.

    Its own moments, given the totals of both sides and of the bins, are Haldane's (1940) in Dawson's (1954) form.
    `reciprocal_total_sum` is the sum over bins of 1 / (rows of both sides). 1 where all such tables have one chi-squared.
    """
    x, m, n, k, reciprocals = np.broadcast_arrays(
        *(np.asarray(item, dtype=float) for item in (chi_squared, reference_count, sample_count, bin_count, reciprocal_total_sum))
    )  # fmt: skip
    rows = n + m
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = (k - 1) * rows / (rows - 1)
        side_spread, side_imbalance = (rows - 2) / (rows - 1), (rows * (1 / n + 1 / m) - 4) / (rows - 2)
        bin_spread, bin_imbalance = (k - 1) * (rows - k) / (rows - 1), (rows * reciprocals - k**2) / (rows - 2)
        variance = 2 * rows / (rows - 3) * (side_spread - side_imbalance) * (bin_spread - bin_imbalance)
        variance = variance + rows**2 / (rows - 1) * side_imbalance * bin_imbalance
        degrees = np.maximum(np.minimum(np.minimum(np.floor(2 * mean**2 / variance + 0.5), k - 1), 2000), 1)
        statistic = degrees + (x - mean) * np.sqrt(2 * degrees / variance)
        return np.where((k > 1) & np.isfinite(variance) & (variance > 1e-9), stats.chi2.sf(statistic, degrees), 1.0)


def _pearson(reference: Numbers, window: Numbers) -> tuple[Numbers, Numbers]:
    """Chi-squared of each table and its number of bins with a row."""
    n, m, totals = window.sum(axis=1, keepdims=True), reference.sum(axis=1, keepdims=True), reference + window
    deviations = (window - n * totals / (n + m)) ** 2 / np.maximum(totals, 1)
    return deviations.sum(axis=1) * ((n + m) ** 2 / (n * m))[:, 0], (totals > 0).sum(axis=1)


def _tail(statistic: Numbers, bin_count: Numbers) -> Numbers:
    return np.where(bin_count > 1, stats.chi2.sf(statistic, np.maximum(bin_count - 1, 1)), 1.0)


def _pooled(reference: Numbers, window: Numbers, limit: float) -> Numbers:
    """Pearson's p-value, bins that expect fewer than `limit` rows on the smaller side made one."""
    totals = reference + window
    smaller = min(window[0].sum(), reference[0].sum())
    is_sparse = totals * smaller / totals.sum(axis=1, keepdims=True) < limit
    sides = [
        np.column_stack([np.where(is_sparse, 0, side), np.where(is_sparse, side, 0).sum(axis=1)])
        for side in (reference, window)
    ]
    return _tail(*_pearson(*sides))


def p_values(reference: Numbers, window: Numbers) -> tuple[Numbers, dict[str, Numbers]]:
    """PSI of each row of counts, and its p-value by each rule."""
    n, m, totals = window[0].sum(), reference[0].sum(), reference + window
    r, c = np.maximum(reference / m, 1e-4), np.maximum(window / n, 1e-4)
    psi = ((c - r) * np.log(c / r) * (totals > 0)).sum(axis=1)
    chi_squared, bin_count = _pearson(reference, window)
    approximation, pearson = _tail(psi / (1 / n + 1 / m), bin_count), _tail(chi_squared, bin_count)
    least_expected = np.where(totals > 0, totals, np.inf).min(axis=1) * n / (n + m)
    reciprocals = np.divide(1, totals, where=totals > 0, out=np.zeros(totals.shape)).sum(axis=1)
    return psi, dict(zip(RULES, (
        approximation,
        pearson,
        np.where(least_expected < 5, pearson, approximation),
        _pooled(reference, window, 1),
        _pooled(reference, window, 5),
        matched_p_values(chi_squared, m, n, bin_count, reciprocals),
    ), strict=True))  # fmt: skip


def alarm_shares(features: list[Numbers], n: int, m: int, window_count: int, rng: np.random.Generator) -> list[float]:
    """Share of windows with an alarm by each rule; n rows a window, m in its reference, the same shares in both."""
    by_feature = [
        p_values(rng.multinomial(m, shares, window_count).astype(float), rng.multinomial(n, shares, window_count).astype(float))
        for shares in features
    ]  # fmt: skip
    psi = np.stack([item[0] for item in by_feature], axis=1)
    alarms = []
    for rule in RULES:
        q_values = stats.false_discovery_control(np.stack([item[1][rule] for item in by_feature], axis=1), axis=1)
        alarms.append(float(((psi >= WARN_THRESHOLD) & (q_values <= SIGNIFICANCE_LEVEL)).any(axis=1).mean()))
    return alarms


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m scripts.false_alarms.rules", description=__doc__)
    parser.add_argument("--windows", type=int, default=6_000, help="windows a line (default 6000)")
    parser.add_argument("--write", action="store_true", help="put the table into DECISIONS.md")
    arguments = parser.parse_args()
    rng = np.random.default_rng(3)
    lines = [f"| features | rows of window, reference | {' | '.join(RULES)} |", "|---" * (len(RULES) + 2) + "|"]
    for name, features in FEATURES.items():
        for n, m in SIZES:
            shares = alarm_shares(features, n, m, arguments.windows, rng)
            lines.append(f"| {name} | {n:,}, {m:,} | {' | '.join(f'{100 * share:.1f} %' for share in shares)} |")
    table = "\n".join(lines)
    print(table)
    if arguments.write:
        before, _, after = DECISIONS.read_text().split(MARKER)
        DECISIONS.write_text(f"{before}{MARKER}\n{table}\n{MARKER}{after}")


if __name__ == "__main__":
    main()
