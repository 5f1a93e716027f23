"""The charts of the report: Vega-Lite specifications, rendered to SVG that can stand inside a page.

Each function returns a `Figure`: the picture, what it shows in words for those who cannot see it, and its numbers.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import vl_convert

from scripts.report import wording
from scripts.report.queries import DriftCell, MaturityWeek, ModelReport, QualityDay, Trend, TrendPoint, VolumeDay

WIDTH = 860
TREND_WIDTH = 670
FEATURES_SHOWN = 30
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


_numbers = itertools.count(1)
_HUNDREDTHS = re.compile(r"(\.\d{2})\d+")  # of a pixel: enough


def render(spec: Mapping[str, Any]) -> str:
    """Render a specification to an SVG element without names that could clash with another one on the page."""
    svg = vl_convert.vegalite_to_svg({"$schema": "https://vega.github.io/schema/vega-lite/v5.json", **spec, "config": _CONFIG})
    prefix = f"figure{next(_numbers)}_"
    svg = re.sub(r'\bid="([^"]+)"', lambda found: f'id="{prefix}{found[1]}"', svg)
    svg = re.sub(r"url\(#([^)]+)\)", lambda found: f"url(#{prefix}{found[1]})", svg)
    svg = re.sub(r'\s(?:xmlns(?::\w+)?|version)="[^"]*"', "", svg)
    svg = re.sub(r'<svg([^>]*?) width="[\d.]+" height="[\d.]+"', r"<svg\1", svg, count=1)
    svg = re.sub(r'\b(?:d|transform|x1|x2|y1|y2)="[^"]*"', lambda found: _HUNDREDTHS.sub(r"\1", found[0]), svg)
    return svg.replace("<svg", '<svg aria-hidden="true" focusable="false"', 1)


def _time_axis(**more: Any) -> dict[str, Any]:
    # a year under January and under the first tick only
    label = "month(datum.value) == 0 || datum.index == 0 ? utcFormat(datum.value, '%b %Y') : utcFormat(datum.value, '%b')"
    return {"title": None, "grid": False, "labelExpr": label, "tickCount": "month", "labelFlush": False, **more}


def _iso(value: date) -> str:
    return value.isoformat()


# --- performance ----------------------------------------------------------------------------------------------------


def trend_figure(model: ModelReport, trend: Trend) -> Figure:
    """Show a performance metric over time, with intervals, the usual value, the limits and what is not mature yet."""
    name = trend.metric_name
    newest = [point for point in trend.points if point.model_version == model.model_version]
    older = [point for point in trend.points if point.model_version != model.model_version]
    reference = next((point.reference_value for point in reversed(newest) if point.reference_value is not None), None)
    lines = list(_limit_lines(trend, reference))
    scale = {"scale": {"domain": _domain(trend, newest, lines), "nice": False}}
    y_axis = {"title": wording.metric_name(name), "format": ".0%" if wording.is_percent(name) else "~g", "tickCount": 6}
    x = {"field": "at", "type": "temporal", "scale": {"type": "utc"}, "axis": _time_axis()}
    y = {"field": "value", "type": "quantitative", "axis": y_axis, **scale}

    layers: list[dict[str, Any]] = []
    for line in lines:
        layers.append(
            {
                "data": {"values": [line]},
                "mark": {"type": "rule", "strokeDash": line["dash"], "color": line["colour"], "strokeWidth": 1.2},
                "encoding": {"y": {"field": "value", "type": "quantitative", **scale}},
            }
        )
        layers.append(
            {
                "data": {"values": [line]},
                "mark": {"type": "text", "align": "left", "dx": 10, "color": line["text_colour"], "fontSize": 11},
                "encoding": {
                    "x": {"value": TREND_WIDTH},
                    "y": {"field": "label_at", "type": "quantitative", **scale},
                    "text": {"field": "label"},
                },
            }
        )
    if older:
        layers.append(
            {
                "data": {"values": [_trend_mark(point, trend) for point in older]},
                "mark": {"type": "line", "color": OLDER, "strokeWidth": 1.5},
                "encoding": {"x": x, "y": y, "detail": {"field": "version"}},
            }
        )
    own = [_trend_mark(point, trend) for point in newest]
    layers += [
        {
            "data": {"values": [mark for mark in own if mark["low"] is not None]},
            "mark": {"type": "rule", "color": MAIN, "opacity": 0.35, "strokeWidth": 2, "clip": True},
            "encoding": {"x": x, "y": {**y, "field": "low"}, "y2": {"field": "high"}},
        },
        {
            "data": {"values": own},
            "mark": {"type": "line", "color": MAIN, "strokeWidth": 2},
            "encoding": {"x": x, "y": y},
        },
        {
            "data": {"values": own},
            "mark": {"type": "point", "size": 46, "opacity": 1, "strokeWidth": 1.6},
            "encoding": {
                "x": x,
                "y": y,
                "fill": {"field": "fill", "type": "nominal", "scale": None},
                "stroke": {"field": "stroke", "type": "nominal", "scale": None},
            },
        },
    ]
    svg = render({"width": TREND_WIDTH, "height": 230, "layer": layers, "padding": {"left": 5, "top": 5, "bottom": 5, "right": 130}})
    return Figure(
        svg=svg,
        title=f"{wording.metric_name(name)} by {trend.granularity}",
        caption=_trend_caption(model, trend, bool(older), reference),
        alternative=_trend_alternative(model, trend, newest, reference),
        header=[trend.granularity.capitalize(), "Version", "Value", "95 % interval", "Predictions with outcome", "Verdict"],
        rows=[_trend_row(trend, point) for point in reversed(newest)],
    )


def _domain(trend: Trend, newest: Sequence[TrendPoint], lines: Sequence[Mapping[str, Any]]) -> list[float]:
    """The span of the values and limits with some air; a wide interval does not flatten the line."""
    values = [point.metric_value for point in trend.points] + [line["value"] for line in lines]
    span = (max(values) - min(values)) or abs(values[0]) or 1.0
    ends = [end for point in newest if point.is_mature for end in (point.ci_lower, point.ci_upper) if end is not None]
    low = max(min(ends, default=min(values)), min(values) - span / 2)
    high = min(max(ends, default=max(values)), max(values) + span / 2)
    return [min(low, min(values)) - span * 0.06, max(high, max(values)) + span * 0.06]


def _trend_mark(point: TrendPoint, trend: Trend) -> dict[str, Any]:
    colour = {"fail": STATUS_COLOURS["fail"], "warn": STATUS_COLOURS["warn"]}.get(point.status, MAIN)
    middle = point.window_start + (point.window_end - point.window_start) / 2
    has_interval = point.ci_lower is not None and point.ci_upper is not None
    return {
        "at": _iso(middle),
        "value": point.metric_value,
        "low": point.ci_lower if has_interval and point.is_mature else None,
        "high": point.ci_upper if has_interval and point.is_mature else None,
        "version": point.model_version,
        "fill": colour if point.is_mature else "#ffffff",
        "stroke": colour if point.is_mature else OLDER,
    }


def _limit_lines(trend: Trend, reference: float | None) -> Iterator[dict[str, Any]]:
    name = trend.metric_name
    found: list[tuple[float, str, str, str, list[int]]] = []
    if reference is not None and trend.comparison != "value":
        found.append((reference, f"usual {wording.metric_value(name, reference)}", MUTED, MUTED, [6, 3]))
    for threshold, word, colour, text in (
        (trend.warn_threshold, "warning", STATUS_COLOURS["warn"], "#8a5a00"),
        (trend.fail_threshold, "failing", STATUS_COLOURS["fail"], STATUS_COLOURS["fail"]),
    ):
        for limit, side in zip(wording.limits(trend.comparison, reference, threshold), ("below", "above"), strict=True):
            if limit is not None:
                found.append((limit, f"{word} {side} {wording.metric_value(name, limit)}", colour, text, [2, 2]))
    points = [point.metric_value for point in trend.points] + [value for value, *_ in found]
    gap = (max(points) - min(points)) * 0.055 if points else 0
    at: float | None = None
    for value, label, colour, text, dash in sorted(found):
        at = value if at is None else max(value, at + gap)  # labels keep a line's distance
        yield {"value": value, "label": label, "label_at": at, "colour": colour, "text_colour": text, "dash": dash}


def _trend_caption(model: ModelReport, trend: Trend, has_older: bool, reference: float | None) -> str:
    hint = wording.metric_hint(trend.metric_name)
    parts = [f"{wording.metric_name(trend.metric_name)}: {hint}." if hint else ""]
    parts.append(f"Dots: version {model.model_version}, with 95 % intervals where the figure has one.")
    if any(not point.is_mature for point in trend.points):
        parts.append("Hollow grey dots: not all outcomes are known yet; shown, not judged.")
    if any(point.status in ("warn", "fail") for point in trend.points):
        parts.append("Red dots fail, amber dots warn.")
    if has_older:
        older = [version for version in model.versions if version != model.model_version]
        parts.append(f"Grey line: earlier {'version' if len(older) == 1 else 'versions'} {', '.join(older)}.")
    if reference is not None and model.reference_start is not None and model.reference_end is not None:
        parts.append(
            f"Usual: the value over the reference period, {wording.day(model.reference_start)} to "
            f"{wording.day(model.reference_end - timedelta(days=1))}."
        )
    return " ".join(part for part in parts if part)


def _trend_alternative(model: ModelReport, trend: Trend, points: Sequence[TrendPoint], reference: float | None) -> str:
    mature = [point for point in points if point.is_mature]
    if not mature:
        return f"Line chart. No {trend.granularity} of version {model.model_version} has all its outcomes yet."
    last = mature[-1]
    worst = [point for point in mature if point.status == "fail"]
    usual = f", usually {wording.metric_value(trend.metric_name, reference)}" if reference is not None else ""
    failed = f" {wording.plural(len(worst), trend.granularity)} failed." if worst else f" No {trend.granularity} failed."
    return (
        f"Line chart of {wording.metric_name(trend.metric_name)} by {trend.granularity}, "
        f"{wording.day(points[0].window_start)} to {wording.day(points[-1].window_end - timedelta(days=1))}. The newest "
        f"{trend.granularity} with all outcomes ({wording.window(trend.granularity, last.window_start)}) has "
        f"{wording.metric_value(trend.metric_name, last.metric_value)}{usual}.{failed}"
    )


def _trend_row(trend: Trend, point: TrendPoint) -> list[str]:
    has_interval = point.ci_lower is not None and point.ci_upper is not None
    interval = (
        f"{wording.metric_value(trend.metric_name, point.ci_lower)} to {wording.metric_value(trend.metric_name, point.ci_upper)}"
        if has_interval
        else "no interval"
    )
    verdict = wording.VERDICT_WORDS[point.status] if point.is_mature else "Not judged: outcomes still coming in"
    return [
        wording.window(trend.granularity, point.window_start),
        point.model_version,
        wording.metric_value(trend.metric_name, point.metric_value),
        interval,
        wording.count(point.sample_count),
        verdict,
    ]


# --- drift ----------------------------------------------------------------------------------------------------------

_DRIFT_KINDS = ("Within limits", "Warning", "Failing", "Reference period", "Not judged")
_DRIFT_COLOURS = (
    STATUS_COLOURS["pass"], STATUS_COLOURS["warn"], STATUS_COLOURS["fail"], REFERENCE_COLOUR, STATUS_COLOURS["not_evaluated"],
)  # fmt: skip


def _drift_kind(cell: DriftCell) -> str:
    if cell.status == "not_evaluated":
        return "Reference period" if cell.status_reason == "in_baseline" else "Not judged"
    return wording.VERDICT_WORDS[cell.status]


def _merged(values: Sequence[dict[str, Any]], row: str) -> list[dict[str, Any]]:
    """Join neighbours of the same kind into one mark: the same picture without its grid, at a fraction of the size."""
    found: list[dict[str, Any]] = []
    for value in sorted(values, key=lambda value: (value[row], value["from"])):
        last = found[-1] if found else None
        if last and (last[row], last["kind"], last["to"]) == (value[row], value["kind"], value["from"]):
            last["to"] = value["to"]
        else:
            found.append(dict(value))
    return found


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
            "from": _iso(cell.window_start),
            "to": _iso(cell.window_start + timedelta(days=7)),
            "kind": _drift_kind(cell),
        }
        for cell in cells
        if names[cell.subject, cell.feature_name] in order
    ]
    if merge:
        values = _merged(values, "feature")
    labels = [
        {"feature": name, "label": wording.number(newest[name].metric_value, 2), "kind": _drift_kind(newest[name])}
        for name in order
    ]
    kinds = [kind for kind in _DRIFT_KINDS if any(value["kind"] == kind for value in values)]
    colours = [_DRIFT_COLOURS[_DRIFT_KINDS.index(kind)] for kind in kinds]
    y = {"field": "feature", "type": "nominal", "sort": order, "axis": {"title": None, "labelLimit": 190, "ticks": False,
         "domain": False, "labelColor": INK}, "scale": {"paddingInner": 0.12}}  # fmt: skip
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
                        "x": {"field": "from", "type": "temporal", "scale": {"type": "utc", "nice": False}, "axis": _time_axis()},
                        "x2": {"field": "to"},
                        "y": y,
                        "color": {"field": "kind", "type": "nominal", "scale": {"domain": kinds, "range": colours},
                                  "legend": {"symbolType": "square", "symbolSize": 140}},
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
    )  # fmt: skip
    bad = [name for name in ranked if newest[name].status in ("warn", "fail")]
    left_out = len(ranked) - len(order)
    return Figure(
        svg=svg,
        title="Drift of inputs and outputs by week",
        caption=(
            "Each square compares a week with the reference period; the number at the right is the newest week's PSI, 0 "
            f"for no difference. {_drift_limits(cells)} A verdict needs a difference that is large and more than chance."
            + (f" The {left_out} features that drift least are in the numbers below." if left_out else "")
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
                str(sum(1 for cell in cells if names[cell.subject, cell.feature_name] == name and cell.status == "fail")),
                str(sum(1 for cell in cells if names[cell.subject, cell.feature_name] == name and cell.status == "warn")),
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


# --- data quality ---------------------------------------------------------------------------------------------------

_QUALITY_ORDER = (
    "row_count", "rejected_row_rate", "duplicate_row_rate", "null_rate", "non_finite_rate", "unseen_category_rate",
    "out_of_range_rate",
)  # fmt: skip


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
    x = {"field": "from", "type": "temporal", "scale": {"type": "utc", "nice": False}, "axis": _time_axis()}
    kinds = [wording.VERDICT_WORDS[status] for status in ("pass", "warn", "fail", "not_evaluated")]
    colours = [STATUS_COLOURS[status] for status in ("pass", "warn", "fail", "not_evaluated")]
    cells = [
        {
            "check": wording.metric_name(day.metric_name),
            "from": _iso(day.window_start),
            "to": _iso(day.window_start + step),
            "kind": wording.VERDICT_WORDS[day.status],
        }
        for day in days
    ]
    if merge:
        cells = _merged(cells, "check")
    bars = [
        {"from": _iso(day.window_start), "to": _iso(day.window_start + step), "count": day.row_count, "usual": day.usual_count}
        for day in volume
    ]
    count_y = {"type": "quantitative", "axis": {"title": f"Predictions a {granularity}", "tickCount": 3, "format": "~s"}}
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
                            "encoding": {"x": {**x, "axis": None}, "x2": {"field": "to"}, "y": {**count_y, "field": "count"},
                                         "y2": {"datum": 0}},
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
                        "y": {"field": "check", "type": "nominal", "sort": order, "scale": {"paddingInner": 0.12},
                              "axis": {"title": None, "labelLimit": 220, "ticks": False, "domain": False, "labelColor": INK}},
                        "color": {"field": "kind", "type": "nominal", "scale": {"domain": kinds, "range": colours},
                                  "legend": {"symbolType": "square", "symbolSize": 140}},
                    },
                },
            ],
            "spacing": 8,
            "resolve": {"scale": {"x": "shared"}},
        }
    )  # fmt: skip
    bad = sorted((day for day in days if day.status in ("warn", "fail")), key=lambda day: day.window_start, reverse=True)
    windows = len({day.window_start for day in days})
    return Figure(
        svg=svg,
        title=f"Data quality by {granularity}",
        caption=(
            f"Bars: predictions a {granularity}; black line: how many are usual. Below, each square is the worst verdict of a "
            "check over all features."
        ),
        alternative=(
            f"Bars of predictions a {granularity} over {wording.plural(windows, granularity)}, and a strip of verdicts a check. "
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


# --- label maturity -------------------------------------------------------------------------------------------------


def maturity_figure(weeks: Sequence[MaturityWeek]) -> Figure:
    """Show which share of each week's predictions has a known outcome, and which should at its age."""
    x = {"field": "from", "type": "temporal", "scale": {"type": "utc", "nice": False}, "axis": _time_axis()}
    y = {"type": "quantitative", "axis": {"title": "With known outcome", "format": ".0%", "tickCount": 4}, "scale": {"domain": [0, 1]}}
    kinds = ["Complete", "Still coming in", "Too few (check failing or warning)"]
    values = [
        {
            "from": _iso(week.window_start),
            "to": _iso(week.window_end),
            "middle": _iso(week.window_start + timedelta(days=3)),
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
                "color": {"field": "kind", "type": "nominal", "scale": {"domain": shown, "range": [colours[k] for k in shown]},
                          "legend": {"symbolType": "square", "symbolSize": 140}},
            },
        }
    ]  # fmt: skip
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
        caption="Share of each week's predictions whose outcome is known."
        + (" Black marks: what is expected at this age, from the delays in the reference period." if has_expected else ""),
        alternative=(
            f"Bars of {wording.plural(len(weeks), 'week')}. "
            + (f"The newest week with all outcomes is the {wording.window('week', ready[-1].window_start)}." if ready else "No week has all its outcomes yet.")
        ),
        header=["Week", "Predictions", "With known outcome", "Expected at this age", "State"],
        rows=[
            [
                wording.day(week.window_start),
                wording.count(week.prediction_count),
                wording.percent(week.label_coverage),
                wording.percent(week.expected_coverage),
                value["kind"],
            ]
            for week, value in zip(reversed(weeks), reversed(values), strict=True)
        ],
    )  # fmt: skip
