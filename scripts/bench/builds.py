"""Run `dbt build` over the benchmark's tables and measure it: wall, CPU, memory, SQL by layer, and dbt's own part."""

from __future__ import annotations

import json
import os
import sys
import time
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from scripts.bench import data, processes, statements

LAYERS = ("staging", "rows", "cubes", "windows", "marts", "other")

# What is compared with the peers: the marts that hold these results.
CAPABILITIES = {
    "drift": ["fct_ml_drift"],
    "performance": ["fct_ml_performance"],
    "estimated": ["fct_ml_estimated_performance"],
    "fairness": ["fct_ml_performance"],
}
PARTS = ("drift", "performance", "estimated", "fairness")


@dataclass(frozen=True)
class Warehouse:
    """A DuckDB file, with the folder of dbt's artifacts beside it."""

    database: Path

    @property
    def target(self) -> Path:
        return self.database.with_suffix(".target")

    @property
    def logs(self) -> Path:
        return self.database.with_suffix(".logs")


def build(warehouse: Warehouse, shape: data.Shape, as_of: date, select: str | None = None, **settings: Any) -> dict[str, Any]:
    """Run one build without tests and say what it took. A failure ends the program with dbt's words.

    seconds        from start to end of the dbt process
    sql_seconds    the part of it in which at least one SQL statement ran
    dbt_seconds    the rest: dbt's start, parsing, rendering, bookkeeping; DuckDB's checkpoint at the end
    layers         sql_seconds by layer, nodes: by model; they add up
    """
    (warehouse.logs / "dbt.log").unlink(missing_ok=True)
    chosen = ["--select", *select.split()] if select else []
    command = [*_dbt("build", warehouse, shape, as_of, settings), "--exclude-resource-type", "test", "unit_test", *chosen]
    began = time.time()
    done = processes.checked(processes.run(command, _environment(warehouse)), "dbt build")
    ran = statements.read_statements(warehouse.logs / "dbt.log")
    manifest = json.loads((warehouse.target / "manifest.json").read_text())
    nodes = {**manifest["nodes"], **manifest["sources"]}
    seconds = statements.shared_seconds(ran)
    layers = dict.fromkeys(LAYERS, 0.0)
    for node, spent in seconds.items():
        layers[_layer(nodes.get(node))] += spent
    sql = sum(layers.values())
    needed = {part: _needed(CAPABILITIES[part], seconds, manifest) for part in PARTS}
    needed["all"] = _needed([name for names in CAPABILITIES.values() for name in names], seconds, manifest)
    of_nodes = [statement for statement in ran if statement.node.startswith(("model.", "seed."))]
    return {
        "seconds": done.seconds,
        "cpu_seconds": done.cpu_seconds,
        "peak_bytes": done.peak_bytes,
        "file_bytes": warehouse.database.stat().st_size,
        "sql_seconds": sql,
        "dbt_seconds": done.seconds - sql,
        "dbt_start_seconds": min(statement.start for statement in of_nodes) - began if of_nodes else done.seconds,
        "node_count": len({statement.node for statement in of_nodes}),
        "layers": layers,
        "needed": needed,
        "nodes": {nodes[node]["name"]: round(spent, 4) for node, spent in seconds.items() if node in nodes},
    }


def parse(warehouse: Warehouse, shape: data.Shape, as_of: date, **settings: Any) -> None:
    """Let dbt read the project, so that the next build with the same variables finds it read, as a daily run does."""
    command = _dbt("parse", warehouse, shape, as_of, settings)
    processes.checked(processes.run(command, _environment(warehouse)), "dbt parse")


def _dbt(action: str, warehouse: Warehouse, shape: data.Shape, as_of: date, settings: dict[str, Any]) -> list[str]:
    return [
        str(Path(sys.executable).with_name("dbt")), "--quiet", "--no-use-colors",
        "--log-format-file", "json", "--log-level-file", "debug", action,
        "--vars", json.dumps(data.declaration(shape, as_of, **settings)),
        "--target-path", str(warehouse.target), "--log-path", str(warehouse.logs),
    ]  # fmt: skip


def _environment(warehouse: Warehouse) -> dict[str, str]:
    return {
        "ML_MONITOR_DUCKDB_PATH": str(warehouse.database),
        "ML_MONITOR_TARGET": "duckdb",
        "DBT_PROFILES_DIR": str(processes.ROOT),
        "DBT_LOG_FILE_MAX_BYTES": str(1 << 30),
    } | {name: os.environ[name] for name in ("ML_MONITOR_THREADS",) if name in os.environ}


def _layer(node: dict[str, Any] | None) -> str:
    if node is None or node["resource_type"] != "model":
        return "other"
    folders = node["fqn"][1:-1]
    if folders[0] == "marts":
        return "rows" if folders[1] == "rows" else "marts"
    return "staging" if folders[0] in ("input", "staging") else folders[0] if folders[0] in LAYERS else "other"


def _needed(names: list[str], seconds: dict[str, float], manifest: dict[str, Any]) -> float:
    targets = [node for node, entry in manifest["nodes"].items() if entry["name"] in names and entry["resource_type"] == "model"]
    return statements.seconds_needed(targets, seconds, manifest["parent_map"])
