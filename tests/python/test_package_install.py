"""ml_monitor installed as a package: a consumer project of its own, made here, with its own tables, names and policy.

The consumer declares one log whose columns all have other names, whose outcomes come from one of its own models, and whose
owner stands in its own seed. It has models and a seed with the everyday names a package could get in the way of.
"""

from __future__ import annotations

import json
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pytest
import yaml

sys.path.insert(0, str(Path(__file__).resolve().parent))
from conftest import ROOT, run_command  # noqa: E402

DAY_COUNT, ORDERS_A_DAY = 42, 40
ORDER_COUNT = DAY_COUNT * ORDERS_A_DAY
CONSUMER_MODELS = ("order_outcomes", "models", "thresholds", "predictions", "dim_models", "fct_performance")

PROJECT: dict[str, Any] = {
    "name": "shop",
    "version": "1.0.0",
    "config-version": 2,
    "profile": "shop",
    "flags": {"send_anonymous_usage_stats": False},
    "models": {"ml_monitor": {"+schema": "monitoring"}},
    "vars": {
        "ml_monitor": {
            "as_of": "2026-03-01",
            "policy": {"models": "my_models"},
            "prediction_logs": [
                {
                    "name": "returns",
                    "task": "binary_classification",
                    "model_id": "returns_propensity",
                    "predictions": {
                        "relation": "shop_raw.scored_orders",
                        "columns": {
                            "model_version": "release",
                            "prediction_id": "order_no",
                            "predicted_at": "scored_at",
                            "score": "p_return",
                            "loaded_at": "etl_at",
                        },
                    },
                    "outcomes": {
                        "relation": "order_outcomes",  # the consumer's own model
                        "columns": {"prediction_id": "order_no", "observed_at": "closed_at", "actual": "was_returned"},
                    },
                    "features": {"numeric": ["basket_value"], "categorical": ["payment_method"]},
                    "slices": ["country"],
                    "protected": ["age_band"],
                }
            ],
        }
    },
}
SOURCES = {
    "version": 2,
    "sources": [{"name": "shop_raw", "schema": "shop_raw", "tables": [{"name": "scored_orders"}, {"name": "returns"}]}],
}


