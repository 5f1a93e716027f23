"""Incremental builds: whatever happens to the raw tables, a daily run ends with the tables of a fresh build.

Each scenario builds into the same DuckDB file (another path would make dbt parse everything again); a finished build is
kept as a copy, from which the next scenarios start. About twenty builds: a few minutes.
"""

from __future__ import annotations

import contextlib
import json
import math
import multiprocessing
import os
import re
import shutil
import signal
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import incremental_data as data
import pytest
from dbt.cli.main import dbtRunner

REPOSITORY = Path(__file__).resolve().parents[2]
SCHEMAS = ("ml_monitor", "ml_monitor_internal")
# What a build had to do, not what it found: these differ by design.
NOT_COMPARED = {
    "ml_monitor_internal.int_ml_days_touched",
    "ml_monitor_internal.int_ml_dirty_days",
    "ml_monitor_internal.int_ml_dirty_windows",
    "ml_monitor_internal.int_ml_dirty_comparisons",
    "ml_monitor_internal.int_ml_dirty_known_windows",
    "ml_monitor_internal.int_ml_drift_due",
    "ml_monitor_internal.int_ml_exact_windows",
    "ml_monitor_internal.int_ml_exact_days",
    "ml_monitor_internal.int_ml_references_due",
    "ml_monitor_internal.int_ml_values_counted",
}
TOLERANCE = 1e-12
Row = tuple[Any, ...]
Rows = list[Row]


def _run_dbt(arguments: list[str], log: Path, environment: dict[str, str]) -> None:
    """Run a dbt command in this process, as leader of a process group of its own."""
    os.environ.update(environment)
    os.setsid()
    with log.open("w", buffering=1) as output, contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
        result = dbtRunner().invoke(arguments)
        print(result.exception or "")
    sys.exit(0 if result.success else 1)


