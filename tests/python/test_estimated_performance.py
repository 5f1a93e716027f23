"""Estimated performance on the real data: isotonic calibration, AUC and average precision against scikit-learn over the
raw rows, NannyML's AUC within what its rounding allows, losses of regression against pandas.

The expected confusion counts and the rates made of them are held against NannyML in test_reference.py.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest
from reference_entries import is_equal
from sklearn.isotonic import IsotonicRegression
from sklearn.metrics import average_precision_score, log_loss, roc_auc_score

REFERENCES = {"1": ("2016-04-01", "2016-07-01"), "2": ("2017-01-01", "2017-03-01")}


@pytest.fixture(scope="module")
def warehouse(sample_warehouse: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    connection = duckdb.connect(str(sample_warehouse), read_only=True)
    yield connection
    connection.close()


@pytest.fixture(scope="module")
def hotel(warehouse: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    rows = warehouse.execute("""
        select model_version, predicted_at::date as day, score, predicted_label::int as predicted_label, actual, hotel
        from hotel_cancellations.raw_predictions
        inner join hotel_cancellations.raw_features using (prediction_id)
        left join hotel_cancellations.raw_outcomes using (prediction_id)
    """).df()  # fmt: skip
    rows["day"] = pd.to_datetime(rows["day"])
    return rows


def calibrator(hotel: pd.DataFrame, version: str) -> IsotonicRegression:
    start, end = REFERENCES[version]
    is_reference = (hotel["model_version"] == version) & (hotel["day"] >= start) & (hotel["day"] < end)
    labelled = hotel[is_reference & hotel["actual"].notna()]
    return IsotonicRegression(out_of_bounds="clip").fit(labelled["score"], labelled["actual"])


def test_blocks_are_the_recorded_knots(warehouse: duckdb.DuckDBPyConnection, sample_data_dir: Path) -> None:
    """The knots that NannyML's calibrator has for version 1: the ends of each block."""
    knots = json.loads((sample_data_dir / "hotel_cancellations" / "isotonic_knots_v1.json").read_text())
    blocks = warehouse.execute("""
        select first_score, last_score, calibrated_score from ml_monitor_internal.int_ml_isotonic_blocks
        where model_id = 'hotel_cancellations' and model_version = '1' order by block_number
    """).fetchall()  # fmt: skip
    scores, values = [], []
    for first, last, value in blocks:
        ends = [first] if first == last else [first, last]
        scores += ends
        values += [value] * len(ends)
    assert scores == knots["x"]
    np.testing.assert_allclose(values, knots["y"], rtol=1e-12)


@pytest.mark.parametrize("granularity", ["day", "month"])
@pytest.mark.parametrize("estimator", ["cbpe", "cbpe_uncalibrated"])
@pytest.mark.parametrize("version", REFERENCES)
def test_ranking_and_losses(
    version: str, estimator: str, granularity: str, warehouse: duckdb.DuckDBPyConnection, hotel: pd.DataFrame
) -> None:
    """Every row is p of a positive and 1 - p of a negative: scikit-learn's metrics with these as sample weights."""
    rows = hotel[hotel["model_version"] == version]
    p = rows["score"] if estimator == "cbpe_uncalibrated" else calibrator(hotel, version).predict(rows["score"])
    rows = rows.assign(p=p)
    shown = warehouse.execute("""
        select window_start, window_end, metric_name, metric_value, metric_error_bound
        from ml_monitor.fct_ml_estimated_performance
        where model_id = 'hotel_cancellations' and model_version = ? and estimator_name = ? and granularity = ?
            and slice_key is null and metric_name in ('roc_auc', 'average_precision', 'log_loss', 'brier', 'base_rate')
        order by window_start
    """, [version, estimator, granularity]).fetchall()  # fmt: skip
    problems = []
    for start, end, metric, value, bound in shown if granularity == "month" else shown[::7]:
        window = rows[(rows["day"] >= str(start)) & (rows["day"] < str(end))]
        actual = np.repeat([1, 0], len(window))
        score = np.tile(window["score"], 2)
        weight = np.concatenate([window["p"], 1 - window["p"]])
        expected = {
            "roc_auc": lambda: roc_auc_score(actual, score, sample_weight=weight),
            "average_precision": lambda: average_precision_score(actual, score, sample_weight=weight),
            "log_loss": lambda: log_loss(actual, score, sample_weight=weight, labels=[0, 1]),
            "brier": lambda: np.average((score - actual) ** 2, weights=weight),
            "base_rate": lambda: window["p"].mean(),
        }[metric]()
        if bound != 0 or not is_equal(value, expected):
            problems.append((start, metric, value, expected, bound))
    assert not problems, problems[:5]
    assert len(shown) > (30 if granularity == "month" else 300)


