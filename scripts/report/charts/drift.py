"""Drift of each feature, week by week."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta

from scripts.report import wording
from scripts.report.charts.svg import (
    INK,
    REFERENCE_COLOUR,
    STATUS_COLOURS,
    WIDTH,
    Figure,
    iso,
    merged,
    render,
    time_axis,
)
from scripts.report.records import DriftCell

FEATURES_SHOWN = 30


_DRIFT_KINDS = ("Within limits", "Warning", "Failing", "Reference period", "Not judged")
_DRIFT_COLOURS = (
    STATUS_COLOURS["pass"],
    STATUS_COLOURS["warn"],
    STATUS_COLOURS["fail"],
    REFERENCE_COLOUR,
    STATUS_COLOURS["not_evaluated"],
)


def _drift_kind(cell: DriftCell) -> str:
    if cell.status == "not_evaluated":
        return "Reference period" if cell.status_reason == "in_baseline" else "Not judged"
    return wording.VERDICT_WORDS[cell.status]


def drift_figure(cells: Sequence[DriftCell], merge: bool = False) -> Figure:
    """Show the drift of each feature week by week, the worst feature on top. `merge` makes a smaller picture."""
    names = {(cell.subject, cell.feature_name): wording.feature(cell.subject, cell.feature_name) for cell in cells}
    weeks = sorted({cell.window_start for cell in cells})
    newest: dict[str, DriftCell] = {}
    judged: dict[str, DriftCell] = {}
    for cell in sorted(cells, key=lambda cell: cell.window_start):
        name = names[cell.subject, cell.feature_name]
        newest[name] = cell
        if cell.status != "not_evaluated":
            judged[name] = cell
    severity = {"fail": 0, "warn": 1, "pass": 2, "not_evaluated": 3}

    def worst_first(name: str) -> tuple[int, float, str]:
        cell = judged.get(name, newest[name])
        return severity[cell.status], -(cell.metric_value or 0), name

    ranked = sorted(newest, key=worst_first)
    order = ranked[:FEATURES_SHOWN]
    values = [
        {
            "feature": names[cell.subject, cell.feature_name],
            "from": iso(cell.window_start),
            "to": iso(cell.window_start + timedelta(days=7)),
            "kind": _drift_kind(cell),
        }
        for cell in cells
        if names[cell.subject, cell.feature_name] in order
    ]
    if merge:
        values = merged(values, "feature")
    labels = [
        {"feature": name, "label": wording.number(newest[name].metric_value, 2), "kind": _drift_kind(newest[name])}
        for name in order
    ]
    kinds = [kind for kind in _DRIFT_KINDS if any(value["kind"] == kind for value in values)]
    colours = [_DRIFT_COLOURS[_DRIFT_KINDS.index(kind)] for kind in kinds]
    x = {"field": "from", "type": "temporal", "scale": {"type": "utc", "nice": False}, "axis": time_axis()}
    y_axis = {"title": None, "labelLimit": 190, "ticks": False, "domain": False, "labelColor": INK}
    y = {"field": "feature", "type": "nominal", "sort": order, "axis": y_axis, "scale": {"paddingInner": 0.12}}
    colour = {
        "field": "kind",
        "type": "nominal",
        "scale": {"domain": kinds, "range": colours},
        "legend": {"symbolType": "square", "symbolSize": 140},
    }
    body = WIDTH - 250
    svg = render(
        {
            "width": body,
            "height": {"step": 21},
            "padding": {"left": 5, "top": 5, "bottom": 5, "right": 70},
            "layer": [
                {
                    "data": {"values": values},
                    "mark": {"type": "rect", "stroke": "#ffffff", "strokeWidth": 0.6},
                    "encoding": {
                        "x": x,
                        "x2": {"field": "to"},
                        "y": y,
                        "color": colour,
                    },
                },
                {
                    "data": {"values": labels},
                    "mark": {"type": "text", "align": "left", "dx": 6, "fontSize": 11},
                    "encoding": {
                        "x": {"value": body},
                        "y": y,
                        "text": {"field": "label"},
                        "color": {"value": INK},
                        "opacity": {"condition": {"test": "datum.kind == 'Not judged'", "value": 0.55}, "value": 1},
                    },
                },
            ],
        }
    )
    bad = [name for name in ranked if newest[name].status in ("warn", "fail")]
    weeks_with = Counter((names[cell.subject, cell.feature_name], cell.status) for cell in cells)
    left_out = len(ranked) - len(order)
    return Figure(
        svg=svg,
        title="Drift of inputs and outputs by week",
        caption=(
            "Each square compares a week with the reference period; the number at the right is the newest week's PSI, "
            f"0 for no difference. {_drift_limits(cells)} A verdict needs a difference that is large and more than "
            "chance." + (f" The {left_out} features that drift least are in the numbers below." if left_out else "")
        ),
        alternative=(
            f"Grid of {wording.plural(len(order), 'row')}, a feature each, by {wording.plural(len(weeks), 'week')}, "
            f"{wording.day(weeks[0])} to {wording.day(weeks[-1] + timedelta(days=6))}. "
            + (f"In the newest week {', '.join(bad)} drifted." if bad else "Nothing drifted in the newest week.")
        ),
        header=["Feature", "PSI of the newest week", "Verdict", "Weeks failing", "Weeks warning"],
        rows=[
            [
                name,
                wording.number(newest[name].metric_value, 2),
                _drift_kind(newest[name]),
                str(weeks_with[name, "fail"]),
                str(weeks_with[name, "warn"]),
            ]
            for name in ranked
        ],
    )


def _drift_limits(cells: Sequence[DriftCell]) -> str:
    limits = {(cell.warn_threshold, cell.fail_threshold) for cell in cells}
    if len(limits) != 1:
        return "Limits differ between features."
    warn, fail = limits.pop()
    return f"It warns from {wording.number(warn, 2)} and fails from {wording.number(fail, 2)}."
