"""Which outcomes are known."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from scripts.report import wording
from scripts.report.charts.svg import INK, STATUS_COLOURS, WIDTH, Figure, iso, render, time_axis
from scripts.report.records import MaturityWeek


def maturity_figure(weeks: Sequence[MaturityWeek]) -> Figure:
    """Show which share of each week's predictions has a known outcome, and which should at its age."""
    x = {"field": "from", "type": "temporal", "scale": {"type": "utc", "nice": False}, "axis": time_axis()}
    y = {
        "type": "quantitative",
        "axis": {"title": "With known outcome", "format": ".0%", "tickCount": 4},
        "scale": {"domain": [0, 1]},
    }
    kinds = ["Complete", "Still coming in", "Too few (check failing or warning)"]
    values = [
        {
            "from": iso(week.window_start),
            "to": iso(week.window_end),
            "middle": iso(week.window_start + timedelta(days=3)),
            "coverage": week.label_coverage,
            "expected": week.expected_coverage,
            "kind": kinds[2] if week.status in ("warn", "fail") else kinds[0 if week.is_mature else 1],
        }
        for week in weeks
    ]
    shown = [kind for kind in kinds if any(value["kind"] == kind for value in values)]
    colours = {kinds[0]: "#6c9bc2", kinds[1]: "#d3dfe9", kinds[2]: STATUS_COLOURS["fail"]}
    has_expected = any(week.expected_coverage is not None for week in weeks)
    layers: list[dict[str, Any]] = [
        {
            "data": {"values": values},
            "mark": {"type": "bar", "stroke": "#ffffff", "strokeWidth": 1},
            "encoding": {
                "x": x,
                "x2": {"field": "to"},
                "y": {**y, "field": "coverage"},
                "y2": {"datum": 0},
                "color": {
                    "field": "kind",
                    "type": "nominal",
                    "scale": {"domain": shown, "range": [colours[k] for k in shown]},
                    "legend": {"symbolType": "square", "symbolSize": 140},
                },
            },
        }
    ]
    if has_expected:
        layers.append(
            {
                "data": {"values": [value for value in values if value["expected"] is not None]},
                "mark": {"type": "rule", "color": INK, "strokeWidth": 2},
                "encoding": {"x": x, "x2": {"field": "to"}, "y": {**y, "field": "expected"}},
            }
        )
    svg = render({"width": WIDTH - 60, "height": 120, "layer": layers})
    ready = [week for week in weeks if week.is_mature]
    return Figure(
        svg=svg,
        title="Known outcomes by week",
        caption=(
            "Share of each week's predictions whose outcome is known."
            + (
                " Black marks: what is expected at this age, by the delays of the reference period."
                if has_expected
                else ""
            )
        ),
        alternative=(
            f"Bars of {wording.plural(len(weeks), 'week')}. "
            + (
                f"The newest week with all outcomes is the {wording.window('week', ready[-1].window_start)}."
                if ready
                else "No week has all its outcomes yet."
            )
        ),
        header=["Week", "Predictions", "With known outcome", "Expected at this age", "State"],
        rows=[
            [
                wording.day(week.window_start),
                wording.count(week.prediction_count),
                wording.percent(week.label_coverage),
                wording.percent(week.expected_coverage),
                str(value["kind"]),
            ]
            for week, value in zip(reversed(weeks), reversed(values), strict=True)
        ],
    )
