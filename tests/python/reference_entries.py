"""What each number of the sample sets' reference.json is compared with.

`load` gives one `Entry` for every number that a peer library computed on the sample data. Its disposition is
exactly one of
  covered         its readings say which row of which mart must equal which number
  not_yet         a mart of DESIGN.md 3 that is not there yet will hold it; the reason names the mart
  peers_own       the library bins or defines it in a way of its own, which no mart repeats; the reason says which
An id that no rule knows is an error: a new number cannot go unseen. When a new mart comes, change the rule of its ids
from not_yet to readings and raise the floors in test_reference.py.
"""

from __future__ import annotations

import json
import math
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import yaml
from scipy import stats
from scipy.spatial import distance

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
sys.path.insert(0, str(Path(__file__).resolve().parent))
from macro_renderer import MacroRenderer  # noqa: E402

from scripts.false_alarms.rules import matched_p_values  # noqa: E402
from scripts.sample.load import REPOSITORY, SAMPLE_SETS  # noqa: E402

COVERED, NOT_YET, PEERS_OWN = "covered", "not_yet", "peers_own"
DATASETS = SAMPLE_SETS
PSI_FLOOR = 1e-4
Z_95 = 1.959963984540054
_KOLMOGOROV_SF = MacroRenderer("duckdb").render("{{ ml_monitor.kolmogorov_sf('z') }}")

# The reference's word for a metric where ours is another.
METRIC_NAMES = {
    "matthews_corrcoef": "mcc",
    "mape_nonzero": "mape",
    "pinball_0.1": "pinball_10",
    "pinball_0.5": "pinball_50",
    "pinball_0.9": "pinball_90",
    "ece_uniform10": "ece",
    "mce_uniform10": "mce",
    "cohen_kappa_label_vs_actual": "cohen_kappa",
}
CONFUSION_NAMES = {
    "tp": "true_positive_count",
    "fp": "false_positive_count",
    "fn": "false_negative_count",
    "tn": "true_negative_count",
}
# Metrics of one group that equal a sliced metric of fct_ml_performance.
GROUP_METRIC_NAMES = {"tpr": "recall", "tnr": "specificity", "precision": "precision", "accuracy": "accuracy"}
BINARY_METRICS = {
    "accuracy", "average_precision", "balanced_accuracy", "base_rate", "brier", "cohen_kappa", "f1", "ks_separation",
    "log_loss", "mcc", "mean_score", "precision", "recall", "roc_auc",
}  # fmt: skip
REGRESSION_METRICS = {
    "bias", "explained_variance", "mae", "mape", "max_error", "median_ae", "mse", "pinball_10", "pinball_50", "pinball_90",
    "r2", "rmse", "rmsle", "wape",
}  # fmt: skip

# The reference's word for a drift measure, and ours; those over bins, and those of the finite values.
BIN_METRICS = {
    "psi_decile": "psi", "psi_category": "psi", "js_distance_decile": "js_distance", "js_distance": "js_distance",
    "js_divergence_decile": "js_divergence", "js_divergence": "js_divergence", "tvd": "total_variation",
    "l_infinity": "l_infinity", "chi2": "chi_squared", "chi2_default": "chi_squared",
}  # fmt: skip
VALUE_METRICS = {
    "ks_stat": "ks", "ks_p_asymp": "ks", "ks_p_kolmogorov_limit": "ks", "wasserstein": "wasserstein",
    "wasserstein_over_baseline_std": "wasserstein_normalized", "mean_shift": "mean_change", "welch_t": "mean_change",
}  # fmt: skip


NANNYML_COUNTS = {
    "tp": "true_positive_count", "fp": "false_positive_count", "fn": "false_negative_count", "tn": "true_negative_count",
}  # fmt: skip


@dataclass(frozen=True)
class Window:
    """A window of a model version. The lifetime and the reference window are one a version: they have no start here."""

    granularity: str
    start: date | None


@dataclass(frozen=True)
class Reading:
    """One number of a mart: the row's key, which number of the row (a method of Marts), and what it must be.

    expected is None where the number must be null by the metric's null rule and the library says 0.
    """

    mart: str
    key: tuple[Any, ...]
    how: str
    expected: float | None


