"""The marts of the sample warehouse against what independent libraries say of the same real data.

Numbers that are recorded (reference.json of each sample set) by what reference_entries.py maps them to; intervals,
p-values and q-values against scipy and numpy over the raw rows. Tolerance 1e-9 relative, 1e-12 absolute.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest
from scipy import stats

sys.path.insert(0, str(Path(__file__).resolve().parent))
import reference_entries as reference  # noqa: E402
from interval_oracles import asymmetry, degrees_of_freedom, scaled_limits  # noqa: E402


# How many entries of each group are covered at least. Raise a number when a rule covers more; never lower one silently.
COVERED_FLOORS = {
    ("hotel_cancellations", "performance, months"): 300,
    ("hotel_cancellations", "performance, months, NannyML"): 175,
    ("hotel_cancellations", "estimated, NannyML, cbpe"): 125,
    ("hotel_cancellations", "estimated, NannyML, uncalibrated"): 25,
    ("hotel_cancellations", "performance, lifetime"): 30,
    ("hotel_cancellations", "performance, reference"): 30,
    ("hotel_cancellations", "performance, groups, lifetime"): 40,
    ("hotel_cancellations", "performance, groups, months"): 10,
    ("hotel_cancellations", "calibration error, months"): 50,
    ("hotel_cancellations", "calibration error, lifetime"): 4,
    ("hotel_cancellations", "calibration error, reference"): 4,
    ("hotel_cancellations", "calibration, uniform, months"): 25,
    ("hotel_cancellations", "calibration, uniform, lifetime"): 2,
    ("hotel_cancellations", "calibration, uniform, reference"): 2,
    ("hotel_cancellations", "calibration, quantile, months"): 25,
    ("hotel_cancellations", "calibration, quantile, lifetime"): 2,
    ("hotel_cancellations", "calibration, quantile, reference"): 2,
    ("hotel_cancellations", "reliability table, months"): 25,
    ("hotel_cancellations", "reliability table, lifetime"): 2,
    ("hotel_cancellations", "reliability table, reference"): 2,
    ("hotel_cancellations", "performance, as known"): 130,
    ("hotel_cancellations", "label delays"): 2,
    ("hotel_cancellations", "drift, psi_decile"): 150,
    ("hotel_cancellations", "drift, js_distance_decile"): 150,
    ("hotel_cancellations", "drift, js_divergence_decile"): 150,
    ("hotel_cancellations", "drift, ks_stat"): 150,
    ("hotel_cancellations", "drift, ks_p_asymp"): 150,
    ("hotel_cancellations", "drift, ks_p_kolmogorov_limit"): 150,
    ("hotel_cancellations", "drift, wasserstein"): 150,
    ("hotel_cancellations", "drift, wasserstein_over_baseline_std"): 150,
    ("hotel_cancellations", "drift, mean_shift"): 150,
    ("hotel_cancellations", "drift, welch_t"): 150,
    ("hotel_cancellations", "drift, psi_category"): 150,
    ("hotel_cancellations", "drift, js_distance"): 150,
    ("hotel_cancellations", "drift, js_divergence"): 150,
    ("hotel_cancellations", "drift, tvd"): 150,
    ("hotel_cancellations", "drift, l_infinity"): 150,
    ("hotel_cancellations", "drift, chi2"): 150,
    ("hotel_cancellations", "drift, chi2_default"): 75,
    ("hotel_cancellations", "drift, nulls left out"): 175,
    ("hotel_cancellations", "null counts"): 1,
    ("online_retail_demand", "performance, weeks"): 784,
    ("online_retail_demand", "performance, months"): 224,
    ("online_retail_demand", "performance, lifetime"): 28,
    ("online_retail_demand", "performance, reference"): 28,
    ("online_retail_demand", "performance, slices, lifetime"): 112,
    ("online_retail_demand", "drift, psi_decile"): 96,
    ("online_retail_demand", "drift, js_distance_decile"): 96,
    ("online_retail_demand", "drift, js_divergence_decile"): 96,
    ("online_retail_demand", "drift, ks_stat"): 112,
    ("online_retail_demand", "drift, ks_p_asymp"): 112,
    ("online_retail_demand", "drift, ks_p_kolmogorov_limit"): 112,
    ("online_retail_demand", "drift, wasserstein"): 112,
    ("online_retail_demand", "drift, wasserstein_over_baseline_std"): 112,
    ("online_retail_demand", "drift, mean_shift"): 112,
    ("online_retail_demand", "drift, welch_t"): 112,
    ("online_retail_demand", "drift, psi_category"): 16,
    ("online_retail_demand", "drift, js_distance"): 16,
    ("online_retail_demand", "drift, js_divergence"): 16,
    ("online_retail_demand", "drift, tvd"): 16,
    ("online_retail_demand", "drift, l_infinity"): 16,
    ("online_retail_demand", "drift, chi2"): 16,
    ("online_retail_demand", "drift, chi2_default"): 16,
    ("online_retail_demand", "drift, nulls left out"): 48,
    ("online_retail_demand", "null counts"): 1,
}
# Entries that no mart will repeat. Not to grow without a reason: it would be coverage that shrinks.
PEERS_OWN_CEILINGS = {"hotel_cancellations": 443, "online_retail_demand": 180}
# Readings that are null by the metric's rule where scikit-learn and fairlearn say 0.
NULL_BY_RULE_COUNTS = {"hotel_cancellations": 4, "online_retail_demand": 0}


@pytest.fixture(scope="module")
def warehouse(sample_warehouse: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    connection = duckdb.connect(str(sample_warehouse), read_only=True, config={"threads": 2})
    yield connection
    connection.close()


@pytest.fixture(scope="module")
def marts(warehouse: duckdb.DuckDBPyConnection) -> reference.Marts:
    return reference.Marts(warehouse)


@pytest.fixture(scope="module")
def entries(sample_data_dir: Path) -> dict[str, list[reference.Entry]]:
    return {dataset: reference.load(dataset, sample_data_dir) for dataset in reference.DATASETS}


def problems_of(entry: reference.Entry, marts: reference.Marts) -> list[str]:
    """What is wrong with an entry's readings, empty when all are equal."""
    problems = []
    for reading in entry.readings:
        try:
            value = marts.read(reading)
        except reference.MissingRow as error:
            problems.append(f"{entry.entry_id}: {error}")
            continue
        if not reference.is_equal(value, reading.expected):
            rule = " (null by rule)" if reading.expected is None else ""
            problems.append(f"{entry.entry_id}: {reading.mart} {reading.key} is {value!r}, not {reading.expected!r}{rule}")
    return problems