class Workshop:
    """One DuckDB file that dbt builds into, and copies of it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / "work.duckdb"
        self.log = folder / "output.txt"

    def _start_dbt(self, command: str, variables: dict[str, Any], *options: str) -> multiprocessing.process.BaseProcess:
        """Start dbt in a process of its own, which frees the file at its end.

        From a fork server, which has dbt imported (saves seconds) and no threads: a fork of this process, in which
        DuckDB's threads run by now, waits for ever.
        """
        arguments = [
            "--no-use-colors", command, "--vars", json.dumps(variables), "--project-dir", str(REPOSITORY),
            "--profiles-dir", str(REPOSITORY), "--target-path", str(self.folder / "target"),
            "--log-path", str(self.folder / "logs"), "--log-level-file", "none", "--threads", "1", *options,
        ]  # fmt: skip
        self.log.write_text("")
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["dbt.cli.main", "dbt.adapters.duckdb"])
        # The server keeps the environment in which it began, which may be that of another module's warehouse.
        environment = {name: value for name, value in os.environ.items() if name.startswith("ML_MONITOR_")}
        process = context.Process(target=_run_dbt, args=(arguments, self.log, environment))
        process.start()
        return process

    def dbt(self, command: str, variables: dict[str, Any], *options: str) -> None:
        """Run a dbt command to its end; its output is the message of a failure."""
        process = self._start_dbt(command, variables, *options)
        process.join()
        assert process.exitcode == 0, self.log.read_text()

    def killed_build(self, variables: dict[str, Any], after: str) -> None:
        """Start a build and kill its process group as soon as it says that a model is done."""
        process = self._start_dbt("run", variables)
        while process.is_alive() and not re.search(rf" OK created .*\.{after} ", self.log.read_text()):
            time.sleep(0.002)
        if process.is_alive():
            os.killpg(process.pid, signal.SIGKILL)
        process.join()
        assert process.exitcode == -signal.SIGKILL, self.log.read_text()

    def start(self, copy: Path) -> None:
        """Go on from a kept copy."""
        self.path.unlink(missing_ok=True)
        self.path.with_suffix(".duckdb.wal").unlink(missing_ok=True)
        shutil.copyfile(copy, self.path)

    def keep(self, name: str) -> Path:
        """Keep a copy of the warehouse as it is."""
        with data.connect(self.path) as connection:
            connection.execute("checkpoint")
        return Path(shutil.copyfile(self.path, self.folder / f"{name}.duckdb"))


def query(path: Path, statement: str) -> Rows:
    """Return the rows of a query on a kept warehouse."""
    with data.connect(path, read_only=True) as connection:
        return connection.execute(statement).fetchall()


def dirty_days(path: Path, condition: str = "true") -> dict[str, set[int]]:
    """Return the day numbers that the last build replaced, for each log, where a condition holds."""
    found: dict[str, set[int]] = {data.BOOKINGS: set(), data.DEMAND: set()}
    statement = f"select log_name, dirty_date from ml_monitor_internal.int_ml_dirty_days where {condition}"
    for log_name, dirty_date in query(path, statement):
        found[log_name].add((dirty_date - data.FIRST_DATE).days)
    return found


def table_columns(connection: duckdb.DuckDBPyConnection, catalog: str) -> dict[str, list[tuple[str, str]]]:
    """Return the columns of every table that is compared."""
    found: dict[str, list[tuple[str, str]]] = {}
    rows = connection.execute(
        "select schema_name || '.' || table_name, column_name, data_type from duckdb_columns() as columns "
        "inner join duckdb_tables() as tables using (database_name, schema_name, table_name) "
        "where database_name = ? and schema_name in ? order by column_index",
        [catalog, list(SCHEMAS)],
    ).fetchall()
    for table, column, data_type in rows:
        if table not in NOT_COMPARED:
            found.setdefault(table, []).append((column, data_type))
    return found


def split(row: Row) -> tuple[str, list[float]]:
    """Return what must be equal in a row, and its doubles."""
    exact = [value for value in row if not isinstance(value, float)]
    return repr(exact), [value for value in row if isinstance(value, float)]


def unmatched(rows: Rows, others: Rows) -> Rows:
    """Return the rows that have no partner among the others, doubles compared to within the tolerance."""
    waiting: dict[str, list[list[float]]] = {}
    for row in others:
        exact, doubles = split(row)
        waiting.setdefault(exact, []).append(doubles)
    alone = []
    for row in rows:
        exact, doubles = split(row)
        for candidate in waiting.get(exact, []):
            pairs = zip(doubles, candidate, strict=True)
            if all(a == b or math.isclose(a, b, rel_tol=TOLERANCE, abs_tol=TOLERANCE) for a, b in pairs):
                waiting[exact].remove(candidate)
                break
        else:
            alone.append(row)
    return alone


def differences(left_path: Path, right_path: Path) -> dict[str, str]:
    """Return what differs between the tables of two warehouses: table -> what."""
    found: dict[str, str] = {}
    with contextlib.closing(duckdb.connect()) as connection:
        connection.execute(f"attach '{left_path}' as here (read_only); attach '{right_path}' as there (read_only)")
        here, there = table_columns(connection, "here"), table_columns(connection, "there")
        assert here, "nothing to compare"
        for table in sorted(here.keys() | there.keys()):
            if here.get(table) != there.get(table):
                found[table] = f"columns {here.get(table)} and {there.get(table)}"
                continue
            names = ", ".join(f'"{name}"' for name, _ in here[table])
            select = f"select {names} from {{}}.{table} except all select {names} from {{}}.{table}"
            only_here = connection.execute(select.format("here", "there")).fetchall()
            only_there = connection.execute(select.format("there", "here")).fetchall()
            for place, rows, others in (("here", only_here, only_there), ("there", only_there, only_here)):
                if alone := unmatched(rows, others):
                    found[f"{table}, only {place}"] = f"{len(alone)} rows, such as {min(alone, key=repr)}"
    return found


def assert_same(left: Path, right: Path) -> None:
    """Fail with a line for each table that differs."""
    found = differences(left, right)
    assert not found, "\n".join(f"{table}: {what}" for table, what in found.items())


# The builds, each kept as a file ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory):
    """Return an empty workshop; dbt finds its file by the environment."""
    workshop = Workshop(tmp_path_factory.mktemp("incremental"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ML_MONITOR_DUCKDB_PATH", str(workshop.path))
        patch.setenv("ML_MONITOR_TARGET", "duckdb")
        patch.setenv("ML_MONITOR_SCHEMA", SCHEMAS[0])
        yield workshop


@pytest.fixture(scope="module")
def seeded(workshop: Workshop) -> Path:
    workshop.dbt("seed", data.declaration())
    return workshop.keep("seeded")


@pytest.fixture(scope="module")
def fresh(workshop: Workshop, seeded: Path) -> Callable[..., Path]:
    """Return a function that builds the raw tables of a warehouse in a new file."""

    def build(like: Path, name: str, variables: dict[str, Any], *, and_bins: bool = False) -> Path:
        workshop.start(seeded)
        data.copy_raw_tables(like, workshop.path, and_bins=and_bins)
        data.copy_policy(like, workshop.path)
        workshop.dbt("run", variables)
        return workshop.keep(name)

    return build


@pytest.fixture(scope="module")
def incremental(workshop: Workshop) -> Callable[..., Path]:
    """Return a function that changes the raw tables of a built warehouse and builds it again."""

    def build(start: Path, name: str, variables: dict[str, Any], *changes: Callable[[Path], None]) -> Path:
        workshop.start(start)
        for change in changes:
            change(workshop.path)
        workshop.dbt("run", variables)
        return workshop.keep(name)

    return build


@pytest.fixture(scope="module")
def first_build(workshop: Workshop, seeded: Path) -> Path:
    workshop.start(seeded)
    data.write_raw_tables(workshop.path)
    workshop.dbt("run", data.declaration())
    return workshop.keep("first_build")


@pytest.fixture(scope="module")
def new_day_build(first_build: Path, incremental: Callable[..., Path]) -> Path:
    return incremental(first_build, "new_day_build", data.declaration(), data.add_new_day)


@pytest.fixture(scope="module")
def changed_build(new_day_build: Path, incremental: Callable[..., Path]) -> Path:
    return incremental(new_day_build, "changed_build", data.declaration(), data.change_history)


@pytest.fixture(scope="module")
def changed_fresh(changed_build: Path, fresh: Callable[..., Path]) -> Path:
    return fresh(changed_build, "changed_fresh", data.declaration())


# Bad rows -----------------------------------------------------------------------------------------------------------


def rejections(path: Path) -> dict[tuple[str, ...], int]:
    """Return how many rows were left out: (log, source, status, reason) -> rows."""
    rows = query(path, """
        select log_name, source_name, row_status, reject_reason, count(*)
        from ml_monitor.fct_ml_rejected_rows group by all
    """)  # fmt: skip
    return {row[:4]: row[4] for row in rows}


def test_bad_rows_are_counted_each_with_its_reason(first_build: Path) -> None:
    assert rejections(first_build) == data.EXPECTED_REJECTIONS


@pytest.mark.parametrize("build", ["first_build", "new_day_build", "changed_build"])
def test_raw_rows_add_up(build: str, request: pytest.FixtureRequest) -> None:
    """Each raw row is accepted or left out, and none twice."""
    path = request.getfixturevalue(build)
    for log_name, predictions, outcomes in (
        (data.BOOKINGS, "hotel_cancellations.raw_predictions", "hotel_cancellations.raw_outcomes"),
        (data.DEMAND, "online_retail_demand.raw_predictions", "online_retail_demand.raw_outcomes"),
    ):
        [(raw_predictions, raw_outcomes, accepted, matched, left_predictions, left_outcomes)] = query(path, f"""
            select
                (select count(*) from {predictions}),
                (select count(*) from {outcomes}),
                (select count(*) from ml_monitor.fct_ml_predictions where log_name = '{log_name}'),
                (
                    select count(distinct prediction_id) from ml_monitor.fct_ml_predictions
                    where log_name = '{log_name}' and observed_at is not null
                ),
                count(*) filter (where source_name = 'predictions'),
                count(*) filter (where source_name = 'outcomes')
            from ml_monitor.fct_ml_rejected_rows where log_name = '{log_name}'
        """)  # fmt: skip
        assert raw_predictions == accepted + left_predictions
        assert raw_outcomes == matched + left_outcomes


def test_rejected_rows_keep_what_they_held(first_build: Path) -> None:
    rows = query(first_build, """
        select reject_reason, raw_values from ml_monitor.fct_ml_rejected_rows
        where prediction_id in ('bad-score-0', 'bad-time-2') order by prediction_id
    """)  # fmt: skip
    assert [reason for reason, _ in rows] == ["unparsable_score", "unparsable_timestamp"]
    assert "probability=abc" in rows[0][1]
    assert "predicted_at=yesterday" in rows[1][1]


def test_text_is_read_as_what_it_says(first_build: Path) -> None:
    """Moments and numbers of demand, and the probability of bookings, are text."""
    [(score, predicted_at, actual)] = query(first_build, f"""
        select
            (select score from ml_monitor.fct_ml_predictions where prediction_id = '{data.booking(3, 4)}'),
            predicted_at, actual_value
        from ml_monitor.fct_ml_predictions where prediction_id = '{data.forecast(3, 4)}'
    """)  # fmt: skip
    [(raw_score, raw_actual)] = query(first_build, f"""
        select probability, (
            select actual from online_retail_demand.raw_outcomes where prediction_id = '{data.forecast(3, 4)}'
        )
        from hotel_cancellations.raw_predictions where booking_id = '{data.booking(3, 4)}'
    """)  # fmt: skip
    assert (score, predicted_at, actual) == (float(raw_score), data.moment(3, 6, 28), float(raw_actual))


# The order of the models --------------------------------------------------------------------------------------------


def test_a_build_is_finished_when_all_is_replaced(workshop: Workshop, first_build: Path) -> None:
    """A model that is replaced by day must be done before int_ml_days_built says that the build is."""
    manifest = json.loads((workshop.folder / "target" / "manifest.json").read_text())
    waiting, above = ["model.ml_monitor.int_ml_days_built"], set()
    while waiting:
        parents = set(manifest["parent_map"][waiting.pop()]) - above
        above |= parents
        waiting += [parent for parent in parents if parent in manifest["parent_map"]]
    replaced = {
        key
        for key, node in manifest["nodes"].items()
        if node["resource_type"] == "model" and any("clear_dirty" in hook["sql"] for hook in node["config"]["pre-hook"])
    }
    assert len(replaced) > 10
    assert replaced <= above


# Builds on builds ---------------------------------------------------------------------------------------------------


def test_second_build_changes_nothing(first_build: Path, incremental: Callable[..., Path]) -> None:
    again = incremental(first_build, "second_build", data.declaration())
    assert dirty_days(again) == {data.BOOKINGS: set(), data.DEMAND: set()}
    for due in ("int_ml_dirty_windows", "int_ml_drift_due"):
        assert query(again, f"select count(*) from ml_monitor_internal.{due}") == [(0,)]
    assert_same(first_build, again)


def test_new_day_touches_no_other(new_day_build: Path) -> None:
    assert dirty_days(new_day_build) == {data.BOOKINGS: {data.NEW_DAY}, data.DEMAND: {data.NEW_DAY}}


def test_late_outcomes_touch_the_days_of_their_predictions(workshop: Workshop, new_day_build: Path) -> None:
    workshop.start(new_day_build)
    data.add_late_outcomes(workshop.path)
    data.change_feature(workshop.path)
    workshop.dbt("run", data.declaration(), "--select", "+int_ml_dirty_days")
    assert dirty_days(workshop.path) == {data.BOOKINGS: {*data.LATE_DAYS, data.NEW_DAY}, data.DEMAND: {27}}
    assert dirty_days(workshop.path, "has_changed_rows") == {data.BOOKINGS: set(), data.DEMAND: {27}}
    assert dirty_days(workshop.path, "has_changed_values") == {data.BOOKINGS: set(), data.DEMAND: {27}}


def test_changed_history_is_as_if_built_anew(changed_build: Path, changed_fresh: Path) -> None:
    dirty = dirty_days(changed_build)
    for log_name, changed in data.CHANGED_DAYS.items():
        assert changed <= dirty[log_name]
        assert min(dirty[log_name]) >= data.REFERENCE_DAYS
    assert_same(changed_build, changed_fresh)


def test_changed_history_lands_where_it_belongs(changed_build: Path) -> None:
    """A few of the changes, looked at by hand, so that an error common to both kinds of build shows."""
    accepted = dict(query(changed_build, """
        select prediction_id, cast(predicted_at as varchar) || ' ' || coalesce(cast(actual_value as varchar), '-')
        from ml_monitor.fct_ml_predictions where model_version = '1'
    """))  # fmt: skip
    assert data.booking(21, 35) not in accepted
    assert accepted["late-booking"] == f"{data.moment(28, 17, 30)} 1.0"
    assert accepted[data.booking(26, 33)].endswith(" -")
    assert accepted[data.forecast(20, 12)].endswith(" 3.5")
    assert accepted[data.booking(16, 21)] == f"{data.moment(19, 17, 30)} -"
    left = query(changed_build, f"""
        select prediction_id, reject_reason from ml_monitor.fct_ml_rejected_rows
        where prediction_id in (
            '{data.booking(21, 35)}', '{data.booking(16, 21)}', '{data.booking(15, 30)}', '{data.booking(15, 31)}',
            '{data.booking(22, 6)}', '{data.forecast(28, 5)}', 'late-booking'
        )
        order by prediction_id
    """)  # fmt: skip
    assert left == [
        (data.booking(15, 30), "duplicate_identical"),
        (data.booking(15, 31), "duplicate_conflicting"),
        (data.booking(16, 21), "observed_before_prediction"),
        (data.booking(21, 35), "no_prediction"),
        (data.booking(22, 6), "newer_outcome"),
    ]


def test_reference_bins_stay_frozen(
    changed_build: Path, incremental: Callable[..., Path], fresh: Callable[..., Path]
) -> None:
    """A day of bookings' reference changes, demand gets an earlier first day, and the newest day is rolled back."""
    variables = data.declaration()
    changes = (data.change_reference_day, data.add_earlier_day, data.remove_last_day)
    built = incremental(changed_build, "reference_build", variables, *changes)
    assert_same(built, fresh(built, "reference_fresh", variables, and_bins=True))
    frozen = "select * from ml_monitor_internal.{} where log_name = 'bookings' order by all"
    for table in ("int_ml_bin_edges", "int_ml_reference_quantiles", "int_ml_reference_categories", "int_ml_reference_splits"):
        assert query(built, frozen.format(table)) == query(changed_build, frozen.format(table))
    unseen = """
        select sum(reference_count) from ml_monitor.fct_ml_drift_bins
        where log_name = 'bookings' and feature_name = 'deposit_type' and bin_kind = 'unseen' and granularity = 'month'
    """
    assert query(changed_build, unseen) == [(None,)]
    [(unseen_count,)] = query(built, unseen)
    assert unseen_count > 0


