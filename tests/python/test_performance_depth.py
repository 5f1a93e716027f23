"""Intervals of the AUC, reliability tables, gains, threshold curves, values and forecasts by horizon, on generated data.

One small build through dbt: a binary log read row by row, the same rows under other model ids with a row limit that
sends larger windows to score cells, and a regression log with a naive forecast, intervals and a slice by horizon. Every
number is held against numpy, pandas and scikit-learn over the raw rows. Edge cases are models of their own: ties, all
scores equal, one class, one row, no labels, rows without a features row.
"""

from __future__ import annotations

import json
import os
import sys
import warnings
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest
from sklearn import metrics as sklearn_metrics

sys.path.insert(0, str(Path(__file__).resolve().parent))
from conftest import ROOT, run_dbt  # noqa: E402
from interval_oracles import scaled_limits  # noqa: E402
from test_reference import delong_error, hanley_mcneil_error  # noqa: E402

FIRST_DAY = date(2024, 1, 1)  # a Monday
DAY_COUNT, REFERENCE_DAYS = 35, 14
ROW_LIMIT = 90
BINNED = "binned_"
BAND_WINDOWS = ("week", "month", "reference", "lifetime")
ROW_WINDOWS = ("day", *BAND_WINDOWS)
KEYS = ["model_id", "granularity", "window_start", "slice_value"]

VARS = {
    "ml_monitor": {
        "as_of": "2024-03-01",
        "reference_days": REFERENCE_DAYS,
        "policy": {"value_matrix": "ml_demo_value_matrix"},
        "prediction_logs": [
            {
                "name": "by_row",
                "task": "binary_classification",
                "predictions": {"relation": "hotel_cancellations.raw_predictions"},
                "outcomes": {"relation": "hotel_cancellations.raw_outcomes"},
                "features": {"relation": "hotel_cancellations.raw_features"},
                "slices": ["region"],
            },
            {
                "name": "by_cell",
                "task": "binary_classification",
                "exact_row_limit": ROW_LIMIT,
                "predictions": {
                    "relation": "hotel_cancellations.raw_predictions",
                    "columns": {"model_id": "binned_model_id"},
                },
                "outcomes": {"relation": "hotel_cancellations.raw_outcomes"},
            },
            {
                "name": "demand",
                "task": "regression",
                "predictions": {
                    "relation": "online_retail_demand.raw_predictions",
                    "columns": {name: name for name in ("prediction_lower", "prediction_upper", "horizon")}
                    | {"naive_value": "units_last_season"},
                },
                "outcomes": {"relation": "online_retail_demand.raw_outcomes"},
                "features": {"relation": "online_retail_demand.raw_features", "numeric": ["price"]},
                "slices": ["predictions.horizon"],
            },
        ],
    }
}


def binary_rows(model_id: str, seed: int, rows_a_day: int = 12) -> pd.DataFrame:
    """An ordinary model: scores of all sizes, a rate that follows them, nine tenths labelled."""
    rng = np.random.default_rng(seed)
    day = np.repeat(np.arange(DAY_COUNT), rows_a_day)
    score = rng.beta(0.8, 1.6, len(day))
    actual = (rng.random(len(day)) < score).astype(float)
    actual[rng.random(len(day)) < 0.1] = np.nan
    region = rng.choice(["north", "south", "west"], len(day), p=[0.7, 0.25, 0.05])
    return pd.DataFrame({"model_id": model_id, "day": day, "score": score, "actual": actual, "region": region})


