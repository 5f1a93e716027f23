"""Model credit_limit: will a customer who asks for credit default? Binary, regulated, protected attributes.

Score = probability of default, label 1 = refuse. The truth is a logit of finances and history plus a part nobody sees;
age and gender have no effect of their own, yet the young earn less and are refused more often: a real question for the
fairness marts, in healthy months too. A default becomes known 91 to 150 days after the application, a good account on
day 121 to 150. Refused applications are followed as well (the credit bureau reports how they fared elsewhere), so
that error rates by group can be had. Column names differ from the canonical ones on purpose.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from scripts.demo import common
from scripts.demo.common import Floats, Integers
from scripts.demo.incidents import INCIDENTS

MODEL_ID = "credit_limit"
APPLICATIONS_PER_DAY = 125
VERSION_DAYS = {"2024-11": ("2025-01-01", "2025-10-05"), "2025-09": ("2025-09-01", "2026-06-30")}
REFUSE_FROM = 0.18  # refused when the stated probability of default reaches this

_INTERCEPT = -2.85
_HIDDEN_SD = {"2024-11": 0.55, "2025-09": 0.40}  # the newer version sees the account's payment stream as well
_STREAM_SD = float(np.sqrt(0.55**2 - 0.40**2))
_AGE_SHARES = {"18-25": 17, "26-40": 36, "41-60": 34, "61+": 13}
_AGE_INCOME = {"18-25": -0.35, "26-40": 0.0, "41-60": 0.12, "61+": -0.08}
_AGE_MONTHS = {"18-25": 10.0, "26-40": 34.0, "41-60": 55.0, "61+": 70.0}
_GENDER_SHARES = {"female": 49, "male": 49, "unspecified": 2}
_GENDER_INCOME = {"female": -0.07, "male": 0.05}
_REGION_SHARES = {"north": 27, "south": 30, "east": 18, "west": 25}
_EMPLOYMENT_SHARES = {"employed": 68, "self_employed": 12, "retired": 9, "student": 7, "unemployed": 4}
_EMPLOYMENT_EFFECTS = {"self_employed": 0.25, "student": 0.2, "unemployed": 0.8, "retired": -0.2}
_HOUSING_SHARES = {"rent": 55, "own": 34, "other": 11}
_HOUSING_EFFECTS = {"own": -0.35, "other": 0.15}


def credit_tables(seed: int) -> dict[str, pa.Table]:
    """Return credit_scores, credit_performance, credit_applications (amounts in EUR, income per month)."""
    rng = common.generator(MODEL_ID, seed)
    days = common.event_days(rng, APPLICATIONS_PER_DAY, strength=0.5)
    size = len(days)
    people = _people(rng, days)
    stream = rng.normal(0, _STREAM_SD, size)
    logit = _logit(people)
    hidden = rng.normal(0, _HIDDEN_SD["2025-09"], size)
    defaulted = rng.random(size) < common.sigmoid(logit + stream + hidden)
    delay = np.where(defaulted, rng.integers(91, 151, size), rng.integers(121, 151, size))
    known_at = common.start_of(days + delay) + np.timedelta64(6, "h")
    scored_at = common.event_times(rng, days)

    flood = INCIDENTS["credit_null_flood"].during(days) & (rng.random(size) < 0.7)
    people["prior_delinquencies"] = np.where(flood, np.nan, people["prior_delinquencies"])
    logit = _logit(people)
    numbers = np.arange(1, size + 1)
    parts: dict[str, list[pa.Table]] = {"credit_scores": [], "credit_performance": [], "credit_applications": []}
    for position, (version, (first, last)) in enumerate(VERSION_DAYS.items(), start=1):
        rows = (days >= common.day_number(first)) & (days <= common.day_number(last))
        seen = logit + stream if version == "2025-09" else logit
        probability = common.averaged_probability(seen, _HIDDEN_SD[version])
        if version == "2024-11":
            odds = np.where(INCIDENTS["credit_miscalibration"].during(days), 0.4, 1.0) * probability / (1 - probability)
            probability = odds / (1 + odds)
        application_id = common.identifiers(f"ca{position}-", numbers[rows])
        scores = {
            "version_tag": np.full(rows.sum(), version, dtype=object),
            "application_id": application_id,
            "scored_at": scored_at[rows],
            "pd": probability[rows],
            "is_refused": (probability[rows] >= REFUSE_FROM).astype(int),
            "ingested_at": common.loaded(scored_at[rows]),
        }
        performance = {"application_id": application_id, "known_at": known_at[rows]}
        performance |= {"is_default": defaulted[rows].astype(int), "ingested_at": common.loaded(known_at[rows])}
        features = {"application_id": application_id} | {name: values[rows] for name, values in people.items()}
        parts["credit_scores"].append(common.to_table(scores))
        parts["credit_performance"].append(common.known_by_end(common.to_table(performance), "known_at"))
        parts["credit_applications"].append(common.to_table(features))
    return {name: pa.concat_tables(tables) for name, tables in parts.items()}


def _people(rng: np.random.Generator, days: Integers) -> dict[str, np.ndarray]:
    """Draw the applicants. Income is missing where it was not declared, utilisation where there is no card yet."""
    size = len(days)
    campaign = INCIDENTS["credit_covariate_shift"].during(days) & (rng.random(size) < 0.4)
    age_band = common.draw(rng, _AGE_SHARES, size)
    age_band[campaign] = "18-25"
    gender = common.draw(rng, _GENDER_SHARES, size)
    employment = common.draw(rng, _EMPLOYMENT_SHARES, size)
    employment[campaign & (rng.random(size) < 0.7)] = "student"
    log_income = 7.75 + common.effect(age_band, _AGE_INCOME) + common.effect(gender, _GENDER_INCOME) - 0.3 * campaign
    log_income += common.effect(employment, {"student": -0.35, "unemployed": -0.5, "self_employed": 0.1})
    income = np.round(np.exp(log_income + rng.normal(0, 0.38, size)))
    months = np.floor(rng.exponential(common.effect(age_band, _AGE_MONTHS)))
    utilisation = np.round(rng.beta(1.6, 2.8, size), 3)
    return {
        "income": np.where(rng.random(size) < 0.02, np.nan, income),
        "utilisation": np.where(rng.random(size) < 0.03, np.nan, utilisation),
        "months_on_book": months,
        "prior_delinquencies": rng.poisson(0.12 + 0.45 * utilisation).astype(float),
        "requested_limit": np.round(income * rng.uniform(0.3, 1.6, size) / 50) * 50,
        "employment_status": employment,
        "housing": common.draw(rng, _HOUSING_SHARES, size),
        "region": common.draw(rng, _REGION_SHARES, size),
        "age_band": age_band,
        "gender": gender,
    }


def _logit(people: dict[str, np.ndarray]) -> Floats:
    """Return the logit of default that the features explain; a missing value counts as its mean."""
    income = np.where(np.isnan(people["income"]), 2300, people["income"])
    utilisation = np.where(np.isnan(people["utilisation"]), 0.36, people["utilisation"])
    delinquencies = np.where(np.isnan(people["prior_delinquencies"]), 0.28, people["prior_delinquencies"])
    return (
        _INTERCEPT
        - 0.85 * np.log(income / 2300)
        + 2.8 * (utilisation - 0.36)
        - 0.28 * (np.log1p(people["months_on_book"]) - 3.2)
        + 0.85 * (delinquencies - 0.28)
        + 0.45 * (people["requested_limit"] / income - 0.95)
        + common.effect(people["employment_status"], _EMPLOYMENT_EFFECTS)
        + common.effect(people["housing"], _HOUSING_EFFECTS)
    )
