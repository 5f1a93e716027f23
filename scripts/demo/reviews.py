"""Model review_sentiment: negative, neutral or positive? Multiclass, one version, labels from annotators for 30 %.

A review is a point in a plane around the centre of its class; the model knows centres and spread and returns Bayes'
posterior under its training shares, so it is calibrated as long as those shares hold. Annotators label a random 30 %
of the reviews within one to ten days. No loaded_at.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from scripts.demo import common
from scripts.demo.common import Floats
from scripts.demo.incidents import INCIDENTS

MODEL_ID = "review_sentiment"
MODEL_VERSION = "2"
REVIEWS_PER_DAY = 145
LABELLED_SHARE = 0.30
CLASSES = ("negative", "neutral", "positive")
CLASS_SHARES = np.array([0.20, 0.18, 0.62])
RECALL_SHARES = np.array([0.42, 0.16, 0.42])  # during the label shift

_CENTRES = np.array([[-1.35, 0.0], [0.0, 1.5], [1.35, 0.0]])
_LANGUAGES = {"de": 45, "en": 24, "fr": 16, "nl": 10, "pl": 5}
_SPREADS = {"pl": 0.25, "nl": 0.1}  # more noise where there was less training text
_CATEGORIES = {"fashion": 34, "shoes": 16, "home": 20, "electronics": 14, "toys": 8, "sports": 8}
_LENGTHS = np.array([5.3, 4.9, 4.7])  # mean of log(characters) by class: angry reviews are longer


def review_tables(seed: int) -> dict[str, pa.Table]:
    """Return review_predictions, review_class_scores (long) and review_outcomes."""
    rng = common.generator(MODEL_ID, seed)
    days = common.event_days(rng, REVIEWS_PER_DAY)
    size = len(days)
    recall = INCIDENTS["reviews_label_shift"].during(days)
    draws = rng.random(size)
    usual = np.searchsorted(np.cumsum(CLASS_SHARES)[:-1], draws, side="right")
    shifted = np.searchsorted(np.cumsum(RECALL_SHARES)[:-1], draws, side="right")
    actual = np.where(recall, shifted, usual)
    language = common.draw(rng, _LANGUAGES, size)
    spread = 1 + common.effect(language, _SPREADS)
    points = _CENTRES[actual] + spread[:, None] * rng.normal(0, 1, (size, 2))
    scores = _posterior(points, spread)
    labels = np.array(CLASSES, dtype=object)
    ids = common.identifiers("v", np.arange(1, size + 1))
    predicted_at = common.event_times(rng, days)

    logged = language.copy()
    logged[INCIDENTS["reviews_null_flood"].during(days) & (rng.random(size) < 0.4)] = None
    logged[INCIDENTS["reviews_renamed_category"].during(days) & (language == "de")] = "de-DE"
    predictions = {
        "model_version": np.full(size, MODEL_VERSION, dtype=object),
        "prediction_id": ids,
        "predicted_at": predicted_at,
        "predicted_label": labels[scores.argmax(axis=1)],
        "language": logged,
        "product_category": common.draw(rng, _CATEGORIES, size),
        "review_length_chars": np.ceil(np.exp(rng.normal(_LENGTHS[actual], 0.6))).astype(int),
    }
    long_scores = {
        "prediction_id": np.repeat(ids, len(CLASSES)),
        "class_label": np.tile(labels, size),
        "class_score": scores.ravel(),
    }
    labelled = np.flatnonzero(rng.random(size) < LABELLED_SHARE)
    delay = rng.integers(1, 11, len(labelled)) + rng.uniform(0.3, 0.75, len(labelled))
    outcomes = {
        "prediction_id": ids[labelled],
        "observed_at": common.later(common.start_of(days[labelled]), delay),
        "actual": labels[actual[labelled]],
        "annotator_id": common.draw(rng, {"ann-01": 40, "ann-02": 35, "ann-03": 25}, len(labelled)),
    }
    return {
        "review_predictions": common.to_table(predictions),
        "review_class_scores": common.to_table(long_scores),
        "review_outcomes": common.known_by_end(common.to_table(outcomes), "observed_at"),
    }


def _posterior(points: Floats, spread: Floats) -> Floats:
    """Return P(class | point) for each class under the training shares; rows add up to 1."""
    distance = ((points[:, None, :] - _CENTRES[None, :, :]) ** 2).sum(axis=2) / spread[:, None] ** 2
    weight = CLASS_SHARES * np.exp(-0.5 * (distance - distance.min(axis=1, keepdims=True)))
    return weight / weight.sum(axis=1, keepdims=True)
