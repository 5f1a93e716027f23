"""A small warehouse for the incremental tests: raw tables, the declaration that reads them, and what happens to them.

Two prediction logs under the sources of the sample data, days counted from 0 (Monday 2026-01-05) to 38:

- `bookings`, binary: features, slices and loaded_at in the prediction table; probability and loaded_at are text.
  Version 1 scores every day; version 2 scores some of the same bookings from day 32 on: its reference ends after as_of.
- `demand`, regression: features and slices in a table of their own, no loaded_at anywhere; moments and numbers are
  text.

Both hold every kind of row that the quarantine must catch: EXPECTED_REJECTIONS says how many of each. The functions at
the end change the tables the way a user's loads do.
"""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

FIRST_DATE = date(2026, 1, 5)
LAST_DAY = 38
NEW_DAY = 39
REFERENCE_DAYS = 10
EXCLUDED_PERIODS = "ml_monitor_internal.ml_excluded_periods"
THRESHOLDS = "ml_monitor_internal.ml_thresholds"
SECOND_VERSION_DAY = 32
AS_OF = "2026-02-14"  # the start of day 40
LATER_AS_OF = "2026-02-21"  # the start of day 47: the second version's reference is complete, day 44 has come
FUTURE_DAY = 44
LATE_DAYS = range(25, 30)  # the outcome of booking 0 of these days is late
BOOKINGS, DEMAND = "bookings", "demand"
RAW_SCHEMAS = ("hotel_cancellations", "online_retail_demand")
DUCKDB_CONFIG = {"storage_compatibility_version": "v1.4.0", "threads": 2}

_BOOKINGS = "hotel_cancellations.raw_predictions"
_STAYS = "hotel_cancellations.raw_outcomes"
_FORECASTS = "online_retail_demand.raw_predictions"
_SALES = "online_retail_demand.raw_outcomes"
_FEATURES = "online_retail_demand.raw_features"

_TABLES = {
    _BOOKINGS: """
        model_name text, version text, booking_id text, scored_at timestamp, probability text, label text,
        lead_time double, adr double, deposit_type text, market_segment text, hotel text, loaded_at text""",
    _STAYS: "booking_id text, known_at timestamp, is_canceled integer, loaded_at timestamp",
    _FORECASTS: """
        kind text, prediction_id text, predicted_at text, predicted_value text, lower_value double,
        upper_value double""",
    _SALES: "prediction_id text, observed_at text, actual text",
    _FEATURES: "prediction_id text, units_lag1 double, price double, category text, region text",
}

