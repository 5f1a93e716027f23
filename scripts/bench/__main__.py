"""`python -m scripts.bench`: builds generated data and prints every time as a ratio to the floor of the same run."""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import duckdb
import yaml

from scripts.bench import data

ROOT = Path(__file__).resolve().parents[2]
LAYERS = ["input", "staging", "cubes", "windows", "marts"]


def measured_floor(database: Path, repeats: int = 3) -> float:
    """Seconds of the floor query, the median of some runs, with the threads that dbt uses."""
    with duckdb.connect(str(database), read_only=True) as connection:
        connection.execute(f"set threads = {os.environ.get('ML_MONITOR_THREADS', '2')}")
        times = []
        for _ in range(repeats):
            start = time.perf_counter()
            connection.execute(data.floor_query()).fetchall()
            times.append(time.perf_counter() - start)
    return sorted(times)[repeats // 2]


@dataclass
class Build:
    """What one `dbt build` without tests took, in seconds."""

    seconds: float
    models: list[tuple[str, str, float]]  # (folders below models/, name, SQL seconds)

    def sql_seconds(self, folders: str = "") -> float:
        return sum(spent for place, _, spent in self.models if place.startswith(folders))


def dbt_build(database: Path, folder: Path, as_of: str, **more_settings: object) -> Build:
    """Build with the benchmark's declaration; a failure ends the program with dbt's words."""
    settings = yaml.safe_load((ROOT / "scripts/bench/vars.yml").read_text())
    settings["ml_monitor"] |= {"as_of": as_of} | more_settings
    command = [
        str(Path(sys.executable).with_name("dbt")), "--quiet", "build",
        "--exclude-resource-type", "test", "unit_test",
        "--vars", json.dumps(settings),
        "--target-path", str(folder / "target"), "--log-path", str(folder / "logs"),
    ]  # fmt: skip
    environment = os.environ | {"ML_MONITOR_DUCKDB_PATH": str(database), "ML_MONITOR_TARGET": "duckdb"}
    start = time.perf_counter()
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    seconds = time.perf_counter() - start
    if done.returncode != 0:
        raise SystemExit(f"dbt build failed:\n{done.stdout[-4000:]}{done.stderr[-2000:]}")
    results = json.loads((folder / "target/run_results.json").read_text())["results"]
    manifest = json.loads((folder / "target/manifest.json").read_text())["nodes"]
    models = []
    for result in results:
        node = manifest.get(result["unique_id"])
        if node is not None and node["resource_type"] in ("model", "seed"):
            place = "/".join(node["fqn"][1:-1]) if node["resource_type"] == "model" else "seeds"
            models.append((place, node["name"], result["execution_time"]))
    return Build(seconds, models)


def line(title: str, seconds: float, floor: float, indent: int = 2) -> None:
    print(f"{'':<{indent}}{title:<{36 - indent}}{seconds:>9.2f} s {seconds / floor:>9.1f} x floor")


def report(title: str, floor: float, build: Build) -> None:
    """Print one build as seconds and ratios."""
    print(f"\n{title}")
    line("whole command", build.seconds, floor)
    line("models and seeds, added up", build.sql_seconds(), floor)
    for layer in [*LAYERS, "seeds"]:
        line(layer, build.sql_seconds(layer), floor, indent=4)
    slowest = sorted(build.models, key=lambda model: -model[2])[:8]
    print("  slowest: " + ", ".join(f"{name} {spent:.2f} s" for _, name, spent in slowest))


def report_exactness(arguments: argparse.Namespace, folder: Path, floor: float) -> None:
    """Time the models of drift with every window from fine cells, and with every window read value by value."""
    end = date.fromisoformat(data.FIRST_DAY) + timedelta(days=arguments.days)
    print("\ndrift alone, first build (cubes and windows)")
    for title, limit in (("from fine cells (limit 0)", 0), ("exact (no limit)", None)):
        database = folder / "bench.duckdb"
        database.unlink()
        with duckdb.connect(str(database)) as connection:
            data.create(connection, arguments.rows, arguments.days)
        build = dbt_build(database, folder, end.isoformat(), exact_row_limit=limit)
        line(title, build.sql_seconds("cubes/drift") + build.sql_seconds("windows/drift"), floor)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m scripts.bench", description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000, help="predictions of the first build (default 1000000)")
    parser.add_argument("--days", type=int, default=90, help="days that they span (default 90)")
    parser.add_argument("--exactness", action="store_true", help="also time drift from cells against drift by value")
    parser.add_argument("--folder", type=Path, help="where to keep the database (default: a temporary folder)")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = arguments.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        database = folder / "bench.duckdb"
        database.unlink(missing_ok=True)
        with duckdb.connect(str(database)) as connection:
            data.create(connection, arguments.rows, arguments.days)
        floor = measured_floor(database)
        print(f"{arguments.rows:,} predictions, 8 numeric and 4 categorical features, {arguments.days} days, 2 versions")
        print(f"floor (one scan with grouped sums of the same columns): {floor:.3f} s")
        end = date.fromisoformat(data.FIRST_DAY) + timedelta(days=arguments.days)
        report("first build", floor, dbt_build(database, folder, end.isoformat()))
        report("nothing new", floor, dbt_build(database, folder, end.isoformat()))
        with duckdb.connect(str(database)) as connection:
            data.add_day(connection, arguments.rows, arguments.days)
        next_end = (end + timedelta(days=1)).isoformat()
        report("a new day, and outcomes of five older days", floor, dbt_build(database, folder, next_end))
        memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1e6
        print(f"\npeak memory {memory:.2f} GB, database file {database.stat().st_size / 1e6:.0f} MB")
        if arguments.exactness:
            report_exactness(arguments, folder, floor)


if __name__ == "__main__":
    main()
