"""The benchmark end to end on few rows, and that its plain script does the same work as the marts: equal numbers."""

from __future__ import annotations

import json
import math
import sys
from datetime import date
from pathlib import Path

import duckdb
import pandas as pd
import pytest
from conftest import ROOT, run_command

from scripts.bench import data, planning, records, statements, tables

ROWS, DAYS = 20_000, 30
MARTS = "+fct_ml_drift +fct_ml_performance +fct_ml_estimated_performance"


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a small run: first build and plain script."""
    folder = tmp_path_factory.mktemp("bench")
    output = run_command([
        sys.executable, "-m", "scripts.bench", "--rows", str(ROWS), "--days", str(DAYS), "--only", "first_build,peers",
        "--peers", "numpy", "--select", MARTS, "--folder", str(folder), "--output", str(folder / "bench.json"),
    ])  # fmt: skip
    (folder / "output.txt").write_text(output)
    return folder


@pytest.fixture(scope="module")
def marts(bench: Path) -> duckdb.DuckDBPyConnection:
    with duckdb.connect() as connection:
        connection.execute(f"attach '{bench / 'build.duckdb'}' as warehouse (read_only)")
        connection.execute("use warehouse.ml_monitor")
        yield connection


def _days(frame: pd.DataFrame) -> pd.Series:
    return pd.to_datetime(data.FIRST_DAY) + pd.to_timedelta(frame["day"], unit="D")


def _compare(bench: Path, part: str, ours: pd.DataFrame, metrics: set[str]) -> None:
    """Every value of these metrics is in both, and equal at 1e-9."""
    script = pd.read_parquet(bench / "results" / "numpy" / f"{part}.parquet")
    script = script[script["metric_name"].isin(metrics)].assign(window_start=_days).dropna(subset="metric_value")
    keys = ["model_version", "window_start", "subject", "metric_name"]
    script["model_version"] = script["model_version"].astype(str)
    ours["window_start"] = pd.to_datetime(ours["window_start"])
    both = ours.merge(script[[*keys, "metric_value"]], on=keys, how="outer", suffixes=("", "_script"), indicator=True)
    assert set(both["metric_name"]) == metrics
    assert (both["_merge"] == "both").all(), both[both["_merge"] != "both"].head().to_string()
    wrong = ~both.apply(lambda row: math.isclose(row["metric_value"], row["metric_value_script"], rel_tol=1e-9, abs_tol=1e-12), axis=1)
    assert not wrong.any(), both[wrong].head(20).to_string()


def test_script_measures_drift_as_the_marts_do(bench: Path, marts: duckdb.DuckDBPyConnection) -> None:
    ours = marts.execute("""
        select model_version, window_start, feature_name as subject, metric_name, metric_value
        from fct_ml_drift
        where granularity = 'day' and subject = 'feature' and slice_key is null and baseline_name = 'reference'
            and metric_name in ('psi', 'ks')
    """).df()  # fmt: skip
    assert len(ours) == 2 * DAYS * (8 * 2 + 4)
    _compare(bench, "drift", ours, {"psi", "ks"})


@pytest.mark.parametrize(
    ("part", "source", "metrics"),
    [
        ("performance", "fct_ml_performance where true", {"roc_auc", "log_loss", "brier", "accuracy", "f1", "recall", "true_positive_count"}),
        ("estimated", "fct_ml_estimated_performance where estimator_name = 'cbpe'", {"roc_auc", "log_loss", "brier", "accuracy", "f1"}),
    ],
)  # fmt: skip
def test_script_measures_performance_as_the_marts_do(
    bench: Path, marts: duckdb.DuckDBPyConnection, part: str, source: str, metrics: set[str]
) -> None:
    names = ", ".join(f"'{name}'" for name in metrics)
    ours = marts.execute(f"""
        select model_version, window_start, '' as subject, metric_name, metric_value
        from {source} and granularity = 'day' and slice_key is null and metric_name in ({names}) and metric_value is not null
    """).df()  # fmt: skip
    assert len(ours) > DAYS * len(metrics)
    _compare(bench, part, ours, metrics)


def test_script_measures_groups_as_the_marts_do(bench: Path, marts: duckdb.DuckDBPyConnection) -> None:
    ours = marts.execute("""
        select model_version, window_start, slice_value as subject, metric_name, metric_value
        from fct_ml_performance
        where granularity = 'day' and slice_key is not null and metric_name in ('recall', 'accuracy') and metric_value is not null
    """).df()  # fmt: skip
    assert ours["subject"].nunique() == 4
    _compare(bench, "fairness", ours, {"recall", "accuracy"})


def test_records_and_tables_are_whole(bench: Path) -> None:
    kept = records.Records(bench / "bench.json")
    build = kept.of("first_build", rows=ROWS)[0]
    assert build["sql_seconds"] == pytest.approx(sum(build["layers"].values()))
    assert build["seconds"] == pytest.approx(build["sql_seconds"] + build["dbt_seconds"])
    assert all(build["layers"][name] > 0 for name in ("staging", "rows", "cubes", "windows", "marts"))
    assert 0 < build["needed"]["performance"] < build["needed"]["all"] < build["sql_seconds"]
    assert sum(build["nodes"].values()) <= build["sql_seconds"] * 1.01
    assert build["cpu_seconds"] > 1 and build["peak_bytes"] > 5e7 and build["file_bytes"] > 1e6
    peer = kept.of("peer", peer="numpy")[0]
    assert all(peer["parts"][part]["seconds"] > 0 for part in ("drift", "performance", "estimated", "fairness"))
    floor = kept.of("floor", rows=ROWS)[0]["seconds"]
    assert 0 < floor < build["sql_seconds"]
    text = tables.text(kept)
    assert text in (bench / "output.txt").read_text()
    for wanted in ("floor: one scan", "**first build**", "cubes", "dbt itself", "plain script", " cores, "):
        assert wanted in text
    assert f"({tables.times(build['sql_seconds'], floor)})" in text


def test_slopes_are_found_again() -> None:
    """Records made of a known slope and start give that slope."""
    measured = [
        {
            "part": part, "rows": rows, "days": 90, "models": 1, "features": 8, "cpu_seconds": 20 + rows * 5e-6,
            "sql_seconds": 3 + rows * 2e-6, "file_bytes": 1e7 + rows * 150, "raw_bytes": rows * 100.0, "peak_bytes": 1e9,
        }
        for rows in (100_000, 1_000_000, 10_000_000) for part in ("floor", "first_build", "daily")
    ]  # fmt: skip
    found = planning.slopes(measured)
    assert found["first_build"].cpu_seconds == pytest.approx(5)
    assert found["first_build"].own_bytes == pytest.approx(50e6)
    assert found["first_build"].fixed_cpu_seconds == pytest.approx(20)
    text = planning.note(found, planning.Assumptions(spark_factor=4, utilisation=0.5, core_hour=0.05, gigabyte_month=0.02, kept_days=90))
    assert "1,000 core-hours a day, 50 dollars" in text  # 450 s x 1,000 x 4 / 0.5 / 3600
    assert found["daily"].cpu_seconds == pytest.approx(5 * 90)


def test_a_moment_of_two_statements_is_shared() -> None:
    ran = [statements.Statement("a", 0, 4), statements.Statement("b", 2, 6), statements.Statement("a", 8, 9)]
    assert statements.shared_seconds(ran) == pytest.approx({"a": 2 + 1 + 1, "b": 1 + 2})
    needed = statements.seconds_needed(["c"], {"a": 4.0, "b": 3.0, "c": 1.0}, {"c": ["a"], "a": [], "b": []})
    assert needed == 5.0


def test_a_day_that_is_added_is_a_day_that_is_made(tmp_path: Path) -> None:
    """31 days at once have the same predictions as 30 and one, and that one brings labels of the five days before it."""
    shape, longer = data.Shape(3_000, 30), data.Shape(3_100, 31)
    data.create(tmp_path / "a.duckdb", longer)
    data.create(tmp_path / "b.duckdb", shape)
    with duckdb.connect(str(tmp_path / "b.duckdb")) as connection:
        before = connection.execute("select count(*) from bench_raw.outcomes").fetchone()[0]
    data.add_day(tmp_path / "b.duckdb", shape, 30)
    with duckdb.connect(str(tmp_path / "b.duckdb")) as connection:
        connection.execute(f"attach '{tmp_path / 'a.duckdb'}' as a")
        differing = "select * from {0}.bench_raw.predictions except select * from {1}.bench_raw.predictions"
        assert not connection.execute(differing.format("a", "b")).fetchall()
        assert not connection.execute(differing.format("b", "a")).fetchall()
        assert connection.execute("select count(*) from a.bench_raw.outcomes").fetchone()[0] > before
        days = connection.execute(f"""
            select count(distinct cast(predicted_at as date)), min(observed_at)
            from bench_raw.outcomes inner join bench_raw.predictions using (prediction_id)
            where observed_at >= timestamp '{data.FIRST_DAY}' + interval 30 day
        """).fetchone()  # fmt: skip
    assert days[0] == data.LABELLED_DAYS
    assert days[1].date() == date(2026, 1, 31)
    assert json.loads(json.dumps(data.declaration(shape, shape.end_of_day(29))))["ml_monitor"]["as_of"] == "2026-01-31"


def test_command_explains_itself() -> None:
    for module in ("scripts.bench", "scripts.bench.peers", "scripts.bench.planning"):
        assert "usage:" in run_command([sys.executable, "-m", module, "--help"])
    assert "bench:" in (ROOT / "Makefile").read_text()
