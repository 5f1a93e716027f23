"""The declaration of prediction logs: each mistake has its message, and `declare` prints what check_declarations accepts.

The package is tested as it is used: installed in another project. That project is parsed once; each case is a dbt command in
this process on that manifest, with variables of its own.
"""

from __future__ import annotations

import copy
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import pytest
import yaml
from dbt.cli.main import dbtRunner

REPOSITORY = Path(__file__).resolve().parents[2]

# Schema store holds the tables of schema shop, and is no dbt source.
TABLES = """
    create schema hotel_cancellations;
    create table hotel_cancellations.raw_predictions as
    select
        'p' || i as prediction_id, 'v1' as model_version, timestamp '2026-01-01' + to_hours(i::int) as predicted_at,
        i / 200.0 as score, i % 2 as predicted_label, i as served_epoch, i % 2 = 0 as is_flagged,
        'web' || i % 3 as channel, i * 1.5 as basket
    from range(200) as numbers(i);
    create table hotel_cancellations.raw_outcomes as
    select prediction_id, cast(predicted_at as varchar) as observed_at, predicted_label as actual, served_epoch as loaded_epoch
    from hotel_cancellations.raw_predictions;
    create table hotel_cancellations.raw_features as
    select
        prediction_id, served_epoch as lead_time, basket as adr, 'meal ' || served_epoch % 4 as meal, is_flagged,
        date '2026-01-01' as arrival_date, 'segment ' || served_epoch % 5 as market_segment,
        case when is_flagged then 'f' else 'm' end as gender, 18 + served_epoch % 70 as age
    from hotel_cancellations.raw_predictions;

    create schema online_retail_demand;
    create table online_retail_demand.raw_predictions as
    select
        prediction_id, model_version, 'demand' as model_id, predicted_at, 300 * score as predicted_value,
        served_epoch as "Shelf Life"
    from hotel_cancellations.raw_predictions;
    create table online_retail_demand.raw_features as
    select query_id, item_id, class_label, class_score
    from (values ('q1', 'i1', 'good', 0.5)) as listed(query_id, item_id, class_label, class_score);
    create table online_retail_demand.late_outcomes as select 1 as one;

    create schema shop;
    create table shop.order_scores as
    select
        'o' || i as "orderId", i % 20 as customer_id, timestamp '2026-01-01' + to_hours(i::int) as scored_at, i / 200.0 as proba,
        case when i % 2 = 0 then 'yes' else 'no' end as prediction, 'v' || i % 2 as version_tag, now() as _loaded_at,
        i * 1.5 as "Basket Value", i % 2 as is_gift, i % 2 = 0 as has_coupon, 'channel ' || i % 3 as "no",
        'comment ' || i as remark, date '2026-01-01' as shipped_on, case when i % 2 = 0 then 'f' else 'm' end as "customerGender",
        18 + i % 70 as age
    from range(200) as numbers(i);
    create table shop.order_results as
    select "orderId", scored_at as known_at, 'no' as is_returned from shop.order_scores;
    create schema store;
    create view store.order_scores as select * from shop.order_scores;
    create view store.order_results as select * from shop.order_results;
"""
SOURCES = """
sources:
  - name: hotel_cancellations
    schema: hotel_cancellations
    tables: [{name: raw_predictions}, {name: raw_outcomes}, {name: raw_features}]
  - name: online_retail_demand
    schema: online_retail_demand
    tables: [{name: raw_predictions}, {name: raw_outcomes}, {name: raw_features}, {name: late_outcomes}]
  - name: shop
    schema: shop
    tables: [{name: order_scores}, {name: order_results}]
"""

