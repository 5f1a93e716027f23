"""Model demand_forecast: units sold tomorrow, per SKU and store region. Regression, one version, labels after a day.

150 series of overdispersed counts: a level that wanders slowly, weekday, season, price and promotion. The forecast
knows the structure and estimates the level from the last 28 days. Forecast at 05:00 for the same day (horizon 1 day),
with an 80 % interval; sales are booked at 04:00 the next morning. No loaded_at: this log is found by its signature.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from scripts.demo import common
from scripts.demo.common import Floats, Integers
from scripts.demo.incidents import INCIDENTS

MODEL_ID = "demand_forecast"
MODEL_VERSION = "4"
SKU_COUNT = 150
WARM_UP_DAYS = 56  # simulated before the first day, so that every lag exists
MEAN_DAYS = 28
SHAPE = 20.0  # gamma shape of the overdispersion: variance = mean + mean^2 / SHAPE
INTERVAL_QUANTILE = 1.2816  # normal quantile of an 80 % interval
PRICE_ELASTICITY = -1.2

_CATEGORIES = ("fashion", "shoes", "home", "electronics", "toys", "sports")
_REGIONS = ("north", "south", "east", "west")


def demand_tables(seed: int) -> dict[str, pa.Table]:
    """Return demand_predictions, demand_outcomes, demand_features (units per day, price in EUR)."""
    rng = common.generator(MODEL_ID, seed)
    history = np.arange(-WARM_UP_DAYS, common.LAST_DAY + 1)
    base = 14 * np.exp(rng.normal(0, 0.8, SKU_COUNT))
    list_price = np.round(22 * np.exp(rng.normal(0, 0.7, SKU_COUNT)), 2)
    depth = _promotions(rng, len(history))
    price = np.round(list_price * (1 - depth) * (1 + 0.02 * np.maximum(history, 0) / 365)[:, None], 2)
    structure = _calendar(history)[:, None] * (price / list_price) ** PRICE_ELASTICITY * (1 + 1.2 * depth)
    mean = base * np.exp(_levels(rng, len(history))) * structure
    units = rng.poisson(mean * rng.gamma(SHAPE, 1 / SHAPE, mean.shape))

    days = np.repeat(common.DAYS, SKU_COUNT)
    skus = np.tile(np.arange(SKU_COUNT), len(common.DAYS))
    kept = ~INCIDENTS["demand_missing_day"].during(days)
    days, skus = days[kept], skus[kept]
    rows = days + WARM_UP_DAYS
    mean28 = _trailing_sum(units)[rows, skus] / MEAN_DAYS
    level = _trailing_sum(units)[rows, skus] / _trailing_sum(structure)[rows, skus]

    features = {
        "units_lag1": units[rows - 1, skus].astype(float),
        "units_lag7": units[rows - 7, skus].astype(float),
        "units_mean28": np.round(mean28, 3),
        "price": price[rows, skus],
        "promo_depth": depth[rows, skus],
        "stock_on_hand": np.round(mean28 * rng.uniform(4, 16, len(days))),
        "category": np.array([_CATEGORIES[k % 6] for k in range(SKU_COUNT)], dtype=object)[skus],
        "store_region": np.array([_REGIONS[k // 6 % 4] for k in range(SKU_COUNT)], dtype=object)[skus],
    }
    forecast = level * structure[rows, skus]
    forecast *= _break_features(days, features)
    spread = INTERVAL_QUANTILE * np.sqrt(forecast + forecast**2 * (1 / SHAPE + 0.005))
    text_days = np.datetime_as_string(common.start_of(common.DAYS), unit="D")
    ids = np.array([f"d{text_days[day]}-{sku:03d}" for day, sku in zip(days.tolist(), skus.tolist())], dtype=object)
    predicted_at = common.start_of(days) + np.timedelta64(5, "h")
    predictions = common.to_table(
        {
            "model_version": np.full(len(days), MODEL_VERSION, dtype=object),
            "prediction_id": ids,
            "predicted_at": predicted_at,
            "sku": common.identifiers("sku-", skus, 3),
            "horizon": np.ones(len(days), dtype=int),
            "predicted_value": forecast,
            "prediction_lower": np.maximum(forecast - spread, 0),
            "prediction_upper": forecast + spread,
        }
    )
    twice = np.flatnonzero(INCIDENTS["demand_duplicated_load"].during(days))
    outcomes = {"prediction_id": ids, "observed_at": predicted_at + np.timedelta64(23, "h")}
    outcomes["actual"] = units[rows, skus].astype(float)
    return {
        "demand_predictions": pa.concat_tables([predictions, predictions.take(pa.array(twice))]),
        "demand_outcomes": common.known_by_end(common.to_table(outcomes), "observed_at"),
        "demand_features": common.to_table({"prediction_id": ids, **features}),
    }


def _calendar(days: Integers) -> Floats:
    """Return weekday and season as a factor; milder than the volume of the shop as a whole."""
    return common.volume_factor(days, strength=0.6)


def _promotions(rng: np.random.Generator, day_count: int) -> Floats:
    """Return the discount of each day and SKU: 0, or 0.1 to 0.3 in promotions of seven days."""
    depth = np.zeros((day_count, SKU_COUNT))
    starts = rng.random(depth.shape) < 0.02
    depths = rng.choice([0.1, 0.15, 0.2, 0.3], depth.shape)
    for day, sku in np.argwhere(starts):
        depth[day : day + 7, sku] = depths[day, sku]
    return depth


def _levels(rng: np.random.Generator, day_count: int) -> Floats:
    """Return the log level of each series: a slow random walk that returns to 0 (standard deviation 0.12)."""
    keep, spread = 0.985, 0.12
    level = rng.normal(0, spread, SKU_COUNT)
    levels = np.empty((day_count, SKU_COUNT))
    for day in range(day_count):
        level = keep * level + rng.normal(0, spread * np.sqrt(1 - keep**2), SKU_COUNT)
        levels[day] = level
    return levels


def _trailing_sum(values: np.ndarray) -> Floats:
    """Return the sum over the MEAN_DAYS days before each day (0 where there are not that many)."""
    total = np.vstack([np.zeros(SKU_COUNT), np.cumsum(values, axis=0, dtype=float)])
    sums = np.zeros(values.shape)
    sums[MEAN_DAYS:] = total[MEAN_DAYS:-1] - total[: -MEAN_DAYS - 1]
    return sums


def _break_features(days: Integers, features: dict[str, np.ndarray]) -> Floats:
    """Apply the faults to the features in place; return the factor by which the forecasts go wrong."""
    cents = INCIDENTS["demand_unit_change"].during(days)
    features["price"] = np.where(cents, np.round(features["price"] * 100), features["price"])
    north = INCIDENTS["demand_one_slice"].during(days) & (features["store_region"] == "north")
    for name in ("units_lag1", "units_lag7", "stock_on_hand"):
        features[name] = np.where(north, 0.0, features[name])
    return np.where(cents, 0.5, 1.0) * np.where(north, 0.55, 1.0)  # the model clips its price effect at one half
