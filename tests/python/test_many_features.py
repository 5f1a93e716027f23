"""More features than one pass measures: every one is measured, as itself, wherever the passes are parted."""

from __future__ import annotations

import duckdb
import numpy as np
import pytest

from scripts.bench import builds, data
from scripts.bench.data import Shape

SHAPE = Shape(rows=6_000, days=30, features=45)
MODELS = "+int_ml_reference_quantiles +int_ml_feature_cells_counted"


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> duckdb.DuckDBPyConnection:
    database = tmp_path_factory.mktemp("many_features") / "build.duckdb"
    data.create(database, SHAPE)
    builds.build(builds.Warehouse(database), SHAPE, SHAPE.end_of_day(SHAPE.days - 1), MODELS)
    with duckdb.connect() as connection:
        connection.execute(f"attach '{database}' as warehouse (read_only)")
        connection.execute("use warehouse.ml_monitor_internal")
        yield connection


def test_quantiles_of_every_feature(warehouse: duckdb.DuckDBPyConnection) -> None:
    rows = warehouse.execute("""
        select model_version, feature_name, finite_count, reference_minimum, decile_1, decile_9, tail_01, tail_99
        from int_ml_reference_quantiles where subject = 'feature'
    """).fetchall()  # fmt: skip
    assert {row[:2] for row in rows} == {(version, name) for version in "12" for name in SHAPE.numeric}
    for version, name, *measured in rows:
        values = warehouse.execute(f"""
            select raw_rows.{name}
            from bench_raw.predictions as raw_rows
            inner join int_ml_reference_days as days
                on raw_rows.model_version = days.model_version and cast(raw_rows.predicted_at as date) = days.predicted_date
            where raw_rows.model_version = '{version}'
        """).fetchnumpy()[name]  # fmt: skip
        expected = [len(values), values.min(), *np.quantile(values, [0.1, 0.9, 0.01, 0.99])]
        np.testing.assert_allclose(measured, expected, rtol=1e-9, err_msg=f"{name} of version {version}")


def test_cells_count_every_feature_of_every_row(warehouse: duckdb.DuckDBPyConnection) -> None:
    counted = warehouse.execute("""
        select model_version, predicted_date, feature_name, sum(row_count)
        from int_ml_feature_cells_counted group by all
    """).fetchall()  # fmt: skip
    assert len(counted) == 2 * SHAPE.days * len(SHAPE.numeric + data.CATEGORICAL)
    assert {row[3] for row in counted} == {SHAPE.rows_a_day // 2}
    categories = warehouse.execute("""
        select feature_name, category, sum(row_count) from int_ml_feature_cells_counted
        where category is not null group by all
    """).fetchall()  # fmt: skip
    expected = [
        row for name in data.CATEGORICAL
        for row in warehouse.execute(f"select '{name}', {name}, count(*) from bench_raw.predictions group by all").fetchall()
    ]  # fmt: skip
    assert sorted(categories) == sorted(expected)