HOTEL = {
    "name": "hotel",
    "task": "binary_classification",
    "model_id": "hotel",
    "predictions": {
        "relation": "hotel_cancellations.raw_predictions",
        "columns": {"predicted_label": "predicted_label"},
    },
    "outcomes": {"relation": "hotel_cancellations.raw_outcomes"},
    "features": {
        "relation": "hotel_cancellations.raw_features",
        "numeric": ["lead_time", "ADR"],
        "categorical": ["meal", "is_flagged", "arrival_date"],
    },
    "slices": ["market_segment", ["meal", "market_segment"], "predictions.channel"],
    "protected": ["gender"],
    "label_threshold": 1,
    "exact_row_limit": None,
}
DEMAND = {
    "name": "demand",
    "task": "regression",
    "predictions": {
        "relation": "online_retail_demand.raw_predictions",
        "columns": {"horizon": '"Shelf Life"'},
    },
    "features": {"numeric": ['"shelf life"']},
}


class Outcome(NamedTuple):
    """What a dbt command did: whether it ended well, and what it said."""

    success: bool
    text: str

    def problem_lines(self, log_name: str = "") -> list[str]:
        """Return the lines of the error that name a log, or this log."""
        title = f"prediction log '{log_name}" if log_name else "prediction log "
        return [line for line in self.text.splitlines() if title in line and "problems in" not in line]


class Project:
    """A dbt project that is parsed once. Commands run in this process with variables of their own."""

    def __init__(self, folder: Path, variables: dict[str, Any]) -> None:
        self._places = ["--project-dir", str(folder), "--profiles-dir", str(folder)]
        self._places += ["--target-path", str(folder / "target"), "--log-path", str(folder / "logs")]
        parsed = dbtRunner().invoke(["-q", "parse", "--vars", yaml.safe_dump(variables), *self._places])
        if not parsed.success:
            raise AssertionError(f"{folder} does not parse: {parsed.exception}")
        self._manifest = parsed.result

    def dbt(self, *arguments: str, logs: list[Any] | None = None) -> Outcome:
        """Run a command with the given logs declared (None: the variable ml_monitor is empty)."""
        said: list[str] = []

        def keep(event: Any) -> None:
            if event.info.level != "debug":
                said.append(event.info.msg)

        variables = {"ml_monitor": {} if logs is None else {"prediction_logs": logs}}
        runner = dbtRunner(manifest=self._manifest, callbacks=[keep])
        result = runner.invoke(["-q", *arguments, "--vars", yaml.safe_dump(variables), *self._places])
        return Outcome(result.success, "\n".join(said))

    def check(self, *logs: Any) -> Outcome:
        return self.dbt("run-operation", "ml_monitor.check_declarations", logs=list(logs))

    def declare(self, **arguments: str) -> str:
        """Return what `declare` prints."""
        said: list[str] = []

        def keep_printed(event: Any) -> None:
            if event.info.name == "PrintEvent":
                said.append(event.info.msg)

        runner = dbtRunner(manifest=self._manifest, callbacks=[keep_printed])
        command = ["-q", "run-operation", "ml_monitor.declare", "--args", yaml.safe_dump(arguments)]
        result = runner.invoke([*command, *self._places])
        assert result.success, result.exception
        return "\n".join(said)


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    path = tmp_path_factory.mktemp("declarations") / "warehouse.duckdb"
    with duckdb.connect(str(path), config={"storage_compatibility_version": "v1.4.0"}) as connection:
        connection.execute(TABLES)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ML_MONITOR_DUCKDB_PATH", str(path))
        patch.setenv("ML_MONITOR_TARGET", "duckdb")
        patch.setenv("ML_MONITOR_SCHEMA", "ml_monitor")
        yield path


