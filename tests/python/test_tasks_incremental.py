"""Class scores and outcomes of items that were not shown, changed after a build: the next one ends as a fresh one does.

Neither has a day of its own: class scores stand under the day of their prediction, and an outcome of an item that was
not shown belongs to its request. Three builds of a small warehouse.
"""

from __future__ import annotations

import shutil
from datetime import date, datetime, timedelta
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from generated_warehouse import write_tables
from test_incremental import Workshop, assert_same, query

FIRST_DAY = date(2026, 1, 5)
DAY_COUNT = 16
REFERENCE_DAYS = 7
LABELS = ("bad", "fair", "good")
VARS = {
    "ml_monitor": {
        "as_of": "2026-01-25",
        "reference_days": REFERENCE_DAYS,
        "baselines": ["reference"],
        "prediction_logs": [
            {
                "name": "classes",
                "task": "multiclass_classification",
                "model_version": "1",
                "model_id": "classes",
                "predictions": {"relation": "demo_raw.review_predictions", "columns": {"sample_weight": "sample_weight"}},
                "outcomes": {"relation": "demo_raw.review_outcomes"},
                "class_scores": {"relation": "demo_raw.review_class_scores"},
                "slices": ["region"],
            },
            {
                "name": "lists",
                "task": "ranking",
                "model_id": "lists",
                "predictions": {"relation": "demo_raw.recommender_impressions"},
                "outcomes": {"relation": "demo_raw.recommender_clicks"},
                "slices": ["region"],
            },
        ],
    }
}
RAW_TABLES = (
    "review_predictions", "review_outcomes", "review_class_scores", "recommender_impressions", "recommender_clicks",
)  # fmt: skip


def moment(day: int, hour: int = 9) -> datetime:
    return datetime.combine(FIRST_DAY, datetime.min.time()) + timedelta(days=day, hours=hour)


def raw_tables() -> dict[str, pa.Table]:
    """Fourteen rows and three requests a day; class scores of nobody, and an outcome of an item that was not shown."""
    draw = np.random.default_rng(4)
    rows: dict[str, list[tuple]] = {name: [] for name in RAW_TABLES}
    for day in range(DAY_COUNT):
        for number in range(14):
            key = f"c{day}-{number}"
            scores = draw.dirichlet([1, 1, 1])
            actual = LABELS[int(draw.choice(3, p=scores))]
            region = str(draw.choice(["north", "south"]))
            if key != "c12-3":
                rows["review_predictions"].append((key, moment(day), LABELS[int(scores.argmax())], region, number / 4))
                rows["review_outcomes"].append((key, moment(day + 1), actual))
            rows["review_class_scores"] += [(key, label, float(score)) for label, score in zip(LABELS, scores, strict=True)]
        for number in range(3):
            request = f"q{day}-{number}"
            items = [f"i{item}" for item in draw.permutation(20)[:6]]
            for version in ("1", "2") if day > 9 else ("1",):
                for rank, item in enumerate(items[int(version) - 1 :], start=1):
                    rows["recommender_impressions"].append((version, request, item, moment(day), rank, "north"))
            for item in [*items, "beside"]:
                rows["recommender_clicks"].append((request, item, moment(day + 1), float(draw.choice([0, 0, 1, 2]))))
    columns = (
        ["prediction_id", "predicted_at", "predicted_label", "region", "sample_weight"],
        ["prediction_id", "observed_at", "actual"],
        ["prediction_id", "class_label", "class_score"],
        ["model_version", "request_id", "item_id", "predicted_at", "rank", "region"],
        ["request_id", "item_id", "observed_at", "actual"],
    )
    return {
        f"demo_raw.{table}": pa.table(
            {name: list(values) for name, values in zip(names, zip(*rows[table], strict=True), strict=True)}
        )
        for table, names in zip(RAW_TABLES, columns, strict=True)
    }


