"""Raw predictions in which nothing changes, made inside DuckDB.

A model has 12 features in the prediction table: 8 numeric of different shapes (one heavy-tailed, one of 30 integers, one
with zeros and nulls) and 4 categorical with 3 to 30 categories. Rows are independent. Deterministic for a version of
DuckDB: every value is a hash of the row's number and its model's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import duckdb

SCHEMA = "false_alarms_raw"
FIRST_DAY = date(2026, 1, 5)  # a Monday
REFERENCE_DAYS = 28
NUMERIC = (
    "normal_value", "uniform_value", "exponential_value", "lognormal_value", "heavy_tailed_value", "two_peaked_value",
    "integer_value", "zero_or_missing_value",
)  # fmt: skip
CATEGORICAL = ("category_of_3", "category_of_8", "category_of_15", "category_of_30")
OUTLIER = 1e9


@dataclass(frozen=True)
class Model:
    """One monitored model: rows a day, and what is wrong with it (nothing, unless a test asks for it).

    `reference_days_with_rows` days of the reference window have rows, the others are empty. `shift` is added to
    normal_value (standard deviation 1) on every day after the reference; `outlier_day` names a day after it, from 0, of
    which one row has normal_value 1e9.
    """

    model_id: str
    rows_a_day: int
    window_count: int = 60
    reference_days_with_rows: int = REFERENCE_DAYS
    shift: float = 0.0
    outlier_day: int | None = None

    @property
    def days(self) -> list[int]:
        """Days with rows, counted from FIRST_DAY; the first is always one of them."""
        step = REFERENCE_DAYS // self.reference_days_with_rows
        reference = range(0, step * self.reference_days_with_rows, step)
        return [*reference, *range(REFERENCE_DAYS, REFERENCE_DAYS + self.window_count)]


def day_after_reference(day: int) -> date:
    """The date of a day after the reference window, counted from 0."""
    return FIRST_DAY + timedelta(days=REFERENCE_DAYS + day)


def create(connection: duckdb.DuckDBPyConnection, models: Sequence[Model]) -> date:
    """Make the predictions of these models, and an empty table of outcomes. The as-of date: the day after the last one."""
    connection.execute(f"create schema if not exists {SCHEMA}")
    selects = [_predictions(model, number) for number, model in enumerate(models)]
    connection.execute(f"create or replace table {SCHEMA}.predictions as " + " union all ".join(selects))
    connection.execute(
        f"create or replace table {SCHEMA}.outcomes (prediction_id varchar, observed_at timestamp, actual integer)"
    )
    return day_after_reference(max(model.window_count for model in models))


def variables(as_of: date) -> dict[str, object]:
    """The declaration of these tables, for `dbt --vars`."""
    return {
        "ml_monitor": {
            "as_of": as_of.isoformat(),
            "reference_days": REFERENCE_DAYS,
            # only measures over bins are looked at: no window needs its rows read one by one
            "exact_row_limit": 1,
            "prediction_logs": [
                {
                    "name": "false_alarms",
                    "task": "binary_classification",
                    "predictions": {"relation": f"{SCHEMA}.predictions"},
                    "outcomes": {"relation": f"{SCHEMA}.outcomes"},
                    "baselines": ["reference"],
                    "features": {"numeric": list(NUMERIC), "categorical": list(CATEGORICAL)},
                }
            ],
        }
    }


def _uniform(seed: int) -> str:
    """A number in (0, 1) from the row's number and a seed, as SQL."""
    return f"((hash(row_number, {seed}) >> 11) + 1) / 9007199254740994.0"


def _normal(seed: int) -> str:
    """A standard normal number (Box and Muller 1958), as SQL."""
    return f"sqrt(-2 * ln({_uniform(seed)})) * cos(2 * pi() * {_uniform(seed + 1)})"


def _category(count: int, seed: int) -> str:
    """One of `count` categories, the k-th with a share of ln(1 + 1 / k) / ln(count + 1): nearly 1 / k, as SQL."""
    return f"concat('category_', cast(floor(exp({_uniform(seed)} * ln({count + 1}))) as int))"


def _predictions(model: Model, number: int) -> str:
    days = ", ".join(map(str, model.days))
    outlier = "false"
    if model.outlier_day is not None:
        outlier = f"day = {REFERENCE_DAYS + model.outlier_day} and row_of_day = 0"
    return f"""
        select
            '{model.model_id}' as model_id,
            '1' as model_version,
            concat('{model.model_id}_', row_number) as prediction_id,
            timestamp '{FIRST_DAY}' + interval 1 day * day + interval 1 second * cast(row_of_day % 86400 as int) as predicted_at,
            {_uniform(1)} as score,
            case
                when {outlier} then {OUTLIER}
                else {_normal(2)} + case when day >= {REFERENCE_DAYS} then {model.shift} else 0 end
            end as normal_value,
            {_uniform(4)} as uniform_value,
            -ln({_uniform(5)}) as exponential_value,
            exp(1.5 * {_normal(6)}) as lognormal_value,
            tan(pi() * ({_uniform(8)} - 0.5)) as heavy_tailed_value,
            {_normal(9)} + case when {_uniform(11)} < 0.4 then 6 else 0 end as two_peaked_value,
            cast(floor(30 * power({_uniform(12)}, 1.5)) as int) as integer_value,
            case
                when {_uniform(13)} < 0.02 then null
                when {_uniform(13)} < 0.30 then 0
                else -ln({_uniform(14)})
            end as zero_or_missing_value,
            {_category(3, 15)} as category_of_3,
            {_category(8, 16)} as category_of_8,
            {_category(15, 17)} as category_of_15,
            {_category(30, 18)} as category_of_30
        from (
            select
                day, row_of_day,
                cast({number} as bigint) * 1000000000000 + cast(day as bigint) * 1000000000 + row_of_day as row_number
            from unnest([{days}]) as days(day)
            cross join range({model.rows_a_day}) as rows(row_of_day)
        ) as numbered"""
