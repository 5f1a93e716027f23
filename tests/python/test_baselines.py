"""The baselines of drift on the real data: PSI against other windows than the reference, by pandas from the raw rows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest
from reference_entries import is_equal, psi

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