@dataclass(frozen=True)
class Entry:
    """A number (or a record of several) of reference.json and what becomes of it."""

    dataset: str
    entry_id: str
    disposition: str
    group: str = ""
    readings: tuple[Reading, ...] = ()
    reason: str = ""


def load(dataset: str, folder: Path) -> list[Entry]:
    """Read a set's reference.json below the folder of the sample sets. Raises ValueError for an id that no rule knows."""
    raw = json.loads((folder / dataset / "reference.json").read_text())["entries"]
    return list(_Rules(dataset, raw).entries())


class _Rules:
    """The rules for one data set; siblings of an entry give what its own record leaves out (counts, nulls)."""

    def __init__(self, dataset: str, raw: Sequence[Mapping[str, Any]]) -> None:
        self.dataset = dataset
        self.raw = raw
        self.values = {entry["id"]: entry["value"] for entry in raw}
        self.nulls: dict[str, int] = self.values["data_quality/nulls"]

    def entries(self) -> Iterator[Entry]:
        for entry in self.raw:
            identifier, value = entry["id"], entry["value"]
            if identifier == "data_quality/nulls":
                yield self.null_counts(identifier, value)
            elif identifier.startswith("evidently/"):
                yield self.peers_own(identifier, "Evidently bins reference and current together")
            elif found := re.fullmatch(r"nannyml/v(\d)/monthly/(\w+)/\w+/(\d{4}-\d\d)(?:/(\w+))?", identifier):
                yield self.nannyml(identifier, value, *found.groups())
            elif found := re.fullmatch(r"v(\d)/(all|baseline|[\d-]+)/(.+)", identifier):
                version, window, rest = found.groups()
                yield self.measured(entry, version, _window(window), rest)
            else:
                raise ValueError(f"{self.dataset}: no rule for reference entry {identifier}")

    def measured(self, entry: Mapping[str, Any], version: str, window: Window, rest: str) -> Entry:
        identifier, value = entry["id"], entry["value"]
        if found := re.fullmatch(r"performance/([\w.]+)", rest):
            return self.performance(identifier, value, version, window, found[1], None, None)
        if found := re.fullmatch(r"segment/(\w+)/([^/]+)/([\w.]+)", rest):
            return self.performance(identifier, value, version, window, found[3], found[1], found[2])
        if rest in METRIC_NAMES:
            return self.covered(identifier, f"calibration error, {_kind(window)}", [
                self.performance_reading(version, window, METRIC_NAMES[rest], value)
            ])  # fmt: skip
        if found := re.fullmatch(r"drift/(\w+)/(\w+)", rest):
            return self.drift(entry, version, window, *found.groups())
        if found := re.fullmatch(r"fairness/(\w+)/(.+)", rest):
            return self.fairness(identifier, value, version, window, *found.groups())
        if found := re.fullmatch(r"calibration_(uniform|quantile)10", rest):
            return self.calibration_curve(identifier, value, version, window, found[1])
        if rest == "reliability_table_uniform10":
            return self.reliability_table(identifier, value, version, window)
        if found := re.fullmatch(r"asof_([\d-]+)/(?:performance/)?(\w+)", rest):
            return self.as_known(identifier, value, version, window, date.fromisoformat(found[1]), found[2])
        if rest == "label_delay_days":
            key = (self.dataset, version, *_window_key(window))
            return self.covered(identifier, "label delays", [
                Reading("fct_ml_label_maturity", key, f"delay_{name}", number) for name, number in value.items()
            ])  # fmt: skip
        raise ValueError(f"{self.dataset}: no rule for reference entry {identifier}")

    def performance(
        self, identifier: str, value: Any, version: str, window: Window, name: str, slice_key: str | None, slice_value: str | None
    ) -> Entry:
        metric = METRIC_NAMES.get(name, name)
        group = f"performance, {'slices, ' if slice_key else ''}{_kind(window)}"
        if name == "confusion":
            return self.covered(identifier, group, [
                self.performance_reading(version, window, ours, value[theirs], slice_key, slice_value)
                for theirs, ours in CONFUSION_NAMES.items()
            ])  # fmt: skip
        if name == "mape_sklearn":
            return self.peers_own(identifier, "divides by 2.2e-16 where the actual is 0; ours leaves such rows out")
        if metric not in BINARY_METRICS | REGRESSION_METRICS:
            raise ValueError(f"{self.dataset}: no rule for reference entry {identifier}")
        counts = self.values.get(identifier.rpartition("/")[0] + "/confusion")
        expected = None if counts and _is_undefined(metric, counts) else value
        return self.covered(identifier, group, [
            self.performance_reading(version, window, metric, expected, slice_key, slice_value)
        ])  # fmt: skip

    def calibration_curve(self, identifier: str, value: Any, version: str, window: Window, binning: str) -> Entry:
        """frac_pos and mean_pred of the bins that have rows, from low scores to high ones."""
        key = (self.dataset, version, *_window_key(window), binning)
        readings = [Reading("fct_ml_calibration", (*key, 1), "bin_count", len(value["frac_pos"]))]
        for position, (rate, score) in enumerate(zip(value["frac_pos"], value["mean_pred"], strict=True), start=1):
            readings.append(Reading("fct_ml_calibration", (*key, position), "observed_rate", rate))
            readings.append(Reading("fct_ml_calibration", (*key, position), "mean_score", score))
        return self.covered(identifier, f"calibration, {binning}, {_kind(window)}", readings)

    def reliability_table(self, identifier: str, value: Any, version: str, window: Window) -> Entry:
        key = (self.dataset, version, *_window_key(window), "uniform")
        names = {"lo": "bin_lower", "hi": "bin_upper", "n": "bin_size", "mean_score": "mean_score", "rate": "observed_rate"}
        readings = []
        for position, row in enumerate(value, start=1):
            readings.append(Reading("fct_ml_calibration", (*key, position), "bin_number", row["bin"] + 1))
            readings += [
                Reading("fct_ml_calibration", (*key, position), ours, row[theirs]) for theirs, ours in names.items()
            ]
        return self.covered(identifier, f"reliability table, {_kind(window)}", readings)

    def as_known(self, identifier: str, value: Any, version: str, window: Window, known_at: date, name: str) -> Entry:
        """What was knowable before a date; the current value beside it must be that of fct_ml_performance."""
        key = (self.dataset, version, *_window_key(window), known_at)
        if name == "label_coverage":
            readings = [Reading("fct_ml_performance_as_known", (*key, "roc_auc"), "label_coverage", value)]
        elif name == "confusion":
            readings = [
                Reading("fct_ml_performance_as_known", (*key, ours), "metric_value", value[theirs])
                for theirs, ours in CONFUSION_NAMES.items()
            ]
        elif METRIC_NAMES.get(name, name) in BINARY_METRICS:
            metric = METRIC_NAMES.get(name, name)
            readings = [Reading("fct_ml_performance_as_known", (*key, metric), "metric_value", value)]
            final = self.values[f"v{version}/{window.start:%Y-%m}/performance/{name}"]
            readings.append(Reading("fct_ml_performance_as_known", (*key, metric), "current_value", final))
        else:
            raise ValueError(f"{self.dataset}: no rule for reference entry {identifier}")
        return self.covered(identifier, "performance, as known", readings)

    def drift(self, entry: Mapping[str, Any], version: str, window: Window, feature: str, name: str) -> Entry:
        identifier, value = entry["id"], entry["value"]
        subject = {"score": "score", "predicted_label": "prediction", "predicted_value": "prediction"}.get(feature, "feature")
        key = (self.dataset, version, *_window_key(window), subject, feature)
        if name in VALUE_METRICS:
            return self.covered(identifier, f"drift, {name}", self.value_readings((*key, VALUE_METRICS[name]), name, value))
        if name not in BIN_METRICS:
            raise ValueError(f"{self.dataset}: no rule for reference entry {identifier}")
        if name == "chi2_default" and value["dof"] == 1:
            return self.peers_own(identifier, "scipy's default corrects a table of two categories (Yates); ours does not")
        metric = BIN_METRICS[name]
        number = value["stat"] if metric == "chi_squared" else value
        # The reference drops nulls and ours counts them: compare with the bins re-added without them.
        recorded = [entry["window"].get(f"nulls_{side}") for side in ("baseline", "current")]
        null_count = sum(recorded) if None not in recorded else self.nulls.get(feature, 0)
        if null_count:
            return self.covered(identifier, "drift, nulls left out", [
                Reading("fct_ml_drift_bins", key, f"{metric}_without_nulls", number)
            ])  # fmt: skip
        readings = [Reading("fct_ml_drift", (*key, metric), "metric_value", number)]
        if metric == "chi_squared":
            readings.append(Reading("fct_ml_drift", (*key, metric), "p_value", value["p"]))
        return self.covered(identifier, f"drift, {name}", readings)

    @staticmethod
    def value_readings(key: tuple[Any, ...], name: str, value: Any) -> list[Reading]:
        if name == "mean_shift":
            return [
                Reading("fct_ml_drift", key, "reference_value", value[0]),
                Reading("fct_ml_drift", key, "changed_value", value[1]),
            ]
        if name == "welch_t":
            return [
                Reading("fct_ml_drift", key, "welch_t", value["t"]),
                Reading("fct_ml_drift", key, "p_value", value["p"]),
            ]
        how = {"ks_p_asymp": "p_value", "ks_p_kolmogorov_limit": "kolmogorov_limit"}.get(name, "metric_value")
        return [Reading("fct_ml_drift", key, how, value)]

    def fairness(self, identifier: str, value: Any, version: str, window: Window, slice_key: str, rest: str) -> Entry:
        if not rest.startswith("by_group/"):
            mart = "fct_ml_group_metrics" if rest == "aequitas_crosstab" else "fct_ml_group_disparities"
            return self.not_yet(identifier, mart)
        name = rest.removeprefix("by_group/")
        group = f"performance, groups, {_kind(window)}"
        if name == "count":
            return self.covered(identifier, group, [
                self.performance_reading(version, window, "accuracy", count, slice_key, slice_value, "labelled_count")
                for slice_value, count in value.items()
            ])  # fmt: skip
        if name not in GROUP_METRIC_NAMES:
            return self.not_yet(identifier, f"fct_ml_group_metrics: metric {name}")
        metric = GROUP_METRIC_NAMES[name]
        crosstab = self.values[identifier.split("/by_group/")[0] + "/aequitas_crosstab"]
        counts = {row["attribute_value"]: row for row in crosstab}
        return self.covered(identifier, group, [
            self.performance_reading(
                version, window, metric, None if _is_undefined(metric, counts[slice_value]) else expected, slice_key, slice_value
            )
            for slice_value, expected in value.items()
        ])  # fmt: skip

    def nannyml(self, identifier: str, value: Any, version: str, part: str, month: str, metric: str | None) -> Entry:
        if part == "drift":
            return self.peers_own(identifier, "NannyML's own bins (doane) and 10,000-bin approximations")
        if part == "cbpe" and metric in ("roc_auc", "average_precision"):
            return self.peers_own(identifier, "rounds counts to five decimals, and the order of equal scores is that of a sort")
        if part in ("cbpe", "uncalibrated"):
            estimator = "cbpe" if part == "cbpe" else "cbpe_uncalibrated"
            estimates = {metric: value["value"]} if part == "cbpe" else {
                NANNYML_COUNTS.get(name, name): number for name, number in value.items() if name != "roc_auc"
            }  # fmt: skip
            return self.covered(identifier, f"estimated, NannyML, {part}", [
                Reading(
                    "fct_ml_estimated_performance",
                    (self.dataset, version, *_window_key(_window(month)), estimator, name), "metric_value", number,
                )
                for name, number in estimates.items()
            ])  # fmt: skip
        if part != "realized" or metric not in BINARY_METRICS | {"specificity"}:
            raise ValueError(f"{self.dataset}: no rule for reference entry {identifier}")
        return self.covered(identifier, "performance, months, NannyML", [
            self.performance_reading(version, _window(month), metric, value["value"])
        ])  # fmt: skip

    def null_counts(self, identifier: str, value: Mapping[str, int]) -> Entry:
        """Nulls of each declared feature over all rows; the table's other columns (ids, agent, company) are not monitored."""
        return self.covered(identifier, "null counts", [
            Reading("fct_ml_data_quality", (self.dataset, column), "null_count", count)
            for column, count in value.items()
            if column in _declared_features(self.dataset)
        ])  # fmt: skip

    def performance_reading(
        self,
        version: str,
        window: Window,
        metric: str,
        expected: float | None,
        slice_key: str | None = None,
        slice_value: str | None = None,
        how: str = "metric_value",
    ) -> Reading:
        key = (self.dataset, version, *_window_key(window), slice_key, slice_value, metric)
        return Reading("fct_ml_performance", key, how, expected)

    def covered(self, identifier: str, group: str, readings: Sequence[Reading]) -> Entry:
        return Entry(self.dataset, identifier, COVERED, group, tuple(readings))

    def not_yet(self, identifier: str, mart: str) -> Entry:
        return Entry(self.dataset, identifier, NOT_YET, reason=mart)

    def peers_own(self, identifier: str, reason: str) -> Entry:
        return Entry(self.dataset, identifier, PEERS_OWN, reason=reason)


