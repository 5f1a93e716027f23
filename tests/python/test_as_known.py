"""Performance as it was known: looking back from today equals having looked then.

The oracle is the project itself, built with an earlier as-of moment: fct_ml_performance of that build must be what
fct_ml_performance_as_known says of that date, for every metric, interval and count. The small warehouse has late,
corrected and waiting outcomes, late predictions, and windows on both sides of the row limit.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))
import incremental_data as data  # noqa: E402
from conftest import ROOT, run_dbt  # noqa: E402

LOOK = "2026-02-02"
BEFORE_LOOK = "2026-02-01 23:59:59"  # known before the look: the last second of the day before
EXACT_ROW_LIMIT = 340
KEYS = ["model_id", "model_version", "granularity", "window_start", "metric_name"]
VALUES = ["metric_value", "metric_error_bound", "ci_lower", "ci_upper"]
COUNTS = ["prediction_count", "labelled_count", "sample_count", "excluded_count"]


def build(folder: Path, as_of: str) -> Path:
    """Build the two performance marts as of a moment, from the raw tables of the incremental tests with all changes."""
    path = folder / "work.duckdb"
    data.write_raw_tables(path)
    for change in (data.add_new_day, data.change_history):
        change(path)
    variables = data.declaration(as_of)
    variables["ml_monitor"] |= {"as_known_dates": [LOOK], "exact_row_limit": EXACT_ROW_LIMIT}
    run_dbt(
        ["build", "--select", "+fct_ml_performance_as_known", "+fct_ml_performance", "--exclude-resource-type", "test",
         "--exclude-resource-type", "unit_test", "--vars", json.dumps(variables)],
        folder, ML_MONITOR_DUCKDB_PATH=str(path), ML_MONITOR_TARGET="duckdb",
    )  # fmt: skip
    return path.rename(folder / f"{as_of[:10]}.duckdb")


@pytest.fixture(scope="module")
def builds(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Return the warehouse of today and the one of the look."""
    folder = tmp_path_factory.mktemp("as_known")
    return build(folder, data.AS_OF), build(folder, BEFORE_LOOK)


def rows(path: Path, statement: str) -> pd.DataFrame:
    with duckdb.connect(str(path), read_only=True) as connection:
        return connection.execute(statement).df()


def assert_same(left: pd.DataFrame, right: pd.DataFrame) -> None:
    left, right = (table.sort_values(KEYS).reset_index(drop=True) for table in (left, right))
    assert left[KEYS].equals(right[KEYS]), "the rows are others"
    assert (left[COUNTS] == right[COUNTS]).all(axis=None), left[(left[COUNTS] != right[COUNTS]).any(axis=1)]
    for column in VALUES:
        values, others = left[column].to_numpy(float), right[column].to_numpy(float)
        is_close = np.isclose(values, others, rtol=1e-9, atol=1e-12, equal_nan=True)
        assert is_close.all(), left.assign(other=others)[~is_close][[*KEYS, column, "other"]].head()


def test_looking_back_is_having_looked_then(builds: tuple[Path, Path]) -> None:
    today, then = builds
    known = rows(today, f"select * from ml_monitor.fct_ml_performance_as_known where known_at = '{LOOK}'")
    seen = rows(then, f"""
        select * from ml_monitor.fct_ml_performance
        where granularity in ('week', 'month') and slice_key is null and window_end <= date '{LOOK}'
    """)
    # Four weeks and a month, of a binary and a regression model; metrics that only other models make are not here.
    assert known.groupby("metric_name").size().eq(5).all() and len(known) >= 5 * 35
    seen = seen[seen["metric_name"].isin(known["metric_name"].unique())]
    # Intervals of KS and ECE are made of today's rows only.
    is_without = seen["metric_name"].isin(["ks_separation", "ece"])
    assert seen.loc[is_without, "ci_lower"].notna().any()
    seen.loc[is_without, ["ci_lower", "ci_upper"]] = np.nan
    assert_same(known, seen)
    assert known["metric_error_bound"].gt(0).any()
    exact = known[(known["metric_name"] == "roc_auc") & (known["granularity"] == "week")]
    assert exact["metric_error_bound"].eq(0).all() and exact["metric_value"].notna().all()


