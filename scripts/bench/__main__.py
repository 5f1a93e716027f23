"""`python -m scripts.bench`: times the build against one scan of the same columns, and against other tools.

Makes its data, prints what it does, and keeps each result in a JSON file at once: a run that was broken off goes on with
--only. Parts: first_build (with the floor), nothing_new and daily (both after a first build), exact (the first build with
no window approximated), binned (with every window made of cells), peers, history, models, features; table prints what is
in the file.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from scripts.bench import parts, tables
from scripts.bench.data import Shape
from scripts.bench.peers import environments
from scripts.bench.records import DEFAULT_PATH, Records

BUILDS = ("first_build", "nothing_new", "daily")
PARTS = (*BUILDS, *parts.ROW_LIMITS, "peers", "history", "models", "features", "table")
ROWS = (100_000, 1_000_000, 10_000_000)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m scripts.bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, nargs="+", default=list(ROWS), help="predictions (default: %(default)s)")
    parser.add_argument("--days", type=int, default=90, help="days that they span (default 90)")
    parser.add_argument("--repeats", type=int, default=1, help="runs of each part, taken in turns; tables show medians")
    parser.add_argument("--peers", nargs="*", metavar="NAME", help=f"also {', '.join(environments.NAMES)}, or those named")
    parser.add_argument("--exact", action="store_true", help="also the first build with every window exact, and with none")
    parser.add_argument("--history", type=int, metavar="DAYS", help="also daily runs after this many days, as 900")
    parser.add_argument("--models", type=int, metavar="N", help="also one log of this many models, as 300")
    parser.add_argument("--features", type=int, metavar="N", help="also a build with this many features, as 200")
    parser.add_argument("--timeout", type=float, default=600, help="seconds after which a part of a peer is stopped")
    parser.add_argument("--only", type=lambda text: text.split(","), metavar="PART,...",
                        help=f"only these parts: {', '.join(PARTS)}")  # fmt: skip
    parser.add_argument("--select", help="models to build, as dbt selects them (default: all)")
    parser.add_argument("--folder", type=Path, help="where to keep the data (default: a temporary folder)")
    parser.add_argument("--output", type=Path, default=DEFAULT_PATH, help="file of results (default %(default)s)")
    parser.add_argument("--write", action="store_true", help="put the tables into README.md")
    arguments = parser.parse_args()
    wanted = list(arguments.only or BUILDS)
    if not arguments.only:
        wanted += parts.ROW_LIMITS if arguments.exact else ()
        wanted += [name for name in ("history", "models", "features") if getattr(arguments, name)]
        wanted += ["peers"] if arguments.peers is not None else []
    unknown = {*wanted, *(arguments.peers or ())} - {*PARTS, *environments.NAMES}
    if unknown:
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    arguments.wanted = wanted
    return arguments


def _measure(bench: parts.Bench, arguments: argparse.Namespace) -> None:
    names = arguments.peers or environments.NAMES
    for rows in sorted(arguments.rows):
        shape = Shape(rows, arguments.days)
        wanted_builds = [part for part in BUILDS if part in arguments.wanted]
        begun = {"floor", "first_build", *wanted_builds} if wanted_builds else set()
        limits = [name for name in parts.ROW_LIMITS if name in arguments.wanted]
        begun |= {f"{name}_build" for name in limits}
        for part in begun:
            bench.records.start(part, shape)
        if "peers" in arguments.wanted:
            for name in names:
                bench.records.start("peer", shape, peer=name)
        for run in range(bench.repeats if wanted_builds or limits or "peers" in arguments.wanted else 0):
            parts.say(f"{rows:,} predictions, run {run + 1} of {bench.repeats}")
            if wanted_builds:
                parts.measure_builds(bench, shape, run, wanted_builds)
            for name in limits:
                parts.measure_row_limit(bench, shape, run, name)
            if "peers" in arguments.wanted:
                parts.measure_peers(bench, shape, run, names)
    smallest = Shape(min(arguments.rows), arguments.days)
    if "history" in arguments.wanted:
        parts.say(f"daily runs after {arguments.days} and {arguments.history or 900} days, {smallest.rows_a_day:,} predictions a day")
        parts.measure_history(bench, smallest, arguments.history or 900)
    if "models" in arguments.wanted:
        parts.say(f"{smallest.rows:,} predictions of 1 and of {arguments.models or 300} models")
        parts.measure_models(bench, smallest, arguments.models or 300)
    if "features" in arguments.wanted:
        parts.say(f"{arguments.features or 200} numeric features")
        parts.measure_features(bench, arguments.features or 200)


def main() -> None:
    arguments = _arguments()
    records = Records(arguments.output)
    with tempfile.TemporaryDirectory() as temporary:
        folder = (arguments.folder or Path(temporary)).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        _measure(parts.Bench(folder, records, arguments.repeats, arguments.timeout, arguments.select), arguments)
    text = tables.text(records)
    print(f"\n{text}")
    if arguments.write:
        print(f"\nwritten to {tables.write(text)}")


if __name__ == "__main__":
    main()