# What the raw tables of write_raw_tables leave out of fct_ml_predictions: (log, source, status, reason) -> rows.
EXPECTED_REJECTIONS = {
    (BOOKINGS, "predictions", "rejected", "null_prediction_id"): 2,
    (BOOKINGS, "predictions", "rejected", "null_model_id"): 1,
    (BOOKINGS, "predictions", "rejected", "null_model_version"): 1,
    (BOOKINGS, "predictions", "rejected", "null_timestamp"): 2,
    (BOOKINGS, "predictions", "rejected", "timestamp_in_future"): 5,
    (BOOKINGS, "predictions", "rejected", "unparsable_score"): 2,
    (BOOKINGS, "predictions", "rejected", "score_not_finite"): 3,
    (BOOKINGS, "predictions", "rejected", "null_score"): 1,
    (BOOKINGS, "predictions", "rejected", "score_out_of_range"): 2,
    (BOOKINGS, "predictions", "rejected", "unknown_label"): 1,
    (BOOKINGS, "predictions", "rejected", "duplicate_identical"): 2,
    (BOOKINGS, "predictions", "rejected", "duplicate_conflicting"): 3,
    (BOOKINGS, "outcomes", "rejected", "null_prediction_id"): 1,
    (BOOKINGS, "outcomes", "rejected", "null_timestamp"): 1,
    (BOOKINGS, "outcomes", "rejected", "timestamp_in_future"): 2,
    (BOOKINGS, "outcomes", "rejected", "null_actual"): 1,
    (BOOKINGS, "outcomes", "rejected", "unknown_actual"): 1,
    (BOOKINGS, "outcomes", "rejected", "observed_before_prediction"): 2,
    (BOOKINGS, "outcomes", "superseded", "newer_outcome"): 2,
    (BOOKINGS, "outcomes", "orphan", "no_prediction"): 4,
    (DEMAND, "predictions", "rejected", "null_prediction_id"): 1,
    (DEMAND, "predictions", "rejected", "unknown_task"): 2,
    (DEMAND, "predictions", "rejected", "null_timestamp"): 1,
    (DEMAND, "predictions", "rejected", "unparsable_timestamp"): 2,
    (DEMAND, "predictions", "rejected", "timestamp_in_future"): 6,
    (DEMAND, "predictions", "rejected", "null_predicted_value"): 1,
    (DEMAND, "predictions", "rejected", "unparsable_predicted_value"): 1,
    (DEMAND, "predictions", "rejected", "predicted_value_not_finite"): 3,
    (DEMAND, "predictions", "rejected", "predicted_value_out_of_range"): 1,
    (DEMAND, "predictions", "rejected", "duplicate_identical"): 1,
    (DEMAND, "predictions", "rejected", "duplicate_conflicting"): 1,
    (DEMAND, "outcomes", "rejected", "unparsable_timestamp"): 1,
    (DEMAND, "outcomes", "rejected", "null_timestamp"): 1,
    (DEMAND, "outcomes", "rejected", "timestamp_in_future"): 1,
    (DEMAND, "outcomes", "rejected", "null_actual"): 1,
    (DEMAND, "outcomes", "rejected", "unparsable_actual"): 1,
    (DEMAND, "outcomes", "rejected", "actual_not_finite"): 2,
    (DEMAND, "outcomes", "rejected", "actual_out_of_range"): 1,
    (DEMAND, "outcomes", "rejected", "observed_before_prediction"): 1,
    (DEMAND, "outcomes", "superseded", "newer_outcome"): 1,
    (DEMAND, "outcomes", "orphan", "no_prediction"): 1,
}


def declaration(as_of: str = AS_OF, *, more_slices: bool = False, label_threshold: float = 0.5,
                more_features: bool = False, with_demand: bool = True) -> dict[str, Any]:  # fmt: skip
    """Return the `--vars` of a build; the keywords change what is declared of bookings, or leave demand out."""
    bookings = {
        "name": BOOKINGS,
        "task": "binary_classification",
        "label_threshold": label_threshold,
        "predictions": {
            "relation": _BOOKINGS,
            "columns": {
                "model_id": "model_name",
                "model_version": "version",
                "prediction_id": "booking_id",
                "predicted_at": "scored_at",
                "score": "probability",
                "predicted_label": "label",
                "sample_weight": "adr",
                "loaded_at": "loaded_at",
            },
        },
        "outcomes": {
            "relation": _STAYS,
            "columns": {
                "prediction_id": "booking_id",
                "observed_at": "known_at",
                "actual": "is_canceled",
                "loaded_at": "loaded_at",
            },
        },
        "features": {
            "numeric": ["lead_time", "adr"] if more_features else ["lead_time"],
            "categorical": ["deposit_type"],
        },
        "slices": ["market_segment", "hotel"] if more_slices else ["market_segment"],
    }
    demand = {
        "name": DEMAND,
        "task": "regression",
        "model_id": "demand_model",
        "model_version": "1",
        "predictions": {
            "relation": _FORECASTS,
            "columns": {
                "task": "kind",
                "prediction_lower": "lower_value",
                "prediction_upper": "upper_value",
                "sample_weight": "upper_value",
            },
        },
        "outcomes": {"relation": _SALES},
        "features": {"relation": _FEATURES, "numeric": ["units_lag1", "price"], "categorical": ["category"]},
        "slices": ["region"],
    }
    logs = [bookings, demand] if with_demand else [bookings]
    settings = {"as_of": as_of, "reference_days": REFERENCE_DAYS, "prediction_logs": logs}
    return {"ml_monitor": settings}


def day_date(day: int) -> date:
    """Return the date of a day number."""
    return FIRST_DATE + timedelta(days=day)


def moment(day: int, hour: int = 9, minute: int = 0) -> datetime:
    """Return a moment of a day."""
    return datetime.combine(day_date(day), datetime.min.time()) + timedelta(hours=hour, minutes=minute)


def connect(path: Path, *, read_only: bool = False) -> duckdb.DuckDBPyConnection:
    """Open a warehouse file with the settings of the profile."""
    return duckdb.connect(str(path), read_only=read_only, config=DUCKDB_CONFIG)


