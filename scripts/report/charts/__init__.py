"""The charts of the report. Each function returns a `Figure`: a picture, what it shows in words, and its numbers."""

from scripts.report.charts.drift import drift_figure
from scripts.report.charts.maturity import maturity_figure
from scripts.report.charts.quality import quality_figure
from scripts.report.charts.svg import ID_PREFIX, Figure, render
from scripts.report.charts.trend import trend_figure

__all__ = ["ID_PREFIX", "Figure", "drift_figure", "maturity_figure", "quality_figure", "render", "trend_figure"]