@pytest.fixture(scope="module")
def project(warehouse: Path) -> Project:
    """A project that has this one installed, and calls the check before each run."""
    folder = warehouse.parent / "consumer"
    (folder / "models").mkdir(parents=True)
    (folder / "dbt_packages").mkdir()
    (folder / "dbt_packages" / "ml_monitor").symlink_to(REPOSITORY)
    settings = {
        "name": "consumer",
        "profile": "ml_monitor",
        "on-run-start": ["{{ ml_monitor.check_declarations() }}"],
        "flags": {"send_anonymous_usage_stats": False},
        "models": {"consumer": {"+materialized": "table"}},
    }
    (folder / "dbt_project.yml").write_text(yaml.safe_dump(settings))
    (folder / "profiles.yml").write_text((REPOSITORY / "profiles.yml").read_text())
    (folder / "models" / "sources.yml").write_text(SOURCES)
    (folder / "models" / "own_scores.sql").write_text("select * from {{ source('shop', 'order_scores') }}")
    return Project(folder, {"ml_monitor": {"prediction_logs": [HOTEL, DEMAND]}})


def changed(log: dict[str, Any], **entries: Any) -> dict[str, Any]:
    """Copy a log with entries replaced: `features__numeric=[...]` is features: numeric:."""
    copied = copy.deepcopy(log)
    for path, value in entries.items():
        *above, last = path.split("__")
        inner = copied
        for key in above:
            inner = inner.setdefault(key, {})
        inner[last] = value
    return copied


def test_a_correct_declaration_passes(project: Project) -> None:
    outcome = project.check(HOTEL, DEMAND)
    assert outcome.success, outcome.text


