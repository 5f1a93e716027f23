"""`make demo` and `make sample` install a part of the lock file: what their scripts import is in it."""

from __future__ import annotations

import ast
import re
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))
from conftest import ROOT  # noqa: E402


def required(name: str) -> set[str]:
    lines = (ROOT / name).read_text().splitlines()
    return {re.split(r"[<>=\[; ]", line)[0] for line in lines if line and not line.startswith(("#", "-"))}


def imported(folder: Path) -> set[str]:
    found = set()
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                found |= {name.name.split(".")[0] for name in node.names}
            elif isinstance(node, ast.ImportFrom) and not node.level:
                found.add(str(node.module).split(".")[0])
    return found - set(sys.stdlib_module_names) - {"scripts"}


@pytest.mark.parametrize("folder", ["demo", "lib", "report", "sample"])
def test_scripts_import_what_the_demo_installs(folder: str) -> None:
    modules = imported(ROOT / "scripts" / folder)
    assert modules
    distributions = packages_distributions()
    needed = {distributions[module][0].lower() for module in modules}
    assert needed <= required("requirements.demo.in"), needed


def test_the_lock_file_pins_every_direct_requirement() -> None:
    pinned = {line.split("==")[0] for line in (ROOT / "requirements.lock").read_text().splitlines() if "==" in line}
    assert required("requirements.demo.in") | required("requirements.in") <= pinned
