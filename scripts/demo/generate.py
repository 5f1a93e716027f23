"""Write the logs of the simulated retailer into the warehouse, schema demo_raw.

    python -m scripts.demo.generate                      # DuckDB: ML_MONITOR_DUCKDB_PATH, else ./ml_monitor.duckdb
    python -m scripts.demo.generate --target postgres    # PostgreSQL: PGHOST, PGPORT, PGUSER, PGPASSWORD, PGDATABASE

THE DATA ARE SIMULATED: five models of a retailer that does not exist, 2025-01-01 to 2026-06-30, with known faults in
them (table demo_raw.injected_incidents). The same seed writes the same rows. Exit codes: 0 written, 2 no warehouse.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Sequence

import pyarrow as pa

from scripts.demo import common
from scripts.demo.credit import credit_tables
from scripts.demo.demand import demand_tables
from scripts.demo.incidents import incidents_table
from scripts.demo.quarantine import inject_bad_rows
from scripts.demo.recommender import recommender_tables
from scripts.demo.returns import returns_tables
from scripts.demo.reviews import review_tables
from scripts.lib.warehouse import TARGETS, WarehouseError, load_tables

SCHEMA = "demo_raw"
GENERATOR_VERSION = "1"  # raise it when the same seed would write other rows

_MODELS: dict[str, Callable[[int], dict[str, pa.Table]]] = {
    "returns_propensity": lambda seed: inject_bad_rows(returns_tables(seed), seed),
    "demand_forecast": demand_tables,
    "review_sentiment": review_tables,
    "recommender": recommender_tables,
    "credit_limit": credit_tables,
}


def about_table(seed: int) -> pa.Table:
    """Return the one row that says what these data are."""
    return pa.table(
        {
            "is_simulated": [True],
            "description": ["Simulated data of a retailer that does not exist; no person or order in it is real."],
            "generator": ["scripts.demo.generate"],
            "generator_version": [GENERATOR_VERSION],
            "seed": pa.array([seed], type=pa.int64()),
            "first_date": pa.array([common.FIRST_DATE.item()], type=pa.date32()),
            "last_date": pa.array([common.LAST_DATE.item()], type=pa.date32()),
        }
    )


def build_tables(seed: int = common.SEED, say: Callable[[str], None] | None = None) -> dict[str, pa.Table]:
    """Simulate every raw table. `say` receives a line of progress for each model."""
    tables = {"about": about_table(seed), "injected_incidents": incidents_table()}
    for model_id, simulate in _MODELS.items():
        made = simulate(seed)
        tables |= made
        if say:
            say(f"{model_id}: " + ", ".join(f"{name} {table.num_rows:,}" for name, table in made.items()))
    return tables


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m scripts.demo.generate",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--target", choices=TARGETS, default="duckdb", help="warehouse to write to (default: duckdb)")
    parser.add_argument("--seed", type=int, default=common.SEED, help="seed of the simulation (default: %(default)s)")
    options = parser.parse_args(arguments)
    started = time.perf_counter()
    tables = build_tables(options.seed, say=print)
    print(f"simulated in {time.perf_counter() - started:.1f} s; writing schema {SCHEMA} to {options.target} ...")
    try:
        load_tables(tables, schema=SCHEMA, target=options.target)
    except WarehouseError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    print(f"done in {time.perf_counter() - started:.1f} s: {sum(t.num_rows for t in tables.values()):,} rows")
    return 0


if __name__ == "__main__":
    sys.exit(main())
