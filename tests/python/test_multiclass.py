"""Multiclass metrics of generated edge cases, built through dbt, against scikit-learn.

Every case is a model of its own in one log. A second log reads the same rows under other model ids with a row limit of
150, so that larger windows come from score cells. A class score that cannot be used must be in the quarantine.
"""

from __future__ import annotations

import math
import os
import random
import warnings
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from generated_warehouse import WHOLE_WINDOWS, Metrics, Window, build_marts, difference, read_metrics, write_tables
from interval_oracles import mean_of_rates, scaled_limits
from numpy.typing import NDArray
from sklearn import metrics as sklearn_metrics

FIRST_DAY = date(2024, 1, 1)  # a Monday
REFERENCE_DAYS = 14
DAY_COUNT = 35
EXACT_ROW_LIMIT = 150
BINNED = "binned_"
PADDING = "\U0010fffe"  # a class that nobody has and that comes last
BINARY_FEW = 2


def log(name: str, **entries: Any) -> dict[str, Any]:
    return {
        "name": name,
        "task": "multiclass_classification",
        "outcomes": {"relation": "demo_raw.review_outcomes"},
        "class_scores": {"relation": "demo_raw.review_class_scores", "columns": {"model_version": "model_version"}},
        "slices": ["region"],
        **entries,
    }


PREDICTIONS = "demo_raw.review_predictions"
VARS = {
    "ml_monitor": {
        "as_of": "2024-03-01",
        "reference_days": REFERENCE_DAYS,
        "baselines": ["reference"],
        "prediction_logs": [
            log("classes", predictions={"relation": PREDICTIONS}),
            log(
                "binned", exact_row_limit=EXACT_ROW_LIMIT,
                predictions={"relation": PREDICTIONS, "columns": {"model_id": "binned_model_id"}},
            ),
        ],
    }
}  # fmt: skip
Scores = dict[str, Any]  # score by class; what is not listed is 0


@dataclass
class Case:
    """The rows of one model version: what was said, scored and true. No actual: no label; no scores: none listed."""

    day: list[int]
    predicted: list[str]
    actual: list[str | None]
    scores: list[Scores | None]
    region: list[str | None]
    version: str = "1"
    is_spoilt: list[bool] = field(default_factory=list)  # rows whose class scores the quarantine must take

    def __post_init__(self) -> None:
        self.is_spoilt = self.is_spoilt or [False] * len(self.day)

    def __len__(self) -> int:
        return len(self.day)


def make_case(
    name: str, labels: list[str], rows_a_day: int = 12, days: range | list[int] | None = None, step: float | None = None
) -> Case:
    """An ordinary model: random scores that add up to 1 (in steps, if told), labels drawn by them, the best one said."""
    rng = np.random.default_rng(sum(map(ord, name)))
    day = np.repeat(list(range(DAY_COUNT) if days is None else days), rows_a_day)
    weights = rng.dirichlet(np.linspace(0.4, 1.6, len(labels)), len(day))
    if step is not None:
        count = round(1 / step)
        weights = np.array([rng.multinomial(count, row) for row in weights]) / count
    actual = [str(rng.choice(labels, p=row)) for row in weights]
    return Case(
        day=day.tolist(),
        predicted=[labels[int(row.argmax())] for row in weights],
        actual=list(actual),
        scores=[dict(zip(labels, row.tolist(), strict=True)) for row in weights],
        region=rng.choice(["north", "south"], len(day), p=[0.7, 0.3]).tolist(),
    )