def load_orders(path: Path) -> None:
    """Write the raw tables of the shop: scored orders, and their returns 14 days later."""
    random = np.random.default_rng(7)
    score = random.beta(2, 4, ORDER_COUNT)
    scored_at = [datetime(2026, 1, 1, 9) + timedelta(days=row // ORDERS_A_DAY) for row in range(ORDER_COUNT)]
    orders = pa.table({
        "order_no": pa.array(range(ORDER_COUNT), pa.int64()),
        "release": pa.array(["r1"] * ORDER_COUNT),
        "scored_at": pa.array(scored_at, pa.timestamp("us")),
        "etl_at": pa.array([moment + timedelta(hours=3) for moment in scored_at], pa.timestamp("us")),
        "p_return": pa.array(score),
        "basket_value": pa.array(random.gamma(2, 30, ORDER_COUNT)),
        "payment_method": pa.array(random.choice(["card", "invoice"], ORDER_COUNT)),
        "country": pa.array(random.choice(["DE", "FR", "SE"], ORDER_COUNT)),
        "age_band": pa.array(random.choice(["18-29", "30-49", "50+"], ORDER_COUNT)),
    })  # fmt: skip
    returns = pa.table({
        "order_no": orders["order_no"],
        "closed_on": pa.array([moment + timedelta(days=14) for moment in scored_at], pa.timestamp("us")),
        "is_returned": pa.array(random.random(ORDER_COUNT) < score),
    })  # fmt: skip
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema shop_raw")
        connection.register("incoming_orders", orders)
        connection.register("incoming_returns", returns)
        connection.execute("create table shop_raw.scored_orders as select * from incoming_orders")
        connection.execute("create table shop_raw.returns as select * from incoming_returns")


def write_project(folder: Path, path: Path) -> None:
    """Write the consumer project into an empty folder."""
    output = {"type": "duckdb", "path": str(path), "schema": "analytics", "threads": 2}
    models = {
        "order_outcomes": (
            "select order_no, closed_on as closed_at, cast(is_returned as int) as was_returned "
            "from {{ source('shop_raw', 'returns') }}"
        ),
    } | {name: "select 1 as shop_column" for name in CONSUMER_MODELS[1:]}
    files = {
        "dbt_project.yml": yaml.safe_dump(PROJECT),
        "packages.yml": yaml.safe_dump({"packages": [{"local": str(ROOT)}]}),
        "profiles.yml": yaml.safe_dump({"shop": {"target": "dev", "outputs": {"dev": output}}}),
        "models/sources.yml": yaml.safe_dump(SOURCES),
        "seeds/my_models.csv": (
            "model_id,model_version,model_name,owner,tier,purpose,deployed_at,retired_at\n"
            "returns_propensity,,Returns,the shop's own team,high,Plans the returns desk,2026-01-01,\n"
        ),
        "seeds/metrics.csv": "shop_metric\nrevenue\n",
    } | {f"models/{name}.sql": text + "\n" for name, text in models.items()}
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


@pytest.fixture(scope="module")
def consumer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the consumer project after `dbt deps` and `dbt build`; the warehouse is shop.duckdb in it."""
    folder = tmp_path_factory.mktemp("consumer")
    load_orders(folder / "shop.duckdb")
    write_project(folder, folder / "shop.duckdb")
    dbt = str(Path(sys.executable).with_name("dbt"))
    for command in ("deps", "build"):
        places = ["--project-dir", str(folder), "--profiles-dir", str(folder), "--log-path", str(folder / "logs")]
        run_command([dbt, "--no-use-colors", command, *places])
    return folder


@pytest.fixture(scope="module")
def manifest(consumer: Path) -> dict[str, Any]:
    return json.loads((consumer / "target" / "manifest.json").read_text())


def rows_of(consumer: Path, query: str) -> list[tuple]:
    with duckdb.connect(str(consumer / "shop.duckdb"), read_only=True) as connection:
        return connection.execute(query).fetchall()


def test_every_public_mart_is_there(consumer: Path, manifest: dict[str, Any]) -> None:
    marts = {
        node["name"]
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model" and node["package_name"] == "ml_monitor" and node["fqn"][1] == "marts"
    }
    found = {name for (name,) in rows_of(
        consumer, "select table_name from information_schema.tables where table_schema = 'analytics_monitoring'"
    )}  # fmt: skip
    assert len(marts) >= 12
    assert marts <= found


def test_the_marts_hold_the_consumers_rows(consumer: Path) -> None:
    assert rows_of(
        consumer,
        "select model_id, model_version, count(*), count(observed_at), min(prediction_id), min(predicted_at) "
        "from analytics_monitoring.fct_ml_predictions group by model_id, model_version",
    ) == [("returns_propensity", "r1", ORDER_COUNT, ORDER_COUNT, "0", datetime(2026, 1, 1, 9))]
    assert rows_of(consumer, "select count(*) from analytics_monitoring.fct_ml_rejected_rows") == [(0,)]
    for mart, column, expected in (
        ("fct_ml_drift", "feature_name", {"basket_value", "payment_method"}),
        ("fct_ml_performance", "slice_key", {None, "country", "age_band"}),
        ("rpt_ml_model_health", "model_id", {"returns_propensity"}),
    ):
        found = {value for (value,) in rows_of(consumer, f"select distinct {column} from analytics_monitoring.{mart}")}
        assert expected <= found, mart


def test_the_consumers_policy_counts(consumer: Path) -> None:
    assert rows_of(consumer, "select distinct owner, tier from analytics_monitoring.dim_ml_models") == [
        ("the shop's own team", "high")
    ]


def test_demo_and_samples_are_absent(consumer: Path, manifest: dict[str, Any]) -> None:
    assert {source["source_name"] for source in manifest["sources"].values()} == {"shop_raw"}
    names = [node["name"] for node in manifest["nodes"].values() if node["package_name"] == "ml_monitor"]
    strangers = [name for name in names if any(word in name for word in ("demo", "sample", "bench"))]
    # `annotation_sample` is a mart, not data of ours
    assert [name for name in strangers if "annotation_sample" not in name] == []
    schemas = {name for (name,) in rows_of(consumer, "select distinct schema_name from information_schema.schemata")}
    assert not schemas & {"demo_raw", "bench_raw", "hotel_cancellations", "online_retail_demand"}


def test_names_do_not_collide(consumer: Path, manifest: dict[str, Any]) -> None:
    ours, theirs = set(), set()
    for node in manifest["nodes"].values():
        if node["resource_type"] in ("model", "seed", "snapshot"):
            (ours if node["package_name"] == "ml_monitor" else theirs).add(node["name"])
    assert theirs == {*CONSUMER_MODELS, "my_models", "metrics"}
    assert [name for name in ours if "ml_" not in name] == []
    # The package defines no macro that would replace one of dbt's in the consumer's project.
    macros = {
        macro["name"].split("__", 1)[-1]
        for macro in manifest["macros"].values()
        if macro["package_name"] == "ml_monitor"
    }
    assert not macros & {"generate_schema_name", "generate_alias_name", "generate_database_name", "ref", "source"}
    for name in CONSUMER_MODELS[1:]:
        assert rows_of(consumer, f"select shop_column from analytics.{name}") == [(1,)]
