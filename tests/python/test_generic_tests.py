"""The public generic tests: a small project that installs the package, over marts written by hand.

Every test is made to pass and to fail, with the number of violations that the rows below call for, on DuckDB and on
PostgreSQL. The marts are written by hand so that each case is seen at a glance; their columns are held against the
documented ones of the real marts.
"""

from __future__ import annotations

import contextlib
import functools
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import postgres_server
import psycopg2
import pytest
import yaml
from conftest import ROOT, not_run

SCHEMA = "generic_tests"  # of its own: other tests share the PostgreSQL
AUDIT_SCHEMA = f"{SCHEMA}_dbt_test__audit"
INTERNAL_SCHEMA = f"{SCHEMA}_internal"

PUBLIC_TESTS = {
    "drift_below", "metric_within", "no_unseen_categories", "volume_not_anomalous", "null_share_within",
    "score_calibrated_within", "every_expected_check_has_result", "no_failing_checks", "label_coverage_within",
    "rejected_share_within", "model_is_not_silent",
}  # fmt: skip


# --- the marts ------------------------------------------------------------------------------------------------------

VERDICTS = {"pass": "within_thresholds", "warn": "above_warn_threshold", "fail": "above_fail_threshold"}
MEASURED: dict[str, Any] = {
    "slice_key": None, "slice_value": None, "subject": None, "feature_name": None, "baseline_name": "reference",
    "is_complete": True, "metric_value": None, "sample_count": 1000, "reference_value": None, "ci_lower": None,
    "ci_upper": None, "p_value": None, "q_value": None, "warn_threshold": None, "fail_threshold": None,
}  # fmt: skip
TYPES = {
    "window_start": "date", "window_end": "date", "last_predicted_date": "date", "metric_value": "double precision",
    "reference_value": "double precision", "ci_lower": "double precision", "ci_upper": "double precision",
    "p_value": "double precision", "q_value": "double precision", "warn_threshold": "double precision",
    "fail_threshold": "double precision", "significance_level": "double precision", "sample_count": "bigint",
    "min_sample_count": "bigint", "is_complete": "boolean", "is_mature": "boolean", "is_newest_version": "boolean",
    "has_result": "boolean",
}  # fmt: skip


def result(window: tuple[str, date, date], status: str, reason: str | None = None, **columns: Any) -> dict[str, Any]:
    """One row of a mart, for the newest version of the model `shop` unless told."""
    granularity, start, end = window
    return MEASURED | {
        "model_id": "shop", "model_version": "2", "granularity": granularity, "window_start": start, "window_end": end,
        "status": status, "status_reason": reason or VERDICTS[status],
    } | columns  # fmt: skip


def week(number: int) -> tuple[str, date, date]:
    """Week 1 begins on Monday, 2026-01-05. Six are over, the seventh is not."""
    start = date(2026, 1, 5) + timedelta(weeks=number - 1)
    return "week", start, start + timedelta(weeks=1)


def month(number: int) -> tuple[str, date, date]:
    return "month", date(2026, number, 1), date(2026, number + 1, 1)


def day(number: int) -> tuple[str, date, date]:
    start = date(2026, 2, 1) + timedelta(days=number - 1)
    return "day", start, start + timedelta(days=1)


def drift_rows() -> Iterator[dict[str, Any]]:
    def feature(
        name: str, number: int, value: float | None, status: str, reason: str | None = None, **more: Any
    ) -> dict:
        return result(week(number), status, reason, subject="feature", feature_name=name, metric_name="psi",
                      metric_value=value, **({"q_value": 0.001} | more))  # fmt: skip

    for number in range(1, 7):
        yield feature("price", number, 0.02, "pass")
        yield feature("delivery", number, 0.4 if number >= 5 else 0.05, "fail" if number >= 5 else "pass")
        yield feature("stock", number, 0.15 if number == 6 else 0.01, "warn" if number == 6 else "pass")
        yield feature("noisy", number, 0.5, "pass", "not_significant", q_value=0.4)
        yield feature("tiny", number, 0.5, "not_evaluated", "insufficient_data", sample_count=12)
        yield feature("floors", number, 0.3, "not_evaluated", "few_distinct_values", q_value=None, p_value=0.2)
        if number != 6:
            yield feature("late", number, 0.01, "pass")
        for country, status in (("SE", "fail"), ("DE", "pass")):
            value = 0.6 if status == "fail" else 0.01
            yield result(week(number), status, subject="score", feature_name="score", metric_name="psi", q_value=0.0,
                         metric_value=value, slice_key="country", slice_value=country)  # fmt: skip
    yield feature("price", 7, None, "not_evaluated", "incomplete_window", is_complete=False)
    yield feature("delivery", 7, None, "not_evaluated", "incomplete_window", is_complete=False)
    yield feature("price", 6, 0.9, "fail", model_version="1")


