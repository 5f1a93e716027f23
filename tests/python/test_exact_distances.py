"""KS, Wasserstein and quantiles of windows that are read value by value, on generated values against scipy and numpy.

Two logs, built through dbt on DuckDB and on PostgreSQL; every case is a model of its own in both:
  scores  binary: the feature `amount` takes the values of the case, the score is spread over [0, 1]
  values  regression: feature and predicted value take the values of the case, with a row limit
Every row of int_ml_ordered_windows is compared, and every row that must be there is there.
"""

from __future__ import annotations

import io
import json
import math
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
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
from test_generated_oracles import FIRST_DAY, NULL_SLICE, Case, raw_tables, rng_of  # noqa: E402

REFERENCE_DAYS = 7
DAY_COUNT = 35  # 2024-01-01 to 2024-02-04: five weeks, two months
ROW_LIMIT = 300
Z_95 = stats.norm.ppf(0.975)
LEVELS = {"05": 0.05, "50": 0.5, "95": 0.95}
RESOURCES = ["--exclude-resource-type", "test", "--exclude-resource-type", "unit_test"]
# Drift, and what a later build knows the last one by. The rest of the project is built in test_incremental.
DRIFT = [
    "--select", "+fct_ml_drift", "+fct_ml_rejected_rows", "int_ml_windows_built", "int_ml_reference_days_built",
    "int_ml_comparisons_built", "int_ml_days_built",
]  # fmt: skip
SCHEMAS = {"scores": "hotel_cancellations", "values": "online_retail_demand"}
SAID = {"scores": "score", "values": "predicted_value"}

Values = list[Any]
Numbers = NDArray[np.float64]


def declared(reference_days: int = REFERENCE_DAYS) -> str:
    def log(name: str, task: str, **more: Any) -> dict[str, Any]:
        schema = SCHEMAS[name]
        return {
            "name": name,
            "task": task,
            "predictions": {"relation": f"{schema}.raw_predictions"},
            "outcomes": {"relation": f"{schema}.raw_outcomes"},
            "features": {"relation": f"{schema}.raw_features", "numeric": ["amount"], "categorical": ["channel"]},
            "slices": ["region"],
            **more,
        }

    logs = [log("scores", "binary_classification"), log("values", "regression", exact_row_limit=ROW_LIMIT)]
    return json.dumps({"ml_monitor": {"as_of": "2024-03-01", "reference_days": reference_days, "prediction_logs": logs}})


# The cases ----------------------------------------------------------------------------------------------------------