def test_excluded_reference_days_are_as_if_built_anew(
    changed_build: Path, incremental: Callable[..., Path], fresh: Callable[..., Path]
) -> None:
    """Policy takes two days out of the references; the bins stay, all that is compared with them changes."""
    variables = data.declaration()
    built = incremental(changed_build, "excluded_build", variables, data.exclude_reference_days)
    assert dirty_days(built) == {data.BOOKINGS: set(), data.DEMAND: set()}
    assert_same(built, fresh(built, "excluded_fresh", variables, and_bins=True))
    rows = "select sum(reference_count) from ml_monitor.fct_ml_drift where metric_name = 'psi' and baseline_name = 'reference'"
    assert query(built, rows) < query(changed_build, rows)


def test_changed_thresholds_reach_every_verdict(
    changed_build: Path, incremental: Callable[..., Path], fresh: Callable[..., Path]
) -> None:
    """No window is dirty; the verdicts of one model are made anew, those of the other stay."""
    variables = data.declaration()
    built = incremental(changed_build, "thresholds_build", variables, data.lower_thresholds)
    assert dirty_days(built) == {data.BOOKINGS: set(), data.DEMAND: set()}
    assert_same(built, fresh(built, "thresholds_fresh", variables, and_bins=True))
    [[due_models]] = query(built, "select list(distinct model_id) from ml_monitor_internal.int_ml_drift_due")
    assert due_models == ["demand_model"]
    failed = "select count(*) from ml_monitor.fct_ml_drift where metric_name = 'psi' and status = 'fail'"
    assert query(built, failed) > query(changed_build, failed)


