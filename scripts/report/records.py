"""What the report is made of: plain records, as the marts have them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date


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