@pytest.mark.parametrize(("dataset", "group"), COVERED_FLOORS, ids=[" ".join(key) for key in COVERED_FLOORS])
def test_recorded_numbers(
    dataset: str, group: str, entries: dict[str, list[reference.Entry]], marts: reference.Marts
) -> None:
    covered = [entry for entry in entries[dataset] if entry.group == group]
    problems = [problem for entry in covered for problem in problems_of(entry, marts)]
    assert not problems, f"{len(problems)} readings differ:\n" + "\n".join(problems[:10])
    assert len(covered) >= COVERED_FLOORS[dataset, group], f"only {len(covered)} entries are covered"


@pytest.mark.parametrize("dataset", reference.DATASETS)
def test_every_reference_entry_is_accounted_for(
    dataset: str, entries: dict[str, list[reference.Entry]], marts: reference.Marts, capsys: pytest.CaptureFixture[str]
) -> None:
    found = entries[dataset]
    of = {
        disposition: [entry for entry in found if entry.disposition == disposition]
        for disposition in (reference.COVERED, reference.NOT_YET, reference.PEERS_OWN)
    }
    failed = [entry for entry in of[reference.COVERED] if problems_of(entry, marts)]
    with capsys.disabled():
        print(
            f"\nreference entries: {len(of[reference.COVERED]) - len(failed)} covered, {len(of[reference.NOT_YET])} not yet "
            f"covered, {len(failed)} failed, {len(of[reference.PEERS_OWN])} a peer's own ({dataset})"
        )
    assert sum(map(len, of.values())) == len(found) == len({entry.entry_id for entry in found})
    assert all(entry.readings and not entry.reason for entry in of[reference.COVERED])
    assert all(entry.reason and not entry.readings for entry in found if entry.disposition != reference.COVERED)
    assert {(entry.dataset, entry.group) for entry in of[reference.COVERED]} <= set(COVERED_FLOORS)
    assert len(of[reference.PEERS_OWN]) <= PEERS_OWN_CEILINGS[dataset]
    null_by_rule = [reading for entry in found for reading in entry.readings if reading.expected is None]
    assert len(null_by_rule) == NULL_BY_RULE_COUNTS[dataset]
    assert not failed