def test_the_look_differs_from_today(builds: tuple[Path, Path]) -> None:
    """Else the test above could not fail: outcomes and predictions came, and some were corrected, since the look."""
    today, _ = builds
    table = rows(today, f"""
        select *, metric_value != current_value as is_restated from ml_monitor.fct_ml_performance_as_known
        where known_at = '{LOOK}' and metric_name in ('base_rate', 'mae')
    """)
    assert table["is_restated"].sum() >= 3
    corrected = rows(today, "select * from ml_monitor_internal.int_ml_outcomes_superseded")
    known = corrected[corrected["known_date"] <= LOOK]
    assert (known["superseded_date"] <= LOOK).any() and (known["superseded_date"] > LOOK).any()


def test_the_current_report_is_fct_ml_performance(builds: tuple[Path, Path]) -> None:
    today, _ = builds
    current = rows(today, "select * from ml_monitor.fct_ml_performance_as_known where report_kind = 'current'")
    seen = rows(today, """
        select * from ml_monitor.fct_ml_performance
        where granularity in ('week', 'month') and slice_key is null and is_complete
    """)
    seen = seen[seen["metric_name"].isin(current["metric_name"].unique())]
    assert_same(current, seen)
    both = current.merge(seen[[*KEYS, "is_mature"]], on=KEYS)
    # A window without rows has no coverage: neither final nor mature.
    assert (both["is_final"] == both["is_mature"]).all() and both["is_final"].nunique() == 2


def test_dates_are_the_windows_end_and_every_period_after(builds: tuple[Path, Path]) -> None:
    today, _ = builds
    dates = rows(today, """
        select granularity, window_end, known_at, report_kind, days_since_window_end from ml_monitor.fct_ml_performance_as_known
        where metric_name = 'mae' and window_end >= date '2026-01-19'
        order by window_end, known_at
    """)
    found = {
        str(end.date()): [str(at.date()) for at in of_window["known_at"]]
        for end, of_window in dates.groupby("window_end")
    }
    assert found == {
        "2026-01-19": ["2026-01-19", "2026-01-26", "2026-02-02", "2026-02-09", "2026-02-14"],
        "2026-01-26": ["2026-01-26", "2026-02-02", "2026-02-09", "2026-02-14"],
        "2026-02-01": ["2026-02-01", "2026-02-02", "2026-02-14"],
        "2026-02-02": ["2026-02-02", "2026-02-09", "2026-02-14"],
        "2026-02-09": ["2026-02-09", "2026-02-14"],
    }  # fmt: skip
    assert (dates["report_kind"] == "current").eq(dates["known_at"] == data.AS_OF).all()


def test_screen_of_the_hotel(sample_warehouse: Path) -> None:
    """The analysis shows February 2017 as known on 1 March, marked immature, beside what it became."""
    analysis = (ROOT / "analyses" / "first_reported_against_final.sql").read_text()
    screen = rows(sample_warehouse, re.sub(r"\{\{ ref\('(\w+)'\) \}\}", r"ml_monitor.\1", analysis))
    row = screen[(screen["window_start"] == "2017-02-01") & (screen["model_version"] == "1")]
    auc = row[row["metric_name"] == "roc_auc"].iloc[0]
    assert str(auc["first_reported_at"].date()) == "2017-03-01"
    assert (round(auc["first_label_coverage"], 5), round(auc["first_reported_value"], 5)) == (0.40818, 0.95639)
    assert (auc["was_final"], auc["first_status_reason"]) == (False, "immature_labels")
    assert (round(auc["final_value"], 3), auc["current_label_coverage"]) == (0.790, 1.0)
    base_rate = row[row["metric_name"] == "base_rate"].iloc[0]
    assert (round(base_rate["first_reported_value"], 3), round(base_rate["final_value"], 3)) == (0.559, 0.351)
