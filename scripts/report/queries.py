"""What the report needs from the marts, as plain records. Nothing is computed here that a mart could have said."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from scripts.lib.marts import Marts, Row
from scripts.lib.warehouse import WarehouseError

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


@dataclass(frozen=True)
class Metric:
    """What dim_ml_metrics says of a metric."""

    name: str
    area: str
    unit: str
    direction: str
    formula: str


@dataclass(frozen=True)
class Problem:
    """A check whose newest verdict is warn or fail."""

    area: str
    granularity: str
    window_start: date
    window_end: date
    slice_key: str | None
    slice_value: str | None
    subject: str | None
    feature_name: str | None
    metric_name: str
    metric_value: float | None
    sample_count: int
    reference_value: float | None
    comparison: str
    warn_threshold: float | None
    fail_threshold: float | None
    status: str
    counts_as: str
    """The status as it counts for the model: a failing slice warns."""
    ill_since: date


@dataclass(frozen=True)
class TrendPoint:
    """The main metric of one version in one window."""

    model_version: str
    window_start: date
    window_end: date
    metric_value: float
    ci_lower: float | None
    ci_upper: float | None
    reference_value: float | None
    is_mature: bool
    sample_count: int
    label_coverage: float | None
    status: str


@dataclass(frozen=True)
class Trend:
    """A performance metric over time; `points` of the newest version and the others."""

    metric_name: str
    granularity: str
    comparison: str
    warn_threshold: float | None
    fail_threshold: float | None
    points: Sequence[TrendPoint]


@dataclass(frozen=True)
class DriftCell:
    """PSI of one feature in one week."""

    feature_name: str
    subject: str
    window_start: date
    metric_value: float | None
    status: str
    status_reason: str
    warn_threshold: float | None
    fail_threshold: float | None


@dataclass(frozen=True)
class QualityDay:
    """The worst verdict of one quality check over all features of a day (or week)."""

    metric_name: str
    window_start: date
    status: str
    worst_feature: str | None
    worst_value: float | None


@dataclass(frozen=True)
class VolumeDay:
    """Accepted predictions of a day (or week) and how many are usual."""

    window_start: date
    row_count: int
    usual_count: float | None
    status: str


@dataclass(frozen=True)
class MaturityWeek:
    """How many predictions of a week have an outcome, and how many should at this age."""

    window_start: date
    window_end: date
    prediction_count: int
    label_coverage: float
    expected_coverage: float | None
    is_mature: bool
    status: str


@dataclass(frozen=True)
class RejectedGroup:
    """Raw rows in quarantine for one reason."""

    source_name: str
    row_status: str
    reject_reason: str
    row_count: int
    first_date: date | None
    last_date: date | None


@dataclass(frozen=True)
class Incident:
    """A fault that the demo injected and that is still open, with the problems that show it."""

    description: str
    kind: str
    scope: str
    started_on: date
    found_by: Sequence[Problem]


@dataclass(frozen=True)
class ModelReport:
    """Everything the report says of one model."""

    model_id: str
    model_version: str
    model_name: str
    owner: str | None
    tier: str
    task: str
    purpose: str | None
    status: str
    health_sentence: str
    failing_check_count: int
    warning_check_count: int
    passing_check_count: int
    first_predicted_date: date
    last_predicted_date: date
    prediction_count: int
    labelled_count: int
    reference_start: date | None
    reference_end: date | None
    versions: Sequence[str]
    judged_areas: Sequence[str]
    """Areas with at least one current verdict."""
    problems: Sequence[Problem]
    trends: Sequence[Trend]
    drift: Sequence[DriftCell]
    quality_granularity: str
    quality: Sequence[QualityDay]
    volume: Sequence[VolumeDay]
    maturity: Sequence[MaturityWeek]
    rejected: Sequence[RejectedGroup]
    incidents: Sequence[Incident] = field(default_factory=tuple)


@dataclass(frozen=True)
class Report:
    """The whole report."""

    models: Sequence[ModelReport]
    metrics: Mapping[str, Metric]
    is_simulated: bool
    place: str
    schema: str

    @property
    def last_date(self) -> date:
        """The newest day with a prediction of any model."""
        return max(model.last_predicted_date for model in self.models)


# The newest verdict of each check that counts today; the rule is that of rpt_ml_model_health.
_CURRENT_CHECKS = """
with models as (

    select
        model_id,
        model_version,
        last_predicted_date
    from {marts}.dim_ml_models
    where is_newest_version

),

