"""Model returns_propensity: will an order be sent back? Binary, two versions, late labels that depend on the class.

The truth is a logit of order and customer features, of `page` (what the product page says: seen by version 2 only)
and of a part nobody sees. Each version scores the calibrated probability given what it sees. A return becomes known
5 to 35 days after the order; that an order was kept, only when the return period has run out: 31 to 45 days.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from scripts.demo import common
from scripts.demo.common import Floats, Integers
from scripts.demo.incidents import INCIDENTS

MODEL_ID = "returns_propensity"
ORDERS_PER_DAY = 490
# First and last day on which a version scores; for two weeks both score every order.
VERSION_DAYS = {"1": ("2025-01-01", "2025-10-14"), "2": ("2025-10-01", "2026-06-30")}
LABEL_THRESHOLD = 0.35  # predicted_label = 1 from this score on

_INTERCEPT = -1.68
_PAGE_SD, _HIDDEN_SD = 0.42, 0.40  # parts of the truth: product page (version 2 sees it), the rest (nobody)
_CATEGORY_SHARES = {"fashion": 34, "shoes": 16, "home": 20, "electronics": 14, "toys": 8, "sports": 8}
_CATEGORY_EFFECTS = {"fashion": 0.45, "shoes": 0.65, "home": -0.45, "electronics": -0.5, "toys": -0.6}
_DRIFTED_EFFECTS = {"fashion": 0.05, "shoes": 0.1, "home": 0.35, "electronics": 0.3, "toys": -0.2}
_CHANNEL_SHARES = {"web": 48, "app": 38, "marketplace": 14}
_CHANNEL_EFFECTS = {"app": 0.1, "marketplace": 0.2}
_PAYMENT_SHARES = {"card": 38, "invoice": 27, "paypal": 23, "bank_transfer": 12}
_PAYMENT_EFFECTS = {"invoice": 0.35, "bank_transfer": -0.4, "card": -0.1}
_COUNTRY_SHARES = {"DE": 42, "FR": 18, "NL": 16, "AT": 12, "SE": 12}
_COUNTRY_EFFECTS = {"DE": 0.1, "FR": -0.15}


def returns_tables(seed: int) -> dict[str, pa.Table]:
    """Return returns_predictions and returns_outcomes (clean rows and incidents; bad rows come later)."""
    rng = common.generator(MODEL_ID, seed)
    days = common.event_days(rng, ORDERS_PER_DAY)
    days = days[~INCIDENTS["returns_missing_day"].during(days)]
    orders = _orders(rng, days)
    returned = rng.random(len(days)) < common.sigmoid(_true_logit(rng, days, orders))
    delay = np.where(returned, 5 + 30 * rng.beta(1.6, 2.6, len(days)), 31 + 14 * rng.beta(1.8, 2.6, len(days)))
    ordered_at = common.event_times(rng, days)
    # An event stays within the opening hours of the log, so that an hourly load never crosses the last midnight.
    observed_at = common.later(common.start_of(days), np.floor(delay) + rng.uniform(0.25, 0.95, len(days)))

    seen = _as_logged(rng, days, orders)
    numbers = np.arange(1, len(days) + 1)
    predictions, outcomes = [], []
    for version, (first, last) in VERSION_DAYS.items():
        rows = (days >= common.day_number(first)) & (days <= common.day_number(last))
        score = _score(version, days, seen)[rows]
        prediction_id = common.identifiers(f"r{version}-", numbers[rows])
        columns = {
            "model_version": np.full(rows.sum(), version, dtype=object),
            "prediction_id": prediction_id,
            "order_id": common.identifiers("o", numbers[rows]),
            "predicted_at": ordered_at[rows],
            "score": score,
            "predicted_label": (score >= LABEL_THRESHOLD).astype(int),
        }
        columns |= {name: values[rows] for name, values in seen.items() if name != "page"}
        columns["loaded_at"] = common.loaded(ordered_at[rows])
        predictions.append(_loaded_twice(common.to_table(columns), days[rows]))
        outcome = {"prediction_id": prediction_id, "observed_at": observed_at[rows]}
        outcome |= {"actual": returned[rows].astype(int), "loaded_at": common.loaded(observed_at[rows])}
        outcomes.append(common.known_by_end(common.to_table(outcome), "observed_at"))
    return {"returns_predictions": pa.concat_tables(predictions), "returns_outcomes": pa.concat_tables(outcomes)}


def _orders(rng: np.random.Generator, days: Integers) -> dict[str, np.ndarray]:
    """Draw the true features: basket in EUR, delivery and tenure in days, shares in [0, 1]."""
    size, festive = len(days), common.christmas(days)
    is_new = rng.random(size) < 0.12
    tenure = np.where(is_new, 0, np.ceil(rng.exponential(620, size)))
    segment = np.where(tenure < 30, "new", np.where(tenure > 1100, "loyal", "regular")).astype(object)
    segment[rng.random(size) < 0.06] = "business"
    discounted = rng.random(size) < 0.42 + 0.05 * festive
    channel = common.draw(rng, _CHANNEL_SHARES, size)
    channel[INCIDENTS["returns_covariate_shift"].during(days) & (rng.random(size) < 0.25)] = "marketplace"
    slower = 1.6 * INCIDENTS["returns_slow_ramp"].progress(days)
    return {
        "basket_value": np.round(62 * np.exp(rng.normal(0.05 * festive, 0.65)), 2),
        "item_count": 1 + rng.poisson(1.4, size),
        "discount_share": np.where(discounted, np.round(rng.beta(2, 5, size), 3), 0.0),
        "delivery_days": np.round(1 + rng.gamma(3.0, 0.9, size) + 0.2 * festive + slower, 1),
        "customer_tenure_days": tenure,
        "past_return_rate": np.where(is_new, np.nan, np.round(rng.beta(2, 6, size), 3)),
        "product_category": common.draw(rng, _CATEGORY_SHARES, size),
        "sales_channel": channel,
        "payment_method": common.draw(rng, _PAYMENT_SHARES, size),
        "customer_segment": segment,
        "country": common.draw(rng, _COUNTRY_SHARES, size),
        "page": rng.normal(0, _PAGE_SD, size),
    }


def _numeric_logit(orders: dict[str, np.ndarray]) -> Floats:
    """Return the part of the logit that numeric features explain; a missing value counts as its mean."""
    past = np.where(np.isnan(orders["past_return_rate"]), 0.25, orders["past_return_rate"])
    delivery = np.where(np.isnan(orders["delivery_days"]), 3.7, orders["delivery_days"])
    return (
        0.55 * np.log(orders["basket_value"] / 62)
        + 0.22 * (orders["item_count"] - 2.4)
        + 1.60 * (orders["discount_share"] - 0.12)
        + 0.24 * (delivery - 3.7)
        - 0.08 * (np.log1p(orders["customer_tenure_days"]) - 5.2)
        + 5.5 * (past - 0.25)
    )


def _true_logit(rng: np.random.Generator, days: Integers, orders: dict[str, np.ndarray]) -> Floats:
    drifted = INCIDENTS["returns_concept_drift"].during(days)
    before = common.effect(orders["product_category"], _CATEGORY_EFFECTS)
    before += common.effect(orders["payment_method"], _PAYMENT_EFFECTS) + _numeric_logit(orders)
    during = common.effect(orders["product_category"], _DRIFTED_EFFECTS) + 0.5 * _numeric_logit(orders)
    logit = np.where(drifted, during, before) + common.effect(orders["sales_channel"], _CHANNEL_EFFECTS)
    logit += common.effect(orders["country"], _COUNTRY_EFFECTS) + orders["page"]
    return _INTERCEPT + logit + rng.normal(0, _HIDDEN_SD, len(days))


def _as_logged(rng: np.random.Generator, days: Integers, orders: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return the features as the model received them: the truth, with the faults of the pipeline."""
    seen = {name: values.copy() for name, values in orders.items()}
    flood = INCIDENTS["returns_null_flood"].during(days) & (rng.random(len(days)) < 0.6)
    seen["delivery_days"][flood] = np.nan
    renamed = INCIDENTS["returns_renamed_category"].during(days) & (orders["payment_method"] == "bank_transfer")
    seen["payment_method"][renamed] = "sepa_transfer"
    sweden = INCIDENTS["returns_one_slice"].during(days) & (orders["country"] == "SE")
    seen["past_return_rate"][sweden] = np.nan
    seen["page"][sweden] = 0.0
    return seen


