"""Load tables into the warehouse: DuckDB (a file) or PostgreSQL (a server).

One public function, `load_tables`, used by the demo and by the loader of the sample data. Rules it keeps:

- all tables of a call are dropped and recreated in one transaction: a reader sees the old tables or the new ones;
- timestamps arrive as plain `timestamp` (no zone); a zoned column is converted to UTC first;
- a missing value is SQL null. In a pandas frame NaN, NaT and None are missing. A pyarrow table says for itself: its
  nulls become null, a NaN in it stays a floating-point NaN (use `nan_to_null` where NaN means missing).
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pandas as pd
import psycopg2
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

TARGETS = ("duckdb", "postgres")
DUCKDB_PATH_VARIABLE = "ML_MONITOR_DUCKDB_PATH"
DUCKDB_DEFAULT_PATH = "ml_monitor.duckdb"
# Files written by DuckDB 2.x stay readable for 1.4 readers (BI drivers) only with this setting.
DUCKDB_CONFIG = {"storage_compatibility_version": "v1.4.0"}

_IDENTIFIER = re.compile(r"[a-z_][a-z0-9_]{0,62}")
_COPY_BATCH_ROWS = 100_000


class WarehouseError(RuntimeError):
    """The warehouse cannot be reached or written; the message says what to do next."""


def duckdb_path() -> Path:
    """Return the DuckDB file: environment variable ML_MONITOR_DUCKDB_PATH, else ml_monitor.duckdb in the cwd."""
    return Path(os.environ.get(DUCKDB_PATH_VARIABLE) or DUCKDB_DEFAULT_PATH)


def connect_duckdb(path: Path) -> duckdb.DuckDBPyConnection:
    """Open (or create) a DuckDB file for writing, in a format 1.4 readers understand where this version can.

    Raises WarehouseError when the file is locked by another process or its folder cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        try:
            return duckdb.connect(str(path), config=DUCKDB_CONFIG)
        except (duckdb.InvalidInputException, duckdb.CatalogException):
            return duckdb.connect(str(path))  # a DuckDB that does not know the setting or the version in it
    except duckdb.IOException as error:
        raise WarehouseError(
            f"cannot open {path} for writing: {error}\nClose the other connection (BI tool, notebook, dbt) and run "
            f"again, or point {DUCKDB_PATH_VARIABLE} to another file."
        ) from error


def nan_to_null(table: pa.Table) -> pa.Table:
    """Return the table with every floating-point NaN replaced by null."""
    for position, field in enumerate(table.schema):
        if pa.types.is_floating(field.type):
            column = table.column(position)
            column = pc.if_else(pc.is_nan(column), pa.scalar(None, field.type), column)
            table = table.set_column(position, field.name, column)
    return table


def load_tables(tables: Mapping[str, pd.DataFrame | pa.Table], schema: str, target: str) -> dict[str, int]:
    """Drop and recreate `schema.<name>` for each entry of `tables`, in one transaction.

    Tables of the schema that are not named stay as they are. On PostgreSQL the drop cascades to views over the
    table (the next `dbt build` makes them again). Returns the number of rows of each table.

    Raises ValueError for an unknown target or a name that would need quoting, WarehouseError for the rest.
    """
    if target not in TARGETS:
        raise ValueError(f"unknown target {target!r}: use one of {', '.join(TARGETS)}")
    ready: dict[str, pa.Table] = {}
    for name, table in tables.items():
        arrow = table if isinstance(table, pa.Table) else pa.Table.from_pandas(table, preserve_index=False)
        for identifier in (schema, name, *arrow.column_names):
            if not _IDENTIFIER.fullmatch(identifier):
                raise ValueError(f"{identifier!r} is not a plain lower-case SQL name of at most 63 characters")
        ready[name] = _plain_types(arrow)
    if target == "duckdb":
        _load_duckdb(ready, schema)
    else:
        _load_postgres(ready, schema)
    return {name: table.num_rows for name, table in ready.items()}


def _plain_types(table: pa.Table) -> pa.Table:
    """Reduce arrow types to those with one obvious SQL type; zoned timestamps become naive UTC."""
    fields, columns = [], []
    for field, column in zip(table.schema, table.columns, strict=True):
        wanted = _plain_type(field)
        if pa.types.is_timestamp(field.type):  # UTC instants, then without the zone; finer than 1 us is cut off
            column = column.cast(pa.timestamp("us", field.type.tz), safe=False).cast(pa.timestamp("us"))
        columns.append(column if column.type == wanted else column.cast(wanted))
        fields.append(pa.field(field.name, wanted))
    return pa.Table.from_arrays(columns, schema=pa.schema(fields))