def write_raw_tables(path: Path) -> None:
    """Create the raw tables of day 38's evening in a DuckDB file."""
    with connect(path) as connection:
        for schema in RAW_SCHEMAS:
            connection.execute(f"create schema if not exists {schema}")
        for table, columns in _TABLES.items():
            connection.execute(f"create or replace table {table} ({columns})")
        draw = random.Random(20260105)
        for day in range(LAST_DAY + 1):
            add_bookings(connection, draw, day)
            add_forecasts(connection, draw, day)
        _add_bad_bookings(connection)
        _add_bad_stays(connection)
        _add_bad_demand(connection)


def copy_raw_tables(source: Path, target: Path, *, and_bins: bool = False) -> None:
    """Copy the raw tables (and the frozen bins, if told) of one warehouse into another."""
    with connect(target) as connection:
        connection.execute(f"attach '{source}' as source (read_only)")
        tables = list(_TABLES)
        if and_bins:
            tables += [f"ml_monitor_internal.int_ml_reference_{kind}" for kind in ("quantiles", "categories", "splits")]
        for table in tables:
            connection.execute(f"create schema if not exists {table.split('.')[0]}")
            connection.execute(f"create or replace table {table} as select * from source.{table}")


def _insert(connection: duckdb.DuckDBPyConnection, table: str, rows: list[tuple[Any, ...]]) -> None:
    columns = {f"c{number}": pa.array(values) for number, values in enumerate(zip(*rows, strict=True))}
    connection.register("new_rows", pa.table(columns))
    connection.execute(f"insert into {table} select * from new_rows")
    connection.unregister("new_rows")


def booking(day: int, number: int) -> str:
    """Return the id of a booking."""
    return f"b{day:02d}-{number:02d}"


def forecast(day: int, number: int) -> str:
    """Return the id of a forecast."""
    return f"d{day:02d}-{number:02d}"


def add_bookings(connection: duckdb.DuckDBPyConnection, draw: random.Random, day: int, *, stays: bool = True) -> None:
    """Add the bookings scored on a day, and the outcomes of them that are known by day 38."""
    rows, known = [], []
    for number in range(48):
        probability = round(draw.betavariate(2, 3), 6)
        canceled = int(draw.random() < probability)
        lead_time = None if draw.random() < 0.04 else round(draw.expovariate(1 / (60 + day)), 1)
        features = (
            lead_time,
            round(draw.gauss(100, 20), 2),
            draw.choices(["none", "refundable", "full"], [7, 2, 1])[0],
            draw.choices(["online", "agency", None], [6, 3, 1])[0],
            draw.choice(["city", "resort"]),
        )
        # Some labels are given, the others follow from the threshold.
        label = draw.choice(["true", "0"]) if number % 16 == 5 else None
        at, loaded_at = moment(day, 8, 10 * number), str(moment(day, 23))
        rows.append(("cancellation", "1", booking(day, number), at, str(probability), label, *features, loaded_at))
        if day >= SECOND_VERSION_DAY and number < 15:
            again = str(round((probability + draw.random()) / 2, 6))
            at = moment(day, 8, 10 * number + 1)
            rows.append(("cancellation", "2", booking(day, number), at, again, label, *features, loaded_at))
        known_day = day + 1 + number % 5
        is_late = number == 0 and day in LATE_DAYS
        if stays and known_day <= LAST_DAY and not is_late and number not in (1, 2):
            known.append((booking(day, number), moment(known_day, 20), canceled, moment(known_day, 22)))
    _insert(connection, _BOOKINGS, rows)
    if known:
        _insert(connection, _STAYS, known)


def add_forecasts(connection: duckdb.DuckDBPyConnection, draw: random.Random, day: int, *, sales: bool = True) -> None:
    """Add the forecasts of a day with their features, and the outcomes of them that are known by day 38."""
    rows, known, features = [], [], []
    for number in range(40):
        units, price = draw.lognormvariate(3, 0.6), round(draw.uniform(1, 9), 2)
        value = round(units * draw.lognormvariate(0, 0.3), 3)
        at = str(moment(day, 6, 7 * number))
        rows.append(("regression", forecast(day, number), at, str(value), value * 0.6, value * 1.5))
        region = draw.choice(["north", "south", "west"])
        category = draw.choices(["garden", "kitchen", "toys"], [5, 3, 2])[0]
        features.append((forecast(day, number), round(units, 2), price, category, region))
        if sales and day + 3 <= LAST_DAY and number not in (1, 2):
            known.append((forecast(day, number), str(moment(day + 3, 21)), str(round(units, 3))))
    _insert(connection, _FORECASTS, rows)
    _insert(connection, _FEATURES, features)
    if known:
        _insert(connection, _SALES, known)


