"""The change of a metric, split into mix and rate, against pandas over the raw rows of the real data.

An identity beside the arithmetic: with the old shares kept, the new metrics of the slices give the metric that the rate
effects alone would have led to, up to the half that mix and rate share.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))

TERMS = {
    "accuracy": lambda rows: (rows["score"] >= 0.5) == (rows["actual"] == 1),
    "base_rate": lambda rows: rows["actual"],
    "mean_score": lambda rows: rows["score"],
    "selection_rate": lambda rows: rows["predicted_label"],
    "brier": lambda rows: (rows["score"] - rows["actual"]) ** 2,
    "mae": lambda rows: (rows["predicted_value"] - rows["actual"]).abs(),
    "mse": lambda rows: (rows["predicted_value"] - rows["actual"]) ** 2,
    "bias": lambda rows: rows["predicted_value"] - rows["actual"],
}
KEYS = ["model_id", "model_version", "granularity", "window_start", "baseline_name", "metric_name", "slice_key"]


@pytest.fixture(scope="module")
def warehouse(sample_warehouse: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    connection = duckdb.connect(str(sample_warehouse), read_only=True, config={"threads": 2})
    yield connection
    connection.close()


@pytest.fixture(scope="module")
def table(warehouse: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    return warehouse.execute("""
        select decomposition.*, models.reference_start, models.reference_end
        from ml_monitor.fct_ml_change_decomposition as decomposition
        inner join ml_monitor.dim_ml_models as models using (model_id, model_version)
    """).df()


def of_slices(rows: pd.DataFrame, metric: str, slice_key: str) -> pd.DataFrame:
    """Share of the rows and mean of the metric of each value of a slice."""
    groups = TERMS[metric](rows).astype(float).groupby(rows[slice_key].fillna("(null)"))
    return pd.DataFrame({"share": groups.size() / len(rows), "value": groups.mean()})


@pytest.mark.parametrize("dataset", ["hotel_cancellations", "online_retail_demand"])
def test_contributions(dataset: str, table: pd.DataFrame, warehouse: duckdb.DuckDBPyConnection) -> None:
    rows = warehouse.execute(f"""
        select * from {dataset}.raw_predictions
        inner join {dataset}.raw_outcomes using (prediction_id)
        inner join {dataset}.raw_features using (prediction_id)
    """).df()  # fmt: skip
    of_versions = dict(list(rows.sort_values("predicted_at").groupby("model_version")))
    families = list(table[(table["model_id"] == dataset) & table["metric_name"].isin(TERMS)].groupby(KEYS))
    chosen = np.random.default_rng(11).choice(len(families), 150, replace=False)
    one_sided = 0
    for number in chosen:
        (_, version, granularity, start, baseline, metric, slice_key), found = families[number]
        end = found["window_end"].iloc[0]
        if baseline == "reference":
            base_start, base_end = found["reference_start"].iloc[0], found["reference_end"].iloc[0]
        else:
            base_end = start
            base_start = start - (pd.DateOffset(months=1) if granularity == "month" else pd.Timedelta(days=7))
        at = of_versions[version]["predicted_at"]
        edges = at.searchsorted(pd.DatetimeIndex([start, end, base_start, base_end]))
        now, then = (of_versions[version].iloc[first:last] for first, last in (edges[:2], edges[2:]))
        new, old = of_slices(now, metric, slice_key), of_slices(then, metric, slice_key)
        both = new.add_suffix("_new").join(old.add_suffix("_old"), how="outer").sort_index()
        new_total, old_total = TERMS[metric](now).mean(), TERMS[metric](then).mean()
        shares = both[["share_new", "share_old"]].fillna(0)
        value_new = both["value_new"].fillna(both["value_old"])
        value_old = both["value_old"].fillna(both["value_new"])
        origin = (new_total + old_total) / 2
        mix = (shares["share_new"] - shares["share_old"]) * ((value_new + value_old) / 2 - origin)
        rate = shares.mean(axis=1) * (value_new - value_old)
        found = found.sort_values("slice_value")
        assert list(found["slice_value"]) == list(both.index)
        one_sided += both.isna().any(axis=1).sum()
        scale = max(1, abs(new_total), abs(old_total))
        for column, wanted in (("mix_contribution", mix), ("rate_contribution", rate), ("contribution", mix + rate)):
            assert np.allclose(found[column], wanted, rtol=1e-9, atol=1e-12 * scale), (found, wanted)
        assert found["contribution"].sum() == pytest.approx(new_total - old_total, rel=1e-9, abs=1e-11 * scale)
        # Holding the shares of either side: half of each is the rate effect.
        kept_old = ((value_new - value_old) * shares["share_old"]).sum()
        kept_new = ((value_new - value_old) * shares["share_new"]).sum()
        assert found["rate_contribution"].sum() == pytest.approx((kept_old + kept_new) / 2, rel=1e-9, abs=1e-11 * scale)
    assert one_sided > 5 or dataset != "hotel_cancellations"


def test_ranks_and_shares(table: pd.DataFrame) -> None:
    ordered = table.sort_values([*KEYS, "contribution_rank"])
    sizes = ordered["contribution"].abs()
    same = ordered[KEYS].eq(ordered[KEYS].shift()).all(axis=1)
    assert (sizes[same] <= sizes.shift()[same] + 1e-9).all()
    assert ordered.groupby(KEYS)["contribution_rank"].apply(lambda ranks: list(ranks) == list(range(1, len(ranks) + 1))).all()
    sums = table.groupby(KEYS)[["window_share", "baseline_share"]].sum()
    assert np.allclose(sums, 1, rtol=1e-12)
    one_sided = table[table["slice_presence"] != "both"]
    assert len(one_sided) > 100 and one_sided["rate_contribution"].eq(0).all()


def test_what_is_decomposed(table: pd.DataFrame) -> None:
    """Every window with a window before it, and every window against the reference, for each metric that is a mean."""
    hotel = table[(table["model_id"] == "hotel_cancellations") & (table["model_version"] == "1")]
    assert set(hotel["metric_name"]) == {"accuracy", "base_rate", "mean_score", "selection_rate", "brier", "log_loss"}
    months = hotel[hotel["granularity"] == "month"].groupby("baseline_name")["window_start"].nunique()
    assert months.to_dict() == {"previous": 16, "reference": 17}
    demand = table[table["model_id"] == "online_retail_demand"]
    assert set(demand["metric_name"]) == {"mae", "mse", "bias"}
