"""Intervals that hold the truth, counted, and the table that says so."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import duckdb

from scripts.coverage import truth
from scripts.coverage.data import Model
from scripts.false_alarms.counts import wilson_interval

NOMINAL = 0.95
ACCEPTED = (0.93, 0.97)
_ROUNDING = 1e-9
Interval = tuple[str, str, float, float, float]


@dataclass(frozen=True)
class Coverage:
    """Draws of a metric: those with an interval, and those of which it holds the truth."""

    scenario: str
    metric_name: str
    row_count: int
    interval_count: int
    held_count: int
    truth: float

    @property
    def share(self) -> float:
        return self.held_count / self.interval_count

    @property
    def is_accepted(self) -> bool:
        """Whether the share, as far as the draws tell (95 %), may lie between 93 and 97 %."""
        lower, upper = wilson_interval(self.held_count, self.interval_count)
        return lower <= ACCEPTED[1] and upper >= ACCEPTED[0]


def intervals(connection: duckdb.DuckDBPyConnection) -> list[Interval]:
    """Model, metric, ends of the interval and rows, of every draw of a built warehouse that has an interval."""
    return connection.execute("""
        select model_id, metric_name, ci_lower, ci_upper, labelled_count
        from ml_monitor.fct_ml_performance
        where granularity = 'week' and slice_key = 'draw' and ci_lower is not null
    """).fetchall()


def counted(models: Sequence[Model], found: Iterable[Interval]) -> list[Coverage]:
    """The coverage of every metric and model. The truth is that of all rows; of tracking_signal it grows with the rows."""
    by_id = {model.model_id: model for model in models}
    held: dict[tuple[str, str], list[bool]] = {}
    for model_id, metric_name, lower, upper, row_count in found:
        value = truth.of_scenario(by_id[model_id].scenario).get(metric_name)
        if value is not None:
            value *= row_count if metric_name == "tracking_signal" else 1
            held.setdefault((model_id, metric_name), []).append(lower - _ROUNDING <= value <= upper + _ROUNDING)
    return sorted(
        (
            Coverage(
                by_id[model_id].scenario, metric_name, by_id[model_id].row_count, len(draws), sum(draws),
                truth.of_scenario(by_id[model_id].scenario)[metric_name],
            )
            for (model_id, metric_name), draws in held.items()
        ),
        key=lambda coverage: (coverage.scenario, coverage.metric_name, coverage.row_count),
    )  # fmt: skip


def table(found: Sequence[Coverage]) -> str:
    """A markdown table: a line a scenario and metric, a column a number of rows. Outside 93 to 97 % in bold."""
    sizes = sorted({coverage.row_count for coverage in found})
    lines = [
        "| draws | metric | truth | " + " | ".join(f"{size:,} rows" for size in sizes) + " |",
        "|---|---|---|" + "---|" * len(sizes),
    ]
    by_key = {(coverage.scenario, coverage.metric_name, coverage.row_count): coverage for coverage in found}
    for scenario, metric_name in dict.fromkeys((coverage.scenario, coverage.metric_name) for coverage in found):
        cells = []
        for size in sizes:
            coverage = by_key.get((scenario, metric_name, size))
            text = f"{100 * coverage.share:.1f} %" if coverage else ""
            cells.append(f"**{text}**" if coverage and not ACCEPTED[0] <= coverage.share <= ACCEPTED[1] else text)
        value = next(coverage.truth for coverage in found if (coverage.scenario, coverage.metric_name) == (scenario, metric_name))
        lines.append(f"| {scenario} | {metric_name} | {value:.4g} | {' | '.join(cells)} |")
    return "\n".join(lines)
