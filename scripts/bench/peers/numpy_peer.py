"""A plain script, as a good analyst would write it: numpy, pandas, scikit-learn; no loop over rows or days.

Each part gives, for every day of every version, the same numbers as the marts at their default settings (exact windows):
drift        PSI of 8 numeric features on frozen deciles and of 4 categorical ones, KS of the numeric ones
performance  confusion counts and rates, log loss, Brier, exact AUC
estimated    the same expected from the score calibrated on the reference (CBPE, isotonic regression)
fairness     selection rate, true and false positive rate by group
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from common import CATEGORICAL, GROUP, REFERENCE_DAYS, RESULT_COLUMNS, numeric_features, run
from sklearn.isotonic import IsotonicRegression

FLOOR = 1e-4
CLIP = np.finfo(float).eps


def long(version: str, subject: str, **metrics: np.ndarray) -> pd.DataFrame:
    """Arrays of a value a day as rows."""
    frames = [
        pd.DataFrame({"model_version": version, "day": np.arange(len(values)), "subject": subject, "metric_name": name, "metric_value": values})
        for name, values in metrics.items()
    ]  # fmt: skip
    return pd.concat(frames)[RESULT_COLUMNS]


def ratio(top: np.ndarray, bottom: np.ndarray) -> np.ndarray:
    return np.divide(top, bottom, out=np.full(len(top), np.nan), where=bottom > 0)


def by_version(frame: pd.DataFrame):
    """Each version with its rows."""
    codes = frame["model_version"].cat.codes.to_numpy()
    for code, version in enumerate(frame["model_version"].cat.categories):
        yield version, frame[codes == code]


def psi(codes: np.ndarray, code_count: int, day: np.ndarray, days: int) -> np.ndarray:
    """PSI of each day against the reference days, from the code of each row's bin."""
    counts = np.bincount(day.astype(np.int64) * code_count + codes, minlength=days * code_count).reshape(days, code_count)
    reference = counts[:REFERENCE_DAYS].sum(axis=0)
    current = np.maximum(counts / counts.sum(axis=1, keepdims=True), FLOOR)
    expected = np.maximum(reference / reference.sum(), FLOOR)
    either = (counts > 0) | (reference > 0)
    return np.where(either, (current - expected) * np.log(current / expected), 0).sum(axis=1)


def sorted_by_day(values: np.ndarray, day: np.ndarray) -> np.ndarray:
    """The order of rows by day, then value: one sort of the values, one radix sort of the days."""
    order = np.argsort(values)
    return order[np.argsort(day[order], kind="stable")]


def ks(ordered: np.ndarray, starts: np.ndarray, sizes: np.ndarray, reference: np.ndarray) -> np.ndarray:
    """KS of each day against the sorted reference. Between two values of a day only the reference's function rises,
    so the supremum lies at a value of the day or just below one."""
    position = np.arange(len(ordered)) - np.repeat(starts, sizes)
    size = np.repeat(sizes, sizes)
    at = np.searchsorted(reference, ordered, "right") / len(reference)
    below = np.searchsorted(reference, ordered, "left") / len(reference)
    # with ties the first (last) of the equal rows has the right rank below (at) them, and the others are less extreme
    distance = np.maximum(at - (position + 1) / size, (position + 1) / size - at)
    is_last = np.append(ordered[1:] != ordered[:-1], True)
    is_last[starts[1:] - 1] = True
    is_first = np.append(True, ordered[1:] != ordered[:-1])
    is_first[starts] = True
    distance = np.where(is_last, distance, 0)
    distance = np.maximum(distance, np.where(is_first, np.abs(below - position / size), 0))
    return np.maximum.reduceat(distance, starts)


def drift(frame: pd.DataFrame) -> pd.DataFrame:
    days = int(frame["day"].max()) + 1
    found = []
    for version, rows in by_version(frame):
        day = rows["day"].to_numpy()
        is_reference = day < REFERENCE_DAYS
        sizes = np.bincount(day, minlength=days)
        starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
        for name in numeric_features(rows):
            values = rows[name].to_numpy()
            reference = np.sort(values[is_reference])
            edges = np.unique(np.quantile(reference, np.arange(1, 10) / 10))
            bins = np.searchsorted(edges, values, "left")
            ordered = values[sorted_by_day(values, day)]
            found.append(long(version, name, psi=psi(bins, len(edges) + 1, day, days), ks=ks(ordered, starts, sizes, reference)))
        for name in CATEGORICAL:
            category = rows[name].cat
            found.append(long(version, name, psi=psi(category.codes.to_numpy(), len(category.categories), day, days)))
    return pd.concat(found)


def auc(score: np.ndarray, positive: np.ndarray, negative: np.ndarray, day: np.ndarray, days: int) -> np.ndarray:
    """Share of pairs ranked right on each day, ties one half, from the weights of both classes of each row."""
    order = sorted_by_day(score, day)
    score, day, positive, negative = score[order], day[order], positive[order], negative[order]
    starts = np.flatnonzero(np.concatenate([[True], (score[1:] != score[:-1]) | (day[1:] != day[:-1])]))
    positive, negative, day = np.add.reduceat(positive, starts), np.add.reduceat(negative, starts), day[starts]
    totals = [np.bincount(day, weights=weights, minlength=days) for weights in (positive, negative)]
    earlier_days = np.concatenate([[0], np.cumsum(totals[1])[:-1]])
    below = np.cumsum(negative) - negative - earlier_days[day]
    ranked_right = np.bincount(day, weights=positive * (below + negative / 2), minlength=days)
    return ratio(ranked_right, totals[0] * totals[1])