def assert_equal(table: pd.DataFrame, value: str, expected: np.ndarray | pd.Series) -> None:
    """Fail, showing the worst rows, where a column is not the expected one; null equals NaN."""
    values, expected = table[value].to_numpy(float), np.asarray(expected, dtype=float)
    is_close = np.isclose(values, expected, rtol=1e-9, atol=1e-12, equal_nan=True)
    assert is_close.all(), f"{(~is_close).sum()} of {len(table)} differ:\n{table.assign(expected=expected)[~is_close].head(5).T}"


class RawRows:
    """Raw rows by version and time."""

    def __init__(self, rows: pd.DataFrame) -> None:
        self.versions = dict(list(rows.sort_values("predicted_at", kind="stable").groupby("model_version")))
        self.times = {version: of_version["predicted_at"].to_numpy() for version, of_version in self.versions.items()}

    def between(self, version: str, start: pd.Timestamp, end: pd.Timestamp) -> pd.DataFrame:
        first, last = np.searchsorted(self.times[version], [np.datetime64(start), np.datetime64(end)])
        return self.versions[version].iloc[first:last]


def test_psi_and_its_p_value(warehouse: duckdb.DuckDBPyConnection) -> None:
    """PSI re-added from its bins, all of them; its p-value from Pearson's chi-squared of the same bins."""
    keys = "model_id, model_version, granularity, window_start, slice_key, slice_value, baseline_name, subject, feature_name"
    table = warehouse.execute(f"""
        with bins as (
            select
                {keys}, count(*) as bin_count, max(current_total) as n, max(reference_total) as m,
                sum(current_count) as current_sum, sum(reference_count) as reference_sum,
                sum(1 / (current_count + reference_count)) as reciprocal_sum,
                /* Pearson's for two rows: sum of squares over totals */
                sum(pow(current_count - (current_count + reference_count) * n / (n + m), 2)
                    / (current_count + reference_count) * (n + m) / n * (n + m) / m) as chi_squared,
                sum((greatest(current_count / n, 1e-4) - greatest(reference_count / m, 1e-4))
                    * ln(greatest(current_count / n, 1e-4) / greatest(reference_count / m, 1e-4))) as psi_of_bins
            from (select *, current_total as n, reference_total as m from ml_monitor.fct_ml_drift_bins)
            group by all
        )
        select drift.*, bins.bin_count, bins.n, bins.m, bins.current_sum, bins.reference_sum, bins.psi_of_bins,
            bins.reciprocal_sum, bins.chi_squared
        from (select * from ml_monitor.fct_ml_drift where metric_name = 'psi' and metric_value is not null) as drift
        left join bins on {" and ".join(f"drift.{key} is not distinct from bins.{key}" for key in keys.split(", "))}
    """).df()
    assert len(table) > 50_000 and table["bin_count"].notna().all()
    assert (table["sample_count"] == table["n"]).all() and (table["n"] == table["current_sum"]).all()
    assert (table["reference_count"] == table["m"]).all() and (table["m"] == table["reference_sum"]).all()
    assert_equal(table, "metric_value", table["psi_of_bins"])
    expected = reference.matched_p_values(
        table["chi_squared"], table["m"], table["n"], table["bin_count"], table["reciprocal_sum"]
    )
    assert_equal(table, "p_value", expected)
    strong = (expected > 1e-290) & (expected < 1e-12)  # where the absolute tolerance hides everything
    assert strong.sum() > 100
    assert np.allclose(table["p_value"][strong] / expected[strong], 1, rtol=1e-9)


