"""Run sqlfluff over files and say what it found, one line a finding."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from scripts.lint.project import LintError, environment, tool

PROCESSES = "2"


@dataclass(frozen=True, order=True)
class Finding:
    """One violation, its path relative to the folder that was linted."""

    path: str
    line: int
    code: str
    description: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.code} {self.description}"


def run_sqlfluff(options: Sequence[str], paths: Sequence[str], folder: Path, project: Path) -> list[Finding]:
    """Lint paths below `folder` and return the findings in order. Raises LintError when sqlfluff itself fails."""
    command = [tool("sqlfluff"), "lint", "--processes", PROCESSES, "--format", "json", *options, *paths]
    done = subprocess.run(command, cwd=folder, env=environment(project), capture_output=True, text=True)
    try:
        results = json.loads(done.stdout[done.stdout.index("[") :])
    except ValueError as error:
        raise LintError(f"sqlfluff failed:\n{(done.stdout + done.stderr)[-4000:]}") from error
    findings = {
        Finding(_relative(result["filepath"], folder), found["start_line_no"], found["code"], found["description"])
        for result in results
        for found in result["violations"]
        if not found.get("warning")
    }
    if done.returncode not in (0, 1) or (done.returncode == 1 and not findings):
        raise LintError(f"sqlfluff ended with {done.returncode}:\n{done.stderr[-4000:]}")
    return sorted(findings)


def _relative(path: str, folder: Path) -> str:
    return str(Path(path).relative_to(folder)) if Path(path).is_absolute() else path


def report(findings: Sequence[Finding], what: str) -> int:
    """Print the findings and their number; return the exit code."""
    for finding in findings:
        print(finding)
    print(f"{what}: {len(findings)} finding{'' if len(findings) == 1 else 's'}")
    return 1 if findings else 0
