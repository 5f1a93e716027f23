"""`python -m scripts.checks [part ...]`: everything that `make test` runs, part by part, with a summary.

Parts: yaml, models (sqlfluff, dbt templater), compiled (sqlfluff on the compiled SQL of three dialects), distances, rebuilds
and generated (pytest on data made by the tests), demo (dbt build of the simulated retailer with its unit and data tests),
warehouses (pytest on the demo and on the real data). Without arguments all of them. Two parts run side by side; their
lines start with the name of the part. The exit code is 1 when a part failed, and with CI=true also when one could not run.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
AT_ONCE = 2
_PRINTING = threading.Lock()


@dataclass(frozen=True)
class Part:
    """One part of the checks: its name, what it does, and the commands that do it."""

    name: str
    title: str
    commands: list[list[str]]


# The tests on generated data that take longest, in parts of their own: the shorter the parts, the less a core waits at the end.
DISTANCES = ["test_exact_distances.py", "test_false_alarms.py", "test_fine_cells.py", "test_generated_oracles.py"]
REBUILDS = ["test_as_known.py", "test_as_known_tasks.py", "test_incremental.py", "test_tasks_incremental.py"]


def chains() -> list[list[Part]]:
    """All parts, those that need each other in one chain: what fails in seconds first, then the longest chains."""
    python = sys.executable
    pytest = [python, "-m", "pytest", "-q", "--durations=30", "-p", "no:cacheprovider"]
    tests = "tests/python"
    others = [f"--ignore={tests}/{name}" for name in (*DISTANCES, *REBUILDS)]
    return [
        [Part("yaml", "yamllint", [[str(BIN / "yamllint"), "--strict", "."]])],
        [Part("generated", "other oracles on generated data", [[*pytest, tests, *others, "-m", "not warehouse"]])],
        [
            Part("demo", "the demo with its unit and data tests", [
                [python, "-m", "scripts.demo.generate"],
                [str(BIN / "dbt"), "build", "--target-path", "target/demo_check", "--log-path", "target/demo_check/logs"],
            ]),
            Part("warehouses", "oracles and engines on the demo and the real data", [[*pytest, tests, "-m", "warehouse"]]),
        ],
        [Part("rebuilds", "incremental builds and views of the past on generated data", [
            [*pytest, *(f"{tests}/{name}" for name in REBUILDS), "-m", "not warehouse"],
        ])],
        [Part("distances", "oracles of drift on generated data", [
            [*pytest, *(f"{tests}/{name}" for name in DISTANCES), "-m", "not warehouse"],
        ])],
        [Part("models", "sqlfluff on the models", [[python, "-m", "scripts.lint.models"]])],
        [Part("compiled", "sqlfluff on the compiled SQL", [[python, "-m", "scripts.lint.compiled"]])],
    ]  # fmt: skip


def say(part: Part, line: str) -> None:
    with _PRINTING:
        print(f"{part.name:<10} | {line}", flush=True)


def run(part: Part, environment: dict[str, str]) -> tuple[bool, float]:
    """Run the commands of a part until one fails. Whether all went well, and the seconds it took."""
    say(part, f"=== {part.title}")
    start = time.perf_counter()
    passed = True
    for command in part.commands:
        with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True, errors="replace") as process:  # fmt: skip
            for line in process.stdout:
                say(part, line.rstrip())
        passed = process.returncode == 0
        if not passed:
            break
    seconds = time.perf_counter() - start
    say(part, f"=== {'passed' if passed else 'FAILED'} after {seconds:.0f} s")
    return passed, seconds


def run_chain(parts: list[Part], environments: dict[str, dict[str, str]]) -> list[tuple[Part, bool, float]]:
    return [(part, *run(part, environments.get(part.name, dict(os.environ)))) for part in parts]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m scripts.checks", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)  # fmt: skip
    every = [part for chain in chains() for part in chain]
    parser.add_argument("parts", nargs="*", metavar="part", help=", ".join(part.name for part in every))
    chosen = parser.parse_args().parts
    unknown = set(chosen) - {part.name for part in every}
    if unknown:
        parser.error(f"unknown part: {', '.join(sorted(unknown))}")
    with tempfile.TemporaryDirectory() as folder:
        demo = str(Path(folder) / "demo.duckdb")
        environments = {
            "demo": os.environ | {"ML_MONITOR_DUCKDB_PATH": demo, "ML_MONITOR_TARGET": "duckdb"},
            "warehouses": os.environ | {"ML_MONITOR_CHECK_DEMO": demo},
        }
        wanted = [[part for part in chain if not chosen or part.name in chosen] for chain in chains()]
        with ThreadPoolExecutor(AT_ONCE) as pool:
            done = pool.map(lambda chain: run_chain(chain, environments), wanted)
            results = [result for chain in done for result in chain]
    print("\n=== summary")
    for part, passed, seconds in results:
        print(f"  {'pass' if passed else 'FAIL'}  {seconds:7.1f} s  {part.name}: {part.title}")
    failed = sum(not passed for _, passed, _ in results)
    print(f"{len(results) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