CHANGES = f"""
    update demo_raw.review_class_scores set class_score = case class_label when 'bad' then 1 else 0 end
    where prediction_id = 'c9-2';
    update demo_raw.review_class_scores set class_score = 0.9 where prediction_id = 'c10-5' and class_label = 'good';
    delete from demo_raw.review_class_scores where prediction_id = 'c11-1';
    insert into demo_raw.review_predictions values ('c12-3', '{moment(12)}', 'bad', 'south', 2.5);
    insert into demo_raw.review_outcomes values ('c12-3', '{moment(13)}', 'good');
    delete from demo_raw.review_predictions where prediction_id = 'c13-4';
    update demo_raw.review_predictions set sample_weight = 9 where prediction_id = 'c9-5';
    update demo_raw.recommender_clicks set actual = 5 where request_id = 'q8-1' and item_id = 'beside';
    delete from demo_raw.recommender_clicks where request_id = 'q9-0' and item_id = 'beside';
    insert into demo_raw.recommender_clicks values ('q11-2', 'late', '{moment(15)}', 3);
    delete from demo_raw.recommender_impressions where request_id = 'q12-0' and model_version = '2' and rank = 2;
    insert into demo_raw.review_outcomes
    select prediction_id, timestamp '{moment(15)}', 'bad' from demo_raw.review_outcomes where prediction_id like 'c7-%';
    insert into demo_raw.recommender_clicks
    select request_id, item_id, timestamp '{moment(15)}', actual + 1 from demo_raw.recommender_clicks where request_id = 'q7-0';
"""


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory):
    workshop = Workshop(tmp_path_factory.mktemp("tasks"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ML_MONITOR_DUCKDB_PATH", str(workshop.path))
        patch.setenv("ML_MONITOR_TARGET", "duckdb")
        patch.setenv("ML_MONITOR_SCHEMA", "ml_monitor")
        yield workshop


@pytest.fixture(scope="module")
def first_build(workshop: Workshop) -> Path:
    write_tables(workshop.path, raw_tables())
    workshop.dbt("seed", VARS)
    workshop.dbt("run", VARS)
    return workshop.keep("first_build")


def change(path: Path, statements: str) -> None:
    with duckdb.connect(str(path)) as connection:
        connection.execute(statements)


def dirty(path: Path, log_name: str) -> set[int]:
    rows = query(path, f"select dirty_date from ml_monitor_internal.int_ml_dirty_days where log_name = '{log_name}'")
    return {(day - FIRST_DAY).days for (day,) in rows}


def test_changed_rows_without_a_day_of_their_own(workshop: Workshop, first_build: Path) -> None:
    workshop.start(first_build)
    change(workshop.path, CHANGES)
    workshop.dbt("run", VARS)
    changed = workshop.keep("changed")
    no_day = (date(1900, 1, 1) - FIRST_DAY).days
    # 14: an outcome without a prediction; 15: corrected outcomes of day 7, and those of 14 that are observed on the same day
    assert dirty(changed, "classes") == {7, 9, 10, 11, 12, 13, 14, 15, no_day}
    # 7, 8, 9, 11, 12: the requests; the others: days on which their outcomes were observed
    assert {7, 8, 9, 11, 12} <= dirty(changed, "lists") <= {7, 8, 9, 10, 11, 12, 13, 14, 15}
    for model in ("int_ml_confusion_counted", "int_ml_class_scores_celled", "int_ml_requests_measured", "int_ml_items_not_shown"):
        found = query(changed, f"select count(*) from ml_monitor_internal.{model} where superseded_date is not null")
        assert found[0][0] > 0, model

    fresh = workshop.folder / "raw.duckdb"
    with duckdb.connect(str(fresh)) as connection:
        connection.execute(f"attach '{changed}' as built (read_only); create schema demo_raw")
        for table in RAW_TABLES:
            connection.execute(f"create table demo_raw.{table} as select * from built.demo_raw.{table}")
    workshop.path.unlink()
    shutil.copyfile(fresh, workshop.path)
    workshop.dbt("seed", VARS)
    workshop.dbt("run", VARS)
    assert_same(changed, workshop.keep("fresh"))