def _declared_features(dataset: str) -> list[str]:
    declaration = yaml.safe_load((REPOSITORY / "scripts" / "sample" / "vars.yml").read_text())["ml_monitor"]
    (log,) = (log for log in declaration["prediction_logs"] if log["name"] == dataset)
    return log["features"]["numeric"] + log["features"]["categorical"]


def _window(text: str) -> Window:
    if text == "all":
        return Window("lifetime", None)
    if text == "baseline":
        return Window("reference", None)
    return Window("month", date.fromisoformat(text + "-01")) if len(text) == 7 else Window("week", date.fromisoformat(text))


def _window_key(window: Window) -> tuple[str, date | None]:
    return window.granularity, window.start


def _kind(window: Window) -> str:
    return {"month": "months", "week": "weeks"}.get(window.granularity, window.granularity)


def _is_undefined(metric: str, counts: Mapping[str, int]) -> bool:
    """Whether a metric has no value by our null rule; scikit-learn and fairlearn then say 0."""
    tp, fp, fn, tn = (counts[name] for name in ("tp", "fp", "fn", "tn"))
    denominators = {
        "precision": tp + fp,
        "recall": tp + fn,
        "specificity": tn + fp,
        "f1": 2 * tp + fp + fn,
        "balanced_accuracy": (tp + fn) * (tn + fp),
        "mcc": (tp + fp) * (tp + fn) * (tn + fp) * (tn + fn),
    }
    return denominators.get(metric, 1) == 0