def test_psi_of_many_categories(warehouse: duckdb.DuckDBPyConnection) -> None:
    """A country has more than 100 categories: category_limit keeps them apart here; nulls are a bin."""
    rows = warehouse.execute("""
        select model_version, predicted_at, coalesce(country, '<null>') as category
        from hotel_cancellations.raw_predictions
        inner join hotel_cancellations.raw_features using (prediction_id)
    """).df()
    table = warehouse.execute("""
        select model_version, window_start, window_end, metric_value, sample_count, reference_start, reference_end
        from ml_monitor.fct_ml_drift
        inner join ml_monitor.dim_ml_models using (model_id, model_version)
        where feature_name = 'country' and granularity in ('month', 'week') and metric_name = 'psi'
            and baseline_name = 'reference' and metric_value is not null
    """).df()
    raw = RawRows(rows)
    expected = []
    for row in table.itertuples():
        base = raw.between(row.model_version, row.reference_start, row.reference_end)["category"].value_counts()
        known = base.drop("<null>", errors="ignore").sort_index().sort_values(ascending=False, kind="stable")
        assert len(known) > 100
        current = raw.between(row.model_version, row.window_start, row.window_end)["category"].value_counts()
        both = pd.concat([base, current], axis=1)
        expected.append(reference.psi(*both.fillna(0).to_numpy().T))
    assert len(table) >= 100
    assert_equal(table, "metric_value", np.array(expected))


def sample_of(table: pd.DataFrame, count: int) -> pd.DataFrame:
    return table.sample(min(count, len(table)), random_state=7).reset_index(drop=True)


RATE_QUERIES = {
    "fct_ml_performance": """
        select metric_name, metric_value, sample_count, round(metric_value * sample_count) as success_count, ci_lower, ci_upper
        from ml_monitor.fct_ml_performance
        where metric_name in ('accuracy', 'precision', 'recall', 'specificity', 'base_rate') and metric_value is not null
    """,
    "fct_ml_calibration": """
        select binning as metric_name, observed_rate as metric_value, labelled_count as sample_count,
            positive_count as success_count, ci_lower, ci_upper
        from ml_monitor.fct_ml_calibration
    """,
    "fct_ml_gains": """
        select 'positive_rate' as metric_name, positive_rate as metric_value, labelled_count as sample_count,
            positive_count as success_count, ci_lower, ci_upper
        from ml_monitor.fct_ml_gains
    """,
    "fct_ml_label_maturity": """
        select metric_name, metric_value, sample_count, labelled_count as success_count, ci_lower, ci_upper
        from ml_monitor.fct_ml_label_maturity
        where metric_value is not null
    """,
    "fct_ml_data_quality": """
        select metric_name, metric_value, sample_count, round(metric_value * sample_count) as success_count, ci_lower, ci_upper
        from ml_monitor.fct_ml_data_quality
        where metric_name like '%_rate' and metric_value is not null
    """,
}


@pytest.mark.parametrize("mart", RATE_QUERIES)
def test_intervals_of_rates(mart: str, warehouse: duckdb.DuckDBPyConnection) -> None:
    """Wilson's interval against scipy.stats.binomtest, on a sample of rows of which each end of the range has some."""
    everything = warehouse.execute(RATE_QUERIES[mart]).df()
    inner = everything[(everything["metric_value"] > 0) & (everything["metric_value"] < 1)]
    table = pd.concat([sample_of(inner, 300), sample_of(everything, 100)], ignore_index=True)
    intervals = [
        stats.binomtest(int(row.success_count), int(row.sample_count)).proportion_ci(method="wilson")
        for row in table.itertuples()
    ]
    assert_equal(table, "ci_lower", np.array([interval.low for interval in intervals]))
    assert_equal(table, "ci_upper", np.array([interval.high for interval in intervals]))