@pytest.mark.parametrize("estimator", ["cbpe", "cbpe_uncalibrated"])
def test_ranking_by_slice(estimator: str, demo_warehouse: Path) -> None:
    """Slices of weeks and months of a binary model: as all rows, over the accepted predictions of the slice."""
    with duckdb.connect(str(demo_warehouse), read_only=True) as connection:
        rows = connection.execute("""
            select model_version, predicted_date::timestamp as day, score, actual_value, customer_segment, country
            from ml_monitor.fct_ml_predictions
            inner join (select distinct on (prediction_id) prediction_id, customer_segment, country from demo_raw.returns_predictions)
                using (prediction_id)
            where model_id = 'returns_propensity'
        """).df()  # fmt: skip
        references = connection.execute("""
            select model_version, reference_start, reference_end from ml_monitor.dim_ml_models
            where model_id = 'returns_propensity'
        """).fetchall()  # fmt: skip
        shown = connection.execute("""
            select model_version, window_start, window_end, slice_key, slice_value, metric_name, metric_value, metric_error_bound
            from ml_monitor.fct_ml_estimated_performance
            where model_id = 'returns_propensity' and estimator_name = ? and slice_key in ('customer_segment', 'country')
                and metric_name in ('roc_auc', 'average_precision')
            order by all
        """, [estimator]).fetchall()  # fmt: skip
    rows["p"] = rows["score"]
    if estimator == "cbpe":
        for version, start, end in references:
            is_version = rows["model_version"] == version
            is_known = is_version & (rows["day"] >= str(start)) & (rows["day"] < str(end)) & rows["actual_value"].notna()
            fitted = IsotonicRegression(out_of_bounds="clip").fit(rows["score"][is_known], rows["actual_value"][is_known])
            rows.loc[is_version, "p"] = fitted.predict(rows["score"][is_version])
    problems = []
    for version, start, end, key, value, metric, shown_value, bound in shown[::9]:
        is_in = (rows["model_version"] == version) & (rows["day"] >= str(start)) & (rows["day"] < str(end))
        window = rows[is_in & (rows[key].fillna("(null)") == value)]
        measure = {"roc_auc": roc_auc_score, "average_precision": average_precision_score}[metric]
        expected = measure(
            np.repeat([1, 0], len(window)), np.tile(window["score"], 2),
            sample_weight=np.concatenate([window["p"], 1 - window["p"]]),
        )  # fmt: skip
        if bound != 0 or not is_equal(shown_value, expected):
            problems.append((version, start, key, value, metric, shown_value, expected, bound))
    assert not problems, problems[:5]
    assert len(shown) > 1_000


def test_auc_is_that_of_nannyml_but_for_its_rounding(warehouse: duckdb.DuckDBPyConnection, sample_data_dir: Path) -> None:
    """NannyML rounds cumulative counts to five decimals and does not tie equal scores."""
    entries = json.loads((sample_data_dir / "hotel_cancellations" / "reference.json").read_text())["entries"]
    values = {
        (version, estimator, str(month)): value
        for version, estimator, month, value in warehouse.execute("""
            select model_version, estimator_name, strftime(window_start, '%Y-%m'), metric_value
            from ml_monitor.fct_ml_estimated_performance
            where model_id = 'hotel_cancellations' and granularity = 'month' and slice_key is null and metric_name = 'roc_auc'
        """).fetchall()
    }  # fmt: skip
    compared = 0
    for entry in entries:
        parts = entry["id"].split("/")
        if parts[0] != "nannyml" or parts[3] not in ("cbpe", "uncalibrated") or (parts[3] == "cbpe" and parts[6] != "roc_auc"):
            continue
        estimator, name = ("cbpe", "value") if parts[3] == "cbpe" else ("cbpe_uncalibrated", "roc_auc")
        assert values[parts[1][1:], estimator, parts[5]] == pytest.approx(entry["value"][name], rel=5e-8)
        compared += 1
    assert compared == 50


