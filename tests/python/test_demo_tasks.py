"""What the demo's multiclass and ranking models must show of the incidents that were put into them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest


@pytest.fixture(scope="module")
def demo(demo_warehouse: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(demo_warehouse), read_only=True) as connection:
        yield connection


def weeks(
    demo: duckdb.DuckDBPyConnection, mart: str, model_id: str, version: str, columns: str, **wanted: str
) -> dict[str, tuple[Any, ...]]:
    """The whole weeks of a metric by their first day."""
    conditions = "".join(f" and {column} = '{value}'" for column, value in wanted.items())
    rows: list[tuple[Any, ...]] = demo.execute(f"""
        select cast(window_start as text), {columns} from ml_monitor.{mart}
        where
            model_id = ? and model_version = ? and granularity = 'week' and slice_key is null and is_complete {conditions}
    """, [model_id, version]).fetchall()  # fmt: skip
    return {row[0]: row[1:] for row in rows}


def test_the_bad_rollout_is_a_fall_of_ndcg(demo: duckdb.DuckDBPyConnection) -> None:
    """Version 3.0 was healthy as a canary and ranks close to random from 15 June 2026; the old version did not change."""
    columns = "metric_value, reference_value, status"
    new = weeks(demo, "fct_ml_performance", "recommender", "3.0", columns, metric_name="ndcg_at_10")
    for start in ("2026-06-15", "2026-06-22"):
        value, usual, status = new[start]
        assert status == "fail" and value < usual - 0.15, (start, value, usual, status)
    old = weeks(demo, "fct_ml_performance", "recommender", "2.4", columns, metric_name="ndcg_at_10")
    assert len(old) > 60 and {status for _, _, status in old.values()} <= {"pass", "not_evaluated"}
    (sentence,) = demo.execute(
        "select health_sentence from ml_monitor.rpt_ml_model_health where model_id = 'recommender'"
    ).fetchone()
    assert "ndcg at 10" in sentence and "2026-06-15" in sentence


def test_the_label_shift_is_in_the_shares_of_the_classes(demo: duckdb.DuckDBPyConnection) -> None:
    """Negative reviews are 42 % instead of 20 % from 24 November to 14 December 2025, and are read as well as ever."""
    columns = "metric_value, reference_value, p_value"
    shares = weeks(
        demo, "fct_ml_class_metrics", "review_sentiment", "2", columns, metric_name="class_share", class_label="negative"
    )
    recalls = weeks(
        demo, "fct_ml_class_metrics", "review_sentiment", "2", columns, metric_name="recall", class_label="negative"
    )
    for start, (share, usual, p_value) in shares.items():
        is_shifted = "2025-11-24" <= start < "2025-12-15"
        assert (p_value < 1e-9) == is_shifted, (start, share, usual, p_value)
        assert not is_shifted or (share > 0.35 and recalls[start][2] > 0.01)
