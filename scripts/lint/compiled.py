"""Lint the SQL that the models compile to: the only way to see what macros write.

    python -m scripts.lint.compiled --target duckdb
    python -m scripts.lint.compiled --target postgres --target spark

Compiles a copy of the project with a short declaration (scripts/lint/project.py) for each target, without a server, and
lints the files with the rules in compiled.cfg. DuckDB's are read as Postgres (.sqlfluff says why). What does not parse
fails, in any dialect. A file whose text another target has already passed (but for quotes and the names of types) is
parsed only where the dialect is another one, else skipped; so is a file that passed in an earlier run. Exit codes:
0 clean, 1 findings, 2 the lint could not be done.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.metadata
import re
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from scripts.lint.project import REPOSITORY, LintError, compile_project, copy_project
from scripts.lint.sqlfluff_runner import Finding, report, run_sqlfluff

DIALECTS = {"duckdb": "postgres", "postgres": "postgres", "spark": "sparksql"}
CONFIG = REPOSITORY / "scripts" / "lint" / "compiled.cfg"
WORK = REPOSITORY / "target" / "lint"
_ONE_CHEAP_RULE = "CV06"  # off by its default: what is left is the parser

_QUOTED_RELATION = re.compile(r'"\w+"\."(\w+)"\."(\w+)"')
_TYPE_NAMES = {
    re.compile(r"\bdouble precision\b"): "double",
    re.compile(r"\bas (text|string)\b", re.IGNORECASE): "as text",
}


def same_on_all_engines(text: str) -> str:
    """Return compiled SQL without what differs between engines and no rule looks at: quotes, names of types."""
    text = _QUOTED_RELATION.sub(r"\1.\2", text).replace("`", "")
    for pattern, name in _TYPE_NAMES.items():
        text = pattern.sub(name, text)
    return text


class Passed:
    """What passed, as hashes of text, dialect, rules and sqlfluff's version, kept in target/lint."""

    def __init__(self, path: Path = WORK / "passed.txt") -> None:
        self._path = path
        self._about = CONFIG.read_text() + importlib.metadata.version("sqlfluff")
        self._keys = set(path.read_text().split()) if path.is_file() else set()

    def _key(self, text: str, dialect: str) -> str:
        return hashlib.sha256(f"{self._about}\n{dialect}\n{same_on_all_engines(text)}".encode()).hexdigest()

    def holds(self, text: str, dialect: str) -> bool:
        return self._key(text, dialect) in self._keys

    def add(self, texts: Sequence[str], dialect: str) -> None:
        self._keys.update(self._key(text, dialect) for text in texts)
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._path.write_text("\n".join(sorted(self._keys)) + "\n")


def compiled_files(folder: Path) -> dict[str, str]:
    """Return the compiled models, analyses and assertions by relative path (dbt's own tests are not ours to lint)."""
    return {
        str(path.relative_to(folder)): path.read_text()
        for path in sorted(folder.rglob("*.sql"))
        if not any(part.endswith(".yml") for part in path.relative_to(folder).parts)
    }


def _lint(files: dict[str, str], dialect: str, options: Sequence[str], folder: Path, project: Path) -> list[Finding]:
    if not files:
        return []
    shutil.rmtree(folder, ignore_errors=True)
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    # --ignore-local-config: the .sqlfluff of the project is for the models
    common = ["--ignore-local-config", "--config", str(CONFIG), "--dialect", dialect]
    return run_sqlfluff([*common, *options], ["."], folder, project)


def lint_target(target: str, project: Path, passed: Passed) -> list[Finding]:
    """Compile and lint for one target."""
    dialect = DIALECTS[target]
    files = {name: text for name, text in compiled_files(compile_project(project, target)).items() if text.strip()}
    if not files:
        raise LintError(f"dbt compile --target {target} left no SQL")
    due = {name: text for name, text in files.items() if not passed.holds(text, dialect)}
    parse_only = {
        name: text
        for name, text in due.items()
        if any(passed.holds(text, other) for other in set(DIALECTS.values()) - {dialect})
    }
    whole = {name: text for name, text in due.items() if name not in parse_only}
    print(
        f"{target}: {len(files)} files, {len(whole)} to lint as {dialect}, {len(parse_only)} to parse only, "
        f"{len(files) - len(due)} passed already",
        flush=True,
    )
    findings = _lint(whole, dialect, [], WORK / target / "lint", project)
    findings += _lint(parse_only, dialect, ["--rules", _ONE_CHEAP_RULE], WORK / target / "parse", project)
    bad = {finding.path for finding in findings}
    passed.add([text for name, text in due.items() if name not in bad], dialect)
    return findings


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m scripts.lint.compiled",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--target", choices=sorted(DIALECTS), action="append", help="may be given more than once (default: all three)"
    )
    parser.add_argument("--anew", action="store_true", help="lint again what passed in an earlier run")
    options = parser.parse_args(arguments)
    exit_code = 0
    try:
        project = copy_project()
        if options.anew:
            (WORK / "passed.txt").unlink(missing_ok=True)
        for target in options.target or list(DIALECTS):
            exit_code |= report(lint_target(target, project, Passed()), f"compiled for {target}")
    except LintError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return exit_code


if __name__ == "__main__":
    sys.exit(main())
