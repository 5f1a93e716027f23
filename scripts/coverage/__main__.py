"""`python -m scripts.coverage`: draws rows of which the truth is known, builds fct_ml_performance from them, and counts the
95 % intervals that hold the truth."""

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

from scripts.coverage import counts, data, separation

ROOT = Path(__file__).resolve().parents[2]
DECISIONS = ROOT / "DECISIONS.md"
MARKER = "<!-- coverage -->"
SIZES = {100: 2_000, 500: 1_000, 2_000: 500}  # rows of a draw, and how many draws
SEPARATION_DRAWS = 500


def build(models: Sequence[data.Model], folder: Path) -> Path:
    """Make the raw tables of these models and build fct_ml_performance from them. The DuckDB file.

    Raises SystemExit with the end of dbt's output where the build fails.
    """
    database = folder / "coverage.duckdb"
    database.unlink(missing_ok=True)
    with duckdb.connect(str(database)) as connection:
        data.create(connection, models)
    command = [
        str(Path(sys.executable).with_name("dbt")), "--quiet", "build",
        "--select", "+fct_ml_performance",
        "--exclude-resource-type", "test", "unit_test",
        "--vars", json.dumps(data.variables()),
        "--target-path", str(folder / "target"), "--log-path", str(folder / "logs"),
    ]  # fmt: skip
    environment = os.environ | {"ML_MONITOR_DUCKDB_PATH": str(database), "ML_MONITOR_TARGET": "duckdb"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"dbt build failed:\n{done.stdout[-4000:]}{done.stderr[-2000:]}")
    return database


def count(models: Sequence[data.Model], folder: Path, separation_draws: int) -> list[counts.Coverage]:
    """Build these models in a folder and count, KS separations from draws of their own."""
    with duckdb.connect(str(build(models, folder)), read_only=True) as connection:
        found = counts.intervals(connection)
    binary = [data.Model(model.scenario, model.row_count, separation_draws) for model in models if model.task == "binary"]
    return counts.counted(models, found + separation.intervals(binary, folder))


def _written(text: str) -> str:
    """DECISIONS.md with this text between its markers."""
    before, _, after = DECISIONS.read_text().split(MARKER)
    return f"{before}{MARKER}\n{text}\n{MARKER}{after}"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m scripts.coverage", description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES), choices=list(SIZES), help="rows of a draw")
    parser.add_argument("--folder", type=Path, help="where to keep the database (default: a temporary folder)")
    parser.add_argument("--write", action="store_true", help="put the table into DECISIONS.md")
    arguments = parser.parse_args()
    models = [data.Model(scenario, size, SIZES[size]) for scenario in data.SCENARIOS for size in arguments.sizes]
    with tempfile.TemporaryDirectory() as temporary:
        folder = arguments.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        print(f"building {sum(model.draw_count for model in models):,} draws of {len(models)} models ...", flush=True)
        found = count(models, folder, SEPARATION_DRAWS)
    table = counts.table(found)
    print(f"\nShare of 95 % intervals that hold the truth\n\n{table}")
    if arguments.write:
        DECISIONS.write_text(_written(table))
        print(f"\nwritten to {DECISIONS}")


if __name__ == "__main__":
    main()