def performance_rows() -> Iterator[dict[str, Any]]:
    """January to March are mature (January is the baseline), April and May are not."""
    roc_auc = {1: 0.80, 2: 0.79, 3: 0.70, 4: 0.60, 5: None}
    reasons = {1: "in_baseline", 4: "immature_labels", 5: "no_labels"}
    for number, value in roc_auc.items():
        status = "not_evaluated" if number in reasons else ("fail" if number == 3 else "pass")
        mature: dict[str, Any] = {"is_mature": number <= 3, "sample_count": 1000 if number <= 3 else 40}
        yield result(month(number), status, reasons.get(number), metric_name="roc_auc", metric_value=value,
                     reference_value=0.8, ci_lower=value and value - 0.02, ci_upper=value and value + 0.02,
                     **mature)  # fmt: skip
        yield result(month(number), status, reasons.get(number), metric_name="ece", reference_value=0.02,
                     metric_value=value and (0.09 if number == 3 else 0.02), **mature)  # fmt: skip
        yield result(month(number), "not_evaluated", "no_threshold", metric_name="precision",
                     metric_value=value and 0.9, **mature)  # fmt: skip
        if number <= 3:
            yield result(month(number), "pass", metric_name="roc_auc", metric_value=0.78, slice_key="country",
                         slice_value="SE", **mature)  # fmt: skip
    for number in (4, 5):
        yield result(month(number), "not_evaluated", "immature_labels", metric_name="roc_auc", metric_value=0.9,
                     model_id="young", is_mature=False)  # fmt: skip


def maturity_rows() -> Iterator[dict[str, Any]]:
    """Labels take four weeks; in week 2 a tenth of those that were due never came."""
    coverage = {1: (0.98, 0.98), 2: (0.80, 0.97), 3: (0.70, 0.72), 4: (0.50, 0.5), 5: (0.25, 0.25), 6: (0.02, 0.02)}
    for number, (value, expected) in coverage.items():
        yield result(week(number), "warn" if number == 2 else "pass", metric_name="label_coverage", metric_value=value,
                     reference_value=expected)  # fmt: skip
    yield result(
        week(6), "not_evaluated", "no_baseline", metric_name="label_coverage", metric_value=0.4, model_id="young"
    )


def quality_rows() -> Iterator[dict[str, Any]]:
    for number in range(1, 10):
        sick = number == 8
        for name, share in (("price", 0.0), ("delivery", 0.6 if sick else 0.01)):
            yield result(day(number), "fail" if share > 0.1 else "pass", subject="feature", feature_name=name,
                         metric_name="null_rate", metric_value=share, reference_value=0.01)  # fmt: skip
        yield result(day(number), "pass", subject="feature", feature_name="payment", metric_name="unseen_category_rate",
                     metric_value=0.001 if sick else 0.0)  # fmt: skip
        yield result(day(number), "warn" if sick else "pass", metric_name="row_count",
                     metric_value=300 if sick else 1000, reference_value=1000)  # fmt: skip
        yield result(day(number), "pass", metric_name="rejected_row_rate", metric_value=0.005 if sick else 0.0)
    yield result(day(9), "not_evaluated", "no_baseline", metric_name="row_count", metric_value=5, model_id="young")
    lifetime = ("lifetime", date(2026, 1, 1), date(2026, 2, 10))
    yield result(lifetime, "pass", metric_name="days_since_last_prediction", metric_value=2, is_complete=False)
    yield result(lifetime, "fail", metric_name="days_since_last_prediction", metric_value=30, model_id="young")