checks as (

    select
        checks.*,
        models.last_predicted_date,
        concat(
            checks.area, '/', checks.granularity, '/', coalesce(checks.slice_key, ''), '=',
            coalesce(checks.slice_value, ''), '/', coalesce(checks.subject, ''), '/',
            coalesce(checks.feature_name, ''), '/', checks.metric_name
        ) as series_id
    from {marts}.fct_ml_checks as checks
    inner join models
        on
            checks.model_id = models.model_id
            and checks.model_version = models.model_version
    where
        checks.status in ('pass', 'warn', 'fail')
        and (
            (checks.area = 'quality' and checks.granularity in ('day', 'lifetime'))
            or (checks.area in ('drift', 'maturity') and checks.granularity = 'week')
            or (checks.area = 'performance' and checks.granularity in ('week', 'month'))
        )

),

ordered as (

    select
        checks.*,
        row_number() over (partition by model_id, series_id order by window_start desc) as recency,
        max(case when status = 'pass' then window_start end) over (partition by model_id, series_id) as last_pass_start
    from checks

),

since as (

    select
        model_id,
        series_id,
        min(window_start) as ill_since
    from ordered
    where
        status in ('warn', 'fail')
        and (last_pass_start is null or window_start > last_pass_start)
    group by
        model_id,
        series_id

),

comparisons as (

    select
        model_id,
        metric_name,
        max(comparison) as comparison
    from {marts}.dim_ml_thresholds
    group by
        model_id,
        metric_name

)

select
    ordered.model_id,
    ordered.area,
    ordered.granularity,
    ordered.window_start,
    ordered.window_end,
    ordered.slice_key,
    ordered.slice_value,
    ordered.subject,
    ordered.feature_name,
    ordered.metric_name,
    ordered.metric_value,
    ordered.sample_count,
    ordered.reference_value,
    coalesce(comparisons.comparison, 'value') as comparison,
    ordered.warn_threshold,
    ordered.fail_threshold,
    ordered.status,
    case when ordered.slice_key is not null and ordered.status = 'fail' then 'warn' else ordered.status end as counts_as,
    since.ill_since
from ordered
left join since
    on
        ordered.model_id = since.model_id
        and ordered.series_id = since.series_id
left join comparisons
    on
        ordered.model_id = comparisons.model_id
        and ordered.metric_name = comparisons.metric_name
where
    ordered.recency = 1
    and (
        ordered.area = 'performance'
        or ordered.granularity = 'lifetime'
        or ordered.window_end > cast(ordered.last_predicted_date - 14 as date)
    )
"""

_HEALTH = """
select
    health.*,
    models.purpose,
    models.log_name,
    models.first_predicted_date,
    models.prediction_count,
    models.labelled_count,
    models.reference_start,
    models.reference_end
from {marts}.rpt_ml_model_health as health
inner join {marts}.dim_ml_models as models
    on
        health.model_id = models.model_id
        and health.model_version = models.model_version
"""

_TREND = """
select
    performance.*,
    coalesce(thresholds.comparison, 'value') as comparison
from {marts}.fct_ml_performance as performance
left join {marts}.dim_ml_thresholds as thresholds
    on
        performance.model_id = thresholds.model_id
        and performance.metric_name = thresholds.metric_name
        and thresholds.slice_key is null
where
    performance.slice_key is null
    and performance.granularity in ('week', 'month')
    and performance.is_complete
    and performance.metric_value is not null
