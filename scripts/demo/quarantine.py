"""Bad rows of every kind that the quarantine must catch, in returns_predictions and returns_outcomes.

Of each kind there are about one in 20,000 prediction rows. Bad predictions are extra rows (nothing good is lost), with
order ids from 9,000,000 on; of the outcomes some are changed and some added.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from scripts.demo import common
from scripts.demo.incidents import INCIDENTS

ONE_IN = 20_000
FIRST_BAD_ORDER = 9_000_000
KINDS = (
    "null_prediction_id",
    "null_timestamp",
    "score_out_of_range",
    "nan_score",
    "future_timestamp",
    "conflicting_duplicate",
    "outcome_without_prediction",
    "outcome_before_prediction",
    "restated_outcome",
    "actual_out_of_range",
)


def inject_bad_rows(tables: dict[str, pa.Table], seed: int) -> dict[str, pa.Table]:
    """Return returns_predictions and returns_outcomes with the bad rows in them."""
    rng = common.generator("quarantine", seed)
    predictions, outcomes = tables["returns_predictions"], tables["returns_outcomes"]
    count = max(1, round(predictions.num_rows / ONE_IN))
    return {
        "returns_predictions": _bad_predictions(rng, predictions, count),
        "returns_outcomes": _bad_outcomes(rng, predictions, outcomes, count),
    }


def _replace(table: pa.Table, name: str, values: np.ndarray | list | pa.Array) -> pa.Table:
    """Set a column; NaN stays NaN (a quarantine must see it), None becomes null."""
    position = table.column_names.index(name)
    return table.set_column(position, name, pa.array(values, type=table.schema.field(name).type))


def _bad_predictions(rng: np.random.Generator, predictions: pa.Table, count: int) -> pa.Table:
    """Add count rows of each of six kinds, copied from good rows outside the duplicated day."""
    days = predictions.column("predicted_at").to_numpy().astype("datetime64[D]") - common.FIRST_DATE
    ordinary = np.flatnonzero(~INCIDENTS["returns_duplicated_load"].during(days.astype(int)))
    copied = predictions.take(pa.array(rng.choice(ordinary, 6 * count, replace=False)))
    numbers = FIRST_BAD_ORDER + np.arange(6 * count)
    versions = copied.column("model_version").to_pylist()
    fresh = [f"r{version}-{number}" for version, number in zip(versions, numbers.tolist(), strict=True)]
    copied = _replace(copied, "order_id", common.identifiers("o", numbers))
    kinds = {kind: copied.slice(position * count, count) for position, kind in enumerate(KINDS[:6])}
    for position, kind in enumerate(KINDS[:5]):
        kinds[kind] = _replace(kinds[kind], "prediction_id", fresh[position * count : (position + 1) * count])
    kinds["null_prediction_id"] = _replace(kinds["null_prediction_id"], "prediction_id", [None] * count)
    kinds["null_timestamp"] = _replace(kinds["null_timestamp"], "predicted_at", [None] * count)
    kinds["score_out_of_range"] = _replace(kinds["score_out_of_range"], "score", [1.7] * count)
    kinds["nan_score"] = _replace(kinds["nan_score"], "score", np.full(count, np.nan))
    future = np.datetime64("2027-01-15T12:00:00", "us") + np.arange(count) * np.timedelta64(1, "D")
    kinds["future_timestamp"] = _replace(kinds["future_timestamp"], "predicted_at", future)
    # The same prediction, loaded at the same time, with another score: nothing says which one is right.
    conflict = kinds["conflicting_duplicate"]
    score = conflict.column("score").to_numpy()
    conflict = _replace(conflict, "score", np.where(score < 0.5, score + 0.4, score - 0.4))
    same_orders = [f"o{prediction_id[3:]}" for prediction_id in conflict.column("prediction_id").to_pylist()]
    kinds["conflicting_duplicate"] = _replace(conflict, "order_id", same_orders)
    return pa.concat_tables([predictions, *kinds.values()])


def _bad_outcomes(rng: np.random.Generator, predictions: pa.Table, outcomes: pa.Table, count: int) -> pa.Table:
    """Change 2 x count outcomes (seen before the prediction, actual = 2), add 2 x count (orphans, restatements)."""
    loaded_at = outcomes.column("loaded_at").to_numpy()
    settled = np.flatnonzero(loaded_at < common.END_OF_DATA - np.timedelta64(3, "D"))
    chosen = rng.choice(settled, 4 * count, replace=False)
    orphan, early, restated, beyond = (chosen[k * count : (k + 1) * count] for k in range(4))
    observed_at = outcomes.column("observed_at").to_numpy().copy()
    actual = outcomes.column("actual").to_numpy().copy()
    ids = outcomes.column("prediction_id").to_pylist()

    orphans = outcomes.take(pa.array(orphan))
    orphans = _replace(orphans, "prediction_id", [f"r9-{k}" for k in range(FIRST_BAD_ORDER, FIRST_BAD_ORDER + count)])

    # A restatement: the same observation, said again two days later with the other answer. The newer one counts.
    again = outcomes.take(pa.array(restated))
    again = _replace(again, "actual", 1 - actual[restated])
    again = _replace(again, "loaded_at", loaded_at[restated] + np.timedelta64(2, "D"))

    wanted = {ids[row] for row in early}
    pairs = zip(predictions.column("prediction_id").to_pylist(), predictions.column("predicted_at").to_numpy())
    predicted_at = {prediction_id: time for prediction_id, time in pairs if prediction_id in wanted}
    observed_at[early] = np.array([predicted_at[ids[row]] for row in early]) - np.timedelta64(2, "D")
    actual[beyond] = 2
    changed = _replace(_replace(outcomes, "observed_at", observed_at), "actual", actual)
    return pa.concat_tables([changed, orphans, again])
