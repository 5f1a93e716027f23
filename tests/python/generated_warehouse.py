"""Generated raw tables, built through dbt on a small DuckDB, and what the marts say of their windows."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
from conftest import run_dbt

WHOLE_WINDOWS = ("day", "week", "month", "reference", "lifetime")


def write_tables(warehouse: Path, tables: Mapping[str, pa.Table]) -> None:
    """Write tables named schema.table into a DuckDB file."""
    with duckdb.connect(str(warehouse)) as connection:
        for name, table in tables.items():
            connection.execute(f"create schema if not exists {name.split('.')[0]}")
            connection.register("frame", table)
            connection.execute(f"create or replace table {name} as select * from frame")
            connection.unregister("frame")


def build_marts(warehouse: Path, variables: Mapping[str, Any], marts: str) -> None:
    """Build marts (a dbt selection) over the raw tables of a DuckDB file, without tests. Fails with dbt's words."""
    resources = ["--exclude-resource-type", "test", "--exclude-resource-type", "unit_test"]
    run_dbt(
        ["build", "--quiet", "--select", *marts.split(), *resources, "--vars", json.dumps(variables)], warehouse.parent,
        ML_MONITOR_DUCKDB_PATH=str(warehouse), ML_MONITOR_TARGET="duckdb", ML_MONITOR_SCHEMA="ml_monitor",
    )  # fmt: skip


@dataclass(frozen=True)
class Window:
    """A window of a model version, or a slice of it (slice_value; empty = all rows)."""

    model_id: str
    model_version: str
    granularity: str
    start: date
    end: date
    slice_value: str


@dataclass(frozen=True)
class Measured:
    """What a mart says of a metric in a window."""

    value: float | None
    bound: float
    sample_count: int
    ci_lower: float | None
    ci_upper: float | None


Metrics = dict[Window, dict[str, Measured]]


def read_metrics(connection: duckdb.DuckDBPyConnection, mart: str = "fct_ml_performance", label: str = "''") -> Metrics:
    """The rows of a mart by window and metric; with a label column, metrics are named 'metric label'."""
    found: Metrics = {}
    rows = connection.execute(f"""
        select
            model_id, model_version, granularity, window_start, window_end, coalesce(slice_value, ''),
            trim(metric_name || ' ' || {label}), metric_value, metric_error_bound, sample_count, ci_lower, ci_upper
        from ml_monitor.{mart}
    """).fetchall()  # fmt: skip
    for *window, metric, value, bound, sample_count, lower, upper in rows:
        metrics = found.setdefault(Window(*window), {})
        assert metric not in metrics, f"{window} {metric} is there twice"
        metrics[metric] = Measured(value, bound, sample_count, lower, upper)
    return found


def difference(window: Window, metric: str, measured: Measured, expected: float | None) -> str | None:
    """What is wrong with a metric: beyond 1e-9 of the expected value and the stated bound; None where nothing is."""
    value = measured.value
    if value is None or expected is None or math.isnan(expected):
        is_right = value is None and (expected is None or math.isnan(expected))
    else:
        is_right = abs(value - expected) <= max(1e-9 * abs(expected), 1e-12) + measured.bound
    return None if is_right else f"{window} {metric} is {value!r}, not {expected!r} (bound {measured.bound})"