def make_cases() -> dict[str, Case]:
    three, five = ["negative", "neutral", "positive"], ["a", "b", "c", "d", "e"]
    cases = {name: make_case(name, three) for name in (
        "ordinary", "one_class", "one_prediction", "no_labels", "some_labels", "no_scores", "some_scores", "null_region",
        "perfect", "spoilt", "unknown_actual",
    )}  # fmt: skip
    cases["one_row"] = make_case("one_row", three, 1, [3])
    cases["sparse_days"] = make_case("sparse_days", three, 2, [0, 1, 13, 20, 34])
    cases["ties"] = make_case("ties", five, step=0.2)
    cases["odd_order"] = make_case("odd_order", ["Zebra", "apple", "Über", "_x", "10", "9"], step=0.25)
    cases["rare_classes"] = make_case("rare_classes", [*five, "f", "g", "h"], 5)
    cases["two_classes"] = make_case("two_classes", ["no", "yes"])
    cases["not_listed"] = make_case("not_listed", five, step=0.2)
    cases["large"] = make_case("large", three, 60)
    cases["large_ties"] = make_case("large_ties", five, 60, step=0.01)
    cases["first_version"] = make_case("first_version", three, 6)
    cases["second_version"] = make_case("second_version", five, 6)
    cases["second_version"].version = "2"

    cases["one_class"].actual = ["neutral"] * len(cases["one_class"])
    cases["one_prediction"].predicted = ["positive"] * len(cases["one_prediction"])
    cases["no_labels"].actual = [None] * len(cases["no_labels"])
    case = cases["some_labels"]
    case.actual = [actual if row % 3 else None for row, actual in enumerate(case.actual)]
    cases["no_scores"].scores = [None] * len(cases["no_scores"])
    case = cases["some_scores"]
    case.scores = [scores if row % 3 else None for row, scores in enumerate(case.scores)]
    case = cases["null_region"]
    case.region = [None if row % 2 else region for row, region in enumerate(case.region)]
    case = cases["perfect"]
    case.scores = [{label: float(label == actual) for label in three} for actual in case.actual]
    case.predicted = [str(actual) for actual in case.actual]
    case = cases["unknown_actual"]
    case.actual = ["sarcastic" if row % 5 == 0 else actual for row, actual in enumerate(case.actual)]
    case = cases["not_listed"]
    case.scores = [{label: score for label, score in scores.items() if score > 0} for scores in case.scores]
    case.actual = [five[row % 5] if row % 4 == 0 else actual for row, actual in enumerate(case.actual)]
    spoil(cases["spoilt"])
    return cases


SPOILT = [None, math.nan, math.inf, -math.inf, -0.1, 1.2]
SPOILT_REASONS = {
    None: "null_class_score", math.inf: "class_score_not_finite", -math.inf: "class_score_not_finite",
    -0.1: "class_score_out_of_range", 1.2: "class_score_out_of_range",
}  # fmt: skip