def check_rows() -> Iterator[dict[str, Any]]:
    """Checks of every area; the oldest verdicts differ from the newest, and one result is missing for `holes`."""

    def check(area: str, window: tuple[str, date, date], status: str, reason: str | None = None, **more: Any) -> dict:
        return result(window, status, reason, area=area, has_result=reason != "missing_result", **more)

    psi = {"subject": "feature", "metric_name": "psi", "metric_value": 0.3}
    yield check("drift", week(4), "fail", feature_name="price", **psi)
    yield check("drift", week(6), "pass", feature_name="price", **psi)
    yield check("drift", week(6), "fail", feature_name="delivery", **psi)
    yield check("drift", week(1), "fail", feature_name="dropped", **psi)  # too old to count
    yield check("drift", week(6), "not_evaluated", "few_distinct_values", feature_name="floors", **psi)
    yield check("drift", week(6), "fail", slice_key="country", slice_value="SE", feature_name="score", **psi)
    yield check("performance", month(1), "pass", metric_name="roc_auc", metric_value=0.8)
    yield check("performance", month(2), "not_evaluated", "immature_labels", metric_name="roc_auc", metric_value=0.6)
    yield check("quality", day(9), "warn", metric_name="row_count", metric_value=300)
    yield check("maturity", week(6), "pass", metric_name="label_coverage", metric_value=0.9)
    yield check("drift", week(6), "not_evaluated", "immature_labels", model_id="young", feature_name="price", **psi)
    yield check("drift", week(6), "pass", model_id="holes", feature_name="price", **psi)
    yield check("drift", week(6), "not_evaluated", "missing_result", model_id="holes", feature_name="stock", **psi)


def model_rows() -> Iterator[dict[str, Any]]:
    versions = (("shop", "1", False), ("shop", "2", True), ("young", "2", True), ("holes", "2", True),
                ("unchecked", "2", True))  # fmt: skip
    for model_id, version, newest in versions:
        yield {"model_id": model_id, "model_version": version, "log_name": "shop_log", "is_newest_version": newest,
               "last_predicted_date": date(2026, 2, 14)}  # fmt: skip


def threshold_rows() -> Iterator[dict[str, Any]]:
    def threshold(metric: str, comparison: str, minimum: int, **more: Any) -> dict[str, Any]:
        return {"model_id": "shop", "metric_name": metric, "subject": None, "feature_name": None, "slice_key": None,
                "slice_value": None, "comparison": comparison, "significance_level": 0.05,
                "min_sample_count": minimum} | more  # fmt: skip

    for feature in ("price", "delivery", "stock", "noisy", "tiny", "floors", "late"):
        yield threshold("psi", "value", 50, subject="feature", feature_name=feature)
    yield threshold("roc_auc", "reference_drop", 100)
    yield threshold("ece", "reference_rise", 500)
    yield threshold("label_coverage", "expected_shortfall", 50)


MARTS = {
    "dim_ml_models": model_rows, "dim_ml_thresholds": threshold_rows, "fct_ml_drift": drift_rows,
    "fct_ml_performance": performance_rows, "fct_ml_label_maturity": maturity_rows,
    "fct_ml_data_quality": quality_rows, "fct_ml_checks": check_rows,
}  # fmt: skip


# --- the cases ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Case:
    """A use of a test, and how many violations it has over the marts above."""

    test: str
    violations: int
    arguments: Mapping[str, Any]
    reason: str | None = None  # status_reason of the violations
    column: str | None = None  # the column of the source that the test hangs under

    @property
    def name(self) -> str:
        parts = [f"{key}_{value}" for key, value in self.arguments.items()] + [self.column or ""]
        words = "".join(c if c.isalnum() else "_" for c in "_".join([self.test, *parts])).lower()
        return f"case_{CASES.index(self)}_{words}"[:60].rstrip("_")


def case(test: str, violations: int, reason: str | None = None, column: str | None = None, **arguments: Any) -> Case:
    return Case(test, violations, {"model_id": "shop"} | arguments, reason, column)


