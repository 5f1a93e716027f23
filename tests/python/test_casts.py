"""try_cast on DuckDB and PostgreSQL: texts that are no value give null on both, never an error."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))
from macro_renderer import MacroRenderer  # noqa: E402

Cast = Callable[[str, str], Any]

FLOATS = {
    "1.5": 1.5, " -2 ": -2.0, ".5": 0.5, "7.": 7.0, "1e3": 1000.0, "1e308": 1e308, "1e-310": 1e-310, "1e400": math.inf,
    "-1e400": -math.inf, "9" * 400: math.inf, "1e-400": 0.0, "inf": math.inf, "-Infinity": -math.inf, "abc": None, "": None,
    "1,5": None, "0x10": None, "1e": None, "--1": None,
}  # fmt: skip
INTEGERS = {"3": 3, "-4": -4, "5.0": 5, "12a": None, "": None, "99999999999999999999": None}
TIMESTAMPS = {
    "2024-01-31": datetime(2024, 1, 31), "2024-02-29 10:20": datetime(2024, 2, 29, 10, 20),
    "2000-02-29": datetime(2000, 2, 29), "2024-03-01T10:20:30.5": datetime(2024, 3, 1, 10, 20, 30, 500_000),
    "2024-01-01 24:00:00": datetime(2024, 1, 2), "2023-02-29": None, "1900-02-29": None, "2024-02-30": None,
    "2024-04-31": None, "2024-11-31": None, "2024-13-01": None, "2024-00-10": None, "2024-01-01 25:00:00": None,
    "yesterday": None, "": None,
}  # fmt: skip


@pytest.fixture(scope="module", params=["duckdb", "postgres"])
def cast(request: pytest.FixtureRequest) -> Cast:
    """The value of a text as a kind, on one engine."""
    renderer = MacroRenderer(request.param)
    if request.param == "duckdb":
        cursor = duckdb.connect()
    else:
        import psycopg2

        place = request.getfixturevalue("postgres")
        names = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD", "dbname": "PGDATABASE"}
        cursor = psycopg2.connect(**{key: place.get(name) for key, name in names.items()}).cursor()

    def value(text: str, kind: str) -> Any:
        statement = renderer.render("select {{ ml_monitor.try_cast('raw_text', '" + kind + "') }} from (select ")
        cursor.execute(f"{statement} '{text}' as raw_text) as raw_rows")
        return cursor.fetchone()[0]

    return value


@pytest.mark.parametrize("text", FLOATS, ids=lambda text: text[:12] or "empty")
def test_floats(text: str, cast: Cast) -> None:
    assert cast(text, "float") == FLOATS[text]


def test_not_a_number(cast: Cast) -> None:
    assert math.isnan(cast("NaN", "float"))


@pytest.mark.parametrize("text", INTEGERS, ids=lambda text: text or "empty")
def test_integers(text: str, cast: Cast) -> None:
    assert cast(text, "integer") == INTEGERS[text]


@pytest.mark.parametrize("text", TIMESTAMPS, ids=lambda text: text or "empty")
def test_timestamps(text: str, cast: Cast) -> None:
    assert cast(text, "timestamp") == TIMESTAMPS[text]


@pytest.mark.parametrize("text", ["0000-01-01", "2024-01-01 10:00+25:00"])
def test_timestamps_that_only_one_engine_reads_are_no_error(text: str, cast: Cast) -> None:
    cast(text, "timestamp")
