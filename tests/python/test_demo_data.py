"""The simulated retailer: the same rows each time, every injected fault visible, every declared column there."""

from __future__ import annotations

import csv
import hashlib
import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow as pa
import pytest
import yaml

REPOSITORY = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPOSITORY))

from scripts.demo import quarantine  # noqa: E402
from scripts.demo.common import SEED  # noqa: E402
from scripts.demo.generate import SCHEMA, build_tables  # noqa: E402
from scripts.demo.incidents import INCIDENTS, KINDS  # noqa: E402
from scripts.demo.reviews import review_tables  # noqa: E402
from scripts.lib.warehouse import WarehouseError, load_tables  # noqa: E402
from scripts.sample.load import main as load_sample  # noqa: E402

LOGS = yaml.safe_load((REPOSITORY / "scripts/demo/prediction_logs.yml").read_text())["prediction_logs"]
SEEDS = REPOSITORY / "seeds" / "demo"


def content_hash(table: pa.Table) -> str:
    """Hash of schema and rows, in order."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table.combine_chunks())
    return hashlib.sha256(sink.getvalue()).hexdigest()


def read_seed(name: str) -> list[dict[str, str]]:
    with (SEEDS / f"{name}.csv").open(newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def tables() -> dict[str, pa.Table]:
    return build_tables()


@pytest.fixture(scope="module")
def warehouse(tables: dict[str, pa.Table], tmp_path_factory: pytest.TempPathFactory) -> Iterator:
    """The demo loaded into a DuckDB file of its own, opened for reading with schema demo_raw as the default."""
    path = tmp_path_factory.mktemp("demo") / "demo.duckdb"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ML_MONITOR_DUCKDB_PATH", str(path))
        load_tables(tables, schema=SCHEMA, target="duckdb")
    connection = duckdb.connect(str(path), read_only=True)
    connection.execute(f"set schema = '{SCHEMA}'")
    yield connection
    connection.close()


def one(warehouse: duckdb.DuckDBPyConnection, query: str, *parameters: object) -> tuple:
    return warehouse.execute(query, parameters).fetchone()


def test_two_runs_write_the_same_rows(tables: dict[str, pa.Table]) -> None:
    again = build_tables()
    assert {name: content_hash(t) for name, t in again.items()} == {name: content_hash(t) for name, t in tables.items()}
    other = review_tables(SEED + 1)["review_predictions"]
    assert content_hash(other) != content_hash(tables["review_predictions"])


def test_the_warehouse_holds_what_was_simulated(warehouse: duckdb.DuckDBPyConnection, tables: dict) -> None:
    for name, table in tables.items():
        assert one(warehouse, f"select count(*) from {name}") == (table.num_rows,)
    types = warehouse.execute(
        "select distinct data_type from information_schema.columns "
        "where table_schema = ? and data_type ilike 'timestamp%'",
        [SCHEMA],
    ).fetchall()
    assert types == [("TIMESTAMP",)]
    assert one(warehouse, "select is_simulated, seed from about") == (True, SEED)
    nulls, nans = one(
        warehouse,
        "select count(*) filter (where past_return_rate is null), count(*) filter (where isnan(past_return_rate)) "
        "from returns_predictions",
    )
    assert nulls > 10_000 and nans == 0


def test_prediction_rows_and_time_span(warehouse: duckdb.DuckDBPyConnection) -> None:
    relations = [(log["predictions"]["relation"], log["predictions"].get("columns", {})) for log in LOGS]
    total = 0
    for relation, columns in relations:
        at = columns.get("predicted_at", "predicted_at")
        rows, first, last = one(
            warehouse,
            f"select count(*), min({at})::date::text, max({at}) filter (where {at} < '2027-01-01')::date::text "
            f"from {relation}",
        )
        assert (first, last) == ("2025-01-01", "2026-06-30"), relation
        total += rows
    assert 600_000 <= total <= 800_000


# One measure for each incident: on the days of the incident its value must lie within the first bounds, on all other
# days of the same model (and version, where the incident has one) within the second.
_OUTCOMES = "returns_outcomes join returns_predictions using (prediction_id)"
_CREDIT = "credit_scores join credit_performance using (application_id) join credit_applications using (application_id)"
_DEMAND = "demand_predictions join demand_outcomes using (prediction_id) join demand_features using (prediction_id)"
_REVIEWS = "review_predictions join review_outcomes using (prediction_id)"
_ITEMS = "recommender_impressions join recommender_clicks using (request_id, item_id)"
_NORTH = "filter (where store_region = 'north')"
_WAPE_NORTH = f"sum(abs(predicted_value - actual)) {_NORTH} / sum(actual) {_NORTH}"
# From ranks; scores have practically no ties.
_AUC = "(avg(position) filter (where actual = 1) - avg(position) filter (where actual = 0)) / count(*) + 0.5"
EVIDENCE: dict[str, tuple[str, str, str, tuple[float, float], tuple[float, float]]] = {
    # incident: relation, timestamp, measure, bounds on its days, bounds on all others
    "returns_null_flood": ("returns_predictions", "predicted_at", "avg((delivery_days is null)::int)", (0.55, 0.65),
                           (0, 0)),
    "returns_missing_day": ("returns_predictions", "predicted_at", "count(*)", (0, 0), (100_000, 1e9)),
    "returns_covariate_shift": ("returns_predictions", "predicted_at", "avg((sales_channel = 'marketplace')::int)",
                                (0.32, 0.39), (0.13, 0.15)),
    "returns_renamed_category": ("returns_predictions", "predicted_at", "avg((payment_method = 'sepa_transfer')::int)",
                                 (0.10, 0.14), (0, 0)),
    "returns_duplicated_load": ("returns_predictions", "predicted_at", "count(*) / count(distinct prediction_id)",
                                (2, 2), (1, 1.001)),
    "returns_concept_drift": (_OUTCOMES, "predicted_at", _AUC, (0.60, 0.68), (0.75, 0.81)),
    "returns_one_slice": ("returns_predictions", "predicted_at",
                          "avg((past_return_rate is null)::int) filter (where country = 'SE')", (1, 1), (0.10, 0.14)),
    "returns_slow_ramp": ("returns_predictions", "predicted_at", "avg(delivery_days)", (4.3, 5.0), (3.6, 3.9)),
    "demand_unit_change": ("demand_features join demand_predictions using (prediction_id)", "predicted_at",
                           "median(price)", (1500, 3000), (15, 30)),
    "demand_one_slice": (_DEMAND, "predicted_at", _WAPE_NORTH, (0.44, 0.54), (0.23, 0.27)),
    "demand_duplicated_load": ("demand_predictions", "predicted_at", "count(*) / count(distinct prediction_id)",
                               (2, 2), (1, 1)),
    "demand_missing_day": ("demand_predictions", "predicted_at", "count(*)", (0, 0), (80_000, 1e9)),
    "reviews_null_flood": ("review_predictions", "predicted_at", "avg((language is null)::int)", (0.35, 0.45), (0, 0)),
    "reviews_label_shift": (_REVIEWS, "predicted_at", "avg((actual = 'negative')::int)", (0.36, 0.48), (0.18, 0.22)),
    "reviews_renamed_category": ("review_predictions", "predicted_at", "avg((language = 'de-DE')::int)", (0.4, 0.5),
                                 (0, 0)),
    "recommender_slow_ramp": ("recommender_impressions", "served_at", "avg(item_age_days)", (90, 110), (65, 85)),
    "recommender_missing_day": ("recommender_impressions", "served_at", "count(*)", (0, 0), (100_000, 1e9)),
    "recommender_bad_rollout": (_ITEMS, "served_at", "avg(actual) filter (where item_rank <= 3)", (0.06, 0.13),
                                (0.14, 0.22)),
    "credit_miscalibration": (_CREDIT, "scored_at", "sum(pd) / sum(is_default)", (0.4, 0.6), (0.95, 1.15)),
    "credit_null_flood": ("credit_applications join credit_scores using (application_id)", "scored_at",
                          "avg((prior_delinquencies is null)::int)", (0.65, 0.75), (0, 0)),
    "credit_covariate_shift": ("credit_applications join credit_scores using (application_id)", "scored_at",
                               "median(income)", (1500, 2050), (2150, 2450)),
}  # fmt: skip


def test_every_kind_of_incident_is_injected_and_enough_are_open() -> None:
    assert {incident.kind for incident in INCIDENTS.values()} == set(KINDS)
    assert set(EVIDENCE) == set(INCIDENTS)
    open_models = {i.model_id for i in INCIDENTS.values() if i.ended_on is None}
    assert sum(i.ended_on is None for i in INCIDENTS.values()) >= 3
    assert not open_models & {"demand_forecast", "review_sentiment"}


@pytest.mark.parametrize("incident_id", EVIDENCE)
def test_incident_is_visible_in_the_raw_rows(warehouse: duckdb.DuckDBPyConnection, incident_id: str) -> None:
    relation, at, measure, inside, outside = EVIDENCE[incident_id]
    incident = INCIDENTS[incident_id]
    version = "version_tag" if "credit" in relation else "model_version"
    # Outcomes of the last months are not complete, and late ones depend on the class: leave those months out.
    mature = "and predicted_at < '2026-05-01' and actual in (0, 1) and score <= 1" if relation == _OUTCOMES else ""
    mature += " and scored_at < '2026-02-01'" if relation == _CREDIT else ""
    position = ", rank() over (order by score) as position" if measure == _AUC else ""
    found = []
    for affected in (True, False):
        query = f"""
            select {measure} from (
                select *{position} from {relation}
                where ({at}::date between $first and $last) = {affected} and {at} < '2027-01-01'
                    and coalesce({version} = $version, true) {mature}
            )"""
        parameters = {"first": incident.started_on, "last": incident.ended_on or "2026-06-30"}
        parameters["version"] = incident.model_version
        found.append(warehouse.execute(query, parameters).fetchone()[0])
    assert inside[0] <= found[0] <= inside[1], (incident_id, found)
    assert outside[0] <= found[1] <= outside[1], (incident_id, found)


def test_auc_and_calibration_hold_outside_incidents(warehouse: duckdb.DuckDBPyConnection) -> None:
    rows = warehouse.execute(
        f"""
        with scored as (
            select 'returns' as model, model_version as version, score, actual, predicted_at
            from {_OUTCOMES} where score <= 1 and actual in (0, 1) and predicted_at < '2026-03-01'
            union all
            select 'credit', version_tag, pd, is_default, scored_at from {_CREDIT}
            where scored_at < '2026-01-30' and scored_at not between '2025-06-02' and '2025-07-28'
        ),
        ranked as (
            select *, rank() over (partition by model, version, date_trunc('quarter', predicted_at) order by score)
                as position
            from scored
        )
        select model, version, date_trunc('quarter', predicted_at)::date::text as quarter, count(*) as n,
            {_AUC} as auc, avg(score) as mean_score, avg(actual) as base_rate
        from ranked group by 1, 2, 3 having count(*) > 2000
        """
    ).fetchall()
    assert len(rows) >= 10
    for model, version, quarter, _, auc, mean_score, base_rate in rows:
        assert 0.72 <= auc <= 0.85, (model, version, quarter, auc)
        assert abs(mean_score - base_rate) < 0.012, (model, version, quarter, mean_score, base_rate)


def test_each_kind_of_bad_row_is_there(warehouse: duckdb.DuckDBPyConnection) -> None:
    counts = one(
        warehouse,
        """
        with first_seen as (
            select prediction_id, min(predicted_at) as predicted_at, count(distinct score) as scores,
                count(distinct order_id) as orders
            from returns_predictions where prediction_id is not null group by prediction_id
        ),
        outcomes as (
            select o.*, p.prediction_id is null as is_orphan, o.observed_at < p.predicted_at as is_early,
                count(*) over (partition by o.prediction_id) as statements
            from returns_outcomes as o left join first_seen as p on o.prediction_id = p.prediction_id
        )
        select
            (select count(*) from returns_predictions where prediction_id is null),
            (select count(*) from returns_predictions where predicted_at is null),
            (select count(*) from returns_predictions where score > 1 and not isnan(score)),
            (select count(*) from returns_predictions where isnan(score)),
            (select count(*) from returns_predictions where predicted_at >= '2027-01-01'),
            (select count(*) from first_seen where scores = 2 and orders = 1),
            (select count(*) from outcomes where is_orphan),
            (select count(*) from outcomes where is_early),
            (select count(distinct prediction_id) from outcomes where statements = 2),
            (select count(*) from outcomes where actual = 2)
        """,
    )
    predictions = one(warehouse, "select count(*) from returns_predictions")[0]
    assert dict(zip(quarantine.KINDS, counts, strict=True)) == dict.fromkeys(
        quarantine.KINDS, round(predictions / quarantine.ONE_IN)
    )


CANONICAL = {
    "binary_classification": ({"prediction_id", "score"}, {"prediction_id", "observed_at", "actual"}),
    "multiclass_classification": ({"prediction_id", "predicted_label"}, {"prediction_id", "observed_at", "actual"}),
    "regression": ({"prediction_id", "predicted_value"}, {"prediction_id", "observed_at", "actual"}),
    "ranking": ({"request_id", "item_id", "rank", "score"}, {"request_id", "item_id", "observed_at", "actual"}),
}


@pytest.mark.parametrize("log", LOGS, ids=lambda log: log["name"])
def test_declared_columns_exist(log: dict, tables: dict[str, pa.Table]) -> None:
    def columns_of(relation: str) -> set[str]:
        schema, name = relation.split(".")
        assert schema == SCHEMA
        return set(tables[name].column_names)

    def assert_mapped(part: str, required: set[str]) -> None:
        mapping = log[part].get("columns", {})
        wanted = {mapping.get(name, name) for name in required} | set(mapping.values())
        assert wanted <= columns_of(log[part]["relation"]), part

    required, required_outcomes = CANONICAL[log["task"]]
    assert_mapped("predictions", required | {"model_version", "predicted_at"})
    assert_mapped("outcomes", required_outcomes)
    relation = log["features"].get("relation", log["predictions"]["relation"])
    named = log["features"]["numeric"] + log["features"]["categorical"] + log["slices"] + log.get("protected", [])
    assert set(named) <= columns_of(relation)
    if log["task"] == "multiclass_classification":
        assert {"prediction_id", "class_label", "class_score"} <= columns_of(log["class_scores"]["relation"])
    # An optional column that is there must be declared, else the marts would not know of it.
    optional = {"loaded_at", "prediction_lower", "prediction_upper", "horizon", "experiment_arm", "pairing_id"}
    present = optional & columns_of(log["predictions"]["relation"])
    assert present <= set(log["predictions"].get("columns", {}).values())


def test_policy_seeds_fit_the_logs(warehouse: duckdb.DuckDBPyConnection) -> None:
    models = {(row["model_id"], row["model_version"]) for row in read_seed("ml_demo_models")}
    assert {model for model, _ in models} == {log["model_id"] for log in LOGS}
    baselines = {(row["model_id"], row["model_version"]): row for row in read_seed("ml_demo_baselines")}
    for log in LOGS:
        version = log["predictions"].get("columns", {}).get("model_version", "model_version")
        relation = log["predictions"]["relation"]
        for (found,) in warehouse.execute(f"select distinct {version} from {relation}").fetchall():
            assert {(log["model_id"], found), (log["model_id"], "")} & models
            baseline = baselines[log["model_id"], found]
            for incident in INCIDENTS.values():  # a reference window must be healthy
                if incident.model_id == log["model_id"] and incident.model_version in (None, found):
                    ended = incident.ended_on or "9999-12-31"
                    overlap = incident.started_on < baseline["window_end"] and ended >= baseline["window_start"]
                    assert not overlap, (incident.incident_id, baseline)


def test_a_failed_load_leaves_the_former_tables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ML_MONITOR_DUCKDB_PATH", str(tmp_path / "small.duckdb"))
    frame = pd.DataFrame({"amount": [1.5, float("nan")], "seen_at": pd.to_datetime(["2025-01-01 00:00+02:00"] * 2)})
    assert load_tables({"first_rows": frame}, schema="small", target="duckdb") == {"first_rows": 2}
    with pytest.raises(WarehouseError):  # an amount must be a column once: the second table cannot be made
        twice = pa.table([pa.array([1]), pa.array([2])], names=["amount", "amount"])
        load_tables({"first_rows": pa.table({"amount": [9.0]}), "second_rows": twice}, schema="small", target="duckdb")
    with duckdb.connect(str(tmp_path / "small.duckdb"), read_only=True) as connection:
        rows = connection.execute("select amount, seen_at::text from small.small.first_rows").fetchall()
    assert rows == [(1.5, "2024-12-31 22:00:00"), (None, "2024-12-31 22:00:00")]


def test_sample_loader_names_the_variable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    monkeypatch.setenv("ML_MONITOR_SAMPLE_DATA", str(tmp_path))
    assert load_sample(["--target", "duckdb"]) == 2
    assert "ML_MONITOR_SAMPLE_DATA" in capsys.readouterr().err
