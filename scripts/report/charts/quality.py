"""Data quality: how many predictions, and the worst verdict of each check."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from scripts.report import wording
from scripts.report.charts.svg import INK, STATUS_COLOURS, WIDTH, Figure, iso, merged, render, time_axis
from scripts.report.records import QualityDay, VolumeDay

_QUALITY_ORDER = (
    "row_count",
    "rejected_row_rate",
    "duplicate_row_rate",
    "null_rate",
    "non_finite_rate",
    "unseen_category_rate",
    "out_of_range_rate",
)


def quality_figure(
    days: Sequence[QualityDay], volume: Sequence[VolumeDay], granularity: str, merge: bool = False
) -> Figure:
    """Show the volume, and below it the worst verdict of each quality check, day by day (or week by week).

    `merge` makes a smaller picture.
    """
    step = timedelta(days=7 if granularity == "week" else 1)
    checks = [name for name in _QUALITY_ORDER if any(day.metric_name == name for day in days)]
    checks += sorted({day.metric_name for day in days} - set(checks))
    order = [wording.metric_name(name) for name in checks]
    body = WIDTH - 250
    x = {"field": "from", "type": "temporal", "scale": {"type": "utc", "nice": False}, "axis": time_axis()}
    kinds = [wording.VERDICT_WORDS[status] for status in ("pass", "warn", "fail", "not_evaluated")]
    colours = [STATUS_COLOURS[status] for status in ("pass", "warn", "fail", "not_evaluated")]
    cells = [
        {
            "check": wording.metric_name(day.metric_name),
            "from": iso(day.window_start),
            "to": iso(day.window_start + step),
            "kind": wording.VERDICT_WORDS[day.status],
        }
        for day in days
    ]
    if merge:
        cells = merged(cells, "check")
    bars = [
        {
            "from": iso(day.window_start),
            "to": iso(day.window_start + step),
            "count": day.row_count,
            "usual": day.usual_count,
        }
        for day in volume
    ]
    count_y = {
        "type": "quantitative",
        "axis": {"title": f"Predictions a {granularity}", "tickCount": 3, "format": "~s"},
    }
    svg = render(
        {
            "vconcat": [
                {
                    "width": body,
                    "height": 70,
                    "layer": [
                        {
                            "data": {"values": bars},
                            "mark": {"type": "bar", "color": "#9db8cf", "stroke": "#ffffff", "strokeWidth": 0.5},
                            "encoding": {
                                "x": {**x, "axis": None},
                                "x2": {"field": "to"},
                                "y": {**count_y, "field": "count"},
                                "y2": {"datum": 0},
                            },
                        },
                        {
                            "data": {"values": [bar for bar in bars if bar["usual"] is not None]},
                            "mark": {"type": "line", "interpolate": "step-after", "color": INK, "strokeWidth": 1},
                            "encoding": {"x": {**x, "axis": None}, "y": {**count_y, "field": "usual"}},
                        },
                    ],
                },
                {
                    "width": body,
                    "height": {"step": 21},
                    "data": {"values": cells},
                    "mark": {"type": "rect", "stroke": "#ffffff", "strokeWidth": 0.6},
                    "encoding": {
                        "x": x,
                        "x2": {"field": "to"},
                        "y": {
                            "field": "check",
                            "type": "nominal",
                            "sort": order,
                            "scale": {"paddingInner": 0.12},
                            "axis": {
                                "title": None,
                                "labelLimit": 220,
                                "ticks": False,
                                "domain": False,
                                "labelColor": INK,
                            },
                        },
                        "color": {
                            "field": "kind",
                            "type": "nominal",
                            "scale": {"domain": kinds, "range": colours},
                            "legend": {"symbolType": "square", "symbolSize": 140},
                        },
                    },
                },
            ],
            "spacing": 8,
            "resolve": {"scale": {"x": "shared"}},
        }
    )
    bad = sorted(
        (day for day in days if day.status in ("warn", "fail")), key=lambda day: day.window_start, reverse=True
    )
    windows = len({day.window_start for day in days})
    return Figure(
        svg=svg,
        title=f"Data quality by {granularity}",
        caption=(
            f"Bars: predictions a {granularity}; black line: how many are usual. Below, each square is the worst "
            "verdict of a check over all features."
        ),
        alternative=(
            f"Bars of predictions a {granularity} over {wording.plural(windows, granularity)}, and a strip of verdicts "
            "a check. "
            + (
                f"{wording.plural(sum(day.status == 'fail' for day in bad), 'verdict')} failed and "
                f"{wording.plural(sum(day.status == 'warn' for day in bad), 'verdict')} warned."
                if bad
                else "All verdicts are within limits or not judged."
            )
        ),
        header=[granularity.capitalize(), "Check", "Worst feature", "Value", "Verdict"],
        rows=[
            [
                wording.window(granularity, day.window_start),
                wording.metric_name(day.metric_name),
                day.worst_feature or "all rows",
                wording.metric_value(day.metric_name, day.worst_value),
                wording.VERDICT_WORDS[day.status],
            ]
            for day in bad[:40]
        ],
    )
