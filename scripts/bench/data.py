"""Raw tables for the benchmark, made inside DuckDB so that making them costs little.

Predictions of one binary model in two versions over a number of days, 8 numeric and 4 categorical features in the
prediction table, 4 groups, and outcomes that arrive up to 30 days later. Deterministic: every value is a hash of the
row number.
"""

from __future__ import annotations

import duckdb

SCHEMA = "bench_raw"
FIRST_DAY = "2026-01-01"
NUMERIC = [f"f{i}" for i in range(1, 9)]
CATEGORICAL = [f"c{i}" for i in range(1, 5)]


def _uniform(seed: int) -> str:
    """A number in (0, 1) from the row number and a seed, as SQL."""
    return f"((hash(n, {seed}) >> 11) + 1) / 9007199254740994.0"


def _predictions(rows: str, day: str) -> str:
    features = [f"round(-ln({_uniform(i)}) * {i} + {_uniform(20 + i)}, 6) as f{i}" for i in range(1, 9)]
    features += [
        f"concat('c{i}_', cast(floor({4 + 3 * i} * power({_uniform(40 + i)}, 2)) as int)) as c{i}" for i in range(1, 5)
    ]
    return f"""
        select
            concat('p', lpad(cast(n as varchar), 12, '0')) as prediction_id,
            cast(1 + n % 2 as varchar) as model_version,
            timestamp '{FIRST_DAY}' + interval 1 day * {day} + interval 1 second * cast(n % 86400 as int) as predicted_at,
            round({_uniform(60)} * 0.999 + 0.0005, 6) as score,
            concat('group_', n % 4) as customer_group,
            {", ".join(features)}
        from {rows}"""


def _outcomes(predictions: str, condition: str) -> str:
    return f"""
        select prediction_id, predicted_at + interval 1 day * delay as observed_at, actual
        from (
            select
                prediction_id, predicted_at,
                cast(1 + floor(29 * ((hash(prediction_id, 7) >> 11) / 9007199254740992.0)) as int) as delay,
                cast((hash(prediction_id, 8) >> 11) / 9007199254740992.0 < score as int) as actual
            from {predictions}
        ) as dated
        where {condition}"""


def create(connection: duckdb.DuckDBPyConnection, row_count: int, day_count: int) -> None:
    """Make bench_raw.predictions and bench_raw.outcomes: `row_count` rows, evenly over `day_count` days.

    Outcomes are those observed before the end of the last day.
    """
    per_day = row_count // day_count
    connection.execute(f"create schema if not exists {SCHEMA}")
    connection.execute(
        f"create or replace table {SCHEMA}.predictions as"
        + _predictions(f"range({per_day * day_count}) as rows(n)", f"cast(n // {per_day} as int)")
    )
    end = f"timestamp '{FIRST_DAY}' + interval {day_count} day"
    connection.execute(
        f"create or replace table {SCHEMA}.outcomes as" + _outcomes(f"{SCHEMA}.predictions", f"observed_at < {end}")
    )


def add_day(connection: duckdb.DuckDBPyConnection, row_count: int, day_count: int) -> None:
    """Add one day of predictions, and the outcomes of that day for predictions of five older days."""
    per_day = row_count // day_count
    first = per_day * day_count
    connection.execute(
        f"insert into {SCHEMA}.predictions"
        + _predictions(f"range({first}, {first + per_day}) as rows(n)", str(day_count))
    )
    start = f"timestamp '{FIRST_DAY}' + interval {day_count} day"
    older = f"predicted_at >= {start} - interval 5 day and predicted_at < {start}"
    connection.execute(
        f"insert into {SCHEMA}.outcomes"
        + _outcomes(
            f"(select * from {SCHEMA}.predictions where {older})",
            f"observed_at >= {start} and observed_at < {start} + interval 1 day",
        )
    )


def floor_query() -> str:
    """One scan with grouped sums of the columns that the cubes read: what no tool can undercut."""
    sums = [f"sum({name})" for name in ["score", *NUMERIC]] + [f"count({name})" for name in CATEGORICAL]
    return f"""
        select model_version, cast(predicted_at as date) as predicted_date, {", ".join(sums)}
        from {SCHEMA}.predictions
        group by all"""
