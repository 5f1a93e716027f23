"""`python -m scripts.bench.data create|add_day ...`: the raw tables of the benchmark, made inside DuckDB.

Predictions of binary models in two versions, evenly over a number of days, with numeric and categorical features in the
prediction table (rare categories, some tied scores) and four groups of unequal size; outcomes that arrive 1 to 29 days
later, so that a new day brings labels for older days. Deterministic: every value is a hash of the row number. Made and
written chunk by chunk, so that a hundred million rows need no more memory than ten.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb

from scripts.lib.warehouse import connect_duckdb

SCHEMA = "bench_raw"
FIRST_DAY = date(2026, 1, 1)
CATEGORICAL = ["c1", "c2", "c3", "c4"]
GROUP = "customer_group"
CHUNK_ROWS = 10_000_000
LABELLED_DAYS = 5  # older days that a daily run has outcomes for


@dataclass(frozen=True)
class Shape:
    """How much there is: rows in all, evenly over the days; models in the log; numeric features."""

    rows: int
    days: int = 90
    models: int = 1
    features: int = 8

    @property
    def rows_a_day(self) -> int:
        return self.rows // self.days

    @property
    def numeric(self) -> list[str]:
        return [f"f{i}" for i in range(1, self.features + 1)]

    def end_of_day(self, day: int) -> date:
        """The date on which day number `day` (from 0) is over: the as-of date of the build that follows."""
        return FIRST_DAY + timedelta(days=day + 1)


def declaration(shape: Shape, as_of: date, **more_settings: Any) -> dict[str, Any]:
    """The variables of dbt that declare these tables, as of a date."""
    log = {
        "name": "bench",
        "task": "binary_classification",
        "predictions": {"relation": f"{SCHEMA}.predictions"},
        "outcomes": {"relation": f"{SCHEMA}.outcomes"},
        "features": {"numeric": shape.numeric, "categorical": CATEGORICAL},
        "slices": [GROUP],
    }
    if shape.models == 1:
        log["model_id"] = "bench"
    return {"ml_monitor": {"as_of": as_of.isoformat(), "prediction_logs": [log]} | more_settings}


def _uniform(seed: int) -> str:
    """A number in (0, 1) from the row number and a seed, as SQL."""
    return f"((hash(n, {seed}) >> 11) + 1) / 9007199254740994.0"


def _prediction_columns(shape: Shape) -> str:
    numeric = [
        f"round(-ln({_uniform(100 + i)}) * {i} + {_uniform(10_000 + i)}, 6) as f{i}" for i in range(1, shape.features + 1)
    ]
    categorical = [
        f"concat('c{i}_', cast(floor({4 + 3 * i} * power({_uniform(40 + i)}, {2 * i})) as int)) as c{i}" for i in range(1, 5)
    ]
    model = [f"concat('model_', n // 2 % {shape.models}) as model_id"] if shape.models > 1 else []
    day, second = f"cast(n // {shape.rows_a_day} as int)", "cast(n % 86400 as int)"
    return ", ".join([
        "concat('p', lpad(cast(n as varchar), 12, '0')) as prediction_id",
        *model,
        "cast(1 + n % 2 as varchar) as model_version",
        f"timestamp '{FIRST_DAY}' + interval 1 day * {day} + interval 1 second * {second} as predicted_at",
        f"round({_uniform(60)} * 0.999 + 0.0005, case when {_uniform(62)} < 0.1 then 2 else 6 end) as score",
        f"concat('group_', case when {_uniform(61)} < 0.4 then 1 when {_uniform(61)} < 0.7 then 2"
        f" when {_uniform(61)} < 0.9 then 3 else 4 end) as {GROUP}",
        *numeric,
        *categorical,
    ])  # fmt: skip


def _outcomes(condition: str) -> str:
    """Outcomes as a select: each 1 to 29 days after its prediction, positive with a chance equal to the score."""
    return f"""
        select prediction_id, predicted_at + interval 1 day * delay as observed_at, actual
        from (
            select
                prediction_id, predicted_at,
                cast(1 + floor(29 * ((hash(prediction_id, 7) >> 11) / 9007199254740992.0)) as int) as delay,
                cast((hash(prediction_id, 8) >> 11) / 9007199254740992.0 < score as int) as actual
            from {SCHEMA}.predictions
        ) as dated
        where {condition}"""


def _midnight(day: int) -> str:
    return f"timestamp '{FIRST_DAY + timedelta(days=day)}'"


def create(database: Path, shape: Shape) -> None:
    """Make bench_raw.predictions and bench_raw.outcomes, those observed before the end of the last day."""
    with connect_duckdb(database) as connection:
        connection.execute(f"create schema if not exists {SCHEMA}")
        columns = _prediction_columns(shape)
        count = shape.rows_a_day * shape.days
        for table in ("predictions", "outcomes"):
            connection.execute(f"drop table if exists {SCHEMA}.{table}")
        connection.execute(f"create table {SCHEMA}.predictions as select {columns} from range(0) as numbers(n)")
        for first in range(0, count, CHUNK_ROWS):
            last = min(first + CHUNK_ROWS, count)
            connection.execute(f"insert into {SCHEMA}.predictions select {columns} from range({first}, {last}) as numbers(n)")
        connection.execute(f"create table {SCHEMA}.outcomes as" + _outcomes(f"observed_at < {_midnight(shape.days)}"))


def add_day(database: Path, shape: Shape, day: int) -> None:
    """Add day number `day` (from 0): its predictions, and the outcomes seen on it for the five days before it."""
    first = shape.rows_a_day * day
    older = f"predicted_at >= {_midnight(day - LABELLED_DAYS)} and predicted_at < {_midnight(day)}"
    seen = f"observed_at >= {_midnight(day)} and observed_at < {_midnight(day + 1)}"
    with connect_duckdb(database) as connection:
        connection.execute(
            f"insert into {SCHEMA}.predictions select {_prediction_columns(shape)}"
            f" from range({first}, {first + shape.rows_a_day}) as numbers(n)"
        )
        connection.execute(f"insert into {SCHEMA}.outcomes" + _outcomes(f"{older} and {seen}"))


def export(database: Path, shape: Shape, path: Path) -> None:
    """Write predictions joined with their outcomes as one parquet file: what the peers read."""
    columns = ["model_version", "score", "actual", GROUP, *shape.numeric, *CATEGORICAL]
    with duckdb.connect(str(database), read_only=True) as connection:
        connection.execute(f"""
            copy (
                select predictions.predicted_at, {", ".join(columns)}
                from {SCHEMA}.predictions as predictions
                left join {SCHEMA}.outcomes as outcomes on predictions.prediction_id = outcomes.prediction_id
            ) to '{path}' (format parquet)""")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m scripts.bench.data", description=__doc__)
    parser.add_argument("action", choices=["create", "add_day", "export"])
    parser.add_argument("--database", type=Path, required=True)
    parser.add_argument("--shape", required=True, help='as JSON: {"rows": 1000000, "days": 90, "models": 1, "features": 8}')
    parser.add_argument("--day", type=int, help="number of the day to add, from 0")
    parser.add_argument("--parquet", type=Path, help="file to export to")
    arguments = parser.parse_args()
    shape = Shape(**json.loads(arguments.shape))
    if arguments.action == "create":
        create(arguments.database, shape)
    elif arguments.action == "add_day":
        add_day(arguments.database, shape, arguments.day)
    else:
        export(arguments.database, shape, arguments.parquet)


def command(action: str, database: Path, shape: Shape, *more: str) -> list[str]:
    """The arguments of python that do this in a process of its own, which gives its memory back."""
    return ["-m", "scripts.bench.data", action, "--database", str(database), "--shape", json.dumps(asdict(shape)), *more]


if __name__ == "__main__":
    main()