def test_estimates_are_graded_once_labels_are_in(warehouse: duckdb.DuckDBPyConnection) -> None:
    graded = warehouse.execute("""
        select
            count(*) filter (where is_mature and realized_value is not null and estimate_error is null),
            count(*) filter (where not is_mature and (realized_value is not null or estimate_error is not null)),
            max(abs(estimate_error - (metric_value - realized_value))),
            count(estimate_error)
        from ml_monitor.fct_ml_estimated_performance
    """).fetchone()  # fmt: skip
    assert graded[:3] == (0, 0, 0)
    assert graded[3] > 1_000
    differing = warehouse.execute("""
        select count(*) from ml_monitor.fct_ml_estimated_performance as estimates
        inner join ml_monitor.fct_ml_performance as performance
            on estimates.model_id = performance.model_id and estimates.model_version = performance.model_version
            and estimates.granularity = performance.granularity and estimates.window_start = performance.window_start
            and estimates.slice_key is not distinct from performance.slice_key
            and estimates.slice_value is not distinct from performance.slice_value
            and estimates.metric_name = performance.metric_name
        where estimates.realized_value is distinct from case when performance.is_mature then performance.metric_value end
    """).fetchone()  # fmt: skip
    assert differing == (0,)


@pytest.mark.parametrize("slice_value", [None, "B"])
def test_loss_by_band(slice_value: str | None, warehouse: duckdb.DuckDBPyConnection) -> None:
    """Mean loss of the reference in each decile of the forecast, weighted to each month, by pandas."""
    rows = warehouse.execute("""
        select predicted_at::date as day, predicted_value as said, actual, price_band
        from online_retail_demand.raw_predictions
        inner join online_retail_demand.raw_features using (prediction_id)
        left join online_retail_demand.raw_outcomes using (prediction_id)
        where model_version = '2'
    """).df()  # fmt: skip
    rows["day"] = pd.to_datetime(rows["day"])
    bands = sorted(rows["price_band"].unique())
    wanted = None if slice_value is None else bands[1]
    is_reference = (rows["day"] >= "2011-05-30") & (rows["day"] < "2011-08-29")
    edges = np.unique(np.quantile(rows.loc[is_reference, "said"], np.arange(1, 10) / 10))
    rows["band"] = np.searchsorted(edges, rows["said"], side="left")
    rows["absolute"] = (rows["said"] - rows["actual"]).abs()
    rows["squared"] = (rows["said"] - rows["actual"]) ** 2
    if wanted is not None:
        rows, is_reference = rows[rows["price_band"] == wanted], is_reference[rows["price_band"] == wanted]
    losses = rows[is_reference].groupby("band")[["absolute", "squared"]].agg(["mean", lambda column: column.var(ddof=0)])
    shown = warehouse.execute("""
        select window_start, window_end, metric_name, metric_value, ci_lower, ci_upper, sample_count
        from ml_monitor.fct_ml_estimated_performance
        where model_id = 'online_retail_demand' and model_version = '2' and granularity = 'month'
            and slice_value is not distinct from ?
    """, [wanted]).fetchall()  # fmt: skip
    assert len(shown) == 3 * 8
    for start, end, metric, value, lower, upper, sample_count in shown:
        counts = rows[(rows["day"] >= str(start)) & (rows["day"] < str(end))]["band"].value_counts()
        assert counts.sum() == sample_count
        loss = losses.loc[counts.index, "absolute" if metric == "mae" else "squared"]
        mean = (loss["mean"] * counts).sum() / counts.sum()
        error = np.sqrt((loss["<lambda_0>"] * counts).sum()) / counts.sum()
        expected, half = (mean, error) if metric != "rmse" else (np.sqrt(mean), error / (2 * np.sqrt(mean)))
        assert is_equal(value, expected), (start, metric)
        assert is_equal((upper - lower) / 2, 1.959963984540054 * half), (start, metric)


