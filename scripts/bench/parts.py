"""The parts of the benchmark: each makes its data, measures, and adds a record a run to the file of records."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from scripts.bench import builds, data, processes
from scripts.bench.builds import Warehouse
from scripts.bench.data import Shape
from scripts.bench.peers import environments, runs
from scripts.bench.records import Record, Records

FEATURE_ROWS = 20_000  # predictions of the build with many features
_LARGE = 50_000_000  # from here on the raw tables are not kept beside the build
_BYTES_A_ROW = 400  # raw tables, marts and room to spill, roughly


def say(text: str) -> None:
    """Progress, with the time of day."""
    print(f"{datetime.now():%H:%M:%S}  {text}", flush=True)


@dataclass(frozen=True)
class Bench:
    """Where the benchmark works, and where it writes what it measured."""

    folder: Path
    records: Records
    repeats: int = 1
    timeout: float = 600
    select: str | None = None  # models of dbt to build, all unless named

    def raw(self, shape: Shape) -> Path:
        """The DuckDB file of the raw tables of a shape, made unless it is there."""
        path = self.folder / f"raw_{shape.rows}x{shape.days}_{shape.models}_{shape.features}.duckdb"
        if not path.exists():
            needed = shape.rows * _BYTES_A_ROW
            if shutil.disk_usage(self.folder).free < needed:
                raise SystemExit(f"{self.folder} lacks the {needed / 1e9:.0f} GB that {shape.rows:,} rows may need: use --folder")
            say(f"making {shape.rows:,} predictions, {shape.days} days, {shape.models} models, {shape.features} numeric features")
            unfinished = path.with_suffix(".part")
            unfinished.unlink(missing_ok=True)
            processes.run_python(*data.command("create", unfinished, shape))
            unfinished.rename(path)
        return path

    def fresh(self, shape: Shape, name: str = "build") -> Warehouse:
        """A warehouse with the raw tables and nothing else."""
        warehouse = Warehouse(self.folder / f"{name}.duckdb")
        self.clear(warehouse)
        raw = self.raw(shape)
        if shape.rows < _LARGE:
            shutil.copyfile(raw, warehouse.database)
        else:
            raw.rename(warehouse.database)
        return warehouse

    def clear(self, warehouse: Warehouse) -> None:
        """Remove a warehouse and dbt's artifacts of it."""
        for path in self.folder.glob(f"{warehouse.database.stem}.*"):
            shutil.rmtree(path) if path.is_dir() else path.unlink()

    def build(self, warehouse: Warehouse, shape: Shape, day: int, part: str, run: int, **settings: Any) -> Record:
        """Build as of the end of a day (from 0), and record it as a run of a part."""
        measured = builds.build(warehouse, shape, shape.end_of_day(day), self.select, **settings)
        self.records.add(part, shape, measured, run=run)
        say(
            f"  {part}: {measured['seconds']:.1f} s ({measured['cpu_seconds']:.1f} s of CPU), SQL {measured['sql_seconds']:.1f} s, "
            f"dbt {measured['dbt_seconds']:.1f} s, peak {measured['peak_bytes'] / 1e9:.2f} GB"
        )
        slowest = sorted(measured["nodes"].items(), key=lambda node: -node[1])[:8]
        say("    slowest: " + ", ".join(f"{name} {seconds:.2f} s" for name, seconds in slowest))
        return measured

    def add_day(self, warehouse: Warehouse, shape: Shape, day: int) -> None:
        """Load one more day, and let dbt read the project as of its end, as it would have the day before."""
        processes.run_python(*data.command("add_day", warehouse.database, shape, "--day", str(day)))
        builds.parse(warehouse, shape, shape.end_of_day(day))


def floor(database: Path, shape: Shape) -> dict[str, float]:
    """The floor of some raw tables, in a process of its own."""
    done = processes.run_python("-m", "scripts.bench.floor", "--database", str(database), "--shape", json.dumps(asdict(shape)))
    return json.loads(done.output.splitlines()[-1])


def measure_builds(bench: Bench, shape: Shape, run: int, wanted: Sequence[str]) -> None:
    """The floor and the first build, and then, where they are wanted, one where nothing is new and a daily run."""
    warehouse = bench.fresh(shape)
    raw_bytes = warehouse.database.stat().st_size
    measured = floor(warehouse.database, shape)
    bench.records.add("floor", shape, measured | {"raw_bytes": raw_bytes}, run=run)
    say(f"  floor: {measured['seconds']:.3f} s ({measured['cpu_seconds']:.3f} s of CPU), raw tables {raw_bytes / 1e6:.0f} MB")
    bench.build(warehouse, shape, shape.days - 1, "first_build", run)
    if "nothing_new" in wanted:
        bench.build(warehouse, shape, shape.days - 1, "nothing_new", run)
    if "daily" in wanted:
        bench.add_day(warehouse, shape, shape.days)
        bench.build(warehouse, shape, shape.days, "daily", run)


