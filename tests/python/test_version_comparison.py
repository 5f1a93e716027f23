"""Champion against challenger, against numpy and scipy over the raw rows of the real and the simulated data.

DeLong's covariance is written out over all pairs of a positive and a negative (Biometrics 1988), not by ranks as the
models do. Tolerance 1e-9 relative.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from scipy import stats

sys.path.insert(0, str(Path(__file__).resolve().parent))
from macro_renderer import MacroRenderer  # noqa: E402

Array = NDArray[np.float64]
Z_95 = stats.norm.ppf(0.975)
SLICES = {
    "hotel_cancellations": ["market_segment", "customer_type", "hotel", "domestic"],
    "online_retail_demand": ["price_band"],
}
LINKS = {"hotel_cancellations": "booking_no", "online_retail_demand": "stock_code"}


@pytest.fixture(scope="module")
def warehouse(sample_warehouse: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    connection = duckdb.connect(str(sample_warehouse), read_only=True, config={"threads": 2})
    yield connection
    connection.close()


def raw_pairs(warehouse: duckdb.DuckDBPyConnection, dataset: str) -> pd.DataFrame:
    """What both versions scored, by the column that links their rows, with the outcome."""
    rows = warehouse.execute(f"""
        select * from {dataset}.raw_predictions
        inner join {dataset}.raw_outcomes using (prediction_id)
        inner join {dataset}.raw_features using (prediction_id)
    """).df()  # fmt: skip
    first, second = (rows[rows["model_version"] == version] for version in "12")
    pairs = first.merge(second, on=[LINKS[dataset], "predicted_at"], suffixes=("", "_second"))
    assert len(pairs) == len(second) and (pairs["actual"] == pairs["actual_second"]).all()
    return pairs


def delong(first: Array, second: Array, actual: Array) -> tuple[float, float, float]:
    """Both AUC and the standard error of their difference, from every pair of a positive and a negative."""
    placements = []
    for score in (first, second):
        differences = score[actual == 1][:, None] - score[actual == 0][None, :]
        placements.append((differences > 0) + (differences == 0) / 2)
    by_positive = np.cov(*(of_one.mean(axis=1) for of_one in placements))
    by_negative = np.cov(*(of_one.mean(axis=0) for of_one in placements))
    contrast = np.array([-1, 1])
    variance = contrast @ (by_positive / (actual == 1).sum() + by_negative / (actual == 0).sum()) @ contrast
    return placements[0].mean(), placements[1].mean(), np.sqrt(variance)


def log_loss(score: Array, actual: Array) -> Array:
    epsilon = np.finfo(float).eps
    score = score.clip(epsilon, 1 - epsilon)
    return -np.where(actual == 1, np.log(score), np.log1p(-score))


def of_means(first: Array, second: Array) -> tuple[float, float, float, float]:
    change = second - first
    return first.mean(), second.mean(), change.std(ddof=1) / np.sqrt(len(change)), stats.ttest_rel(second, first).pvalue


def of_accuracy(first: Array, second: Array) -> tuple[float, float, float, float]:
    only_first, only_second = (first & ~second).sum(), (second & ~first).sum()
    differing = only_first + only_second
    error = np.sqrt(differing - (only_first - only_second) ** 2 / len(first)) / len(first)
    if differing == 0:
        p_value = np.nan
    elif differing < 25:
        p_value = stats.binomtest(int(only_first), int(differing), 0.5).pvalue
    else:
        p_value = stats.chi2.sf((only_first - only_second) ** 2 / differing, 1)
    return first.mean(), second.mean(), error, p_value


def of_wape(first: Array, second: Array, actual: Array) -> tuple[float, float, float, float]:
    total = np.abs(actual).sum()
    values = np.abs(first - actual).sum() / total, np.abs(second - actual).sum() / total
    change = np.abs(second - actual) - np.abs(first - actual)
    residual = (change - (values[1] - values[0]) * np.abs(actual)) / np.abs(actual).mean()
    error = residual.std(ddof=1) / np.sqrt(len(residual))
    return *values, error, 2 * stats.norm.sf(abs((values[1] - values[0]) / error))


def expected_of(metric: str, rows: pd.DataFrame) -> tuple[float, float, float, float]:
    """Champion's value, challenger's value, standard error of the difference, p-value."""
    actual = rows["actual"].to_numpy(float)
    if metric in ("roc_auc", "brier", "log_loss", "accuracy"):
        first, second = (rows[name].to_numpy(float) for name in ("score", "score_second"))
    else:
        first, second = (rows[name].to_numpy(float) for name in ("predicted_value", "predicted_value_second"))
    if metric == "roc_auc":
        one, other, error = delong(first, second, actual)
        return one, other, error, 2 * stats.norm.sf(abs(other - one) / error)
    if metric == "accuracy":
        return of_accuracy((first >= 0.5) == (actual == 1), (second >= 0.5) == (actual == 1))
    if metric == "wape":
        return of_wape(first, second, actual)
    loss = {
        "brier": lambda score: (score - actual) ** 2,
        "log_loss": lambda score: log_loss(score, actual),
        "mae": lambda value: np.abs(value - actual),
        "mse": lambda value: (value - actual) ** 2,
        "bias": lambda value: value - actual,
    }[metric]
    return of_means(loss(first), loss(second))


@pytest.mark.parametrize("dataset", LINKS)
def test_paired_comparisons(dataset: str, warehouse: duckdb.DuckDBPyConnection) -> None:
    """All months, and a sample of weeks and slices down to a few rows."""
    pairs = raw_pairs(warehouse, dataset)
    table = warehouse.execute(
        "select * from ml_monitor.fct_ml_version_comparison where model_id = ? order by all", [dataset]
    ).df()
    assert set(table["pairing"]) == {"paired"} and set(table["champion_version"]) == {"1"}
    assert set(table["slice_key"].dropna()) == set(SLICES[dataset])
    whole = table["slice_key"].isna() & (table["granularity"] == "month")
    sample = pd.concat([table[whole], table[~whole].sample(500, random_state=5)])
    is_small = 0
    for row in sample.itertuples():
        rows = pairs[(pairs["predicted_at"] >= row.window_start) & (pairs["predicted_at"] < row.window_end)]
        if not pd.isna(row.slice_key):
            rows = rows[rows[row.slice_key] == row.slice_value]
        assert row.sample_count == row.champion_count == row.challenger_count == len(rows) > 0
        one_class = row.metric_name == "roc_auc" and rows["actual"].nunique() < 2
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # one row has no variance
            values = (np.nan,) * 4 if one_class else expected_of(row.metric_name, rows)
        champion, challenger, error, p_value = values
        if not error > 0 and row.metric_name != "accuracy":  # no spread: neither interval nor test
            p_value = np.nan
        is_small += len(rows) < 100
        found = row.champion_value, row.challenger_value, row.difference, row.ci_lower, row.ci_upper, row.p_value
        difference = challenger - champion
        wanted = champion, challenger, difference, difference - Z_95 * error, difference + Z_95 * error, p_value
        if len(rows) == 1 or np.isnan(error):
            found, wanted = found[:3], wanted[:3]
            assert pd.isna(row.ci_lower) or row.metric_name == "accuracy"
        assert np.allclose(np.array(found, float), wanted, rtol=1e-9, atol=1e-12, equal_nan=True), (row, wanted)
    assert is_small > 50 or dataset != "hotel_cancellations"  # demand has no small slices


def test_no_verdict_without_enough_rows(warehouse: duckdb.DuckDBPyConnection) -> None:
    table = warehouse.execute("select * from ml_monitor.fct_ml_version_comparison").df()
    judged = table[table["status"] != "not_evaluated"]
    assert judged["sample_count"].min() >= 100 and judged["is_mature"].all() and judged["is_complete"].all()
    assert judged[judged["status_reason"] != "equal"]["q_value"].notna().all()
    assert set(judged["status"]) == {"better", "worse", "no_difference"}
    keys = ["model_id", "granularity", "window_start"]
    tested = judged[judged["p_value"].notna()]
    expected = tested.groupby(keys)["p_value"].transform(lambda p: stats.false_discovery_control(p, method="bh"))
    assert np.allclose(tested["q_value"], expected, rtol=1e-9, atol=1e-12)
    decided = judged[judged["status"].isin(["better", "worse"])]
    lower_wins = decided["metric_name"].isin(["brier", "log_loss", "mae", "mse", "wape"])
    change = np.where(lower_wins, -decided["difference"], decided["difference"])
    is_bias = decided["metric_name"] == "bias"
    change = np.where(is_bias, decided["champion_value"].abs() - decided["challenger_value"].abs(), change)
    assert ((change > 0) == (decided["status"] == "better")).all()


def test_swap_sets(warehouse: duckdb.DuckDBPyConnection) -> None:
    pairs = raw_pairs(warehouse, "hotel_cancellations")
    table = warehouse.execute("select * from ml_monitor.fct_ml_swap_sets where slice_key is null").df()
    assert len(table) > 100
    for row in table.itertuples():
        rows = pairs[(pairs["predicted_at"] >= row.window_start) & (pairs["predicted_at"] < row.window_end)]
        wanted = {"both": (1, 1), "champion_only": (1, 0), "challenger_only": (0, 1), "neither": (0, 0)}[row.selection]
        chosen = rows[(rows["predicted_label"] == wanted[0]) & (rows["predicted_label_second"] == wanted[1])]
        assert (row.pair_count, row.selected_count) == (len(rows), len(chosen))
        assert row.positive_count == chosen["actual"].sum()
        if len(chosen):
            assert row.outcome_rate == pytest.approx(chosen["actual"].mean(), rel=1e-12)


def test_unpaired_comparisons(demo_warehouse: Path) -> None:
    """The credit model's versions scored other applications in September 2025: two samples, z of the difference."""
    with duckdb.connect(str(demo_warehouse), read_only=True) as connection:
        table = connection.execute("""
            select * from ml_monitor.fct_ml_version_comparison
            where model_id = 'credit_limit' and slice_key is null and sample_count > 1
        """).df()
        rows = connection.execute("""
            select model_version, predicted_at, score, actual_value, predicted_label = cast(cast(actual_value as int) as text) as is_right
            from ml_monitor.fct_ml_predictions where model_id = 'credit_limit' and actual_value is not null
        """).df()
    assert set(table["pairing"]) == {"unpaired"} and len(table) >= 20
    for row in table.itertuples():
        if row.metric_name == "roc_auc":
            continue  # its error is checked in test_reference.py
        in_window = rows[(rows["predicted_at"] >= row.window_start) & (rows["predicted_at"] < row.window_end)]
        terms = []
        for version in (row.champion_version, row.challenger_version):
            of_one = in_window[in_window["model_version"] == version]
            score, actual = of_one["score"].to_numpy(), of_one["actual_value"].to_numpy()
            terms.append({
                "accuracy": of_one["is_right"].to_numpy(float),
                "brier": (score - actual) ** 2,
                "log_loss": log_loss(score, actual),
            }[row.metric_name])  # fmt: skip
        degrees = 0 if row.metric_name == "accuracy" else 1
        error = np.sqrt(sum(of_one.var(ddof=degrees) / len(of_one) for of_one in terms))
        difference = terms[1].mean() - terms[0].mean()
        z = difference / error
        if row.metric_name == "accuracy":
            pooled = np.concatenate(terms).mean()
            z = difference / np.sqrt(pooled * (1 - pooled) * sum(1 / len(of_one) for of_one in terms))
        wanted = difference, difference - Z_95 * error, difference + Z_95 * error, 2 * stats.norm.sf(abs(z))
        found = row.difference, row.ci_lower, row.ci_upper, row.p_value
        assert np.allclose(found, wanted, rtol=1e-9, atol=1e-12), (row, wanted)
        assert row.sample_count == min(len(of_one) for of_one in terms)


def test_exact_mcnemar() -> None:
    """The macro against scipy for every split of fewer than 25 rows; null from 25 on and without rows."""
    expression = MacroRenderer("duckdb").render("{{ ml_monitor.mcnemar_exact_p('b', 'c') }}")
    with duckdb.connect() as connection:
        found = connection.execute(f"select b, c, {expression} as p from range(26) as bs(b), range(26) as cs(c)").df()
    for row in found.itertuples():
        if 1 <= row.b + row.c <= 24:
            assert row.p == pytest.approx(stats.binomtest(row.b, row.b + row.c, 0.5).pvalue, rel=1e-12)
        else:
            assert pd.isna(row.p)