# What shows without a table: the changed log, and what its one line must say.
WITHOUT_TABLE: dict[str, tuple[dict[str, Any], list[str]]] = {
    "unknown task": (changed(HOTEL, task="binary"), ["unknown task 'binary'", "binary_classification, multiclass"]),
    "unknown entry": (changed(HOTEL, feature={}), ["unknown entry 'feature'", "features, class_scores"]),
    "unknown entry of a table": (changed(HOTEL, outcomes__table="x"), ["outcomes: unknown entry 'table'", "relation, columns"]),
    "no predictions": (changed(HOTEL, predictions=None), ["predictions: relation: is missing"]),
    "predictions without relation": (changed(HOTEL, predictions={}), ["predictions: relation: is missing"]),
    "outcomes without relation": (changed(HOTEL, outcomes={"columns": {}}), ["outcomes: relation: is missing"]),
    "table as text": (changed(HOTEL, outcomes="a.b"), ["outcomes: 'a.b' is not a mapping", "{relation: source.table}"]),
    "three parts": (changed(HOTEL, outcomes__relation="a.b.c"), ["outcomes: relation 'a.b.c'", "source.table"]),
    "unknown canonical name": (
        changed(HOTEL, predictions__columns={"predcited_at": "ts"}),
        ["predictions: columns: unknown name 'predcited_at'; nearest: predicted_at;", "known for binary_classification are model_id"],
    ),
    "canonical name of another task": (
        changed(HOTEL, predictions__columns={"predicted_value": "x"}),
        ["unknown name 'predicted_value'", "known for binary_classification are"],
    ),
    "canonical name of another table": (changed(HOTEL, outcomes__columns={"score": "x"}), ["outcomes: columns: unknown name 'score'"]),
    "columns as list": (changed(HOTEL, outcomes__columns=["actual"]), ["outcomes: columns: is not a mapping"]),
    "columns of in-table features": (
        changed(DEMAND, features__columns={"prediction_id": "x"}),
        ["features: columns: has no effect without relation:"],
    ),
    "feature of both kinds": (changed(HOTEL, features__categorical=["adr"]), ["feature 'adr' is both numeric and categorical"]),
    "feature twice": (changed(HOTEL, features__numeric=["adr", "lead_time", "ADR"]), ["'ADR' stands twice under numeric"]),
    "features as text": (changed(HOTEL, features__numeric="adr"), ["features: numeric: is not a list"]),
    "feature as number": (changed(HOTEL, features__numeric=[3]), ["features: numeric: '3' is not text"]),
    "quote in a column": (changed(HOTEL, features__numeric=["a'b"]), ["features: numeric: a'b has a single quote"]),
    "name that needs quotes": (changed(HOTEL, features__numeric=["a b"]), ["'a b' is not a plain column name", "'\"a b\"'"]),
    "slice of no features table": (changed(DEMAND, slices=["features.x"]), ["slices: 'features.x' names the features table"]),
    "slice of two tables": (changed(HOTEL, slices=[["meal", "predictions.channel"]]), ["'meal, predictions.channel' must come from one"]),
    "slice of an unknown table": (changed(HOTEL, protected=["outcomes.x"]), ["protected: 'outcomes.x'", "predictions or features"]),
    "quote in a slice": (changed(HOTEL, slices=["a'b"]), ["slices: a'b has a single quote"]),
    "slices as text": (changed(HOTEL, slices="meal"), ["slices: is not a list"]),
    "too many slices": (changed(HOTEL, slices=list("abcdefgh")), ["declares 9 slices and protected attributes; at most 8"]),
    "class scores of another task": (
        changed(HOTEL, class_scores={"relation": "online_retail_demand.raw_features"}),
        ["class_scores belongs to multiclass_classification; this log is binary_classification"],
    ),
    "quote in a name": (changed(HOTEL, name="it's"), ["name: it's has a single quote"]),
    "quote in a model id": (changed(HOTEL, model_id="it's"), ["model_id: it's has a single quote"]),
    "backslash in a version": (changed(HOTEL, model_version="a\\"), ["model_version: a\\ has a single quote or a backslash"]),
    "version as number": (changed(HOTEL, model_version=1.10), ["model_version: 1.1 is not text"]),
    "model id twice": (changed(HOTEL, predictions__columns={"model_id": "m"}), ["model_id is given twice"]),
    "threshold as percent": (changed(HOTEL, label_threshold=50), ["label_threshold: '50' is not a number from 0 to 1"]),
    "threshold as text": (changed(HOTEL, label_threshold="0.5"), ["label_threshold: '0.5' is not a number"]),
    "threshold as boolean": (changed(HOTEL, label_threshold=True), ["label_threshold: 'True' is not a number"]),
    "negative row limit": (changed(HOTEL, exact_row_limit=-1), ["exact_row_limit: '-1' is not a whole number"]),
    "fractional row limit": (changed(HOTEL, exact_row_limit=1.5), ["exact_row_limit: '1.5' is not a whole number"]),
    "no category at all": (changed(HOTEL, category_limit=-1), ["category_limit: '-1' is not a whole number from 1"]),
    "unknown baseline": (
        changed(HOTEL, baselines=["reference", "last_year"]), ["baselines: unknown baseline 'last_year'", "same_season"],
    ),
    "baselines as text": (changed(HOTEL, baselines="previous"), ["baselines: 'previous' is not a list"]),
    "correlations as a word": (
        changed(HOTEL, features=HOTEL["features"] | {"correlations": "some"}),
        ["features: correlations: 'some' is not all, none or a list of pairs"],
    ),
    "a correlation of one": (
        changed(HOTEL, features=HOTEL["features"] | {"correlations": [["lead_time", "lead_time"]]}),
        ["is not a pair of two features"],
    ),
    "a correlation of a stranger": (
        changed(HOTEL, features=HOTEL["features"] | {"correlations": [["lead_time", "rooms"]]}),
        ["correlations: 'rooms' is no declared numeric feature"],
    ),
    "a slice of features only": (
        changed(HOTEL, features=HOTEL["features"] | {"slices": ["weather"]}),
        ["features: slices: 'weather' is not among the slices"],
    ),
    "importance of a stranger": (
        changed(HOTEL, features=HOTEL["features"] | {"importances": {"rooms": 1}}),
        ["importances: 'rooms' is no declared feature"],
    ),
    "negative importance": (
        changed(HOTEL, features=HOTEL["features"] | {"importances": {"lead_time": -1}}),
        ["importances: lead_time: '-1' is not a number from 0 on"],
    ),
}