CASES: Sequence[Case] = (
    # a limit of the user's own
    case("drift_below", 0, feature_name="price", max=0.1),
    case("drift_below", 2, "outside_limit", feature_name="delivery", max=0.25),
    case("drift_below", 1, "outside_limit", feature_name="delivery", max=0.25, last_windows=1),
    case("drift_below", 0, feature_name="delivery", max=0.41),
    case("drift_below", 2, "outside_limit", column="delivery", max=0.25),
    case("drift_below", 0, feature_name="noisy", max=0.25),
    case("drift_below", 4, "outside_limit", feature_name="noisy", max=0.25, significant_only=False),
    case("drift_below", 4, "outside_limit", feature_name="floors", max=0.25, significant_only=False),
    case("drift_below", 0, feature_name="tiny", max=0.25),
    case("drift_below", 4, "insufficient_data", feature_name="tiny", max=0.25, require_verdict=True),
    case("drift_below", 4, "outside_limit", feature_name="tiny", max=0.25, min_sample_count=10),
    case("drift_below", 1, "outside_limit", model_version="1", feature_name="price", max=0.25),
    # the thresholds of the policy
    case("drift_below", 0, feature_name="price"),
    case("drift_below", 2, "above_fail_threshold"),
    case("drift_below", 3, include_warnings=True),
    case("drift_below", 4, "few_distinct_values", feature_name="floors", require_verdict=True),
    case("drift_below", 0, feature_name="floors", require_verdict=True, accepted_reasons=["few_distinct_values"]),
    case("drift_below", 6, "above_fail_threshold", subject="score", slice_key="country", last_windows=8),
    case("drift_below", 0, subject="score", slice_key="country", slice_value="DE"),
    # nothing to look at is no pass
    case("drift_below", 1, "missing_result", model_id="shp"),
    case("drift_below", 1, "missing_result", feature_name="it's"),
    case("drift_below", 1, "missing_result", feature_name="late"),
    case("drift_below", 1, "missing_result", granularity="month"),
    case("drift_below", 1, "missing_result", subject="score", slice_key="country", slice_value="NO"),

    case("metric_within", 0, metric="roc_auc", min=0.69),
    case("metric_within", 1, "outside_limit", metric="roc_auc", min=0.71),
    case("metric_within", 0, metric="roc_auc", min=0.71, significant_only=True),
    case("metric_within", 1, "outside_limit", metric="roc_auc", min=0.73, significant_only=True),
    case("metric_within", 2, "outside_limit", metric="roc_auc", max=0.75),
    case("metric_within", 1, "outside_limit", metric="roc_auc", min=0.75, last_windows=1),
    case("metric_within", 1, "above_fail_threshold", metric="roc_auc"),
    case("metric_within", 2, metric="roc_auc", require_verdict=True),
    case("metric_within", 1, "above_fail_threshold", metric="roc_auc", require_verdict=True,
         accepted_reasons=["in_baseline"]),
    case("metric_within", 2, metric="roc_auc", min=0.1, mature_only=False, require_verdict=True,
         min_sample_count=10),
    case("metric_within", 0, metric="roc_auc", min=0.65, mature_only=False, min_sample_count=10),
    case("metric_within", 0, metric="precision", min=0.8, require_verdict=True),
    case("metric_within", 0, metric="precision"),
    case("metric_within", 3, "no_threshold", metric="precision", require_verdict=True),
    case("metric_within", 0, metric="roc_auc", min=0.7, slice_key="country", slice_value="SE", last_windows=5),
    case("metric_within", 0, model_id="young", metric="roc_auc", min=0.95),
    case("metric_within", 1, "no_window_to_judge", model_id="young", metric="roc_auc", min=0.5, require_verdict=True),
    case("metric_within", 1, "missing_result", metric="auc"),

    case("score_calibrated_within", 0, max_error=0.1),
    case("score_calibrated_within", 1, "outside_limit", max_error=0.05),
    case("score_calibrated_within", 1, "above_fail_threshold"),
    case("score_calibrated_within", 1, "missing_result", metric="mce"),

    case("null_share_within", 0, feature_name="price", max=0.1),
    case("null_share_within", 1, "outside_limit", max=0.1),
    case("null_share_within", 1, "outside_limit", column="delivery", max=0.1),
    case("null_share_within", 1, "above_fail_threshold"),
    case("null_share_within", 0, last_windows=1),
    case("null_share_within", 1, "missing_result", feature_name="payment"),

    case("no_unseen_categories", 1, "outside_limit"),
    case("no_unseen_categories", 0, max_share=0.01),
    case("no_unseen_categories", 0, max_share=None),
    case("no_unseen_categories", 1, "missing_result", column="price"),

    case("volume_not_anomalous", 0),
    case("volume_not_anomalous", 1, "above_warn_threshold", include_warnings=True),
    case("volume_not_anomalous", 1, "outside_limit", min_ratio=0.5, max_ratio=2),
    case("volume_not_anomalous", 0, min_ratio=0.3, max_ratio=2),
    case("volume_not_anomalous", 6, "outside_limit", max_ratio=0.5),
    case("volume_not_anomalous", 0, model_id="young"),
    case("volume_not_anomalous", 1, "no_baseline", model_id="young", min_ratio=0.5, require_verdict=True),

    case("rejected_share_within", 0),
    case("rejected_share_within", 1, "outside_limit", max=0.001),
    case("rejected_share_within", 1, "missing_result", granularity="trailing_7d"),

    case("label_coverage_within", 0, last_windows=6),
    case("label_coverage_within", 1, "above_warn_threshold", last_windows=6, include_warnings=True),
    case("label_coverage_within", 6, "outside_limit", min=0.99, last_windows=6),
    case("label_coverage_within", 1, "outside_limit", min=0.9, due_after_days=28),
    case("label_coverage_within", 0, min=0.75, due_after_days=28),
    case("label_coverage_within", 1, "outside_limit", max_shortfall=0.1, last_windows=6),
    case("label_coverage_within", 0, max_shortfall=0.2, last_windows=6),
    case("label_coverage_within", 1, "no_window_to_judge", min=0.9, due_after_days=99, require_verdict=True),
    case("label_coverage_within", 0, model_id="young", max_shortfall=0.1),
    case("label_coverage_within", 1, "no_baseline", model_id="young", max_shortfall=0.1, require_verdict=True),

    case("model_is_not_silent", 0),
    case("model_is_not_silent", 1, "outside_limit", max_days=1),
    case("model_is_not_silent", 1, "above_fail_threshold", model_id="young"),
    case("model_is_not_silent", 0, model_id="young", max_days=40),
    case("model_is_not_silent", 1, "missing_result", model_id="holes"),

    case("no_failing_checks", 1, "above_fail_threshold"),
    case("no_failing_checks", 0, area="performance"),
    case("no_failing_checks", 0, area="quality"),
    case("no_failing_checks", 1, "above_warn_threshold", area="quality", include_warnings=True),
    case("no_failing_checks", 2, "above_fail_threshold", include_slices=True),
    case("no_failing_checks", 3, area="drift", require_verdict=True),
    case("no_failing_checks", 2, area="drift", require_verdict=True, accepted_reasons=["few_distinct_values"]),
    case("no_failing_checks", 1, "missing_result", model_id="young"),
    case("no_failing_checks", 1, "missing_result", model_id="shp"),
    case("no_failing_checks", 1, "missing_result", model_id="holes", area="performance"),

    case("every_expected_check_has_result", 0, model_id="young"),
    case("every_expected_check_has_result", 1, "missing_result", model_id="holes"),
    case("every_expected_check_has_result", 1, "no_check", model_id="unchecked"),
    case("every_expected_check_has_result", 1, "no_prediction", model_id="shp"),
    # all models: the hole, the two versions without a check, and the log that nobody filled
    case("every_expected_check_has_result", 4, model_id=None),
)  # fmt: skip


