"""whylogs: a profile a day and version, compared with the profile of the version's reference days.

drift        KS (numeric) and Hellinger distance (categorical) between profiles; its sketches are approximate
performance  classification metrics of a day's profile: counts, without the AUC
fairness     the same by group
"""

from __future__ import annotations

import warnings

import pandas as pd
import whylogs as why
from common import CATEGORICAL, GROUP, REFERENCE_DAYS, RESULT_COLUMNS, numeric_features, run
from whylogs.viz.drift.column_drift_algorithms import KS, Hellinger

CANNOT = {
    "drift": "no PSI (Hellinger for categories); KS between sketches, approximate",
    "performance": "confusion counts and rates only: AUC, log loss and Brier are left to its closed platform",
    "estimated": "no estimated performance",
    "fairness": "by a profile a group; confusion counts only",
}


def prepare(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.astype({name: "object" for name in ["model_version", GROUP, *CATEGORICAL]})


def drift(frame: pd.DataFrame) -> pd.DataFrame:
    numeric = numeric_features(frame)
    rows = []
    for version, of_version in frame[["model_version", "day", *numeric, *CATEGORICAL]].groupby("model_version"):
        features = of_version.drop(columns=["model_version", "day"])
        reference = why.log(pandas=features[of_version["day"] < REFERENCE_DAYS]).view()
        for day, of_day in features.groupby(of_version["day"]):
            current = why.log(pandas=of_day).view()
            for name in features.columns:
                measure = KS() if name in numeric else Hellinger()
                score = measure.calculate(current.get_column(name), reference.get_column(name))
                value = None if score is None else score.statistic
                rows.append((version, day, name, "ks" if name in numeric else "hellinger", value))
    return pd.DataFrame(rows, columns=RESULT_COLUMNS)


def _confusion(frame: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    labelled = frame.loc[frame["actual"].notna(), [*keys, "score", "predicted", "actual"]].astype({"actual": "int64"})
    rows = []
    for key, part in labelled.groupby(keys):
        logged = why.log_classification_metrics(
            part, target_column="actual", prediction_column="predicted", score_column="score", log_full_data=False
        )
        matrix = logged.profile().model_performance_metrics.confusion_matrix
        cells = {cell: int(counter.n) for cell, counter in matrix.confusion_matrix.items()}
        rows += [(*(*key, "")[:3], str(cell), count) for cell, count in cells.items()]
    return pd.DataFrame(rows, columns=RESULT_COLUMNS)


def performance(frame: pd.DataFrame) -> pd.DataFrame:
    return _confusion(frame, ["model_version", "day"])


def fairness(frame: pd.DataFrame) -> pd.DataFrame:
    return _confusion(frame, ["model_version", "day", GROUP])


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    run({"drift": drift, "performance": performance, "fairness": fairness}, CANNOT, prepare)
