"""Say how the models are: in the terminal, and on one page for people who do not write SQL.

    python -m scripts.report                                  # DuckDB: ML_MONITOR_DUCKDB_PATH, else ./ml_monitor.duckdb
    python -m scripts.report --database shop.duckdb --output /tmp/models.html --no-open
    python -m scripts.report --target postgres                # PGHOST, PGPORT, PGUSER, PGPASSWORD, PGDATABASE

The page is a single file that asks for nothing over a network: send it by mail, print it, keep it. Its figures are
those of the marts in schema ML_MONITOR_SCHEMA (default ml_monitor). Exit codes: 0 written, 2 no marts or no place to
write.
"""

from __future__ import annotations

import argparse
import os
import sys
import webbrowser
from collections.abc import Sequence
from pathlib import Path

from scripts.lib.marts import open_marts
from scripts.lib.warehouse import TARGETS, WarehouseError
from scripts.report.page import render_page
from scripts.report.queries import read_report
from scripts.report.terminal import print_report

DEFAULT_OUTPUT = Path("reports/ml_monitor.html")


def has_desktop() -> bool:
    """Whether a browser could show a window, and somebody is there to see it."""
    if not sys.stdout.isatty():
        return False
    if sys.platform.startswith("linux"):
        return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    return True


def show(page: Path) -> None:
    """Open the page in a browser; without one nothing happens."""
    try:
        webbrowser.open(page.resolve().as_uri())
    except Exception:
        return


def write_page(html: str, output: Path) -> None:
    """Write the page whole or not at all, so that a reader never sees half of it."""
    output.parent.mkdir(parents=True, exist_ok=True)
    partial = output.with_name(output.name + ".partial")
    partial.write_text(html, encoding="utf-8")
    partial.replace(output)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m scripts.report", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--target", choices=TARGETS, default="duckdb", help="warehouse to read (default: %(default)s)")
    parser.add_argument(
        "--database", type=Path, metavar="PATH", help="the DuckDB file (default: ML_MONITOR_DUCKDB_PATH)"
    )
    parser.add_argument(
        "--output", type=Path, default=DEFAULT_OUTPUT, metavar="PATH", help="the page (default: %(default)s)"
    )
    parser.add_argument(
        "--open", action=argparse.BooleanOptionalAction, default=None,
        help="show the page in a browser (default: in a terminal on a desktop)",
    )  # fmt: skip
    options = parser.parse_args(arguments)
    if options.database and options.target != "duckdb":
        parser.error("--database is a DuckDB file; PostgreSQL is found by PGHOST, PGDATABASE and so on")
    try:
        with open_marts(options.target, options.database) as marts:
            report = read_report(marts)
        html = render_page(report)
        write_page(html, options.output)
    except WarehouseError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"error: cannot write {options.output}: {error}. Name another file with --output.", file=sys.stderr)
        return 2
    print_report(report)
    print(f"\nReport: {options.output.resolve()}")
    if options.open or (options.open is None and has_desktop()):
        show(options.output)
    return 0


if __name__ == "__main__":
    sys.exit(main())