def _booking_row(booking_id: str | None, day: int, **changes: Any) -> tuple[Any, ...]:
    """Return one raw booking, good where nothing is changed."""
    row = {
        "model_name": "cancellation",
        "version": "1",
        "booking_id": booking_id,
        "scored_at": moment(day, 17, 30),
        "probability": "0.25",
        "label": None,
        "lead_time": 30.0,
        "adr": 100.0,
        "deposit_type": "none",
        "market_segment": "online",
        "hotel": "city",
        "loaded_at": str(moment(day, 23)),
    }
    return tuple((row | changes).values())


def _add_bad_bookings(connection: duckdb.DuckDBPyConnection) -> None:
    rows = [_booking_row(None, day) for day in (12, 13)]
    rows += [_booking_row("bad-model", 14, model_name=None), _booking_row("bad-version", 14, version=None)]
    rows += [_booking_row(f"bad-time-{day}", day, scored_at=None) for day in (14, 15)]
    # Valid once the as-of moment has passed them. Two of them are of the second version.
    rows += [_booking_row(f"future-{number}", LAST_DAY, scored_at=moment(FUTURE_DAY, 10, number),
                          version="12"[number % 2]) for number in range(4)]  # fmt: skip
    rows.append(_booking_row("loaded-ahead", 35, loaded_at=str(moment(FUTURE_DAY))))
    bad_scores = ["abc", "", "NaN", "inf", "-inf", None, "1.7", "-0.2"]
    rows += [_booking_row(f"bad-score-{number}", 14 + number, probability=bad) for number, bad in enumerate(bad_scores)]
    rows.append(_booking_row("bad-label", 16, label="maybe"))
    # The same row, loaded again the next day: on its own day, and within a batch.
    for day, number in ((16, 10), (18, 11)):
        connection.execute(f"""
            insert into {_BOOKINGS}
            select * replace ('{moment(day + 1, 23)}' as loaded_at) from {_BOOKINGS}
            where booking_id = '{booking(day, number)}'
        """)
    # Another score under a known id: at the same moment, and on two other days.
    rows.append(_booking_row(booking(17, 20), 17, probability="0.9", scored_at=moment(17, 8, 200)))
    rows.append(_booking_row(booking(16, 21), 19, probability="0.1"))
    rows.append(_booking_row(booking(16, 22), 20, probability="0.8"))
    _insert(connection, _BOOKINGS, rows)


def _add_bad_stays(connection: duckdb.DuckDBPyConnection) -> None:
    def row(booking_id: str | None, day: int, canceled: int | None = 1, **changes: Any) -> tuple[Any, ...]:
        times = {"known_at": moment(day, 19), "loaded_at": moment(day, 22)} | changes
        return booking_id, times["known_at"], canceled, times["loaded_at"]

    rows = [
        row(None, 20),
        row(booking(20, 1), 22, known_at=None),
        row(booking(30, 1), 36, known_at=moment(FUTURE_DAY - 1)),  # observed in the future
        row(booking(31, 1), 36, loaded_at=moment(FUTURE_DAY - 1)),  # observed, but loaded in the future
        row(booking(21, 1), 23, canceled=None),
        row(booking(22, 1), 24, canceled=2),
        row(booking(23, 1), 21),  # before its prediction
        row(booking(24, 2), 22),  # so is this one, but not the next
        row(booking(24, 2), 28),
        row("late-booking", 30),  # its prediction comes later
        row("nobody", 29),
        row("nobody", 30),
        row("bad-score-6", 26),  # its prediction is rejected
        # Restated: by a newer load, and by a newer load that is older in its own time.
        row(booking(20, 10), 26, canceled=0, loaded_at=moment(27)),
        row(booking(21, 11), 22, canceled=1, loaded_at=moment(28)),
    ]
    _insert(connection, _STAYS, rows)