HOTEL_PREDICTIONS = 'predictions: hotel_cancellations.raw_predictions ("warehouse"."hotel_cancellations"."raw_predictions")'
HOTEL_FEATURES = 'features: hotel_cancellations.raw_features ("warehouse"."hotel_cancellations"."raw_features")'
RANKING = {
    "name": "hotel",
    "task": "ranking",
    "model_id": "m",
    "model_version": "1",
    "predictions": {
        "relation": "hotel_cancellations.raw_predictions",
        "columns": {"request_id": "prediction_id", "item_id": "channel", "rank": "served_epoch"},
    },
}

# What shows in the warehouse.
IN_WAREHOUSE: dict[str, tuple[dict[str, Any], list[str]]] = {
    "missing table": (
        changed(DEMAND, outcomes={"relation": "online_retail_demand.raw_outcomes"}),
        [
            "outcomes: online_retail_demand.raw_outcomes is not in the warehouse",
            '"warehouse"."online_retail_demand"."raw_outcomes"',
            "Schema online_retail_demand has late_outcomes",
        ],
    ),
    "missing mapped column": (
        changed(HOTEL, predictions__columns={"score": "scroe"}),
        [HOTEL_PREDICTIONS + " has no column 'scroe', declared for score; nearest: score"],
    ),
    "missing required column": (
        changed(HOTEL, outcomes__relation="hotel_cancellations.raw_features", outcomes__columns={"actual": "is_flagged"}),
        ["outcomes: hotel_cancellations.raw_features", "has no column 'observed_at' (map it", "columns: {observed_at: ...}"],
    ),
    "missing model id": (changed(HOTEL, model_id=None), [HOTEL_PREDICTIONS + " has no column 'model_id'", "(map it where it has another name: columns: {model_id: ...})"]),
    "missing feature": (
        changed(HOTEL, features__numeric=["leadtime"]),
        [HOTEL_FEATURES + " has no column 'leadtime', declared for numeric feature; nearest: lead_time"],
    ),
    "missing in-table feature": (
        changed(DEMAND, features={"categorical": ["lead_time"]}),
        ["predictions: online_retail_demand.raw_predictions", "has no column 'lead_time', declared for categorical feature"],
    ),
    "missing feature and slice": (
        changed(HOTEL, features__categorical=["board"], slices=["board"]),
        [HOTEL_FEATURES + " has no column 'board', declared for categorical feature and slice"],
    ),
    "missing protected attribute": (
        changed(HOTEL, protected=["predictions.gender"]),
        [HOTEL_PREDICTIONS + " has no column 'gender', declared for protected attribute"],
    ),
    "missing key of features": (
        changed(RANKING, features={"relation": "online_retail_demand.raw_features", "categorical": ["class_label"]}),
        ["features: online_retail_demand.raw_features", "has no column 'request_id'", "columns: {request_id: ...}"],
    ),
    "missing class label": (
        changed(
            HOTEL,
            task="multiclass_classification",
            class_scores={
                "relation": "online_retail_demand.raw_features",
                "columns": {"prediction_id": "item_id", "class_label": "clas_label"},
            },
        ),
        ["class_scores: online_retail_demand.raw_features", "has no column 'clas_label', declared for class_label; nearest: class_label"],
    ),
    "text as numeric feature": (
        changed(HOTEL, features__numeric=["market_segment"]),
        [HOTEL_FEATURES + ": column 'market_segment' is varchar: numeric feature needs a number type"],
    ),
    "date as numeric feature": (
        changed(HOTEL, features={"relation": "hotel_cancellations.raw_features", "numeric": ["arrival_date"]}),
        [HOTEL_FEATURES + ": column 'arrival_date' is date: numeric feature"],
    ),
    "boolean as numeric feature": (
        changed(HOTEL, features={"relation": "hotel_cancellations.raw_features", "numeric": ["is_flagged"]}),
        [HOTEL_FEATURES + ": column 'is_flagged' is boolean: numeric feature"],
    ),
    "epoch as predicted_at": (
        changed(HOTEL, predictions__columns={"predicted_at": "served_epoch"}),
        [HOTEL_PREDICTIONS + ": column 'served_epoch' is bigint: predicted_at needs a timestamp"],
    ),
    "epoch as loaded_at": (
        changed(HOTEL, outcomes__columns={"loaded_at": "loaded_epoch"}),
        ["outcomes: hotel_cancellations.raw_outcomes", "column 'loaded_epoch' is bigint: loaded_at needs a timestamp"],
    ),
    "boolean as score": (
        changed(HOTEL, predictions__columns={"score": "is_flagged"}),
        [HOTEL_PREDICTIONS + ": column 'is_flagged' is boolean: score needs a number"],
    ),
    "boolean as regression outcome": (
        changed(
            DEMAND,
            outcomes={
                "relation": "hotel_cancellations.raw_features",
                "columns": {"observed_at": "arrival_date", "actual": "is_flagged"},
            },
        ),
        ["outcomes: hotel_cancellations.raw_features", "column 'is_flagged' is boolean: actual needs a number"],
    ),
}


