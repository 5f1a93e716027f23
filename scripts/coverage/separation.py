"""The interval of the KS separation: the compiled model int_ml_separation_intervals run over draws, each a window."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb
import pyarrow as pa

from scripts.coverage.data import DAY, Model

COMPILED = "target/compiled/ml_monitor/models/windows/performance/int_ml_separation_intervals.sql"
KEYS = "log_name varchar, model_id varchar, model_version varchar, granularity varchar, window_start date"
INPUTS = {
    "int_ml_ranked_windows": f"{KEYS}, slice_key varchar, ks_separation double, positive_count bigint, negative_count bigint",
    "int_ml_window_days": f"{KEYS}, predicted_date date",
    "int_ml_scores_counted": """
        log_name varchar, model_id varchar, model_version varchar, predicted_date date, slice_key varchar, score_cell bigint,
        positive_count bigint, negative_count bigint
    """,
}


def intervals(models: Sequence[Model], folder: Path) -> list[tuple[str, str, float, float, float]]:
    """Model, metric, ends of the interval and rows, of every draw. `folder`: where dbt left the compiled model."""
    with duckdb.connect() as connection:
        connection.execute("attach ':memory:' as coverage")
        connection.execute("create schema coverage.ml_monitor_internal")
        connection.execute("use coverage.ml_monitor_internal")
        for name, columns in INPUTS.items():
            connection.execute(f"create table {name} ({columns})")
        for model in models:
            _insert(connection, model)
        found = connection.execute(f"""
            select model_id, ks_lower, ks_upper from ({(folder / COMPILED).read_text()}) order by model_id, window_start
        """).fetchall()  # fmt: skip
    sizes = {model.model_id: model.row_count for model in models}
    return [(model_id, "ks_separation", lower, upper, sizes[model_id]) for model_id, lower, upper in found]


def _insert(connection: duckdb.DuckDBPyConnection, model: Model) -> None:
    rows = model.rows()
    connection.register("frame", pa.table({name: rows[name] for name in ("draw", "score", "actual")}))
    keys = f"'coverage', '{model.model_id}', '1'"
    connection.execute(f"""
        create or replace temporary table draws as
        select date '{DAY}' + cast(draw as int) as day, score, count(*) filter (where actual) as positives,
            count(*) filter (where not actual) as negatives
        from frame group by all
    """)
    connection.execute(f"insert into int_ml_window_days select distinct {keys}, 'week', day, day from draws")
    connection.execute(f"""
        insert into int_ml_scores_counted
        select {keys}, day, null, greatest(cast(ceil(score * 1000) as bigint), 1), sum(positives), sum(negatives)
        from draws group by all
    """)
    connection.execute(f"""
        insert into int_ml_ranked_windows
        select {keys}, 'week', day, null, max(abs(above / all_positives - false_above / all_negatives)), any_value(all_positives),
            any_value(all_negatives)
        from (
            select
                day,
                sum(positives) over (partition by day) as all_positives,
                sum(negatives) over (partition by day) as all_negatives,
                sum(positives) over (partition by day order by score desc) as above,
                sum(negatives) over (partition by day order by score desc) as false_above
            from draws
        )
        group by day having any_value(all_positives) > 1 and any_value(all_negatives) > 1
    """)
    connection.unregister("frame")
