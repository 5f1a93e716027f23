"""Edge cases, built through dbt on a DuckDB of a few thousand rows, against scikit-learn, scipy and numpy.

Three logs in one build, declared by --vars over the sample's source tables. Every edge case is a model of its own in
the same table:
  edges    binary, every window up to the limit read row by row
  binned   the same raw rows under other model ids, with a row limit of 200: larger windows come from score cells
  demand   regression
A statistic that does not exist for a case must be null, with a reason and without a verdict: never an error or a pass.
"""

from __future__ import annotations

import math
import os
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from numpy.typing import NDArray
from scipy import stats
from sklearn import metrics as sklearn_metrics
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.isotonic import IsotonicRegression

sys.path.insert(0, str(Path(__file__).resolve().parent))
from generated_warehouse import build_marts, write_tables  # noqa: E402
from reference_entries import psi_p_value  # noqa: E402

FIRST_DAY = date(2024, 1, 1)  # a Monday
REFERENCE_DAYS = 14
DAY_COUNT = 42
EXACT_ROW_LIMIT = 200
BINNED = "binned_"
QUANTILE_WINDOWS = ("week", "month", "reference", "lifetime")
WHOLE_WINDOWS = ("day", "week", "month", "reference", "lifetime")
LABELS = ("web", "store", "phone", "partner", "app")
NULL_SLICE = "(null)"

VARS = {
    "ml_monitor": {
        "as_of": "2024-03-01",
        "reference_days": REFERENCE_DAYS,
        "prediction_logs": [
            {
                "name": "edges",
                "task": "binary_classification",
                "predictions": {"relation": "hotel_cancellations.raw_predictions"},
                "outcomes": {"relation": "hotel_cancellations.raw_outcomes"},
                "features": {
                    "relation": "hotel_cancellations.raw_features",
                    "numeric": ["amount"],
                    "categorical": ["channel"],
                    "slices": ["region"],
                },
                "slices": ["region"],
            },
            {
                "name": "binned",
                "task": "binary_classification",
                "exact_row_limit": EXACT_ROW_LIMIT,
                "predictions": {
                    "relation": "hotel_cancellations.raw_predictions",
                    "columns": {"model_id": "binned_model_id"},
                },
                "outcomes": {"relation": "hotel_cancellations.raw_outcomes"},
                "features": {"relation": "hotel_cancellations.raw_features"},
                "slices": ["region"],
            },
            {
                "name": "demand",
                "task": "regression",
                "predictions": {
                    "relation": "online_retail_demand.raw_predictions",
                    "columns": {"prediction_lower": "prediction_lower", "prediction_upper": "prediction_upper"},
                },
                "outcomes": {"relation": "online_retail_demand.raw_outcomes"},
                "features": {"relation": "online_retail_demand.raw_features", "numeric": ["amount"]},
                "slices": ["region"],
            },
        ],
    }
}

Numbers = NDArray[np.float64]
Values = list[Any]


@dataclass
class Case:
    """The raw rows of one model, one list a column; null is None."""

    day: Values
    said: Values  # score, or predicted value
    actual: Values  # None: no outcome
    amount: Values
    channel: Values
    region: Values
    lower: Values = field(default_factory=list)
    upper: Values = field(default_factory=list)
    faulty_count: int = 0  # rows that must be quarantined; they have a faulty `said`

    def __len__(self) -> int:
        return len(self.day)


def rng_of(name: str) -> np.random.Generator:
    return np.random.default_rng(sum(map(ord, name)))


def binary_case(name: str, rows_a_day: int = 30, days: Sequence[int] | None = None) -> Case:
    """An ordinary binary model: scores of all sizes, a rate that follows them, everything labelled."""
    rng = rng_of(name)
    day = np.repeat(list(days) if days is not None else np.arange(DAY_COUNT), rows_a_day)
    score = rng.beta(0.8, 1.6, len(day))
    return Case(
        day=day.tolist(),
        said=score.tolist(),
        actual=(rng.random(len(day)) < score).astype(int).tolist(),
        amount=np.round(rng.gamma(2, 20, len(day)), 2).tolist(),
        channel=rng.choice(LABELS, len(day), p=[0.4, 0.3, 0.15, 0.1, 0.05]).tolist(),
        region=rng.choice(["north", "south"], len(day), p=[0.8, 0.2]).tolist(),
    )


def later(case: Case, values: Values, replacement: Callable[[int], Any]) -> Values:
    """The values, those after the reference window replaced (the row's number is given)."""
    return [replacement(row) if case.day[row] >= REFERENCE_DAYS else value for row, value in enumerate(values)]


