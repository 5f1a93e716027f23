"""The same models on DuckDB and PostgreSQL: every public mart of the real data must be equal.

Keys, counts and texts must be the same; doubles within 1e-12, relative, or absolute near zero.
"""

from __future__ import annotations

import json
import math
import os
import sys
from pathlib import Path

import duckdb
import pandas as pd
import psycopg2
import pytest
from conftest import run_command, run_dbt

TOLERANCE = 1e-12
# A p-value is as precise as the logarithm it was exponentiated from (exp(-600) has lost three digits): compared by it.
TAIL_TOLERANCE = 1e-9


@pytest.fixture(scope="session")
def postgres_sample(
    postgres: dict[str, str], sample_data_dir: Path, sample_vars: str, tmp_path_factory: pytest.TempPathFactory
) -> tuple[dict[str, str], Path]:
    """The real data built on PostgreSQL. The connection's environment, and the folder with dbt's target."""
    folder = tmp_path_factory.mktemp("postgres_sample")
    settings = postgres | {"ML_MONITOR_TARGET": "postgres", "ML_MONITOR_SAMPLE_DATA": str(sample_data_dir)}
    run_command([sys.executable, "-m", "scripts.sample.load", "--target", "postgres"], **settings)
    run_dbt(["build", "--exclude-resource-type", "unit_test", "--vars", sample_vars], folder, **settings)
    return postgres, folder


def public_marts(target: Path) -> list[str]:
    """Names of the models below models/marts, from the manifest."""
    nodes = json.loads((target / "manifest.json").read_text())["nodes"].values()
    return sorted(node["name"] for node in nodes if node["resource_type"] == "model" and node["fqn"][1] == "marts")


def fetch_postgres(environment: dict[str, str], mart: str) -> pd.DataFrame:
    connection = psycopg2.connect(
        host=environment.get("PGHOST"), port=environment.get("PGPORT"), user=environment.get("PGUSER"),
        password=environment.get("PGPASSWORD"), dbname=environment.get("PGDATABASE"),
    )  # fmt: skip
    with connection, connection.cursor() as cursor:
        cursor.execute(f"select * from ml_monitor.{mart}")
        frame = pd.DataFrame(cursor.fetchall(), columns=[column.name for column in cursor.description], dtype=object)
    connection.close()
    return frame


def fetch_duckdb(path: Path, mart: str) -> pd.DataFrame:
    with duckdb.connect(str(path), read_only=True) as connection:
        connection.execute(f"select * from ml_monitor.{mart}")
        names = [column[0] for column in connection.description]
        return pd.DataFrame(connection.fetchall(), columns=names, dtype=object)


def deviation(left: float | None, right: float | None, tolerance: float) -> float:
    """How far apart two doubles are: relative, absolute below 1; infinite where only one is null."""
    if left is None or right is None:
        return 0.0 if left is None and right is None else math.inf
    if left == right or (math.isnan(left) and math.isnan(right)):
        return 0.0
    if tolerance == TOLERANCE:
        return abs(left - right) / max(abs(left), abs(right), 1.0)
    if max(left, right) < 1e-290:
        return 0.0
    logarithms = [math.log(max(value, 1e-300)) for value in (left, right)]
    return abs(logarithms[0] - logarithms[1]) / max(1.0, abs(logarithms[0]))


def compare(left: pd.DataFrame, right: pd.DataFrame) -> dict[str, float]:
    """The largest deviation of each double column; anything else that differs is an AssertionError."""
    assert list(left.columns) == list(right.columns)
    assert len(left) == len(right)
    doubles = [name for name in left if any(isinstance(value, float) for value in left[name])]
    exact = [name for name in left if name not in doubles]
    # Sorting by what must be equal brings equal rows together; doubles, rounded, only break what ties are left.
    def sort_key(row: tuple) -> tuple:
        return tuple("" if value is None else str(value) for value in row)

    order = exact + doubles
    rows = []
    for frame in (left, right):
        keys = [sort_key(row) for row in frame[exact].itertuples(index=False)]
        near = [
            tuple("" if value is None else f"{value:.6e}" for value in row)
            for row in frame[doubles].itertuples(index=False)
        ]
        positions = sorted(range(len(frame)), key=lambda i, k=keys, n=near: (k[i], n[i]))
        rows.append(frame[order].iloc[positions].reset_index(drop=True))
    for name in exact:
        differs = [i for i, (a, b) in enumerate(zip(rows[0][name], rows[1][name], strict=True)) if a != b]
        assert not differs, f"{name}: {len(differs)} rows differ, first {rows[0].iloc[differs[0]].to_dict()}"
    worst = {}
    for name in doubles:
        tolerance = TAIL_TOLERANCE if name in ("p_value", "q_value") else TOLERANCE
        far = [deviation(a, b, tolerance) for a, b in zip(rows[0][name], rows[1][name], strict=True)]
        worst[name] = max(far, default=0.0)
        position = far.index(worst[name]) if far else 0
        assert worst[name] <= tolerance, f"{name}: {worst[name]:.2e} at {rows[0].iloc[position].to_dict()}"
    return worst


def test_every_mart_of_the_sample_is_equal_on_both_engines(
    sample_warehouse: Path, postgres_sample: tuple[dict[str, str], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    environment, folder = postgres_sample
    marts = public_marts(folder / "target")
    assert len(marts) >= 12
    problems = []
    lines = []
    for mart in marts:
        left, right = fetch_duckdb(sample_warehouse, mart), fetch_postgres(environment, mart)
        try:
            worst = compare(left, right)
        except AssertionError as error:
            problems.append(f"{mart}: {error}")
            continue
        lines.append(f"{mart}: {len(left):,} rows, largest deviation {max(worst.values(), default=0.0):.1e}")
    with capsys.disabled():
        print("\n" + "\n".join(lines))
    assert not problems, "\n".join(problems)


def test_the_comparison_can_fail() -> None:
    left = pd.DataFrame({"key": ["a", "b"], "value": [1.0, 2.0]}, dtype=object)
    compare(left, left.iloc[::-1])
    for changed in ({"key": ["a", "c"], "value": [1.0, 2.0]}, {"key": ["a", "b"], "value": [1.0, 2.0 + 1e-9]}):
        with pytest.raises(AssertionError):
            compare(left, pd.DataFrame(changed, dtype=object))


if os.environ.get("PGHOST"):  # a named server is said out loud: its schemas are replaced
    print(f"the engine tests use the PostgreSQL of {os.environ['PGHOST']}")
