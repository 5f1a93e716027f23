"""Estimated AUC of generated multiclass models, built through dbt, against scikit-learn.

Every row is p of a class and 1 - p of the rest, in the order of the class's scores. Scores are on a grid, so they tie; a
class that is not listed has score 0, which ties with a listed 0. A second log reads the same rows with a row limit that
only days keep, so that weeks and months come from score cells: as scikit-learn with the cells as scores, and within the
bound of the exact value.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from generated_warehouse import build_marts, write_tables
from reference_entries import is_equal
from sklearn.isotonic import IsotonicRegression
from sklearn.metrics import roc_auc_score

FIRST_DAY = date(2024, 1, 1)  # a Monday
DAY_COUNT, REFERENCE_DAYS, ROWS_A_DAY = 35, 14, 18
LABELS = ("a", "b", "c", "d")
CASES = ("all_listed", "not_listed", "rare_class")


def log(name: str, **entries: Any) -> dict[str, Any]:
    return {
        "name": name,
        "task": "multiclass_classification",
        "model_version": "1",
        "predictions": {"relation": "demo_raw.review_predictions", "columns": {"model_id": f"{name}_model_id"}},
        "outcomes": {"relation": "demo_raw.review_outcomes"},
        "class_scores": {"relation": "demo_raw.review_class_scores"},
        **entries,
    }


VARS = {
    "ml_monitor": {
        "as_of": "2024-03-01",
        "reference_days": REFERENCE_DAYS,
        "baselines": ["reference"],
        "prediction_logs": [log("exact"), log("celled", exact_row_limit=ROWS_A_DAY)],
    }
}


def make_rows() -> pd.DataFrame:
    """One row a prediction and listed class."""
    draw = np.random.default_rng(5)
    rows = []
    for case in CASES:
        for number in range(DAY_COUNT * ROWS_A_DAY):
            scores = draw.multinomial(320, draw.dirichlet([0.6, 0.8, 1, 0.05 if case == "rare_class" else 0.7])) / 320
            sharper = scores**1.5 + 0.02
            actual = LABELS[draw.choice(4, p=sharper / sharper.sum())]
            for label, score in zip(LABELS, scores, strict=True):
                # Where it is 0, one listed row in three keeps the class.
                if case != "not_listed" or score > 0 or number % 3 == 0:
                    rows.append((case, f"{case}{number}", number // ROWS_A_DAY, LABELS[int(scores.argmax())], label, score, actual))
    names = ["case", "prediction_id", "day", "predicted_label", "class_label", "class_score", "actual"]
    return pd.DataFrame(rows, columns=names)


def calibrated(rows: pd.DataFrame) -> pd.Series:
    """The probability of each class: isotonic regression on the reference, over the prediction's sum."""
    p = pd.Series(np.nan, index=rows.index)
    for _, group in rows.groupby(["case", "class_label"]):
        known = group[group["day"] < REFERENCE_DAYS]
        fitted = IsotonicRegression(out_of_bounds="clip").fit(known["class_score"], known["actual"] == known["class_label"])
        p[group.index] = fitted.predict(group["class_score"])
    return p / p.groupby(rows["prediction_id"]).transform("sum")


def area(window: pd.DataFrame, label: str, column: str, cells: bool) -> float:
    """AUC of a class, with the predictions that do not list it."""
    listed = window[window["class_label"] == label]
    missing = window["prediction_id"].nunique() - len(listed)
    score = np.concatenate([listed["class_score"], np.zeros(missing)])
    score = np.maximum(np.ceil(score * 1000), 1) if cells else score
    p = np.concatenate([listed[column], np.zeros(missing)])
    return roc_auc_score(np.repeat([1, 0], len(p)), np.tile(score, 2), sample_weight=np.concatenate([p, 1 - p]))


@pytest.fixture(scope="module")
def rows() -> pd.DataFrame:
    table = make_rows()
    return table.assign(cbpe=calibrated(table), cbpe_uncalibrated=table["class_score"])


@pytest.fixture(scope="module")
def warehouse(rows: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    path = tmp_path_factory.mktemp("estimated_classes") / "classes.duckdb"
    predictions = rows.drop_duplicates("prediction_id")
    at = [datetime.combine(FIRST_DAY, datetime.min.time()) + timedelta(days=int(day), hours=9) for day in predictions["day"]]
    write_tables(path, {
        "demo_raw.review_predictions": pa.table({
            "exact_model_id": predictions["case"].tolist(), "celled_model_id": ("celled_" + predictions["case"]).tolist(),
            "prediction_id": predictions["prediction_id"].tolist(), "predicted_at": at,
            "predicted_label": predictions["predicted_label"].tolist(),
        }),
        "demo_raw.review_outcomes": pa.table({
            "prediction_id": predictions["prediction_id"].tolist(), "observed_at": [moment + timedelta(hours=1) for moment in at],
            "actual": predictions["actual"].tolist(),
        }),
        "demo_raw.review_class_scores": pa.Table.from_pandas(
            rows[["prediction_id", "class_label", "class_score"]], preserve_index=False
        ),
    })  # fmt: skip
    build_marts(path, VARS, "+fct_ml_estimated_performance")
    with duckdb.connect(str(path), read_only=True) as connection:
        yield connection


@pytest.mark.parametrize("log_name", ["exact", "celled"])
def test_auc(log_name: str, warehouse: duckdb.DuckDBPyConnection, rows: pd.DataFrame) -> None:
    shown = warehouse.execute("""
        select model_id, estimator_name, granularity, window_start, window_end, metric_value, metric_error_bound
        from ml_monitor.fct_ml_estimated_performance
        where metric_name = 'roc_auc_ovr_macro' and (model_id like 'celled%') = (? = 'celled')
    """, [log_name]).fetchall()  # fmt: skip
    problems = []
    compared = 0
    for model, estimator, granularity, start, end, value, bound in shown:
        first, last = (start - FIRST_DAY).days, (end - FIRST_DAY).days
        window = rows[(rows["case"] == model.removeprefix("celled_")) & (rows["day"] >= first) & (rows["day"] < last)]
        cells = log_name == "celled" and granularity != "day"
        labels = window["class_label"].unique()
        expected = np.mean([area(window, label, estimator, cells) for label in labels])
        exact = np.mean([area(window, label, estimator, False) for label in labels]) if cells else expected
        is_bounded = bound > 0 if cells else bound == 0
        if not is_equal(value, expected) or not is_bounded or abs(value - exact) > bound + 1e-12:
            problems.append((model, estimator, granularity, start, value, expected, exact, bound))
        compared += 1
    assert not problems, problems[:5]
    # 35 days, 5 weeks, 2 months and the reference, two estimators; a rare class may miss in a day.
    assert compared >= 2 * (2 * 43 + 8)


def test_they_are_graded(warehouse: duckdb.DuckDBPyConnection) -> None:
    graded = warehouse.execute("""
        select count(*), max(abs(estimate_error)) from ml_monitor.fct_ml_estimated_performance
        where metric_name = 'roc_auc_ovr_macro' and granularity = 'month' and estimate_error is not null
    """).fetchone()  # fmt: skip
    assert graded[0] == 2 * 2 * 2 * len(CASES) and 0 < graded[1] < 0.1
