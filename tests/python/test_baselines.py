"""The baselines of drift on the real data: PSI against other windows than the reference, by pandas from the raw rows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest
from reference_entries import is_equal, psi
from scipy import stats

VERSION = "1"
FEATURE = "lead_time"
DAY = pd.Timedelta(days=1)


@pytest.fixture(scope="module")
def warehouse(sample_warehouse: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    connection = duckdb.connect(str(sample_warehouse), read_only=True)
    yield connection
    connection.close()


@pytest.fixture(scope="module")
def bin_counts(warehouse: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """Rows of each day in each decile bin of the reference, from the raw tables."""
    rows = warehouse.execute(f"""
        select predicted_at::date as day, {FEATURE}::double as value
        from hotel_cancellations.raw_predictions
        inner join hotel_cancellations.raw_features using (prediction_id)
        where model_version = '{VERSION}'
    """).df()
    rows["day"] = pd.to_datetime(rows["day"])
    reference = rows[(rows["day"] >= "2016-04-01") & (rows["day"] < "2016-07-01")]["value"]
    edges = np.unique(np.quantile(reference, np.arange(1, 10) / 10))
    rows["bin"] = np.searchsorted(edges, rows["value"], side="left")
    return rows.groupby(["day", "bin"]).size().unstack(fill_value=0)


def window(counts: pd.DataFrame, start: pd.Timestamp, end: pd.Timestamp) -> np.ndarray:
    return counts[(counts.index >= start) & (counts.index < end)].sum().to_numpy()


def span(granularity: str, start: pd.Timestamp) -> tuple[pd.Timestamp, pd.Timestamp]:
    return start, start + {"day": DAY, "week": 7 * DAY, "month": pd.DateOffset(months=1)}[granularity]


def earlier(baseline: str, granularity: str, start: pd.Timestamp) -> list[pd.Timestamp]:
    """The starts of the windows of a baseline."""
    months = [pd.DateOffset(months=count) for count in (1, 2, 3, 12)]
    steps = {
        ("previous", "day"): [DAY], ("previous", "week"): [7 * DAY], ("previous", "month"): months[:1],
        ("trailing", "day"): [count * DAY for count in range(1, 29)],
        ("trailing", "week"): [7 * count * DAY for count in range(1, 5)], ("trailing", "month"): months[:3],
        ("same_weekday", "day"): [7 * count * DAY for count in range(1, 5)],
        ("same_season", "day"): [364 * DAY], ("same_season", "week"): [364 * DAY], ("same_season", "month"): months[3:],
    }  # fmt: skip
    return [start - step for step in steps[baseline, granularity]]


@pytest.mark.parametrize(
    ("baseline", "granularity"),
    [(name, length) for name in ("previous", "trailing", "same_season") for length in ("day", "week", "month")]
    + [("same_weekday", "day")],
)
def test_psi_against_earlier_windows(
    baseline: str, granularity: str, warehouse: duckdb.DuckDBPyConnection, bin_counts: pd.DataFrame
) -> None:
    shown = warehouse.execute(
        """
        select window_start, metric_value, reference_count, sample_count, status_reason from ml_monitor.fct_ml_drift
        where model_id = 'hotel_cancellations' and model_version = ? and feature_name = ? and metric_name = 'psi'
            and baseline_name = ? and granularity = ? and slice_key is null
        """,
        [VERSION, FEATURE, baseline, granularity],
    ).fetchall()
    problems, measured = [], 0
    last = pd.Timestamp("2017-09-15")
    for start, value, reference_count, sample_count, reason in shown:
        current = window(bin_counts, *span(granularity, pd.Timestamp(start)))
        spans = [span(granularity, each) for each in earlier(baseline, granularity, pd.Timestamp(start))]
        base = sum((window(bin_counts, *each) for each in spans if each[1] <= last), np.zeros(bin_counts.shape[1], dtype=int))
        if not base.sum() or not current.sum():
            if value is not None or reason not in ("no_baseline", "no_rows"):
                problems.append((start, value, reason, "nothing to compare"))
            continue
        measured += 1
        used = (base + current) > 0
        expected = psi(base[used], current[used])
        if used.sum() > 1 and not (is_equal(value, expected) and (reference_count, sample_count) == (base.sum(), current.sum())):
            problems.append((start, value, expected, reference_count, base.sum()))
    assert not problems, problems[:5]
    assert measured >= {"day": 140, "week": 19, "month": 5}[granularity]


def test_reference_is_judged_and_the_others_are_shown(warehouse: duckdb.DuckDBPyConnection) -> None:
    judged = warehouse.execute(
        "select baseline_name, count(*) filter (where status != 'not_evaluated') > 0 from ml_monitor.fct_ml_drift group by all"
    ).fetchall()
    assert dict(judged) == {
        "reference": True, "previous": False, "trailing": False, "same_weekday": False, "same_season": False,
    }  # fmt: skip


# From many distinct values to few; adr and score have fine cells, the others are counted value by value.
VALUE_FEATURES = ["score", "adr", "lead_time", "previous_bookings_not_canceled"]


@pytest.fixture(scope="module")
def raw_values(warehouse: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    columns = ", ".join(f"{name}::double as {name}" for name in VALUE_FEATURES)
    rows = warehouse.execute(f"""
        select predicted_at::date as day, {columns}
        from hotel_cancellations.raw_predictions inner join hotel_cancellations.raw_features using (prediction_id)
        where model_version = '{VERSION}'
    """).df()
    rows["day"] = pd.to_datetime(rows["day"])
    return rows.set_index("day").sort_index()


def values_between(rows: pd.DataFrame, feature: str, start: pd.Timestamp, end: pd.Timestamp) -> np.ndarray:
    return rows.loc[(rows.index >= start) & (rows.index < end), feature].dropna().to_numpy()


@pytest.mark.parametrize("feature", VALUE_FEATURES)
def test_the_true_value_lies_within_the_error_bound(
    feature: str, warehouse: duckdb.DuckDBPyConnection, raw_values: pd.DataFrame
) -> None:
    """KS, Wasserstein and quantiles from fine cells, against earlier windows."""
    shown = warehouse.execute(
        """
        select
            granularity, window_start, window_end, baseline_name, sample_count, reference_count,
            max(metric_value) filter (where metric_name = 'ks') as ks,
            max(metric_error_bound) filter (where metric_name = 'ks') as ks_bound,
            max(metric_value) filter (where metric_name = 'wasserstein') as wasserstein,
            max(metric_error_bound) filter (where metric_name = 'wasserstein') as wasserstein_bound,
            max(metric_value) filter (where metric_name = 'median_change') as median,
            max(metric_error_bound) filter (where metric_name = 'median_change') as median_bound,
            max(metric_value) filter (where metric_name = 'p95_change') as p95,
            max(metric_error_bound) filter (where metric_name = 'p95_change') as p95_bound
        from ml_monitor.fct_ml_drift
        where model_id = 'hotel_cancellations' and model_version = ? and feature_name = ? and slice_key is null
            and baseline_name != 'reference'
            and metric_name in ('ks', 'wasserstein', 'median_change', 'p95_change')
        group by all
        """,
        [VERSION, feature],
    ).df()
    assert len(shown) > 1_500
    chosen = shown.sample(150, random_state=3)
    problems = []
    for row in chosen.itertuples():
        start, end = pd.Timestamp(row.window_start), pd.Timestamp(row.window_end)
        current = values_between(raw_values, feature, start, end)
        spans = [span(row.granularity, each) for each in earlier(row.baseline_name, row.granularity, start)]
        base = np.concatenate([values_between(raw_values, feature, *each) for each in spans])
        assert (len(current), len(base)) == (row.sample_count, row.reference_count)
        true = {
            "ks": stats.ks_2samp(base, current, method="asymp").statistic,
            "wasserstein": stats.wasserstein_distance(base, current),
            "median": np.median(current) - np.median(base),
            "p95": np.quantile(current, 0.95) - np.quantile(base, 0.95),
        }
        for name, expected in true.items():
            value, bound = getattr(row, name), getattr(row, f"{name}_bound")
            if not abs(value - expected) <= bound + 1e-9 * max(1, abs(expected)):
                problems.append((name, row.granularity, start, row.baseline_name, value, expected, bound))
    assert not problems, f"{len(problems)} outside their bound: {problems[:5]}"
    # Prices and scores of a tree have values that a percent or more of all rows share, inside a cell: the bound says so.
    large = shown[shown["reference_count"] >= 2_000]
    assert large["ks_bound"].median() <= 0.005 and large["ks_bound"].max() <= 0.035, "the cells are too wide"
    if feature in ("lead_time", "previous_bookings_not_canceled"):
        assert shown[["ks_bound", "wasserstein_bound"]].abs().max().max() == 0


@pytest.mark.parametrize("feature", VALUE_FEATURES)
def test_trailing_windows_come_from_cells(
    feature: str, warehouse: duckdb.DuckDBPyConnection, raw_values: pd.DataFrame
) -> None:
    """Against the reference: the true value within the bound, and the bound of KS at most 0.005."""
    shown = warehouse.execute(
        """
        select
            window_start, window_end, sample_count,
            max(metric_value) filter (where metric_name = 'ks') as ks,
            max(metric_error_bound) filter (where metric_name = 'ks') as ks_bound,
            max(metric_value) filter (where metric_name = 'wasserstein') as wasserstein,
            max(metric_error_bound) filter (where metric_name = 'wasserstein') as wasserstein_bound,
            max(metric_value) filter (where metric_name = 'median_change') as median,
            max(metric_error_bound) filter (where metric_name = 'median_change') as median_bound
        from ml_monitor.fct_ml_drift
        where model_id = 'hotel_cancellations' and model_version = ? and feature_name = ? and slice_key is null
            and baseline_name = 'reference' and granularity in ('trailing_7d', 'trailing_28d') and sample_count > 0
        group by all
        """,
        [VERSION, feature],
    ).df()
    assert len(shown) > 900
    assert shown["ks_bound"].max() <= 0.005
    base = values_between(raw_values, feature, pd.Timestamp("2016-04-01"), pd.Timestamp("2016-07-01"))
    problems = []
    for row in shown.sample(60, random_state=4).itertuples():
        current = values_between(raw_values, feature, pd.Timestamp(row.window_start), pd.Timestamp(row.window_end))
        true = {
            "ks": stats.ks_2samp(base, current, method="asymp").statistic,
            "wasserstein": stats.wasserstein_distance(base, current),
            "median": np.median(current) - np.median(base),
        }
        for name, expected in true.items():
            value, bound = getattr(row, name), getattr(row, f"{name}_bound")
            if not abs(value - expected) <= bound + 1e-9 * max(1, abs(expected)):
                problems.append((name, row.window_start, value, expected, bound))
    assert not problems, f"{len(problems)} outside their bound: {problems[:5]}"


@pytest.mark.parametrize(("name", "column"), [("p05_change", 0.05), ("median_change", 0.5), ("p95_change", 0.95)])
def test_exact_quantile_changes(
    name: str, column: float, warehouse: duckdb.DuckDBPyConnection, raw_values: pd.DataFrame
) -> None:
    shown = warehouse.execute(
        """
        select feature_name, window_start, window_end, metric_value, reference_value, ci_lower, ci_upper, metric_error_bound
        from ml_monitor.fct_ml_drift
        where model_id = 'hotel_cancellations' and model_version = ? and metric_name = ? and slice_key is null
            and granularity in ('day', 'week', 'month') and baseline_name = 'reference' and list_contains(?, feature_name)
        """,
        [VERSION, name, VALUE_FEATURES],
    ).df()
    assert len(shown) > 1_500
    for row in shown.sample(200, random_state=5).itertuples():
        current = values_between(raw_values, row.feature_name, pd.Timestamp(row.window_start), pd.Timestamp(row.window_end))
        base = values_between(raw_values, row.feature_name, pd.Timestamp("2016-04-01"), pd.Timestamp("2016-07-01"))
        expected = np.quantile(current, column) - np.quantile(base, column)
        assert is_equal(row.metric_value, expected), row
        assert is_equal(row.reference_value, np.quantile(base, column)), row
        assert row.metric_error_bound == 0 and row.ci_lower <= row.metric_value <= row.ci_upper
