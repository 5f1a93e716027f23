"""Small helpers of the simulation: calendar, random draws, timestamps, arrow columns.

Days are integers, 0 = 2025-01-01; the last one is LAST_DAY = 2026-06-30. Timestamps are naive UTC, in microseconds.
No event of a day falls after 22:59:59, so that an hourly load of the last day still ends before midnight.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

SEED = 20260630
FIRST_DATE = np.datetime64("2025-01-01", "D")
LAST_DATE = np.datetime64("2026-06-30", "D")
LAST_DAY = int((LAST_DATE - FIRST_DATE).astype(int))
DAYS = np.arange(LAST_DAY + 1)
END_OF_DATA = (LAST_DATE + 1).astype("datetime64[us]")  # nothing observed from here on is known yet

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

_WEEKDAY_FACTORS = np.array([1.06, 1.01, 0.99, 0.97, 0.99, 0.94, 1.04])  # Monday to Sunday
_SECONDS = 1_000_000
_HOUR_WEIGHTS = np.array([1, 1, 1, 1, 1, 1, 2, 4, 6, 7, 8, 8, 8, 8, 7, 7, 7, 8, 9, 10, 10, 8, 5], dtype=float)


def generator(name: str, seed: int = SEED) -> np.random.Generator:
    """Return the random generator of one model: changing one model leaves the others' rows as they are."""
    return np.random.default_rng([seed, *name.encode()])


def day_number(date: str | np.datetime64) -> int:
    """Return the day number of an ISO date (0 = 2025-01-01)."""
    return int((np.datetime64(date, "D") - FIRST_DATE).astype(int))


def weekday(days: Integers) -> Integers:
    """Return 0 = Monday ... 6 = Sunday for day numbers."""
    return ((FIRST_DATE + days).astype("datetime64[D]").astype(int) + 3) % 7


def christmas(days: Integers) -> Floats:
    """Return the strength of the Christmas business: 0 in summer, 1 around 8 December, more on Black Friday."""
    dates = FIRST_DATE + days
    years = dates.astype("datetime64[Y]")
    from_peak = (dates - (years.astype("datetime64[D]") + 341)).astype(int)  # days from 8 December of the year
    from_friday = from_peak + 10
    return np.exp(-0.5 * (from_peak / 13.0) ** 2) + 0.7 * np.exp(-0.5 * (from_friday / 1.3) ** 2)


def slump(days: Integers) -> Floats:
    """Return the strength of the January slump: 1 in mid-January, 0 from March on."""
    dates = FIRST_DATE + days
    from_middle = (dates - (dates.astype("datetime64[Y]").astype("datetime64[D]") + 16)).astype(int)
    return np.exp(-0.5 * (from_middle / 9.0) ** 2)


def volume_factor(days: Integers, strength: float = 1.0) -> Floats:
    """Return the share of normal volume on each day (about 1.0; weekday cycle, Christmas surge, January slump)."""
    season = 1 + strength * (0.45 * christmas(days) - 0.18 * slump(days))
    return _WEEKDAY_FACTORS[weekday(days)] * season


def event_days(rng: np.random.Generator, rows_per_day: float, strength: float = 1.0) -> Integers:
    """Draw the day number of each event, sorted: Poisson counts around rows_per_day times the volume factor."""
    return np.repeat(DAYS, rng.poisson(rows_per_day * volume_factor(DAYS, strength)))


def event_times(rng: np.random.Generator, days: Integers) -> NDArray[np.datetime64]:
    """Draw a timestamp within each day, by the hours in which people shop (00:00:00 to 22:59:59), sorted in a day."""
    hours = rng.choice(len(_HOUR_WEIGHTS), size=len(days), p=_HOUR_WEIGHTS / _HOUR_WEIGHTS.sum())
    seconds = hours * 3600 + rng.integers(0, 3600, size=len(days))
    seconds = seconds[np.lexsort((seconds, days))]  # days are sorted, so this sorts within each day
    return start_of(days) + seconds * np.timedelta64(_SECONDS, "us")


def start_of(days: Integers) -> NDArray[np.datetime64]:
    """Return midnight of each day number, in microseconds."""
    return (FIRST_DATE + days).astype("datetime64[us]")


def later(times: NDArray[np.datetime64], days: Floats) -> NDArray[np.datetime64]:
    """Return times plus a number of days (fractions allowed), cut to whole seconds."""
    return times + np.floor(np.asarray(days) * 86_400).astype("int64") * np.timedelta64(_SECONDS, "us")


def loaded(times: NDArray[np.datetime64]) -> NDArray[np.datetime64]:
    """Return when the hourly load brings a row into the warehouse: five minutes past the next full hour."""
    return times.astype("datetime64[h]").astype("datetime64[us]") + np.timedelta64(65, "m")


def sigmoid(value: Floats) -> Floats:
    """Return 1 / (1 + exp(-value))."""
    return 1 / (1 + np.exp(-value))


def averaged_probability(logit: Floats, hidden_sd: float | Floats) -> Floats:
    """Return P(event) given the seen part of a logit whose unseen part is normal with this standard deviation.

    The usual probit approximation of E[sigmoid(logit + hidden)]; with it a model that sees only a part of the truth
    is still calibrated (its error is below 0.01 for the values used here).
    """
    return sigmoid(logit / np.sqrt(1 + np.pi * hidden_sd**2 / 8))


def draw(rng: np.random.Generator, weights: Mapping[str, float], size: int) -> NDArray[np.object_]:
    """Draw `size` category names with the given weights (which need not add up to 1)."""
    shares = np.array(list(weights.values()), dtype=float)
    return np.array(list(weights), dtype=object)[rng.choice(len(shares), size=size, p=shares / shares.sum())]


def effect(values: NDArray[np.object_], effects: Mapping[str, float]) -> Floats:
    """Return the effect of each category; a category the model does not know has none (0)."""
    names, positions = np.unique(np.where(values == None, "", values).astype(str), return_inverse=True)  # noqa: E711
    return np.array([effects.get(name, 0.0) for name in names])[positions]


def identifiers(prefix: str, numbers: Integers, width: int = 6) -> NDArray[np.object_]:
    """Return text ids such as 'r1-000123'."""
    return np.array([f"{prefix}{number:0{width}d}" for number in numbers.tolist()], dtype=object)


def to_table(columns: Mapping[str, Sequence | NDArray]) -> pa.Table:
    """Build an arrow table; NaN, NaT and None become null, object columns text, integers 32 bit."""
    arrays = {}
    for name, values in columns.items():
        array = pa.array(values, type=pa.string() if _is_text(values) else None, from_pandas=True)
        arrays[name] = array.cast(pa.int32()) if pa.types.is_integer(array.type) else array
    return pa.table(arrays)


def _is_text(values: Sequence | NDArray) -> bool:
    return isinstance(values, np.ndarray) and values.dtype == object


def known_by_end(table: pa.Table, column: str) -> pa.Table:
    """Keep the rows whose timestamp `column` lies before the end of the data: later ones are not known yet."""
    times = table.column(column).to_numpy()
    return table.filter(pa.array(times < END_OF_DATA))
