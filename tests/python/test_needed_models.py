"""Models that nothing declared needs are not built (macros/config/needed_models.sql); every mart is, empty where it must be."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from conftest import ROOT
from generated_warehouse import build_marts, write_tables
from macro_renderer import MacroRenderer

RAW = "hotel_cancellations"
VARS = {
    "ml_monitor": {
        "as_of": "2026-02-01",
        "prediction_logs": [{
            "name": "plain",
            "task": "binary_classification",
            "predictions": {"relation": f"{RAW}.raw_predictions"},
            "outcomes": {"relation": f"{RAW}.raw_outcomes"},
        }],
    },
}  # fmt: skip
MART_PREFIXES = ("fct_", "dim_", "rpt_")


def models_for() -> dict[str, list[str]]:
    return MacroRenderer("duckdb").macro("models_for")()


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse of one binary log, with the mart of classes alone."""
    path = tmp_path_factory.mktemp("needed") / "needed.duckdb"
    moment = datetime(2026, 1, 5, 9)
    write_tables(path, {
        f"{RAW}.raw_predictions": pa.table({
            "prediction_id": ["a"], "model_id": ["m"], "model_version": ["1"], "predicted_at": [moment], "score": [0.5],
        }),
        f"{RAW}.raw_outcomes": pa.table({"prediction_id": ["a"], "observed_at": [moment], "actual": [1]}),
    })  # fmt: skip
    build_marts(path, VARS, "fct_ml_class_metrics")
    return path


@pytest.fixture(scope="module")
def manifest(warehouse: Path) -> dict[str, Any]:
    return json.loads((warehouse.parent / "target" / "manifest.json").read_text())


def enabled_models(manifest: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {node["name"]: node for node in manifest["nodes"].values() if node["resource_type"] == "model"}


def test_what_is_not_needed_is_not_there(manifest: dict[str, Any]) -> None:
    """Of one binary log without weights: the models of other tasks and of sample weights, and no others."""
    left_out = {name for models in models_for().values() for name in models}
    everything = {path.stem for path in (ROOT / "models").rglob("*.sql")}
    assert left_out < everything
    assert not [name for name in left_out if name.startswith(MART_PREFIXES)]
    assert enabled_models(manifest).keys() == everything - left_out


def test_unit_tests_read_models_that_are_there(manifest: dict[str, Any]) -> None:
    """A user's own `dbt build` runs them."""
    there = enabled_models(manifest).keys() | {node["name"] for node in manifest["nodes"].values()}
    absent = {
        (test["name"], given["input"])
        for test in manifest["unit_tests"].values()
        for given in test["given"]
        if given["input"].startswith("ref(") and given["input"].split("'")[1] not in there
    }
    assert manifest["unit_tests"]
    assert absent == set()


def test_a_mart_without_its_models_is_empty(warehouse: Path, manifest: dict[str, Any]) -> None:
    contract = enabled_models(manifest)["fct_ml_class_metrics"]["columns"]
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        assert connection.execute("select count(*) from ml_monitor.fct_ml_class_metrics").fetchone() == (0,)
        rows = connection.execute(
            "select column_name from duckdb_columns() where table_name = 'fct_ml_class_metrics' order by column_index"
        ).fetchall()
    assert [name for (name,) in rows] == list(contract)


def test_what_needs_a_model() -> None:
    needs = {
        "regression": {"task": "regression"},
        "ranking": {"task": "ranking"},
        "multiclass_classification": {"task": "binary_classification", "class_scores": {"relation": "a.b"}},
        "sample_weight": {"task": "regression", "predictions": {"columns": {"sample_weight": "w"}}},
    }  # fmt: skip
    for need, log in needs.items():
        renderer = MacroRenderer("duckdb", variables={"ml_monitor": {"prediction_logs": [log]}})
        declared = {other for other in models_for() if renderer.macro("is_declared")(other)}
        assert declared == {need, log["task"]} & models_for().keys(), log
    of_each_row = {"task": "regression", "predictions": {"columns": {"task": "kind"}}}
    renderer = MacroRenderer("duckdb", variables={"ml_monitor": {"prediction_logs": [of_each_row]}})
    assert all(renderer.macro("is_declared")(need) for need in models_for())
    weighted_ranking = {"task": "ranking", "predictions": {"columns": {"sample_weight": "w"}}}
    renderer = MacroRenderer("duckdb", variables={"ml_monitor": {"prediction_logs": [weighted_ranking]}})
    assert not renderer.macro("is_declared")("sample_weight")
