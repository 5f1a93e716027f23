"""`python -m scripts.checks [part ...]`: everything that `make test` runs, part by part, with a summary.

Parts: yaml, models (sqlfluff, dbt templater), compiled (sqlfluff on the compiled SQL of three dialects), demo (dbt build
of the simulated retailer with its unit and data tests), pytest. Without arguments all of them. The exit code is 1 when a
part failed, and with CI=true also when one could not run.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent


@dataclass(frozen=True)
class Part:
    """One part of the checks: its name, what it does, and the commands that do it."""

    name: str
    title: str
    commands: list[list[str]]


def parts() -> list[Part]:
    """All parts, the quick ones first."""
    python = sys.executable
    pytest = [python, "-m", "pytest", "tests/python", "-q", "--durations=10", "-p", "no:cacheprovider"]
    return [
        Part("yaml", "yamllint", [[str(BIN / "yamllint"), "--strict", "."]]),
        Part("models", "sqlfluff on the models", [[python, "-m", "scripts.lint.models"]]),
        Part("compiled", "sqlfluff on the compiled SQL", [[python, "-m", "scripts.lint.compiled"]]),
        Part("demo", "the demo with its unit and data tests", [
            [python, "-m", "scripts.demo.generate"],
            [str(BIN / "dbt"), "build", "--target-path", "target/demo_check"],
        ]),
        Part("pytest", "oracles, engines, incremental builds", [pytest]),
    ]  # fmt: skip


def run(part: Part, environment: dict[str, str]) -> tuple[bool, float]:
    """Run the commands of a part until one fails. Whether all went well, and the seconds it took."""
    print(f"\n=== {part.name}: {part.title}", flush=True)
    start = time.perf_counter()
    passed = all(subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode == 0 for command in part.commands)
    return passed, time.perf_counter() - start


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m scripts.checks", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)  # fmt: skip
    every = parts()
    parser.add_argument("parts", nargs="*", metavar="part", help=", ".join(part.name for part in every))
    chosen = parser.parse_args().parts
    unknown = set(chosen) - {part.name for part in every}
    if unknown:
        parser.error(f"unknown part: {', '.join(sorted(unknown))}")
    results = []
    with tempfile.TemporaryDirectory() as folder:
        demo = str(Path(folder) / "demo.duckdb")
        environments = {
            "demo": os.environ | {"ML_MONITOR_DUCKDB_PATH": demo, "ML_MONITOR_TARGET": "duckdb"},
            "pytest": os.environ | {"ML_MONITOR_CHECK_DEMO": demo},
        }
        for part in every:
            if not chosen or part.name in chosen:
                results.append((part, *run(part, environments.get(part.name, dict(os.environ)))))
    print("\n=== summary")
    for part, passed, seconds in results:
        print(f"  {'pass' if passed else 'FAIL'}  {seconds:7.1f} s  {part.name}: {part.title}")
    failed = sum(not passed for _, passed, _ in results)
    print(f"{len(results) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
