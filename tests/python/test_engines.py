"""The same models on DuckDB and PostgreSQL: every public mart of the real data must be equal.

Keys, counts and texts must be the same; doubles within 1e-12, relative, or absolute near zero.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import duckdb
import psycopg2
import pytest
from conftest import run_command, run_dbt

TOLERANCE = 1e-12
# The linearised error of a skill near 0 is a difference of sums that cancel: 6e-12 was seen for explained_variance.
TOLERANCE_OF = {"ci_lower": 1e-10, "ci_upper": 1e-10}
# A p-value is as precise as the logarithm it was exponentiated from (exp(-600) has lost three digits): compared by it,
# at a thousand times the tolerance.
TAIL_COLUMNS = ("p_value", "q_value")
# A difference is as precise as the larger of its terms.
TERMS_OF_DIFFERENCES = {
    "estimate_error": ("metric_value", "realized_value"),
    "restatement": ("first_reported_value", "current_value"),
}


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


def copy_from_postgres(environment: dict[str, str], marts: list[str], like: Path, path: Path) -> None:
    """Copy the marts of a PostgreSQL into a DuckDB file, under the types that they have in another DuckDB file."""
    connection = psycopg2.connect(
        host=environment.get("PGHOST"), port=environment.get("PGPORT"), user=environment.get("PGUSER"),
        password=environment.get("PGPASSWORD"), dbname=environment.get("PGDATABASE"),
    )  # fmt: skip
    with connection, connection.cursor() as cursor, duckdb.connect(str(path)) as target:
        target.execute(f"attach '{like}' as built (read_only)")
        for mart in marts:
            target.execute(f"create table {mart} as from built.ml_monitor.{mart} limit 0")
            columns = [row[0] for row in target.execute(f"describe {mart}").fetchall()]
            cursor.execute(f"select * from ml_monitor.{mart} limit 0")
            assert [column.name for column in cursor.description] == columns, f"{mart} has other columns"
            rows = path.with_name(f"{mart}.csv")
            with rows.open("wb") as output:
                cursor.copy_expert(f"copy ml_monitor.{mart} to stdout (format csv, header, force_quote *)", output)
            # Texts are quoted and nulls are not: an empty text stays apart from a null.
            target.execute(f"copy {mart} from '{rows}' (format csv, header, nullstr '', allow_quoted_nulls false)")
            rows.unlink()
    connection.close()


def compare(
    connection: duckdb.DuckDBPyConnection, left: str, right: str, tolerance_of: dict[str, float] = TOLERANCE_OF
) -> float:
    """The largest deviation of the doubles of two tables; anything else that differs is an AssertionError.

    Doubles: relative, absolute below 1; p-values by their logarithm. A null is infinitely far from a number.
    """
    types = {row[0]: row[1] for row in connection.execute(f"describe {left}").fetchall()}
    doubles = [name for name, kind in types.items() if kind == "DOUBLE"]
    exact = [name for name in types if name not in doubles]
    keys = ", ".join(exact)
    for one, other in ((left, right), (right, left)):
        missing = connection.execute(
            f"select {keys}, count(*) from {one} group by all except all select {keys}, count(*) from {other} group by all"
        )
        rows = missing.fetchmany(1)
        assert not rows, f"a row only in {one}: {rows[0]}"
    if not doubles:
        return 0.0
    # Where rows share all that must be equal, doubles, rounded, say which belongs to which.
    ranked = ", ".join(f"{name}::float" for name in doubles)
    numbered = (
        f"select *, row_number() over (partition by {keys} order by {ranked}, {', '.join(doubles)}) as twin_number from "
    )
    same = " and ".join(f"l.{name} is not distinct from r.{name}" for name in [*exact, "twin_number"])
    far = []
    for name in doubles:
        a, b = f"l.{name}", f"r.{name}"
        # An interval's end is a difference: it is as precise as the wider end.
        terms = ("ci_lower", "ci_upper") if name.startswith("ci_") else TERMS_OF_DIFFERENCES.get(name, ())
        ends = ", ".join(f"abs(l.{term})" for term in terms if term in doubles)
        distance = (
            f"abs(ln(greatest({a}, 1e-300)) - ln(greatest({b}, 1e-300))) / greatest(1, abs(ln(greatest({a}, 1e-300)))) * 1e-3"
            if name in TAIL_COLUMNS
            else f"abs({a} - {b}) / greatest(abs({a}), abs({b}), 1{', ' + ends if ends else ''})"
        )
        far.append(f"max(case when {a} is not distinct from {b} then 0 when {a} is null or {b} is null then 'inf'::double else {distance} end) as {name}")
    worst = connection.execute(
        f"select {', '.join(far)} from ({numbered} {left}) as l join ({numbered} {right}) as r on {same}"
    ).fetchone()
    largest = {name: value or 0.0 for name, value in zip(doubles, worst, strict=True)}
    beyond = {name: value for name, value in largest.items() if value > tolerance_of.get(name, TOLERANCE)}
    assert not beyond, f"doubles differ by more than {TOLERANCE}, {tolerance_of}: {beyond}"
    return max(largest.values())


def test_every_mart_of_the_sample_is_equal_on_both_engines(
    sample_warehouse: Path, postgres_sample: tuple[dict[str, str], Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    environment, folder = postgres_sample
    marts = public_marts(folder / "target")
    assert len(marts) >= 12
    copied = tmp_path / "postgres.duckdb"
    copy_from_postgres(environment, marts, sample_warehouse, copied)
    problems = []
    lines = []
    with duckdb.connect() as connection:
        connection.execute(f"attach '{sample_warehouse}' as here (read_only); attach '{copied}' as there (read_only)")
        for mart in marts:
            try:
                worst = compare(connection, f"here.ml_monitor.{mart}", f"there.main.{mart}")
            except AssertionError as error:
                problems.append(f"{mart}: {error}")
                continue
            count = connection.execute(f"select count(*) from here.ml_monitor.{mart}").fetchone()[0]
            lines.append(f"{mart}: {count:,} rows, largest deviation {worst:.1e}")
    with capsys.disabled():
        print("\n" + "\n".join(lines))
    assert not problems, "\n".join(problems)


def test_the_comparison_can_fail() -> None:
    same = "select 'a' as key, 1.0::double as value, 0.5::double as p_value union all select 'b', 2.0, null"
    with duckdb.connect() as connection:
        connection.execute(f"create table one as {same}")
        connection.execute("create table turned as from one order by key desc")
        assert compare(connection, "one", "turned") == 0
        for change in (
            "key = 'c' where key = 'b'", "value = 2 + 1e-11 where key = 'b'", "value = null where key = 'a'",
            "p_value = 0.501 where key = 'a'", "p_value = 0 where key = 'b'",
        ):  # fmt: skip
            connection.execute(f"create or replace table changed as from one; update changed set {change}")
            with pytest.raises(AssertionError):
                compare(connection, "one", "changed")


if os.environ.get("PGHOST"):  # a named server is said out loud: its schemas are replaced
    print(f"the engine tests use the PostgreSQL of {os.environ['PGHOST']}")
