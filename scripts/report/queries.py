"""Read what the report needs from the marts. Nothing is computed here that a mart could have said."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from scripts.lib.marts import Marts, Row
from scripts.lib.warehouse import WarehouseError
from scripts.report.records import (
    DriftCell,
    Incident,
    MaturityWeek,
    Metric,
    ModelReport,
    Problem,
    QualityDay,
    RejectedGroup,
    Report,
    Trend,
    TrendPoint,
    VolumeDay,
)

NEEDED = (
    "rpt_ml_model_health",
    "fct_ml_checks",
    "fct_ml_drift",
    "fct_ml_performance",
    "fct_ml_label_maturity",
    "fct_ml_data_quality",
    "fct_ml_rejected_rows",
    "dim_ml_models",
    "dim_ml_metrics",
    "dim_ml_thresholds",
)
DEMO_SCHEMA = "demo_raw"
STATEMENTS = Path(__file__).parent / "sql"

DRIFT_WEEKS = 53
MATURITY_WEEKS = 26
QUALITY_DAYS = 92
TREND_DAYS = 560

# The figure that stands for a model's performance: the first that the marts have a value of.
MAIN_METRICS = {
    "binary_classification": ("roc_auc", "average_precision", "accuracy"),
    "multiclass_classification": ("balanced_accuracy", "f1_macro", "macro_f1", "accuracy"),
    "regression": ("wape", "mae", "rmse"),
    "ranking": ("ndcg_at_10", "map_at_10", "mrr", "hit_rate_at_10"),
}

# Fewer labelled predictions than this in a usual week, and the trend is drawn by month: a week would be mostly noise.
WEEKLY_TREND_ROWS = 1000

_SEVERITY = {"fail": 0, "warn": 1, "pass": 2, "not_evaluated": 3}
_AREAS = {"performance": 0, "drift": 1, "quality": 2, "maturity": 3}


def read_report(marts: Marts) -> Report:
    """Read everything. Raises WarehouseError, with what to do, where a mart is missing."""
    marts.require(NEEDED)
    checks = _by_model(marts.rows(_sql("current_checks")))
    performance = _by_model(marts.rows(_sql("trend")))
    drift = _by_model(marts.rows(_sql("drift")))
    quality = _by_model(marts.rows(_sql("quality")))
    maturity = _by_model(marts.rows(_sql("maturity")))
    rejected = defaultdict(list)
    for row in marts.rows(_sql("rejected")):
        rejected[row["log_name"]].append(row)
    versions = defaultdict(list)
    for row in marts.rows("select model_id, model_version from {marts}.dim_ml_models order by first_predicted_date"):
        versions[row["model_id"]].append(str(row["model_version"]))
    incidents = _open_incidents(marts)

    models = []
    for row in marts.rows(_sql("health")):
        model_id, last = row["model_id"], row["last_predicted_date"]
        problems = sorted(
            (_problem(check) for check in checks[model_id] if check["status"] != "pass"), key=_problem_order
        )
        granularity, strip = _quality_strip(quality[model_id], last)
        areas = {check["area"] for check in checks[model_id]}
        models.append(
            ModelReport(
                model_id=model_id,
                model_version=str(row["model_version"]),
                model_name=row["model_name"],
                owner=row["owner"],
                tier=row["tier"],
                task=row["task"],
                purpose=row["purpose"],
                status=row["status"],
                health_sentence=row["health_sentence"],
                failing_check_count=int(row["failing_check_count"]),
                warning_check_count=int(row["warning_check_count"]),
                passing_check_count=int(row["passing_check_count"]),
                first_predicted_date=row["first_predicted_date"],
                last_predicted_date=last,
                prediction_count=int(row["prediction_count"]),
                labelled_count=int(row["labelled_count"]),
                reference_start=row["reference_start"],
                reference_end=row["reference_end"],
                versions=versions[model_id],
                judged_areas=sorted(areas, key=lambda area: _AREAS.get(area, 9)),
                problems=problems,
                trends=_trends(row, performance[model_id], problems),
                drift=_drift_cells(drift[model_id]),
                quality_granularity=granularity,
                quality=_quality_days(strip),
                volume=_volume_days(strip),
                maturity=_maturity_weeks(maturity[model_id]),
                rejected=[_rejected(group) for group in rejected[row["log_name"]]],
                incidents=[
                    _matched(incident, problems) for incident in incidents[(model_id, str(row["model_version"]))]
                ],
            )
        )
    if not models:
        raise WarehouseError(
            f"{marts.place} has the marts, but no model in them: no prediction was accepted. The rows that were turned "
            f"away, and why, are in {marts.schema}.fct_ml_rejected_rows."
        )
    models.sort(key=lambda model: (_SEVERITY[model.status], -model.failing_check_count, model.model_name))
    return Report(models, _metrics(marts), _is_simulated(marts), marts.place, marts.schema)


def _metrics(marts: Marts) -> dict[str, Metric]:
    """What is said of each metric; one that several tasks have keeps the formula of each."""
    metrics: dict[str, Metric] = {}
    for row in marts.rows("select * from {marts}.dim_ml_metrics order by metric_name, formula"):
        name, formula = row["metric_name"], row["formula"]
        if name in metrics and metrics[name].formula != formula:
            formula = f"{metrics[name].formula}, or {formula}"
        metrics[name] = Metric(name, row["area"], row["unit"], row["direction"], formula)
    return metrics


def _sql(name: str) -> str:
    return (STATEMENTS / f"{name}.sql").read_text(encoding="utf-8")


def _by_model(rows: Sequence[Row]) -> Mapping[str, list[Row]]:
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        found[row["model_id"]].append(row)
    return found


def _problem(row: Row) -> Problem:
    values = {name: row[name] for name in Problem.__dataclass_fields__}
    if row["granularity"] == "lifetime":  # silence: it began after the last prediction, not with the first
        values["ill_since"] = row["window_end"]
    return Problem(**values)


def _problem_order(problem: Problem) -> tuple[Any, ...]:
    """The worst first: as rpt_ml_model_health ranks them."""
    return (
        _SEVERITY[problem.counts_as],
        problem.slice_key is not None,
        _SEVERITY[problem.status],
        _AREAS.get(problem.area, 9),
        -(problem.metric_value or 0) if problem.area == "drift" else 0,
        -problem.window_start.toordinal(),
        problem.metric_name,
        problem.feature_name or "",
        problem.slice_key or "",
        problem.slice_value or "",
    )


def _trends(model: Row, rows: Sequence[Row], problems: Sequence[Problem]) -> list[Trend]:
    """The main metric, and the performance metric that is worst where that is another one."""
    present = {row["metric_name"] for row in rows}
    wanted = [name for name in MAIN_METRICS.get(model["task"], ()) if name in present][:1]
    for problem in problems:
        if problem.area == "performance" and problem.slice_key is None and problem.metric_name not in wanted:
            wanted.append(problem.metric_name)
            break
    return [_trend(name, model, [row for row in rows if row["metric_name"] == name]) for name in wanted]


def _trend(name: str, model: Row, rows: Sequence[Row]) -> Trend:
    newest = str(model["model_version"])
    weekly = sorted(
        int(row["sample_count"])
        for row in rows
        if row["granularity"] == "week" and str(row["model_version"]) == newest and row["is_mature"]
    )
    enough = bool(weekly) and weekly[len(weekly) // 2] >= WEEKLY_TREND_ROWS
    granularity = "week" if enough else "month"
    first = model["last_predicted_date"] - timedelta(days=TREND_DAYS)
    chosen = [row for row in rows if row["granularity"] == granularity and row["window_start"] >= first]
    own = [row for row in chosen if str(row["model_version"]) == newest] or chosen
    return Trend(
        metric_name=name,
        granularity=granularity,
        comparison=own[-1]["comparison"] if own else "value",
        warn_threshold=own[-1]["warn_threshold"] if own else None,
        fail_threshold=own[-1]["fail_threshold"] if own else None,
        points=[
            TrendPoint(
                model_version=str(row["model_version"]),
                window_start=row["window_start"],
                window_end=row["window_end"],
                metric_value=row["metric_value"],
                ci_lower=row["ci_lower"],
                ci_upper=row["ci_upper"],
                reference_value=row["reference_value"],
                is_mature=bool(row["is_mature"]),
                sample_count=int(row["sample_count"]),
                label_coverage=row["label_coverage"],
                status=row["status"],
            )
            for row in chosen
        ],
    )


def _drift_cells(rows: Sequence[Row]) -> list[DriftCell]:
    weeks = sorted({row["window_start"] for row in rows})[-DRIFT_WEEKS:]
    names = DriftCell.__dataclass_fields__
    return [DriftCell(**{name: row[name] for name in names}) for row in rows if row["window_start"] in set(weeks)]


def _quality_strip(rows: Sequence[Row], last: date) -> tuple[str, list[Row]]:
    """The granularity to show quality at, and its rows: weeks where most days have too few rows for a verdict."""
    spans = {"day": timedelta(days=QUALITY_DAYS), "week": timedelta(weeks=DRIFT_WEEKS)}
    strips = {
        granularity: [row for row in rows if row["granularity"] == granularity and row["window_start"] > last - span]
        for granularity, span in spans.items()
    }

    def judged_share(granularity: str) -> float:
        shares = [row["status"] != "not_evaluated" for row in strips[granularity] if row["metric_name"] != "row_count"]
        return sum(shares) / len(shares) if shares else 0.0

    by_week = judged_share("day") < 0.5 and judged_share("week") > judged_share("day")
    chosen = "week" if by_week else "day"
    return chosen, strips[chosen]


def _quality_days(rows: Sequence[Row]) -> list[QualityDay]:
    """One record a check and window: its worst verdict, and the feature that earned it."""
    groups: dict[tuple[str, date], list[Row]] = defaultdict(list)
    for row in rows:
        groups[(row["metric_name"], row["window_start"])].append(row)
    found = []
    for (metric, start), group in sorted(groups.items()):
        worst = min(
            group, key=lambda row: (_SEVERITY[row["status"]], -(row["metric_value"] or 0), row["feature_name"] or "")
        )
        found.append(QualityDay(metric, start, worst["status"], worst["feature_name"], worst["metric_value"]))
    return found


def _volume_days(rows: Sequence[Row]) -> list[VolumeDay]:
    days = [
        VolumeDay(row["window_start"], int(row["metric_value"] or 0), row["reference_value"], row["status"])
        for row in rows
        if row["metric_name"] == "row_count"
    ]
    return sorted(days, key=lambda day: day.window_start)


def _maturity_weeks(rows: Sequence[Row]) -> list[MaturityWeek]:
    return [
        MaturityWeek(
            window_start=row["window_start"],
            window_end=row["window_end"],
            prediction_count=int(row["prediction_count"]),
            label_coverage=row["metric_value"],
            expected_coverage=row["expected_coverage"],
            is_mature=bool(row["is_mature"]),
            status=row["status"],
        )
        for row in rows[-MATURITY_WEEKS:]
    ]


def _rejected(row: Row) -> RejectedGroup:
    return RejectedGroup(
        source_name=row["source_name"],
        row_status=row["row_status"],
        reject_reason=row["reject_reason"],
        row_count=int(row["row_count"]),
        first_date=row["first_date"],
        last_date=row["last_date"],
    )


def _is_simulated(marts: Marts) -> bool:
    return "injected_incidents" in marts.tables(DEMO_SCHEMA)


def _open_incidents(marts: Marts) -> Mapping[tuple[str, str], list[Row]]:
    """The demo's own list of faults that are still open, by model and version."""
    found: dict[tuple[str, str], list[Row]] = defaultdict(list)
    if not _is_simulated(marts):
        return found
    newest = {
        row["model_id"]: str(row["model_version"])
        for row in marts.rows("select model_id, model_version from {marts}.dim_ml_models where is_newest_version")
    }
    open_now = f"select * from {DEMO_SCHEMA}.injected_incidents where ended_on is null order by started_on"
    for row in marts.rows(open_now):
        found[(row["model_id"], row["model_version"] or newest.get(row["model_id"], ""))].append(row)
    return found


def _matched(row: Row, problems: Sequence[Problem]) -> Incident:
    """An incident with the problems that show it: of its feature, of its slice, or of the model as a whole.

    A problem that began in a window before the incident did is another one's.
    """
    scope = row["scope"]
    key, _, value = scope.partition("=")

    def shows(problem: Problem) -> bool:
        if problem.ill_since + (problem.window_end - problem.window_start) <= row["started_on"]:
            return False
        if value:
            return (problem.slice_key, problem.slice_value) == (key, value)
        return problem.slice_key is None and (scope == "all" or problem.feature_name == scope)

    found = [problem for problem in problems if shows(problem)]
    return Incident(row["description"], row["kind"], scope, row["started_on"], found)