def _plain_type(field: pa.Field) -> pa.DataType:
    kind = field.type.value_type if pa.types.is_dictionary(field.type) else field.type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return pa.string()
    if pa.types.is_boolean(kind):
        return pa.bool_()
    if pa.types.is_integer(kind):
        return pa.int32() if kind.bit_width < 32 or kind == pa.int32() else pa.int64()
    if pa.types.is_floating(kind):
        return pa.float64()
    if pa.types.is_timestamp(kind):
        return pa.timestamp("us")
    if pa.types.is_date(kind):
        return pa.date32()
    raise ValueError(f"column {field.name!r} has type {kind}: cast it to text, number, boolean, date or timestamp")


_SQL_TYPES = {
    pa.string(): "text",
    pa.bool_(): "boolean",
    pa.int32(): "integer",
    pa.int64(): "bigint",
    pa.float64(): "double precision",
    pa.timestamp("us"): "timestamp",
    pa.date32(): "date",
}


def _column_list(table: pa.Table) -> str:
    return ", ".join(f"{field.name} {_SQL_TYPES[field.type]}" for field in table.schema)


def _load_duckdb(tables: Mapping[str, pa.Table], schema: str) -> None:
    connection = connect_duckdb(duckdb_path())
    try:
        # With the database's name in front, a file may be called like the schema (demo_raw.duckdb).
        database = connection.execute("select current_database()").fetchone()[0].replace('"', '""')
        schema_path = f'"{database}".{schema}'
        connection.execute("begin transaction")
        connection.execute(f"create schema if not exists {schema_path}")
        for name, table in tables.items():
            connection.execute(f"drop table if exists {schema_path}.{name}")
            connection.execute(f"create table {schema_path}.{name} ({_column_list(table)})")
            connection.register("incoming_rows", table)
            connection.execute(f"insert into {schema_path}.{name} select * from incoming_rows")
            connection.unregister("incoming_rows")
        connection.execute("commit")
    except duckdb.Error as error:
        raise WarehouseError(f"loading schema {schema} into {duckdb_path()} failed: {error}") from error
    finally:
        connection.close()  # without a commit the file keeps its former tables


@contextmanager
def _postgres_connection() -> Iterator[psycopg2.extensions.connection]:
    try:
        connection = psycopg2.connect("", application_name="ml_monitor_loader")  # libpq reads PGHOST, PGUSER, ...
    except psycopg2.OperationalError as error:
        raise WarehouseError(
            f"cannot connect to PostgreSQL: {error}Set PGHOST, PGPORT, PGUSER, PGPASSWORD, PGDATABASE and run again."
        ) from error
    try:
        with connection:
            yield connection
    finally:
        connection.close()


def _load_postgres(tables: Mapping[str, pa.Table], schema: str) -> None:
    try:
        with _postgres_connection() as connection, connection.cursor() as cursor:
            cursor.execute(f"create schema if not exists {schema}")
            for name, table in tables.items():
                cursor.execute(f"drop table if exists {schema}.{name} cascade")
                cursor.execute(f"create table {schema}.{name} ({_column_list(table)})")
                for first in range(0, table.num_rows, _COPY_BATCH_ROWS):
                    _copy_rows(cursor, f"{schema}.{name}", table.slice(first, _COPY_BATCH_ROWS))
                cursor.execute(f"analyze {schema}.{name}")
    except psycopg2.Error as error:
        raise WarehouseError(f"loading schema {schema} into PostgreSQL failed: {error}") from error


def _copy_rows(cursor: psycopg2.extensions.cursor, relation: str, rows: pa.Table) -> None:
    """COPY rows as CSV: null is an unquoted empty field, an empty string a quoted one, doubles round-trip."""
    with tempfile.TemporaryFile() as buffer:
        pa_csv.write_csv(rows, buffer, pa_csv.WriteOptions(include_header=False))
        buffer.seek(0)
        cursor.copy_expert(f"copy {relation} from stdin with (format csv, null '', encoding 'utf8')", buffer)
