"""The page: one self-contained HTML file from the report's records. It asks for nothing over a network."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from scripts.report import charts, wording
from scripts.report.records import Incident, ModelReport, Problem, Report

TEMPLATES = Path(__file__).parent / "templates"
PROBLEMS_SHOWN = 8
SLICE_PROBLEMS_SHOWN = 6
SQUARES_SHOWN = 8000  # above, equal neighbours are drawn as one, so that the page stays below 2 MB


@dataclass(frozen=True)
class Shown:
    """A list cut to what a reader takes in, and how many were left out."""

    rows: Sequence[Problem]
    more: int


@dataclass(frozen=True)
class ModelPage:
    """One model's part of the page."""

    model: ModelReport
    problems: Shown
    slice_problems: Shown
    figures: Sequence[charts.Figure]
    gaps: Sequence[str]
    """What the marts could not say of this model, in sentences."""
    facts: Sequence[tuple[str, str]]


def shown(problems: Sequence[Problem], limit: int) -> Shown:
    """Cut a list of problems."""
    return Shown(problems[:limit], max(0, len(problems) - limit))


def model_page(model: ModelReport, merge: bool = False) -> ModelPage:
    """Draw the charts of a model and collect what stands beside them."""
    figures = [charts.trend_figure(model, trend) for trend in model.trends if trend.points]
    if model.drift:
        figures.append(charts.drift_figure(model.drift, merge))
    if model.quality:
        figures.append(charts.quality_figure(model.quality, model.volume, model.quality_granularity, merge))
    if model.maturity:
        figures.append(charts.maturity_figure(model.maturity))
    problems = wording.distinct(model.problems)
    return ModelPage(
        model=model,
        problems=shown([problem for problem in problems if problem.slice_key is None], PROBLEMS_SHOWN),
        slice_problems=shown([problem for problem in problems if problem.slice_key is not None], SLICE_PROBLEMS_SHOWN),
        figures=figures,
        gaps=list(_gaps(model)),
        facts=list(_facts(model)),
    )


def _numbered(pages: Sequence[ModelPage]) -> Sequence[ModelPage]:
    """Give the names inside each picture a number of its own, so that no two on the page clash."""
    numbers = itertools.count(1)

    def number(figure: charts.Figure) -> charts.Figure:
        return replace(figure, svg=figure.svg.replace(charts.ID_PREFIX, f"{charts.ID_PREFIX}{next(numbers)}-"))

    return [replace(page, figures=[number(figure) for figure in page.figures]) for page in pages]


def _gaps(model: ModelReport) -> Sequence[str]:
    gaps = []
    if "performance" not in model.judged_areas and model.trends:
        gaps.append(
            "Performance has no verdict: no week or month outside the reference period has all its outcomes yet, so "
            "the status rests on its inputs and its data alone."
        )
    elif "performance" not in model.judged_areas:
        gaps.append(
            "Performance has no verdict: whether its predictions come true is not measured here, so the status rests "
            "on its inputs and its data alone."
        )
    if "drift" not in model.judged_areas:
        gaps.append("Drift has no verdict: no week outside the reference period could be compared.")
    if "quality" not in model.judged_areas:
        gaps.append("Data quality has no verdict in the last two weeks.")
    return gaps


def _facts(model: ModelReport) -> Sequence[tuple[str, str]]:
    facts = [
        ("What it is", f"{wording.TASK_WORDS.get(model.task, model.task)}, version {model.model_version}"),
        ("Owner", model.owner or "not named in the models policy"),
        ("Importance", model.tier),
        (
            "Predictions",
            f"{wording.count(model.prediction_count)} from {wording.day(model.first_predicted_date)} to "
            f"{wording.day(model.last_predicted_date)}; {wording.count(model.labelled_count)} have a known outcome",
        ),
    ]
    if model.reference_start is not None and model.reference_end is not None:
        facts.append(
            (
                "Compared with",
                f"its reference period, {wording.day(model.reference_start)} to {_last_day(model.reference_end)}",
            )
        )
    return facts


def _last_day(end: date) -> str:
    """The last day inside a half-open period."""
    return wording.day(end - timedelta(days=1))


def incidents(report: Report) -> Sequence[tuple[ModelReport, Incident]]:
    """The demo's open faults, model by model."""
    return [(model, incident) for model in report.models for incident in model.incidents]


def render_page(report: Report) -> str:
    """Return the HTML of the whole report."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(wording=wording, last_day=_last_day)
    squares = sum(len(model.drift) + len(model.quality) for model in report.models)
    statuses = ("fail", "warn", "pass", "not_evaluated")
    return environment.get_template("report.html").render(
        report=report,
        pages=_numbered([model_page(model, merge=squares > SQUARES_SHOWN) for model in report.models]),
        totals=[(status, sum(model.status == status for model in report.models)) for status in statuses],
        incidents=incidents(report),
        metrics_used=_glossary(report),
    )


def _glossary(report: Report) -> Sequence[tuple[str, str]]:
    """The metrics that the page names, each with how to read it."""
    names = {"psi", "label_coverage"}
    for model in report.models:
        names |= {problem.metric_name for problem in model.problems} | {trend.metric_name for trend in model.trends}
    rows = []
    for name in names:
        known = report.metrics.get(name)
        hint = wording.metric_hint(name, report.metrics)
        formula = f"formula: {known.formula}" if known else ""
        rows.append((wording.metric_name(name), "; ".join(part for part in (hint, formula) if part)))
    return sorted(rows)
