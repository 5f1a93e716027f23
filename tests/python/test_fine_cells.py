"""KS, Wasserstein and quantiles from fine cells, on generated features against scipy and numpy, on DuckDB and PostgreSQL.

Every case is a feature of one log that reads no row by value (exact_row_limit 0). The first weeks are the reference; each
later day does something else to the values. For every window the true value lies within the bound; against the reference
the bound of KS is at most 0.005. A second log, a regression without features, has a predicted value and a label.
"""

from __future__ import annotations

import io
import json
import math
import os
import sys
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import psycopg2
import pyarrow as pa
import pytest
from numpy.typing import NDArray
from scipy import stats

sys.path.insert(0, str(Path(__file__).resolve().parent))
from conftest import run_dbt  # noqa: E402

Numbers = NDArray[np.float64]

FIRST_DAY = date(2024, 1, 1)  # a Monday
REFERENCE_DAYS, DAY_COUNT, ROWS_A_DAY = 14, 28, 250
ROW_COUNT = DAY_COUNT * ROWS_A_DAY
DAY = np.repeat(np.arange(DAY_COUNT), ROWS_A_DAY)
IS_LATER = DAY >= REFERENCE_DAYS
LARGEST_KS_BOUND = 0.005
QUANTILES = {"05": 0.05, "50": 0.5, "95": 0.95}
RESOURCES = ["--exclude-resource-type", "test", "--exclude-resource-type", "unit_test"]
INTERNAL = "ml_monitor_internal"


def prices(rng: np.random.Generator, count: int) -> Numbers:
    """Prices in cents over three decades, with 2 % at each of twelve single ones, some of them close together."""
    values = np.round(rng.lognormal(4, 0.8, count), 2)
    common = np.array([9.99, 19.99, 49.0, 49.9, 49.99, 50.0, 59.0, 60.0, 75.0, 79.99, 99.0, 99.99])
    return np.where(rng.random(count) < 0.24, rng.choice(common, count), values)


def narrow_peak(rng: np.random.Generator, count: int) -> Numbers:
    """A fifth of all values within a millionth of the range, inside a decile's interval."""
    return np.where(rng.random(count) < 0.2, 0.37 + 1e-7 * rng.standard_normal(count), rng.random(count))