def rates(tp: np.ndarray, fp: np.ndarray, fn: np.ndarray, tn: np.ndarray) -> dict[str, np.ndarray]:
    count = tp + fp + fn + tn
    tp, fp, fn, tn = (np.where(count > 0, cell, np.nan) for cell in (tp, fp, fn, tn))  # a day without labels has no result
    return {
        "true_positive_count": tp, "false_positive_count": fp, "false_negative_count": fn, "true_negative_count": tn,
        "accuracy": ratio(tp + tn, count), "precision": ratio(tp, tp + fp), "recall": ratio(tp, tp + fn),
        "specificity": ratio(tn, tn + fp), "f1": ratio(2 * tp, 2 * tp + fp + fn),
    }  # fmt: skip


def performance(frame: pd.DataFrame) -> pd.DataFrame:
    days = int(frame["day"].max()) + 1
    found = []
    for version, rows in by_version(frame[frame["actual"].notna().to_numpy()]):
        day, score, predicted = (rows[name].to_numpy() for name in ("day", "score", "predicted"))
        actual = rows["actual"].to_numpy().astype(float)
        count = np.bincount(day, minlength=days)
        cells = np.bincount(day.astype(np.int64) * 4 + 2 * actual.astype(np.int8) + predicted, minlength=4 * days)
        tn, fp, fn, tp = cells.reshape(days, 4).T.astype(float)
        probability = np.clip(score, CLIP, 1 - CLIP)
        loss = -np.log(np.where(actual == 1, probability, 1 - probability))
        found.append(long(
            version, "",
            **rates(tp, fp, fn, tn),
            log_loss=ratio(np.bincount(day, weights=loss, minlength=days), count),
            brier=ratio(np.bincount(day, weights=(score - actual) ** 2, minlength=days), count),
            roc_auc=auc(score, actual, 1 - actual, day, days),
        ))  # fmt: skip
    return pd.concat(found)


def estimated(frame: pd.DataFrame) -> pd.DataFrame:
    days = int(frame["day"].max()) + 1
    found = []
    for version, rows in by_version(frame):
        day, score, predicted = (rows[name].to_numpy() for name in ("day", "score", "predicted"))
        actual = rows["actual"].to_numpy().astype(float)
        known = (day < REFERENCE_DAYS) & ~np.isnan(actual)
        p = IsotonicRegression(out_of_bounds="clip").fit(score[known], actual[known]).predict(score)
        cell = day.astype(np.int64) * 2 + predicted
        positives, negatives = (np.bincount(cell, weights=weights, minlength=2 * days).reshape(days, 2) for weights in (p, 1 - p))
        count = np.bincount(day, minlength=days)
        probability = np.clip(score, CLIP, 1 - CLIP)
        loss = -p * np.log(probability) - (1 - p) * np.log(1 - probability)
        squared = p * (1 - score) ** 2 + (1 - p) * score**2
        found.append(long(
            version, "",
            **rates(positives[:, 1], negatives[:, 1], positives[:, 0], negatives[:, 0]),
            log_loss=ratio(np.bincount(day, weights=loss, minlength=days), count),
            brier=ratio(np.bincount(day, weights=squared, minlength=days), count),
            roc_auc=auc(score, p, 1 - p, day, days),
        ))  # fmt: skip
    return pd.concat(found)


def fairness(frame: pd.DataFrame) -> pd.DataFrame:
    days = int(frame["day"].max()) + 1
    groups = list(frame[GROUP].cat.categories)
    found = []
    for version, rows in by_version(frame):
        cell = rows["day"].to_numpy().astype(np.int64) * len(groups) + rows[GROUP].cat.codes.to_numpy()
        predicted, actual = rows["predicted"].to_numpy(), rows["actual"].to_numpy().astype(float)
        shape = (days, len(groups))
        # outcome: 0 and 1 known, 2 open; each with what was predicted
        outcome = np.where(np.isnan(actual), 2, actual).astype(np.int8)
        counts = np.bincount(cell * 6 + 2 * outcome + predicted, minlength=6 * days * len(groups)).reshape(*shape, 3, 2)
        for position, group in enumerate(groups):
            (tn, fp), (fn, tp), (open_negative, open_positive) = (counts[:, position, outcome].T for outcome in range(3))
            selected = tp + fp + open_positive
            found.append(long(
                version, group,
                selection_rate=ratio(selected, selected + tn + fn + open_negative),
                recall=ratio(tp, tp + fn),
                false_positive_rate=ratio(fp, fp + tn),
                accuracy=ratio(tp + tn, tp + fp + fn + tn),
            ))  # fmt: skip
    return pd.concat(found)


if __name__ == "__main__":
    run({"drift": drift, "performance": performance, "estimated": estimated, "fairness": fairness}, cannot={})
