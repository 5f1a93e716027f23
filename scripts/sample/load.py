"""Load the real sample data into the warehouse.

    python -m scripts.sample.load --target duckdb
    python -m scripts.sample.load --target postgres

Reads `<set>/raw_predictions.parquet`, `raw_outcomes.parquet` and `raw_features.parquet` of each set below the folder
in the environment variable ML_MONITOR_SAMPLE_DATA (default: ../shared/data beside the repository) and writes
`<set>.raw_predictions`, `<set>.raw_outcomes`, `<set>.raw_features`. Nothing is altered, except that a NaN becomes null.
Exit codes: 0 loaded, 2 no data or no warehouse (the message names the variable to set).
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from scripts.lib.warehouse import TARGETS, WarehouseError, load_tables, nan_to_null

SAMPLE_VARIABLE = "ML_MONITOR_SAMPLE_DATA"
REPOSITORY = Path(__file__).resolve().parents[2]
SAMPLE_SETS = ("hotel_cancellations", "online_retail_demand")
TABLE_NAMES = ("raw_predictions", "raw_outcomes", "raw_features")


class SampleDataError(RuntimeError):
    """A file of the sample data is not where it should be."""


def sample_folder() -> Path:
    """Return the folder of the sample sets: ML_MONITOR_SAMPLE_DATA, else ../shared/data beside the repository."""
    configured = os.environ.get(SAMPLE_VARIABLE)
    return Path(configured) if configured else REPOSITORY.parent / "shared" / "data"


def read_sample_set(folder: Path, sample_set: str) -> dict[str, pa.Table]:
    """Read the three raw tables of one set. Raises SampleDataError naming the variable when a file is absent."""
    tables = {}
    for name in TABLE_NAMES:
        path = folder / sample_set / f"{name}.parquet"
        if not path.is_file():
            raise SampleDataError(
                f"{path} is not there. Set {SAMPLE_VARIABLE} to the folder that holds "
                f"{' and '.join(SAMPLE_SETS)} (each with {', '.join(TABLE_NAMES)} as .parquet)."
            )
        tables[name] = nan_to_null(pq.read_table(path).replace_schema_metadata(None))
    return tables


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m scripts.sample.load",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--target", choices=TARGETS, default="duckdb", help="warehouse to write to (default: duckdb)")
    options = parser.parse_args(arguments)
    try:
        read = {sample_set: read_sample_set(sample_folder(), sample_set) for sample_set in SAMPLE_SETS}
        for sample_set, tables in read.items():
            for name, row_count in load_tables(tables, schema=sample_set, target=options.target).items():
                print(f"{sample_set}.{name}: {row_count:,} rows")
    except (SampleDataError, WarehouseError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