@pytest.fixture(scope="module")
def answers(project: Project) -> dict[str, Outcome]:
    """The answer to each case: all cases without a table are the logs of one check, those in the warehouse of another."""
    found = {}
    for cases in [WITHOUT_TABLE, IN_WAREHOUSE]:
        outcome = project.check(*(named(log, case) for case, (log, _) in cases.items()))
        found.update(dict.fromkeys(cases, outcome))
    return found


def named(log: dict[str, Any], case: str) -> dict[str, Any]:
    """Name a log after its case, unless the name is what is wrong."""
    return log if log["name"] not in ("hotel", "demand") else changed(log, name=case)


@pytest.mark.parametrize("case", [*WITHOUT_TABLE, *IN_WAREHOUSE])
def test_a_mistake_has_its_message(answers: dict[str, Outcome], case: str) -> None:
    log, expected = (WITHOUT_TABLE | IN_WAREHOUSE)[case]
    assert not answers[case].success
    lines = answers[case].problem_lines(named(log, case)["name"] + "':")
    assert len(lines) == 1, answers[case].text
    for words in expected:
        assert words in lines[0]


def test_all_mistakes_of_all_logs_come_at_once(project: Project) -> None:
    without_table = project.check(changed(HOTEL, task="x", label_threshold=2), HOTEL, {"task": "regression"}, "text")
    assert [re.sub("; known.*", "", line.strip()) for line in without_table.problem_lines()] == [
        "- prediction log 'hotel': unknown task 'x'",
        "- prediction log 'hotel': label_threshold: '2' is not a number from 0 to 1",
        "- prediction log 'hotel': two prediction logs have this name; each needs its own",
        "- prediction log number 3: it has no name",
        "- prediction log number 3: predictions: relation: is missing (a source as source.table, or the name of a model)",
        "- prediction log number 4: it is not a mapping; a log begins with '- name:'",
    ]
    in_warehouse = project.check(
        changed(HOTEL, features__numeric=["one", "meal"], features__categorical=["two"]),
        changed(DEMAND, outcomes={"relation": "online_retail_demand.raw_outcomes"}),
        changed(HOTEL, name="hotel again", features__categorical=["three"]),
    )
    assert "ml_monitor: 5 problems in the declared prediction logs" in in_warehouse.text
    assert len(in_warehouse.problem_lines()) == 5
    assert in_warehouse.text.count("Columns of hotel_cancellations.raw_features: prediction_id, lead_time, adr, meal") == 1


def test_logs_that_are_not_a_list(project: Project) -> None:
    outcome = project.dbt("run-operation", "ml_monitor.check_declarations", logs={"name": "hotel"})  # type: ignore[arg-type]
    assert not outcome.success
    assert "prediction_logs is not a list" in outcome.text