def all_binary_rows() -> pd.DataFrame:
    # The first two have values in ml_demo_value_matrix.
    cases = {name: binary_rows(name, seed) for seed, name in enumerate(
        ["returns_propensity", "credit_limit", "ties", "equal_scores", "one_class", "no_labels", "perfect", "no_features_row"]
    )}  # fmt: skip
    cases["ties"]["score"] = cases["ties"]["score"].round(1)
    cases["credit_limit"]["score"] = cases["credit_limit"]["score"].round(2)  # many rows lie on a threshold
    cases["equal_scores"]["score"] = 0.3
    cases["one_class"]["actual"] *= 0
    cases["no_labels"]["actual"] = np.nan
    cases["perfect"]["score"] = cases["perfect"]["actual"].fillna(0) * 0.5 + 0.2
    cases["one_row"] = binary_rows("one_row", 8).dropna().iloc[[100]]
    cases["two_classes_of_one"] = pd.DataFrame(
        {"model_id": "two_classes_of_one", "day": [3, 3], "score": [0.8, 0.4], "actual": [1.0, 0.0], "region": "north"}
    )
    rows = pd.concat(cases.values(), ignore_index=True)
    rows["prediction_id"] = [f"b{number}" for number in range(len(rows))]
    is_lost = (rows["model_id"] == "no_features_row") & (rows.index % 5 == 0)
    rows.loc[is_lost, "region"] = None
    rows["has_features"] = ~is_lost
    return rows


def all_regression_rows() -> pd.DataFrame:
    """Forecasts one, two and three days ahead, worse with the horizon; the naive one lacks some rows; one perfect model."""
    rng = np.random.default_rng(11)
    parts = []
    for model_id in ("demand_forecast", "perfect_forecast", "never_naive"):
        day = np.repeat(np.arange(DAY_COUNT), 9)
        horizon = np.tile([1, 2, 3], 3 * DAY_COUNT)
        mean = rng.gamma(3, 10, len(day))
        actual = rng.poisson(mean).astype(float)
        said = actual if model_id == "perfect_forecast" else mean * np.exp(0.1 * horizon * rng.standard_normal(len(day)))
        naive = rng.poisson(mean).astype(float)
        naive[rng.random(len(day)) < (1.0 if model_id == "never_naive" else 0.03)] = np.nan
        naive[(day >= 21) & (day < 28)] = rng.poisson(mean[(day >= 21) & (day < 28)])  # a week without a gap
        lower, upper = said - 5 * horizon, said + 7.0
        lower[rng.random(len(day)) < 0.1] = np.nan
        upper[5] = np.inf
        actual = np.where(rng.random(len(day)) < 0.1, np.nan, actual)
        parts.append(pd.DataFrame({
            "model_id": model_id, "day": day, "horizon": horizon, "said": said, "actual": actual, "naive": naive,
            "lower": lower, "upper": upper,
        }))  # fmt: skip
    rows = pd.concat(parts, ignore_index=True)
    rows.loc[rows["model_id"] == "never_naive", "naive"] = np.nan
    rows["prediction_id"] = [f"r{number}" for number in range(len(rows))]
    rows["region"] = rows["horizon"].astype(str)
    return rows


BINARY, REGRESSION = all_binary_rows(), all_regression_rows()
LABELLED = {
    model_id: rows.assign(region=rows["region"].fillna("(null)"))
    for everything in (BINARY, REGRESSION)
    for model_id, rows in everything[everything["actual"].notna()].groupby("model_id")
}


def write_raw(connection: duckdb.DuckDBPyConnection) -> None:
    for schema, rows in (("hotel_cancellations", BINARY), ("online_retail_demand", REGRESSION)):
        rows = rows.assign(
            binned_model_id=BINNED + rows["model_id"],
            model_version="1",
            predicted_at=[datetime.combine(FIRST_DAY, datetime.min.time()) + timedelta(days=int(day)) for day in rows["day"]],
        )
        rows["observed_at"] = rows["predicted_at"] + timedelta(hours=5)
        keys = ["model_id", "binned_model_id", "model_version", "prediction_id", "predicted_at"]
        if schema == "hotel_cancellations":
            predictions = rows[[*keys, "score"]]
            features = rows[rows["has_features"]][["prediction_id", "region"]]
        else:
            renamed = {
                "said": "predicted_value", "lower": "prediction_lower", "upper": "prediction_upper", "naive": "units_last_season",
            }  # fmt: skip
            predictions = rows[[*keys, "horizon", *renamed]].rename(columns=renamed)
            features = rows[["prediction_id"]].assign(price=1.5)
        outcomes = rows[rows["actual"].notna()][["prediction_id", "observed_at", "actual"]]
        connection.execute(f"create schema {schema}")
        for name, frame in (("predictions", predictions), ("outcomes", outcomes), ("features", features)):
            connection.register("frame", frame)
            connection.execute(f"create table {schema}.raw_{name} as select * from frame")
            connection.unregister("frame")


