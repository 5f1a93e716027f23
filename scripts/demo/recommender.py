"""Model recommender: ten items a request, best first. Ranking; a click or none is known after half an hour.

A request sees 40 candidate items, each with a hidden appeal. The model scores them from a noisy view of that appeal and
shows its ten best; a person clicks by appeal and by position (lower places are looked at less). Version 3.0 starts as
a canary with 20 % of the requests and then takes all of them. Features belong to items, not to requests: ten rows of a
request that share a value would make drift look more certain than it is. Ages in days, prices in EUR.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from scripts.demo import common
from scripts.demo.incidents import INCIDENTS

MODEL_ID = "recommender"
REQUESTS_PER_DAY = 24
CATALOGUE_SIZE = 400
CANDIDATES, SHOWN = 40, 10
CANARY_START, CANARY_SHARE = "2026-05-18", 0.20

_SKILL = {"2.4": 0.65, "3.0": 0.70}  # correlation of the model's view with the appeal
_BROKEN_SKILL = 0.03  # version 3.0 after its rollout to all traffic
_INTERCEPT, _SLOPE = -3.1, 1.1
_POSITION_EFFECT = -0.06  # on the logit, a place further down
_CATEGORIES = {"fashion": 34, "shoes": 16, "home": 20, "electronics": 14, "toys": 8, "sports": 8}
_DEVICES = {"app": 45, "mobile_web": 32, "desktop": 23}


def recommender_tables(seed: int) -> dict[str, pa.Table]:
    """Return recommender_impressions (a row an item shown) and recommender_clicks (a row an item shown)."""
    rng = common.generator(MODEL_ID, seed)
    days = common.event_days(rng, REQUESTS_PER_DAY)
    days = days[~INCIDENTS["recommender_missing_day"].during(days)]
    size = len(days)
    rollout = INCIDENTS["recommender_bad_rollout"].during(days)
    canary = (days >= common.day_number(CANARY_START)) & (rng.random(size) < CANARY_SHARE)
    version = np.where(rollout | canary, "3.0", "2.4").astype(object)
    skill = np.where(rollout, _BROKEN_SKILL, np.where(version == "3.0", _SKILL["3.0"], _SKILL["2.4"]))

    items = rng.random((size, CATALOGUE_SIZE)).argpartition(CANDIDATES, axis=1)[:, :CANDIDATES]
    appeal = rng.normal(0, 1, items.shape)
    view = skill[:, None] * appeal + np.sqrt(1 - skill[:, None] ** 2) * rng.normal(0, 1, items.shape)
    best = np.argsort(-view, axis=1, kind="stable")[:, :SHOWN]
    items, appeal, view = (np.take_along_axis(values, best, axis=1) for values in (items, appeal, view))
    rank = np.tile(np.arange(1, SHOWN + 1), (size, 1))
    position_effect = _POSITION_EFFECT * (rank - 1)
    clicked = rng.random(items.shape) < common.sigmoid(_INTERCEPT + _SLOPE * appeal + position_effect)
    # A model states the click rate it expects at a middle place, from its view and the skill it believes it has.
    believed = np.where(version == "3.0", _SKILL["3.0"], _SKILL["2.4"])[:, None]
    expected = _INTERCEPT + _POSITION_EFFECT * (SHOWN - 1) / 2 + _SLOPE * believed * view
    score = common.averaged_probability(expected, _SLOPE * np.sqrt(1 - believed**2))

    stalled = INCIDENTS["recommender_slow_ramp"].progress(days)
    base_age = np.ceil(rng.exponential(70, CATALOGUE_SIZE))
    age = np.round(base_age[items] * rng.uniform(0.6, 1.4, items.shape) + 50 * stalled[:, None])
    price = np.round(24 * np.exp(rng.normal(0, 0.7, CATALOGUE_SIZE)), 2)
    category = common.draw(rng, _CATEGORIES, CATALOGUE_SIZE)
    device = common.draw(rng, _DEVICES, size)

    requested_at = common.event_times(rng, days)
    observed_at = np.repeat(requested_at + np.timedelta64(30, "m"), SHOWN)
    keys = {
        "request_id": np.repeat(common.identifiers("q", np.arange(1, size + 1)), SHOWN),
        "item_id": common.identifiers("sku-", items.ravel(), 3),
    }
    arm = np.where(canary, "canary", "control").astype(object)
    arm[days < common.day_number(CANARY_START)] = None
    arm[rollout] = "full"
    impressions = {
        "model_version": np.repeat(version, SHOWN),
        **keys,
        "served_at": np.repeat(requested_at, SHOWN),
        "item_rank": rank.ravel(),
        "score": score.ravel(),
        "experiment_arm": np.repeat(arm, SHOWN),
        "item_age_days": age.ravel(),
        "item_price": price[items.ravel()],
        "item_category": category[items.ravel()],
        "device": np.repeat(device, SHOWN),
        "loaded_at": common.loaded(np.repeat(requested_at, SHOWN)),
    }
    clicks = {**keys, "observed_at": observed_at, "actual": clicked.ravel().astype(int)}
    clicks["loaded_at"] = common.loaded(observed_at)
    return {
        "recommender_impressions": common.to_table(impressions),
        "recommender_clicks": common.known_by_end(common.to_table(clicks), "loaded_at"),
    }