def test_no_log_declared(project: Project) -> None:
    outcome = project.dbt("run-operation", "ml_monitor.check_declarations")
    assert not outcome.success
    for words in ["no prediction log is declared", "vars: ml_monitor: prediction_logs:", "README.md", "ml_monitor.declare"]:
        assert words in outcome.text


def test_a_slice_that_is_also_protected_is_protected(project: Project) -> None:
    """Listing an attribute under both must not lose the protection."""
    both = changed(HOTEL, slices=["meal", "gender"], protected=["gender", "market_segment"])
    shown = project.dbt("compile", "--select", "int_ml_slice_slots", "--no-introspect", "--no-populate-cache", logs=[both])
    flags = re.findall(r"(\d) as slice_slot,\s+'(\w+)' as slice_key,\s+(\w+) as is_protected", shown.text)
    assert flags == [("1", "meal", "false"), ("2", "gender", "true"), ("3", "market_segment", "true")]


def test_a_model_or_seed_is_checked_only_where_it_stands(project: Project, warehouse: Path) -> None:
    log = changed(HOTEL, predictions={"relation": "ml_models"}, features=None, slices=[], protected=[])
    assert project.check(log).success, "a seed that is not built yet must not fail"
    with duckdb.connect(str(warehouse), config={"storage_compatibility_version": "v1.4.0"}) as connection:
        connection.execute("create schema if not exists ml_monitor_internal")
        connection.execute("create table ml_monitor_internal.ml_models as select 'm' as model_id, 'p' as prediction_id")
    outcome = project.check(log)
    with duckdb.connect(str(warehouse), config={"storage_compatibility_version": "v1.4.0"}) as connection:
        connection.execute("drop table ml_monitor_internal.ml_models")
    assert not outcome.success
    missing = re.findall(r"ml_models \(\S+\) has no column '(\w+)'", outcome.text)
    assert missing == ["predicted_at", "score", "model_version"]


def test_declare_prints_what_the_check_accepts(project: Project) -> None:
    printed = project.declare(
        predictions="hotel_cancellations.raw_predictions",
        outcomes="hotel_cancellations.raw_outcomes",
        features="hotel_cancellations.raw_features",
    )
    declared = yaml.safe_load(printed)
    assert "sources" not in declared
    (log,) = declared["vars"]["ml_monitor"]["prediction_logs"]
    assert log == {
        "name": "hotel_cancellations",
        "task": "binary_classification",
        "model_id": "hotel_cancellations",
        "predictions": {
            "relation": "hotel_cancellations.raw_predictions",
            "columns": {"predicted_label": "predicted_label"},
        },
        "outcomes": {"relation": "hotel_cancellations.raw_outcomes"},
        "features": {
            "relation": "hotel_cancellations.raw_features",
            "numeric": ["lead_time", "adr", "age"],
            "categorical": ["meal", "is_flagged", "market_segment"],
        },
        "protected": ["gender"],
    }
    assert "# slices: [meal, is_flagged, market_segment, predictions.channel]" in printed
    assert "# check: age has too many values for a slice" in printed
    outcome = project.check(log)
    assert outcome.success, outcome.text


def test_declare_guesses_the_task(project: Project) -> None:
    def task(**arguments: str) -> str:
        return yaml.safe_load(project.declare(**arguments))["vars"]["ml_monitor"]["prediction_logs"][0]["task"]

    assert task(predictions="online_retail_demand.raw_predictions") == "regression"
    assert task(predictions="shop.order_scores") == "binary_classification"
    assert task(predictions="shop.order_scores", class_scores="online_retail_demand.raw_features") == "multiclass_classification"
    assert task(predictions="shop.order_scores", task="ranking") == "ranking"


