"""`python -m scripts.false_alarms`: builds data in which nothing changes and counts the windows that alarm all the same."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import duckdb

from scripts.false_alarms import counts, data

ROOT = Path(__file__).resolve().parents[2]
README = ROOT / "README.md"
MARKER = "<!-- false alarms -->"
SIZES = (50, 100, 500, 5_000, 100_000)
LARGE = 100_000  # from here on five days of the reference window have rows: the build stays below a minute


def build(models: Sequence[data.Model], folder: Path) -> Path:
    """Make the raw tables of these models and build fct_ml_drift from them. The DuckDB file.

    Raises SystemExit with the end of dbt's output where the build fails.
    """
    database = folder / "false_alarms.duckdb"
    database.unlink(missing_ok=True)
    with duckdb.connect(str(database)) as connection:
        as_of = data.create(connection, models)
    command = [
        str(Path(sys.executable).with_name("dbt")), "--quiet", "build",
        "--select", "+fct_ml_drift",
        "--exclude-resource-type", "test", "unit_test",
        "--vars", json.dumps(data.variables(as_of)),
        "--target-path", str(folder / "target"), "--log-path", str(folder / "logs"),
    ]  # fmt: skip
    environment = os.environ | {"ML_MONITOR_DUCKDB_PATH": str(database), "ML_MONITOR_TARGET": "duckdb"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"dbt build failed:\n{done.stdout[-4000:]}{done.stderr[-2000:]}")
    return database


def _written(text: str) -> str:
    """The README with this text between its markers."""
    before, _, after = README.read_text().split(MARKER)
    return f"{before}{MARKER}\n{text}\n{MARKER}{after}"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m scripts.false_alarms", description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES), help="rows a day (default: %(default)s)")
    parser.add_argument("--windows", type=int, default=60, help="day windows after the reference (default 60)")
    parser.add_argument("--folder", type=Path, help="where to keep the database (default: a temporary folder)")
    parser.add_argument("--write", action="store_true", help="put the table of days into README.md")
    arguments = parser.parse_args()
    models = [
        data.Model(f"rows_{size}", size, arguments.windows, 5 if size >= LARGE else data.REFERENCE_DAYS)
        for size in arguments.sizes
    ]
    with tempfile.TemporaryDirectory() as temporary:
        folder = arguments.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        print(f"building {len(models)} models of {arguments.windows} windows, sizes {arguments.sizes} ...", flush=True)
        with duckdb.connect(str(build(models, folder)), read_only=True) as connection:
            found = counts.counted(connection)
    days, weeks = (
        counts.table((model.rows_a_day, found[model.model_id, granularity]) for model in models)
        for granularity in ("day", "week")
    )
    print(f"\nShare of windows with an alarm, nothing changed (95 % interval). Nominal: {counts.NOMINAL_RATE:.0%}\n")
    print(f"{days}\n\n{weeks}")
    if arguments.write:
        README.write_text(_written(days))
        print(f"\nwritten to {README}")


if __name__ == "__main__":
    main()
