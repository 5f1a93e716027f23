"""Multiclass and ranking metrics as they were known: looking back from today equals having looked then.

As test_as_known.py, over generated rows in which everything comes late that can: predictions, single places of a list,
whole lists, outcomes, corrections of outcomes, outcomes of items that were not shown and of items whose own row of the list
came after their outcome.
"""

from __future__ import annotations

import json
import random
from datetime import date, datetime, timedelta
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest
from conftest import run_dbt
from generated_warehouse import write_tables
from test_as_known import assert_same, rows

FIRST_DAY = date(2026, 1, 5)
DAY_COUNT = 33
AS_OF = "2026-02-16"
LOOKS = ("2026-01-26", "2026-02-04")
LABELS = ("bad", "fair", "good", "odd")
REQUEST_METRICS = ("ndcg_at_5", "ndcg_at_10", "ndcg_at_10_shown", "map_at_10", "mrr", "precision_at_5", "precision_at_10",
                   "recall_at_10", "hit_rate_at_10")  # fmt: skip
CLASS_METRICS = ("accuracy", "balanced_accuracy", "precision_macro", "recall_macro", "f1_macro", "precision_micro",
                 "recall_micro", "f1_micro", "precision_weighted", "recall_weighted", "f1_weighted", "mcc", "cohen_kappa",
                 "log_loss", "brier", "top_2_accuracy", "top_3_accuracy")  # fmt: skip
TABLES = {
    "review_predictions": ["model_version", "prediction_id", "predicted_at", "predicted_label", "region", "loaded_at"],
    "review_outcomes": ["prediction_id", "observed_at", "actual", "loaded_at"],
    "review_class_scores": ["prediction_id", "class_label", "class_score"],
    "recommender_impressions": ["model_version", "request_id", "item_id", "predicted_at", "rank", "region", "loaded_at"],
    "recommender_clicks": ["request_id", "item_id", "observed_at", "actual", "loaded_at"],
}
LOADED_AT = {"columns": {"loaded_at": "loaded_at"}}


def variables(as_of: str) -> dict:
    return {
        "ml_monitor": {
            "as_of": as_of,
            "reference_days": 7,
            "baselines": ["reference"],
            "as_known_dates": list(LOOKS),
            "prediction_logs": [
                {
                    "name": "classes",
                    "task": "multiclass_classification",
                    "model_id": "classes",
                    "predictions": {"relation": "demo_raw.review_predictions", **LOADED_AT},
                    "outcomes": {"relation": "demo_raw.review_outcomes", **LOADED_AT},
                    "class_scores": {"relation": "demo_raw.review_class_scores"},
                    "slices": ["region"],
                },
                {
                    "name": "lists",
                    "task": "ranking",
                    "model_id": "lists",
                    "predictions": {"relation": "demo_raw.recommender_impressions", **LOADED_AT},
                    "outcomes": {"relation": "demo_raw.recommender_clicks", **LOADED_AT},
                    "slices": ["region"],
                },
            ],
        }
    }


def moment(day: int, minute: int = 540) -> datetime:
    return datetime.combine(FIRST_DAY, datetime.min.time()) + timedelta(days=day, minutes=minute)


def reports(draw: random.Random, day: int, values: tuple) -> list[tuple[datetime, object, datetime]]:
    """An outcome and its corrections: when it was observed, what it said, when it was loaded. Now and then none."""
    found = []
    observed_day = day + draw.choice([0, 1, 3, 8, 14])
    loaded_day = observed_day + draw.choice([0, 0, 1, 5])
    for _ in range(draw.choices([0, 1, 2, 3], [2, 10, 4, 1])[0]):
        found.append((moment(observed_day, 1200), draw.choice(values), moment(loaded_day, 1380)))
        observed_day += draw.choice([0, 0, 2])
        loaded_day += draw.choice([0, 3, 9])  # 0: overtaken on the same day
    return [report for report in found if report[2] < moment(42, 0)]


def loaded(draw: random.Random, day: int) -> datetime:
    return moment(day + draw.choices([0, 1, 6, 15], [30, 2, 2, 2])[0], 1400)


