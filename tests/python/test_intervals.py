"""Intervals of performance metrics: against independent ones row for row, and whether they hold the truth.

One small build of scripts/coverage: draws of which the truth is known. `make coverage` does the same with more and larger ones.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest
from interval_oracles import Z_95, asymmetry, degrees_of_freedom, linearised_error, mean_of_rates, scaled_limits, wilson
from macro_renderer import MacroRenderer
from scipy import optimize, stats
from test_reference import delong_error

from scripts.coverage import counts, data, separation
from scripts.coverage.__main__ import build

DRAWS = {100: 160, 500: 80}
MODELS = [data.Model(scenario, size, draws) for scenario in data.SCENARIOS for size, draws in DRAWS.items()]
CHECKED_DRAWS = 15
# What is known to hold the truth in a little less than 93 % (DECISIONS.md): the precision of a class that is said five times.
KNOWN = {("three_classes precision_macro", 100)}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("coverage")
    build(MODELS, folder)
    return folder


@pytest.fixture(scope="module")
def warehouse(folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(folder / "coverage.duckdb"), read_only=True) as connection:
        yield connection


@pytest.fixture(scope="module")
def draws(warehouse: duckdb.DuckDBPyConnection) -> dict[tuple[str, int, str], tuple[float, float, float]]:
    """Value and ends of each metric of the first draws: by model, draw and metric."""
    found = warehouse.execute("""
        select model_id, cast(slice_value as int), metric_name, metric_value, ci_lower, ci_upper
        from ml_monitor.fct_ml_performance
        where granularity = 'week' and slice_key = 'draw' and cast(slice_value as int) < ?
    """, [CHECKED_DRAWS]).fetchall()  # fmt: skip
    return {(model_id, draw, name): (value, lower, upper) for model_id, draw, name, value, lower, upper in found}


def rows_of(model: data.Model) -> Iterator[tuple[int, dict[str, np.ndarray], dict[str, np.ndarray]]]:
    """The first draws: number, their rows, and all rows of the model."""
    everything = model.rows()
    for draw in range(CHECKED_DRAWS):
        yield draw, {name: column[everything["draw"] == draw] for name, column in everything.items()}, everything


def model_of(scenario: str) -> data.Model:
    return next(model for model in MODELS if model.scenario == scenario and model.row_count == 100)


def assert_limits(found: tuple[float, float, float], expected: tuple[float, float], name: str) -> None:
    ends = [np.nan if end is None else end for end in found[1:]]
    assert np.allclose(ends, expected, rtol=1e-9, atol=1e-12, equal_nan=True), f"{name} has {ends}, not {expected}"


@pytest.mark.parametrize("scenario", ["rare_calibrated", "even_overconfident"])
def test_binary(scenario: str, draws: dict) -> None:
    model = model_of(scenario)
    for draw, rows, everything in rows_of(model):
        score, label, actual = rows["score"], rows["label"], rows["actual"]
        cells = [label & actual, label & ~actual, ~label & actual, ~label & ~actual]
        tp, fp, fn, tn = (int(cell.sum()) for cell in cells)
        rate = everything["actual"].mean()
        n = len(score)

        def counts_of(weights: np.ndarray, cells: list[np.ndarray] = cells) -> list[complex]:
            return [weights[cell].sum() for cell in cells]

        def f_beta(weights: np.ndarray, square: float) -> complex:
            tp, fp, fn, _ = counts_of(weights)
            return (1 + square) * tp / ((1 + square) * tp + square * fn + fp)

        def mcc(weights: np.ndarray, cells: list[np.ndarray] = cells) -> complex:
            tp, fp, fn, tn = counts_of(weights, cells)
            return (tp * tn - fp * fn) / np.sqrt((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn))

        def kappa(weights: np.ndarray, cells: list[np.ndarray] = cells) -> complex:
            tp, fp, fn, tn = counts_of(weights, cells)
            total = tp + fp + fn + tn
            chance = ((tp + fp) * (tp + fn) + (fn + tn) * (fp + tn)) / total**2
            return ((tp + tn) / total - chance) / (1 - chance)

        def skill(weights: np.ndarray, rate: float = rate, score: np.ndarray = score, actual: np.ndarray = actual) -> complex:
            return 1 - (weights * (score - actual) ** 2).sum() / (weights * (rate - actual) ** 2).sum()

        metrics = {
            "f_beta_05": (lambda weights: f_beta(weights, 0.25), False, "unit"),
            "f_beta_2": (lambda weights: f_beta(weights, 4), False, "unit"),
            "brier_skill": (skill, True, "skill"),
        }
        for name, (metric, is_sample, scale) in metrics.items():
            if name.startswith("f_beta") and tp == 0:
                continue
            found = draws[model.model_id, draw, name]
            value = float(np.real(metric(np.ones(n))))
            assert found[0] == pytest.approx(value, rel=1e-9)
            error = linearised_error(metric, n, is_sample)
            df = degrees_of_freedom(n, min(2 * error / (1 - value), 1)) if name == "brier_skill" else None
            assert_limits(found, scaled_limits(value, error, scale, df), name)
        # One row more of each kind.
        more = np.array([tp, fp, fn, tn]) + 1.0
        for name, metric in (("mcc", mcc), ("cohen_kappa", kappa)):
            found = draws[model.model_id, draw, name]
            assert found[0] == pytest.approx(float(np.real(metric(np.ones(n)))), rel=1e-9)
            kinds = np.repeat(np.arange(4), more.astype(int))
            padded = [kinds == kind for kind in range(4)]

            def of_padded(weights: np.ndarray, padded: list = padded, metric: Callable = metric) -> complex:
                return metric(weights, padded)

            value = float(np.real(of_padded(np.ones(n + 4))))
            ends = scaled_limits(value, linearised_error(of_padded, n + 4, False), "normal")
            assert_limits(found, tuple(np.clip(ends, -1, 1)), name)
        auc, error = draws[model.model_id, draw, "roc_auc"][0], delong_error(score, actual.astype(float))
        least = min(tp + fn, tn + fp) - 1
        assert_limits(draws[model.model_id, draw, "roc_auc"], scaled_limits(auc, error, "unit", least), "roc_auc")
        assert_limits(draws[model.model_id, draw, "gini"], scaled_limits(2 * auc - 1, 2 * error, "correlation", least), "gini")
        losses = -np.log(np.where(actual, score, 1 - score))
        for name, terms, scale in (("brier", (score - actual) ** 2, "unit"), ("log_loss", losses, "positive")):
            value, error = terms.mean(), terms.std(ddof=1) / np.sqrt(n)
            df = n - 1 if name == "brier" else degrees_of_freedom(n, min(2 * error / value, 1))
            assert_limits(draws[model.model_id, draw, name], scaled_limits(value, error, scale, df), name)
        precision = draws[model.model_id, draw, "average_precision"]
        error = np.sqrt(precision[0] * (1 - precision[0]) / (tp + fn))
        assert_limits(precision, scaled_limits(precision[0], error, "unit"), "average_precision")
        assert_limits(draws[model.model_id, draw, "f1"], tuple(2 * end / (1 + end) for end in wilson(tp, tp + fp + fn)), "f1")
        balanced = mean_of_rates([(tp, tp + fn), (tn, tn + fp)], 2)
        assert_limits(draws[model.model_id, draw, "balanced_accuracy"], balanced, "balanced_accuracy")
        # Bonett and Price: the dummy always says the commoner class of the reference.
        won, lost = ((tn, fn) if rate > 0.5 else (tp, fp))
        first, second = (won + 1) / (n + 2), (lost + 1) / (n + 2)
        reach = Z_95 * np.sqrt((first + second - (first - second) ** 2) / (n + 2))
        assert_limits(draws[model.model_id, draw, "accuracy_lift"], (first - second - reach, first - second + reach), "lift")


@pytest.mark.parametrize("scenario", ["normal_errors", "skewed_demand"])
def test_regression(scenario: str, draws: dict) -> None:
    model = model_of(scenario)
    for draw, rows, everything in rows_of(model):
        actual, naive, width = rows["actual"], rows["naive"], 2 * rows["spread"]
        error = rows["said"] - actual
        n, size, dummy = len(actual), np.abs(error), np.abs(everything["actual"].mean() - actual)
        is_there = actual != 0
        share = np.divide(size, np.abs(actual), out=np.zeros(n), where=is_there)
        log_error = np.log1p(rows["said"]) - np.log1p(actual)

        def mean(weights: np.ndarray, terms: np.ndarray) -> complex:
            return (weights * terms).sum() / weights.sum()

        def variance(weights: np.ndarray, terms: np.ndarray) -> complex:
            return mean(weights, terms**2) - mean(weights, terms) ** 2

        def pinball(weights: np.ndarray, alpha: float, error: np.ndarray = error) -> complex:
            return mean(weights, np.where(error > 0, (1 - alpha) * error, -alpha * error))

        metrics = {
            "mae": (lambda w: mean(w, size), "skewed"), "bias": (lambda w: mean(w, error), "normal"),
            "mse": (lambda w: mean(w, error**2), "skewed"), "rmse": (lambda w: np.sqrt(mean(w, error**2)), "skewed_root"),
            "r2": (lambda w: 1 - mean(w, error**2) / variance(w, actual), "skill"),
            "explained_variance": (lambda w: 1 - variance(w, error) / variance(w, actual), "skill"),
            "wape": (lambda w: mean(w, size) / mean(w, np.abs(actual)), "positive"),
            "rmsle": (lambda w: np.sqrt(mean(w, log_error**2)), "skewed_root"),
            "tracking_signal": (lambda w: n * mean(w, error) / mean(w, size), "normal"),
            "naive_skill": (lambda w: 1 - mean(w, size) / mean(w, np.abs(naive - actual)), "skill"),
            "mean_skill": (lambda w: 1 - mean(w, size) / mean(w, dummy), "skill"),
            "interval_width": (lambda w: mean(w, width), "normal"),
            "mase": (lambda w: mean(w, size) / np.abs(naive - actual).mean(), "skewed"),
            **{f"pinball_{100 * a:.0f}": (lambda w, a=a: pinball(w, a), "positive") for a in (0.1, 0.5, 0.9)},
        }  # fmt: skip
        leaning = dict.fromkeys(("mae", "mase"), size) | dict.fromkeys(("mse", "rmse", "r2", "explained_variance"), error**2)
        leaning["rmsle"] = log_error**2
        for name, (metric, scale) in metrics.items():
            found = draws[model.model_id, draw, name]
            value = float(np.real(metric(np.ones(n))))
            assert found[0] == pytest.approx(value, rel=1e-9, abs=1e-12), name
            its_error = linearised_error(metric, n, True)
            lean = asymmetry(leaning[name]) if name in leaning else min(2 * its_error / value, 1)
            df = degrees_of_freedom(n, lean) if name in leaning or name.startswith("pinball") else None
            assert_limits(found, scaled_limits(value, its_error, scale, df, lean), name)
        terms = share[is_there]
        lean, its_error = asymmetry(terms), terms.std(ddof=1) / np.sqrt(len(terms))
        expected = scaled_limits(terms.mean(), its_error, "skewed", degrees_of_freedom(len(terms), lean), lean)
        assert_limits(draws[model.model_id, draw, "mape"], expected, "mape")
        # From the 40th to the 61st of 100: binomial, at least 95 %.
        assert stats.binom.cdf(60, 100, 0.5) - stats.binom.cdf(39, 100, 0.5) == pytest.approx(0.9648, abs=1e-4)
        assert_limits(draws[model.model_id, draw, "median_ae"], tuple(np.sort(size)[[39, 60]]), "median_ae")


def test_multiclass(draws: dict) -> None:
    model = model_of("three_classes")
    for draw, rows, _ in rows_of(model):
        actual, said = np.eye(3)[rows["actual_class"]], np.eye(3)[rows["said_class"]]

        def shares(weights: np.ndarray, actual: np.ndarray = actual, said: np.ndarray = said) -> tuple[np.ndarray, ...]:
            weights = weights / weights.sum()
            return weights @ actual, weights @ said, weights @ (actual * said)

        def weighted(weights: np.ndarray, name: str) -> complex:
            occurred, predicted, right = shares(weights)
            return (occurred * (right / predicted if name == "precision" else 2 * right / (occurred + predicted))).sum()

        def agreement(weights: np.ndarray, is_mcc: bool) -> complex:
            occurred, predicted, right = shares(weights)
            chance = (occurred * predicted).sum()
            scale = np.sqrt((1 - (occurred**2).sum()) * (1 - (predicted**2).sum())) if is_mcc else 1 - chance
            return (right.sum() - chance) / scale

        metrics = {
            "precision_weighted": (lambda w: weighted(w, "precision"), "unit"), "f1_weighted": (lambda w: weighted(w, "f1"), "unit"),
            "f1_macro": (lambda w: (2 * shares(w)[2] / (shares(w)[0] + shares(w)[1])).mean(), "unit"),
            "cohen_kappa": (lambda w: agreement(w, False), "correlation"), "mcc": (lambda w: agreement(w, True), "correlation"),
        }  # fmt: skip
        for name, (metric, scale) in metrics.items():
            value = float(np.real(metric(np.ones(len(actual)))))
            found = draws[model.model_id, draw, name]
            assert found[0] == pytest.approx(value, rel=1e-9), name
            assert_limits(found, scaled_limits(value, linearised_error(metric, len(actual), False), scale), name)
        right = (actual * said).sum(axis=0)
        for name, totals in (("recall_macro", actual), ("balanced_accuracy", actual), ("precision_macro", said)):
            expected = mean_of_rates(list(zip(right, totals.sum(axis=0), strict=True)), 3)
            assert_limits(draws[model.model_id, draw, name], expected, name)


@pytest.mark.parametrize("scenario", ["rare_calibrated", "even_overconfident"])
def test_calibration_error(scenario: str, draws: dict) -> None:
    """Where the measured error is 1.96 standard deviations from the one that scipy's folded normal expects, under each end's gaps."""
    model = model_of(scenario)
    for draw, rows, _ in rows_of(model):
        score, actual = rows["score"], rows["actual"].astype(float)
        for name, bins in (
            ("ece", np.maximum(np.ceil(score * 10), 1)), ("ece_quantile", np.searchsorted(np.percentile(score, range(10, 100, 10)), score)),
        ):  # fmt: skip
            table = pd.DataFrame({"bin": bins, "score": score, "actual": actual}).groupby("bin").agg(
                n=("score", "size"), mean=("score", "mean"), rate=("actual", "mean")
            )  # fmt: skip
            gap, weight = (table["rate"] - table["mean"]).abs().to_numpy(), (table["n"] / len(score)).to_numpy()
            smoothed = (table["n"] * table["rate"] + 2 * table["mean"]) / (table["n"] + 2)
            smoothed_variance = (smoothed * (1 - smoothed) / table["n"]).to_numpy()
            deviation = np.sqrt(smoothed_variance)
            measured = (gap * weight).sum()

            def excess(true_error: float, sign: int) -> float:
                supposed = table["mean"] + (table["rate"] - table["mean"]) / measured * true_error  # noqa: B023
                supposed = np.clip(supposed, 0, 1)
                of_lower = np.sqrt(smoothed_variance / 2 + (supposed * (1 - supposed) / table["n"]).to_numpy() / 2)  # noqa: B023
                scale = of_lower if sign > 0 else deviation  # noqa: B023
                true_gap = true_error * (gap / measured if sign > 0 else (gap / measured + 1) / 2)  # noqa: B023
                folded = stats.foldnorm(true_gap / scale, scale=scale)
                spread = np.sqrt((folded.var() * weight**2).sum())  # noqa: B023
                return (folded.mean() * weight).sum() + sign * Z_95 * spread - measured  # noqa: B023

            highest = measured + Z_95 * np.sqrt((deviation**2 * weight**2).sum())
            lower = 0 if excess(0, 1) >= 0 else optimize.brentq(excess, 0, highest, args=(1,))
            upper = 0 if excess(0, -1) >= 0 else optimize.brentq(excess, 0, highest, args=(-1,))
            found = draws[model.model_id, draw, name]
            assert found[0] == pytest.approx(measured, rel=1e-9)
            assert np.allclose(found[1:], (lower, upper), rtol=0, atol=0.01 * highest), f"{name}: {found[1:]}, not {lower, upper}"


def test_separation(folder: Path) -> None:
    """The reach by hand; the correction as large as that of a bootstrap of rows by numpy; the same ends when run again."""
    model = data.Model("even_overconfident", 500, 8)
    found = separation.intervals([model], folder)
    again = separation.intervals([model], folder)
    assert np.allclose([row[2:] for row in found], [row[2:] for row in again], rtol=1e-12)
    rng = np.random.default_rng(3)
    rows, corrections = model.rows(), []
    for draw, (_, _, lower, upper, _) in enumerate(found):
        assert 0 <= lower < upper <= 1
        score, actual = (rows[name][rows["draw"] == draw] for name in ("score", "actual"))
        order = np.argsort(-score)
        weights = np.vstack([np.ones(500), rng.poisson(1, (1_000, 500))])[:, None, order] * np.array([actual, ~actual])[:, order]
        shares = weights.cumsum(axis=2) / weights.sum(axis=2, keepdims=True)
        distance = np.abs(shares[:, 0] - shares[:, 1])
        optimism = (distance[1:].max(axis=1) - distance[0][distance[1:].argmax(axis=1)]).mean()
        corrections.append(distance[0].max() - (lower + upper) / 2 - optimism)
        at, totals = distance[0].argmax(), weights[0].sum(axis=1)
        smoothed = (shares[0, :, at] * totals + 1) / (totals + 2)
        variance = (smoothed * (1 - smoothed) / (totals + 2)).sum() + (0.4 * optimism) ** 2
        assert (upper - lower) / 2 == pytest.approx(stats.t.ppf(0.975, totals.min() - 1) * np.sqrt(variance), rel=0.1)
    # 100 replicates leave each correction a standard error of some 0.003; groups of scores make it a little smaller.
    assert abs(np.mean(corrections)) < 0.006 and np.max(np.abs(corrections)) < 0.02


@pytest.mark.parametrize("size", DRAWS)
def test_intervals_hold_the_truth(size: int, warehouse: duckdb.DuckDBPyConnection) -> None:
    found = [coverage for coverage in counts.counted(MODELS, counts.intervals(warehouse)) if coverage.row_count == size]
    assert len(found) > 75
    wrong = [
        coverage for coverage in found
        if not coverage.is_accepted and (f"{coverage.scenario} {coverage.metric_name}", size) not in KNOWN
    ]  # fmt: skip
    assert not wrong, wrong
    assert all(coverage.share > 0.85 for coverage in found)


def test_a_wrong_error_would_be_found(warehouse: duckdb.DuckDBPyConnection) -> None:
    """Two thirds of every width: else the test above could not fail."""
    narrow = [
        (model_id, name, (5 * lower + upper) / 6, (lower + 5 * upper) / 6, rows)
        for model_id, name, lower, upper, rows in counts.intervals(warehouse)
    ]  # fmt: skip
    assert sum(not coverage.is_accepted for coverage in counts.counted(MODELS, narrow)) > 100


EDGES = [(0.5, 0.1), (1, 0), (0, 0), (1, 0.1), (-1, 0.1), (0.5, 0), (0.5, None), (None, 0.1), (0.999999, 10), (1e-9, 10), (2, 5)]


@pytest.mark.parametrize("ends", ["0, 1", "-1, 1", "0, none", "none, 1"])
def test_ends_stay_in_range(ends: str) -> None:
    low, high = (None if end == "none" else int(end) for end in ends.split(", "))
    renderer = MacroRenderer("duckdb")
    sides = [renderer.render(f"{{{{ ml_monitor.ranged_limit('{side}', 'v', 'e', {ends}) }}}}") for side in ("lower", "upper")]
    for value, error in EDGES:
        lower, upper = duckdb.execute(
            f"select {sides[0]}, {sides[1]} from (select cast(? as double) as v, cast(? as double) as e)", [value, error]
        ).fetchone()
        inside = value is not None and (low is None or value > low) and (high is None or value < high)
        if error is not None and inside:
            assert np.isfinite([lower, upper]).all() and lower <= value <= upper
            assert (low is None or lower >= low) and (high is None or upper <= high)
        else:
            assert lower is None and upper is None, (value, error)


def test_skewed_limits() -> None:
    """Student's interval where nothing leans; against the root of Hall's cubic where it does; never below 0."""
    renderer = MacroRenderer("duckdb")
    root = "sign(1 + a * ({sign}q - a / 6)) * power(abs(1 + a * ({sign}q - a / 6)), 1 / 3e0)"
    sides = [
        renderer.render(f"{{{{ ml_monitor.skewed_limit('{side}', 'v', 'e', 'q', 'a', '({root.format(sign=sign)})') }}}}")
        for side, sign in (("lower", ""), ("upper", "-"))
    ]
    for value, error, lean, df in ((5, 1, 0, 9), (5, 1, 0.4, 9), (5, 2, 1, 2), (5, 1, -0.7, 3), (5, 0, 0.3, 9), (0, 0, 0, 9)):
        found = duckdb.execute(
            f"select {sides[0]}, {sides[1]} from (select cast(? as double) as v, cast(? as double) as e, cast(? as double) as a, cast(? as double) as q)",
            [value, error, lean, stats.t.ppf(0.975, df)],
        ).fetchone()
        assert np.allclose(found, scaled_limits(value, error, "skewed", df, lean), rtol=1e-9, atol=1e-9)
        assert 0 <= found[0] <= value <= found[1]
    assert duckdb.execute(f"select {sides[0]} from (select 5e0 as v, cast(null as double) as e, 0e0 as a, 2e0 as q)").fetchone() == (None,)


def test_asymmetry() -> None:
    """From sums as the cubes keep them, against numpy; 0 where nothing varies, and at most 1."""
    renderer = MacroRenderer("duckdb")
    macro = renderer.render("{{ ml_monitor.mean_asymmetry('p', 's', 'm') }}")
    for terms in (np.random.default_rng(4).gamma(0.5, 3, 200), np.array([1.0, 2.0, 9.0]), np.array([3.0, 3.0]), np.array([2.0])):
        deviation = terms - terms.mean()
        sums = [float((deviation * (terms**2 - (terms**2).mean())).sum()), float((deviation**2).sum()), float(terms.mean())]
        found = duckdb.execute(f"select {macro} from (select cast(? as double) as p, cast(? as double) as s, cast(? as double) as m)", sums)
        assert found.fetchone()[0] == pytest.approx(asymmetry(terms), rel=1e-9, abs=1e-9)
    assert duckdb.execute(f"select {macro} from (select 1e300 as p, 1e0 as s, 0e0 as m)").fetchone() == (1,)


def test_poisson_draws() -> None:
    renderer = MacroRenderer("duckdb")
    normal = renderer.render("{{ ml_monitor.rough_normal_quantile('u') }}")
    draw = renderer.render("{{ ml_monitor.poisson_draw('k', 'u', 'w') }}")
    found = duckdb.execute(f"""
        select k, avg(draw), var_pop(draw), min(draw), max(abs(draw - floor(draw)))
        from (select k, {draw} as draw from (
            select k, u, {normal} as w
            from (values (0e0), (1e0), (2e0), (5e0), (40e0), (900e0)) as counts(k)
            cross join (select (number + 0.5e0) / 100000 as u from range(100000) as numbers(number))
        ))
        group by k order by k
    """).fetchall()  # fmt: skip
    for count, mean, variance, least, fraction in found:
        assert mean == pytest.approx(count, rel=0.003) and variance == pytest.approx(count, rel=0.013)
        assert least >= 0 and fraction == 0
    limits = [float(limit) for limit in re.findall(r"< cast\(([\d.e-]+) as", draw)]
    assert np.allclose(limits, stats.poisson.cdf(np.arange(len(limits)), 1), rtol=1e-15)
