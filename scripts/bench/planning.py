"""`python -m scripts.bench.planning`: what more predictions would cost, from the slopes of what the benchmark measured.

Reads the benchmark's file of results, so it can be made again on any machine. What is assumed, and not measured, are the
options of this command.
"""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from scripts.bench import records, tables
from scripts.bench.data import Shape
from scripts.bench.records import DEFAULT_PATH, Record, Records

MARKER = "<!-- planning -->"
MILLION = 1_000_000
BILLION = 1_000_000_000


@dataclass(frozen=True)
class Slope:
    """What a million predictions more take; `fixed_cpu_seconds` is what a run takes with none."""

    cpu_seconds: float
    sql_seconds: float
    raw_bytes: float
    own_bytes: float
    fixed_cpu_seconds: float
    sizes: tuple[int, ...]


def slopes(measured: Iterable[Record]) -> dict[str, Slope]:
    """Slopes of the first build (a million predictions in the log) and of a daily run (a million new ones a day).

    Straight lines by least squares through the medians of each size. Parts measured with one size only are left out.
    """
    usual = {"days": Shape.days, "models": Shape.models, "features": Shape.features}
    measured = [record for record in measured if all(record[name] == value for name, value in usual.items())]
    raw = {record["rows"]: record["raw_bytes"] for record in measured if record["part"] == "floor"}
    found = {}
    for part in ("first_build", "daily"):
        runs = [record for record in measured if record["part"] == part and record["rows"] in raw]
        sizes = sorted({record["rows"] for record in runs})
        if len(sizes) < 2:
            continue

        def line(value, part=part, runs=runs, sizes=sizes) -> tuple[float, float]:
            predictions = [size / (Shape.days if part == "daily" else 1) / MILLION for size in sizes]
            values = [records.median([run for run in runs if run["rows"] == size], value) for size in sizes]
            fitted = statistics.linear_regression(predictions, values)
            return fitted.slope, fitted.intercept

        cpu_seconds, fixed = line(lambda run: run["cpu_seconds"])
        found[part] = Slope(
            cpu_seconds=cpu_seconds,
            sql_seconds=line(lambda run: run["sql_seconds"])[0],
            raw_bytes=line(lambda run: raw[run["rows"]])[0],
            own_bytes=line(lambda run: run["file_bytes"] - raw[run["rows"]])[0],
            fixed_cpu_seconds=fixed,
            sizes=tuple(sizes),
        )
    return found


@dataclass(frozen=True)
class Assumptions:
    """What is not measured: how Spark compares, and prices in dollars."""

    spark_factor: float
    utilisation: float
    core_hour: float
    gigabyte_month: float
    kept_days: int


def note(found: dict[str, Slope], assumed: Assumptions) -> str:
    """The note, as text. Raises SystemExit where a slope is missing."""
    if not {"first_build", "daily"} <= found.keys():
        raise SystemExit("two sizes at least must be measured: python -m scripts.bench --rows 100000 1000000 --only daily")
    first, daily = found["first_build"], found["daily"]
    core_hours = daily.cpu_seconds * BILLION / MILLION * assumed.spark_factor / assumed.utilisation / 3600
    kept = (first.raw_bytes + first.own_bytes) * BILLION / MILLION * assumed.kept_days
    table = tables.table(
        ["a million predictions more", "first build", "daily run (new predictions a day)"],
        [
            ["CPU seconds", f"{first.cpu_seconds:.1f}", f"{daily.cpu_seconds:.1f}"],
            ["seconds of SQL", f"{first.sql_seconds:.1f}", f"{daily.sql_seconds:.1f}"],
            ["MB of raw tables", f"{first.raw_bytes / 1e6:.0f}", ""],
            ["MB of everything that is built", f"{first.own_bytes / 1e6:.0f}", ""],
            ["CPU seconds of a run without any", f"{first.fixed_cpu_seconds:.0f}", f"{daily.fixed_cpu_seconds:.0f}"],
        ],
    )
    sizes = " and ".join(f"{size:,}" for size in (first.sizes[0], first.sizes[-1]))
    return (
        f"Straight lines through builds of {sizes} predictions.\n\n{table}\n\n"
        f"A billion predictions a day would be {daily.cpu_seconds * BILLION / MILLION / 3600:,.1f} core-hours of DuckDB. With Spark at "
        f"{assumed.spark_factor:g} times DuckDB's CPU (assumed) and {assumed.utilisation:.0%} of the cores busy: {core_hours:,.0f} "
        f"core-hours a day, {core_hours * assumed.core_hour:,.0f} dollars at {assumed.core_hour:g} a core-hour; a run within an hour "
        f"needs {max(core_hours, 1):,.0f} cores. {assumed.kept_days} days kept are {kept / 1e12:,.1f} TB, "
        f"{kept / 1e9 * assumed.gigabyte_month:,.0f} dollars a month at {assumed.gigabyte_month:g} a GB."
    )


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m scripts.bench.planning", description=__doc__)
    parser.add_argument("--input", type=Path, default=DEFAULT_PATH, help="results of scripts.bench (default %(default)s)")
    parser.add_argument("--spark-factor", type=float, default=4, help="CPU of Spark over that of DuckDB (default %(default)s)")
    parser.add_argument("--utilisation", type=float, default=0.6, help="share of the cores that is busy (default %(default)s)")
    parser.add_argument("--core-hour", type=float, default=0.05, help="dollars a core-hour (default %(default)s)")
    parser.add_argument("--gigabyte-month", type=float, default=0.023, help="dollars a GB and month (default %(default)s)")
    parser.add_argument("--kept-days", type=int, default=90, help="days of predictions that are kept (default %(default)s)")
    parser.add_argument("--write", action="store_true", help="put the note into README.md")
    arguments = parser.parse_args()
    if not arguments.input.exists():
        raise SystemExit(f"there is no {arguments.input}: run python -m scripts.bench first")
    assumed = Assumptions(
        arguments.spark_factor, arguments.utilisation, arguments.core_hour, arguments.gigabyte_month, arguments.kept_days
    )
    text = note(slopes(Records(arguments.input).all), assumed)
    print(text)
    if arguments.write:
        print(f"\nwritten to {tables.write(text, MARKER)}")


if __name__ == "__main__":
    main()