def delong_error(score: np.ndarray, actual: np.ndarray) -> float:
    """DeLong, DeLong and Clarke-Pearson (Biometrics 1988) from every pair of a positive and a negative.

    Nothing where the placements do not vary: the method has no error to give then.
    """
    positives, negatives = score[actual == 1], score[actual == 0]
    if min(len(positives), len(negatives)) < 2:
        return np.nan
    if len(positives) * len(negatives) < 4_000_000:
        pairs = (np.sign(positives[:, None] - negatives[None, :]) + 1) / 2
        of_positives, of_negatives = pairs.mean(axis=1), pairs.mean(axis=0)
    else:  # midranks (Sun and Xu 2014)
        ranks = stats.rankdata(np.concatenate([positives, negatives]))
        of_positives = (ranks[: len(positives)] - stats.rankdata(positives)) / len(negatives)
        of_negatives = 1 - (ranks[len(positives) :] - stats.rankdata(negatives)) / len(positives)
    variance = of_positives.var(ddof=1) / len(positives) + of_negatives.var(ddof=1) / len(negatives)
    return np.sqrt(variance) if variance > 1e-24 else np.nan


def hanley_mcneil_error(auc: float, positives: int, negatives: int) -> float:
    """Radiology 143, 1982."""
    two_positives, two_negatives = auc / (2 - auc), 2 * auc**2 / (1 + auc)
    variance = auc * (1 - auc) + (positives - 1) * (two_positives - auc**2) + (negatives - 1) * (two_negatives - auc**2)
    return np.sqrt(max(variance, 0) / (positives * negatives))


def test_intervals_of_auc(warehouse: duckdb.DuckDBPyConnection) -> None:
    """DeLong with Student's t where the window is read row by row, Hanley and McNeil in trailing windows; gini is twice as wide."""
    raw = RawRows(warehouse.execute("""
        select * from hotel_cancellations.raw_predictions
        inner join hotel_cancellations.raw_outcomes using (prediction_id)
        inner join hotel_cancellations.raw_features using (prediction_id)
    """).df())  # fmt: skip
    keys = "model_version, granularity, window_start, window_end, slice_key, slice_value"
    everything = warehouse.execute(f"""
        select {keys},
            max(metric_value) filter (where metric_name = 'roc_auc') as auc,
            max(ci_lower) filter (where metric_name = 'roc_auc') as auc_lower,
            max(ci_upper) filter (where metric_name = 'roc_auc') as auc_upper,
            max(ci_lower) filter (where metric_name = 'gini') as gini_lower,
            max(ci_upper) filter (where metric_name = 'gini') as gini_upper
        from ml_monitor.fct_ml_performance
        where model_id = 'hotel_cancellations' and metric_name in ('roc_auc', 'gini') and metric_value is not null
        group by all
        order by all
    """).df()
    some = [sample_of(everything[everything["granularity"] == name], 80) for name in everything["granularity"].unique()]
    table = pd.concat(some, ignore_index=True)
    assert len(table) > 250 and table["slice_key"].notna().any() and table["granularity"].nunique() == 7
    error, df = np.full(len(table), np.nan), np.full(len(table), np.inf)
    for position, row in enumerate(table.itertuples()):
        rows = raw.between(row.model_version, row.window_start, row.window_end)
        if not pd.isna(row.slice_key):
            rows = rows[rows[row.slice_key] == row.slice_value]
        if row.granularity.startswith("trailing"):
            positive_count = int(rows["actual"].sum())
            error[position] = hanley_mcneil_error(row.auc, positive_count, len(rows) - positive_count)
        else:
            error[position] = delong_error(rows["score"].to_numpy(), rows["actual"].to_numpy())
            df[position] = rows["actual"].value_counts().reindex([0, 1], fill_value=0).min() - 1
    assert np.isnan(error).any() and np.isfinite(error).sum() > 200
    lower, upper = scaled_limits(table["auc"].to_numpy(float), error, "unit", df)
    assert_equal(table, "auc_lower", lower)
    assert_equal(table, "auc_upper", upper)
    assert_equal(table, "gini_lower", 2 * lower - 1)
    assert_equal(table, "gini_upper", 2 * upper - 1)


