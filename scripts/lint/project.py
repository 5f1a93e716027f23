"""A copy of the project to lint: the same files, with a short declaration.

What the generated models render grows with every declared log and feature, and sqlfluff reads some 300 lines a second. So
the copy declares every log of the demo and the sample's hotel log (together: every task, features in and beside the
prediction table, protected attributes, class scores; sample weights are added, or their models would not be there), the
first with two features of a kind, the others with one.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

REPOSITORY = Path(__file__).resolve().parents[2]
COPY = REPOSITORY / "target" / "lint" / "project"
_FOLDERS = ("models", "macros", "seeds", "analyses", "tests/assertions")
_FILES = ("profiles.yml", ".sqlfluff", ".sqlfluffignore")


class LintError(RuntimeError):
    """The lint itself cannot be done; the message says why."""


def tool(name: str) -> str:
    """Return the path of a command of the running Python's environment."""
    return str(Path(sys.executable).parent / name)


def _shortened(log: dict[str, Any], feature_count: int) -> dict[str, Any]:
    features = dict(log.get("features") or {})
    for kind in ("numeric", "categorical"):
        if kind in features:
            features[kind] = features[kind][:feature_count]
    features.pop("correlations", None)  # the first two features are one pair
    return {**log, "features": features}


def short_declaration(demo: dict[str, Any], sample: dict[str, Any]) -> dict[str, Any]:
    """Return the settings of the demo with the first log of the sample added, few features, and a sample weight."""
    hotel = sample["prediction_logs"][0]
    columns = {**hotel["predictions"]["columns"], "sample_weight": "weight"}
    logs = [{**hotel, "predictions": {**hotel["predictions"], "columns": columns}}, *demo["prediction_logs"]]
    return {**demo, "prediction_logs": [_shortened(log, 2 if log is logs[0] else 1) for log in logs]}


def _shorten_cell_tree(macro: Path) -> None:
    """Cut the tree of fourteen like intervals to two: nested cases are what sqlfluff is slowest at."""
    whole = macro.read_text()
    short = whole.replace("_cell_tree(value, edges, 1, 14)", "_cell_tree(value, edges, 13, 14)")
    if short == whole:
        raise LintError(f"{macro}: the tree of cells is not where it was; see scripts/lint/project.py")
    macro.write_text(short)


def copy_project(folder: Path = COPY) -> Path:
    """Write the copy (over an older one) and return its folder."""
    for name in _FOLDERS:
        target = folder / name
        shutil.rmtree(target, ignore_errors=True)
        if (REPOSITORY / name).is_dir():
            shutil.copytree(REPOSITORY / name, target)
    _shorten_cell_tree(folder / "macros" / "cubes" / "cell_key.sql")
    for name in _FILES:
        shutil.copy2(REPOSITORY / name, folder / name)
    project = yaml.safe_load((REPOSITORY / "dbt_project.yml").read_text())
    sample = yaml.safe_load((REPOSITORY / "scripts" / "sample" / "vars.yml").read_text())
    project["vars"]["ml_monitor"] = short_declaration(project["vars"]["ml_monitor"], sample["ml_monitor"])
    (folder / "dbt_project.yml").write_text(yaml.safe_dump(project, sort_keys=False))
    return folder


def environment(folder: Path) -> dict[str, str]:
    """Return the environment of dbt in the copy: nothing is written outside it, no server is asked."""
    own = {
        "ML_MONITOR_DUCKDB_PATH": str(folder / "target" / "lint.duckdb"),
        "DBT_LOG_PATH": str(folder / "logs"),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "NO_COLOR": "1",
    }
    return {**os.environ, **own}


def compile_project(folder: Path, target: str) -> Path:
    """Compile the copy for one target without a connection; return the folder of the compiled SQL."""
    output = folder / "target" / target
    shutil.rmtree(output / "compiled", ignore_errors=True)
    command = [
        tool("dbt"), "--quiet", "--no-use-colors", "compile", "--target", target, "--no-populate-cache",
        "--no-introspect", "--target-path", str(output),
    ]  # fmt: skip
    done = subprocess.run(command, cwd=folder, env=environment(folder), capture_output=True, text=True)
    if done.returncode != 0:
        raise LintError(f"dbt compile --target {target} failed:\n{(done.stdout + done.stderr)[-4000:]}")
    return output / "compiled" / "ml_monitor"
