"""The layout of SQL lines as they are written, jinja included: what sqlfluff can only see after rendering."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from scripts.lint.sqlfluff_runner import Finding

FOLDERS = ("models", "macros", "analyses", "tests/assertions")
# 120 is the aim. A macro call is one expression, and a line of a formula is easier to read whole than broken.
MAX_LENGTH = 140
MAX_LENGTH_WITH_JINJA = 200
INDENT = 4
_COMMENT = re.compile(r"/\*.*?\*/|\{#.*?#\}", re.DOTALL)


def line_findings(path: str, text: str) -> list[Finding]:
    """Return tabs, trailing spaces and a bad end; in models too long lines and indents that are no multiple of four."""
    findings = []
    is_model = path.startswith("models/")
    in_comment = {
        number
        for match in _COMMENT.finditer(text)
        for number in range(text.count("\n", 0, match.start()) + 2, text.count("\n", 0, match.end()) + 2)
    }
    for number, line in enumerate(text.split("\n"), start=1):
        has_jinja = "{{" in line or "{%" in line
        limit = MAX_LENGTH_WITH_JINJA if has_jinja else MAX_LENGTH
        if "\t" in line:
            findings.append(Finding(path, number, "tab", "Indent with spaces."))
        if line != line.rstrip():
            findings.append(Finding(path, number, "trailing", "Spaces at the end of the line."))
        if is_model and len(line) > limit:
            findings.append(Finding(path, number, "length", f"Line is too long ({len(line)} > {limit})."))
        if is_model and number not in in_comment and line.strip() and (len(line) - len(line.lstrip(" "))) % INDENT:
            findings.append(Finding(path, number, "indent", f"Indent is no multiple of {INDENT}."))
    if not text.endswith("\n") or text.endswith("\n\n"):
        findings.append(Finding(path, text.count("\n"), "end", "End the file with one newline."))
    return findings


def source_findings(repository: Path, paths: Sequence[str]) -> list[Finding]:
    """Return the findings of every .sql file in the paths (folders or files, relative to the repository)."""
    files = set()
    for name in paths:
        place = repository / name
        files.update(place.rglob("*.sql") if place.is_dir() else [place])
    return [
        finding
        for file in sorted(files)
        for finding in line_findings(str(file.relative_to(repository)), file.read_text())
    ]
