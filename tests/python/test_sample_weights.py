"""Metrics with sample weights of generated edge cases, built through dbt, against scikit-learn's sample_weight and numpy.

Every case is a model of its own; those called large have windows beyond the row limit, which come from score cells. One
log declares no weights and must have none of the metrics. Intervals are held against the linearised formulas in numpy,
and those, in a simulation, against their nominal coverage.
"""

from __future__ import annotations

import json
import math
import os
import random
import shutil
import warnings
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import psycopg2
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from conftest import run_dbt
from generated_warehouse import WHOLE_WINDOWS, Measured, Metrics, Window, build_marts, difference, read_metrics, write_tables
from interval_oracles import RANGES, asymmetry, degrees_of_freedom, linearised_error, scaled_limits
from numpy.typing import NDArray
from scipy import stats
from scipy.special import logit
from sklearn import metrics as sklearn_metrics
from test_engines import TOLERANCE_OF, compare, copy_from_postgres

from scripts.lib.warehouse import load_tables

FIRST_DAY = date(2024, 1, 1)  # a Monday
DAY_COUNT, REFERENCE_DAYS = 35, 14
EXACT_ROW_LIMIT = 500
Z_95 = 1.959963984540054
MARTS = "+fct_ml_performance +fct_ml_rejected_rows +fct_ml_arm_comparison"
CLASSES = ["bad", "fair", "good"]
TASKS = {"binary": "binary_classification", "regression": "regression", "classes": "multiclass_classification"}
COUNT = "sample_weight_effective_count"
WITHOUT_INTERVAL = {"sample_weighted_r2"}
Numbers = NDArray[np.float64]

VARS: dict[str, Any] = {
    "ml_monitor": {
        "as_of": "2024-03-01",
        "reference_days": REFERENCE_DAYS,
        "baselines": ["reference"],
        "prediction_logs": [
            {
                "name": "weights",
                "task": "binary_classification",
                "exact_row_limit": EXACT_ROW_LIMIT,
                "predictions": {"relation": "hotel_cancellations.raw_predictions", "columns": {
                    "sample_weight": "exposure", "experiment_arm": "region",
                }},
                "outcomes": {"relation": "hotel_cancellations.raw_outcomes"},
                "slices": ["region"],
            },
            {
                "name": "demand",
                "task": "regression",
                "predictions": {
                    "relation": "online_retail_demand.raw_predictions", "columns": {"sample_weight": "sample_weight"},
                },
                "outcomes": {"relation": "online_retail_demand.raw_outcomes"},
                "slices": [["region", "store"]],
            },
            {
                "name": "classes",
                "task": "multiclass_classification",
                "predictions": {"relation": "demo_raw.review_predictions", "columns": {"sample_weight": "sample_weight"}},
                "outcomes": {"relation": "demo_raw.review_outcomes"},
                "class_scores": {"relation": "demo_raw.review_class_scores"},
                "slices": ["region"],
            },
            {
                "name": "plain",
                "task": "binary_classification",
                "model_id": "plain",
                "model_version": "1",
                "predictions": {"relation": "demo_raw.returns_predictions"},
                "outcomes": {"relation": "demo_raw.returns_outcomes"},
            },
        ],
    }
}  # fmt: skip


def frame(name: str, rows_a_day: int = 14) -> tuple[pd.DataFrame, np.random.Generator]:
    """The keys and weights of a model's rows: weights of all sizes, nine tenths labelled."""
    rng = np.random.default_rng(sum(map(ord, name)))
    day = np.repeat(np.arange(DAY_COUNT), rows_a_day)
    rows = pd.DataFrame({
        "model_id": name,
        "day": day,
        "weight": np.round(rng.gamma(1.5, 2, len(day)), 3) + 0.01,
        "region": rng.choice(["north", "south"], len(day), p=[0.7, 0.3]),
        "store": rng.choice(["a", "b"], len(day)),
        "is_labelled": rng.random(len(day)) < 0.9,
    })  # fmt: skip
    return rows, rng


def binary_frames() -> dict[str, pd.DataFrame]:
    frames = {}
    for name in (
        "ordinary", "equal_weights", "ties", "equal_scores", "one_class", "weightless_positives", "many_zeros", "no_weight",
        "no_labels", "heavy_tail", "tiny_weights", "huge_weights", "perfect", "bad_weights", "large", "large_ties",
    ):  # fmt: skip
        rows, rng = frame(name, 60 if name.startswith("large") else 14)
        score = rng.beta(0.8, 1.6, len(rows))
        rows["score"] = score
        rows["actual"] = (rng.random(len(rows)) < score).astype(float)
        frames[name] = rows
    position = np.arange(len(frames["ordinary"]))
    frames["equal_weights"]["weight"] = 2.5
    frames["ties"]["score"] = frames["ties"]["score"].round(1)
    frames["large_ties"]["score"] = frames["large_ties"]["score"].round(2)
    frames["equal_scores"]["score"] = 0.3
    frames["one_class"]["actual"] = 0.0
    frames["weightless_positives"]["weight"] *= 1 - frames["weightless_positives"]["actual"]
    frames["many_zeros"]["weight"] *= position % 3 == 0
    frames["many_zeros"].loc[frames["many_zeros"]["day"].between(15, 29), "weight"] = 0.0
    frames["no_weight"]["weight"] = 0.0
    frames["no_labels"]["is_labelled"] = False
    frames["heavy_tail"]["weight"] = np.exp(3 * np.random.default_rng(5).standard_normal(len(position)))
    frames["tiny_weights"]["weight"] *= 1e-27
    frames["huge_weights"]["weight"] *= 1e9
    frames["perfect"]["score"] = 0.2 + 0.5 * frames["perfect"]["actual"]
    return frames


