"""What each metric is in the whole population of a scenario: from two million rows, a calibration error from the chances."""

from __future__ import annotations

from functools import cache

import numpy as np

from scripts.coverage.data import SCENARIOS, Columns, Numbers

POPULATION = 2_000_000


def of_scenario(scenario: str) -> dict[str, float]:
    """The true value of every metric with an interval. tracking_signal is that of one row: it grows with their number."""
    task, draw = SCENARIOS[scenario]
    columns = draw(POPULATION, np.random.default_rng([7, *map(ord, scenario)]))
    return {"binary": _binary, "regression": _regression, "multiclass": _multiclass}[task](columns)


of_scenario = cache(of_scenario)


def _calibration_error(columns: Columns, bins: Numbers) -> float:
    gaps = np.bincount(bins, columns["chance"] - columns["score"])
    return float(np.abs(gaps).sum() / len(bins))


def _binary(columns: Columns) -> dict[str, float]:
    score, label, actual = columns["score"], columns["label"], columns["actual"]
    tp, fp, fn, tn = ((label == said) & (actual == was) for said, was in ((1, 1), (1, 0), (0, 1), (0, 0)))
    tp, fp, fn, tn = (float(cell.mean()) for cell in (tp, fp, fn, tn))
    rate = tp + fn
    recall, specificity, precision = tp / rate, tn / (tn + fp), tp / (tp + fp)
    order = np.argsort(-score, kind="stable")
    ranked = actual[order]
    true_share, false_share = np.cumsum(ranked) / ranked.sum(), np.cumsum(~ranked) / (~ranked).sum()
    auc = float(np.sum(true_share[~ranked]) / (~ranked).sum())
    squared = (score - actual) ** 2
    says_positive = rate > 0.5
    return {
        "accuracy": tp + tn, "precision": precision, "recall": recall, "specificity": specificity, "base_rate": rate,
        "f1": 2 * tp / (2 * tp + fp + fn), "f_beta_05": 1.25 * tp / (1.25 * tp + 0.25 * fn + fp),
        "f_beta_2": 5 * tp / (5 * tp + 4 * fn + fp), "balanced_accuracy": (recall + specificity) / 2,
        "mcc": float(np.corrcoef(label, actual)[0, 1]),
        "cohen_kappa": 1 - (fp + fn) / ((tp + fp) * (1 - rate) + (tn + fn) * rate),
        "roc_auc": auc, "gini": 2 * auc - 1, "ks_separation": float(np.abs(true_share - false_share).max()),
        "average_precision": float((np.cumsum(ranked) / np.arange(1, len(ranked) + 1))[ranked].mean()),
        "log_loss": float(-np.log(np.where(actual, score, 1 - score)).mean()), "brier": float(squared.mean()),
        "mean_score": float(score.mean()),
        "ece": _calibration_error(columns, np.maximum(np.ceil(score * 10).astype(int), 1)),
        "ece_quantile": _calibration_error(columns, np.searchsorted(np.quantile(score, np.arange(1, 10) / 10), score)),
        "brier_skill": float(1 - squared.mean() / (rate * (1 - rate))),
        "accuracy_lift": tp + tn - (rate if says_positive else 1 - rate),
    }  # fmt: skip


def _regression(columns: Columns) -> dict[str, float]:
    said, actual, naive = columns["said"], columns["actual"], columns["naive"]
    error = said - actual
    size, is_there = np.abs(error), actual != 0
    mse, spread = np.mean(error**2), actual.var()
    over, under = np.maximum(error, 0), np.maximum(-error, 0)
    log_error = np.log1p(np.maximum(said, -0.999)) - np.log1p(np.maximum(actual, -0.999))
    found = {
        "mae": size.mean(), "mse": mse, "rmse": np.sqrt(mse), "r2": 1 - mse / spread, "bias": error.mean(),
        "explained_variance": 1 - error.var() / spread, "mape": (size[is_there] / np.abs(actual[is_there])).mean(),
        "wape": size.sum() / np.abs(actual).sum(), "rmsle": np.sqrt(np.mean(log_error**2)), "median_ae": np.median(size),
        "tracking_signal": error.mean() / size.mean(), "naive_skill": 1 - size.sum() / np.abs(naive - actual).sum(),
        "mean_skill": 1 - size.sum() / np.abs(actual.mean() - actual).sum(), "interval_width": 2 * columns["spread"].mean(),
        "interval_coverage": np.mean(size <= columns["spread"]),
    }  # fmt: skip
    found |= {f"pinball_{share}": ((100 - share) * over + share * under).mean() / 100 for share in (10, 50, 90)}
    return {name: float(value) for name, value in found.items()}


def _multiclass(columns: Columns) -> dict[str, float]:
    actual, said = columns["actual_class"], columns["said_class"]
    table = np.bincount(3 * actual + said, minlength=9).reshape(3, 3) / len(actual)
    occurred, predicted, right = table.sum(1), table.sum(0), table.diagonal()
    recall, precision, f1 = right / occurred, right / predicted, 2 * right / (occurred + predicted)
    agreement, chance = right.sum(), (occurred * predicted).sum()
    found = {
        "balanced_accuracy": recall.mean(), "recall_macro": recall.mean(), "precision_macro": precision.mean(),
        "f1_macro": f1.mean(), "precision_weighted": (occurred * precision).sum(), "f1_weighted": (occurred * f1).sum(),
        "cohen_kappa": (agreement - chance) / (1 - chance),
        "mcc": (agreement - chance) / np.sqrt((1 - (occurred**2).sum()) * (1 - (predicted**2).sum())),
    }  # fmt: skip
    found |= dict.fromkeys(("accuracy", "precision_micro", "recall_micro", "f1_micro", "recall_weighted"), agreement)
    return {name: float(value) for name, value in found.items()}