@pytest.fixture(scope="module")
def depth(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    built = os.environ.get("ML_MONITOR_TEST_DEPTH_WAREHOUSE")  # a file of an earlier run, to work on the tests themselves
    warehouse = Path(built) if built else tmp_path_factory.mktemp("depth") / "depth.duckdb"
    if not built:
        with duckdb.connect(str(warehouse)) as connection:
            write_raw(connection)
        marts = ["fct_ml_performance", "fct_ml_calibration", "fct_ml_gains", "fct_ml_threshold_curve", "rpt_ml_business_impact"]
        run_dbt(
            ["build", "--quiet", "--select", *(f"+{mart}" for mart in marts),
             "--indirect-selection", "cautious", "--exclude-resource-type", "unit_test", "--vars", json.dumps(VARS)],
            warehouse.parent, ML_MONITOR_DUCKDB_PATH=str(warehouse), ML_MONITOR_TARGET="duckdb", ML_MONITOR_SCHEMA="ml_monitor",
        )  # fmt: skip
    connection = duckdb.connect(str(warehouse), read_only=True, config={"threads": 2})
    yield connection
    connection.close()


def mart(depth: duckdb.DuckDBPyConnection, name: str, where: str = "true") -> pd.DataFrame:
    table = depth.execute(f"select * from ml_monitor.{name} where {where}").df()
    table["slice_value"] = table["slice_value"].fillna("")
    return some_windows(table)


def rows_of(key: tuple[str, str, pd.Timestamp, str], end: pd.Timestamp) -> pd.DataFrame:
    """The labelled rows of a window and slice."""
    model_id, _, start, slice_value = key
    first, last = ((pd.Timestamp(moment).date() - FIRST_DAY).days for moment in (start, end))
    rows = LABELLED.get(model_id.removeprefix(BINNED), BINARY[:0])
    is_in = (rows["day"].to_numpy() >= first) & (rows["day"].to_numpy() < last)
    return rows[is_in & (rows["region"].to_numpy() == slice_value) if slice_value else is_in]


def some_windows(table: pd.DataFrame) -> pd.DataFrame:
    """All but the days and trailing windows, and every sixth of those."""
    day = (pd.to_datetime(table["window_start"]) - pd.Timestamp(FIRST_DAY)).dt.days
    return table[table["granularity"].isin(BAND_WINDOWS) | (day % 6 == 3)]


def labelled_windows(depth: duckdb.DuckDBPyConnection, task: str, granularities: tuple[str, ...]) -> pd.DataFrame:
    """Every window and slice with labels, from the raw rows: what a mart must have rows for."""
    windows = depth.execute("""
        select model_id, granularity, window_start, window_end, coalesce(slice_value, '') as slice_value
        from ml_monitor_internal.int_ml_window_counts
        where task = ? and list_contains(?, granularity)
    """, [task, list(granularities)]).df()  # fmt: skip
    windows = some_windows(windows)
    sizes = [len(rows_of((*row[:3], row[4]), row[3])) for row in windows.itertuples(index=False)]
    return windows.assign(n=sizes)[np.array(sizes) > 0]


def expected_table(
    depth: duckdb.DuckDBPyConnection,
    task: str,
    granularities: tuple[str, ...],
    oracle: Callable[[pd.DataFrame, bool], pd.DataFrame],
    with_binned: bool = True,
) -> pd.DataFrame:
    """The oracle's rows of every labelled window; it is told whether the window is read row by row."""
    tables = []
    for row in labelled_windows(depth, task, granularities).itertuples():
        if row.model_id.startswith(BINNED) and not with_binned:
            continue
        key = (row.model_id, row.granularity, row.window_start, row.slice_value)
        is_exact = row.n <= ROW_LIMIT or not row.model_id.startswith(BINNED)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            table = oracle(rows_of(key, row.window_end), is_exact)
        tables.append(table.assign(**dict(zip(KEYS, key, strict=True))))
    return pd.concat(tables, ignore_index=True)


def assert_same(found: pd.DataFrame, expected: pd.DataFrame, keys: list[str], columns: list[str]) -> None:
    """The same rows by key, and every column equal within 1e-9 relative, 1e-12 absolute; null equals null."""
    keys = KEYS + keys
    both = found.merge(expected, on=keys, how="outer", suffixes=("", "_expected"), indicator=True)
    lost = both[both["_merge"] != "both"]
    assert lost.empty, f"{len(lost)} rows of {len(both)} stand on one side only:\n{lost[[*keys, '_merge']].head(10)}"
    for column in columns:
        is_close = np.isclose(
            both[column].astype(float), both[f"{column}_expected"].astype(float), rtol=1e-9, atol=1e-12, equal_nan=True
        )
        wrong = both[~is_close][[*keys, column, f"{column}_expected"]]
        assert wrong.empty, f"{column}: {len(wrong)} of {len(both)} differ:\n{wrong.head(10)}"


def as_cells(score: pd.Series) -> pd.Series:
    """The upper end of the cell of 0.001 that a score lies in."""
    return np.maximum(np.ceil(score * 1000), 1) / 1000


def calibration_rows(binning: str) -> Callable[[pd.DataFrame, bool], pd.DataFrame]:
    """The rows of a window with their bin and its edges."""

    def oracle(rows: pd.DataFrame, is_exact: bool) -> pd.DataFrame:
        score = (rows["score"] if is_exact or binning == "uniform" else as_cells(rows["score"])).to_numpy()
        if binning == "uniform":
            edges = np.linspace(0, 1, 11)
        else:
            edges = np.percentile(score, np.arange(0, 101, 10))
            on_row = np.arange(11) * (len(score) - 1) % 10 == 0  # numpy's 0.7 * 180 is 125.99999999999999
            edges[on_row] = np.sort(score)[np.arange(11)[on_row] * (len(score) - 1) // 10]
        number = np.searchsorted(edges[1:-1], score) + 1
        has_edges = is_exact or binning == "uniform"
        return pd.DataFrame({
            "score": rows["score"].to_numpy(), "actual": rows["actual"].to_numpy(), "bin_number": number, "is_exact": has_edges,
            "bin_lower": edges[number - 1] if has_edges else np.nan, "bin_upper": edges[number] if has_edges else np.nan,
        })  # fmt: skip

    return oracle


def calibration_table(rows: pd.DataFrame) -> pd.DataFrame:
    table = rows.groupby([*KEYS, "bin_number"]).agg(
        labelled_count=("score", "size"), positive_count=("actual", "sum"), mean_score=("score", "mean"),
        observed_rate=("actual", "mean"), is_exact=("is_exact", "first"), bin_lower=("bin_lower", "first"),
        bin_upper=("bin_upper", "first"),
    ).reset_index()  # fmt: skip
    table["calibration_gap"] = table["observed_rate"] - table["mean_score"]
    totals = table.groupby(KEYS)["labelled_count"].transform("sum")
    table["ece_contribution"] = table["calibration_gap"].abs() * table["labelled_count"] / totals
    return table


@pytest.mark.parametrize("binning", ["uniform", "quantile"])
def test_calibration(binning: str, depth: duckdb.DuckDBPyConnection) -> None:
    granularities = BAND_WINDOWS if binning == "quantile" else ROW_WINDOWS
    found = mart(depth, "fct_ml_calibration", f"binning = '{binning}' and granularity not like 'trailing%'")
    assert set(found["granularity"]) == set(granularities)
    from_cells = found[~found["is_exact"]]
    assert len(from_cells) > 50 or binning == "uniform"
    assert np.allclose(from_cells[["bin_lower", "bin_upper"]] * 1000 % 1 % 1, 0, atol=1e-9) or binning == "uniform"
    found.loc[~found["is_exact"], ["bin_lower", "bin_upper"]] = np.nan
    rows = expected_table(depth, "binary_classification", granularities, calibration_rows(binning))
    assert_same(found, calibration_table(rows), ["bin_number"], [
        "labelled_count", "positive_count", "mean_score", "observed_rate", "calibration_gap", "ece_contribution", "bin_lower",
        "bin_upper", "is_exact",
    ])  # fmt: skip


def gains_rows(rows: pd.DataFrame, is_exact: bool) -> pd.DataFrame:
    """The rows of a window with the tenth that the first row of the same score is in."""
    ranked = rows["score"] if is_exact else as_cells(rows["score"])
    band = np.floor((ranked.rank(method="min", ascending=False) - 1) * 10 / len(rows)) + 1
    return pd.DataFrame({"score": rows["score"], "actual": rows["actual"], "band_number": band})


def gains_table(rows: pd.DataFrame) -> pd.DataFrame:
    table = rows.groupby([*KEYS, "band_number"]).agg(
        labelled_count=("score", "size"), positive_count=("actual", "sum"), mean_score=("score", "mean"),
        positive_rate=("actual", "mean"),
    ).reset_index()  # fmt: skip
    table["negative_count"] = table["labelled_count"] - table["positive_count"]
    counts = table.groupby(KEYS)[["labelled_count", "positive_count", "negative_count"]]
    passed, totals = counts.cumsum(), counts.transform("sum")
    base_rate = (totals["positive_count"] / totals["labelled_count"]).replace(0, np.nan)
    shares = passed / totals.replace(0, np.nan)
    table["cumulative_labelled_count"] = passed["labelled_count"]
    table["cumulative_positive_count"] = passed["positive_count"]
    table["cumulative_labelled_share"] = shares["labelled_count"]
    table["cumulative_positive_share"] = shares["positive_count"]
    table["cumulative_positive_rate"] = passed["positive_count"] / passed["labelled_count"]
    table["lift"] = table["positive_rate"] / base_rate
    table["cumulative_lift"] = table["cumulative_positive_rate"] / base_rate
    table["ks_distance"] = shares["positive_count"] - shares["negative_count"]
    return table.drop(columns="negative_count")


def test_gains(depth: duckdb.DuckDBPyConnection) -> None:
    found = mart(depth, "fct_ml_gains")
    expected = gains_table(expected_table(depth, "binary_classification", BAND_WINDOWS, gains_rows))
    columns = [column for column in expected if column not in [*KEYS, "band_number"]]
    assert len(columns) == 12 and (~found["is_exact"]).any()
    assert_same(found, expected, ["band_number"], columns)
    assert (found.loc[found["is_exact"], "score_minimum"] <= found.loc[found["is_exact"], "mean_score"] + 1e-12).all()
    # All scores equal: one band. A band is a range of scores: no two of a window overlap.
    assert (found[found["model_id"] == "equal_scores"]["band_number"] == 1).all()
    ordered = found.sort_values([*KEYS, "band_number"])
    below = ordered.groupby(KEYS)["score_maximum"].shift(-1)
    assert (below.dropna() <= ordered.loc[below.dropna().index, "score_minimum"] + 1e-12).all()


VALUES = pd.read_csv(ROOT / "seeds/demo/ml_demo_value_matrix.csv").set_index(["model_id", "outcome"])["outcome_value"]


def curve_oracle(rows: pd.DataFrame, _: bool) -> pd.DataFrame:
    """At some thresholds, by means and harmonic means; a row on the threshold is below it."""
    actual, score = rows["actual"].to_numpy() == 1, rows["score"].to_numpy()

    def share(of: np.ndarray) -> float:
        return of.mean() if len(of) else np.nan

    lines = []
    for hundredth in (1, 7, 29, 30, 57, 58, 99):
        label = score > hundredth / 100
        counts = (actual & label).sum(), (~actual & label).sum(), (actual & ~label).sum(), (~actual & ~label).sum()
        precision, recall = share(actual[label]), share(label[actual])
        f = [0.0 if counts[0] == 0 else 1 / ((1 / precision + beta**2 / recall) / (1 + beta**2)) for beta in (1, 0.5, 2)]
        lines.append((
            hundredth / 100, *counts, label.mean(), precision, recall, share(~label[~actual]),
            *(f if (actual | label).any() else 3 * [np.nan]), value_of(rows["model_id"].iloc[0], *counts),
        ))  # fmt: skip
    return pd.DataFrame(lines, columns=[
        "score_threshold", "true_positive_count", "false_positive_count", "false_negative_count", "true_negative_count",
        "selection_rate", "precision_rate", "recall_rate", "specificity", "f1", "f_beta_05", "f_beta_2", "value_total",
    ])  # fmt: skip


def value_of(model_id: str, tp: int, fp: int, fn: int, tn: int) -> float:
    """Counts times values; an outcome that policy leaves out is worth nothing. NaN for a model without values."""
    if model_id not in VALUES.index.get_level_values(0):
        return np.nan
    of = VALUES[model_id]
    counts = {"true_positive": tp, "false_positive": fp, "false_negative": fn, "true_negative": tn}
    return sum(of.get(outcome, 0) * count for outcome, count in counts.items())


def test_threshold_curve(depth: duckdb.DuckDBPyConnection) -> None:
    everything = mart(depth, "fct_ml_threshold_curve", f"model_id not like '{BINNED}%'")
    sizes = everything.groupby(KEYS).size()
    assert (sizes == 99).all() and len(sizes) > 50
    windows = ("month", "reference", "lifetime")
    expected = expected_table(depth, "binary_classification", windows, curve_oracle, with_binned=False)
    found = everything[everything["score_threshold"].isin(expected["score_threshold"].unique())]
    columns = [column for column in expected if column not in [*KEYS, "score_threshold"]]
    assert len(columns) == 12 and found["value_total"].notna().any()
    assert_same(found, expected, ["score_threshold"], columns)
    # The same rows under a row limit have the same curve.
    limited = mart(depth, "fct_ml_threshold_curve", f"model_id like '{BINNED}%'")
    limited["model_id"] = limited["model_id"].str.removeprefix(BINNED)
    whole = everything[everything["slice_value"] == ""]
    assert_same(limited, whole.assign(value_total=np.nan), ["score_threshold"], columns)


def test_intervals_of_auc(depth: duckdb.DuckDBPyConnection) -> None:
    """DeLong from all pairs where rows are read, Hanley and McNeil where cells are; gini is twice as wide."""
    def oracle(rows: pd.DataFrame, is_exact: bool) -> pd.DataFrame:
        positive_count = int(rows["actual"].sum())
        if not 0 < positive_count < len(rows):
            return pd.DataFrame({"lower": [np.nan], "upper": [np.nan]})
        score = rows["score"] if is_exact else as_cells(rows["score"])
        auc, df = sklearn_metrics.roc_auc_score(rows["actual"], score), None
        if is_exact:
            error, df = delong_error(rows["score"].to_numpy(), rows["actual"].to_numpy()), min(positive_count, len(rows) - positive_count) - 1
        else:
            error = hanley_mcneil_error(auc, positive_count, len(rows) - positive_count) or np.nan
        lower, upper = scaled_limits(auc, error, "unit", df)
        return pd.DataFrame({"lower": [float(lower)], "upper": [float(upper)]})

    expected = expected_table(depth, "binary_classification", ROW_WINDOWS, oracle)
    where = "metric_name = '{}' and labelled_count > 0 and granularity not like 'trailing%'"
    for name, low in (("roc_auc", 0), ("gini", -1)):
        found = mart(depth, "fct_ml_performance", where.format(name))
        for end in ("lower", "upper"):
            found[end] = (found[f"ci_{end}"].astype(float) - low) / (1 - low)
        assert_same(found, expected, [], ["lower", "upper"])
    is_there = expected.set_index("model_id")["lower"].notna()
    assert is_there[["ties", "returns_propensity", BINNED + "ties"]].mean() > 0.5
    for name in ("perfect", "equal_scores", "one_class", "one_row", "two_classes_of_one"):  # nothing is known of the error
        assert not is_there[[name]].any(), name


def regression_oracle(rows: pd.DataFrame, reference: pd.DataFrame, is_read_by_row: bool) -> dict[str, float]:
    """By numpy, NaN by our null rules. `reference` has the reference rows of the same slice."""
    error = rows["said"] - rows["actual"]
    mae = error.abs().mean()
    naive_error = (rows["naive"] - rows["actual"]).dropna()
    scale = (reference["naive"] - reference["actual"]).abs().mean()
    width = (rows["upper"] - rows["lower"]).replace(np.inf, np.nan)
    paired_mae = error[naive_error.index].abs().mean()
    return {
        "median_ae": sklearn_metrics.median_absolute_error(rows["actual"], rows["said"]) if is_read_by_row else np.nan,
        "tracking_signal": error.sum() / mae if mae else np.nan,
        "mase": mae / scale if scale else np.nan,
        "naive_skill": 1 - paired_mae / naive_error.abs().mean() if naive_error.abs().sum() else np.nan,
        "interval_width": width.mean(),
    }


def test_forecasts_by_horizon(depth: duckdb.DuckDBPyConnection) -> None:
    """Every metric of every horizon, trailing windows (which have no slices) included."""
    names = ["median_ae", "tracking_signal", "mase", "naive_skill", "interval_width"]
    found = mart(depth, "fct_ml_performance", f"metric_name in {tuple(names)} and labelled_count > 0")
    assert set(found["slice_key"].dropna()) == {"horizon"} and set(found["slice_value"]) == {"", "1", "2", "3"}
    found["expected"] = np.nan
    for (model_id, granularity, start, slice_value), part in found.groupby(KEYS):
        key = (model_id, granularity, start, slice_value)
        rows = rows_of(key, part["window_end"].iloc[0])
        reference = rows_of(key[:2] + (FIRST_DAY, slice_value), FIRST_DAY + timedelta(days=REFERENCE_DAYS))
        oracle = regression_oracle(rows, reference, granularity in ROW_WINDOWS)
        found.loc[part.index, "expected"] = part["metric_name"].map(oracle)
    is_close = np.isclose(found["metric_value"], found["expected"], rtol=1e-9, atol=1e-12, equal_nan=True)
    assert is_close.all(), found[~is_close][[*KEYS, "metric_name", "metric_value", "expected"]].head(10)
    lifetime = found[(found["granularity"] == "lifetime") & (found["model_id"] == "demand_forecast")]
    mase = lifetime[lifetime["metric_name"] == "mase"].set_index("slice_value")["metric_value"]
    assert mase["1"] < mase["2"] < mase["3"]
    assert found[found["model_id"] == "never_naive"].query("metric_name in ['mase', 'naive_skill']")["metric_value"].isna().all()
    perfect = found[(found["model_id"] == "perfect_forecast") & (found["metric_name"] == "tracking_signal")]
    assert len(perfect) > 30 and perfect["metric_value"].isna().all() and (perfect["status"] == "not_evaluated").all()


def test_business_impact(depth: duckdb.DuckDBPyConnection) -> None:
    """Values by hand from the raw rows; models without values have no row."""
    found = mart(depth, "rpt_ml_business_impact")
    assert set(found["model_id"]) == {"returns_propensity", "credit_limit", "demand_forecast"}
    assert set(found["currency"]) == {"EUR"} and found["value_total"].notna().all()
    reference_end = FIRST_DAY + timedelta(days=REFERENCE_DAYS)
    problems = []
    for row in found.itertuples():
        key = (row.model_id, row.granularity, row.window_start, row.slice_value)
        rows = rows_of(key, row.window_end)
        of_slice = rows_of(key[:2] + (FIRST_DAY, row.slice_value), reference_end)
        reference = rows_of(key[:2] + (FIRST_DAY, ""), reference_end)
        value, dummy, dummy_name = value_and_dummy(rows, reference, row.granularity)
        reference_value = value_and_dummy(of_slice, reference, "reference")[0] / len(of_slice)
        expected = {
            "value_total": value,
            "value_per_prediction": value / len(rows),
            "reference_value_per_prediction": reference_value,
            "value_against_reference": value - reference_value * len(rows),
            "dummy_value_total": dummy,
            "value_against_dummy": value - dummy,
        }
        for column, number in expected.items():
            if not np.isclose(getattr(row, column), number, rtol=1e-9, atol=1e-9, equal_nan=True):
                problems.append(f"{key} {column} is {getattr(row, column)}, not {number}")
        if (row.dummy_name if isinstance(row.dummy_name, str) else None) != dummy_name:
            problems.append(f"{key} dummy_name is {row.dummy_name}, not {dummy_name}")
    assert not problems, f"{len(problems)} differ:\n" + "\n".join(problems[:10])
    assert set(found["dummy_name"].dropna()) == {"always_negative", "naive", "mean_of_reference"}


def value_and_dummy(rows: pd.DataFrame, reference: pd.DataFrame, granularity: str) -> tuple[float, float, str | None]:
    model_id = reference["model_id"].iloc[0]
    if model_id != "demand_forecast":
        counts = []
        is_mostly_positive = reference["actual"].mean() > 0.5
        for labels in (rows["score"] >= 0.5, pd.Series(is_mostly_positive, index=rows.index)):
            tn, fp, fn, tp = sklearn_metrics.confusion_matrix(rows["actual"], labels.astype(int), labels=[0, 1]).ravel()
            counts.append(value_of(model_id, tp, fp, fn, tn))
        return (*counts, "always_positive" if is_mostly_positive else "always_negative")

    def value(said: pd.Series | float) -> float:
        error = said - rows["actual"]
        over, under = (VALUES[model_id][f"{side}_forecast_unit"] for side in ("over", "under"))
        return over * error.clip(lower=0).sum() + under * (-error).clip(lower=0).sum()

    if rows["naive"].notna().all():
        return value(rows["said"]), value(rows["naive"]), "naive"
    if granularity.startswith("trailing"):
        return value(rows["said"]), np.nan, None
    return value(rows["said"]), value(reference["actual"].mean()), "mean_of_reference"


def test_nothing_is_infinite(depth: duckdb.DuckDBPyConnection) -> None:
    for name in ("fct_ml_calibration", "fct_ml_gains", "fct_ml_threshold_curve", "rpt_ml_business_impact"):
        columns = [column for column, kind, *_ in depth.execute(f"describe ml_monitor.{name}").fetchall() if kind == "DOUBLE"]
        query = f"select count(*) from ml_monitor.{name} where {' or '.join(f'not isfinite({column})' for column in columns)}"
        assert depth.execute(query).fetchone() == (0,), name


def test_windows_without_labels_have_no_rows(depth: duckdb.DuckDBPyConnection) -> None:
    """And every metric of theirs is there, null and without a verdict."""
    for name in ("fct_ml_calibration", "fct_ml_gains", "fct_ml_threshold_curve"):
        assert len(mart(depth, name, "model_id = 'no_labels'")) == 0
        assert len(mart(depth, name, "model_id = 'one_row' and granularity = 'lifetime' and slice_key is null")) > 0
    names = ("ece_quantile", "cohen_kappa", "f_beta_2")
    found = mart(depth, "fct_ml_performance", f"model_id = 'no_labels' and metric_name in {names}")
    assert len(found) > 50 and found["metric_value"].isna().all() and (found["status"] == "not_evaluated").all()