# Killed builds ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("last_model", ["fct_ml_predictions", "int_ml_window_bins", "fct_ml_drift"])
def test_killed_build_is_repaired(
    last_model: str, workshop: Workshop, new_day_build: Path, changed_fresh: Path
) -> None:
    variables = data.declaration()
    workshop.start(new_day_build)
    data.change_history(workshop.path)
    workshop.killed_build(variables, after=last_model)
    unfinished = workshop.keep(f"killed_after_{last_model}")
    assert differences(unfinished, new_day_build), "the kill came before anything was written"
    assert differences(unfinished, changed_fresh), "the kill came too late"
    workshop.dbt("run", variables)
    assert_same(workshop.keep(f"repaired_after_{last_model}"), changed_fresh)


def test_killed_first_build_is_repaired(
    workshop: Workshop, seeded: Path, changed_build: Path, changed_fresh: Path
) -> None:
    """The raw tables change between the kill and the second build, too."""
    variables = data.declaration()
    workshop.start(seeded)
    data.write_raw_tables(workshop.path)
    with data.connect(workshop.path) as connection:
        connection.execute(
            "insert into online_retail_demand.raw_predictions values ('regression', 'gone', '2026-01-01', '5', 1, 9)"
        )
    workshop.killed_build(variables, after="int_ml_predictions_counted")
    data.copy_raw_tables(changed_build, workshop.path)
    workshop.dbt("run", variables)
    assert_same(workshop.keep("repaired_first_build"), changed_fresh)