def raw_tables() -> dict[str, pa.Table]:
    draw = random.Random(11)
    found: dict[str, list[tuple]] = {name: [] for name in TABLES}
    for day in range(DAY_COUNT):
        versions = ("1", "2") if day > 12 else ("1",)
        for number in range(16):
            key = f"c{day}-{number}"
            scores = [draw.random() for _ in LABELS[:3]]
            scores = [score / sum(scores) for score in scores]
            for version in versions:
                best = LABELS[max(range(3), key=lambda place: scores[place])] if version == "1" else draw.choice(LABELS)
                row = (version, key, moment(day, 540 + int(version)), best, draw.choice(["north", "south"]), loaded(draw, day))
                found["review_predictions"].append(row)
            if number != 3:  # one without class scores
                found["review_class_scores"] += [(key, label, score) for label, score in zip(LABELS[:3], scores, strict=True)]
            found["review_outcomes"] += [(key, *report) for report in reports(draw, day, LABELS)]
        for number in range(6):
            request = f"q{day}-{number}"
            items = [f"i{item:02d}" for item in draw.sample(range(40), 13)]
            for version in versions:
                is_late = draw.random() < 0.1
                for rank, item in enumerate(items[2 * int(version) - 2 :], start=1):
                    # A late row may be the first of its list: an outcome must come after what is known of it then.
                    at = moment(day, 540 + (0 if rank == 3 else int(version)))
                    loaded_at = moment(day + 9, 1400) if is_late else loaded(draw, day)
                    found["recommender_impressions"].append((version, request, item, at, rank, "north", loaded_at))
            if number == 5 and day % 3:
                continue  # nothing is known of it
            gains = (0.0, 0.0, 1.0, 2.0, 3.0)
            for item in [*draw.sample(items, 7), "beside", f"beside{number}"]:
                found["recommender_clicks"] += [(request, item, *report) for report in reports(draw, day, gains)]
            found["recommender_clicks"].append((request, f"early{number}", moment(day, 540), 2.0, moment(day, 1380)))
    return {
        f"demo_raw.{table}": pa.table({name: list(values) for name, values in zip(names, zip(*found[table], strict=True), strict=True)})
        for table, names in TABLES.items()
    }  # fmt: skip


def build(folder: Path, as_of: str) -> Path:
    path = folder / "work.duckdb"
    write_tables(path, raw_tables())
    run_dbt(
        ["build", "--quiet", "--select", "+fct_ml_performance_as_known", "+fct_ml_performance",
         "--exclude-resource-type", "test", "--exclude-resource-type", "unit_test", "--vars", json.dumps(variables(as_of))],
        folder, ML_MONITOR_DUCKDB_PATH=str(path), ML_MONITOR_TARGET="duckdb", ML_MONITOR_SCHEMA="ml_monitor",
    )  # fmt: skip
    return path.rename(folder / f"{as_of[:10]}.duckdb")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("as_known_tasks")


@pytest.fixture(scope="module")
def today(folder: Path) -> Path:
    return build(folder, AS_OF)


def seen(path: Path, condition: str, metrics: pd.Series) -> pd.DataFrame:
    table = rows(path, f"""
        select * from ml_monitor.fct_ml_performance
        where granularity in ('week', 'month') and slice_key is null and {condition}
    """)
    return table[table["metric_name"].isin(metrics.unique())]


@pytest.mark.parametrize("look", LOOKS)
def test_looking_back_is_having_looked_then(look: str, today: Path, folder: Path) -> None:
    then = build(folder, f"{date.fromisoformat(look) - timedelta(days=1)} 23:59:59")
    known = rows(today, f"select * from ml_monitor.fct_ml_performance_as_known where known_at = '{look}'")
    assert set(known["metric_name"]) == {*CLASS_METRICS, *REQUEST_METRICS, *(f"{name}_relevant" for name in REQUEST_METRICS)}
    assert known["metric_value"].notna().mean() > 0.95
    assert_same(known, seen(then, f"window_end <= date '{look}'", known["metric_name"]))


def test_the_current_report_is_fct_ml_performance(today: Path) -> None:
    current = rows(today, "select * from ml_monitor.fct_ml_performance_as_known where report_kind = 'current'")
    assert_same(current, seen(today, "is_complete", current["metric_name"]))


def test_the_looks_differ_from_today(today: Path) -> None:
    """Else the tests above could not fail: nearly every value was restated since, lists and outcomes were."""
    table = rows(today, f"""
        select metric_value != current_value as is_restated, known_at
        from ml_monitor.fct_ml_performance_as_known
        where known_at in ('{LOOKS[0]}', '{LOOKS[1]}') and metric_name in ('accuracy', 'ndcg_at_10', 'mrr', 'log_loss')
    """)
    assert len(table) > 40 and table["is_restated"].mean() > 0.9
    for model, reason in {
        "int_ml_outcomes_superseded": "task = 'ranking'",
        "int_ml_items_not_shown": "superseded_date is not null and item_id not like 'beside%'",
        "int_ml_requests_measured": "superseded_date is not null",
        "int_ml_confusion_counted": "superseded_date is not null",
    }.items():
        count = rows(today, f"select count(*) as found from ml_monitor_internal.{model} where {reason}")["found"].iloc[0]
        assert count > 20, model