def binary_cases() -> dict[str, Case]:
    cases = {name: binary_case(name) for name in (
        "ordinary", "ties", "integer_amounts", "equal_scores", "zero_and_one", "one_class", "one_class_later", "no_labels",
        "labels_late", "null_feature", "null_later", "null_before", "not_finite", "only_not_finite", "outlier",
        "zero_variance", "unseen_category", "many_categories", "many_unseen", "bad_scores", "region_of_one", "null_region",
    )}  # fmt: skip
    cases["one_row"] = binary_case("one_row", 1, [3])
    cases["two_rows"] = binary_case("two_rows", 1, [3, 30])
    cases["empty_days"] = binary_case("empty_days", 60, [0, 1, 5, 13, 20, 21, 38])
    cases["large"] = binary_case("large", 260)
    cases["large_ties"] = binary_case("large_ties", 260)
    cases["large_rare"] = binary_case("large_rare", 260)
    cases["large_narrow"] = binary_case("large_narrow", 260)
    cases["large_ends"] = binary_case("large_ends", 260)

    def edit(name: str, **columns: Values) -> None:
        cases[name] = replace(cases[name], **columns)

    def of(name: str) -> tuple[Case, np.random.Generator]:
        return cases[name], rng_of(name + " edit")

    case, rng = of("ties")
    edit("ties", said=[round(score, 1) for score in case.said])
    case, rng = of("integer_amounts")
    amount = rng.integers(0, 40, len(case)).astype(float).tolist()
    edit("integer_amounts", amount=amount, said=[round(score, 2) for score in case.said])
    case, rng = of("equal_scores")
    edit("equal_scores", said=[0.3] * len(case))
    case, rng = of("zero_and_one")
    edit("zero_and_one", said=[[0.0, 1.0, 1e-300, 1 - 1e-16, score][row % 5] for row, score in enumerate(case.said)])
    edit("one_class", actual=[0] * len(cases["one_class"]))
    case, rng = of("one_class_later")
    edit("one_class_later", actual=later(case, case.actual, lambda row: 1))
    edit("no_labels", actual=[None] * len(cases["no_labels"]))
    case, rng = of("labels_late")
    edit("labels_late", actual=later(case, case.actual, lambda row: case.actual[row] if row % 3 else None))
    edit("null_feature", amount=[None] * len(cases["null_feature"]), channel=[None] * len(cases["null_feature"]))
    case, rng = of("null_later")
    edit("null_later", amount=later(case, case.amount, lambda row: None), channel=later(case, case.channel, lambda row: None))
    case, rng = of("null_before")
    nothing = [None] * len(case)
    edit("null_before", amount=later(case, nothing, lambda row: 5.0), channel=later(case, nothing, lambda row: "web"))
    case, rng = of("not_finite")
    odd = [math.nan, math.inf, -math.inf, None]
    edit("not_finite", amount=[odd[row % 4] if row % 9 == 0 else amount for row, amount in enumerate(case.amount)])
    case, rng = of("only_not_finite")
    edit("only_not_finite", amount=[math.nan] * len(case))
    case, rng = of("outlier")
    odd = {5: 1e9, 105: -1e9, 205: 1e300}
    edit("outlier", amount=[odd.get(row % 300, amount) for row, amount in enumerate(case.amount)])
    edit("zero_variance", amount=[7.25] * len(cases["zero_variance"]), channel=["web"] * len(cases["zero_variance"]))
    case, rng = of("unseen_category")
    edit("unseen_category", channel=later(case, case.channel, lambda row: "fax" if row % 4 == 0 else case.channel[row]))
    case, rng = of("many_categories")
    edit("many_categories", channel=[f"c{number:03d}" for number in (150 * rng.random(len(case)) ** 1.5).astype(int)])
    case, rng = of("many_unseen")
    edit("many_unseen", channel=later(case, case.channel, lambda row: f"new{row:05d}"))
    cases["many_unseen"].day = [20 if day >= 20 else day for day in case.day]  # some 660 new names in one day
    case, rng = of("bad_scores")
    odd = [math.nan, math.inf, -math.inf, -0.1, 1.1, None]
    is_odd = [row % 10 == 0 for row in range(len(case))]
    said = [odd[row // 10 % 6] if is_odd[row] else score for row, score in enumerate(case.said)]
    edit("bad_scores", said=said, faulty_count=sum(is_odd))
    case, rng = of("region_of_one")
    edit("region_of_one", region=["north"] * (len(case) - 2) + ["alone", None])

    case, rng = of("null_region")
    edit("null_region", region=[None if row % 2 else region for row, region in enumerate(case.region)])

    case, rng = of("large_ties")
    edit("large_ties", said=[round(score, 3) for score in case.said])
    case, rng = of("large_rare")
    score = rng.beta(1, 60, len(case))
    edit("large_rare", said=score.tolist(), actual=(rng.random(len(case)) < score).astype(int).tolist())
    case, rng = of("large_narrow")
    score = 0.5 + 0.002 * rng.standard_normal(len(case))
    rate = 1 / (1 + np.exp(-(score - 0.5) * 1000))
    edit("large_narrow", said=score.tolist(), actual=(rng.random(len(case)) < rate).astype(int).tolist())
    case, rng = of("large_ends")
    edit("large_ends", said=[[0.0, 1.0, 0.001, 0.0005][row % 4] if row % 3 else score for row, score in enumerate(case.said)])
    return cases


def regression_case(name: str, rows_a_day: int = 12, days: Sequence[int] | None = None) -> Case:
    """An ordinary forecast of counts with a prediction interval."""
    rng = rng_of(name)
    case = binary_case(name, rows_a_day, days)
    mean = rng.gamma(3, 10, len(case))
    said = mean * np.exp(0.2 * rng.standard_normal(len(case)))
    return replace(
        case,
        said=said.tolist(),
        actual=(rng.poisson(mean) + 1.0).tolist(),
        lower=(0.6 * said).tolist(),
        upper=(1.5 * said).tolist(),
    )


def regression_cases() -> dict[str, Case]:
    names = (
        "ordinary_demand", "constant_actuals", "zero_actuals", "some_zero_actuals", "below_minus_one", "minus_one",
        "outlier_actual", "garbage_forecast", "large_offset", "tiny_numbers", "no_intervals", "some_intervals",
        "no_demand_labels", "perfect", "always_over", "bad_values", "negative_actuals",
    )  # fmt: skip
    cases = {name: regression_case(name) for name in names}
    cases["one_demand_row"] = regression_case("one_demand_row", 1, [3])
    cases["sparse_demand"] = regression_case("sparse_demand", 9, [0, 2, 13, 14, 33, 41])

    def edit(name: str, **columns: Values) -> None:
        cases[name] = replace(cases[name], **columns)

    def actuals(name: str) -> Numbers:
        return np.array(cases[name].actual)

    def edited_actual(name: str, values: Numbers) -> None:
        edit(name, actual=values.tolist())

    rows = np.arange(len(cases["ordinary_demand"]))
    edited_actual("constant_actuals", np.full(len(rows), 17.3))
    edited_actual("zero_actuals", np.zeros(len(rows)))
    edited_actual("some_zero_actuals", np.where(rows % 3, actuals("some_zero_actuals"), 0))
    edited_actual("below_minus_one", np.where(rows % 40, actuals("below_minus_one"), -1.5))
    edit("minus_one", said=np.where(rows % 40, cases["minus_one"].said, -1.0).tolist())
    edited_actual("outlier_actual", np.where(rows % 100, actuals("outlier_actual"), 1e9))
    is_garbage = rows % 100 == 0  # beyond 1e70 a square is none: quarantined
    edit(
        "garbage_forecast", said=np.where(is_garbage, 1e100, cases["garbage_forecast"].said).tolist(),
        faulty_count=int(is_garbage.sum()),
    )  # fmt: skip
    edited_actual("large_offset", 1e7 + actuals("large_offset") / 10)
    edit("large_offset", said=(1e7 + np.array(cases["large_offset"].said) / 10).tolist())
    edited_actual("tiny_numbers", actuals("tiny_numbers") * 1e-5)
    edit("tiny_numbers", said=(np.array(cases["tiny_numbers"].said) * 1e-5).tolist())
    nothing = [None] * len(rows)
    edit("no_intervals", lower=nothing, upper=nothing)
    edit("some_intervals", lower=[None if row % 2 else value for row, value in enumerate(cases["some_intervals"].lower)])
    edit("no_demand_labels", actual=nothing)
    edit("perfect", said=cases["perfect"].actual)
    edit("always_over", said=[actual + 3 for actual in cases["always_over"].actual])
    odd = [math.nan, math.inf, -math.inf, None]
    is_odd = rows % 10 == 0
    said = [odd[row // 10 % 4] if is_odd[row] else value for row, value in enumerate(cases["bad_values"].said)]
    edit("bad_values", said=said, faulty_count=int(is_odd.sum()))
    edited_actual("negative_actuals", -actuals("negative_actuals"))
    return cases


BINARY_CASES = binary_cases()
REGRESSION_CASES = regression_cases()
LARGE_CASES = [name for name, case in BINARY_CASES.items() if len(case) > 2_000]


def raw_tables(cases: dict[str, Case], said: str) -> dict[str, pa.Table]:
    """The three raw tables of a log. Outcomes come a day after the prediction."""
    predictions: dict[str, Values] = {
        name: [] for name in ("model_id", "binned_model_id", "model_version", "prediction_id", "predicted_at", said)
    }
    bounds: dict[str, Values] = {"prediction_lower": [], "prediction_upper": []}
    outcomes: dict[str, Values] = {name: [] for name in ("prediction_id", "observed_at", "actual")}
    features: dict[str, Values] = {name: [] for name in ("prediction_id", "amount", "channel", "region")}
    for name, case in cases.items():
        identifiers = [f"{name}-{row}" for row in range(len(case))]
        midnight = datetime.combine(FIRST_DAY, datetime.min.time())
        at = [midnight + timedelta(days=day, minutes=row % 1440) for row, day in enumerate(case.day)]
        predictions["model_id"] += [name] * len(case)
        predictions["binned_model_id"] += [BINNED + name] * len(case)
        predictions["model_version"] += ["1"] * len(case)
        predictions["prediction_id"] += identifiers
        predictions["predicted_at"] += at
        predictions[said] += case.said
        bounds["prediction_lower"] += case.lower or [None] * len(case)
        bounds["prediction_upper"] += case.upper or [None] * len(case)
        for row, actual in enumerate(case.actual):
            if actual is not None:
                outcomes["prediction_id"].append(identifiers[row])
                outcomes["observed_at"].append(at[row] + timedelta(days=1))
                outcomes["actual"].append(float(actual))
        features["prediction_id"] += identifiers
        for column in ("amount", "channel", "region"):
            features[column] += getattr(case, column)
    doubles = {said, "prediction_lower", "prediction_upper", "actual", "amount"}
    return {
        name: pa.table({
            column: pa.array(values, pa.float64() if column in doubles else None, from_pandas=False)
            for column, values in columns.items()
        })
        for name, columns in (
            ("raw_predictions", predictions | bounds), ("raw_outcomes", outcomes), ("raw_features", features),
        )
    }  # fmt: skip


def build(folder: Path) -> Path:
    """Write the raw tables and run dbt over them; return the DuckDB file. Fails with dbt's words."""
    warehouse = folder / "edges.duckdb"
    for schema, cases, said in (
        ("hotel_cancellations", BINARY_CASES, "score"), ("online_retail_demand", REGRESSION_CASES, "predicted_value"),
    ):  # fmt: skip
        write_tables(warehouse, {f"{schema}.{name}": table for name, table in raw_tables(cases, said).items()})
    build_marts(warehouse, VARS, "+fct_ml_checks +fct_ml_estimated_performance")
    return warehouse


@pytest.fixture(scope="module")
def edges(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    built = os.environ.get("ML_MONITOR_TEST_EDGES_WAREHOUSE")  # a file of an earlier run, to work on the tests themselves
    warehouse = Path(built) if built else build(tmp_path_factory.mktemp("edges"))
    connection = duckdb.connect(str(warehouse), read_only=True, config={"threads": 2})
    yield connection
    connection.close()


@pytest.fixture(scope="module")
def performance(edges: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """fct_ml_performance by model, window and slice: columns (number, metric)."""
    table = edges.execute("select * from ml_monitor.fct_ml_performance").df()
    keys = ["model_id", "granularity", "window_start", "window_end", "slice_value"]
    assert not table.duplicated([*keys, "metric_name"]).any()
    table["slice_value"] = table["slice_value"].fillna("")
    return table.pivot(index=keys, columns="metric_name", values=[
        "metric_value", "metric_error_bound", "sample_count", "status", "status_reason",
    ])  # fmt: skip


@dataclass
class Rows:
    """The accepted rows of a model as arrays: what an independent computation starts from."""

    case: Case

    def __post_init__(self) -> None:
        said = np.array([np.nan if value is None else value for value in self.case.said], dtype=float)
        is_binary = not self.case.lower
        self.is_accepted = np.isfinite(said) & ((said >= 0) & (said <= 1) if is_binary else np.abs(said) <= 1e70)
        assert (~self.is_accepted).sum() == self.case.faulty_count
        self.day = np.array(self.case.day)
        self.said = said
        self.actual = np.array([np.nan if value is None else value for value in self.case.actual], dtype=float)
        self.region = np.array([region or NULL_SLICE for region in self.case.region], dtype=object)

    def reference_actual(self) -> Numbers:
        """The outcomes of the reference window: the first days with an accepted row."""
        first = self.day[self.is_accepted].min()
        is_in = self.is_accepted & (self.day >= first) & (self.day < first + REFERENCE_DAYS)
        return self.actual[is_in & np.isfinite(self.actual)]

    def window(self, start: date, end: date, region: str) -> NDArray[np.bool_]:
        first, last = ((pd.Timestamp(moment).date() - FIRST_DAY).days for moment in (start, end))
        is_in = self.is_accepted & (self.day >= first) & (self.day < last)
        return is_in & (self.region == region) if region else is_in


def quantile_bins(score: Numbers) -> NDArray[np.int_]:
    """The bins of scikit-learn's calibration_curve(strategy="quantile").

    A decile that falls on a row is that row's score: numpy takes 0.7 * 180 for 125.99999999999999, and the row out.
    """
    edges = np.percentile(score, np.linspace(0, 1, 11) * 100)
    on_row = np.arange(11) * (len(score) - 1) % 10 == 0
    edges[on_row] = np.sort(score)[np.arange(11)[on_row] * (len(score) - 1) // 10]
    return np.searchsorted(edges[1:-1], score)


def calibration_errors(bins: NDArray[np.int_], actual: Numbers, score: Numbers) -> tuple[float, float]:
    """Expected and maximal calibration error over ten bins."""
    sizes = np.bincount(bins, minlength=10)
    gaps = np.abs(np.bincount(bins, actual, minlength=10) - np.bincount(bins, score, minlength=10))
    return gaps.sum() / len(actual), (gaps[sizes > 0] / sizes[sizes > 0]).max()


def binary_oracle(
    actual: Numbers, score: Numbers, reference_actual: Numbers, has_quantile_bins: bool
) -> dict[str, float | None]:
    """Every binary metric by scikit-learn and scipy, None by our null rules."""
    labels = (score >= 0.5).astype(int)
    count = len(actual)
    if count == 0:
        return {}
    tn, fp, fn, tp = (int(number) for number in sklearn_metrics.confusion_matrix(actual, labels, labels=[0, 1]).ravel())
    has_both = 0 < actual.sum() < count
    auc = sklearn_metrics.roc_auc_score(actual, score) if has_both else None
    ece, mce = calibration_errors(np.searchsorted(np.linspace(0, 1, 11)[1:-1], score), actual, score)
    ece_quantile, mce_quantile = calibration_errors(quantile_bins(score), actual, score) if has_quantile_bins else (None, None)
    accuracy = sklearn_metrics.accuracy_score(actual, labels)
    brier = sklearn_metrics.brier_score_loss(actual, score, labels=[0, 1])
    brier_skill = accuracy_lift = None
    if len(reference_actual):
        rows = np.zeros((count, 1))
        prior, majority = (
            DummyClassifier(strategy=strategy).fit(np.zeros((len(reference_actual), 1)), reference_actual)
            for strategy in ("prior", "most_frequent")
        )
        accuracy_lift = accuracy - sklearn_metrics.accuracy_score(actual, majority.predict(rows))
        rate = prior.predict_proba(rows)[:, 1] if len(prior.classes_) == 2 else np.full(count, prior.classes_[0])
        dummy_brier = sklearn_metrics.brier_score_loss(actual, rate, labels=[0, 1])
        brier_skill = 1 - brier / dummy_brier if dummy_brier else None
    return {
        "true_positive_count": tp,
        "false_positive_count": fp,
        "false_negative_count": fn,
        "true_negative_count": tn,
        "accuracy": accuracy,
        "precision": sklearn_metrics.precision_score(actual, labels) if tp + fp else None,
        "recall": sklearn_metrics.recall_score(actual, labels) if tp + fn else None,
        "specificity": sklearn_metrics.recall_score(actual, labels, pos_label=0) if tn + fp else None,
        "f1": sklearn_metrics.f1_score(actual, labels) if tp + fp + fn else None,
        "f_beta_05": sklearn_metrics.fbeta_score(actual, labels, beta=0.5) if tp + fp + fn else None,
        "f_beta_2": sklearn_metrics.fbeta_score(actual, labels, beta=2) if tp + fp + fn else None,
        "balanced_accuracy": sklearn_metrics.balanced_accuracy_score(actual, labels) if has_both else None,
        "mcc": sklearn_metrics.matthews_corrcoef(actual, labels) if has_both and (tp + fp) * (tn + fn) else None,
        "cohen_kappa": sklearn_metrics.cohen_kappa_score(actual, labels) if max(tn, tp, fn, fp) < count or fp or fn else None,
        "roc_auc": auc,
        "gini": None if auc is None else 2 * auc - 1,
        "ks_separation": stats.ks_2samp(score[actual == 1], score[actual == 0], method="asymp").statistic if has_both else None,
        "average_precision": sklearn_metrics.average_precision_score(actual, score) if has_both else None,
        "log_loss": sklearn_metrics.log_loss(actual, score, labels=[0, 1]),
        "brier": brier,
        "ece": ece,
        "mce": mce,
        "ece_quantile": ece_quantile,
        "mce_quantile": mce_quantile,
        "brier_skill": brier_skill,
        "accuracy_lift": accuracy_lift,
        "base_rate": actual.mean(),
        "mean_score": score.mean(),
    }


def regression_oracle(
    actual: Numbers, said: Numbers, lower: Numbers, upper: Numbers, reference_actual: Numbers, is_read_by_row: bool
) -> dict[str, float | None]:
    """Every regression metric by scikit-learn, None by our null rules; no naive forecast is declared here."""
    if len(actual) == 0:
        return {}
    varies = actual.min() < actual.max()
    nonzero = actual != 0
    is_loggable = actual.min() > -1 and said.min() > -1
    has_interval = np.isfinite(lower) & np.isfinite(upper)
    is_covered = (lower <= actual) & (actual <= upper)
    mse = sklearn_metrics.mean_squared_error(actual, said)
    mae = sklearn_metrics.mean_absolute_error(actual, said)
    mean_skill = None
    if is_read_by_row and len(reference_actual):
        dummy = DummyRegressor(strategy="mean").fit(np.zeros((len(reference_actual), 1)), reference_actual)
        # The mean of equal numbers may be off by a digit: then the dummy errs by 1e-15, and the model is 1e15 times worse.
        mean = dummy.predict(np.zeros((len(actual), 1))).clip(reference_actual.min(), reference_actual.max())
        dummy_mae = sklearn_metrics.mean_absolute_error(actual, mean)
        mean_skill = 1 - mae / dummy_mae if dummy_mae else None
    return {
        "median_ae": sklearn_metrics.median_absolute_error(actual, said) if is_read_by_row else None,
        "tracking_signal": (said - actual).sum() / mae if mae else None,
        "mase": None,
        "naive_skill": None,
        "mean_skill": mean_skill,
        "interval_width": (upper - lower)[has_interval].mean() if has_interval.any() else None,
        "mae": mae,
        "mse": mse,
        "rmse": sklearn_metrics.root_mean_squared_error(actual, said),
        "r2": sklearn_metrics.r2_score(actual, said) if varies else None,
        "explained_variance": sklearn_metrics.explained_variance_score(actual, said) if varies else None,
        "mape": sklearn_metrics.mean_absolute_percentage_error(actual[nonzero], said[nonzero]) if nonzero.any() else None,
        "wape": np.abs(said - actual).sum() / np.abs(actual).sum() if nonzero.any() else None,
        "bias": (said - actual).mean(),
        "rmsle": sklearn_metrics.root_mean_squared_log_error(actual, said) if is_loggable else None,
        "max_error": sklearn_metrics.max_error(actual, said),
        "pinball_10": sklearn_metrics.mean_pinball_loss(actual, said, alpha=0.1),
        "pinball_50": sklearn_metrics.mean_pinball_loss(actual, said, alpha=0.5),
        "pinball_90": sklearn_metrics.mean_pinball_loss(actual, said, alpha=0.9),
        "interval_coverage": is_covered[has_interval].mean() if has_interval.any() else None,
    }


def is_null(value: Any) -> bool:
    return value is None or pd.isna(value)


def differences(row: pd.Series, oracle: dict[str, float | None], absolute: float = 1e-12) -> list[str]:
    """The metrics of a mart row that are not the oracle's, beyond 1e-9 or the bound that the row itself states."""
    found = []
    values, bounds, reasons = row["metric_value"], row["metric_error_bound"], row["status_reason"]
    for name in values.index[reasons.notna()]:  # metrics of the model's task
        value, expected = values[name], oracle.get(name)
        if is_null(value) or expected is None:
            is_right = is_null(value) and expected is None
        else:
            is_right = abs(value - expected) <= max(1e-9 * abs(expected), absolute) + bounds[name]
        if not is_right:
            found.append(f"{row.name} {name} is {value!r}, not {expected!r} (bound {bounds[name]})")
    return found


def some_windows(performance: pd.DataFrame, model_id: str) -> pd.DataFrame:
    """Weeks, months and the reference of all rows, the lifetime by slice; and some of the other windows and slices."""
    rows = performance.loc[[model_id]]
    granularity = rows.index.get_level_values("granularity")
    is_chosen = granularity.isin(["week", "month", "reference"]) & (rows.index.get_level_values("slice_value") == "")
    is_chosen |= granularity == "lifetime"
    others = rows[~is_chosen]
    return pd.concat([rows[is_chosen], others.sample(min(len(others), 9), random_state=len(others))])


@pytest.mark.parametrize("name", BINARY_CASES)
def test_binary_metrics(name: str, performance: pd.DataFrame) -> None:
    rows = Rows(BINARY_CASES[name])
    problems = []
    for key, row in some_windows(performance, name).iterrows():
        is_in = rows.window(*key[2:]) & np.isfinite(rows.actual)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            oracle = binary_oracle(rows.actual[is_in], rows.said[is_in], rows.reference_actual(), key[1] in QUANTILE_WINDOWS)
        problems += differences(row, oracle)
        if key[1] in WHOLE_WINDOWS and (row["metric_error_bound"].dropna() != 0).any():
            problems.append(f"{key} is below the row limit and has an error bound")
    assert not problems, f"{len(problems)} differ:\n" + "\n".join(problems[:10])


# Actuals of 1e7 with a spread of 1: a one-pass variance keeps 16 - 7 digits (the naive sum of squares would keep 2).
ABSOLUTE_TOLERANCES = {"large_offset": 1e-7}


@pytest.mark.parametrize("name", REGRESSION_CASES)
def test_regression_metrics(name: str, performance: pd.DataFrame) -> None:
    case = REGRESSION_CASES[name]
    rows = Rows(case)
    bounds = [[np.nan if value is None else value for value in bound] for bound in (case.lower, case.upper)]
    lower, upper = np.array(bounds, dtype=float)
    problems = []
    for key, row in some_windows(performance, name).iterrows():
        is_in = rows.window(*key[2:]) & np.isfinite(rows.actual)
        oracle = regression_oracle(
            rows.actual[is_in], rows.said[is_in], lower[is_in], upper[is_in], rows.reference_actual(), key[1] in WHOLE_WINDOWS
        )
        problems += differences(row, oracle, ABSOLUTE_TOLERANCES.get(name, 1e-12))
    assert not problems, f"{len(problems)} differ:\n" + "\n".join(problems[:10])


@pytest.mark.parametrize("name", LARGE_CASES)
def test_error_bounds_of_binned_windows(name: str, performance: pd.DataFrame) -> None:
    """In windows above the row limit AUC, AP and KS come from cells: the exact value lies within the stated bound."""
    rows = Rows(BINARY_CASES[name])
    everything = performance.loc[[BINNED + name]]
    labelled = everything["sample_count"]["accuracy"].astype(int)
    binned = everything[labelled > EXACT_ROW_LIMIT]
    assert len(binned) > 60
    chosen = binned.sample(40, random_state=3)
    bounded = ["roc_auc", "gini", "average_precision", "ks_separation"]
    ratios: dict[str, list[float]] = {metric: [] for metric in bounded}
    for key, row in chosen.iterrows():
        is_in = rows.window(*key[2:])
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            oracle = binary_oracle(rows.actual[is_in], rows.said[is_in], rows.reference_actual(), has_quantile_bins=False)
        for metric in bounded:
            value, bound, exact = row["metric_value"][metric], row["metric_error_bound"][metric], oracle[metric]
            assert abs(value - exact) <= bound * (1 + 1e-9) + 1e-12, f"{key} {metric}: {value} against {exact}, bound {bound}"
            ratios[metric].append(bound)
            oracle[metric] = value  # the other metrics are exact at any size
        assert not differences(row, oracle)
    # A bound that says nothing would hold as well: on scores that spread over the cells it is small.
    if name in ("large", "large_ties"):
        assert max(ratios["roc_auc"]) < 0.01 and max(ratios["ks_separation"]) < 0.1 and max(ratios["average_precision"]) < 0.1
    if name == "large_narrow":
        assert min(ratios["roc_auc"]) > 0.01  # the scores sit in a few cells: the bound must say so
    exact_windows = everything[(labelled > 0) & (labelled <= EXACT_ROW_LIMIT)]
    exact_windows = exact_windows[exact_windows.index.get_level_values("granularity").isin(WHOLE_WINDOWS)]
    assert (exact_windows["metric_error_bound"][bounded].fillna(0) == 0).all(axis=None)


@pytest.mark.parametrize("name", LARGE_CASES)
def test_estimates_of_binned_windows(name: str, edges: duckdb.DuckDBPyConnection) -> None:
    """Estimated AUC and average precision from cells lie within their bound of the rows' own, rows being p of a positive."""
    rows = Rows(BINARY_CASES[name])
    shown = edges.execute("""
        select window_start, window_end, metric_name, metric_value, metric_error_bound
        from ml_monitor.fct_ml_estimated_performance
        where model_id = ? and estimator_name = 'cbpe_uncalibrated' and granularity in ('week', 'month') and slice_key is null
            and metric_name in ('roc_auc', 'average_precision')
    """, [BINNED + name]).fetchall()  # fmt: skip
    assert len(shown) >= 16
    for start, end, metric, value, bound in shown:
        said = rows.said[rows.window(start, end, "")]
        oracle = {"roc_auc": sklearn_metrics.roc_auc_score, "average_precision": sklearn_metrics.average_precision_score}[metric]
        weight = np.concatenate([said, 1 - said])
        exact = oracle(np.repeat([1, 0], len(said)), np.tile(said, 2), sample_weight=weight)
        assert abs(value - exact) <= bound * (1 + 1e-9) + 1e-12, f"{start} {metric}: {value} against {exact}, bound {bound}"
        if name == "large":
            assert 0 < bound < 0.1


@pytest.mark.parametrize("prefix", ["", BINNED], ids=["every score", "score cells"])
@pytest.mark.parametrize("name", ["ordinary", "ties", "large", "large_rare", "labels_late", "one_class_later"])
def test_isotonic_blocks(name: str, prefix: str, edges: duckdb.DuckDBPyConnection) -> None:
    """The values of the blocks against scikit-learn's isotonic regression of the reference.

    Not for scores that are closer than a double's resolution at 1 (0 and 1e-300): scikit-learn takes them as one.
    """
    rows = Rows(BINARY_CASES[name])
    is_in = rows.is_accepted & (rows.day < REFERENCE_DAYS) & ~np.isnan(rows.actual)
    score, actual = rows.said[is_in], rows.actual[is_in]
    x = np.maximum(np.ceil(score * 1000), 1) if prefix and is_in.sum() > EXACT_ROW_LIMIT else score
    fitted = IsotonicRegression().fit(x, actual).predict(np.unique(x))
    blocks = edges.execute("""
        select calibrated_score, labelled_count from ml_monitor_internal.int_ml_isotonic_blocks
        where model_id = ? order by block_number
    """, [prefix + name]).fetchall()  # fmt: skip
    np.testing.assert_allclose([value for value, _ in blocks], np.unique(fitted.round(12)), rtol=1e-9, atol=1e-12)
    assert sum(count for _, count in blocks) == is_in.sum()


@pytest.mark.parametrize("name", ["one_class", "no_labels", "one_row"])
def test_nothing_is_calibrated_on_one_class(name: str, edges: duckdb.DuckDBPyConnection) -> None:
    found = edges.execute("""
        select distinct estimator_name from ml_monitor.fct_ml_estimated_performance where model_id = ?
    """, [name]).fetchall()  # fmt: skip
    assert found == [("cbpe_uncalibrated",)]


NULL_BIN, NON_FINITE_BIN, OTHER_BIN = "null", "non-finite", "other"
Edges = dict[tuple[str, str], Numbers]


@pytest.fixture(scope="module")
def bin_edges(edges: duckdb.DuckDBPyConnection) -> Edges:
    """The frozen edges by model and feature."""
    columns = ", ".join(f"edge_{position}" for position in range(1, 10))
    query = f"select model_id, feature_name, [{columns}][:edge_count] from ml_monitor_internal.int_ml_bin_edges"
    rows = edges.execute(query).fetchall()
    return {(model_id, feature): np.array(values) for model_id, feature, values in rows}


def numeric_bins(values: Values, edges: Numbers) -> list[Any]:
    """The bin of each value: (-inf, e1], (e1, e2], ... and one each for null and for NaN and infinities."""
    return [
        NULL_BIN if value is None
        else NON_FINITE_BIN if not math.isfinite(value)
        else int(np.searchsorted(edges, value, side="left"))
        for value in values
    ]  # fmt: skip


def category_bins(values: Values, reference_values: Values) -> list[Any]:
    """The bin of each value: its name, but for null and for all but the 100 most frequent categories of the reference."""
    counts = pd.Series([value for value in reference_values if value is not None], dtype=object).value_counts()
    ranked = sorted(counts.index, key=lambda category: (-counts[category], category))
    names = dict.fromkeys(ranked[100:], OTHER_BIN)
    return [NULL_BIN if value is None else names.get(value, "category " + str(value)) for value in values]


def psi_oracle(reference_bins: NDArray[np.int_], current_bins: NDArray[np.int_]) -> tuple[float, float]:
    """PSI over all bins that either side has, and its p-value."""
    length = max(reference_bins.max(), current_bins.max()) + 1
    r, c = (np.bincount(bins, minlength=length) for bins in (reference_bins, current_bins))
    is_used = (r > 0) | (c > 0)
    n, m = c.sum(), r.sum()
    p_value = psi_p_value(r[is_used], c[is_used])
    r, c = np.maximum(r[is_used] / m, 1e-4), np.maximum(c[is_used] / n, 1e-4)
    psi = float(((c - r) * np.log(c / r)).sum())
    return psi, p_value


@pytest.fixture(scope="module")
def drift(edges: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    table = edges.execute("select * from ml_monitor.fct_ml_drift where metric_name = 'psi' and baseline_name = 'reference'").df()
    table["slice_value"] = table["slice_value"].fillna("")
    keys = ["model_id", "feature_name", "granularity", "window_start", "window_end", "slice_value"]
    assert not table.duplicated(keys).any()
    return table.set_index(keys).sort_index()


DRIFT_CASES = [(name, case) for name, case in (BINARY_CASES | REGRESSION_CASES).items() if name != "many_unseen"]


@pytest.mark.parametrize(("name", "case"), DRIFT_CASES, ids=[name for name, _ in DRIFT_CASES])
def test_psi(name: str, case: Case, drift: pd.DataFrame, bin_edges: Edges) -> None:
    """Edges against numpy's quantiles of the reference; PSI and its p-value against the rows counted between the edges.

    The edges are the frozen ones: they equal numpy's but for the last digit, which decides where a value lies that is
    as large as the edge.
    """
    rows = Rows(case)
    first = rows.day[rows.is_accepted].min()
    is_reference = rows.is_accepted & (rows.day >= first) & (rows.day < first + REFERENCE_DAYS)
    numeric = {"amount": case.amount, "predicted_value" if case.lower else "score": case.said}
    labels = ["1" if value is not None and value >= 0.5 else "0" for value in case.said]
    categorical = {} if case.lower else {"channel": case.channel, "predicted_label": labels}
    problems = []
    for feature, values in (numeric | categorical).items():
        reference_values = [value for value, is_in in zip(values, is_reference, strict=True) if is_in]
        if feature in categorical:
            bins = category_bins(values, reference_values)
        else:
            finite = np.array([value for value in reference_values if value is not None and math.isfinite(value)])
            frozen = bin_edges.get((name, feature), np.array([]))
            deciles = np.quantile(finite, np.arange(1, 10) / 10) if len(finite) else np.array([])
            for these, those in ((frozen, deciles), (deciles, frozen)):
                is_there = [np.isclose(edge, those, rtol=1e-12, atol=0).any() for edge in these]
                assert all(is_there), f"{feature}: the edges are {frozen}, numpy's deciles {deciles}"
            bins = numeric_bins(values, frozen)
        codes = np.unique(np.array([str(bin) for bin in bins]), return_inverse=True)[1]
        for key, row in drift.loc[(name, feature)].iterrows():
            is_in = rows.window(*key[1:])
            is_base = is_reference & (rows.region == key[-1]) if key[-1] else is_reference
            value = row["metric_value"]
            if not is_in.any() or not is_base.any():
                reason = "no_reference_rows" if is_in.any() else "no_rows"
                if not (is_null(value) and row["status_reason"] == reason):
                    problems.append(f"{feature} {key} is {value}, {row['status_reason']}, not null and {reason}")
                continue
            has_values = any(
                item is not None and item == item and item not in (math.inf, -math.inf)
                for item, is_one in zip(values, is_base | is_in, strict=True) if is_one
            )  # fmt: skip
            if not has_values or len(np.unique(codes[is_base | is_in])) == 1:
                if not is_null(value) or row["status"] != "not_evaluated":
                    problems.append(f"{feature} {key} is {value}, {row['status']}: nothing varies, so not null and no verdict")
                continue
            psi, p_value = psi_oracle(codes[is_base], codes[is_in])
            if is_null(value) or not math.isclose(value, psi, rel_tol=1e-9, abs_tol=1e-12):
                problems.append(f"{feature} {key} psi is {value!r}, not {psi!r}")
            elif not math.isclose(row["p_value"], p_value, rel_tol=1e-9, abs_tol=1e-12):
                problems.append(f"{feature} {key} p_value is {row['p_value']!r}, not {p_value!r}")
    assert not problems, f"{len(problems)} differ:\n" + "\n".join(problems[:10])


@pytest.mark.parametrize("name", ["ordinary", "ties", "outlier", "null_region", "region_of_one"])
def test_features_by_slice(name: str, edges: duckdb.DuckDBPyConnection) -> None:
    """KS, Wasserstein distance and mean of a feature in one region against scipy over the rows of that region."""
    case = BINARY_CASES[name]
    rows = Rows(case)
    amount = np.clip([math.nan if value is None else value for value in case.amount], -1e150, 1e150)
    first = rows.day[rows.is_accepted].min()
    is_reference = rows.is_accepted & (rows.day >= first) & (rows.day < first + REFERENCE_DAYS)
    shown = edges.execute("""
        select granularity, window_start, window_end, slice_value, metric_name, metric_value, metric_error_bound
        from ml_monitor.fct_ml_drift
        where model_id = ? and feature_name = 'amount' and baseline_name = 'reference' and slice_key = 'region'
            and metric_name in ('ks', 'wasserstein', 'mean_change') and metric_value is not null
    """, [name]).fetchall()  # fmt: skip
    problems = []
    for granularity, start, end, region, metric, value, bound in shown:
        is_in = rows.window(start, end, region)
        current, base = amount[is_in], amount[is_reference & (rows.region == region)]
        expected = {
            "ks": lambda: stats.ks_2samp(current, base).statistic,
            "wasserstein": lambda: stats.wasserstein_distance(current, base),
            "mean_change": lambda: current.mean() - base.mean(),
        }[metric]()
        if not abs(value - expected) <= bound + 1e-9 * max(abs(expected), 1e-9 * np.abs(amount).max()):
            problems.append((metric, granularity, start, region, value, expected, bound))
    assert not problems, problems[:5]
    assert {region for _, _, _, region, *_ in shown} >= set(case.region) - {"alone", None}


def test_many_unseen_categories_lose_no_row(edges: duckdb.DuckDBPyConnection) -> None:
    """Of 660 new categories of one day 100 have a bin by name; the others share one, and every row is counted."""
    case = BINARY_CASES["many_unseen"]
    new = [day == 20 for day in case.day]
    rows = edges.execute("""
        select count(*), count(bin_category), sum(current_count), max(current_total)
        from ml_monitor.fct_ml_drift_bins
        where model_id = 'many_unseen' and feature_name = 'channel' and granularity = 'day'
            and baseline_name = 'reference' and window_start = ? and bin_kind = 'unseen' and slice_key is null
    """, [FIRST_DAY + timedelta(days=20)]).fetchone()  # fmt: skip
    assert sum(new) > 600
    assert rows == (101, 100, sum(new), sum(new))


# (case, metrics, granularity, reason): what does not exist there.
UNDEFINED_METRICS = [
    ("one_class", ["roc_auc", "gini", "ks_separation", "average_precision", "recall", "balanced_accuracy", "mcc"], "week", None),
    ("no_labels", ["accuracy", "roc_auc", "log_loss", "brier", "ece", "base_rate", "true_positive_count"], "week", None),
    ("one_row", ["roc_auc", "balanced_accuracy", "mcc", "ks_separation"], "lifetime", None),
    ("equal_scores", ["precision", "mcc"], "week", "no_threshold"),
    ("constant_actuals", ["r2", "explained_variance"], "week", "no_threshold"),
    ("zero_actuals", ["mape", "wape"], "week", None),
    ("below_minus_one", ["rmsle"], "lifetime", "no_threshold"),
    ("minus_one", ["rmsle"], "lifetime", "no_threshold"),
    ("no_demand_labels", ["mae", "wape", "r2", "max_error", "pinball_10"], "week", None),
    ("no_intervals", ["interval_coverage"], "week", "no_threshold"),
    ("one_demand_row", ["r2", "explained_variance"], "lifetime", "no_threshold"),
]


@pytest.mark.parametrize(
    ("name", "metrics", "granularity", "reason"), UNDEFINED_METRICS, ids=[row[0] for row in UNDEFINED_METRICS]
)
def test_undefined_metrics_are_null_with_a_reason(
    name: str, metrics: list[str], granularity: str, reason: str | None, performance: pd.DataFrame
) -> None:
    rows = performance.loc[(name, granularity)]
    assert len(rows) >= 1
    for metric in metrics:
        assert rows["metric_value"][metric].isna().all(), metric
        assert (rows["status"][metric] == "not_evaluated").all(), metric
        assert rows["status_reason"][metric].notna().all(), metric
        assert reason is None or (rows["status_reason"][metric] == reason).all(), set(rows["status_reason"][metric])


def test_a_class_that_went_missing_is_undefined(performance: pd.DataFrame) -> None:
    """Both classes in the reference, one only afterwards: AUC is judged by default, and has no value to judge."""
    weeks = performance.loc[("one_class_later", "week")].query("slice_value == '' and window_start >= '2024-01-15'")
    assert len(weeks) == 4
    assert (weeks["status_reason"]["roc_auc"] == "undefined").all()
    assert (weeks["status"]["roc_auc"] == "not_evaluated").all()


MARTS = ["fct_ml_performance", "fct_ml_drift", "fct_ml_data_quality", "fct_ml_label_maturity", "fct_ml_checks"]


@pytest.mark.parametrize("mart", MARTS)
def test_what_is_null_has_a_reason_and_no_verdict(mart: str, edges: duckdb.DuckDBPyConnection) -> None:
    rows = edges.execute(f"""
        select model_id, granularity, window_start, metric_name, metric_value, status, status_reason
        from ml_monitor.{mart}
        where
            status_reason is null
            or status not in ('pass', 'warn', 'fail', 'not_evaluated')
            or (status != 'not_evaluated' and (metric_value is null or not isfinite(metric_value)))
            or isnan(metric_value)
            or (status != 'not_evaluated' and sample_count = 0 and metric_name not in ('row_count'))
    """).df()  # fmt: skip
    assert rows.empty, rows.head(10).to_string()


@pytest.mark.parametrize("mart", [*MARTS[:4], "fct_ml_estimated_performance"])
def test_no_number_is_infinite_or_nan(mart: str, edges: duckdb.DuckDBPyConnection) -> None:
    columns = [
        name for name, kind, *_ in edges.execute(f"describe ml_monitor.{mart}").fetchall() if kind == "DOUBLE"
    ]  # fmt: skip
    rows = edges.execute(f"""
        select * from ml_monitor.{mart} where {" or ".join(f"not isfinite({column})" for column in columns)}
    """).df()
    assert rows.empty, rows.head(5).T.to_string()


# Features that have no distribution to compare: nothing may be said of their drift.
UNJUDGED_FEATURES = [
    ("null_feature", "amount"),
    ("null_feature", "channel"),
    ("only_not_finite", "amount"),
    ("zero_variance", "amount"),
    ("equal_scores", "score"),
    ("one_row", "amount"),
    ("two_rows", "score"),
]


@pytest.mark.parametrize(("name", "feature"), UNJUDGED_FEATURES, ids=[" ".join(pair) for pair in UNJUDGED_FEATURES])
def test_drift_without_a_distribution_never_passes(name: str, feature: str, drift: pd.DataFrame) -> None:
    rows = drift.loc[(name, feature)]
    verdicts = rows[rows["status"] != "not_evaluated"]
    assert len(rows) > 0
    assert verdicts.empty, f"{len(verdicts)} of {len(rows)} rows are judged:\n{verdicts['status_reason'].value_counts()}"
    assert rows["status_reason"].notna().all()


# A rate that has nothing to be held against: no finite value now, or no range, or no category in the reference.
UNJUDGED_RATES = [
    ("null_feature", "amount", "out_of_range_rate"),
    ("null_before", "amount", "out_of_range_rate"),
    ("only_not_finite", "amount", "out_of_range_rate"),
    ("null_feature", "channel", "unseen_category_rate"),
]


@pytest.mark.parametrize(("name", "feature", "metric"), UNJUDGED_RATES, ids=[" ".join(rate) for rate in UNJUDGED_RATES])
def test_rates_of_nothing_never_pass(name: str, feature: str, metric: str, edges: duckdb.DuckDBPyConnection) -> None:
    rows = edges.execute("""
        select granularity, window_start, metric_value, status, status_reason
        from ml_monitor.fct_ml_data_quality
        where model_id = ? and feature_name = ? and metric_name = ? and subject = 'feature'
    """, [name, feature, metric]).df()  # fmt: skip
    verdicts = rows[rows["status"] != "not_evaluated"]
    assert len(rows) > 0 and verdicts.empty, f"{len(verdicts)} of {len(rows)} rows are judged:\n{verdicts.head(3)}"


# Values that came after an all-null reference may be a failure or have nothing to be held against; no pass.
FLOODS = [
    ("null_later", "amount", {"fail"}),
    ("null_later", "channel", {"fail"}),
    ("unseen_category", "channel", {"fail"}),
    ("many_unseen", "channel", {"fail"}),
    ("null_before", "amount", {"fail", "not_evaluated"}),
    ("null_before", "channel", {"fail", "not_evaluated"}),
]


@pytest.mark.parametrize(("name", "feature", "statuses"), FLOODS, ids=[" ".join(flood[:2]) for flood in FLOODS])
def test_a_flood_of_nulls_or_new_values_fails(name: str, feature: str, statuses: set[str], drift: pd.DataFrame) -> None:
    rows = drift.loc[(name, feature)].query(
        "granularity == 'week' and window_start >= '2024-01-15' and sample_count > 0 and slice_value == ''"
    )
    assert len(rows) >= 1
    assert set(rows["status"]) <= statuses, rows[["metric_value", "status", "status_reason"]]


def test_quarantine_holds_exactly_the_faulty_rows(edges: duckdb.DuckDBPyConnection) -> None:
    found = dict(edges.execute("""
        select model_id, count(*) from ml_monitor.fct_ml_rejected_rows where source_name = 'predictions' group by all
    """).fetchall())  # fmt: skip
    expected = {name: case.faulty_count for name, case in (BINARY_CASES | REGRESSION_CASES).items() if case.faulty_count}
    expected |= {BINNED + name: case.faulty_count for name, case in BINARY_CASES.items() if case.faulty_count}
    assert found == expected


def test_empty_windows_are_there_and_say_so(edges: duckdb.DuckDBPyConnection) -> None:
    """Every metric of every day without rows has a row of its own, null and with a reason."""
    days = BINARY_CASES["empty_days"].day
    empty = max(days) - min(days) + 1 - len(set(days))
    rows = edges.execute("""
        select metric_name, count(*), count(metric_value), list(distinct status), list(distinct status_reason)
        from ml_monitor.fct_ml_performance
        where model_id = 'empty_days' and granularity = 'day' and slice_key is null and prediction_count = 0
        group by all
    """).fetchall()
    assert {row[0] for row in rows} >= {"accuracy", "roc_auc", "log_loss", "true_positive_count"}
    for metric, row_count, value_count, status, reason in rows:
        assert (row_count, value_count, status) == (empty, 0, ["not_evaluated"]), metric
        assert reason in (["no_rows"], ["no_threshold"]), metric
