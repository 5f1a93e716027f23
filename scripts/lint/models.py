"""Lint the models as they are written: sqlfluff with the dbt templater and the rules in .sqlfluff, and the layout of lines.

    python -m scripts.lint.models                   # all of them
    python -m scripts.lint.models models/windows    # a folder or a file

The layout (scripts/lint/source.py) is looked at in macros, analyses and assertions too where no path is named.
Exit codes: 0 clean, 1 findings, 2 the lint could not be done (the message says why).
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from scripts.lint.project import REPOSITORY, LintError, copy_project
from scripts.lint.source import FOLDERS, source_findings
from scripts.lint.sqlfluff_runner import report, run_sqlfluff


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m scripts.lint.models",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("paths", nargs="*", help="relative to the repository (default: models)")
    options = parser.parse_args(arguments)
    try:
        layout = source_findings(REPOSITORY, options.paths or FOLDERS)
        project = copy_project()
        return report(layout + run_sqlfluff([], options.paths or ["models"], project, project), "models")
    except LintError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