# Other settings: they make dbt parse anew, so they come last ----------------------------------------------------------


@pytest.fixture(scope="module")
def later_build(changed_build: Path, incremental: Callable[..., Path]) -> Path:
    return incremental(changed_build, "later_build", data.declaration(data.LATER_AS_OF))


def test_moved_as_of_is_as_if_built_anew(later_build: Path, fresh: Callable[..., Path]) -> None:
    assert_same(later_build, fresh(later_build, "later_fresh", data.declaration(data.LATER_AS_OF)))


def test_future_rows_become_valid(changed_build: Path, later_build: Path) -> None:
    future = "where reject_reason = 'timestamp_in_future'"
    [(waiting,)] = query(changed_build, f"select count(*) from ml_monitor.fct_ml_rejected_rows {future}")
    assert waiting == 14
    assert query(later_build, f"select count(*) from ml_monitor.fct_ml_rejected_rows {future}") == [(0,)]
    come = query(later_build, """
        select log_name, model_version, predicted_date, count(*) from ml_monitor.fct_ml_predictions
        where prediction_id like 'future-%' group by all order by all
    """)  # fmt: skip
    day = data.day_date(data.FUTURE_DAY)
    assert come == [("bookings", "1", day, 2), ("bookings", "2", day, 2), ("demand", "1", day, 6)]
    dirty = dirty_days(later_build)
    assert data.FUTURE_DAY in dirty[data.BOOKINGS] & dirty[data.DEMAND]
    assert {30, 31, 35} <= dirty[data.BOOKINGS]
    assert 22 in dirty[data.DEMAND]
    assert not {*range(data.REFERENCE_DAYS)} & (dirty[data.BOOKINGS] | dirty[data.DEMAND])