def log_loss_of(rows: pd.DataFrame) -> np.ndarray:
    epsilon = np.finfo(float).eps
    score = rows["score"].clip(epsilon, 1 - epsilon).to_numpy()
    return -np.where(rows["actual"] == 1, np.log(score), np.log1p(-score))


# A metric that is the mean over rows of something: what.
MEANS: dict[str, dict[str, Callable[[pd.DataFrame], np.ndarray]]] = {
    "hotel_cancellations": {
        "log_loss": log_loss_of,
        "brier": lambda rows: ((rows["score"] - rows["actual"]) ** 2).to_numpy(),
        "mean_score": lambda rows: rows["score"].to_numpy(),
    },
    "online_retail_demand": {
        "mae": lambda rows: (rows["predicted_value"] - rows["actual"]).abs().to_numpy(),
        "mse": lambda rows: ((rows["predicted_value"] - rows["actual"]) ** 2).to_numpy(),
        "bias": lambda rows: (rows["predicted_value"] - rows["actual"]).to_numpy(),
    },
}


@pytest.mark.parametrize("dataset", MEANS)
def test_intervals_of_means(dataset: str, warehouse: duckdb.DuckDBPyConnection) -> None:
    """The mean of the raw rows, and its interval by numpy and scipy; all granularities, slices too."""
    raw = RawRows(warehouse.execute(f"""
        select * from {dataset}.raw_predictions
        inner join {dataset}.raw_outcomes using (prediction_id)
        inner join {dataset}.raw_features using (prediction_id)
    """).df())  # fmt: skip
    everything = warehouse.execute(
        "select * from ml_monitor.fct_ml_performance where model_id = ? and list_contains(?, metric_name)",
        [dataset, list(MEANS[dataset])],
    ).df()
    some = [sample_of(everything[everything["granularity"] == name], 60) for name in everything["granularity"].unique()]
    table = pd.concat(some, ignore_index=True)
    assert set(table["metric_name"]) == set(MEANS[dataset]) and table["slice_key"].notna().any()
    expected = np.full((len(table), 4), np.nan)
    for position, row in enumerate(table.itertuples()):
        rows = raw.between(row.model_version, row.window_start, row.window_end)
        if not pd.isna(row.slice_key):
            rows = rows[rows[row.slice_key] == row.slice_value]
        terms = MEANS[dataset][row.metric_name](rows)
        expected[position, 3] = len(terms)
        if len(terms) > 0:
            expected[position, 0] = terms.mean()
        if len(terms) > 1:
            error = terms.std(ddof=1) / np.sqrt(len(terms))
            scale = {"mae": "skewed", "mse": "skewed", "brier": "unit", "log_loss": "positive"}.get(row.metric_name, "normal")
            lean = {"skewed": asymmetry(terms), "positive": min(2 * error / terms.mean(), 1)}.get(scale, 0)
            df = None if scale == "normal" else degrees_of_freedom(len(terms), lean)
            ends = scaled_limits(terms.mean(), error, scale, df, lean)
            expected[position, 1:3] = np.clip(ends, 0, 1) if row.metric_name == "mean_score" else ends
    assert (table["sample_count"] == expected[:, 3]).all()
    assert_equal(table, "metric_value", expected[:, 0])
    assert_equal(table, "ci_lower", expected[:, 1])
    assert_equal(table, "ci_upper", expected[:, 2])


