"""Plain English for the report: names, numbers with units, dates, limits. No number leaves here as None or nan."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import date

from scripts.report.records import Metric, Problem, RejectedGroup

STATUS_WORDS = {
    "fail": "Ill",
    "warn": "Needs a look",
    "pass": "Healthy",
    "not_evaluated": "Cannot be judged",
}
VERDICT_WORDS = {"fail": "Failing", "warn": "Warning", "pass": "Within limits", "not_evaluated": "Not judged"}
TASK_WORDS = {
    "binary_classification": "yes-or-no classifier",
    "multiclass_classification": "classifier with several classes",
    "regression": "numeric forecast",
    "ranking": "recommender",
}
AREA_WORDS = {
    "performance": "Performance",
    "drift": "Drift",
    "quality": "Data quality",
    "maturity": "Outcomes",
}
UNKNOWN = "unknown"

# Name for people, and how to read it.
_METRICS = {
    "roc_auc": ("Ranking quality (ROC AUC)", "0.5 is guessing, 1 is perfect"),
    "average_precision": ("Average precision", "1 is perfect"),
    "accuracy": ("Share of right predictions (accuracy)", "100 % is perfect"),
    "balanced_accuracy": ("Balanced accuracy", "100 % is perfect"),
    "log_loss": ("Log loss", "0 is perfect, lower is better"),
    "brier": ("Squared error of the score (Brier)", "0 is perfect, lower is better"),
    "ece": ("Calibration error (ECE)", "how far scores lie from the observed rate; 0 is perfect"),
    "base_rate": ("Share of positive outcomes", "what happened, whatever the model said"),
    "wape": ("Forecast error (WAPE)", "absolute errors as a share of the actual total; lower is better"),
    "mape": ("Forecast error (MAPE)", "mean error as a share of the actual; lower is better"),
    "mae": ("Mean absolute error (MAE)", "in units of what is forecast; lower is better"),
    "rmse": ("Root mean squared error (RMSE)", "in units of what is forecast; lower is better"),
    "bias": ("Mean error (bias)", "positive means forecasts are too high"),
    "ndcg_at_10": ("Ranking quality (NDCG at 10)", "1 is perfect"),
    "psi": ("Drift (PSI)", "0 means the values look as in the reference period"),
    "null_rate": ("Missing values", "share of rows"),
    "non_finite_rate": ("Values that are not numbers", "share of rows"),
    "unseen_category_rate": ("Unknown categories", "share of rows"),
    "out_of_range_rate": ("Values outside the known range", "share of rows"),
    "row_count": ("Number of predictions", "rows a day"),
    "rejected_row_rate": ("Rejected rows", "share of raw rows"),
    "duplicate_row_rate": ("Repeated rows", "share of raw rows"),
    "days_since_last_prediction": ("Days since the last prediction", "days"),
    "label_coverage": ("Predictions with a known outcome", "share of predictions"),
}
_PERCENT = {
    "accuracy", "balanced_accuracy", "precision", "recall", "specificity", "base_rate", "mean_score", "wape", "mape",
    "interval_coverage", "null_rate", "non_finite_rate", "unseen_category_rate", "out_of_range_rate",
    "rejected_row_rate", "duplicate_row_rate", "label_coverage", "ece", "mce",
}  # fmt: skip
_WHOLE_UNITS = {"rows", "days"}

REASON_WORDS = {
    "duplicate_identical": "Loaded more than once, all copies equal",
    "duplicate_conflicting": "Same id more than once with different contents",
    "null_prediction_id": "No prediction id",
    "null_timestamp": "No readable date",
    "timestamp_in_future": "Dated after the end of the data",
    "score_not_finite": "Score is not a number",
    "score_out_of_range": "Score outside 0 to 1",
    "no_prediction": "Outcome or class score without a prediction",
    "class_scores_do_not_add_up": "Class scores of a prediction that do not add up to 1",
    "null_class_label": "Class score without a class",
    "null_class_score": "No class score",
    "class_score_not_finite": "Class score is not a number",
    "class_score_out_of_range": "Class score outside 0 to 1",
    "observed_before_prediction": "Outcome dated before its prediction",
    "unknown_actual": "Outcome that cannot be read",
    "newer_outcome": "Replaced by a newer outcome",
}
ROW_STATUS_WORDS = {"rejected": "Not used", "superseded": "Replaced", "orphan": "Unmatched"}


def metric_name(name: str) -> str:
    """Name a metric for people."""
    return _METRICS.get(name, (name.replace("_", " ").capitalize(), ""))[0]


def metric_hint(name: str, metrics: Mapping[str, Metric] | None = None) -> str:
    """Say how to read a metric; '' where nothing is known of it."""
    if name in _METRICS:
        return _METRICS[name][1]
    known = (metrics or {}).get(name)
    if known is None:
        return ""
    direction = {"higher_is_better": "higher is better", "lower_is_better": "lower is better"}.get(known.direction, "")
    return "; ".join(part for part in (known.unit, direction) if part)


def is_percent(name: str) -> bool:
    """Whether a metric is shown in percent."""
    return name in _PERCENT


def number(value: float | None, digits: int = 3) -> str:
    """Show a number: thousands separated, three decimals below 10, fewer above; 'unknown' where there is none."""
    if value is None or not math.isfinite(value):
        return UNKNOWN
    size = abs(value)
    decimals = 0 if size >= 1000 or (float(value).is_integer() and size >= 10) else (digits if size < 10 else 1)
    return f"{value:,.{decimals}f}"


def percent(value: float | None) -> str:
    """Show a share in percent; small ones with more decimals, so that they do not read as nothing."""
    if value is None or not math.isfinite(value):
        return UNKNOWN
    scaled = value * 100
    decimals = 0 if abs(scaled) >= 99.95 or scaled == 0 else (1 if abs(scaled) >= 1 else 2)
    return f"{scaled:,.{decimals}f} %"


def count(value: float | None) -> str:
    """Show a number of rows."""
    return UNKNOWN if value is None or not math.isfinite(value) else f"{value:,.0f}"


def metric_value(name: str, value: float | None) -> str:
    """Show a value of a metric in its unit."""
    if name in _PERCENT:
        return percent(value)
    if name in ("row_count", "days_since_last_prediction"):
        return count(value)
    if name == "psi":
        return number(value, 2)
    return number(value)


def day(value: date | None) -> str:
    """Show a date: 22 June 2026."""
    return UNKNOWN if value is None else f"{value.day} {value:%B %Y}"


def window(granularity: str, start: date, end: date | None = None) -> str:
    """Name a window."""
    if granularity == "day":
        return day(start)
    if granularity == "week":
        return f"week of {day(start)}"
    if granularity == "month":
        return f"{start:%B %Y}"
    if granularity == "lifetime":
        return "at the last build"
    return f"{day(start)} to {day(end)}"


def plural(number_of: int, singular: str, many: str | None = None) -> str:
    """Count things: 1 check, 2 checks, no check."""
    if number_of == 0:
        return f"no {singular}"
    return f"{number_of:,} {singular if number_of == 1 else many or singular + 's'}"


def feature(subject: str | None, name: str | None) -> str:
    """Name what was compared: a feature by its name, the score and the predictions as such."""
    if subject == "score":
        return "the score"
    if subject == "prediction":
        return "the predicted label" if name == "predicted_label" else "the predicted value"
    if subject == "label":
        return "the actual outcome"
    if subject == "feature_pair" and name:
        return "the correlation of " + name.replace(" x ", " and ")
    return name or "all rows"


def slice_words(problem: Problem) -> str:
    """Name the part of the data; '' for all rows."""
    return "" if problem.slice_key is None else f"{problem.slice_key} is {problem.slice_value}"


def problem_title(problem: Problem) -> str:
    """Say what is ill, without the part of the data it is about."""
    if problem.area == "drift":
        named = feature(problem.subject, problem.feature_name)
        return f"{named if problem.subject == 'feature' else named.capitalize()} drifted"
    name = metric_name(problem.metric_name)
    return f"{name} in {problem.feature_name}" if problem.feature_name else name


def problem_value(problem: Problem) -> str:
    """Show the newest value."""
    shown = metric_value(problem.metric_name, problem.metric_value)
    return f"PSI {shown}" if problem.metric_name == "psi" else shown


def usual_value(problem: Problem) -> str:
    """Show what is usual; '' where the limit stands by itself."""
    if problem.reference_value is None or problem.comparison == "value":
        return ""
    return metric_value(problem.metric_name, problem.reference_value)


def limits(comparison: str, reference: float | None, threshold: float | None) -> tuple[float | None, float | None]:
    """Return the (lowest, highest) value that is still fine, in the metric's unit; None where there is no such limit.

    `comparison` is that of dim_ml_metrics: it says what the threshold is held against.
    """
    if threshold is None:
        return None, None
    if comparison == "value":
        return None, threshold
    if reference is None:
        return None, None
    if comparison in ("reference_drop", "expected_shortfall"):
        return reference - threshold, None
    if comparison == "reference_rise":
        return None, reference + threshold
    if comparison == "reference_change":
        return reference - threshold, reference + threshold
    if comparison == "relative_rise":
        return None, reference * (1 + threshold)
    if comparison == "relative_to_reference":
        return None, reference * threshold
    return None, None  # deviation: robust standard deviations, which have no place on the metric's own axis


def problem_limit(problem: Problem) -> str:
    """Show the limit that was crossed, in the metric's unit."""
    threshold = problem.fail_threshold if problem.status == "fail" else problem.warn_threshold
    if threshold is None:
        threshold = problem.fail_threshold
    low, high = limits(problem.comparison, problem.reference_value, threshold)
    if low is not None and high is not None:
        return f"{metric_value(problem.metric_name, low)} to {metric_value(problem.metric_name, high)}"
    if low is not None:
        return f"at least {metric_value(problem.metric_name, low)}"
    if high is not None:
        return f"at most {metric_value(problem.metric_name, high)}"
    return "near the usual"


def problem_sentence(problem: Problem) -> str:
    """One line on a problem, with value, limit, rows, window and since when."""
    place = f", where {slice_words(problem)}" if problem.slice_key else ""
    usual = usual_value(problem)
    return (
        f"{problem_title(problem)}{place}: {problem_value(problem)}"
        f"{f', usually {usual}' if usual else ''}, limit {problem_limit(problem)} "
        f"({window(problem.granularity, problem.window_start, problem.window_end)}, "
        f"{count(problem.sample_count)} predictions), since {day(problem.ill_since)}"
    )


def distinct(problems: Sequence[Problem]) -> list[Problem]:
    """Keep one problem of those that differ in their granularity alone: the first, that is the worst."""
    kept: dict[tuple[str | None, ...], Problem] = {}
    for problem in problems:
        same = (
            problem.area,
            problem.metric_name,
            problem.subject,
            problem.feature_name,
            problem.slice_key,
            problem.slice_value,
        )
        kept.setdefault(same, problem)
    return list(kept.values())


def reject_words(group: RejectedGroup) -> str:
    """Say why rows are in quarantine."""
    return REASON_WORDS.get(group.reject_reason, group.reject_reason.replace("_", " ").capitalize())
