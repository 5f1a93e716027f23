"""Ranking metrics of generated edge cases, built through dbt, against pytrec_eval and, where nothing ties, scikit-learn.

Every case is a model of its own in one log. pytrec_eval is given the list in order of rank and all outcomes of the
request, those of items that were not shown too; the means and standard errors are numpy's over its requests.
"""

from __future__ import annotations

import math
import os
import random
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from conftest import not_run
from generated_warehouse import Measured, Metrics, Window, build_marts, difference, read_metrics, write_tables
from sklearn.metrics import ndcg_score

FIRST_DAY = date(2024, 1, 1)  # a Monday
REFERENCE_DAYS = 14
DAY_COUNT = 28
Z_95 = 1.959963984540054

VARS = {
    "ml_monitor": {
        "as_of": "2024-03-01",
        "reference_days": REFERENCE_DAYS,
        "baselines": ["reference"],
        "prediction_logs": [
            {
                "name": "lists",
                "task": "ranking",
                "predictions": {"relation": "demo_raw.recommender_impressions"},
                "outcomes": {"relation": "demo_raw.recommender_clicks"},
                "slices": ["region"],
            }
        ],
    }
}
OURS = {  # our metric: pytrec_eval's
    "ndcg_at_5": "ndcg_cut_5",
    "ndcg_at_10": "ndcg_cut_10",
    "map_at_10": "map_cut_10",
    "mrr": "recip_rank",
    "precision_at_5": "P_5",
    "precision_at_10": "P_10",
    "recall_at_10": "recall_10",
    "hit_rate_at_10": "success_10",
}


@dataclass
class Request:
    """A list, best first, and what is known: gain by item, of items that were not shown too. None: an unusable outcome."""

    request_id: str
    day: int
    items: list[str]
    gains: dict[str, float | None]
    region: str = "north"
    ranks: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.ranks = self.ranks or list(range(1, len(self.items) + 1))


@dataclass
class Case:
    requests: list[Request]
    version: str = "1"


def make_case(name: str, length: int = 12, catalogue: int = 60, per_day: int = 4, days: list[int] | None = None) -> Case:
    """Lists of random items; graded gains, most of them 0; now and then a relevant item that was not shown."""
    draw = random.Random(name)
    requests = []
    for day in range(DAY_COUNT) if days is None else days:
        for number in range(per_day):
            items = [f"i{item:03d}" for item in draw.sample(range(catalogue), length)]
            gains: dict[str, float | None] = {item: draw.choices([0, 1, 2, 3], [12, 3, 2, 1])[0] for item in items}
            region = draw.choices(["north", "south"], [2, 1])[0]
            requests.append(Request(f"{name}-{day}-{number}", day, items, gains, region))
    return Case(requests)