def spoil(case: Case) -> None:
    """In every seventh row one class has no usable score, in every eleventh the classes do not add up."""
    for row, scores in enumerate(case.scores):
        if row % 7 == 0:
            scores["neutral"] = SPOILT[row // 7 % len(SPOILT)]
        elif row % 11 == 0:
            scores["neutral"] = min(1.0, scores["neutral"] + 2e-6) if row % 2 else scores["neutral"] / 2
        case.is_spoilt[row] = row % 7 == 0 or abs(sum(scores.values()) - 1) > 1e-6
    assert sum(case.is_spoilt) > 50


CASES = make_cases()
VERSIONS = {"first_version": "versions", "second_version": "versions"}  # two versions of one model score the same ids


def model_of(name: str) -> str:
    return VERSIONS.get(name, name)


def raw_tables() -> tuple[dict[str, pa.Table], Counter[str]]:
    """The raw tables, and how many class scores the quarantine must hold by reason."""
    predictions: list[tuple[Any, ...]] = []
    outcomes: dict[str, tuple[Any, ...]] = {}
    scores: list[tuple[Any, ...]] = []
    rejected: Counter[str] = Counter()
    midnight = datetime.combine(FIRST_DAY, datetime.min.time())
    for name, case in CASES.items():
        model_id = model_of(name)
        for row in range(len(case)):
            key = f"{model_id}-{row}"
            at = midnight + timedelta(days=case.day[row], minutes=row % 1440)
            predictions.append(
                (model_id, BINNED + model_id, case.version, key, at, case.predicted[row], case.region[row])
            )
            if case.actual[row] is not None and case.version == "1":
                outcomes[key] = (key, at + timedelta(days=1), case.actual[row])
            version = case.version if name in VERSIONS else None
            for label, score in (case.scores[row] or {}).items():
                scores.append((version, key, label, score))
                if case.is_spoilt[row]:
                    is_usable = score is not None and 0 <= score <= 1
                    reason = SPOILT_REASONS.get(score, "class_score_not_finite")
                    rejected["class_scores_do_not_add_up" if is_usable else reason] += 1
    for extra, reason in (
        ((None, "ordinary-1", "neutral", CASES["ordinary"].scores[1]["neutral"]), "duplicate_identical"),
        ((None, "ordinary-2", "neutral", 2.0), "class_score_out_of_range"),
        ((None, "nobody", "neutral", 1.0), "no_prediction"),
        ((None, None, "neutral", 1.0), "null_prediction_id"),
        ((None, "ordinary-3", None, 0.5), "null_class_label"),
        (("9", "first_version-3", "neutral", 0.5), "no_prediction"),
    ):
        scores.append(extra)
        rejected[reason] += 1
    columns = {
        "demo_raw.review_predictions": (
            predictions,
            ["model_id", "binned_model_id", "model_version", "prediction_id", "predicted_at", "predicted_label", "region"],
        ),
        "demo_raw.review_outcomes": (list(outcomes.values()), ["prediction_id", "observed_at", "actual"]),
        "demo_raw.review_class_scores": (scores, ["model_version", "prediction_id", "class_label", "class_score"]),
    }
    return {
        name: pa.table({column: list(values) for column, values in zip(names, zip(*rows, strict=True), strict=True)})
        for name, (rows, names) in columns.items()
    }, rejected


TABLES, REJECTED = raw_tables()


@pytest.fixture(scope="module")
def classes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    built = os.environ.get("ML_MONITOR_TEST_CLASSES_WAREHOUSE")  # a file of an earlier run, to work on the tests themselves
    warehouse = Path(built) if built else tmp_path_factory.mktemp("classes") / "classes.duckdb"
    if not warehouse.exists():
        write_tables(warehouse, TABLES)
        build_marts(warehouse, VARS, "+fct_ml_performance +fct_ml_class_metrics +fct_ml_confusion +fct_ml_rejected_rows")
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        yield connection


@pytest.fixture(scope="module")
def performance(classes: duckdb.DuckDBPyConnection) -> Metrics:
    return read_metrics(classes)


@pytest.fixture(scope="module")
def class_metrics(classes: duckdb.DuckDBPyConnection) -> Metrics:
    return read_metrics(classes, "fct_ml_class_metrics", "class_label")


def windows_of(metrics: Metrics, name: str, prefix: str = "") -> list[Window]:
    """The windows of a case: the longer ones whole and by slice, and some of the days and trailing windows."""
    case = CASES[name]
    # In an order of their own: that of a table's rows differs from build to build, and the draw with it.
    found = sorted(
        (window for window in metrics if window.model_id == prefix + model_of(name) and window.model_version == case.version),
        key=lambda window: (window.granularity, window.start, window.slice_value),
    )
    short = [window for window in found if window.granularity in ("day", "week") and window.slice_value]
    short += [
        window for window in found if window.granularity in ("day", "trailing_7d", "trailing_28d") and not window.slice_value
    ]  # fmt: skip
    short += [window for window in found if window.granularity == "week" and window.start.day % 2]
    left_out = set(short) - set(random.Random(len(short)).sample(short, min(len(short), 4)))
    return [window for window in found if window not in left_out]


@cache
def rows_in(name: str, window: Window) -> NDArray[np.int_]:
    """The labelled rows of a window. The second version's outcomes are those of the first: they share ids."""
    case = CASES[name]
    first, last = ((moment - FIRST_DAY).days for moment in (window.start, window.end))
    return np.array([
        row for row in range(len(case))
        if first <= case.day[row] < last and actual_of(name, row) is not None
        and window.slice_value in ("", case.region[row] or "(null)")
    ], dtype=int)  # fmt: skip


def actual_of(name: str, row: int) -> str | None:
    return CASES["first_version" if name == "second_version" else name].actual[row]


def score_matrix(name: str, rows: NDArray[np.int_]) -> tuple[list[int], list[str], NDArray[np.float64], NDArray[np.bool_]]:
    """Of the rows with usable class scores: row numbers, classes listed or true, scores (0 where not listed), is listed."""
    case = CASES[name]
    scored = [row for row in rows.tolist() if case.scores[row] and not case.is_spoilt[row]]
    labels = sorted({label for row in scored for label in [*case.scores[row], actual_of(name, row)]})
    scores = np.array([[case.scores[row].get(label, 0.0) for label in labels] for row in scored])
    listed = np.array([[label in case.scores[row] for label in labels] for row in scored])
    return scored, labels, scores, listed


def label_oracle(actual: list[str], predicted: list[str]) -> dict[str, float | None]:
    """What the labels alone say, by scikit-learn; None by our null rules."""
    found: dict[str, float | None] = {"accuracy": sklearn_metrics.accuracy_score(actual, predicted)}
    for average in ("macro", "micro", "weighted"):
        for metric in ("precision", "recall", "f1"):
            function = getattr(sklearn_metrics, f"{metric}_score")
            found[f"{metric}_{average}"] = function(actual, predicted, average=average, zero_division=0)
    is_varied = len(set(actual)) > 1 and len(set(predicted)) > 1
    found["balanced_accuracy"] = sklearn_metrics.balanced_accuracy_score(actual, predicted)
    found["mcc"] = sklearn_metrics.matthews_corrcoef(actual, predicted) if is_varied else None
    found["cohen_kappa"] = None if len({*actual, *predicted}) == 1 else sklearn_metrics.cohen_kappa_score(actual, predicted)
    return found


def score_oracle(
    actual: list[str], labels: list[str], scores: NDArray[np.float64], listed: NDArray[np.bool_]
) -> dict[str, float | None]:
    """What the class scores say, by scikit-learn; a class that is not listed has score 0 and is not among the best."""
    padded = [*labels, *(PADDING + str(number) for number in range(3))]
    scores_padded = np.hstack([scores, np.zeros((len(actual), 3))])
    found: dict[str, float | None] = {
        "log_loss": sklearn_metrics.log_loss(actual, scores_padded, labels=padded),
        "brier": sklearn_metrics.brier_score_loss(actual, scores_padded, labels=padded, scale_by_half=False),
    }
    is_listed = np.array([listed[row, labels.index(label)] for row, label in enumerate(actual)])
    ranked = np.hstack([np.where(listed, scores, -1), np.full((len(actual), 3), -2)])[is_listed]
    ranked_actual = [label for label, one in zip(actual, is_listed, strict=True) if one]
    for k in (2, 3):
        hits = 0.0
        if ranked_actual:
            hits = sklearn_metrics.top_k_accuracy_score(ranked_actual, ranked, k=k, labels=padded, normalize=False)
        found[f"top_{k}_accuracy"] = hits / len(actual)
    one_hot = np.array([[label == other for other in labels] for label in actual])
    aucs = [
        sklearn_metrics.roc_auc_score(is_class, score) if 0 < is_class.sum() < len(actual) else None
        for is_class, score in zip(one_hot.T, scores.T, strict=True)
    ]
    found |= {f"roc_auc_ovr {label}": auc for label, auc in zip(labels, aucs, strict=True)}
    for average in ("macro", "weighted"):
        if len(labels) > BINARY_FEW:
            value = sklearn_metrics.roc_auc_score(actual, scores, multi_class="ovr", labels=labels, average=average)
        else:
            value = math.nan if None in aucs else np.average(aucs, weights=one_hot.sum(axis=0) if average == "weighted" else None)
        found[f"roc_auc_ovr_{average}"] = value
    return found


SCORE_METRICS = ("log_loss", "brier", "top_2_accuracy", "top_3_accuracy", "roc_auc_ovr_macro", "roc_auc_ovr_weighted")


@cache
def oracle(name: str, window: Window) -> tuple[dict[str, float | None], int, int]:
    """Every metric of a window, and the numbers of labelled rows and of those with class scores."""
    rows = rows_in(name, window)
    if not len(rows):
        return {}, 0, 0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = label_oracle([actual_of(name, row) for row in rows], [CASES[name].predicted[row] for row in rows])
        scored, labels, scores, listed = score_matrix(name, rows)
        if scored:
            found |= score_oracle([actual_of(name, row) for row in scored], labels, scores, listed)
    return found, len(rows), len(scored)


@pytest.mark.parametrize("name", CASES)
def test_metrics(name: str, performance: Metrics) -> None:
    problems = []
    for window in windows_of(performance, name):
        expected, labelled_count, scored_count = oracle(name, window)
        for metric, measured in performance[window].items():
            problems.append(difference(window, metric, measured, expected.get(metric)))
            count = scored_count if metric in SCORE_METRICS else labelled_count
            if measured.sample_count != count:
                problems.append(f"{window} {metric} is made of {measured.sample_count} rows, not {count}")
            if window.granularity in WHOLE_WINDOWS and measured.bound:
                problems.append(f"{window} {metric} is below the row limit and has an error bound")
    problems = [problem for problem in problems if problem]
    assert not problems, f"{len(problems)} differ:\n" + "\n".join(problems[:10])


@pytest.mark.parametrize("name", CASES)
def test_class_metrics(name: str, class_metrics: Metrics, performance: Metrics) -> None:
    problems = []
    for window in windows_of(performance, name):
        rows = rows_in(name, window)
        if not len(rows):
            assert window not in class_metrics
            continue
        actual, predicted = [actual_of(name, row) for row in rows], [CASES[name].predicted[row] for row in rows]
        scored = oracle(name, window)[0]
        known = {*actual, *predicted, *score_matrix(name, rows)[1]}
        assert {metric.partition(" ")[2] for metric in class_metrics[window]} == known
        labels = sorted(known)
        precision, recall, f1, support = sklearn_metrics.precision_recall_fscore_support(
            actual, predicted, labels=labels, zero_division=np.nan
        )
        for metric, measured in class_metrics[window].items():
            kind, _, label = metric.partition(" ")
            place = labels.index(label)
            expected = {
                "precision": precision[place],
                "recall": recall[place],
                "f1": f1[place],
                "support": support[place],
                "class_share": support[place] / len(actual),
                "predicted_share": predicted.count(label) / len(actual),
                "roc_auc_ovr": scored.get(metric),
            }[kind]
            problems.append(difference(window, metric, measured, expected))
    problems = [problem for problem in problems if problem]
    assert not problems, f"{len(problems)} differ:\n" + "\n".join(problems[:10])


@pytest.mark.parametrize("name", ["large", "large_ties", "not_listed"])
def test_error_bounds_of_binned_windows(name: str, performance: Metrics, class_metrics: Metrics) -> None:
    """Above the row limit AUC comes from cells: the exact value lies within the stated bound, which is small."""
    bounds = []
    for window in windows_of(performance, name, BINNED):
        expected, labelled_count, _ = oracle(name, window)
        is_binned = labelled_count > EXACT_ROW_LIMIT or window.granularity not in WHOLE_WINDOWS
        measured = performance[window] | class_metrics.get(window, {})
        aucs = [metric for metric in measured if metric.startswith("roc_auc_ovr")]
        for metric in aucs:
            problem = difference(window, metric, measured[metric], expected.get(metric))
            assert problem is None, problem
            if measured[metric].value is not None and is_binned:
                bounds.append(measured[metric].bound)
            elif not is_binned:
                assert measured[metric].bound == 0, (window, metric)
    # Scores in steps of 0.01 tie within a cell as they do outright; others share a cell now and then.
    assert len(bounds) > 40 and 0 < max(bounds) < (0.01 if name == "large" else 0.5)


def macro_f1(counts: NDArray[np.float64]) -> float:
    return float(np.mean(2 * np.diag(counts) / (counts.sum(axis=0) + counts.sum(axis=1))))


@pytest.mark.parametrize("name", ["ordinary", "rare_classes", "sparse_days", "unknown_actual"])
def test_interval_of_macro_f1(name: str, performance: Metrics) -> None:
    """The delta method with a gradient taken by differences: se^2 = (sum p g^2 - (sum p g)^2) / n."""
    compared = 0
    for window in windows_of(performance, name):
        rows = rows_in(name, window)
        if len(rows) < 2:
            continue
        actual, predicted = [actual_of(name, row) for row in rows], [CASES[name].predicted[row] for row in rows]
        shares = sklearn_metrics.confusion_matrix(actual, predicted) / len(rows)
        gradient, step = np.zeros_like(shares), 1e-6
        for cell in np.ndindex(*shares.shape):
            nudge = np.zeros_like(shares)
            nudge[cell] = step
            gradient[cell] = (macro_f1(shares + nudge) - macro_f1(shares - nudge)) / (2 * step)
        variance = ((shares * gradient**2).sum() - (shares * gradient).sum() ** 2) / len(rows)
        measured = performance[window]["f1_macro"]
        ends = scaled_limits(measured.value, math.sqrt(max(variance, 0)), "unit")
        if 0 < measured.value < 1 and variance > 1e-12:
            assert np.allclose((measured.ci_lower, measured.ci_upper), ends, rtol=1e-5, atol=1e-7), window
        else:
            assert measured.ci_lower is None and measured.ci_upper is None, window
        compared += 1
    assert compared > 10


def test_interval_of_balanced_accuracy(performance: Metrics) -> None:
    for window in windows_of(performance, "ordinary"):
        rows = rows_in("ordinary", window)
        actual = [actual_of("ordinary", row) for row in rows]
        predicted = [CASES["ordinary"].predicted[row] for row in rows]
        labels = sorted(set(actual))
        recalls = sklearn_metrics.recall_score(actual, predicted, labels=labels, average=None)
        counts = [(r * actual.count(label), actual.count(label)) for r, label in zip(recalls, labels, strict=True)]
        measured = performance[window]["balanced_accuracy"]
        ends = mean_of_rates(counts, len(labels))
        assert np.allclose((measured.ci_lower, measured.ci_upper), ends, rtol=1e-9, atol=1e-12), window


@pytest.mark.parametrize("name", CASES)
def test_confusion(name: str, classes: duckdb.DuckDBPyConnection, performance: Metrics) -> None:
    counted: dict[tuple[Any, ...], dict[tuple[str, str], tuple[int, ...]]] = {}
    for *key, predicted, actual, row_count, predicted_count, actual_count, labelled_count in classes.execute("""
        select
            granularity, window_start, coalesce(slice_value, ''), predicted_label, actual_label,
            row_count, predicted_count, actual_count, labelled_count
        from ml_monitor.fct_ml_confusion where model_id = ? and model_version = ?
    """, [model_of(name), CASES[name].version]).fetchall():  # fmt: skip
        counted.setdefault(tuple(key), {})[predicted, actual] = (row_count, predicted_count, actual_count, labelled_count)
    for window in windows_of(performance, name):
        rows = rows_in(name, window)
        pairs = Counter((CASES[name].predicted[row], actual_of(name, row)) for row in rows.tolist())
        said = Counter(predicted for predicted, _ in pairs.elements())
        occurred = Counter(actual for _, actual in pairs.elements())
        expected = {pair: (n, said[pair[0]], occurred[pair[1]], len(rows)) for pair, n in pairs.items()}
        assert counted.get((window.granularity, window.start, window.slice_value), {}) == expected, window


def test_quarantine_of_class_scores(classes: duckdb.DuckDBPyConnection) -> None:
    """Each raw class score is used or rejected once in each of the two logs, for the reason that it has."""
    for log_name in ("classes", "binned"):
        found = dict(classes.execute("""
            select reject_reason, count(*) from ml_monitor.fct_ml_rejected_rows
            where source_name = 'class_scores' and log_name = ? group by all
        """, [log_name]).fetchall())  # fmt: skip
        assert found == REJECTED
        (used,) = classes.execute("""
            select count(*) from ml_monitor_internal.int_ml_class_scores_judged
            where reject_reason is null and log_name = ?
        """, [log_name]).fetchone()  # fmt: skip
        assert used + sum(found.values()) == TABLES["demo_raw.review_class_scores"].num_rows


# (case, metrics): what does not exist there and is judged by nobody.
UNDEFINED = [
    ("no_labels", ["accuracy", "f1_macro", "mcc", "log_loss", "roc_auc_ovr_macro"]),
    ("no_scores", ["log_loss", "brier", "top_2_accuracy", "roc_auc_ovr_macro"]),
    ("one_class", ["mcc", "roc_auc_ovr_macro", "roc_auc_ovr_weighted"]),
    ("one_prediction", ["mcc"]),
    ("unknown_actual", []),
]


@pytest.mark.parametrize(("name", "metrics"), UNDEFINED, ids=[row[0] for row in UNDEFINED])
def test_undefined_metrics_are_null_with_a_reason(name: str, metrics: list[str], classes: duckdb.DuckDBPyConnection) -> None:
    for metric in metrics:
        rows = classes.execute("""
            select metric_value, status, status_reason from ml_monitor.fct_ml_performance
            where model_id = ? and metric_name = ? and granularity = 'week'
        """, [name, metric]).fetchall()  # fmt: skip
        assert rows and all(value is None and status == "not_evaluated" and reason for value, status, reason in rows), metric
    (verdicts,) = classes.execute("""
        select count(*) from ml_monitor.fct_ml_performance
        where metric_value is null and status != 'not_evaluated' or isnan(metric_value) or not isfinite(metric_value)
    """).fetchone()  # fmt: skip
    assert verdicts == 0