# Before the faults: what each feature is under no change.
FEATURES: dict[str, Callable[[np.random.Generator, int], Any]] = {
    "lognormal": lambda rng, n: rng.lognormal(0, 3, n),
    "narrow_peak": narrow_peak,
    "two_peaks": lambda rng, n: np.where(rng.random(n) < 0.5, rng.normal(0, 1e-4, n), rng.normal(1000, 1, n)),
    "prices": prices,
    "uniform": lambda rng, n: rng.random(n),
    "exponential": lambda rng, n: rng.exponential(5, n),
    "one_value": lambda rng, n: np.where(rng.random(n) < 0.3, 12.5, rng.gamma(2, 10, n)),
    "rounded": lambda rng, n: np.round(rng.normal(0, 400, n)),
    "near_minimum": lambda rng, n: np.maximum(rng.standard_normal(n), -1.0) + 1e-9 * (rng.random(n) < 0.1),
    "far_and_narrow": lambda rng, n: 1.7e9 + 1e-3 * rng.standard_normal(n),
    "two_point": lambda rng, n: rng.integers(0, 2, n).astype(float),
    "few_values": lambda rng, n: rng.integers(0, 40, n) / 7,
    "gaps": lambda rng, n: np.where(rng.random(n) < 0.2, rng.choice([np.nan, np.inf, -np.inf], n), rng.lognormal(1, 1, n)),
    "huge": lambda rng, n: np.where(rng.random(n) < 0.02, rng.choice([1e12, -1e12], n), rng.standard_normal(n)),
}  # fmt: skip
# What happens to a day after the reference, by the day's number.
FAULTS: dict[int, Callable[[Numbers], Numbers]] = {
    14: lambda values: values,
    15: lambda values: values + 0.5 * np.nanstd(values[np.isfinite(values)]),
    16: lambda values: values * 1.1,
    17: lambda values: np.full_like(values, np.median(values[np.isfinite(values)])),  # one point, often inside a cell
    18: lambda values: np.full_like(values, np.nextafter(np.median(values[np.isfinite(values)]), np.inf)),
    19: lambda values: values + 10 * np.abs(values[np.isfinite(values)]).max(),  # all above the reference
    20: lambda values: values - 10 * np.abs(values[np.isfinite(values)]).max(),
    21: lambda values: np.where(np.arange(len(values)) % 2 == 0, np.nan, values),
    22: lambda values: np.round(values, 1),
    23: lambda values: np.where(np.arange(len(values)) < 3, values, np.nan),  # three rows
    24: lambda values: np.full_like(values, np.nan),
    25: lambda values: np.sort(values)[len(values) // 4 : len(values) // 4 + 1].repeat(len(values)),
}


def generated() -> dict[str, Numbers]:
    columns = {}
    for name, make in [*FEATURES.items(), ("score", FEATURES["narrow_peak"])]:
        rng = np.random.default_rng(sum(map(ord, name)))
        values = np.asarray(make(rng, ROW_COUNT), dtype=float)
        for day, fault in FAULTS.items():
            if name != "score":
                values[day == DAY] = fault(values[day == DAY])
        columns[name] = np.clip(values, 0, 1) if name == "score" else values
    rng = np.random.default_rng(7)
    columns["predicted_value"] = np.where(IS_LATER, 1.3, 1.0) * np.round(rng.lognormal(3, 1, ROW_COUNT), 1)
    columns["actual"] = np.round(columns["predicted_value"] * rng.lognormal(0, 0.3, ROW_COUNT))
    return columns


COLUMNS = generated()
SUBJECTS = {
    **{name: ("scores", "feature", name) for name in FEATURES},
    "score": ("scores", "score", "score"),
    "predicted_value": ("values", "prediction", "predicted_value"),
    "actual": ("values", "label", "actual"),
}


def variables() -> str:
    def log(name: str, task: str, schema: str, **more: Any) -> dict[str, Any]:
        relations = {f"{part}s": {"relation": f"{schema}.raw_{part}s"} for part in ("prediction", "outcome")}
        return {"name": name, "task": task, "model_id": name, "model_version": "1", **relations, **more}

    features = {"relation": "hotel_cancellations.raw_features", "numeric": list(FEATURES), "correlations": "none"}
    logs = [
        log("scores", "binary_classification", "hotel_cancellations", features=features),
        log("values", "regression", "online_retail_demand"),
    ]
    block = {"as_of": "2024-03-01", "reference_days": REFERENCE_DAYS, "exact_row_limit": 0, "prediction_logs": logs}
    return json.dumps({"ml_monitor": block})


# The warehouses -----------------------------------------------------------------------------------------------------


def frames() -> Iterator[tuple[str, str, pa.Table]]:
    """Schema, table and rows of the raw tables."""
    ids = [f"p{row:06d}" for row in range(ROW_COUNT)]
    moments = pd.Timestamp(FIRST_DAY) + pd.to_timedelta(DAY, unit="D") + pd.Timedelta(hours=12)
    at = pa.array(moments, type=pa.timestamp("us"))
    label = pa.array((COLUMNS["score"] > 0.5).astype(float))
    for schema, said, actual in (
        ("hotel_cancellations", "score", label),
        ("online_retail_demand", "predicted_value", pa.array(COLUMNS["actual"])),
    ):
        yield schema, "raw_predictions", pa.table({"prediction_id": ids, "predicted_at": at, said: COLUMNS[said]})
        yield schema, "raw_outcomes", pa.table({"prediction_id": ids, "observed_at": at, "actual": actual})
    yield "hotel_cancellations", "raw_features", pa.table({"prediction_id": ids, **{name: COLUMNS[name] for name in FEATURES}})


_COLUMNS = ", ".join(
    ["log_name", "granularity", "window_start", "baseline_name", "subject", "feature_name", "sample_count", "reference_count"]
    + [f"{metric}{suffix}" for metric in ("ks", "wasserstein") for suffix in ("", "_error_bound")]
    + [f"{side}quantile_{name}{suffix}" for side in ("", "reference_") for name in QUANTILES for suffix in ("", "_error_bound")]
)
MEASURED = " union all ".join(
    f"select {_COLUMNS} from {INTERNAL}.{table}" for table in ("int_ml_cell_distances", "int_ml_trailing_distances")
)


def build(settings: dict[str, str], folder: Path) -> None:
    select = ["--select", "+int_ml_cell_distances", "+int_ml_trailing_distances", "+int_ml_feature_bins_counted"]
    run_dbt(["build", "--quiet", *select, *RESOURCES, "--vars", variables()], folder, **settings)


@pytest.fixture(scope="module")
def duckdb_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cells")
    path = folder / "cells.duckdb"
    with duckdb.connect(str(path)) as connection:
        for schema, name, frame in frames():
            connection.execute(f"create schema if not exists {schema}")
            connection.register("frame", frame)
            connection.execute(f"create table {schema}.{name} as select * from frame")
            connection.unregister("frame")
    settings = {"ML_MONITOR_TARGET": "duckdb", "ML_MONITOR_SCHEMA": "ml_monitor", "ML_MONITOR_DUCKDB_PATH": str(path)}
    build(settings, folder)
    return path


@pytest.fixture(scope="module")
def duckdb_build(duckdb_path: Path) -> pd.DataFrame:
    with duckdb.connect(str(duckdb_path), read_only=True) as connection:
        splits = connection.execute(f"select feature_name, split_value from {INTERNAL}.int_ml_reference_splits").df()
        assert {"narrow_peak", "prices", "two_peaks"} <= set(splits.dropna()["feature_name"]), "no cell was divided"
        return connection.execute(MEASURED).df()


@pytest.fixture(scope="module")
def postgres_build(postgres: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    keys = {"PGHOST": "host", "PGPORT": "port", "PGUSER": "user", "PGPASSWORD": "password"}
    place = {keys[name]: postgres.get(name) for name in keys}
    server = psycopg2.connect(dbname=postgres["PGDATABASE"], **place)
    server.autocommit = True
    database = f"cells_{os.getpid()}"
    with server.cursor() as cursor:
        cursor.execute(f"drop database if exists {database}")
        cursor.execute(f"create database {database}")
    server.close()
    types = {pa.float64(): "double precision", pa.string(): "text", pa.timestamp("us"): "timestamp"}
    connection = psycopg2.connect(dbname=database, **place)
    with connection, connection.cursor() as cursor:
        for schema, name, frame in frames():
            columns = ", ".join(f"{field.name} {types[field.type]}" for field in frame.schema)
            cursor.execute(f"create schema if not exists {schema}")
            cursor.execute(f"create table {schema}.{name} ({columns})")
            lines = ("\t".join(str(value) for value in row.values()) for row in frame.to_pylist())
            cursor.copy_expert(f"copy {schema}.{name} from stdin", io.StringIO("\n".join(lines)))
    settings = postgres | {"PGDATABASE": database, "ML_MONITOR_TARGET": "postgres", "ML_MONITOR_SCHEMA": "ml_monitor"}
    build(settings, tmp_path_factory.mktemp("cells_postgres"))
    with connection, connection.cursor() as cursor:
        cursor.execute(MEASURED)
        table = pd.DataFrame(cursor.fetchall(), columns=[column.name for column in cursor.description])
    connection.close()
    return table


@pytest.fixture(scope="module", params=["duckdb", "postgres"])
def measured(request: pytest.FixtureRequest) -> pd.DataFrame:
    return request.getfixturevalue(f"{request.param}_build")


# The oracle ---------------------------------------------------------------------------------------------------------


def values_between(name: str, start: date, end: date) -> Numbers:
    """The finite values of some days, as at most 1e150."""
    first, last = (start - FIRST_DAY).days, (end - FIRST_DAY).days
    values = COLUMNS[name][(first <= DAY) & (last > DAY)]
    return np.clip(values[np.isfinite(values)], -1e150, 1e150)


def window_end(granularity: str, start: date) -> date:
    if granularity == "month":
        return (start.replace(day=1) + timedelta(days=32)).replace(day=1)
    return start + timedelta(days={"day": 1, "week": 7, "trailing_7d": 7, "trailing_28d": 28}[granularity])


def oracle(current: Numbers, base: Numbers) -> dict[str, float]:
    return {
        "ks": stats.ks_2samp(base, current, method="asymp").statistic,
        "wasserstein": stats.wasserstein_distance(base, current),
        **{f"quantile_{name}": np.quantile(current, level) for name, level in QUANTILES.items()},
        **{f"reference_quantile_{name}": np.quantile(base, level) for name, level in QUANTILES.items()},
    }


def rows_of(measured: pd.DataFrame, name: str) -> pd.DataFrame:
    log, subject, feature = SUBJECTS[name]
    return measured[
        (measured["log_name"] == log) & (measured["subject"] == subject) & (measured["feature_name"] == feature)
    ]


@pytest.mark.parametrize("name", SUBJECTS)
def test_the_true_value_lies_within_the_bound(name: str, measured: pd.DataFrame) -> None:
    rows = rows_of(measured, name)
    reference_end = FIRST_DAY + timedelta(days=REFERENCE_DAYS)
    problems, compared = [], 0
    for row in rows.to_dict("records"):
        granularity, baseline, start = row["granularity"], row["baseline_name"], pd.Timestamp(row["window_start"]).date()
        if baseline == "reference":
            base = values_between(name, FIRST_DAY, reference_end)
        elif baseline == "previous" and granularity == "day":
            base = values_between(name, start - timedelta(days=1), start)
        else:
            continue
        current = values_between(name, start, window_end(granularity, start))
        assert (len(current), len(base)) == (row["sample_count"], row["reference_count"])
        largest = max(np.abs(current).max(), np.abs(base).max())
        for metric, expected in oracle(current, base).items():
            allowed = row[f"{metric}_error_bound"] + (1e-12 if metric == "ks" else 1e-12 * largest)
            if not abs(row[metric] - expected) <= allowed:  # also where it is null
                problems.append((granularity, baseline, start, metric, row[metric], expected, row[f"{metric}_error_bound"]))
        if baseline == "reference" and not row["ks_error_bound"] <= LARGEST_KS_BOUND:
            problems.append((granularity, start, "bound of ks", row["ks_error_bound"]))
        compared += 1
    assert not problems, f"{len(problems)} of {compared} rows:\n" + "\n".join(map(str, problems[:8]))
    assert compared >= 40


def test_every_window_is_there(measured: pd.DataFrame) -> None:
    """27 days have finite values of a feature, 28 a score; weeks, the month, whole trailing windows; against the reference."""
    against_reference = measured[measured["baseline_name"] == "reference"]
    for name in SUBJECTS:
        found = rows_of(against_reference, name)["granularity"].value_counts().to_dict()
        days = DAY_COUNT - 1 if name in FEATURES else DAY_COUNT
        assert found == {"day": days, "week": 4, "month": 1, "trailing_7d": 22, "trailing_28d": 1}, name


@pytest.mark.parametrize("name", ["two_point", "few_values"])
def test_few_values_are_exact(name: str, measured: pd.DataFrame) -> None:
    rows = rows_of(measured, name)
    assert len(rows) and (rows["ks_error_bound"] == 0).all() and (rows["wasserstein_error_bound"].abs() <= 1e-12).all()


@pytest.mark.parametrize("name", sorted(FEATURES.keys() - {"two_point", "few_values"}))
def test_dividing_a_cell_moves_no_row_into_another_bin(name: str, duckdb_path: Path) -> None:
    """The bins of every day, counted from the values: deciles of the reference, and what lies outside its range."""
    with duckdb.connect(str(duckdb_path), read_only=True) as connection:
        shown = connection.execute(
            f"""
            select predicted_date - date '{FIRST_DAY}', bin_number, is_out_of_range, row_count
            from {INTERNAL}.int_ml_feature_bins_counted
            where feature_name = '{name}' and bin_kind = 'interval'
            """
        ).fetchall()
        columns = ", ".join(f"edge_{number}" for number in range(1, 10))
        frozen = connection.execute(f"select {columns} from {INTERNAL}.int_ml_bin_edges where feature_name = '{name}'").fetchone()
    assert frozen is not None
    reference = values_between(name, FIRST_DAY, FIRST_DAY + timedelta(days=REFERENCE_DAYS))
    edges = np.array([edge for edge in frozen if edge < 1e308])
    assert edges == pytest.approx(np.unique(np.quantile(reference, np.arange(1, 10) / 10)), rel=1e-15, abs=1e-15)
    expected: dict[tuple[int, int, bool], int] = {}
    for day in range(DAY_COUNT):
        values = values_between(name, FIRST_DAY + timedelta(days=day), FIRST_DAY + timedelta(days=day + 1))
        is_outside = (values < reference.min()) | (values > reference.max())
        for number, outside in zip(np.searchsorted(edges, values) + 1, is_outside, strict=True):
            key = (day, int(number), bool(outside))
            expected[key] = expected.get(key, 0) + 1
    assert {(day, number, outside): count for day, number, outside, count in shown} == expected
