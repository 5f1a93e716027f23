"""NannyML: one calculator a version, chunks of a day.

drift        KS and Jensen-Shannon of each numeric feature, Jensen-Shannon of each categorical one
performance  of the labelled rows
estimated    CBPE
fairness     performance of the rows of a group
"""

from __future__ import annotations

import logging
import warnings

import nannyml as nml
import pandas as pd
from common import CATEGORICAL, GROUP, REFERENCE_DAYS, RESULT_COLUMNS, numeric_features, run

CANNOT = {
    "drift": "no PSI (Jensen-Shannon instead); KS of a large reference from bins",
    "performance": "no log loss, no Brier score",
    "estimated": "no log loss, no Brier score",
    "fairness": "by a calculator a group; no selection rate",
}
METRICS = ["roc_auc", "f1", "precision", "recall", "specificity", "accuracy", "confusion_matrix"]


def prepare(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.astype({name: "object" for name in ["model_version", GROUP]})


def rows_of(result: object, version: str, subject: str) -> pd.DataFrame:
    """A result's table, a row a chunk, as one row a value."""
    table = result.to_df(multilevel=False)
    names = [name for name in table.columns if name.endswith("_value")]
    table = table.assign(model_version=version, subject=subject, day=range(len(table)))
    return table.melt(["model_version", "day", "subject"], names, "metric_name", "metric_value")[RESULT_COLUMNS]


def by_version(frame: pd.DataFrame, columns: list[str]):
    """Each version with its reference rows and all rows."""
    for version, rows in frame[["model_version", "day", "predicted_at", *columns]].groupby("model_version"):
        yield version, rows[rows["day"] < REFERENCE_DAYS], rows


def drift(frame: pd.DataFrame) -> pd.DataFrame:
    features = [*numeric_features(frame), *CATEGORICAL]
    found = []
    for version, reference, rows in by_version(frame, features):
        calculator = nml.UnivariateDriftCalculator(
            column_names=features, timestamp_column_name="predicted_at", chunk_period="D",
            continuous_methods=["kolmogorov_smirnov", "jensen_shannon"], categorical_methods=["jensen_shannon"],
        ).fit(reference)  # fmt: skip
        found.append(rows_of(calculator.calculate(rows), version, ""))
    return pd.concat(found)


def _roles() -> dict[str, object]:
    return {
        "y_pred_proba": "score", "y_pred": "predicted", "y_true": "actual", "timestamp_column_name": "predicted_at",
        "problem_type": "classification_binary", "chunk_period": "D",
    }  # fmt: skip


def performance(frame: pd.DataFrame) -> pd.DataFrame:
    labelled = frame[frame["actual"].notna()]
    found = []
    for version, reference, rows in by_version(labelled, ["score", "predicted", "actual"]):
        calculator = nml.PerformanceCalculator(metrics=METRICS, **_roles()).fit(reference)
        found.append(rows_of(calculator.calculate(rows), version, ""))
    return pd.concat(found)


def estimated(frame: pd.DataFrame) -> pd.DataFrame:
    found = []
    for version, reference, rows in by_version(frame, ["score", "predicted", "actual"]):
        estimator = nml.CBPE(metrics=METRICS, **_roles()).fit(reference[reference["actual"].notna()])
        found.append(rows_of(estimator.estimate(rows), version, ""))
    return pd.concat(found)


def fairness(frame: pd.DataFrame) -> pd.DataFrame:
    labelled = frame[frame["actual"].notna()]
    found = []
    for group, of_group in labelled.groupby(GROUP):
        for version, reference, rows in by_version(of_group, ["score", "predicted", "actual"]):
            calculator = nml.PerformanceCalculator(metrics=["recall", "specificity", "accuracy"], **_roles()).fit(reference)
            found.append(rows_of(calculator.calculate(rows), version, str(group)))
    return pd.concat(found)


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    run({"drift": drift, "performance": performance, "estimated": estimated, "fairness": fairness}, CANNOT, prepare)