def generated() -> dict[str, tuple[NDArray[np.int64], Values]]:
    """The days and values of each case; None, NaN and infinities among them."""
    cases: dict[str, tuple[NDArray[np.int64], Values]] = {}

    def add(
        name: str, make: Callable[[np.random.Generator, NDArray[np.int64]], Any], rows_a_day: int = 8, days: Any = None
    ) -> None:
        day = np.repeat(np.arange(DAY_COUNT) if days is None else np.array(days), rows_a_day)
        values = make(rng_of(name), day)
        cases[name] = day, values.tolist() if isinstance(values, np.ndarray) else list(values)

    def some(values: Numbers, odd: Values, step: int) -> Values:
        return [odd[row // step % len(odd)] if row % step == 0 else value for row, value in enumerate(values.tolist())]

    add("continuous", lambda rng, day: rng.standard_normal(len(day)) + 0.02 * day)
    add("ties", lambda rng, day: rng.integers(0, 7, len(day)).astype(float))
    add("constant", lambda rng, day: np.full(len(day), 7.3))
    add("other_constant", lambda rng, day: np.where(day < 20, 5.1, 6.2))
    add("one_row_days", lambda rng, day: rng.exponential(3, len(day)), 1)
    add("few_rows", lambda rng, day: rng.exponential(3, len(day)), 3, [0, 4, 8, 20, 33])
    add("one_reference_row", lambda rng, day: rng.exponential(3, len(day)), 1, [2, 8, 9, 30])
    add("nulls", lambda rng, day: some(rng.gamma(2, 20, len(day)), [None], 3))
    add("not_finite", lambda rng, day: some(rng.gamma(2, 20, len(day)), [math.nan, math.inf, -math.inf, None], 4))
    add("above", lambda rng, day: rng.standard_normal(len(day)) + np.where(day < REFERENCE_DAYS, 0, 100))
    add("below", lambda rng, day: rng.standard_normal(len(day)) - np.where(day < REFERENCE_DAYS, 0, 1e5))
    add("far_from_zero", lambda rng, day: 1.7e9 + 1000 * rng.standard_normal(len(day)))
    add("far_and_narrow", lambda rng, day: 1e6 + 1e-3 * rng.standard_normal(len(day)))
    add("far_and_whole", lambda rng, day: 1.7e9 + rng.integers(0, 50, len(day)))
    add("same_every_day", lambda rng, day: np.arange(len(day)) % 8 / 10)
    add("sentinel", lambda rng, day: some(rng.standard_normal(len(day)), [-999999.0], 5))
    add("signed_zero", lambda rng, day: some(rng.integers(-1, 2, len(day)).astype(float), [-0.0, 0.0], 2))
    add("huge", lambda rng, day: some(rng.standard_normal(len(day)), [1e300, -1e300, 1e9], 50))
    add("tiny", lambda rng, day: some(1e-5 * rng.standard_normal(len(day)), [1e-300, -1e-290, 5e-324, -1e-310], 2))
    add("null_reference", lambda rng, day: [None if d < REFERENCE_DAYS else float(d) for d in day])
    add("null_later", lambda rng, day: [float(d) if d < REFERENCE_DAYS else None for d in day])
    add("large", lambda rng, day: np.round(rng.gamma(2, 20, len(day)), 1), 45)
    return cases


def as_case(name: str, log: str, day: NDArray[np.int64], values: Values) -> Case:
    rng = rng_of(name + log)
    score = np.round(rng.beta(0.8, 1.6, len(day)), 2).tolist()
    # A value that cannot be predicted makes a rejected row: those are tested elsewhere.
    said = [value if value is not None and abs(value) <= 2e9 else rng.random() for value in values]
    actual = rng.integers(0, 2, len(day)).astype(float) if log == "scores" else said + np.round(rng.standard_normal(len(day)), 2)
    case = Case(
        day=day.tolist(),
        said=score if log == "scores" else said,
        actual=[None if row % 7 == 0 else value for row, value in enumerate(actual.tolist())],
        amount=values,
        channel=["web"] * len(day),
        region=[[None, "north", "south"][number] for number in rng.choice(3, len(day), p=[0.1, 0.6, 0.3])],
    )
    return replace(case, lower=said, upper=said) if log == "values" else case


GENERATED = generated()
CASES = {log: {name: as_case(name, log, *GENERATED[name]) for name in GENERATED} for log in SCHEMAS}


# The warehouses -----------------------------------------------------------------------------------------------------


def frames(cases: dict[str, dict[str, Case]]) -> Iterator[tuple[str, str, pa.Table]]:
    """Schema, table and rows of the raw tables."""
    for log, schema in SCHEMAS.items():
        for name, frame in raw_tables(cases[log], SAID[log]).items():
            yield schema, name, frame


def load_duckdb(path: Path, cases: dict[str, dict[str, Case]]) -> None:
    with duckdb.connect(str(path)) as connection:
        for schema, name, frame in frames(cases):
            connection.execute(f"create schema if not exists {schema}")
            connection.register("frame", frame)
            connection.execute(f"create or replace table {schema}.{name} as select * from frame")
            connection.unregister("frame")


def load_postgres(settings: dict[str, str], cases: dict[str, dict[str, Case]]) -> None:
    types = {pa.float64(): "double precision", pa.string(): "text", pa.timestamp("us"): "timestamp"}
    connection = psycopg2.connect(
        host=settings.get("PGHOST"), port=settings.get("PGPORT"), user=settings.get("PGUSER"),
        password=settings.get("PGPASSWORD"), dbname=settings["PGDATABASE"],
    )  # fmt: skip
    with connection, connection.cursor() as cursor:
        for schema, name, frame in frames(cases):
            columns = ", ".join(f"{field.name} {types[field.type]}" for field in frame.schema)
            cursor.execute(f"create schema if not exists {schema}")
            cursor.execute(f"create table {schema}.{name} ({columns})")
            lines = ("\t".join(r"\N" if value is None else str(value) for value in row.values()) for row in frame.to_pylist())
            cursor.copy_expert(f"copy {schema}.{name} from stdin", io.StringIO("\n".join(lines)))
    connection.close()


MEASURED = "select * from ml_monitor_internal.int_ml_ordered_windows"


@pytest.fixture(scope="module")
def duckdb_settings(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("exact")
    names = {"ML_MONITOR_TARGET": "duckdb", "ML_MONITOR_SCHEMA": "ml_monitor"}
    return names | {"ML_MONITOR_DUCKDB_PATH": str(folder / "exact.duckdb")}


def from_duckdb(settings: dict[str, str], query: str = MEASURED) -> pd.DataFrame:
    with duckdb.connect(settings["ML_MONITOR_DUCKDB_PATH"], read_only=True) as connection:
        return connection.execute(query).df()


@pytest.fixture(scope="module")
def first_build(duckdb_settings: dict[str, str]) -> pd.DataFrame:
    """Drift built on DuckDB, so that later builds can go on from there."""
    path = Path(duckdb_settings["ML_MONITOR_DUCKDB_PATH"])
    load_duckdb(path, CASES)
    run_dbt(["build", "--quiet", *DRIFT, *RESOURCES, "--vars", declared()], path.parent, **duckdb_settings)
    return from_duckdb(duckdb_settings)


@pytest.fixture(scope="module")
def postgres_build(postgres: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    """What int_ml_ordered_windows needs built on PostgreSQL, in a database of its own."""
    place = {name: postgres.get(name) for name in ("PGHOST", "PGPORT", "PGUSER", "PGPASSWORD")}
    keys = {"PGHOST": "host", "PGPORT": "port", "PGUSER": "user", "PGPASSWORD": "password"}
    server = psycopg2.connect(dbname=postgres["PGDATABASE"], **{keys[name]: value for name, value in place.items()})
    server.autocommit = True
    database = f"exact_{os.getpid()}"
    with server.cursor() as cursor:
        cursor.execute(f"drop database if exists {database}")
        cursor.execute(f"create database {database}")
    server.close()
    settings = postgres | {"PGDATABASE": database, "ML_MONITOR_TARGET": "postgres", "ML_MONITOR_SCHEMA": "ml_monitor"}
    load_postgres(settings, CASES)
    folder = tmp_path_factory.mktemp("exact_postgres")
    select = ["--select", "+int_ml_ordered_windows"]
    run_dbt(["build", "--quiet", *select, *RESOURCES, "--vars", declared()], folder, **settings)
    connection = psycopg2.connect(dbname=database, **{keys[name]: value for name, value in place.items()})
    with connection, connection.cursor() as cursor:
        cursor.execute(MEASURED)
        table = pd.DataFrame(cursor.fetchall(), columns=[column.name for column in cursor.description])
    connection.close()
    return table


@pytest.fixture(scope="module", params=["duckdb", "postgres"])
def measured(request: pytest.FixtureRequest) -> pd.DataFrame:
    return request.getfixturevalue({"duckdb": "first_build", "postgres": "postgres_build"}[request.param])


# The oracle ---------------------------------------------------------------------------------------------------------


def windows(days: Values) -> dict[tuple[str, date], NDArray[np.bool_]]:
    """The rows of each day, week and month that has one."""
    moments = pd.to_datetime([FIRST_DAY + timedelta(days=int(day)) for day in days])
    starts = {
        "day": moments,
        "week": moments - pd.to_timedelta(moments.day_of_week, unit="D"),
        "month": moments.to_period("M").to_timestamp(),
    }
    return {(name, each.date()): np.array(at == each) for name, at in starts.items() for each in at.unique()}


def countable(values: Values) -> Numbers:
    """The finite values, as at most 1e150."""
    numbers = np.array([math.nan if value is None else value for value in values], dtype=float)
    return np.clip(numbers[np.isfinite(numbers)], -1e150, 1e150) + 0.0


def quantile_columns(values: Numbers, prefix: str) -> dict[str, float]:
    columns, count = {}, len(values)
    ordered = np.sort(values)
    for name, level in LEVELS.items():
        spread = Z_95 * math.sqrt(count * level * (1 - level))
        ranks = math.floor(count * level - spread), math.ceil(count * level + spread) + 1
        lower, upper = (ordered[min(max(rank, 1), count) - 1] for rank in ranks)
        columns[f"{prefix}quantile_{name}"] = np.quantile(values, level)
        columns |= {f"{prefix}quantile_{name}_lower": lower, f"{prefix}quantile_{name}_upper": upper}
    return columns


def oracle(current: Numbers, reference: Numbers) -> dict[str, float]:
    return {
        "sample_count": len(current),
        "reference_count": len(reference),
        "ks": stats.ks_2samp(current, reference, method="asymp").statistic,
        "wasserstein": stats.wasserstein_distance(current, reference),
        "distinct_count": len(np.unique(current)),
        "reference_distinct_count": len(np.unique(reference)),
        **quantile_columns(current, ""),
        **quantile_columns(reference, "reference_"),
    }


def expected_rows(
    log: str, case: Case, reference_days: int = REFERENCE_DAYS
) -> dict[tuple[str, ...], tuple[Numbers, Numbers]]:
    """The values of window and reference for every row that the model must have, by its key."""
    rows = {}
    limit = ROW_LIMIT if log == "values" else 50_000
    first = min(case.day)
    is_reference = (np.array(case.day) >= first) & (np.array(case.day) < first + reference_days)
    regions = np.array([region or NULL_SLICE for region in case.region], dtype=object)
    said = ("score", "score") if log == "scores" else ("prediction", "predicted_value")
    subjects: dict[tuple[str, str], Values] = {("feature", "amount"): case.amount, said: case.said}
    if log == "values":
        subjects["label", "actual"] = case.actual
    for (granularity, start), is_in in windows(case.day).items():
        if is_in.sum() > limit:
            continue
        for subject, values in subjects.items():
            numbers = np.array(values, dtype=object)
            for region in [None] if subject[0] == "feature" else [None, *set(regions)]:
                in_slice = np.ones(len(numbers), dtype=bool) if region is None else regions == region
                current, reference = (countable(numbers[rows_of & in_slice].tolist()) for rows_of in (is_in, is_reference))
                if len(current) and len(reference):
                    rows[granularity, str(start), region or "", *subject] = current, reference
    return rows


def tolerance(name: str, expected: float, current: Numbers, reference: Numbers) -> float:
    """1e-9 relative, 1e-12 absolute; for Wasserstein, a difference of prefix sums, at least 2e-15 of the largest distance of
    a value from the reference's median (measured: 1e-15). Only a sentinel that both sides hold in equal parts needs it."""
    relative = max(1e-9 * abs(expected), 1e-12)
    if name != "wasserstein":
        return relative
    median = np.median(reference)
    return max(relative, 2e-15 * max(np.abs(current - median).max(), np.abs(reference - median).max()))


def problems_of(
    log: str, name: str, case: Case, measured: pd.DataFrame, reference_days: int = REFERENCE_DAYS
) -> tuple[list[str], int]:
    """What differs from the oracle in one model of one log, and how many rows were compared."""
    shown = measured[(measured["log_name"] == log) & (measured["model_id"] == name)]
    expected = expected_rows(log, case, reference_days)
    found, problems = set(), []
    for row in shown.to_dict("records"):
        start = str(pd.Timestamp(row["window_start"]).date())
        region = "" if row["slice_value"] is None or pd.isna(row["slice_value"]) else row["slice_value"]
        key = (row["granularity"], start, region, row["subject"], row["feature_name"])
        if key in found or key not in expected:
            problems.append(f"{key} stands twice, or should not be there")
            continue
        found.add(key)
        for column, value in oracle(*expected[key]).items():
            is_right = abs(row[column] - value) <= tolerance(column, value, *expected[key])
            if not is_right:  # also where it is null
                problems.append(f"{key} {column} is {row[column]!r}, not {value!r}")
    problems += [f"{key} is missing" for key in expected.keys() - found]
    return problems, len(found)


# The tests ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", GENERATED)
@pytest.mark.parametrize("log", SCHEMAS)
def test_exact_distances(log: str, name: str, measured: pd.DataFrame) -> None:
    problems, count = problems_of(log, name, CASES[log][name], measured)
    assert not problems, f"{len(problems)} of {count} rows:\n" + "\n".join(problems[:10])
    assert count >= 3


def test_windows_above_the_row_limit_are_not_read(measured: pd.DataFrame) -> None:
    large = measured[measured["model_id"] == "large"]
    assert set(large[large["log_name"] == "scores"]["granularity"]) == {"day", "week", "month"}
    rows = large[large["log_name"] == "values"]
    assert len(rows) and set(rows["granularity"]) == {"day", "month"}  # February has four days
    assert set(rows[rows["granularity"] == "month"]["window_start"].astype(str).str[:10]) == {"2024-02-01"}


def test_nothing_without_both_sides(measured: pd.DataFrame) -> None:
    amounts = measured[measured["feature_name"] == "amount"]
    assert not (amounts["model_id"] == "null_reference").any()
    later = amounts[(amounts["model_id"] == "null_later") & (amounts["granularity"] != "month")]
    assert pd.to_datetime(later["window_start"]).max() < pd.Timestamp("2024-01-08")


def test_unchanged_values_have_no_distance(measured: pd.DataFrame) -> None:
    rows = measured[(measured["model_id"].isin(["same_every_day", "constant"])) & (measured["feature_name"] == "amount")]
    assert len(rows) > 100
    assert (rows["ks"] == 0).all() and (rows["wasserstein"].abs() <= 1e-15).all()
    assert (measured["wasserstein"] >= 0).all()


# Later builds: each goes on from the one before ------------------------------------------------------------------------

INTERNAL = "ml_monitor_internal"
Build = Callable[..., pd.DataFrame]


def changed(case: Case, day: int, new_day: int | None = None) -> Case:
    """The case with other values on a day, and with its last rows once more on a new day."""
    amount = [value + 1.5 if case.day[row] == day and value is not None else value for row, value in enumerate(case.amount)]
    said = [1 - value if case.day[row] == day and 0 < value < 1 else value for row, value in enumerate(case.said)]
    case = replace(case, amount=amount, said=said)
    if new_day is None:
        return case
    again = {name: getattr(case, name) + getattr(case, name)[-8:] for name in ("said", "actual", "amount", "channel", "region")}
    return replace(case, day=[*case.day, *[new_day] * len(case.day[-8:])], **again, lower=[], upper=[])


@pytest.fixture(scope="module")
def build_again(duckdb_settings: dict[str, str], first_build: pd.DataFrame) -> Build:
    path = Path(duckdb_settings["ML_MONITOR_DUCKDB_PATH"])

    def build(cases: dict[str, dict[str, Case]] | None = None, reference_days: int = REFERENCE_DAYS) -> pd.DataFrame:
        if cases is not None:
            load_duckdb(path, cases)
        arguments = [*DRIFT, *RESOURCES, "--vars", declared(reference_days)]
        run_dbt(["build", "--quiet", *arguments], path.parent, **duckdb_settings)
        return from_duckdb(duckdb_settings)

    return build


def assert_as_the_oracle(measured: pd.DataFrame, cases: dict[str, dict[str, Case]], reference_days: int = REFERENCE_DAYS) -> None:
    problems = []
    for log, name in ((log, name) for log in SCHEMAS for name in ("continuous", "ties", "not_finite", "large")):
        problems += problems_of(log, name, cases[log][name], measured, reference_days)[0]
    assert not problems, f"{len(problems)} differ:\n" + "\n".join(problems[:10])


def counts(settings: dict[str, str]) -> dict[str, int]:
    """How many rows the last build had to do."""
    names = ("dirty_windows", "exact_windows", "references_due", "values_counted")
    return {name: len(from_duckdb(settings, f"select 1 from {INTERNAL}.int_ml_{name}")) for name in names}


def test_a_second_build_reads_nothing(
    first_build: pd.DataFrame, build_again: Build, duckdb_settings: dict[str, str]
) -> None:
    again = build_again()
    assert set(counts(duckdb_settings).values()) == {0}
    columns = list(first_build.columns)
    pd.testing.assert_frame_equal(
        again.sort_values(columns, ignore_index=True), first_build.sort_values(columns, ignore_index=True)
    )


@pytest.fixture(scope="module")
def changed_cases() -> dict[str, dict[str, Case]]:
    return {log: {name: changed(case, 3, DAY_COUNT) for name, case in cases.items()} for log, cases in CASES.items()}


def test_a_changed_reference_day_and_a_new_day(changed_cases: dict[str, dict[str, Case]], build_again: Build) -> None:
    assert_as_the_oracle(build_again(changed_cases), changed_cases)


def test_a_reference_that_goes_and_comes_back(
    changed_cases: dict[str, dict[str, Case]], build_again: Build, duckdb_settings: dict[str, str]
) -> None:
    """Its days change while the version has another reference: what was kept of it is no longer true."""
    assert_as_the_oracle(build_again(changed_cases, 2), changed_cases, 2)
    build_again(reference_days=2)
    assert counts(duckdb_settings)["dirty_windows"] == 0, "the old reference keeps every window dirty"
    later = {log: {name: changed(case, 5) for name, case in cases.items()} for log, cases in changed_cases.items()}
    build_again(later, reference_days=2)
    assert counts(duckdb_settings)["references_due"] == 0, "the day is in no present reference"
    assert_as_the_oracle(build_again(), later)