def test_second_version_gets_its_reference(changed_build: Path, later_build: Path) -> None:
    """No baseline at first; once its reference is complete, its bins are frozen and all its days counted."""
    statement = """
        select count(distinct window_start) filter (where status_reason = 'no_baseline'), count(distinct bin_version)
        from ml_monitor.fct_ml_drift where model_id = 'cancellation' and model_version = '2' and granularity = 'day'
            and baseline_name = 'reference'
    """
    days = data.NEW_DAY - data.SECOND_VERSION_DAY + 1
    assert query(changed_build, statement) == [(days, 0)]
    assert query(later_build, statement) == [(0, 1)]
    counted = query(later_build, """
        select distinct predicted_date from ml_monitor_internal.int_ml_score_bins_counted
        where log_name = 'bookings' and model_version = '2' order by all
    """)  # fmt: skip
    expected = [*range(data.SECOND_VERSION_DAY, data.NEW_DAY + 1), data.FUTURE_DAY]
    assert counted == [(data.day_date(day),) for day in expected]


def all_days(path: Path, log_name: str) -> set[date]:
    """Return every day of a log that has an accepted prediction."""
    statement = "select distinct predicted_date from ml_monitor.fct_ml_predictions where log_name = '{}'"
    return {day for (day,) in query(path, statement.format(log_name))}