# --- the project that installs the package --------------------------------------------------------------------------

RAW = {"shop_log": "raw.shop_predictions", "empty_log": "raw.empty_predictions"}


def write_project(folder: Path, outputs: Mapping[str, Any]) -> None:
    (folder / "models").mkdir()
    hung = [(None, case_) for case_ in CASES if case_.column is None] + [(c.column, c) for c in CASES if c.column]
    entries: dict[str | None, list[Any]] = {}
    for column, case_ in hung:
        entry = {"name": case_.name, "arguments": dict(case_.arguments), "config": {"store_failures": True}}
        entries.setdefault(column, []).append({f"ml_monitor.{case_.test}": entry})
    source = {"name": "shop_predictions", "data_tests": entries[None] + [
        # without a name of its own, to see what dbt makes of it
        {"ml_monitor.every_expected_check_has_result": {"arguments": {"model_id": "young"}}},
        {"ml_monitor.drift_below": {"arguments": {"model_id": "shop", "feature_name": "price", "slice_key": "country",
                                                  "slice_value": "SE", "last_windows": 100, "require_verdict": True}}},
    ], "columns": [{"name": c, "data_tests": t} for c, t in entries.items() if c]}  # fmt: skip
    tables = [source, {"name": "empty_predictions"}]
    files = {
        "dbt_project.yml": {
            "name": "shop", "version": "1.0.0", "profile": "shop", "model-paths": ["models"],
            "flags": {"send_anonymous_usage_stats": False},
            "vars": {"ml_monitor": {"prediction_logs": [
                {"name": name, "task": "regression", "model_id": name, "predictions": {"relation": relation}}
                for name, relation in RAW.items()
            ]}},
        },
        "packages.yml": {"packages": [{"local": str(ROOT)}]},
        "profiles.yml": {"shop": {"target": "duckdb", "outputs": dict(outputs)}},
        "models/_sources.yml": {"version": 2, "sources": [{"name": "raw", "tables": tables}]},
    }  # fmt: skip
    for name, content in files.items():
        (folder / name).write_text(yaml.safe_dump(content, sort_keys=False))


