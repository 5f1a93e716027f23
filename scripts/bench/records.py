"""What the benchmark measured, kept in a JSON file so that it can run part by part and the table be made again."""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
from collections.abc import Callable, Iterable
from dataclasses import asdict
from datetime import datetime, timezone
from importlib.metadata import version
from pathlib import Path
from typing import Any

from scripts.bench.data import Shape

DEFAULT_PATH = Path("reports/bench.json")
Record = dict[str, Any]
Size = tuple[int, int]  # predictions, days


class Records:
    """The records of a file. A record is one run of one part over data of one shape; written as soon as it is there."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.all: list[Record] = json.loads(path.read_text()) if path.exists() else []

    def start(self, part: str, shape: Shape, **more: Any) -> None:
        """Forget what was measured of a part and shape before: its runs begin anew."""
        key = _key(part, shape, more)
        self.all = [record for record in self.all if any(record.get(name) != value for name, value in key.items())]

    def add(self, part: str, shape: Shape, measured: Record, **more: Any) -> None:
        self.all.append(_key(part, shape, more) | {"machine": _machine()} | measured)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        waiting = self.path.with_suffix(".part")
        waiting.write_text(json.dumps(self.all, indent=1))
        os.replace(waiting, self.path)

    def of(self, part: str, **key: Any) -> list[Record]:
        """The runs of a part, of those whose fields have these values."""
        return [record for record in self.all if record["part"] == part and all(record.get(name) == value for name, value in key.items())]

    def sizes(self, part: str) -> list[Size]:
        """The sizes that a part was measured with, for one model of 8 numeric features, by rows."""
        return sorted({(record["rows"], record["days"]) for record in self.of(part) if record["models"] == 1 and record["features"] == 8})

    def of_size(self, part: str, size: Size, **key: Any) -> list[Record]:
        """The runs of a part with that many rows and days, one model, 8 numeric features."""
        return self.of(part, rows=size[0], days=size[1], models=1, features=8, **key)


def median(records: Iterable[Record], value: Callable[[Record], float | None]) -> float | None:
    """Median of a value over runs that have it; None where none has."""
    values = [found for found in map(value, records) if found is not None]
    return statistics.median(values) if values else None


def _key(part: str, shape: Shape, more: Record) -> Record:
    return {"part": part, **asdict(shape), **more}


def _machine() -> Record:
    """Where and with what a record was measured."""
    return {
        "at": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "cores": os.cpu_count(),
        "memory_bytes": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
        "python": platform.python_version(),
        "duckdb": version("duckdb"),
        "dbt": version("dbt-core"),
        "commit": _commit(),
    }


def _commit() -> str:
    done = subprocess.run(["git", "describe", "--always", "--dirty"], capture_output=True, text=True, check=False,
                          cwd=Path(__file__).parent)  # fmt: skip
    return done.stdout.strip()
