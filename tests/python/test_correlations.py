"""Changes of correlation on the real data against pandas and scipy over the raw rows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest
from reference_entries import is_equal
from scipy import stats

LOGS = {
    "hotel_cancellations": ("1", "lead_time", "adr", "2016-04-01", "2016-07-01"),
    "online_retail_demand": ("1", "units_lag1", "foreign_share_4w", "2011-05-30", "2011-08-29"),
}
Z_95 = stats.norm.ppf(0.975)


@pytest.fixture(scope="module")
def warehouse(sample_warehouse: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    connection = duckdb.connect(str(sample_warehouse), read_only=True)
    yield connection
    connection.close()


def fisher_interval(correlation: float, count: int) -> tuple[float, float]:
    margin = Z_95 / np.sqrt(count - 3)
    return np.tanh(np.arctanh(correlation) - margin), np.tanh(np.arctanh(correlation) + margin)


def expected_change(window: pd.DataFrame, baseline: pd.DataFrame) -> dict[str, float]:
    """Correlation by pandas (rows in which both are there), interval of Zou, p-value of two Fisher z."""
    sides = []
    for rows in (window, baseline):
        rows = rows.dropna()
        sides.append((stats.pearsonr(rows.iloc[:, 0], rows.iloc[:, 1]).statistic, len(rows)))
        assert sides[-1][0] == pytest.approx(rows.corr().iloc[0, 1], rel=1e-9)
    (r, n), (reference_r, m) = sides
    (lower, upper), (reference_lower, reference_upper) = fisher_interval(r, n), fisher_interval(reference_r, m)
    z = (np.arctanh(r) - np.arctanh(reference_r)) / np.sqrt(1 / (n - 3) + 1 / (m - 3))
    return {
        "metric_value": r - reference_r,
        "reference_value": reference_r,
        "ci_lower": r - reference_r - np.hypot(r - lower, reference_upper - reference_r),
        "ci_upper": r - reference_r + np.hypot(upper - r, reference_r - reference_lower),
        "p_value": 2 * stats.norm.sf(abs(z)),
        "sample_count": n,
        "reference_count": m,
    }


@pytest.mark.parametrize("granularity", ["day", "month"])
@pytest.mark.parametrize("log", LOGS)
def test_correlation_change(log: str, granularity: str, warehouse: duckdb.DuckDBPyConnection) -> None:
    version, first, second, start, end = LOGS[log]
    rows = warehouse.execute(f"""
        select predicted_at::date as day, {first}::double as first_value, {second}::double as second_value
        from {log}.raw_predictions inner join {log}.raw_features using (prediction_id) where model_version = ?
    """, [version]).df()  # fmt: skip
    rows["day"] = pd.to_datetime(rows["day"])
    columns = ["first_value", "second_value"]
    baseline = rows[(rows["day"] >= start) & (rows["day"] < end)][columns]
    shown = warehouse.execute("""
        select * from ml_monitor.fct_ml_drift
        where model_id = ? and model_version = ? and metric_name = 'correlation_change' and feature_name = ?
            and baseline_name = 'reference' and granularity = ? and slice_key is null
    """, [log, version, f"{first} x {second}", granularity]).df()  # fmt: skip
    problems, compared = [], 0
    for row in shown.to_dict("records"):
        window = rows[(rows["day"] >= row["window_start"]) & (rows["day"] < row["window_end"])][columns]
        if len(window.dropna()) < 5:
            continue
        compared += 1
        # An interval's end may lie near 0: it is held against the width of the interval.
        scale = row["ci_upper"] - row["ci_lower"]
        for column, expected in expected_change(window, baseline).items():
            value = row[column]
            near = abs(value - expected) <= 1e-9 * scale if column.startswith("ci_") or column == "metric_value" else False
            if not (near or is_equal(value, expected)):
                problems.append((row["window_start"], column, value, expected))
    assert not problems, problems[:5]
    assert compared >= {"day": 25, "month": 7}[granularity]


def pairs_of(path: Path) -> dict[str, set[str]]:
    """The pairs in the mart: model -> `first x second`."""
    with duckdb.connect(str(path), read_only=True) as connection:
        rows = connection.execute("""
            select model_id, feature_name from ml_monitor.fct_ml_drift where subject = 'feature_pair' group by all
        """).fetchall()  # fmt: skip
    return {model: {name for other, name in rows if other == model} for model, _ in rows}


def test_declared_pairs(sample_warehouse: Path) -> None:
    assert pairs_of(sample_warehouse) == {
        "hotel_cancellations": {"lead_time x adr", "adults x children", "stays_in_week_nights x stays_in_weekend_nights"},
        "online_retail_demand": {"units_lag1 x foreign_share_4w", "units_lag1 x units_mean4"},
    }


def test_all_pairs_of_few_features(demo_warehouse: Path) -> None:
    """Without a declaration; a log of one numeric feature has none."""
    counts = {model: len(names) for model, names in pairs_of(demo_warehouse).items()}
    assert counts == {"returns_propensity": 15, "demand_forecast": 15, "recommender": 1, "credit_limit": 10}
