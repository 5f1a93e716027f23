"""Read the marts from the warehouse: DuckDB (a file) or PostgreSQL (a server). Nothing is ever written.

    with open_marts("duckdb") as marts:
        for row in marts.rows("select * from {marts}.rpt_ml_model_health"):
            print(row["health_sentence"])

`{marts}` in a statement stands for the schema of the marts: environment variable ML_MONITOR_SCHEMA, else ml_monitor.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import psycopg2

from scripts.lib.warehouse import DUCKDB_PATH_VARIABLE, TARGETS, WarehouseError, duckdb_path

SCHEMA_VARIABLE = "ML_MONITOR_SCHEMA"
DEFAULT_SCHEMA = "ml_monitor"
_CATALOG = "warehouse"
FIRST_STEP = "Run 'make demo' first"

Row = Mapping[str, Any]

_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,62}")


def marts_schema() -> str:
    """Return the schema of the marts. Raises WarehouseError where the variable holds no plain SQL name."""
    schema = os.environ.get(SCHEMA_VARIABLE) or DEFAULT_SCHEMA
    if not _IDENTIFIER.fullmatch(schema):
        raise WarehouseError(f"{SCHEMA_VARIABLE} is {schema!r}, which is not a plain SQL name")
    return schema


class Marts:
    """An open warehouse to read from. Made by `open_marts`."""

    def __init__(self, connection: Any, schema: str, place: str) -> None:
        self._connection = connection
        self.schema = schema
        self.place = place
        """Where the marts are, for people: a path, or a server and database."""

    def rows(self, statement: str) -> list[Row]:
        """Return the rows of a select, a mapping each. `{marts}` is the schema. Raises WarehouseError."""
        try:
            cursor = self._connection.cursor()
            if isinstance(cursor, duckdb.DuckDBPyConnection):
                cursor.execute(f"use {_CATALOG}")  # a new cursor starts outside of the attached file
            cursor.execute(statement.replace("{marts}", self.schema))
            names = [column[0] for column in cursor.description]
            return [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]
        except (duckdb.Error, psycopg2.Error) as error:
            raise WarehouseError(
                f"{self.place} cannot be read: {error}\nThe marts may be older than this command: build them again."
            ) from error

    def tables(self, schema: str | None = None) -> set[str]:
        """Return the names of the tables and views in a schema, that of the marts unless named."""
        wanted = schema or self.schema
        if not _IDENTIFIER.fullmatch(wanted):
            raise ValueError(f"{wanted!r} is not a plain SQL name")
        found = self.rows(f"select table_name from information_schema.tables where table_schema = '{wanted}'")
        return {str(row["table_name"]) for row in found}

    def require(self, names: Sequence[str]) -> None:
        """Raise WarehouseError, with what to do, unless all these marts are there."""
        missing = sorted(set(names) - self.tables())
        if missing:
            raise WarehouseError(
                f"{self.place} has no {', '.join(missing)} in schema {self.schema}. {FIRST_STEP} (or 'dbt build' for "
                f"your own models). Where the schema has another name, set {SCHEMA_VARIABLE}."
            )


@contextmanager
def open_marts(target: str = "duckdb", database: Path | None = None) -> Iterator[Marts]:
    """Open the warehouse for reading. `database` is the DuckDB file (default: as dbt's profile has it).

    PostgreSQL is found by PGHOST, PGPORT, PGUSER, PGPASSWORD, PGDATABASE. Raises WarehouseError, with what to do,
    where there is no warehouse, and ValueError for an unknown target.
    """
    if target not in TARGETS:
        raise ValueError(f"unknown target {target!r}: use one of {', '.join(TARGETS)}")
    schema = marts_schema()
    if target == "duckdb":
        path = database or duckdb_path()
        connection, place = _open_duckdb(path), str(path)
    else:
        connection = _open_postgres()
        place = f"PostgreSQL database {connection.info.dbname}"
    try:
        yield Marts(connection, schema, place)
    finally:
        connection.close()


def _open_duckdb(path: Path) -> duckdb.DuckDBPyConnection:
    if not path.is_file():
        raise WarehouseError(
            f"there is no DuckDB file {path}. {FIRST_STEP}, or name the file with --database or {DUCKDB_PATH_VARIABLE}."
        )
    try:
        # Under another name: in a file called ml_monitor.duckdb the schema ml_monitor would be ambiguous.
        connection = duckdb.connect()
        quoted = str(path).replace("'", "''")
        connection.execute(f"attach '{quoted}' as {_CATALOG} (read_only)")
        return connection
    except duckdb.Error as error:
        raise WarehouseError(
            f"cannot open {path} for reading: {error}\nA build that is running locks the file: wait until it is done."
        ) from error


def _open_postgres() -> Any:
    try:
        connection = psycopg2.connect("", application_name="ml_monitor_reader")
    except psycopg2.Error as error:
        raise WarehouseError(
            f"cannot connect to PostgreSQL: {error}Set PGHOST, PGPORT, PGUSER, PGPASSWORD, PGDATABASE and run again."
        ) from error
    connection.set_session(readonly=True, autocommit=True)
    return connection