def make_cases() -> dict[str, Case]:
    cases = {name: make_case(name) for name in (
        "ordinary", "nothing_relevant", "no_outcomes", "clicks_only", "not_shown", "only_not_shown", "binary_gains",
        "equal_ranks", "gaps_in_ranks", "unusable_outcomes", "mixed_region",
    )}  # fmt: skip
    cases["one_item"] = make_case("one_item", length=1)
    cases["short_lists"] = make_case("short_lists", length=3)
    cases["long_lists"] = make_case("long_lists", length=40, catalogue=90)
    cases["one_request"] = make_case("one_request", per_day=1, days=[3])
    cases["sparse_days"] = make_case("sparse_days", days=[0, 13, 14, 27])
    cases["growing_catalogue"] = make_case("growing_catalogue")
    cases["first_version"] = make_case("versions")
    cases["second_version"] = make_case("versions")
    cases["second_version"].version = "2"

    for name, edit in {
        "nothing_relevant": lambda request, number: dict.fromkeys(request.items, 0),
        "no_outcomes": lambda request, number: {},
        "clicks_only": lambda request, number: {item: gain for item, gain in request.gains.items() if gain},
        "not_shown": lambda request, number: request.gains | {f"x{item}": item % 3 for item in range(number % 13)},
        "only_not_shown": lambda request, number: {"x1": 2, "x2": 0} if number % 2 else {},
        "binary_gains": lambda request, number: {item: min(1, gain) for item, gain in request.gains.items()},
        "unusable_outcomes": lambda request, number: request.gains | {request.items[number % 12]: None},
    }.items():
        for number, request in enumerate(cases[name].requests):
            request.gains = edit(request, number)
    for number, request in enumerate(cases["equal_ranks"].requests):
        request.ranks = [rank // 3 + 1 for rank in range(12)] if number % 2 else request.ranks
    for request in cases["gaps_in_ranks"].requests:
        request.ranks = [2 * rank + 3 for rank in range(12)]
    for request in cases["growing_catalogue"].requests:
        request.items = [f"{item}-{request.day // 7}" if number % 4 == 0 else item for number, item in enumerate(request.items)]
        request.gains = {item: number % 2 for number, item in enumerate(request.items)}
    # The second version gets the same requests and shows every list from its end, without its first three items.
    for request in cases["second_version"].requests:
        request.items = request.items[:2:-1]
        request.ranks = request.ranks[: len(request.items)]
    return cases


CASES = make_cases()
VERSIONS = {"first_version": "versions", "second_version": "versions"}


def model_of(name: str) -> str:
    return VERSIONS.get(name, name)


def raw_tables() -> dict[str, pa.Table]:
    midnight = datetime.combine(FIRST_DAY, datetime.min.time())
    shown: list[tuple[Any, ...]] = []
    known: dict[tuple[str, str], tuple[Any, ...]] = {}
    for name, case in CASES.items():
        for request in case.requests:
            at = midnight + timedelta(days=request.day, hours=9)
            for rank, item in zip(request.ranks, request.items, strict=True):
                region = region_of(name, request, item)
                shown.append((model_of(name), case.version, request.request_id, item, at, rank, region))
            for item, gain in request.gains.items():
                known[request.request_id, item] = (request.request_id, item, at + timedelta(days=2), gain)
    first = CASES["ordinary"].requests[0]
    at = midnight + timedelta(days=first.day)
    outcomes = [
        *known.values(),
        (first.request_id, "early", at, 3.0),  # from before the list was shown: no outcome of it
        ("nobody", "i001", at, 1.0),
    ]
    columns = {
        "demo_raw.recommender_impressions": (
            shown, ["model_id", "model_version", "request_id", "item_id", "predicted_at", "rank", "region"],
        ),
        "demo_raw.recommender_clicks": (outcomes, ["request_id", "item_id", "observed_at", "actual"]),
    }  # fmt: skip
    return {
        name: pa.table({column: list(values) for column, values in zip(names, zip(*rows, strict=True), strict=True)})
        for name, (rows, names) in columns.items()
    }


@pytest.fixture(scope="module")
def lists(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    built = os.environ.get("ML_MONITOR_TEST_LISTS_WAREHOUSE")  # a file of an earlier run, to work on the tests themselves
    warehouse = Path(built) if built else tmp_path_factory.mktemp("lists") / "lists.duckdb"
    if not warehouse.exists():
        write_tables(warehouse, raw_tables())
        build_marts(warehouse, VARS, "+fct_ml_performance +fct_ml_rejected_rows")
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        yield connection


@pytest.fixture(scope="module")
def performance(lists: duckdb.DuckDBPyConnection) -> Metrics:
    return read_metrics(lists)


def in_order(request: Request) -> list[str]:
    """The items of a list by rank, equal ranks by name."""
    return [item for _, item in sorted(zip(request.ranks, request.items, strict=True))]


@cache
def measured_requests(name: str) -> dict[str, dict[str, float]]:
    """What pytrec_eval says of every request that has an outcome, and NDCG against the list shown."""
    try:
        import pytrec_eval
    except ImportError:
        not_run("pytrec_eval is not installed; requirements.lock has pytrec-eval-terrier")
    case = CASES[name]
    known = {request.request_id: outcomes(name, request) for request in case.requests}
    qrel = {request_id: {item: int(gain) for item, gain in gains.items()} for request_id, gains in known.items() if gains}
    run = {
        request.request_id: {item: float(-place) for place, item in enumerate(in_order(request))} for request in case.requests
    }
    shown = {
        request.request_id: {item: int(known[request.request_id].get(item, 0)) for item in request.items}
        for request in case.requests
    }
    of_shown = pytrec_eval.RelevanceEvaluator(shown, {"ndcg_cut"}).evaluate(run)
    measures = {"ndcg_cut", "map_cut", "recip_rank", "P", "recall", "success"}
    evaluated = pytrec_eval.RelevanceEvaluator(qrel, measures).evaluate(run)
    found = {}
    for request_id, values in evaluated.items():
        found[request_id] = {ours: values[theirs] for ours, theirs in OURS.items()}
        found[request_id]["ndcg_at_10_shown"] = of_shown[request_id]["ndcg_cut_10"]
        found[request_id]["relevant_count"] = sum(gain > 0 for gain in qrel[request_id].values())
    return found


def outcomes(name: str, request: Request) -> dict[str, float]:
    """The usable outcomes of a request; those of the second version's requests are the first's too."""
    return {item: gain for item, gain in request.gains.items() if gain is not None}


def region_of(name: str, request: Request, item: str) -> str:
    return "west" if name == "mixed_region" and item == request.items[0] else request.region


def requests_in(name: str, window: Window) -> list[Request]:
    first, last = ((moment - FIRST_DAY).days for moment in (window.start, window.end))
    return [
        request for request in CASES[name].requests
        if first <= request.day < last
        and (not window.slice_value or (window.slice_value == request.region and name != "mixed_region"))
    ]  # fmt: skip


def windows_of(metrics: Metrics, name: str) -> list[Window]:
    found = [
        window for window in metrics if window.model_id == model_of(name) and window.model_version == CASES[name].version
    ]  # fmt: skip
    assert len(found) > 3
    return found


@pytest.mark.parametrize("name", CASES)
def test_request_metrics(name: str, performance: Metrics) -> None:
    values = measured_requests(name)
    problems, defined = [], 0
    for window in windows_of(performance, name):
        in_window = [values[request.request_id] for request in requests_in(name, window) if request.request_id in values]
        for metric in [*OURS, "ndcg_at_10_shown"]:
            for suffix, counted in (("", in_window), ("_relevant", [row for row in in_window if row["relevant_count"]])):
                numbers = np.array([row[metric] for row in counted])
                measured = performance[window][metric + suffix]
                problems.append(difference(window, metric + suffix, measured, numbers.mean() if len(numbers) else None))
                if measured.sample_count != len(numbers):
                    problems.append(f"{window} {metric}{suffix} is made of {measured.sample_count} requests, not {len(numbers)}")
                if len(numbers) > 1 and metric != "hit_rate_at_10":
                    reach = Z_95 * numbers.std(ddof=1) / math.sqrt(len(numbers))
                    ends = max(numbers.mean() - reach, 0), min(numbers.mean() + reach, 1)
                    if not np.allclose((measured.ci_lower, measured.ci_upper), ends, rtol=1e-9, atol=1e-12):
                        problems.append(f"{window} {metric}{suffix} has {measured.ci_lower, measured.ci_upper}, not {ends}")
                defined += len(numbers) > 0
    problems = [problem for problem in problems if problem]
    assert not problems, f"{len(problems)} differ:\n" + "\n".join(problems[:10])
    assert defined or name == "no_outcomes"


@pytest.mark.parametrize("name", ["ordinary", "binary_gains", "long_lists", "short_lists"])
def test_ndcg_of_the_list_is_that_of_scikit_learn(name: str, performance: Metrics) -> None:
    for window in windows_of(performance, name):
        scores = [
            ndcg_score([[request.gains[item] for item in request.items]], [list(range(len(request.items), 0, -1))], k=10)
            for request in requests_in(name, window)
        ]
        measured = performance[window]["ndcg_at_10_shown"]
        problem = difference(window, "ndcg_at_10_shown", measured, np.mean(scores) if scores else None)
        assert problem is None, problem


@pytest.mark.parametrize("name", CASES)
def test_metrics_of_shown_items(name: str, performance: Metrics) -> None:
    """Coverage, novelty, popularity and diversity from the lists themselves."""
    case = CASES[name]
    siblings = [other for other in CASES if model_of(other) == model_of(name)]
    first_day = min(request.day for request in case.requests)
    relevant: dict[str, int] = defaultdict(int)
    for other in siblings:
        for request in CASES[other].requests:
            if first_day <= request.day < first_day + REFERENCE_DAYS:
                for item in request.items:
                    relevant[item] += 0
                for item, gain in outcomes(other, request).items():
                    if gain > 0:
                        relevant[item] += 1
    weight = sum(relevant.values()) + len(relevant)
    first_shown: dict[str, int] = {}  # in the whole log: a catalogue is the log's
    for other in CASES.values():
        for request in other.requests:
            for item in in_order(request)[:10]:
                first_shown[item] = min(request.day, first_shown.get(item, request.day))
    problems = []
    for window in windows_of(performance, name):
        first, last = ((moment - FIRST_DAY).days for moment in (window.start, window.end))
        places = [
            item
            for request in case.requests if first <= request.day < last
            for item in in_order(request)[:10]
            if window.slice_value in ("", region_of(name, request, item))
        ]  # fmt: skip
        catalogue = sum(day < last for day in first_shown.values())
        popularity = [(relevant.get(item, 0) + 1) / weight for item in places]
        for metric, expected in {
            "catalogue_coverage_at_10": len(set(places)) / catalogue if places else None,
            "novelty_at_10": -np.log2(popularity).mean() if places else None,
            "popularity_at_10": np.mean(popularity) if places else None,
            "diversity_at_10": 1 - sum(n * n for n in Counter(places).values()) / len(places) ** 2 if places else None,
        }.items():
            measured = performance[window][metric]
            problems.append(difference(window, metric, measured, expected))
            if measured.sample_count != len(places):
                problems.append(f"{window} {metric} is made of {measured.sample_count} places, not {len(places)}")
    problems = [problem for problem in problems if problem]
    assert not problems, f"{len(problems)} differ:\n" + "\n".join(problems[:10])


@pytest.mark.parametrize("name", CASES)
def test_lift_over_the_ten_most_popular_items(name: str, performance: Metrics) -> None:
    """NDCG@10 minus pytrec_eval's of one list for everybody: the items with most relevant outcomes in the reference."""
    import pytrec_eval

    siblings = [other for other in CASES if model_of(other) == model_of(name)]
    first_day = min(request.day for request in CASES[name].requests)
    relevant: dict[str, int] = defaultdict(int)
    for other in siblings:
        for request in CASES[other].requests:
            if first_day <= request.day < first_day + REFERENCE_DAYS:
                for item in request.items:
                    relevant[item] += 0
                for item, gain in outcomes(other, request).items():
                    relevant[item] += gain > 0
    popular = sorted(relevant, key=lambda item: (-relevant[item], item))[:10]
    known = {request.request_id: outcomes(name, request) for request in CASES[name].requests}
    qrel = {request_id: {item: int(gain) for item, gain in gains.items()} for request_id, gains in known.items() if gains}
    run = {request_id: {item: float(-place) for place, item in enumerate(popular)} for request_id in qrel}
    dummy = pytrec_eval.RelevanceEvaluator(qrel, {"ndcg_cut"}).evaluate(run)
    own, problems = measured_requests(name), []
    for window in windows_of(performance, name):
        lifts = [
            own[request.request_id]["ndcg_at_10"] - dummy[request.request_id]["ndcg_cut_10"]
            for request in requests_in(name, window)
            if request.request_id in own
        ]
        measured = performance[window]["ndcg_at_10_lift"]
        problems.append(difference(window, "ndcg_at_10_lift", measured, np.mean(lifts) if lifts else None))
        if measured.sample_count != len(lifts):
            problems.append(f"{window} is made of {measured.sample_count} requests, not {len(lifts)}")
    problems = [problem for problem in problems if problem]
    assert not problems, f"{len(problems)} differ:\n" + "\n".join(problems[:10])


def test_the_denominators_differ(performance: Metrics) -> None:
    """All requests with an outcome, or those with a relevant item; the full relevant set, or the list shown."""

    def lifetime(name: str) -> dict[str, Measured]:
        (window,) = [
            window for window in windows_of(performance, name) if window.granularity == "lifetime" and not window.slice_value
        ]
        return performance[window]

    values = lifetime("not_shown")
    assert values["ndcg_at_10"].value < values["ndcg_at_10_shown"].value
    values = lifetime("only_not_shown")
    assert values["ndcg_at_10"].value == 0 and values["ndcg_at_10"].sample_count == len(CASES["only_not_shown"].requests) // 2
    assert values["ndcg_at_10_shown_relevant"].value == 0
    values = lifetime("nothing_relevant")
    assert values["ndcg_at_10"].value == 0 and values["ndcg_at_10_relevant"].value is None


def test_outcomes_of_items_that_nobody_showed_are_in_the_quarantine(lists: duckdb.DuckDBPyConnection) -> None:
    """They count for their request, and stand there as what they are: outcomes without a prediction."""
    expected = sum(
        item not in request.items
        for name in ("not_shown", "only_not_shown")
        for request in CASES[name].requests
        for item in request.gains
    )
    rows = dict(lists.execute("""
        select reject_reason, count(*) from ml_monitor.fct_ml_rejected_rows where source_name = 'outcomes' group by all
    """).fetchall())  # fmt: skip
    unusable = len(CASES["unusable_outcomes"].requests)
    assert rows == {"no_prediction": expected + 2, "null_actual": unusable}


def test_what_is_null_has_a_reason_and_no_verdict(lists: duckdb.DuckDBPyConnection) -> None:
    rows = lists.execute("""
        select model_id, granularity, window_start, metric_name, metric_value, status, status_reason, excluded_count
        from ml_monitor.fct_ml_performance
        where
            status_reason is null
            or (status != 'not_evaluated' and metric_value is null)
            or not isfinite(metric_value)
            or excluded_count < 0
    """).fetchall()  # fmt: skip
    assert rows == []
