"""What every chart shares: colours, the way to SVG, and the figure that a page shows.

A chart is a Vega-Lite specification, rendered to an SVG element that can stand inside a page.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import vl_convert

WIDTH = 860
INK, MUTED, FAINT = "#1f2933", "#5f6b7a", "#d5dae1"
MAIN, OLDER = "#1f5f99", "#9aa5b1"
STATUS_COLOURS = {"fail": "#b3261e", "warn": "#f0a92e", "pass": "#c9dded", "not_evaluated": "#eceff3"}
REFERENCE_COLOUR = "#ffffff"

_CONFIG: Mapping[str, Any] = {
    "font": "Helvetica, Arial, sans-serif",
    "aria": False,  # the figure as a whole has a text alternative; one a mark is noise
    "background": None,
    "view": {"stroke": None},
    "axis": {
        "labelColor": MUTED, "titleColor": MUTED, "labelFontSize": 11, "titleFontSize": 11, "titleFontWeight": "normal",
        "domainColor": FAINT, "tickColor": FAINT, "gridColor": "#edf0f3",
    },
    "legend": {
        "labelColor": INK, "labelFontSize": 11, "title": None, "orient": "top", "symbolStrokeColor": MUTED,
        "symbolStrokeWidth": 0.5, "labelLimit": 400, "columnPadding": 18,
    },
    "text": {"color": INK, "fontSize": 11},
}  # fmt: skip


@dataclass(frozen=True)
class Figure:
    """A chart and its alternatives."""

    svg: str
    title: str
    caption: str
    alternative: str
    header: Sequence[str]
    rows: Sequence[Sequence[str]]


ID_PREFIX = "ml-monitor-figure-"
"""Stands before every name inside a picture; the page puts the picture's number after it."""

_HUNDREDTHS = re.compile(r"(\.\d{2})\d+")  # of a pixel: enough


def render(spec: Mapping[str, Any]) -> str:
    """Render a specification to an SVG element that asks for nothing from outside."""
    svg = vl_convert.vegalite_to_svg(
        {"$schema": "https://vega.github.io/schema/vega-lite/v5.json", **spec, "config": _CONFIG}
    )
    names = {name: f"{ID_PREFIX}{number}" for number, name in enumerate(re.findall(r'\bid="([^"]+)"', svg), start=1)}
    svg = re.sub(r'\bid="([^"]+)"', lambda found: f'id="{names[found[1]]}"', svg)
    svg = re.sub(r"url\(#([^)]+)\)", lambda found: f"url(#{names[found[1]]})", svg)
    svg = re.sub(r'\s(?:xmlns(?::\w+)?|version)="[^"]*"', "", svg)
    svg = re.sub(r'<svg([^>]*?) width="[\d.]+" height="[\d.]+"', r"<svg\1", svg, count=1)
    svg = re.sub(r'\b(?:d|transform|x1|x2|y1|y2)="[^"]*"', lambda found: _HUNDREDTHS.sub(r"\1", found[0]), svg)
    return svg.replace("<svg", '<svg aria-hidden="true" focusable="false"', 1)


def time_axis() -> dict[str, Any]:
    """Months along the foot of a chart, the year with the first and with each January."""
    form = "utcmonth(datum.value) == 0 || datum.index == 0 ? '%b %Y' : '%b'"
    label = f"utcFormat(datum.value, {form})"
    return {"title": None, "grid": False, "labelExpr": label, "tickCount": "month", "labelFlush": False}


def iso(value: date) -> str:
    """Write a date as Vega reads it."""
    return value.isoformat()


def merged(values: Sequence[dict[str, Any]], row: str) -> list[dict[str, Any]]:
    """Join neighbours of the same kind into one mark: the same picture without its grid, at a fraction of the size."""
    found: list[dict[str, Any]] = []
    for value in sorted(values, key=lambda value: (value[row], value["from"])):
        last = found[-1] if found else None
        if last and (last[row], last["kind"], last["to"]) == (value[row], value["kind"], value["from"]):
            last["to"] = value["to"]
        else:
            found.append(dict(value))
    return found