def test_changed_declaration_rebuilds_its_log(
    changed_build: Path, incremental: Callable[..., Path], fresh: Callable[..., Path]
) -> None:
    variables = data.declaration(more_slices=True, more_features=True, label_threshold=0.45)
    built = incremental(changed_build, "redeclared_build", variables)
    dirty = dirty_days(built)
    assert {data.day_date(day) for day in dirty[data.BOOKINGS]} >= all_days(built, data.BOOKINGS)
    assert dirty[data.DEMAND] == set()
    assert_same(built, fresh(built, "redeclared_fresh", variables))
    bins = "select count(*) from ml_monitor.fct_ml_drift_bins where feature_name = 'adr' or slice_key = 'hotel'"
    assert query(changed_build, bins) == [(0,)]
    assert query(built, bins) != [(0,)]


def test_undeclared_log_takes_its_models_along(
    changed_build: Path, incremental: Callable[..., Path], fresh: Callable[..., Path]
) -> None:
    """Tables of tasks that nothing has any more are dropped: a day that vanishes meanwhile would come back with them."""
    without = incremental(changed_build, "undeclared_build", data.declaration(with_demand=False))
    tables = {name for (name,) in query(without, "select table_name from duckdb_tables()")}
    assert "int_ml_binary_outcomes_counted" in tables
    assert not [name for name in tables if name.startswith(("int_ml_regression", "int_ml_request", "int_ml_confusion"))]
    of_demand = "select count(*) from ml_monitor.fct_ml_performance where model_id = 'demand_model'"
    assert query(without, of_demand) == [(0,)]
    assert query(changed_build, of_demand) != [(0,)]

    def lose_a_day(path: Path) -> None:
        with data.connect(path) as connection:
            lost = f"where predicted_at like '{data.day_date(20)}%'"
            [(count,)] = connection.execute(f"select count(*) from online_retail_demand.raw_predictions {lost}").fetchall()
            assert count > 0
            connection.execute(f"delete from online_retail_demand.raw_predictions {lost}")

    again = incremental(without, "declared_again", data.declaration(), lose_a_day)
    assert query(again, of_demand) != [(0,)]
    assert_same(again, fresh(again, "declared_again_fresh", data.declaration()))