def _add_bad_demand(connection: duckdb.DuckDBPyConnection) -> None:
    def row(prediction_id: str | None, predicted_at: object, value: str | None = "20", kind: str | None = "regression"):
        text = None if predicted_at is None else str(predicted_at)
        return (kind, prediction_id, text, value, 10.0, 30.0)

    rows = [row(None, moment(14))]
    rows += [row("bad-kind-1", moment(14), kind=None), row("bad-kind-2", moment(14), kind="forecast")]
    rows += [row("bad-time-1", None), row("bad-time-2", "yesterday"), row("bad-time-3", "2026-02-30 10:00:00")]
    rows += [row(f"future-{number}", moment(FUTURE_DAY, 10, number), str(10 + number)) for number in range(6)]
    bad_values = [None, "many", "nan", "inf", "-Infinity", "1e80"]
    rows += [row(f"bad-value-{number}", moment(15 + number), bad) for number, bad in enumerate(bad_values)]
    connection.execute(f"insert into {_FORECASTS} select * from {_FORECASTS} where prediction_id = '{forecast(20, 7)}'")
    rows.append(row(forecast(20, 8), moment(21), "999"))
    _insert(connection, _FORECASTS, rows)
    known = [
        (forecast(20, 1), "soon", "5"),
        (forecast(21, 1), None, "5"),
        (forecast(22, 1), str(moment(FUTURE_DAY + 1)), "5"),
        (forecast(23, 1), str(moment(26)), None),
        (forecast(24, 1), str(moment(27)), "a few"),
        (forecast(25, 1), str(moment(28)), "nan"),
        (forecast(26, 1), str(moment(29)), "Infinity"),
        (forecast(27, 1), str(moment(25)), "5"),  # before its prediction
        (forecast(29, 1), str(moment(32)), "-1e80"),
        (forecast(28, 5), str(moment(33)), "41"),  # newer than the outcome that is there
        ("nobody", str(moment(30)), "5"),
    ]
    _insert(connection, _SALES, known)
    # An id that the features table holds twice gives its greatest values.
    _insert(connection, _FEATURES, [(forecast(29, 5), 99.0, 1.5, "kitchen", "north")])


def add_new_day(path: Path) -> None:
    """Let a day of predictions come, without outcomes: what every day brings."""
    draw = random.Random(20260213)
    with connect(path) as connection:
        add_bookings(connection, draw, NEW_DAY, stays=False)
        add_forecasts(connection, draw, NEW_DAY, sales=False)


def add_late_outcomes(path: Path) -> None:
    """Let the late outcomes of five older days come on the new day."""
    rows = [(booking(day, 0), moment(NEW_DAY, 12), day % 2, moment(NEW_DAY, 22)) for day in LATE_DAYS]
    with connect(path) as connection:
        _insert(connection, _STAYS, rows)


def change_feature(path: Path) -> None:
    """Change a feature of one old forecast, in place."""
    with connect(path) as connection:
        connection.execute(f"update {_FEATURES} set price = 77 where prediction_id = '{forecast(27, 9)}'")