def test_naive_forecast_of_the_features(warehouse: duckdb.DuckDBPyConnection) -> None:
    """Weekly demand against that of the week before, a column of the features: MASE and skill of weeks and months by band."""
    raw = RawRows(warehouse.execute("""
        select * from online_retail_demand.raw_predictions
        inner join online_retail_demand.raw_outcomes using (prediction_id)
        inner join online_retail_demand.raw_features using (prediction_id)
    """).df())  # fmt: skip
    table = warehouse.execute("""
        select performance.*, models.reference_start, models.reference_end
        from ml_monitor.fct_ml_performance as performance
        inner join ml_monitor.dim_ml_models as models using (model_id, model_version)
        where model_id = 'online_retail_demand' and metric_name in ('mase', 'naive_skill')
            and granularity in ('week', 'month', 'reference', 'lifetime') and performance.labelled_count > 0
    """).df()
    expected = []
    for row in table.itertuples():
        window, reference_rows = (
            raw.between(row.model_version, start, end)
            for start, end in ((row.window_start, row.window_end), (row.reference_start, row.reference_end))
        )
        if not pd.isna(row.slice_key):
            window, reference_rows = (rows[rows[row.slice_key] == row.slice_value] for rows in (window, reference_rows))
        error = (window["predicted_value"] - window["actual"]).abs().mean()
        scale = reference_rows if row.metric_name == "mase" else window
        ratio = error / (scale["units_lag1"] - scale["actual"]).abs().mean()
        expected.append(ratio if row.metric_name == "mase" else 1 - ratio)
    assert len(table) > 200 and table["slice_key"].notna().any()
    assert_equal(table, "metric_value", np.array(expected))


def test_p_values_of_rates(warehouse: duckdb.DuckDBPyConnection) -> None:
    """Two rates, unpooled: z of the difference to the reference window; no p where neither varies."""
    table = warehouse.execute("""
        select metric_name, metric_value as p1, sample_count as n1, reference_value as p0, reference_count as n0, p_value
        from ml_monitor.fct_ml_performance
        where metric_name in ('accuracy', 'base_rate', 'recall') and granularity != 'reference'
            and metric_value is not null and reference_value is not null
    """).df()
    error = np.sqrt(table["p1"] * (1 - table["p1"]) / table["n1"] + table["p0"] * (1 - table["p0"]) / table["n0"])
    z = ((table["p1"] - table["p0"]) / error).abs()
    assert len(table) > 10_000
    expected = np.where(error > 0, 2 * stats.norm.sf(z), np.nan)
    is_close = np.isclose(table["p_value"], expected, rtol=1e-9, atol=1e-12, equal_nan=True)
    assert is_close.all(), table.assign(expected=expected)[~is_close].head(10)


@pytest.mark.parametrize("mart", ["fct_ml_drift", "fct_ml_performance"])
def test_q_values(mart: str, warehouse: duckdb.DuckDBPyConnection) -> None:
    """Benjamini-Hochberg over the judged p-values of a window, against scipy.stats.false_discovery_control.

    Which rows are one family: those of a version, window and slice key that get a verdict.
    """
    table = warehouse.execute(f"""
        select
            concat_ws('/', model_id, model_version, granularity, window_start, slice_key) as family,
            metric_name, p_value, q_value, status, status_reason
        from ml_monitor.{mart}
        where p_value is not null and (status != 'not_evaluated' or q_value is not null)
    """).df()
    judged = table[table["status"] != "not_evaluated"]
    assert judged["q_value"].notna().all(), judged[judged["q_value"].isna()].head()
    outside = table[table["status"] == "not_evaluated"]
    assert outside.empty, f"{len(outside)} rows without a verdict are in a family:\n{outside.head()}"
    sizes = judged.groupby("family").size()
    assert len(sizes) > 100 and sizes.max() > 5
    expected = judged.groupby("family")["p_value"].transform(lambda p: stats.false_discovery_control(p, method="bh"))
    assert_equal(judged, "q_value", expected)
