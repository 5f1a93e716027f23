"""macros/statistics against scipy, on DuckDB and on Postgres (when a server can be started).

Tolerances are relative. TAIL is what the macros promise for normal tails; the others are stated beside each test. The
references are scipy's double precision routines; `python -m pytest -k mpmath` is not needed: the errors named in the macros'
headers were measured against 50-digit values, and the tests here hold scipy's own error too.
"""

from __future__ import annotations

import csv
import io
import math
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest
from numpy.typing import ArrayLike, NDArray
from scipy import special, stats

sys.path.insert(0, str(Path(__file__).resolve().parent))
import postgres_server  # noqa: E402
from macro_renderer import MacroRenderer  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
TERMS = ROOT / "seeds" / "reference" / "ml_chi_squared_terms.csv"
TAIL = 1e-13

Rows = list[tuple[Any, ...]]


class Engine:
    """A warehouse with the macros of its dialect: load a table, run a query with macros in it."""

    dialect: str

    def __init__(self) -> None:
        self.renderer = MacroRenderer(self.dialect)

    def load(self, table: str, **columns: ArrayLike) -> None:
        """Create a table of whole numbers (bigint) and doubles (null for None) with a row_number from 0."""
        arrays = {"row_number": np.arange(len(next(iter(columns.values())))), **columns}
        types = {}
        for name, values in arrays.items():
            whole = np.asarray(values).dtype.kind == "i"
            types[name] = "bigint" if whole else self.renderer.render("{{ ml_monitor.type_double() }}")
        rows = list(zip(*([_python(value) for value in values] for values in arrays.values()), strict=True))
        self.create(table, types, rows)

    def create(self, table: str, types: dict[str, str], rows: Rows) -> None:
        raise NotImplementedError

    def query(self, template: str) -> Rows:
        raise NotImplementedError

    def evaluate(self, expression: str, **columns: ArrayLike) -> list[float | None]:
        """Return an expression's value for each row of the columns, null as None."""
        self.load("inputs", **columns)
        return [row[0] for row in self.query(f"select {{{{ {expression} }}}} from inputs order by row_number")]

    def values(self, expression: str, **columns: ArrayLike) -> NDArray[np.float64]:
        """Return an expression's values; fails on null."""
        values = self.evaluate(expression, **columns)
        assert None not in values, f"{expression} is null at row {values.index(None)}"
        return np.array(values, dtype=float)


def _python(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value


class DuckDB(Engine):
    dialect = "duckdb"

    def __init__(self) -> None:
        super().__init__()
        self.connection = duckdb.connect(config={"threads": 2})

    def create(self, table: str, types: dict[str, str], rows: Rows) -> None:
        columns = ", ".join(f"{name} {kind}" for name, kind in types.items())
        self.connection.execute(f"create or replace table {table} ({columns})")
        arrays = {name: list(values) for name, values in zip(types, zip(*rows, strict=True), strict=True)}
        import pyarrow as pa

        frame = pa.table({
            name: pa.array(values, pa.int64() if types[name] == "bigint" else pa.float64())
            for name, values in arrays.items()
        })  # fmt: skip
        self.connection.register("frame", frame)
        self.connection.execute(f"insert into {table} select * from frame")
        self.connection.unregister("frame")

    def query(self, template: str) -> Rows:
        return self.connection.execute(self.renderer.render(template)).fetchall()


class Postgres(Engine):
    dialect = "postgres"

    def __init__(self) -> None:
        super().__init__()
        import psycopg2

        self.connection = psycopg2.connect(**postgres_server.start())
        self.connection.autocommit = True

    def create(self, table: str, types: dict[str, str], rows: Rows) -> None:
        columns = ", ".join(f"{name} {kind}" for name, kind in types.items())
        text = io.StringIO()
        for row in rows:
            text.write("\t".join("\\N" if value is None else repr(value) for value in row) + "\n")
        text.seek(0)
        with self.connection.cursor() as cursor:
            cursor.execute(f"drop table if exists {table}")
            cursor.execute(f"create temporary table {table} ({columns})")
            cursor.copy_expert(f"copy {table} from stdin", text)

    def query(self, template: str) -> Rows:
        with self.connection.cursor() as cursor:
            cursor.execute(self.renderer.render(template))
            return cursor.fetchall()


@pytest.fixture(scope="module", params=[DuckDB, Postgres], ids=lambda engine: engine.dialect)
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    try:
        warehouse = request.param()
    except postgres_server.NoPostgres as error:
        pytest.skip(f"no Postgres: {error}")
    yield warehouse
    warehouse.connection.close()


# The pattern of the header of chi2_sf, as a model would hold it: `tested` is a table of test_id, chi_squared and
# degrees_of_freedom.
CHI2_MODEL = """
with degrees as (
    select tested.degrees_of_freedom
    from tested
    group by tested.degrees_of_freedom
),

degree_terms as (
    select
        degrees.degrees_of_freedom,
        terms.half_index,
        terms.log_gamma
    from degrees
    inner join {{ ref('ml_chi_squared_terms') }} as terms
        on {{ ml_monitor.chi2_sf_uses_term('degrees.degrees_of_freedom', 'terms.half_index') }}
),

summed as (
    select
        tested.test_id,
        sum({{ ml_monitor.chi2_sf_term('tested.chi_squared', 'degree_terms.half_index', 'degree_terms.log_gamma') }}) as term_sum
    from tested
    inner join degree_terms on tested.degrees_of_freedom = degree_terms.degrees_of_freedom
    group by tested.test_id
),

final as (
    select
        tested.test_id,
        {{ ml_monitor.chi2_sf('tested.chi_squared', 'tested.degrees_of_freedom', 'summed.term_sum') }} as p_value
    from tested
    left join summed on tested.test_id = summed.test_id
)

select p_value
from final
order by test_id
"""


def chi2(engine: Engine, chi_squared: ArrayLike, degrees_of_freedom: ArrayLike) -> list[float | None]:
    """Return p-values by the pattern of CTEs."""
    with TERMS.open(encoding="utf-8") as file:
        terms = [(float(row["half_index"]), float(row["log_gamma"])) for row in csv.DictReader(file)]
    half_index, log_gamma = zip(*terms, strict=True)
    engine.load("ml_chi_squared_terms", half_index=half_index, log_gamma=log_gamma)
    engine.load(
        "tested", test_id=np.arange(len(chi_squared)), chi_squared=chi_squared, degrees_of_freedom=degrees_of_freedom
    )
    return [row[0] for row in engine.query(CHI2_MODEL)]
