"""Windows with an alarm, counted in fct_ml_drift, and the table that says so."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import duckdb

NOMINAL_RATE = 0.05
_Z_95 = 1.959963984540054

# A window alarms where any of its features does. Score and prediction belong to the family of the q-values, not to the
# windows counted.
_COUNTS = """
    select
        model_id,
        granularity,
        count(*) as window_count,
        count(*) filter (where highest_psi >= 0.1) as above_warn_count,
        count(*) filter (where highest_psi >= 0.25) as above_fail_count,
        count(*) filter (where alarm_count > 0) as verdict_count
    from (
        select
            model_id,
            granularity,
            window_start,
            max(metric_value) as highest_psi,
            count(*) filter (where status in ('warn', 'fail')) as alarm_count
        from ml_monitor.fct_ml_drift
        where
            subject = 'feature'
            and metric_name = 'psi'
            and baseline_name = 'reference'
            and granularity in ('day', 'week')
            and status in ('pass', 'warn', 'fail')
        group by model_id, granularity, window_start
    ) as windows
    group by model_id, granularity
"""


@dataclass(frozen=True)
class Counts:
    """Judged windows of one model and granularity, and those in which at least one of the 12 features alarms."""

    model_id: str
    granularity: str
    window_count: int
    above_warn_count: int
    above_fail_count: int
    verdict_count: int


def wilson_interval(count: int, total: int) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson 1927)."""
    share = count / total
    centre = share + _Z_95**2 / (2 * total)
    margin = _Z_95 * math.sqrt(share * (1 - share) / total + _Z_95**2 / (4 * total**2))
    return (centre - margin) / (1 + _Z_95**2 / total), (centre + margin) / (1 + _Z_95**2 / total)


def counted(connection: duckdb.DuckDBPyConnection) -> dict[tuple[str, str], Counts]:
    """The counts of every model and granularity (day, week) of a built warehouse."""
    return {(row[0], row[1]): Counts(*row) for row in connection.execute(_COUNTS).fetchall()}


def _share(count: int, total: int) -> str:
    lower, upper = (max(0.0, 100 * limit) for limit in wilson_interval(count, total))
    return f"{100 * count / total:.0f} % ({lower:.0f} to {upper:.0f})"


def table(rows: Iterable[tuple[int, Counts]]) -> str:
    """A markdown table: rows of a day and its counts."""
    lines = [
        "| rows a day | windows | PSI >= 0.1 alone | PSI >= 0.25 alone | verdict of `ml_monitor` |",
        "|---|---|---|---|---|",
    ]
    for rows_a_day, counts in rows:
        shares = [
            _share(count, counts.window_count)
            for count in (counts.above_warn_count, counts.above_fail_count, counts.verdict_count)
        ]
        lines.append(f"| {rows_a_day:,} | {counts.window_count} {counts.granularity}s | {' | '.join(shares)} |")
    return "\n".join(lines)
