"""What was broken on purpose, and when: the answer key of the demo.

Dates are inclusive on both sides (a one-day incident starts and ends on the same date); no end means still open on
the last day of the data. The simulation takes its dates from here, so this list cannot disagree with the rows.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from scripts.demo.common import LAST_DAY, Floats, Integers, day_number

KINDS = (
    "null_flood",
    "unit_change",
    "renamed_category",
    "duplicated_load",
    "missing_day",
    "covariate_shift",
    "concept_drift",
    "label_shift",
    "miscalibration",
    "one_slice_only",
    "bad_rollout",
    "slow_ramp",
)


@dataclass(frozen=True)
class Incident:
    """One injected fault. `model_version` None = every version; `scope` = a feature, `slice=value`, or `all`."""

    incident_id: str
    model_id: str
    model_version: str | None
    kind: str
    scope: str
    started_on: str
    ended_on: str | None
    description: str

    def during(self, days: Integers) -> NDArray[np.bool_]:
        """Return which day numbers the incident covers."""
        last = LAST_DAY if self.ended_on is None else day_number(self.ended_on)
        return (days >= day_number(self.started_on)) & (days <= last)

    def progress(self, days: Integers) -> Floats:
        """Return how far a slow ramp has come: 0 outside, rising in a straight line to 1 on its last day."""
        first = day_number(self.started_on)
        last = LAST_DAY if self.ended_on is None else day_number(self.ended_on)
        return np.where(self.during(days), (days - first + 1) / (last - first + 1), 0.0)


_RETURNS, _DEMAND, _REVIEWS = "returns_propensity", "demand_forecast", "review_sentiment"
_RECOMMENDER, _CREDIT = "recommender", "credit_limit"

_LIST = (
    Incident("returns_null_flood", _RETURNS, None, "null_flood", "delivery_days", "2025-05-12", "2025-05-18",
             "The carrier's feed fails: 60 % of delivery_days are null, the model fills in the mean."),
    Incident("credit_miscalibration", _CREDIT, "2024-11", "miscalibration", "all", "2025-06-02", "2025-07-27",
             "A wrong recalibration file: default odds are stated at 0.4 of the true ones. The ranking is untouched."),
    Incident("returns_missing_day", _RETURNS, None, "missing_day", "all", "2025-06-22", "2025-06-22",
             "The scoring service is down for a day: no predictions, so no outcomes either."),
    Incident("demand_unit_change", _DEMAND, None, "unit_change", "price", "2025-07-07", "2025-07-20",
             "The price arrives in cents instead of euros: forecasts fall by about half."),
    Incident("returns_covariate_shift", _RETURNS, None, "covariate_shift", "sales_channel", "2025-07-14", "2025-07-27",
             "A campaign on marketplaces: their share of the orders rises from 14 % to 35 %."),
    Incident("returns_renamed_category", _RETURNS, None, "renamed_category", "payment_method", "2025-08-04",
             "2025-08-17", "The checkout renames bank_transfer to sepa_transfer, a name the model does not know."),
    Incident("reviews_null_flood", _REVIEWS, None, "null_flood", "language", "2025-08-18", "2025-08-24",
             "The language detector times out: 40 % of language are null."),
    Incident("demand_one_slice", _DEMAND, None, "one_slice_only", "store_region=north", "2025-09-01", "2025-09-21",
             "The stock feed of region north sends zeros: lag and stock features are 0, forecasts there 45 % low."),
    Incident("recommender_slow_ramp", _RECOMMENDER, None, "slow_ramp", "item_age_days", "2025-09-01", "2025-10-26",
             "The catalogue refresh stalls: the items shown grow older day by day, by up to 50 days."),
    Incident("demand_duplicated_load", _DEMAND, None, "duplicated_load", "all", "2025-11-12", "2025-11-12",
             "The day's forecasts were loaded twice: every prediction row is there two times."),
    Incident("reviews_label_shift", _REVIEWS, None, "label_shift", "all", "2025-11-24", "2025-12-14",
             "A product recall: negative reviews rise from about 20 % to 42 %. Each class reads as it always did."),
    Incident("demand_missing_day", _DEMAND, None, "missing_day", "all", "2026-02-08", "2026-02-08",
             "The forecast job did not run: no forecasts for the day."),
    Incident("reviews_renamed_category", _REVIEWS, None, "renamed_category", "language", "2026-02-16", "2026-03-01",
             "The language codes change from de to de-DE."),
    Incident("returns_duplicated_load", _RETURNS, None, "duplicated_load", "all", "2026-02-17", "2026-02-17",
             "The day was loaded again the next morning: every prediction row is there two times."),
    Incident("returns_concept_drift", _RETURNS, "2", "concept_drift", "all", "2026-03-02", "2026-04-12",
             "Free courier pick-up: what drives a return changes, the inputs look as before."),
    Incident("credit_null_flood", _CREDIT, None, "null_flood", "prior_delinquencies", "2026-03-09", "2026-03-15",
             "The credit bureau is down: 70 % of prior_delinquencies are null."),
    Incident("recommender_missing_day", _RECOMMENDER, None, "missing_day", "all", "2026-03-17", "2026-03-17",
             "The event stream was lost for a day: no requests logged."),
    Incident("returns_one_slice", _RETURNS, "2", "one_slice_only", "country=SE", "2026-04-20", None,
             "The customer join fails for Sweden: past_return_rate is null there, scores lie near the mean."),
    Incident("returns_slow_ramp", _RETURNS, "2", "slow_ramp", "delivery_days", "2026-05-01", None,
             "A new carrier grows slower week by week: delivery takes up to 1.6 days longer."),
    Incident("credit_covariate_shift", _CREDIT, "2025-09", "covariate_shift", "income", "2026-05-18", None,
             "A student campaign: more young applicants, lower income, shorter history."),
    Incident("recommender_bad_rollout", _RECOMMENDER, "3.0", "bad_rollout", "all", "2026-06-15", None,
             "Version 3.0 goes from a healthy 20 % canary to all traffic with a broken feature join: its ranking is "
             "close to random."),
)  # fmt: skip

INCIDENTS: dict[str, Incident] = {incident.incident_id: incident for incident in _LIST}


def incidents_table() -> pa.Table:
    """Return the answer key as a table, by start date; dates are inclusive, ended_on null = still open."""
    def dates(values: list[str | None]) -> pa.Array:
        return pa.array(values, type=pa.string()).cast(pa.date32())

    columns = ("incident_id", "model_id", "model_version", "kind", "scope")
    table = {name: pa.array([getattr(i, name) for i in _LIST], type=pa.string()) for name in columns}
    table["started_on"] = dates([i.started_on for i in _LIST])
    table["ended_on"] = dates([i.ended_on for i in _LIST])
    table["description"] = pa.array([i.description for i in _LIST], type=pa.string())
    return pa.table(table).sort_by([("started_on", "ascending"), ("incident_id", "ascending")])