def test_declare_says_what_it_cannot_guess(project: Project) -> None:
    printed = project.declare(predictions="online_retail_demand.late_outcomes", task="ranking", name="odd")
    (log,) = yaml.safe_load(printed)["vars"]["ml_monitor"]["prediction_logs"]
    wanted = ["request_id", "item_id", "predicted_at", "rank"]
    assert log["predictions"]["columns"] == dict.fromkeys(wanted, "FIXME")
    assert "FIXME  # check: no column looks like it; there are one" in printed


@pytest.fixture(scope="module")
def printed(project: Project) -> str:
    """What `declare` prints for the tables of schema store, with the other schema's name: so it is what SOURCES holds."""
    text = project.declare(predictions="store.order_scores", outcomes="store.order_results", name="returns")
    return text.replace("store", "shop")


def test_declare_of_tables_that_are_no_sources(project: Project, printed: str) -> None:
    declared = yaml.safe_load(printed)
    assert declared["sources"] == yaml.safe_load(SOURCES)["sources"][2:]
    (log,) = declared["vars"]["ml_monitor"]["prediction_logs"]
    assert log == {
        "name": "returns",
        "task": "binary_classification",
        "model_id": "returns",
        "predictions": {
            "relation": "shop.order_scores",
            "columns": {
                "model_version": "version_tag",
                "prediction_id": "orderId",
                "predicted_at": "scored_at",
                "score": "proba",
                "loaded_at": "_loaded_at",
            },
        },
        "outcomes": {
            "relation": "shop.order_results",
            "columns": {"prediction_id": "orderId", "observed_at": "known_at", "actual": "is_returned"},
        },
        "features": {"numeric": ['"Basket Value"', "age"], "categorical": ["is_gift", "has_coupon", "no"]},
        "protected": ["customerGender"],
    }
    for line in printed.splitlines():
        if re.match(r" +(model_version|prediction_id|predicted_at|score|loaded_at|observed_at|actual): ", line):
            assert "# check" in line or line.endswith("loaded_at: loaded_at"), line
    for words in [
        "task: binary_classification  # check: proba runs from 0 to 0.995",
        "# check: prediction is left out; its values are not 0/1 or true/false",
        "# left out as keys: customer_id",
        "# left out as text with many values: remark",
        "# left out as times: shipped_on",
    ]:
        assert words in printed
    outcome = project.check(log)
    assert outcome.success, outcome.text


def test_the_hook_stops_a_run_before_it_builds(project: Project, printed: str, warehouse: Path) -> None:
    (log,) = yaml.safe_load(printed)["vars"]["ml_monitor"]["prediction_logs"]
    without_logs = project.dbt("run", "--select", "own_scores")
    assert without_logs.success, "a project's own models must build before a log is declared: " + without_logs.text

    stopped = project.dbt("run", "--select", "int_ml_logs", logs=[changed(log, predictions__columns={"score": "pd"})])
    assert not stopped.success
    assert "has no column 'pd', declared for score" in stopped.text
    with duckdb.connect(str(warehouse), config={"storage_compatibility_version": "v1.4.0"}) as connection:
        assert connection.execute("select count(*) from duckdb_tables() where table_name = 'int_ml_logs'").fetchone() == (0,)

    passed = project.dbt("run", "--select", "int_ml_logs", logs=[log])
    assert passed.success, passed.text


def test_a_model_that_the_run_builds_is_not_checked(project: Project, printed: str) -> None:
    """Its columns may be about to change: a check would forbid the run that adds a column."""
    (log,) = yaml.safe_load(printed)["vars"]["ml_monitor"]["prediction_logs"]
    on_a_model = changed(log, predictions__relation="own_scores", slices=["not_built_yet"])
    assert project.dbt("run", "--select", "own_scores").success
    assert "has no column 'not_built_yet'" in project.dbt("run", "--select", "int_ml_logs", logs=[on_a_model]).text
    both = project.dbt("run", "--select", "own_scores", "int_ml_logs", logs=[on_a_model])
    assert both.success, both.text


if __name__ == "__main__":
    sys.exit(pytest.main([__file__, *sys.argv[1:]]))
