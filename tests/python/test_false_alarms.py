"""Windows in which nothing changed, one with a single outlier, and a real shift, built through dbt."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import numpy as np
import pytest
from reference_entries import psi_p_value
from scipy import stats

from scripts.false_alarms import counts, data
from scripts.false_alarms.__main__ import build

SIZES = (50, 100, 500)
OUTLIER_DAY = 7
MODELS = [
    *(data.Model(f"unchanged_{size}", size) for size in SIZES),
    data.Model("shifted", 500, window_count=14, shift=0.5),
    data.Model("with_outlier", 500, window_count=14, outlier_day=OUTLIER_DAY),
]


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(build(MODELS, tmp_path_factory.mktemp("false_alarms"))), read_only=True) as connection:
        yield connection


@pytest.mark.parametrize("size", SIZES)
def test_verdicts_fire_no_more_often_than_the_nominal_rate(warehouse: duckdb.DuckDBPyConnection, size: int) -> None:
    found = counts.counted(warehouse)[f"unchanged_{size}", "day"]
    assert found.window_count == 60
    lower, _ = counts.wilson_interval(found.verdict_count, found.window_count)
    assert lower <= counts.NOMINAL_RATE, found


@pytest.mark.parametrize("size", [50, 100])
def test_psi_alone_fires_in_small_windows(warehouse: duckdb.DuckDBPyConnection, size: int) -> None:
    """What the verdict is kept from: without this the test above could not fail."""
    found = counts.counted(warehouse)[f"unchanged_{size}", "day"]
    lower, _ = counts.wilson_interval(found.above_warn_count, found.window_count)
    assert lower > 0.5, found


def test_p_values_equal_those_made_by_hand(warehouse: duckdb.DuckDBPyConnection) -> None:
    rows = warehouse.execute(
        """
        select drift.p_value, list(bins.reference_count), list(bins.current_count)
        from ml_monitor.fct_ml_drift as drift
        inner join ml_monitor.fct_ml_drift_bins as bins
            using (model_id, granularity, window_start, baseline_name, feature_name)
        where
            drift.metric_name = 'psi' and drift.baseline_name = 'reference' and drift.granularity = 'day'
            and drift.status_reason != 'in_baseline'
        group by drift.model_id, drift.window_start, drift.feature_name, drift.p_value
        """
    ).fetchall()
    assert len(rows) > 2000
    by_hand = [psi_p_value(baseline, window) for _, baseline, window in rows]
    np.testing.assert_allclose([p_value for p_value, _, _ in rows], by_hand, rtol=1e-9)


def test_the_matched_moments_are_those_of_tables_with_the_same_totals() -> None:
    """Sparse tables drawn at random with given totals: the p-value is below 0.01 hardly more often, Pearson's is."""
    rng = np.random.default_rng(5)
    totals = np.array([400, 250, 40, 12, 5, *[2] * 12, *[1] * 30])
    windows = rng.multivariate_hypergeometric(totals, 60, 2000)
    matched = np.mean([psi_p_value(totals - window, window) <= 0.01 for window in windows])
    plain = np.mean(
        [stats.chi2_contingency([totals - window, window], correction=False).pvalue <= 0.01 for window in windows]
    )
    assert matched < 0.03 < plain


def test_one_outlier_moves_psi_by_no_more_than_its_own_share(warehouse: duckdb.DuckDBPyConnection) -> None:
    """The 1e9 is one more row in the last bin: PSI equals that of the day with this row put there by hand."""
    window_start = data.day_after_reference(OUTLIER_DAY)
    recorded = warehouse.execute(
        """
        select metric_value, status from ml_monitor.fct_ml_drift
        where model_id = 'with_outlier' and granularity = 'day' and window_start = ? and metric_name = 'psi'
            and baseline_name = 'reference' and feature_name = 'normal_value'
        """,
        [window_start],
    ).fetchone()
    rows = warehouse.execute(
        f"""
        select normal_value, cast(predicted_at as date) from {data.SCHEMA}.predictions where model_id = 'with_outlier'
        """
    ).fetchall()
    end_of_reference = data.day_after_reference(0)
    reference = np.array([value for value, day in rows if day < end_of_reference])
    window = np.array([value for value, day in rows if day == window_start])
    assert (window == data.OUTLIER).sum() == 1
    edges = np.quantile(reference, np.arange(1, 10) / 10)

    def psi(values: np.ndarray) -> float:
        counts_of_bins = [np.bincount(np.searchsorted(edges, side), minlength=10) for side in (reference, values)]
        baseline, current = (np.maximum(side / side.sum(), 1e-4) for side in counts_of_bins)
        return float(((current - baseline) * np.log(current / baseline)).sum())

    moved = np.where(window == data.OUTLIER, edges[-1] + 1e-6, window)
    without = window[window != data.OUTLIER]
    assert recorded is not None
    assert recorded[0] == pytest.approx(psi(moved), rel=1e-9)
    assert recorded[1] == "pass"
    assert abs(recorded[0] - psi(without)) < 0.01


def test_a_shift_of_half_a_standard_deviation_is_found(warehouse: duckdb.DuckDBPyConnection) -> None:
    statuses = warehouse.execute(
        """
        select feature_name = 'normal_value', count(*), count(*) filter (where status in ('warn', 'fail'))
        from ml_monitor.fct_ml_drift
        where model_id = 'shifted' and granularity = 'day' and metric_name = 'psi' and baseline_name = 'reference'
            and subject = 'feature' and status_reason != 'in_baseline'
        group by all order by all
        """
    ).fetchall()
    (_, other_count, other_alarms), (_, window_count, alarm_count) = statuses
    assert (window_count, other_count) == (14, 14 * 11)
    assert alarm_count == window_count
    assert other_alarms <= 0.05 * other_count