def test_multiclass(demo_warehouse: Path) -> None:
    """Expected metrics of the sentiment model: scikit-learn's isotonic regression of each class, by numpy.

    AUC: every row is p of the class and 1 - p of the rest, in the order of the class's scores, by scikit-learn.
    """
    with duckdb.connect(str(demo_warehouse), read_only=True) as connection:
        rows = connection.execute("""
            select predictions.prediction_id, predicted_at::date as day, predicted_label, class_label, class_score, actual
            from demo_raw.review_predictions as predictions
            inner join demo_raw.review_class_scores using (prediction_id)
            left join demo_raw.review_outcomes using (prediction_id)
            where prediction_id in (
                select prediction_id from ml_monitor.fct_ml_predictions where model_id = 'review_sentiment'
            )
        """).df()  # fmt: skip
        (start, end) = connection.execute("""
            select reference_start, reference_end from ml_monitor.dim_ml_models where model_id = 'review_sentiment'
        """).fetchone()  # fmt: skip
        shown = connection.execute("""
            select window_start, window_end, estimator_name, metric_name, metric_value, ci_upper - metric_value, sample_count
            from ml_monitor.fct_ml_estimated_performance
            where model_id = 'review_sentiment' and granularity = 'month' and slice_key is null
        """).fetchall()  # fmt: skip
    rows["day"] = pd.to_datetime(rows["day"])
    assert not rows.duplicated(["prediction_id", "class_label"]).any()
    is_reference = (rows["day"] >= str(start)) & (rows["day"] < str(end)) & rows["actual"].notna()
    rows["p"] = 0.0
    for label, group in rows.groupby("class_label"):
        known = group[is_reference.loc[group.index]]
        fitted = IsotonicRegression(out_of_bounds="clip").fit(known["class_score"], known["actual"] == label)
        rows.loc[group.index, "p"] = fitted.predict(group["class_score"])
    rows["p"] /= rows.groupby("prediction_id")["p"].transform("sum")
    problems = []
    for first, last, estimator, metric, value, half, sample_count in shown:
        window = rows[(rows["day"] >= str(first)) & (rows["day"] < str(last))]
        p = "p" if estimator == "cbpe" else "class_score"
        confusion = window.pivot_table(index="class_label", columns="predicted_label", values=p, aggfunc="sum", observed=True)
        confusion = confusion.reindex(index=confusion.index, columns=confusion.index, fill_value=0).fillna(0).to_numpy()
        hit, said, true = np.diag(confusion), confusion.sum(axis=0), confusion.sum(axis=1)
        areas = [
            roc_auc_score(
                np.repeat([1, 0], len(group)), np.tile(group["class_score"], 2),
                sample_weight=np.concatenate([group[p], 1 - group[p]]),
            )
            for _, group in window.groupby("class_label")
        ]
        expected = {
            "accuracy": hit.sum() / confusion.sum(),
            "precision_macro": (hit / said).mean(),
            "recall_macro": (hit / true).mean(),
            "f1_macro": (2 * hit / (said + true)).mean(),
            "roc_auc_ovr_macro": np.mean(areas),
        }[metric]
        if not is_equal(value, expected) or sample_count != window["prediction_id"].nunique():
            problems.append((first, estimator, metric, value, expected, sample_count))
        if metric == "accuracy":
            diagonal = window[window["class_label"] == window["predicted_label"]][p]
            error = np.sqrt((diagonal * (1 - diagonal)).sum()) / len(diagonal)
            assert is_equal(half, 1.959963984540054 * error)
    assert not problems, problems[:5]
    assert {(estimator, metric) for _, _, estimator, metric, *_ in shown} == {
        (estimator, metric) for estimator in ("cbpe", "cbpe_uncalibrated")
        for metric in ("accuracy", "precision_macro", "recall_macro", "f1_macro", "roc_auc_ovr_macro")
    }  # fmt: skip
