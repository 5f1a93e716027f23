"""Models of which the truth is known: rows drawn with a fixed seed, each draw of n rows a slice of one day.

A draw is a slice, so that one small build measures hundreds of them. The KS separation has intervals for whole windows
only: its draws are windows of their own (see separation.py).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from scipy.special import expit

Numbers = NDArray[np.float64]
Columns = dict[str, NDArray]

SCHEMA = "coverage_raw"
DAY = date(2026, 1, 5)  # a Monday
AS_OF = date(2026, 2, 9)
CLASSES = np.array(["a", "b", "c"])


def rare_calibrated(count: int, rng: np.random.Generator) -> Columns:
    """A tenth positives; the score is the probability."""
    chance = expit(-2.95 + 1.5 * rng.standard_normal(count))
    return {"score": chance, "chance": chance, "label": chance > 0.2, "actual": rng.random(count) < chance}


def even_overconfident(count: int, rng: np.random.Generator) -> Columns:
    """Half positives; the score is too near 0 and 1, and a little too low."""
    latent = 1.5 * rng.standard_normal(count)
    score = expit(1.5 * latent - 0.2)
    return {"score": score, "chance": expit(latent), "label": score > 0.5, "actual": rng.random(count) < expit(latent)}


def normal_errors(count: int, rng: np.random.Generator) -> Columns:
    actual = 50 + 10 * rng.standard_normal(count)
    said = actual + 1 + 5 * rng.standard_normal(count)
    return {"said": said, "naive": actual + 8 * rng.standard_normal(count), "actual": actual, "spread": 5 + rng.random(count)}


def skewed_demand(count: int, rng: np.random.Generator) -> Columns:
    """Counts of units, with zeros, and errors in proportion to the size."""
    mean = rng.gamma(2, 5, count)
    said = mean * np.exp(0.3 * rng.standard_normal(count))
    return {
        "said": said, "naive": rng.poisson(mean).astype(float), "actual": rng.poisson(mean).astype(float),
        "spread": 1 + np.sqrt(said),
    }  # fmt: skip


def three_classes(count: int, rng: np.random.Generator) -> Columns:
    """Classes of 60, 30 and 10 %; about three quarters are said right."""
    actual = rng.choice(3, count, p=[0.6, 0.3, 0.1])
    heard = rng.standard_normal((count, 3)) + 2 * np.eye(3)[actual] + np.log([0.6, 0.3, 0.1])
    return {"actual_class": actual, "said_class": heard.argmax(axis=1)}


Draw = Callable[[int, np.random.Generator], Columns]
SCENARIOS: dict[str, tuple[str, Draw]] = {
    "rare_calibrated": ("binary", rare_calibrated),
    "even_overconfident": ("binary", even_overconfident),
    "normal_errors": ("regression", normal_errors),
    "skewed_demand": ("regression", skewed_demand),
    "three_classes": ("multiclass", three_classes),
}


@dataclass(frozen=True)
class Model:
    """Draws of one scenario: `draw_count` times `row_count` rows."""

    scenario: str
    row_count: int
    draw_count: int

    @property
    def model_id(self) -> str:
        return f"{self.scenario}_{self.row_count}"

    @property
    def task(self) -> str:
        return SCENARIOS[self.scenario][0]

    def rows(self) -> Columns:
        """All rows, with the number of the draw that each is of."""
        rng = np.random.default_rng([self.row_count, *map(ord, self.scenario)])
        count = self.row_count * self.draw_count
        return {"draw": np.repeat(np.arange(self.draw_count), self.row_count), **SCENARIOS[self.scenario][1](count, rng)}


def _tables(task: str, model_id: str, columns: Columns) -> tuple[pa.Table, pa.Table]:
    count = len(columns["draw"])
    identifiers = np.char.add(f"{model_id}_", np.arange(count).astype(str))
    moment = np.full(count, np.datetime64(DAY.isoformat(), "us"))
    said = {
        "binary": lambda: {"score": columns["score"], "predicted_label": columns["label"].astype(int)},
        "regression": lambda: {
            "predicted_value": columns["said"], "naive_value": columns["naive"],
            "prediction_lower": columns["said"] - columns["spread"], "prediction_upper": columns["said"] + columns["spread"],
        },
        "multiclass": lambda: {"predicted_label": CLASSES[columns["said_class"]]},
    }[task]()  # fmt: skip
    actual = CLASSES[columns["actual_class"]] if task == "multiclass" else columns["actual"].astype(float)
    predictions = {
        "model_id": np.full(count, model_id), "model_version": np.full(count, "1"), "prediction_id": identifiers,
        "predicted_at": moment, "draw": columns["draw"].astype(str), **said,
    }  # fmt: skip
    outcomes = {"prediction_id": identifiers, "observed_at": moment + np.timedelta64(1, "h"), "actual": actual}
    return pa.table(predictions), pa.table(outcomes)


def create(connection: duckdb.DuckDBPyConnection, models: Sequence[Model]) -> None:
    """Write the raw tables of these models."""
    connection.execute(f"create schema if not exists {SCHEMA}")
    for task in ("binary", "regression", "multiclass"):
        pairs = [_tables(task, model.model_id, model.rows()) for model in models if model.task == task]
        for name, tables in zip(("predictions", "outcomes"), zip(*pairs, strict=True), strict=True):
            connection.register("frame", pa.concat_tables(tables))
            connection.execute(f"create or replace table {SCHEMA}.{task}_{name} as select * from frame")
            connection.unregister("frame")


def variables() -> dict[str, object]:
    """The declaration of these tables, for `dbt --vars`."""
    said = {
        "binary": ("binary_classification", ["predicted_label"]),
        "regression": ("regression", ["naive_value", "prediction_lower", "prediction_upper"]),
        "multiclass": ("multiclass_classification", []),
    }
    return {
        "ml_monitor": {
            "as_of": AS_OF.isoformat(),
            "baselines": ["reference"],
            "prediction_logs": [
                {
                    "name": f"coverage_{task}",
                    "task": name,
                    "predictions": {
                        "relation": f"{SCHEMA}.{task}_predictions", "columns": {column: column for column in columns},
                    },
                    "outcomes": {"relation": f"{SCHEMA}.{task}_outcomes"},
                    "slices": ["draw"],
                }
                for task, (name, columns) in said.items()
            ],
        }
    }  # fmt: skip