def start_dbt(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    environment = {**os.environ, "DBT_PROFILES_DIR": str(folder), "DBT_PARTIAL_PARSE": "false", "NO_COLOR": "1"}
    command = [sys.executable, "-c", "from dbt.cli.main import cli; cli()", *arguments, "--project-dir", str(folder)]
    return subprocess.Popen(
        command, cwd=folder, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )


def create_statements() -> Iterator[tuple[str, list[tuple[Any, ...]]]]:
    for schema in (SCHEMA, INTERNAL_SCHEMA):
        yield f"create schema if not exists {schema}", []
    for mart, rows_of in MARTS.items():
        rows = list(rows_of())
        columns = list(dict.fromkeys(column for row in rows for column in row))
        typed = ", ".join(f"{column} {TYPES.get(column, 'text')}" for column in columns)
        yield f"create table {SCHEMA}.{mart} ({typed})", []
        marks = ", ".join(["?"] * len(columns))
        yield f"insert into {SCHEMA}.{mart} values ({marks})", [tuple(row.get(c) for c in columns) for row in rows]
    yield (
        f"create table {INTERNAL_SCHEMA}.int_ml_logs as select 'shop_log' as log_name union all select 'empty_log'",
        [],
    )


class Engine:
    """A warehouse with the marts in it, and what the run of the cases left there."""

    def __init__(self, name: str, project: Path, output: Mapping[str, Any]) -> None:
        self.name, self.project, self.output = name, project, output
        self._fill()
        self._target = project / f"target_{name}"
        self._run = start_dbt(
            project, "test", "--select", "package:shop", "--target", name, "--target-path", str(self._target),
            "--log-path", str(self._target),
        )  # fmt: skip

    def finished(self) -> Engine:
        """Wait for the run of the cases and read what it left."""
        said, _ = self._run.communicate(timeout=600)
        assert (self._target / "run_results.json").is_file(), said
        found = json.loads((self._target / "run_results.json").read_text())["results"]
        self.results = {result_["unique_id"].split(".")[2]: result_ for result_ in found}
        self.nodes = json.loads((self._target / "manifest.json").read_text())["nodes"]
        return self

    def connect(self) -> Any:
        if self.name == "duckdb":
            return duckdb.connect(self.output["path"])
        keys = ("host", "port", "user", "password", "dbname")
        connection = psycopg2.connect(**{key: self.output[key] for key in keys})
        connection.autocommit = True
        return connection

    def _fill(self) -> None:
        connection = self.connect()
        cursor = connection.cursor()
        for schema in (AUDIT_SCHEMA, SCHEMA, INTERNAL_SCHEMA):
            cursor.execute(f"drop schema if exists {schema} cascade")
        for statement, rows in create_statements():
            if not rows:
                cursor.execute(statement)
            for row in rows:
                cursor.execute(statement if self.name == "duckdb" else statement.replace("?", "%s"), row)
        connection.close()

    def failures(self, case_: Case) -> list[dict[str, Any]]:
        """The violating rows that dbt stored for a case."""
        cursor = self._reader.cursor()
        cursor.execute(f'select * from {AUDIT_SCHEMA}."{case_.name}"')
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    @functools.cached_property
    def _reader(self) -> Any:
        return self.connect()


@pytest.fixture(scope="module")
def engines(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Engine]:
    """The project with the package installed, and a run of its tests on each engine there is, side by side."""
    folder = tmp_path_factory.mktemp("shop")
    outputs: dict[str, Any] = {
        "duckdb": {"type": "duckdb", "path": str(folder / "shop.duckdb"), "schema": SCHEMA, "threads": 1},
    }
    with contextlib.suppress(postgres_server.NoPostgres):
        outputs["postgres"] = {"type": "postgres", "schema": SCHEMA, "threads": 1, **postgres_server.start()}
    write_project(folder, outputs)
    install = start_dbt(folder, "deps")
    said, _ = install.communicate(timeout=300)
    assert install.returncode == 0, said
    return {name: Engine(name, folder, output) for name, output in outputs.items()}


@pytest.fixture(scope="module", params=["duckdb", "postgres"])
def engine(request: pytest.FixtureRequest, engines: Mapping[str, Engine]) -> Engine:
    if request.param not in engines:
        not_run("no PostgreSQL for the generic tests")
    return engines[request.param].finished()


def test_every_public_test_passes_and_fails() -> None:
    assert {case_.test for case_ in CASES} == PUBLIC_TESTS
    assert {case_.test for case_ in CASES if case_.violations} == PUBLIC_TESTS
    assert {case_.test for case_ in CASES if not case_.violations} == PUBLIC_TESTS
    assert len({case_.name for case_ in CASES}) == len(CASES)


def test_violations(engine: Engine) -> None:
    wrong = []
    for case_ in CASES:
        found = engine.results[case_.name]
        expected = "fail" if case_.violations else "pass"
        if (found["status"], found["failures"]) != (expected, case_.violations):
            wrong.append(
                f"{case_.name}: {found['status']} {found['failures']}, not {case_.violations}: {found['message']}"
            )
    assert not wrong, "\n".join(wrong)


def test_rows_explain_themselves(engine: Engine) -> None:
    for case_ in CASES:
        if not case_.violations:
            continue
        rows = engine.failures(case_)
        assert len(rows) == case_.violations
        for row in rows:
            assert row["numerator"] == case_.violations
            assert row["denominator"] >= row["numerator"]
            assert row["explanation"] and "None" not in row["explanation"], case_.name
            if case_.reason:
                assert row["status_reason"] == case_.reason, case_.name


def test_an_explanation_names_value_limit_and_window(engine: Engine) -> None:
    (row,) = engine.failures(case("drift_below", 1, "outside_limit", feature_name="delivery", max=0.25, last_windows=1))
    assert row["explanation"] == (
        "psi of delivery in the week of 2026-02-09 is 0.400 (1000 rows); the limit is at most 0.25"
    )
    assert (row["model_version"], str(row["window_start"]), row["metric_value"]) == ("2", "2026-02-09", 0.4)


def test_generated_names_fit(engine: Engine) -> None:
    """PostgreSQL cuts a name at 63 characters; dbt shortens with a hash, so that two tests never meet."""
    tests = [
        node for node in engine.nodes.values() if node["resource_type"] == "test" and node["package_name"] == "shop"
    ]
    aliases = [node["alias"] for node in tests]
    assert len(tests) == len(CASES) + 2
    assert max(map(len, aliases)) <= 63
    assert len(set(aliases)) == len(aliases)
    assert sum(len(node["name"]) > 63 for node in tests) > 0  # one was long enough to be shortened


def test_the_marts_above_have_the_columns_of_the_real_ones(engine: Engine) -> None:
    for mart, rows_of in MARTS.items():
        documented = set(engine.nodes[f"model.ml_monitor.{mart}"]["columns"])
        used = {column for row in rows_of() for column in row} - _columns_only_some_have(mart)
        assert used <= documented, f"{mart}: {sorted(used - documented)}"


def _columns_only_some_have(mart: str) -> set[str]:
    """Columns that every row here carries for convenience, though this mart has none such and no test reads them."""
    without_subject = {"subject", "feature_name"} if mart in ("fct_ml_performance", "fct_ml_label_maturity") else set()
    return without_subject | (
        {"baseline_name", "is_complete", "ci_lower", "ci_upper"} if mart == "fct_ml_checks" else set()
    )


def test_every_argument_is_documented() -> None:
    documented = yaml.safe_load((ROOT / "macros/tests/_tests__macros.yml").read_text())["macros"]
    described = {macro["name"].removeprefix("test_"): macro for macro in documented}
    assert set(described) >= PUBLIC_TESTS
    for name in PUBLIC_TESTS:
        text = (ROOT / f"macros/tests/{name}.sql").read_text()
        signature = text.split("{% test ", 1)[1].split("%}", 1)[0]
        arguments = {part.split("=")[0].strip() for part in signature.split("(", 1)[1].rsplit(")", 1)[0].split(",")}
        assert arguments == {argument["name"] for argument in described[name]["arguments"]}, name
        for heading in ("Arguments", "Example", "On failure"):
            assert heading in text.split("#}", 1)[0], f"{name}: no {heading}"
