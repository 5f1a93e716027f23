"""Performance over time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

from scripts.report import wording
from scripts.report.charts.svg import MAIN, MUTED, OLDER, STATUS_COLOURS, Figure, iso, render, time_axis
from scripts.report.records import ModelReport, Trend, TrendPoint

TREND_WIDTH = 670


def trend_figure(model: ModelReport, trend: Trend) -> Figure:
    """Show a performance metric over time, with intervals, the usual value, the limits and what is not mature yet."""
    name = trend.metric_name
    newest = [point for point in trend.points if point.model_version == model.model_version]
    older = [point for point in trend.points if point.model_version != model.model_version]
    reference = next((point.reference_value for point in reversed(newest) if point.reference_value is not None), None)
    lines = list(_limit_lines(trend, reference))
    scale = {"scale": {"domain": _domain(trend, newest, lines), "nice": False}}
    y_axis = {"title": wording.metric_name(name), "format": ".0%" if wording.is_percent(name) else "~g", "tickCount": 6}
    x = {"field": "at", "type": "temporal", "scale": {"type": "utc"}, "axis": time_axis()}
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
    svg = render(
        {
            "width": TREND_WIDTH,
            "height": 230,
            "layer": layers,
            "padding": {"left": 5, "top": 5, "bottom": 5, "right": 130},
        }
    )
    return Figure(
        svg=svg,
        title=f"{wording.metric_name(name)} by {trend.granularity}",
        caption=_trend_caption(model, trend, bool(older), reference),
        alternative=_trend_alternative(model, trend, newest, reference),
        header=[
            trend.granularity.capitalize(),
            "Version",
            "Value",
            "95 % interval",
            "Predictions with outcome",
            "Verdict",
        ],
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
        "at": iso(middle),
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
    failed = (
        f" {wording.plural(len(worst), trend.granularity)} failed." if worst else f" No {trend.granularity} failed."
    )
    return (
        f"Line chart of {wording.metric_name(trend.metric_name)} by {trend.granularity}, "
        f"{wording.day(points[0].window_start)} to {wording.day(points[-1].window_end - timedelta(days=1))}. The "
        f"newest {trend.granularity} with all outcomes ({wording.window(trend.granularity, last.window_start)}) has "
        f"{wording.metric_value(trend.metric_name, last.metric_value)}{usual}.{failed}"
    )


def _trend_row(trend: Trend, point: TrendPoint) -> list[str]:
    name = trend.metric_name
    has_interval = point.ci_lower is not None and point.ci_upper is not None
    interval = (
        f"{wording.metric_value(name, point.ci_lower)} to {wording.metric_value(name, point.ci_upper)}"
        if has_interval
        else "no interval"
    )
    verdict = wording.VERDICT_WORDS[point.status] if point.is_mature else "Not judged: outcomes still coming in"
    return [
        wording.window(trend.granularity, point.window_start),
        point.model_version,
        wording.metric_value(name, point.metric_value),
        interval,
        wording.count(point.sample_count),
        verdict,
    ]