class MissingRow(LookupError):
    """A mart has no row for a reading's key."""


class Marts:
    """The rows of a built sample warehouse that readings need, by key."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        windows = "granularity, case when granularity not in ('lifetime', 'reference') then window_start end"
        self.performance = self._rows(connection, 7, f"""
            select model_id, model_version, {windows}, slice_key, slice_value, metric_name, metric_value, labelled_count
            from ml_monitor.fct_ml_performance
            where granularity in ('lifetime', 'reference', 'month') or (granularity = 'week' and slice_key is null)
        """)
        self.estimated = self._rows(connection, 6, f"""
            select model_id, model_version, {windows}, estimator_name, metric_name, metric_value
            from ml_monitor.fct_ml_estimated_performance
            where granularity = 'month' and slice_key is null
        """)
        self.drift = self._rows(connection, 7, f"""
            select
                model_id, model_version, {windows}, subject, feature_name, metric_name,
                metric_value, p_value, reference_value, ci_lower, ci_upper, sample_count, reference_count
            from ml_monitor.fct_ml_drift
            where granularity = 'month' and slice_key is null and baseline_name = 'reference'
        """)
        self.drift_bins = self._rows(connection, 6, f"""
            select
                model_id, model_version, {windows}, subject, feature_name,
                list(reference_count order by bin_number, bin_category),
                list(current_count order by bin_number, bin_category)
            from ml_monitor.fct_ml_drift_bins
            where
                granularity = 'month' and slice_key is null and baseline_name = 'reference'
                and bin_kind not in ('null', 'non_finite')
            group by all
        """)
        # The key ends with the bin's place among those that have rows.
        series = "partition by model_id, model_version, granularity, window_start, binning"
        self.calibration = self._rows(connection, 6, f"""
            select
                model_id, model_version, {windows}, binning,
                row_number() over ({series} order by bin_number), count(*) over ({series}),
                bin_number, bin_lower, bin_upper, labelled_count, mean_score, observed_rate
            from ml_monitor.fct_ml_calibration
            where granularity in ('lifetime', 'reference', 'month') and slice_key is null
        """)
        self.as_known = self._rows(connection, 6, """
            select
                model_id, model_version, granularity, window_start, known_at, metric_name,
                metric_value, current_value, label_coverage
            from ml_monitor.fct_ml_performance_as_known
            where granularity = 'month'
        """)
        self.maturity = self._rows(connection, 4, f"""
            select
                model_id, model_version, {windows},
                delay_p50, delay_p90, delay_mean, delay_minimum, delay_maximum
            from ml_monitor.fct_ml_label_maturity
            where granularity in ('lifetime', 'month')
        """)
        # Every row is in one month of one version.
        self.nulls = self._rows(connection, 2, """
            select model_id, feature_name, sum(round(metric_value * sample_count))
            from ml_monitor.fct_ml_data_quality
            where granularity = 'month' and metric_name = 'null_rate' and subject = 'feature' and sample_count > 0
            group by all
        """)

    @staticmethod
    def _rows(connection: duckdb.DuckDBPyConnection, key_length: int, query: str) -> dict[tuple[Any, ...], tuple[Any, ...]]:
        rows = connection.execute(query).fetchall()
        found = {row[:key_length]: row[key_length:] for row in rows}
        assert len(found) == len(rows), f"a key is there twice: {query}"
        return found

    def read(self, reading: Reading) -> float | None:
        """The mart's number. Raises MissingRow where the mart has no such row."""
        rows = {
            "fct_ml_performance": self.performance,
            "fct_ml_estimated_performance": self.estimated,
            "fct_ml_calibration": self.calibration,
            "fct_ml_performance_as_known": self.as_known,
            "fct_ml_label_maturity": self.maturity,
            "fct_ml_drift": self.drift,
            "fct_ml_drift_bins": self.drift_bins,
            "fct_ml_data_quality": self.nulls,
        }[reading.mart]
        if reading.key not in rows:
            raise MissingRow(f"{reading.mart} has no row {reading.key}")
        return getattr(self, f"_{reading.how}")(*rows[reading.key])

    @staticmethod
    def _metric_value(value: float | None, *_: Any) -> float | None:
        return value

    @staticmethod
    def _labelled_count(_: float | None, labelled_count: int) -> float:
        return labelled_count

    @staticmethod
    def _bin_count(bin_count: int, *_: Any) -> float:
        return bin_count

    @staticmethod
    def _bin_number(_: int, bin_number: int, *__: Any) -> float:
        return bin_number

    @staticmethod
    def _bin_lower(*columns: Any) -> float:
        return columns[2]

    @staticmethod
    def _bin_upper(*columns: Any) -> float:
        return columns[3]

    @staticmethod
    def _bin_size(*columns: Any) -> float:
        return columns[4]

    @staticmethod
    def _mean_score(*columns: Any) -> float:
        return columns[5]

    @staticmethod
    def _observed_rate(*columns: Any) -> float:
        return columns[6]

    @staticmethod
    def _current_value(_: float | None, current_value: float | None, __: float) -> float | None:
        return current_value

    @staticmethod
    def _label_coverage(_: float | None, __: float | None, label_coverage: float) -> float:
        return label_coverage

    @staticmethod
    def _delay_p50(p50: float, *_: Any) -> float:
        return p50

    @staticmethod
    def _delay_p90(_: float, p90: float, *__: Any) -> float:
        return p90

    @staticmethod
    def _delay_mean(_: float, __: float, mean: float, *___: Any) -> float:
        return mean

    @staticmethod
    def _delay_min(*days: float) -> float:
        return days[3]

    @staticmethod
    def _delay_max(*days: float) -> float:
        return days[4]

    @staticmethod
    def _null_count(count: float) -> float:
        return count

    @staticmethod
    def _p_value(_: float | None, p_value: float | None, *__: Any) -> float | None:
        return p_value

    @staticmethod
    def _reference_value(_: float | None, __: float | None, reference_value: float, *___: Any) -> float:
        return reference_value

    @staticmethod
    def _changed_value(change: float, _: float | None, reference_value: float, *__: Any) -> float:
        return reference_value + change

    @staticmethod
    def _welch_t(change: float, _: float | None, __: float, ci_lower: float, ci_upper: float, *___: Any) -> float | None:
        """The t of baseline minus window, back from the interval's width."""
        standard_error = (ci_upper - ci_lower) / 2 / Z_95
        return -change / standard_error if standard_error else None

    @staticmethod
    def _kolmogorov_limit(
        ks: float, _: Any, __: Any, ___: Any, ____: Any, sample_count: int, reference_count: int
    ) -> float | None:
        """Kolmogorov's limit by the SQL of the project."""
        z = ks * math.sqrt(sample_count * reference_count / (sample_count + reference_count))
        return duckdb.execute(f"select {_KOLMOGOROV_SF} from (select ?::double as z)", [z]).fetchone()[0]

    @staticmethod
    def _psi_without_nulls(reference_counts: Sequence[int], current_counts: Sequence[int]) -> float | None:
        return psi(reference_counts, current_counts)

    @staticmethod
    def _js_divergence_without_nulls(reference_counts: Sequence[int], current_counts: Sequence[int]) -> float:
        return float(distance.jensenshannon(reference_counts, current_counts, base=2) ** 2)

    @classmethod
    def _js_distance_without_nulls(cls, reference_counts: Sequence[int], current_counts: Sequence[int]) -> float:
        return math.sqrt(cls._js_divergence_without_nulls(reference_counts, current_counts))

    @staticmethod
    def _chi_squared_without_nulls(reference_counts: Sequence[int], current_counts: Sequence[int]) -> float:
        return float(stats.chi2_contingency([reference_counts, current_counts], correction=False).statistic)

    @staticmethod
    def _total_variation_without_nulls(reference_counts: Sequence[int], current_counts: Sequence[int]) -> float:
        r, c = (np.asarray(counts) / sum(counts) for counts in (reference_counts, current_counts))
        return float(np.abs(r - c).sum() / 2)

    @staticmethod
    def _l_infinity_without_nulls(reference_counts: Sequence[int], current_counts: Sequence[int]) -> float:
        r, c = (np.asarray(counts) / sum(counts) for counts in (reference_counts, current_counts))
        return float(np.abs(r - c).max())


def psi(reference_counts: Sequence[float], current_counts: Sequence[float]) -> float:
    """The population stability index of two rows of bin counts, shares floored at 0.0001."""
    reference = np.asarray(reference_counts, dtype=float)
    current = np.asarray(current_counts, dtype=float)
    r = np.maximum(reference / reference.sum(), PSI_FLOOR)
    c = np.maximum(current / current.sum(), PSI_FLOOR)
    return float(((c - r) * np.log(c / r)).sum())


def psi_p_value(reference_counts: Sequence[float], current_counts: Sequence[float]) -> float:
    """The p-value of one table: the counts of its bins, each with a row on either side."""
    table = np.array([reference_counts, current_counts], dtype=float)
    chi_squared = stats.chi2_contingency(table, correction=False).statistic
    return float(matched_p_values(chi_squared, *table.sum(axis=1), table.shape[1], (1 / table.sum(axis=0)).sum()))


def is_equal(value: float | None, expected: float | None, relative: float = 1e-9, absolute: float = 1e-12) -> bool:
    """Whether a number is the expected one, within 1e-9 of it (1e-12 at least); null equals null only."""
    if value is None or expected is None:
        return value is expected
    return math.isclose(value, expected, rel_tol=relative, abs_tol=absolute)
