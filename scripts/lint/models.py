"""Lint the models as they are written, with the dbt templater and the rules in .sqlfluff.

    python -m scripts.lint.models                   # all of them
    python -m scripts.lint.models models/windows    # a folder or a file

Exit codes: 0 clean, 1 findings, 2 the lint could not be done (the message says why).
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from scripts.lint.project import LintError, copy_project
from scripts.lint.sqlfluff_runner import report, run_sqlfluff


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m scripts.lint.models",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("paths", nargs="*", default=["models"], help="relative to the repository (default: models)")
    options = parser.parse_args(arguments)
    try:
        project = copy_project()
        return report(run_sqlfluff([], options.paths, project, project), "models")
    except LintError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
