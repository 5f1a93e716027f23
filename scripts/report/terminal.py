"""The report for a terminal: a status and a sentence a model, then what is ill and why."""

from __future__ import annotations

import os
import shutil
import sys
import textwrap
from collections.abc import Iterator
from typing import TextIO

from scripts.report import wording
from scripts.report.page import incidents
from scripts.report.records import ModelReport, Report

PROBLEMS_SHOWN = 4
_COLOURS = {"fail": "31", "warn": "33", "pass": "32", "not_evaluated": "2"}
_WIDEST = 110


def use_colour(stream: TextIO) -> bool:
    """Whether a stream shows colours: a terminal, and NO_COLOR is not set."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def lines(report: Report, colour: bool, width: int) -> Iterator[str]:
    """Yield the lines of the report."""
    yield (
        f"{wording.plural(len(report.models), 'model')}, data up to {wording.day(report.last_date)}"
        f"{' (simulated data: the demo)' if report.is_simulated else ''}"
    )
    for model in report.models:
        yield ""
        yield from _model_lines(model, colour, width)
    found = incidents(report)
    if found:
        yield ""
        seen = sum(bool(incident.found_by) for _, incident in found)
        yield f"Injected faults still open: {seen} of {len(found)} found"
        for model, incident in found:
            word = "found    " if incident.found_by else "NOT FOUND"
            text = f"{model.model_name}, since {wording.day(incident.started_on)}: {incident.description}"
            yield from _wrapped(f"  {word}  {text}", width, 13)


def _model_lines(model: ModelReport, colour: bool, width: int) -> Iterator[str]:
    word = wording.STATUS_WORDS[model.status].upper()
    painted = f"\033[1;{_COLOURS[model.status]}m{word}\033[0m" if colour else word
    yield f"{painted}  {model.model_name}"
    yield from _wrapped(f"  {model.health_sentence}", width, 2)
    if "performance" not in model.judged_areas:
        yield from _wrapped("  No verdict on performance: the status rests on inputs and data alone.", width, 2)
    problems = wording.distinct(model.problems)
    for problem in problems[:PROBLEMS_SHOWN]:
        mark = "FAIL" if problem.status == "fail" else "warn"
        yield from _wrapped(f"    {mark}  {wording.problem_sentence(problem)}", width, 10)
    more = len(problems) - PROBLEMS_SHOWN
    if more > 0:
        yield f"          and {more} more"


def _wrapped(text: str, width: int, indent: int) -> Iterator[str]:
    yield from textwrap.wrap(
        text, width, subsequent_indent=" " * indent, break_long_words=False, break_on_hyphens=False
    )


def print_report(report: Report, stream: TextIO | None = None) -> None:
    """Print the report."""
    out = stream or sys.stdout
    width = max(60, min(_WIDEST, shutil.get_terminal_size((_WIDEST, 24)).columns))
    for line in lines(report, use_colour(out), width):
        print(line, file=out)