def change_history(path: Path) -> None:
    """Let everything else happen that can happen to old rows, outside the reference windows."""
    with connect(path) as connection:
        loaded_at = moment(NEW_DAY, 22)
        # Corrected outcomes: a newer load, and a changed value where there is no loaded_at.
        corrected = booking(22, 6)
        connection.execute(f"""
            insert into {_STAYS}
            select * replace (1 - is_canceled as is_canceled, timestamp '{loaded_at}' as loaded_at)
            from {_STAYS} where booking_id = '{corrected}'
        """)
        connection.execute(f"update {_SALES} set actual = '3.5' where prediction_id = '{forecast(20, 12)}'")
        # Late predictions of an old day, one with an outcome that has been waiting for it.
        days = {"late-1": 23, "late-2": 23, "late-booking": 28}
        late = [_booking_row(name, day, loaded_at=str(loaded_at)) for name, day in days.items()]
        # A known prediction again, under its own day and under the new one.
        connection.execute(f"""
            insert into {_BOOKINGS}
            select * replace ('{loaded_at}' as loaded_at) from {_BOOKINGS} where booking_id = '{booking(15, 30)}'
        """)
        late.append(_booking_row(booking(15, 31), NEW_DAY, loaded_at=str(loaded_at)))
        _insert(connection, _BOOKINGS, late)
        # Deleted: predictions that had an outcome, the first of two repeated ones, an outcome, the newest of two.
        gone = [booking(21, 35), booking(16, 21)]
        connection.execute(f"delete from {_BOOKINGS} where booking_id = '{gone[0]}'")
        connection.execute(f"delete from {_BOOKINGS} where booking_id = '{gone[1]}' and probability != '0.1'")
        connection.execute(f"delete from {_STAYS} where booking_id = '{booking(26, 33)}'")
        connection.execute(f"delete from {_SALES} where prediction_id = '{forecast(30, 20)}'")
        connection.execute(f"delete from {_SALES} where prediction_id = '{forecast(28, 5)}' and actual = '41'")
        # Features: in the prediction table with a newer load, a slice, one that goes.
        connection.execute(f"""
            update {_BOOKINGS} set lead_time = 400, market_segment = 'agency', loaded_at = '{loaded_at}'
            where booking_id = '{booking(31, 14)}'
        """)
        connection.execute(f"update {_FEATURES} set region = 'east' where prediction_id = '{forecast(33, 4)}'")
        connection.execute(f"delete from {_FEATURES} where prediction_id = '{forecast(34, 4)}'")
    add_late_outcomes(path)
    change_feature(path)


# The days that change_history must make dirty, after a build with the new day; outcomes make more days dirty than
# these, because an outcome's raw day is looked at as a whole.
CHANGED_DAYS = {
    BOOKINGS: {*LATE_DAYS, 15, 16, 19, 21, 22, 23, 26, 28, 30, 31, NEW_DAY},
    DEMAND: {20, 27, 28, 30, 33, 34},
}


def change_reference_day(path: Path) -> None:
    """Let predictions of a reference day come late, one go, and a feature of the reference change."""
    with connect(path) as connection:
        loaded_at = str(moment(NEW_DAY, 23))
        late = [_booking_row(f"late-reference-{number}", 4, lead_time=900.0 + number, loaded_at=loaded_at,
                             deposit_type="crypto") for number in range(5)]  # fmt: skip
        _insert(connection, _BOOKINGS, late)
        connection.execute(f"delete from {_FORECASTS} where prediction_id = '{forecast(5, 9)}'")
        connection.execute(f"""
            update {_FEATURES} set price = 500, category = 'books' where prediction_id = '{forecast(6, 9)}'
        """)


def remove_last_day(path: Path) -> None:
    """Take the newest day of both logs away, as when a bad load is rolled back: windows go with it."""
    with connect(path) as connection:
        connection.execute(f"delete from {_BOOKINGS} where cast(scored_at as date) = '{day_date(NEW_DAY)}'")
        connection.execute(f"delete from {_FORECASTS} where predicted_at like '{day_date(NEW_DAY)}%'")


def add_earlier_day(path: Path) -> None:
    """Let forecasts of a day before the first one come: the default reference window moves."""
    with connect(path) as connection:
        rows = [("regression", f"early-{n}", str(moment(-3, 6, n)), str(5 + n), 1.0, 50.0) for n in range(9)]
        _insert(connection, _FORECASTS, rows)


def exclude_reference_days(path: Path) -> None:
    """Let policy say that two days of every reference were not normal: no raw row changes."""
    with connect(path) as connection:
        period = f"'{day_date(4)}', '{day_date(6)}'"
        connection.execute(f"insert into {EXCLUDED_PERIODS} values (null, {period}, 'a broken till')")


def lower_thresholds(path: Path) -> None:
    """Let policy ask for less drift of one model, and for more rows: no raw row changes."""
    with connect(path) as connection:
        connection.execute(f"""
            insert into {THRESHOLDS} (model_id, metric_name, warn_threshold, fail_threshold, min_sample_count, reason)
            values ('demand_model', 'psi', 1e-6, 1e-5, 1, 'a strict owner')
        """)


def copy_policy(source: Path, target: Path) -> None:
    """Copy what policy excludes and asks for from one warehouse into another."""
    with connect(target) as connection:
        connection.execute(f"attach '{source}' as source (read_only)")
        for table in (EXCLUDED_PERIODS, THRESHOLDS):
            connection.execute(f"insert into {table} select * from source.{table}")