def _score(version: str, days: Integers, seen: dict[str, np.ndarray]) -> Floats:
    """Return the version's probability of a return: the seen part of the logit, averaged over the unseen part."""
    logit = _INTERCEPT + _numeric_logit(seen)
    logit += common.effect(seen["product_category"], _CATEGORY_EFFECTS)
    logit += common.effect(seen["payment_method"], _PAYMENT_EFFECTS)
    logit += common.effect(seen["sales_channel"], _CHANNEL_EFFECTS) + common.effect(seen["country"], _COUNTRY_EFFECTS)
    if version == "1":
        return common.averaged_probability(logit, np.hypot(_PAGE_SD, _HIDDEN_SD))
    # During the failed join the customer part is gone for Sweden: scores there shrink towards the mean.
    lost = INCIDENTS["returns_one_slice"].during(days) & (seen["country"] == "SE")
    logit = np.where(lost, _INTERCEPT + 0.25 * (logit - _INTERCEPT), logit + seen["page"])
    return common.averaged_probability(logit, _HIDDEN_SD)


def _loaded_twice(predictions: pa.Table, days: Integers) -> pa.Table:
    """Append the second copy of the duplicated day: the same rows, loaded the next morning at 04:10."""
    twice = np.flatnonzero(INCIDENTS["returns_duplicated_load"].during(days))
    if len(twice) == 0:
        return predictions
    again = predictions.take(pa.array(twice))
    loaded_at = common.start_of(days[twice] + 1) + np.timedelta64(250, "m")
    position = again.column_names.index("loaded_at")
    return pa.concat_tables([predictions, again.set_column(position, "loaded_at", pa.array(loaded_at))])