BAD_WEIGHTS = {
    "null_sample_weight": [None],
    "sample_weight_not_finite": [math.nan, math.inf, -math.inf],
    "negative_sample_weight": [-1.0, -1e-9],
    "sample_weight_out_of_range": [1.001e12, 0.9e-30],
}


def spoilt(rows: pd.DataFrame) -> list[float | None]:
    """The weights with a bad one in every seventh row."""
    bad = [value for values in BAD_WEIGHTS.values() for value in values]
    return [bad[row // 7 % len(bad)] if row % 7 == 0 else weight for row, weight in enumerate(rows["weight"].tolist())]


def regression_frames() -> dict[str, pd.DataFrame]:
    frames = {}
    for name in (
        "ordinary_demand", "equal_demand", "large_offset", "outlier_actual", "zero_actuals", "some_zero_actuals",
        "constant_actuals", "always_over", "perfect_demand", "negative_actuals", "zero_weights", "no_demand_weight",
        "huge_demand",
    ):  # fmt: skip
        rows, rng = frame(name, 8)
        mean = rng.gamma(3, 10, len(rows))
        rows["score"] = mean * np.exp(0.2 * rng.standard_normal(len(rows)))
        rows["actual"] = rng.poisson(mean) + 1.0
        frames[name] = rows
    position = np.arange(len(frames["ordinary_demand"]))
    frames["equal_demand"]["weight"] = 0.3
    frames["large_offset"][["score", "actual"]] = 1e7 + frames["large_offset"][["score", "actual"]] / 10
    frames["outlier_actual"].loc[position % 100 == 0, "actual"] = 1e9
    frames["zero_actuals"]["actual"] = 0.0
    frames["some_zero_actuals"].loc[position % 3 == 0, "actual"] = 0.0
    frames["constant_actuals"]["actual"] = 17.3
    frames["always_over"]["score"] = frames["always_over"]["actual"] + 3
    frames["perfect_demand"]["score"] = frames["perfect_demand"]["actual"]
    frames["negative_actuals"]["actual"] *= -1
    frames["zero_weights"]["weight"] *= position % 2
    frames["no_demand_weight"]["weight"] = 0.0
    frames["huge_demand"]["weight"] *= 1e9
    frames["huge_demand"][["score", "actual"]] *= 1e12
    return frames


def class_frames() -> dict[str, pd.DataFrame]:
    frames = {}
    for name in ("ordinary_classes", "equal_classes", "some_scores", "zero_class_weights", "always_right"):
        rows, rng = frame(name, 8)
        scores = rng.dirichlet([0.6, 1, 1.4], len(rows))
        for number, label in enumerate(CLASSES):
            rows[f"score_{label}"] = scores[:, number]
        rows["predicted"] = [CLASSES[number] for number in scores.argmax(axis=1)]
        rows["actual"] = [CLASSES[int(rng.choice(3, p=row))] for row in scores]
        rows["has_scores"] = True
        frames[name] = rows
    frames["equal_classes"]["weight"] = 7.0
    frames["some_scores"]["has_scores"] = np.arange(len(frames["some_scores"])) % 3 > 0
    frames["zero_class_weights"]["weight"] *= np.arange(len(frames["zero_class_weights"])) % 2
    frames["always_right"]["predicted"] = frames["always_right"]["actual"]
    return frames


BINARY, REGRESSION, MULTICLASS = binary_frames(), regression_frames(), class_frames()


def keyed(frames: dict[str, pd.DataFrame], prefix: str) -> pd.DataFrame:
    """All rows of a log with ids and moments."""
    rows = pd.concat(frames.values(), ignore_index=True)
    rows["prediction_id"] = [f"{prefix}{number}" for number in range(len(rows))]
    midnight = datetime.combine(FIRST_DAY, datetime.min.time())
    rows["predicted_at"] = [midnight + timedelta(days=int(day), minutes=row % 1440) for row, day in enumerate(rows["day"])]
    rows["model_version"] = "1"
    return rows


def table(rows: pd.DataFrame, columns: dict[str, str], **replaced: list[Any]) -> pa.Table:
    """Columns of the rows under new names; NaN stays NaN, None becomes null."""
    held = {name: rows[column].tolist() for name, column in columns.items()} | replaced
    return pa.table({name: pa.array(values, from_pandas=False) for name, values in held.items()})


def raw_tables() -> dict[str, pa.Table]:
    key = {name: name for name in ("model_id", "model_version", "prediction_id", "predicted_at", "region")}
    tables = {}
    for schema, frames, said, prefix in (
        ("hotel_cancellations", BINARY, "score", "b"), ("online_retail_demand", REGRESSION, "predicted_value", "r"),
    ):  # fmt: skip
        rows = keyed(frames, prefix)
        weight = [
            value for name, one in frames.items()
            for value in (spoilt(one) if name == "bad_weights" else one["weight"].tolist())
        ]  # fmt: skip
        replaced = {"exposure" if prefix == "b" else "sample_weight": weight}
        columns = key | {said: "score"} | ({} if prefix == "b" else {"store": "store"})
        tables[f"{schema}.raw_predictions"] = table(rows, columns, **replaced)
        tables[f"{schema}.raw_outcomes"] = outcomes(rows)
    rows = keyed(MULTICLASS, "c")
    columns = key | {"predicted_label": "predicted", "sample_weight": "weight"}
    tables["demo_raw.review_predictions"] = table(rows, columns)
    tables["demo_raw.review_outcomes"] = outcomes(rows)
    scored = rows[rows["has_scores"]]
    tables["demo_raw.review_class_scores"] = pa.concat_tables(
        table(scored, {"prediction_id": "prediction_id", "class_score": f"score_{label}"}, class_label=[label] * len(scored))
        for label in CLASSES
    )
    plain = keyed({"plain": BINARY["ordinary"].query("day < 9")}, "p")
    tables["demo_raw.returns_predictions"] = table(
        plain, {name: name for name in ("prediction_id", "predicted_at", "score")} | {"sample_weight": "weight"}
    )
    tables["demo_raw.returns_outcomes"] = outcomes(plain)
    return tables


def outcomes(rows: pd.DataFrame) -> pa.Table:
    labelled = rows[rows["is_labelled"]]
    observed = [moment + timedelta(days=1) for moment in labelled["predicted_at"]]
    return table(labelled, {"prediction_id": "prediction_id", "actual": "actual"}, observed_at=observed)


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    built = os.environ.get("ML_MONITOR_TEST_WEIGHTS_WAREHOUSE")  # a file of an earlier run, to work on the tests themselves
    path = Path(built) if built else tmp_path_factory.mktemp("weights") / "weights.duckdb"
    if not path.exists():
        write_tables(path, raw_tables())
        build_marts(path, VARS, MARTS)
    return path


@pytest.fixture(scope="module")
def weights(warehouse: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        yield connection


@pytest.fixture(scope="module")
def performance(weights: duckdb.DuckDBPyConnection) -> Metrics:
    return read_metrics(weights)


def windows_of(performance: Metrics, model_id: str, count: int = 10) -> list[Window]:
    """Some windows of a model, the same in every run: the longest, and a draw from the others."""
    found = sorted(
        (window for window in performance if window.model_id == model_id),
        key=lambda window: (window.granularity, window.start, window.slice_value),
    )
    assert found, f"nothing of {model_id}"
    chosen = [window for window in found if window.granularity in ("reference", "lifetime")]
    others = [window for window in found if window not in chosen]
    return chosen + random.Random(len(others)).sample(others, min(count, len(others)))


def rows_in(rows: pd.DataFrame, window: Window) -> pd.DataFrame:
    """The labelled rows of a window that have some weight."""
    first, last = ((moment - FIRST_DAY).days for moment in (window.start, window.end))
    is_in = (rows["day"] >= first) & (rows["day"] < last) & rows["is_labelled"] & (rows["weight"] > 0)
    if window.slice_value:
        is_in &= (rows["region"] == window.slice_value) | (rows["region"] + " x " + rows["store"] == window.slice_value)
    if rows["model_id"].iloc[0] == "bad_weights":
        is_in &= np.arange(len(rows)) % 7 != 0
    return rows[is_in]


Interval = tuple[float, float] | None
Oracle = dict[str, tuple[float | None, Interval]]


def normal(value: float, error: float | None, low: float = -math.inf, high: float = math.inf) -> Interval:
    """1.96 errors to either side, cut where the range of the metric ends."""
    return None if error is None else (max(value - Z_95 * error, low), min(value + Z_95 * error, high))


def on_scale(value: float, error: float | None, scale: str, df: float | None = None, lean: float = 0) -> Interval:
    """The interval on the logit, log or Hall's scale; at an end of the range, where that has none, the cut one."""
    if error is None:
        return None
    low, high = RANGES.get(scale, (0, math.inf))
    if not low + 1e-12 * (scale in RANGES) < value < high - 1e-12:
        return normal(value, error, low, high)
    lower, upper = scaled_limits(np.array([value]), np.array([error]), scale, df, lean)
    return float(lower[0]), float(upper[0])


def mean_error(x: Numbers, weight: Numbers) -> float | None:
    """The linearised error of a weighted mean, times n / (n - 1)."""
    count = len(x)
    if count < 2:
        return None
    deviation = x - np.average(x, weights=weight)
    if np.abs(deviation).max() <= 1e-12 * np.abs(x).max():
        return 0.0
    return math.sqrt((weight**2 * deviation**2).sum() * count / (count - 1)) / weight.sum()


def kish_count(weight: Numbers) -> float:
    return weight.sum() ** 2 / (weight**2).sum()


def of_mean(x: Numbers, weight: Numbers, scale: str) -> Interval:
    """The interval of a weighted mean: Hall's for sizes, of the log loss with a gamma distribution's skewness."""
    value, error, count = np.average(x, weights=weight), mean_error(x, weight), kish_count(weight)
    if error is None:
        return None
    if scale == "skewed":
        lean = asymmetry(x, weight) if error else 0
        return on_scale(value, error, scale, degrees_of_freedom(count, lean), lean)
    return on_scale(value, error, scale, degrees_of_freedom(count, min(2 * error / value, 1) if scale == "positive" and value else 0))


def effective_count(x: Numbers, weight: Numbers) -> float:
    """How many rows of equal weight a weighted share of ones is worth."""
    kish = weight.sum() ** 2 / (weight**2).sum()
    share = np.average(x, weights=weight)
    variance = (weight**2 * (x - share) ** 2).sum() / weight.sum() ** 2
    return min(kish, share * (1 - share) / variance) if 0 < x.sum() < len(x) else kish


def wilson(x: Numbers, weight: Numbers) -> tuple[float, float]:
    count, share = effective_count(x, weight), np.average(x, weights=weight)
    centre = (share + Z_95**2 / (2 * count)) / (1 + Z_95**2 / count)
    half = Z_95 / (1 + Z_95**2 / count) * math.sqrt(max(share * (1 - share), 0) / count + Z_95**2 / (4 * count**2))
    return centre - half, centre + half


def auc_error(actual: Numbers, score: Numbers, weight: Numbers) -> float | None:
    """DeLong with weights, by all pairs."""
    is_positive = actual == 1
    p, n, wp, wn = score[is_positive], score[~is_positive], weight[is_positive], weight[~is_positive]
    if min(len(p), len(n)) < 2:
        return None
    wins = (p[:, None] > n[None, :]) + 0.5 * (p[:, None] == n[None, :])
    of_positives, of_negatives = wins @ wn / wn.sum(), wp @ wins / wp.sum()
    errors = [mean_error(of_positives, wp), mean_error(of_negatives, wn)]
    return math.hypot(*errors) or None


def rate(x: NDArray[np.bool_], weight: Numbers) -> tuple[float | None, Interval]:
    if not len(x):
        return None, None
    return float(np.average(x, weights=weight)), wilson(x.astype(float), weight)


def weighted_mcc(actual: Numbers, said: Numbers, weight: NDArray[np.complex128]) -> complex:
    """As a correlation of zeros and ones; of complex weights, for its derivatives."""
    share = weight / weight.sum()
    x, y = actual - (share * actual).sum(), said - (share * said).sum()
    return (share * x * y).sum() / np.sqrt((share * x * x).sum() * (share * y * y).sum())


def binary_oracle(rows: pd.DataFrame) -> Oracle:
    actual, score, weight = (rows[name].to_numpy() for name in ("actual", "score", "weight"))
    if not len(rows):
        return {}
    said = (score >= 0.5).astype(float)
    kept = {"sample_weight": weight}
    has_both = 0 < actual.sum() < len(actual)
    auc = sklearn_metrics.roc_auc_score(actual, score, **kept) if has_both else None
    ap = sklearn_metrics.average_precision_score(actual, score, **kept) if has_both else None
    f1 = sklearn_metrics.f1_score(actual, said, **kept) if (actual + said).any() else None
    balanced = sklearn_metrics.balanced_accuracy_score(actual, said, **kept) if has_both else None
    brier = sklearn_metrics.brier_score_loss(actual, score, labels=[0, 1], **kept)
    loss = sklearn_metrics.log_loss(actual, score, labels=[0, 1], **kept)
    epsilon = np.finfo(float).eps
    losses = -np.log(np.clip(np.where(actual == 1, score, 1 - score), epsilon, 1 - epsilon))
    mean_score = np.average(score, weights=weight)
    f1_interval = balanced_interval = None
    if f1 is not None:
        either = actual + said > 0
        f1_interval = tuple(2 * end / (1 + end) for end in wilson((actual * said)[either], weight[either]))
    if has_both:
        rates = [rate((said == label)[actual == label], weight[actual == label]) for label in (0, 1)]
        reach = [math.hypot(*(value - ends[side] for value, ends in rates)) / 2 for side in (0, 1)]
        balanced_interval = (balanced - reach[0], balanced + reach[1])
    is_varied = has_both and 0 < said.sum() < len(said)
    mcc = sklearn_metrics.matthews_corrcoef(actual, said, **kept) if is_varied else None
    mcc_interval = None
    if is_varied:  # one row more of each kind, of the weight that makes it one of those that the weights are worth
        more = np.append(weight, np.full(4, (weight**2).sum() / weight.sum()))
        kinds = np.append(actual, [1, 1, 0, 0]), np.append(said, [1, 0, 1, 0])
        padded_error = linearised_error(lambda count: weighted_mcc(*kinds, more * count), len(more), False)
        mcc_interval = normal(float(np.real(weighted_mcc(*kinds, more.astype(complex)))), padded_error, -1, 1)
    least = min(kish_count(weight[actual == label]) for label in (0, 1)) - 1 if has_both else None
    positive_weight = weight[actual == 1]
    ap = 1.0 if ap is not None and ap > 1 - 1e-12 else ap  # but for rounding
    ap_error = math.sqrt(ap * (1 - ap) * (positive_weight**2).sum()) / positive_weight.sum() if has_both else None
    return {
        "sample_weighted_accuracy": rate(actual == said, weight),
        "sample_weighted_precision": rate(actual[said == 1] == 1, weight[said == 1]),
        "sample_weighted_recall": rate(said[actual == 1] == 1, weight[actual == 1]),
        "sample_weighted_base_rate": rate(actual == 1, weight),
        "sample_weighted_f1": (f1, f1_interval),
        "sample_weighted_balanced_accuracy": (balanced, balanced_interval),
        "sample_weighted_mcc": (mcc, mcc_interval),
        "sample_weighted_roc_auc": (auc, None if auc is None else on_scale(auc, auc_error(actual, score, weight), "unit", least)),
        "sample_weighted_average_precision": (ap, None if ap is None else on_scale(ap, ap_error, "unit")),
        "sample_weighted_log_loss": (loss, of_mean(losses, weight, "positive")),
        "sample_weighted_brier": (brier, of_mean((score - actual) ** 2, weight, "unit")),
        "sample_weighted_mean_score": (mean_score, normal(mean_score, mean_error(score, weight), 0, 1)),
        COUNT: (weight.sum() ** 2 / (weight**2).sum(), None),
    }


def wape_error(actual: Numbers, error: Numbers, weight: Numbers) -> float | None:
    count, ratio = len(actual), (weight * np.abs(error)).sum() / (weight * np.abs(actual)).sum()
    if count < 2:
        return None
    residual = np.abs(error) - ratio * np.abs(actual)
    return math.sqrt((weight**2 * residual**2).sum() * count / (count - 1)) / (weight * np.abs(actual)).sum()


def regression_oracle(rows: pd.DataFrame) -> Oracle:
    actual, said, weight = (rows[name].to_numpy() for name in ("actual", "score", "weight"))
    if not len(rows):
        return {}
    kept = {"sample_weight": weight}
    error = said - actual
    mae = sklearn_metrics.mean_absolute_error(actual, said, **kept)
    mse = sklearn_metrics.mean_squared_error(actual, said, **kept)
    mse_interval = of_mean(error**2, weight, "skewed")
    rmse = sklearn_metrics.root_mean_squared_error(actual, said, **kept)
    bias = np.average(error, weights=weight)
    nonzero = actual != 0
    varies = actual.min() < actual.max()
    wape = mape = wape_interval = mape_interval = None
    if nonzero.any():
        wape = (weight * np.abs(error)).sum() / (weight * np.abs(actual)).sum()
        wape_interval = on_scale(wape, wape_error(actual, error, weight), "positive")
        mape = sklearn_metrics.mean_absolute_percentage_error(actual[nonzero], said[nonzero], sample_weight=weight[nonzero])
        mape_interval = of_mean(np.abs(error[nonzero] / actual[nonzero]), weight[nonzero], "skewed")
    return {
        "sample_weighted_mae": (mae, of_mean(np.abs(error), weight, "skewed")),
        "sample_weighted_mse": (mse, mse_interval),
        "sample_weighted_rmse": (rmse, tuple(np.sqrt(mse_interval)) if mse_interval and rmse else None),
        "sample_weighted_bias": (bias, normal(bias, mean_error(error, weight))),
        "sample_weighted_r2": (sklearn_metrics.r2_score(actual, said, **kept) if varies else None, None),
        "sample_weighted_mape": (mape, mape_interval),
        "sample_weighted_wape": (wape, wape_interval),
        COUNT: (weight.sum() ** 2 / (weight**2).sum(), None),
    }


def class_oracle(rows: pd.DataFrame) -> Oracle:
    if not len(rows):
        return {}
    weight = rows["weight"].to_numpy()
    right = (rows["actual"] == rows["predicted"]).to_numpy()
    accuracy = sklearn_metrics.accuracy_score(rows["actual"], rows["predicted"], sample_weight=weight)
    found: Oracle = {
        "sample_weighted_accuracy": (accuracy, wilson(right.astype(float), weight)),
        COUNT: (weight.sum() ** 2 / (weight**2).sum(), None),
    }
    scored = rows[rows["has_scores"]]
    if len(scored):
        scores = scored[[f"score_{label}" for label in CLASSES]].to_numpy()
        weight = scored["weight"].to_numpy()
        is_class = np.array([[label == actual for label in CLASSES] for actual in scored["actual"]])
        kept = {"labels": CLASSES, "sample_weight": weight}
        loss = sklearn_metrics.log_loss(scored["actual"], scores, **kept)
        brier = sklearn_metrics.brier_score_loss(scored["actual"], scores, scale_by_half=False, **kept)
        found["sample_weighted_log_loss"] = (loss, of_mean(-np.log(scores[is_class]), weight, "positive"))
        found["sample_weighted_brier"] = (brier, of_mean(((scores - is_class) ** 2).sum(axis=1), weight, "double_unit"))
    return found


def weighted_metrics(metrics: dict[str, Measured]) -> dict[str, Measured]:
    return {name: measured for name, measured in metrics.items() if name.startswith("sample_weight")}


def interval_problem(window: Window, name: str, measured: Measured, interval: Interval, scale: float) -> str | None:
    """What is wrong with an interval, to 1e-7 of its width, and 1e-9 of the metric's size."""
    ends = (measured.ci_lower, measured.ci_upper)
    if interval is None or ends[0] is None:
        return None if interval is None and ends == (None, None) else f"{window} {name}: interval {ends}, not {interval}"
    allowed = 1e-7 * (interval[1] - interval[0]) + 1e-9 * scale + 1e-12
    is_right = all(abs(end - expected) <= allowed for end, expected in zip(ends, interval, strict=True))
    return None if is_right else f"{window} {name}: interval {ends}, not {interval}"


def problems_of(window: Window, metrics: dict[str, Measured], oracle: Oracle, with_intervals: bool) -> list[str]:
    found = []
    for name, measured in weighted_metrics(metrics).items():
        value, interval = oracle.get(name, (None, None))
        found.append(difference(window, name, measured, value))
        if with_intervals:
            found.append(interval_problem(window, name, measured, interval, abs(value or 0)))
    return [problem for problem in found if problem]


NAMES = {
    "binary": set(binary_oracle(rows_in(BINARY["ordinary"], Window("", "", "", FIRST_DAY, date(2025, 1, 1), "")))),
    "regression": {f"sample_weighted_{name}" for name in ("mae", "mse", "rmse", "r2", "bias", "mape", "wape")} | {COUNT},
    "classes": {f"sample_weighted_{name}" for name in ("accuracy", "log_loss", "brier")} | {COUNT},
}
ORACLES = {"binary": binary_oracle, "regression": regression_oracle, "classes": class_oracle}
CASES = [
    (task, name, rows)
    for task, frames in (("binary", BINARY), ("regression", REGRESSION), ("classes", MULTICLASS))
    for name, rows in frames.items()
]  # fmt: skip


@pytest.mark.parametrize(("task", "name", "rows"), CASES, ids=[name for _, name, _ in CASES])
def test_metrics_and_intervals(task: str, name: str, rows: pd.DataFrame, performance: Metrics) -> None:
    problems = []
    for window in windows_of(performance, name):
        metrics = performance[window]
        assert set(weighted_metrics(metrics)) == NAMES[task], f"{window} lacks metrics, or has others"
        rows_there = rows_in(rows, window)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            oracle = ORACLES[task](rows_there)
        is_exact = window.granularity in WHOLE_WINDOWS and len(rows_there) <= EXACT_ROW_LIMIT
        problems += problems_of(window, metrics, oracle, is_exact)
        assert metrics[COUNT].sample_count == len(rows_there)
        if is_exact and any(measured.bound for measured in weighted_metrics(metrics).values()):
            problems.append(f"{window} is below the row limit and has an error bound")
    assert not problems, f"{len(problems)} differ:\n" + "\n".join(problems[:10])


@pytest.mark.parametrize("name", ["large", "large_ties", "heavy_tail"])
def test_bounds_of_windows_from_cells(name: str, performance: Metrics) -> None:
    """AUC and average precision from cells lie within the stated bound of the exact ones; the rest is exact."""
    bounds = []
    for window in windows_of(performance, name, 25):
        rows_there = rows_in(BINARY[name], window)
        metrics = performance[window]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            assert not problems_of(window, metrics, binary_oracle(rows_there), with_intervals=False)
        is_binned = len(rows_there) > EXACT_ROW_LIMIT or window.granularity.startswith("trailing")
        auc = metrics["sample_weighted_roc_auc"]
        if is_binned and auc.value is not None:
            bounds.append(auc.bound)
            error = auc_error(*(rows_there[column].to_numpy() for column in ("actual", "score", "weight")))
            if error is not None and len(rows_there) > EXACT_ROW_LIMIT:
                reach = logit(auc.ci_upper) - logit(auc.ci_lower)
                assert reach * auc.value * (1 - auc.value) / (2 * Z_95) == pytest.approx(error, rel=0.02)
        elif auc.value is not None:
            assert auc.bound == 0
    assert len(bounds) > 3, "few windows come from cells"
    # A bound that says nothing would hold as well.
    assert 0 < max(bounds) < (0.05 if name == "large_ties" else 0.01)


@pytest.mark.parametrize(("name", "task"), [
    ("equal_weights", "binary"), ("equal_demand", "regression"), ("equal_classes", "classes"),
])  # fmt: skip
def test_equal_weights_change_nothing(name: str, task: str, performance: Metrics) -> None:
    """With one weight for all, each metric and each interval is the one without weights, but for those without interval."""
    compared = 0
    for window in windows_of(performance, name, 40):
        metrics = performance[window]
        for twin in NAMES[task] - {COUNT}:
            ours, plain = metrics[twin], metrics[twin.removeprefix("sample_weighted_")]
            assert not difference(window, twin, ours, plain.value)
            assert ours.sample_count == plain.sample_count or plain.value is None
            if twin in WITHOUT_INTERVAL:
                assert (ours.ci_lower, ours.ci_upper) == (None, None)
            elif plain.ci_lower is not None and window.granularity in WHOLE_WINDOWS:
                interval = (plain.ci_lower, plain.ci_upper)
                assert not interval_problem(window, twin, ours, interval, abs(plain.value))
                compared += 1
        if metrics[COUNT].value is not None:
            assert metrics[COUNT].value == pytest.approx(metrics[COUNT].sample_count, rel=1e-9)
    assert compared > 50


def test_logs_without_weights_have_none_of_the_metrics(weights: duckdb.DuckDBPyConnection, performance: Metrics) -> None:
    plain = [metrics for window, metrics in performance.items() if window.model_id == "plain"]
    assert plain
    assert not any(weighted_metrics(metrics) for metrics in plain)
    for relation, condition in (
        ("ml_monitor.dim_ml_thresholds", "metric_name like 'sample_weight%'"),
        ("ml_monitor_internal.int_ml_weighted_outcomes", "true"),
    ):  # fmt: skip
        held = weights.execute(f"select count(*) from {relation} where model_id = 'plain' and {condition}").fetchone()
        assert held == (0,), relation


def test_bad_weights_are_in_the_quarantine(weights: duckdb.DuckDBPyConnection) -> None:
    rows = BINARY["bad_weights"]
    reasons = {str(value): reason for reason, values in BAD_WEIGHTS.items() for value in values}
    good = {str(value) for value in rows["weight"].tolist()}
    expected = Counter(reasons[str(value)] for value in spoilt(rows) if str(value) not in good)
    found = weights.execute("""
        select reject_reason, count(*) from ml_monitor.fct_ml_rejected_rows
        where model_id = 'bad_weights' group by reject_reason
    """).fetchall()  # fmt: skip
    assert dict(found) == expected
    assert len(expected) == len(BAD_WEIGHTS)


def test_windows_without_weight_say_so(weights: duckdb.DuckDBPyConnection) -> None:
    """Outcomes that all weigh nothing: null, never judged, and the metrics without weights stand."""
    shown = weights.execute("""
        select
            count(*), count(metric_value), sum(sample_count), min(labelled_count),
            list_sort(list_distinct(list(status || ' ' || status_reason)))
        from ml_monitor.fct_ml_performance
        where model_id = 'no_weight' and metric_name like 'sample_weight%' and granularity = 'week' and slice_key is null
    """).fetchone()  # fmt: skip
    assert shown[:3] == (5 * len(NAMES["binary"]), 0, 0)
    assert shown[3] > 50
    assert shown[4] == ["not_evaluated no_threshold"]
    plain = weights.execute("""
        select count(metric_value) from ml_monitor.fct_ml_performance
        where model_id = 'no_weight' and metric_name = 'accuracy' and granularity = 'week' and slice_key is null
    """).fetchone()  # fmt: skip
    assert plain == (5,)


def drawn(task: str, count: int, rng: np.random.Generator) -> tuple[Numbers, Numbers]:
    """Quantities and weights of one population: how heavy a row is goes with what it is."""
    if task == "rate":
        x = (rng.random(count) < 0.1).astype(float)
    else:
        x = rng.gamma(1.2, 1, count)
    return x, rng.gamma(2, 0.5, count) * (1 + x)


@pytest.mark.parametrize(("task", "count"), [("rate", 1000), ("rate", 200), ("mean", 1000), ("ratio", 1000)])
def test_intervals_cover(task: str, count: int) -> None:
    """Share of 3,000 draws whose interval holds the population's own ratio. Binomial error of the share: 0.4 points; 93 to
    97 % is five of them. The rules are those of the oracles, which the marts equal."""
    rng = np.random.default_rng(count)
    x, weight = drawn(task, 2_000_000, rng)
    z = rng.gamma(4, 0.25, len(x)) if task == "ratio" else np.ones(len(x))
    truth = (weight * x).sum() / (weight * z).sum()
    held = naive = 0
    for start in range(0, 3000 * 600, 600):  # draws from the population
        chosen = rng.integers(0, len(x), count) if start else np.arange(count)
        xs, ws, zs = x[chosen], weight[chosen], z[chosen]
        if task == "rate":
            lower, upper = wilson(xs, ws)
        elif task == "mean":
            lower, upper = normal(np.average(xs, weights=ws), mean_error(xs, ws))
        else:
            lower, upper = normal((ws * xs).sum() / (ws * zs).sum(), wape_error(zs, xs, ws))
        held += lower <= truth <= upper
        unweighted = normal(np.average(xs, weights=ws), xs.std(ddof=1) / math.sqrt(count)) if task == "mean" else (0, 1)
        naive += unweighted[0] <= truth <= unweighted[1]
    assert 0.93 <= held / 3000 <= 0.97, f"{held / 3000:.1%}"
    if task == "mean":
        assert naive / 3000 < 0.9, "an interval that knows no weights would do as well"


@pytest.mark.parametrize("name", ["ordinary", "large", "heavy_tail"])
def test_arms_are_compared(name: str, weights: duckdb.DuckDBPyConnection, performance: Metrics) -> None:
    """Each metric with an error, north against south: difference, interval and p-value by numpy and scipy."""
    found = weights.execute("""
        select granularity, window_start, control_arm, treatment_arm, metric_name, difference, ci_lower, ci_upper, p_value,
            control_count, treatment_count
        from ml_monitor.fct_ml_arm_comparison where model_id = ?
    """, [name]).fetchall()  # fmt: skip
    by_start = {(w.granularity, w.start, w.slice_value): m for w, m in performance.items() if w.model_id == name}
    windows = {(window.granularity, window.start): window for window in performance if window.model_id == name}
    assert {row[0] for row in found} == {"week", "month", "lifetime"}
    assert {row[2:4] for row in found} == {("north", "south")}
    for granularity, start, *_, metric, difference_of_arms, lower, upper, p_value, north_count, south_count in found:
        north, south = (by_start[granularity, start, arm][metric] for arm in ("north", "south"))
        counts = (north.sample_count, south.sample_count)
        assert (difference_of_arms, north_count, south_count) == (south.value - north.value, *counts)
        window = windows[granularity, start]
        if metric == "accuracy":
            rows = BINARY[name].assign(weight=1.0)
            right = [
                (there["actual"] == (there["score"] >= 0.5)).sum()
                for there in (rows_in(rows, replace(window, slice_value=arm)) for arm in ("north", "south"))
            ]
            error = math.sqrt(sum(k * (n - k) / n**3 for k, n in zip(right, counts, strict=True)))
            table = np.array([right, np.subtract(counts, right)])
            expected = stats.chi2_contingency(table, correction=False).pvalue if (table.sum(axis=1) > 0).all() else None
            if expected is None:
                assert p_value is None
                continue
        elif metric == "sample_weighted_brier":
            arms = (rows_in(BINARY[name], replace(window, slice_value=arm)) for arm in ("north", "south"))
            error = math.hypot(*(
                mean_error(((there["score"] - there["actual"]) ** 2).to_numpy(), there["weight"].to_numpy()) for there in arms
            ))  # fmt: skip
            expected = 2 * stats.norm.sf(abs(difference_of_arms) / error)
        else:
            continue
        np.testing.assert_allclose([lower, upper], difference_of_arms + Z_95 * error * np.array([-1, 1]), rtol=1e-9, atol=1e-12)
        assert p_value == pytest.approx(expected, rel=1e-7)
    assert {"accuracy", "sample_weighted_brier", "roc_auc", "sample_weighted_accuracy"} <= {row[4] for row in found}


def test_a_log_without_an_arm_among_its_slices_has_no_comparison(weights: duckdb.DuckDBPyConnection) -> None:
    found = weights.execute("select distinct model_id from ml_monitor.fct_ml_arm_comparison").fetchall()
    assert {model_id for (model_id,) in found} <= set(BINARY)


POSTGRES_CASES = {
    "ordinary", "heavy_tail", "many_zeros", "tiny_weights", "equal_scores", "bad_weights", "large_offset", "outlier_actual",
    "always_over", "some_zero_actuals", "some_scores",
}  # fmt: skip


def test_unit_tests_of_models_that_need_weights(warehouse: Path, tmp_path: Path) -> None:
    """The demo declares no sample weights, so its build has none of these models."""
    copied = shutil.copy(warehouse, tmp_path)  # other tests have the file open
    models = [f"{model},test_type:unit" for model in ("int_ml_weighted_binary_summed", "int_ml_weighted_metrics")]
    said = run_dbt(
        ["test", "--select", *models, "--vars", json.dumps(VARS)], tmp_path, ML_MONITOR_DUCKDB_PATH=str(copied),
        ML_MONITOR_TARGET="duckdb", ML_MONITOR_SCHEMA="ml_monitor",
    )  # fmt: skip
    assert "2 of 2 PASS" in said, said


def test_postgres_has_the_same_numbers(postgres: dict[str, str], warehouse: Path, tmp_path: Path, monkeypatch) -> None:
    """Some of the models once more on PostgreSQL, in a database of its own."""
    database = "ml_monitor_sample_weights"
    connection = psycopg2.connect(
        host=postgres.get("PGHOST"), port=postgres.get("PGPORT"), user=postgres.get("PGUSER"),
        password=postgres.get("PGPASSWORD"), dbname=postgres.get("PGDATABASE"),
    )  # fmt: skip
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(f"drop database if exists {database}")
        cursor.execute(f"create database {database}")
    settings = postgres | {"PGDATABASE": database, "ML_MONITOR_TARGET": "postgres", "ML_MONITOR_SCHEMA": "ml_monitor"}
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    for name, content in raw_tables().items():
        schema, raw = name.split(".")
        if "model_id" in content.schema.names:
            content = content.filter(pc.is_in(content["model_id"], pa.array(sorted(POSTGRES_CASES))))
        load_tables({raw: content}, schema=schema, target="postgres")
    kinds = ["--exclude-resource-type", "test", "--exclude-resource-type", "unit_test"]
    run_dbt(["build", "--quiet", "--select", *MARTS.split(), *kinds, "--vars", json.dumps(VARS)], tmp_path, **settings)
    copied = tmp_path / "postgres.duckdb"
    copy_from_postgres(settings, ["fct_ml_performance", "fct_ml_rejected_rows"], warehouse, copied)
    with duckdb.connect() as here:
        here.execute(f"attach '{warehouse}' as here (read_only); attach '{copied}' as there (read_only)")
        for columns, mart, condition, model_count in (
            ("*", "fct_ml_performance", "metric_name like 'sample_weight%'", len(POSTGRES_CASES)),
            ("model_id, prediction_id, reject_reason", "fct_ml_rejected_rows", "source_name = 'predictions'", 1),
        ):
            chosen = f"{condition} and list_contains({sorted(POSTGRES_CASES)}, model_id)"
            for name, schema in (("ours", "here.ml_monitor"), ("theirs", "there.main")):
                here.execute(f"create or replace view {name} as select {columns} from {schema}.{mart} where {chosen}")
            assert here.execute("select count(distinct model_id) from ours").fetchone() == (model_count,)
            # outlier_actual: two WAPEs of almost 1 and their difference, of which 1e-9 is all that is left
            compare(here, "ours", "theirs", TOLERANCE_OF | {"p_value": 1e-11})
    with connection.cursor() as cursor:
        cursor.execute(f"drop database {database}")
    connection.close()

