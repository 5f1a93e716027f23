"""Evidently: a report a day and version, with the metrics that are compared; its results, day by day, as rows.

drift        PSI and KS of each numeric feature, PSI of each categorical one, against the version's reference days
performance  of the labelled rows of a day
fairness     performance of the labelled rows of a day and group
"""

from __future__ import annotations

import pandas as pd
from common import CATEGORICAL, GROUP, REFERENCE_DAYS, RESULT_COLUMNS, numeric_features, run
from evidently import BinaryClassification, DataDefinition, Dataset, Report
from evidently.metrics import FPR, Accuracy, F1Score, LogLoss, Precision, Recall, RocAuc, ValueDrift

CANNOT = {
    "performance": "no Brier score; no interval",
    "estimated": "no estimated performance",
    "fairness": "by a report a group; no selection rate",
}


def prepare(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.astype({name: "object" for name in [*CATEGORICAL, GROUP, "model_version"]})


def values(report: Report, current: Dataset, reference: Dataset | None, *key: object) -> list[tuple]:
    """The metrics of one report as rows."""
    found = report.run(current, reference).dict()["metrics"]
    return [(*key, metric["metric_name"], metric["value"]) for metric in found]


def drift(frame: pd.DataFrame) -> pd.DataFrame:
    numeric = numeric_features(frame)
    definition = DataDefinition(numerical_columns=numeric, categorical_columns=CATEGORICAL)
    report = Report(
        [ValueDrift(column=name, method=method) for name in numeric for method in ("psi", "ks")]
        + [ValueDrift(column=name, method="psi") for name in CATEGORICAL]
    )
    rows = []
    for version, of_version in frame[["model_version", "day", *numeric, *CATEGORICAL]].groupby("model_version"):
        features = of_version.drop(columns=["model_version", "day"])
        reference = Dataset.from_pandas(features[of_version["day"] < REFERENCE_DAYS], definition)
        for day, of_day in features.groupby(of_version["day"]):
            rows += values(report, Dataset.from_pandas(of_day, definition), reference, version, day, "")
    return pd.DataFrame(rows, columns=RESULT_COLUMNS)


def _classified(frame: pd.DataFrame, report: Report, keys: list[str]) -> pd.DataFrame:
    labelled = frame.loc[frame["actual"].notna(), ["model_version", "day", GROUP, "score", "predicted", "actual"]]
    labelled = labelled.astype({"actual": "int64", "predicted": "int64"})
    roles = BinaryClassification(target="actual", prediction_labels="predicted", prediction_probas="score", pos_label=1)
    definition = DataDefinition(classification=[roles], numerical_columns=["score"], categorical_columns=["actual", "predicted"])
    rows = []
    for key, part in labelled.groupby(keys):
        if part["actual"].nunique() == 2:
            dataset = Dataset.from_pandas(part[["score", "predicted", "actual"]], definition)
            rows += values(report, dataset, None, *(*key, "")[:3])
    return pd.DataFrame(rows, columns=RESULT_COLUMNS)


def performance(frame: pd.DataFrame) -> pd.DataFrame:
    report = Report([Accuracy(), Precision(), Recall(), F1Score(), FPR(), LogLoss(), RocAuc()])
    return _classified(frame, report, ["model_version", "day"])


def fairness(frame: pd.DataFrame) -> pd.DataFrame:
    return _classified(frame, Report([Accuracy(), Recall(), FPR()]), ["model_version", "day", GROUP])


if __name__ == "__main__":
    run({"drift": drift, "performance": performance, "fairness": fairness}, CANNOT, prepare)
