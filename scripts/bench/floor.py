"""`python -m scripts.bench.floor`: times one scan with grouped sums of the same columns, the least that any tool must do."""

from __future__ import annotations

import argparse
import json
import resource
import time
from pathlib import Path

import duckdb

from scripts.bench import data


def query(shape: data.Shape) -> str:
    """The floor: day and version, a sum of each number, a count of each text."""
    sums = [f"sum({name})" for name in ["score", *shape.numeric]]
    counts = [f"count({name})" for name in [*data.CATEGORICAL, data.GROUP]]
    return f"""
        select model_version, cast(predicted_at as date) as predicted_date, {", ".join([*sums, *counts])}
        from {data.SCHEMA}.predictions
        group by model_version, cast(predicted_at as date)"""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m scripts.bench.floor", description=__doc__)
    parser.add_argument("--database", type=Path, required=True)
    parser.add_argument("--shape", required=True, help="as scripts.bench.data has it")
    parser.add_argument("--repeats", type=int, default=5, help="the median of how many runs, after one that warms up")
    arguments = parser.parse_args()
    statement = query(data.Shape(**json.loads(arguments.shape)))
    runs = []
    with duckdb.connect(str(arguments.database), read_only=True) as connection:
        for _ in range(arguments.repeats + 1):
            start, cpu = time.perf_counter(), _cpu_seconds()
            connection.execute(statement).fetchall()
            runs.append((time.perf_counter() - start, _cpu_seconds() - cpu))
    seconds, cpu_seconds = sorted(runs[1:])[arguments.repeats // 2]
    print(json.dumps({"seconds": seconds, "cpu_seconds": cpu_seconds}))


def _cpu_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


if __name__ == "__main__":
    main()