order by performance.window_start
"""

_DRIFT = """
select
    drift.*
from {marts}.fct_ml_drift as drift
inner join {marts}.dim_ml_models as models
    on
        drift.model_id = models.model_id
        and drift.model_version = models.model_version
where
    models.is_newest_version
    and drift.metric_name = 'psi'
    and drift.baseline_name = 'reference'
    and drift.granularity = 'week'
    and drift.slice_key is null
    and drift.is_complete
order by drift.window_start
"""

_QUALITY = """
select
    quality.model_id,
    quality.metric_name,
    quality.feature_name,
    quality.granularity,
    quality.window_start,
    quality.metric_value,
    quality.reference_value,
    quality.status
from {marts}.fct_ml_data_quality as quality
inner join {marts}.dim_ml_models as models
    on
        quality.model_id = models.model_id
        and quality.model_version = models.model_version
where
    models.is_newest_version
    and quality.granularity in ('day', 'week')
    and quality.slice_key is null
    and quality.is_complete
"""

_MATURITY = """
select
    maturity.*
from {marts}.fct_ml_label_maturity as maturity
inner join {marts}.dim_ml_models as models
    on
        maturity.model_id = models.model_id
        and maturity.model_version = models.model_version
where
    models.is_newest_version
    and maturity.granularity = 'week'
    and maturity.is_complete
    and maturity.metric_value is not null
order by maturity.window_start
"""

_REJECTED = """
select
    log_name,
    source_name,
    row_status,
    reject_reason,
    count(*) as row_count,
    min(case when raw_date > date '1900-01-01' then raw_date end) as first_date,
    max(case when raw_date > date '1900-01-01' then raw_date end) as last_date
from {marts}.fct_ml_rejected_rows
group by
    log_name,
    source_name,
    row_status,
    reject_reason
order by
    row_count desc,
    source_name,
    reject_reason
"""

_SEVERITY = {"fail": 0, "warn": 1, "pass": 2, "not_evaluated": 3}
_AREAS = {"performance": 0, "drift": 1, "quality": 2, "maturity": 3}


def read_report(marts: Marts) -> Report:
    """Read everything. Raises WarehouseError, with what to do, where a mart is missing."""
    marts.require(NEEDED)
    checks = _by_model(marts.rows(_CURRENT_CHECKS))
    performance = _by_model(marts.rows(_TREND))
    drift = _by_model(marts.rows(_DRIFT))
    quality = _by_model(marts.rows(_QUALITY))
    maturity = _by_model(marts.rows(_MATURITY))
    rejected = defaultdict(list)
    for row in marts.rows(_REJECTED):
        rejected[row["log_name"]].append(row)
    versions = defaultdict(list)
    for row in marts.rows("select model_id, model_version from {marts}.dim_ml_models order by first_predicted_date"):
        versions[row["model_id"]].append(str(row["model_version"]))
    incidents = _open_incidents(marts)

    models = []
    for row in marts.rows(_HEALTH):
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
                incidents=[_matched(incident, problems) for incident in incidents[(model_id, str(row["model_version"]))]],
            )
        )
    if not models:
        raise WarehouseError(
            f"{marts.place} has the marts, but no model in them: no prediction was accepted. The rows that were turned "
            f"away, and why, are in {marts.schema}.fct_ml_rejected_rows."
        )
    models.sort(key=lambda model: (_SEVERITY[model.status], -model.failing_check_count, model.model_name))
    metrics = {
        row["metric_name"]: Metric(row["metric_name"], row["area"], row["unit"], row["direction"], row["formula"])
        for row in marts.rows("select * from {marts}.dim_ml_metrics")
    }
    return Report(models, metrics, _is_simulated(marts), marts.place, marts.schema)


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
        worst = min(group, key=lambda row: (_SEVERITY[row["status"]], -(row["metric_value"] or 0), row["feature_name"] or ""))
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