ROW_LIMITS = {"exact": None, "binned": 0}  # exact_row_limit of the first builds that differ by it alone


def measure_row_limit(bench: Bench, shape: Shape, run: int, name: str) -> None:
    """The first build with every window read row by row (exact), or with every one made of cells (binned)."""
    bench.build(bench.fresh(shape), shape, shape.days - 1, f"{name}_build", run, exact_row_limit=ROW_LIMITS[name])


def measure_peers(bench: Bench, shape: Shape, run: int, names: Sequence[str]) -> None:
    """What the peers take for the same data; what one was too slow for is not tried again, nor with more rows.

    What each found in the last run is kept in the folder, as results/<peer>/<part>.parquet.
    """
    exported = bench.folder / f"peers_{shape.rows}x{shape.days}_{shape.features}.parquet"
    if not exported.exists():
        unfinished = exported.with_suffix(".part")
        processes.run_python(*data.command("export", bench.raw(shape), shape, "--parquet", str(unfinished)))
        unfinished.rename(exported)
    for name in names:
        given_up = _given_up(bench.records, name, shape)
        parts = [part for part in builds.PARTS if part not in given_up]
        say(f"  {name}: {', '.join(parts) or 'nothing left to run'}")
        results = bench.folder / "results" / name
        measured = {"parts": {}}
        if parts:
            measured = runs.measure(name, exported, parts, bench.timeout, results, tell=lambda text: say(f"    {text}"))
        measured["parts"] |= {part: {"stopped": reason} for part, reason in given_up.items()}
        bench.records.add("peer", shape, measured | {"version": environments.version_of(name)}, peer=name, run=run)
        for part, found in measured["parts"].items():
            if "stopped" in found:
                say(f"    {part}: {found['stopped']}")
        if measured.get("seconds"):
            say(f"    whole: {measured['seconds']:.1f} s ({measured['cpu_seconds']:.1f} s of CPU), peak {measured['peak_bytes'] / 1e9:.2f} GB")


def _given_up(records: Records, name: str, shape: Shape) -> dict[str, str]:
    found = {}
    for record in records.of("peer", peer=name):
        if record["rows"] <= shape.rows:
            for part, result in record["parts"].items():
                reason = result.get("stopped", "")
                if reason.startswith("stopped"):
                    found[part] = reason if record["rows"] == shape.rows else f"{reason.split(' with ')[0]} with {record['rows']:,} rows"
    return found


def measure_history(bench: Bench, shape: Shape, long_days: int) -> None:
    """Daily runs after `shape.days` days and after many more, with the same rows a day; in turns, as a machine has its hours."""
    shapes = [Shape(shape.rows_a_day * days, days, shape.models, shape.features) for days in (shape.days, long_days)]
    warehouses = []
    for of_days in shapes:
        bench.records.start("history_build", of_days)
        bench.records.start("history_daily", of_days)
        warehouses.append(bench.fresh(of_days, f"history_{of_days.days}"))
        bench.build(warehouses[-1], of_days, of_days.days - 1, "history_build", 0)
    for run in range(max(bench.repeats, 3)):
        for of_days, warehouse in zip(shapes, warehouses, strict=True):
            bench.add_day(warehouse, of_days, of_days.days + run)
            bench.build(warehouse, of_days, of_days.days + run, "history_daily", run)


def measure_models(bench: Bench, shape: Shape, models: int) -> None:
    """First builds of one model and of many in one log, with the same rows in all."""
    shapes = [Shape(shape.rows, shape.days, count, shape.features) for count in (1, models)]
    for of_models in shapes:
        bench.records.start("models", of_models)
    for run in range(bench.repeats):
        for of_models in shapes:
            bench.build(bench.fresh(of_models), of_models, shape.days - 1, "models", run)


def measure_features(bench: Bench, features: int) -> None:
    """A first build with many features, and how many of them have a drift result."""
    shape = Shape(FEATURE_ROWS, features=features)
    bench.records.start("features", shape)
    bench.records.start("features_measured", shape)
    warehouse = bench.fresh(shape)
    bench.build(warehouse, shape, shape.days - 1, "features", 0)
    with duckdb.connect() as connection:
        connection.execute(f"attach '{warehouse.database}' as warehouse (read_only)")
        measured = connection.execute(
            "select count(distinct feature_name) from warehouse.ml_monitor.fct_ml_drift"
            " where subject = 'feature' and metric_name = 'psi' and metric_value is not null"
        ).fetchone()[0]
    bench.records.add("features_measured", shape, {"measured": measured}, run=0)
    say(f"  {measured} features have drift results")
