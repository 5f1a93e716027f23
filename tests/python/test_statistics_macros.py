"""macros/statistics against math and scipy, on DuckDB and on Postgres (when a server can be started).

Tolerances are relative and stand beside each test. They are those that the macros' headers promise, which were measured
against 50-digit values, or wider where the reference itself is not that good.
"""

from __future__ import annotations

import csv
import io
import math
import re
import sys
import textwrap
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from numpy.typing import ArrayLike, NDArray
from scipy import special, stats

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(Path(__file__).resolve().parent), str(ROOT)]
import postgres_server  # noqa: E402
from conftest import not_run  # noqa: E402
from macro_renderer import MacroRenderer  # noqa: E402
from scripts.reference import chi_squared_terms, smirnov_tail  # noqa: E402

MACROS = ROOT / "macros" / "statistics"
TERMS = ROOT / "seeds" / "reference" / "ml_chi_squared_terms.csv"
Rows = list[tuple[Any, ...]]


class Engine:
    """A warehouse with the macros of its dialect: load a table, run a query with macros in it."""

    dialect: str

    def __init__(self) -> None:
        self.renderer = MacroRenderer(self.dialect)

    def load(self, table: str, **columns: ArrayLike) -> None:
        """Create a table of whole numbers (bigint) and doubles (null for None) with a row_number from 0."""
        arrays = {"row_number": np.arange(len(next(iter(columns.values())))), **columns}
        types = {}
        for name, values in arrays.items():
            whole = np.asarray(values).dtype.kind == "i"
            types[name] = "bigint" if whole else self.renderer.render("{{ ml_monitor.type_double() }}")
        rows = list(zip(*([_python(value) for value in values] for values in arrays.values()), strict=True))
        self.create(table, types, rows)

    def create(self, table: str, types: dict[str, str], rows: Rows) -> None:
        raise NotImplementedError

    def query(self, template: str) -> Rows:
        raise NotImplementedError

    def evaluate(self, expression: str, **columns: ArrayLike) -> list[float | None]:
        """Return an expression's value for each row of the columns, null as None."""
        self.load("inputs", **columns)
        return [row[0] for row in self.query(f"select {{{{ {expression} }}}} from inputs order by row_number")]

    def values(self, expression: str, **columns: ArrayLike) -> NDArray[np.float64]:
        """Return an expression's values; fails on null."""
        values = self.evaluate(expression, **columns)
        assert None not in values, f"{expression} is null at row {values.index(None)}"
        return np.array(values, dtype=float)


def _python(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value


class DuckDB(Engine):
    dialect = "duckdb"

    def __init__(self) -> None:
        super().__init__()
        self.connection = duckdb.connect(config={"threads": 2})

    def create(self, table: str, types: dict[str, str], rows: Rows) -> None:
        columns = ", ".join(f"{name} {kind}" for name, kind in types.items())
        self.connection.execute(f"create or replace table {table} ({columns})")
        arrays = {name: list(values) for name, values in zip(types, zip(*rows, strict=True), strict=True)}
        frame = pa.table({
            name: pa.array(values, pa.int64() if types[name] == "bigint" else pa.float64())
            for name, values in arrays.items()
        })  # fmt: skip
        self.connection.register("frame", frame)
        self.connection.execute(f"insert into {table} select * from frame")
        self.connection.unregister("frame")

    def query(self, template: str) -> Rows:
        return self.connection.execute(self.renderer.render(template)).fetchall()


class Postgres(Engine):
    dialect = "postgres"

    def __init__(self) -> None:
        super().__init__()
        import psycopg2

        self.connection = psycopg2.connect(**postgres_server.start())
        self.connection.autocommit = True

    def create(self, table: str, types: dict[str, str], rows: Rows) -> None:
        columns = ", ".join(f"{name} {kind}" for name, kind in types.items())
        text = io.StringIO()
        for row in rows:
            text.write("\t".join("\\N" if value is None else repr(value) for value in row) + "\n")
        text.seek(0)
        with self.connection.cursor() as cursor:
            cursor.execute(f"drop table if exists {table}")
            cursor.execute(f"create temporary table {table} ({columns})")
            cursor.copy_expert(f"copy {table} from stdin", text)

    def query(self, template: str) -> Rows:
        with self.connection.cursor() as cursor:
            cursor.execute(self.renderer.render(template))
            return cursor.fetchall()


@pytest.fixture(scope="module", params=[DuckDB, Postgres], ids=lambda engine: engine.dialect)
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    try:
        warehouse = request.param()
    except postgres_server.NoPostgres as error:
        not_run(f"no PostgreSQL: {error}")
    yield warehouse
    warehouse.connection.close()


def assert_close(values: ArrayLike, expected: ArrayLike, tolerance: float) -> None:
    """Fail, naming the worst place, where the relative difference passes the tolerance."""
    values, expected = np.asarray(values, dtype=float), np.asarray(expected, dtype=float)
    assert values.shape == expected.shape and np.isfinite(values).all() and np.isfinite(expected).all()
    ratio = values / np.where(expected == 0, 1, expected)
    difference = np.where(expected == 0, np.where(values == 0, 0, np.inf), np.abs(ratio - 1))
    worst = int(difference.argmax())
    assert difference[worst] <= tolerance, (
        f"row {worst}: {values[worst]!r} against {expected[worst]!r}, relative difference {difference[worst]:.2e}"
    )


def test_engine_is_what_it_says(engine: Engine) -> None:
    assert ("PostgreSQL" in engine.query("select version()")[0][0]) == (engine.dialect == "postgres")


# ---- constants and guards ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", ["3.14e0", "-1e-300", "1.797e308", "2.220446049250313e-16", 0.1, 2 / 3, -7, 1e22])
def test_double_literal_is_the_nearest_double(engine: Engine, number: str | float) -> None:
    template = f"select {{{{ ml_monitor.double_literal({number!r}) }}}} as x"
    assert engine.query(template) == [(float(number),)]


def test_z_95_is_the_normal_quantile(engine: Engine) -> None:
    assert engine.query("select {{ ml_monitor.z_95() }}")[0][0] == pytest.approx(special.ndtri(0.975), rel=1e-15)


def test_is_finite(engine: Engine) -> None:
    x = [0.0, -1e300, 1.79e308, math.nan, math.inf, -math.inf, None]
    assert engine.evaluate("ml_monitor.is_finite('x')", x=x) == [True, True, True, False, False, False, None]


def test_safe_divide(engine: Engine) -> None:
    numerator, denominator = np.array([1, 7, 0, 5]), np.array([3, 2, 9, 0])
    assert engine.evaluate("ml_monitor.safe_divide('a', 'b')", a=numerator, b=denominator) == [1 / 3, 3.5, 0.0, None]
    assert engine.evaluate("ml_monitor.safe_divide('a', 'b')", a=[None, 1.0], b=[1.0, None]) == [None, None]


def test_clip_keeps_null(engine: Engine) -> None:
    x = [-0.5, 0.0, 0.25, 1.0, 1.5, math.inf, -math.inf, None]
    expression = "ml_monitor.clip('x', ml_monitor.double_literal('0'), ml_monitor.double_literal('1'))"
    assert engine.evaluate(expression, x=x) == [0.0, 0.0, 0.25, 1.0, 1.0, 1.0, 0.0, None]


def test_safe_exp(engine: Engine) -> None:
    """Tolerance 4e-16: exp is within one unit in the last place on every engine."""
    x = np.concatenate([np.linspace(-700, 700, 1001), [1e-300, -1e-300]])
    assert_close(engine.values("ml_monitor.safe_exp('x')", x=x), np.exp(x), 4e-16)
    assert engine.evaluate("ml_monitor.safe_exp('x')", x=[-700.5, -1e308, -math.inf, None]) == [0, 0, 0, None]


# ---- normal --------------------------------------------------------------------------------------------------------


def normal_tail(z: float) -> float:
    """P(Z > z) by libm's erfc, with the rounding of z / sqrt(2) taken out exactly: good to 3e-15 at every z."""
    y = z / math.sqrt(2)
    rounding = Fraction(z) ** 2 / 2 - Fraction(y) ** 2
    return 0.5 * math.erfc(y) * (math.exp(-rounding) if z > 1 else 1)


def grid(largest: float) -> np.ndarray:
    """Both signs, the switches of the approximations, and values down to 1e-300."""
    switches = [0.46875, 0.67448975, 4.0, 5.656854249492381]
    near = [np.nextafter(s, side) for s in switches for side in (-1, 99)]
    tiny = [10.0**-k for k in range(0, 301, 12)]
    positive = np.concatenate([np.linspace(0, largest, 4001), switches, near, tiny])
    return np.concatenate([positive, -positive])


def test_erfc(engine: Engine) -> None:
    """Tolerance 1e-14."""
    x = grid(26)
    assert_close(engine.values("ml_monitor.erfc('x')", x=x), [math.erfc(value) for value in x], 1e-14)


def test_normal_sf(engine: Engine) -> None:
    """Tolerance 1e-14, down to 6e-300."""
    z = grid(37)
    assert_close(engine.values("ml_monitor.normal_sf('z')", z=z), [normal_tail(float(value)) for value in z], 1e-14)


def test_normal_two_sided_p(engine: Engine) -> None:
    """Tolerance 1e-14, down to 1e-299."""
    z = grid(37)
    expected = [2 * normal_tail(abs(float(value))) for value in z]
    assert_close(engine.values("ml_monitor.normal_two_sided_p('z')", z=z), expected, 1e-14)


@pytest.mark.parametrize(
    ("expression", "far_right", "far_left"),
    [("erfc('x')", 0, 2), ("normal_sf('x')", 0, 1), ("normal_two_sided_p('x')", 0, 0), ("kolmogorov_sf('x')", 0, 1)],
)
def test_tails_far_out_and_undefined(engine: Engine, expression: str, far_right: float, far_left: float) -> None:
    x = [40.0, 1e200, -40.0, -1e200, math.nan, math.inf, None]
    expected = [far_right, far_right, far_left, far_left, None, None, None]
    assert engine.evaluate(f"ml_monitor.{expression}", x=x) == expected


@pytest.mark.parametrize("number", ["0", "1e-200", "3", "-3", "30", "1e300", "-1e300"])
@pytest.mark.parametrize("macro", ["erfc", "normal_sf", "normal_two_sided_p", "kolmogorov_sf"])
def test_tails_of_a_constant(engine: Engine, macro: str, number: str) -> None:
    """A planner that folds constants meets no error in a branch that is not taken."""
    template = f"select {{{{ ml_monitor.{macro}(ml_monitor.double_literal('{number}')) }}}}"
    reference = {
        "erfc": math.erfc,
        "normal_sf": lambda z: math.erfc(z / math.sqrt(2)) / 2,
        "normal_two_sided_p": lambda z: math.erfc(abs(z) / math.sqrt(2)),
        "kolmogorov_sf": lambda z: float(special.kolmogorov(z)),
    }[macro](float(number))
    # 30 and beyond is past where the tails are cut to 0: below 1e-195, and below 1e-300 but for normal_sf.
    value = engine.query(template)[0][0]
    assert value == pytest.approx(reference, rel=1e-12, abs=0 if macro.startswith("normal") else 1e-300)


# ---- chi-squared ---------------------------------------------------------------------------------------------------


def pattern(text: str, first: str, last: str) -> str:
    """Return the SQL between two lines of a document, the first kept, without its indentation."""
    lines = text.splitlines()
    start = next(index for index, line in enumerate(lines) if line.strip() == first)
    end = next(index for index, line in enumerate(lines) if index > start and line.strip().startswith(last))
    return textwrap.dedent("\n".join(lines[start:end])).strip()


# The CTEs of the header of chi2_sf are what models paste, so they are what is tested.
CHI2_MODEL = (
    "with "
    + pattern((MACROS / "chi2_sf.sql").read_text(encoding="utf-8"), "degrees as (", "The last join")
    + "\n\nselect p_value from final order by test_id"
)


def chi2(
    engine: Engine, chi_squared: ArrayLike, degrees_of_freedom: ArrayLike, term_count: int | None = None
) -> list[float | None]:
    """Return p-values by the pattern of CTEs, with all terms or the first few."""
    with TERMS.open(encoding="utf-8") as file:
        terms = [(float(row["half_index"]), float(row["log_gamma"])) for row in csv.DictReader(file)]
    half_index, log_gamma = zip(*terms[:term_count], strict=True)
    engine.load("ml_chi_squared_terms", half_index=half_index, log_gamma=log_gamma)
    keys = np.arange(len(np.asarray(chi_squared)))
    engine.load("tested", test_id=keys, chi_squared=chi_squared, degrees_of_freedom=degrees_of_freedom)
    return [row[0] for row in engine.query(CHI2_MODEL)]


def test_chi2_sf(engine: Engine) -> None:
    """Tolerance 1e-11 (scipy's own error reaches 1.4e-12): p from 1 - 1e-9 down to 1e-290, df from 1 to 2000."""
    degrees = [*range(1, 41), 59, 60, 99, 100, 101, 365, 500, 999, 1000, 1500, 1999, 2000]
    tails = [1e-290, 1e-200, 1e-100, 1e-50, 1e-20, 1e-10, 1e-6, 1e-3, 0.05, 0.3, 0.5, 0.9, 0.999, 1 - 1e-9]
    df, tail = (values.ravel() for values in np.meshgrid(degrees, tails))
    x = stats.chi2.isf(tail, df)
    kept = np.isfinite(x) & (x > 0)
    assert kept.sum() > 700
    p_values = chi2(engine, x[kept], df[kept].astype(int))
    assert_close(p_values, stats.chi2.sf(x[kept], df[kept]), 1e-11)


def test_chi2_sf_at_the_ends(engine: Engine) -> None:
    x = [0.0, -1e-17, 0.0, 1e-300, 1400.0, 1400.0, 1e5, 1e300, 1e300]
    df = [1, 1, 2000, 7, 1, 2, 2000, 3, 1]
    assert chi2(engine, x, df) == [1, 1, 1, 1, 0, 0, 0, 0, 0]


def test_chi2_sf_is_null_where_it_is_not_defined(engine: Engine) -> None:
    x = [3.0, 3.0, 3.0, 3.0, 3.0, None, None, None, math.nan, math.inf]
    df = [0.0, -1.0, 2001.0, 2.5, None, 1.0, 2.0, 3.0, 2.0, 1.0]
    assert chi2(engine, x, df) == [None] * len(x)


def test_chi2_sf_is_null_without_its_terms(engine: Engine) -> None:
    """One degree of freedom needs none; two need k = 0, three k = 1/2."""
    p_values = chi2(engine, [3.0, 3.0, 3.0], np.array([1, 2, 3]), term_count=1)
    assert_close(p_values[:2], stats.chi2.sf(3.0, [1, 2]), 1e-14)
    assert p_values[2] is None


def test_chi_squared_terms_seed_is_what_its_script_writes(tmp_path: Path) -> None:
    chi_squared_terms.write(tmp_path / "terms.csv")
    assert (tmp_path / "terms.csv").read_bytes() == TERMS.read_bytes()


def test_chi_squared_terms_are_log_gamma() -> None:
    """Tolerance 1e-14 absolute or relative: math.lgamma is another implementation."""
    values = list(chi_squared_terms.terms())
    assert [index for index, _ in values] == [step / 2 for step in range(2001)]
    for index, log_gamma in values:
        assert log_gamma == pytest.approx(math.lgamma(index + 1), rel=1e-14, abs=1e-14)


# ---- Kolmogorov-Smirnov --------------------------------------------------------------------------------------------


def test_kolmogorov_sf(engine: Engine) -> None:
    """Tolerance 1e-13, down to 1e-297."""
    z = np.concatenate([np.linspace(0, 18.5, 2000), np.linspace(0.3, 2.0, 2000), [1.18, np.nextafter(1.18, 0), -1.0]])
    assert_close(engine.values("ml_monitor.kolmogorov_sf('z')", z=z), special.kolmogorov(z), 1e-13)


def ks_grid(sizes: list[int], smallest: float, largest: float) -> tuple[np.ndarray, np.ndarray]:
    """Return (d, n) with n d^2 between two bounds and d <= 0.5."""
    n, square = (values.ravel() for values in np.meshgrid(sizes, np.geomspace(smallest, largest, 60)))
    d = np.sqrt(square / n)
    return d[d <= 0.5], n[d <= 0.5]


KS_SIZES = [141, 150, 177, 200, 260, 333, 500, 800, 1500, 3200, 6000]


@pytest.mark.parametrize(
    ("smallest", "largest", "tolerance"), [(2.2, 13.8, 1e-9), (13.8, 333, 2e-9)], ids=["to 1e-12", "to 1e-290"]
)
def test_kstwo_sf_in_the_tail(engine: Engine, smallest: float, largest: float, tolerance: float) -> None:
    """n > 140 and d <= 0.5; scipy's value is the exact one-sided tail, doubled."""
    d, n = ks_grid(KS_SIZES, smallest, largest)
    expected = stats.kstwo.sf(d, n)
    d, n, expected = d[expected > 1e-290], n[expected > 1e-290], expected[expected > 1e-290]
    assert_close(engine.values("ml_monitor.kstwo_sf('d', 'n')", d=d, n=n), expected, tolerance)


def test_kstwo_sf_in_the_body(engine: Engine) -> None:
    """n > 140, p > 0.02: 1e-12 where scipy uses the same series, 4e-6 where scipy is exact (n d^1.5 <= 1.4)."""
    d, n = ks_grid(KS_SIZES, 0.03, 2.199)
    values, expected = engine.values("ml_monitor.kstwo_sf('d', 'n')", d=d, n=n), stats.kstwo.sf(d, n)
    same = n * d**1.5 > 1.4
    assert same.any() and not same.all()
    assert_close(values[same], expected[same], 1e-12)
    assert_close(values[~same], expected[~same], 4e-6)
    assert_close(values[n >= 3200], expected[n >= 3200], 1e-9)


@pytest.mark.parametrize(("n", "tolerance"), [(20, 2e-3), (50, 2.1e-4), (100, 5e-5), (140, 3e-5)])
def test_kstwo_sf_of_small_samples(engine: Engine, n: int, tolerance: float) -> None:
    """At n <= 140 scipy is exact and the series is not; every d <= 0.5."""
    d, sizes = ks_grid([n], 0.03, n / 4)
    assert_close(engine.values("ml_monitor.kstwo_sf('d', 'n')", d=d, n=sizes), stats.kstwo.sf(d, sizes), tolerance)


def test_kstwo_sf_at_the_ends(engine: Engine) -> None:
    d = [0.0, -0.1, 1e-12, 1.0, 1.5, 0.003, 0.9, 1e-9, 1e-6]
    n = [500.0, 500.0, 500.0, 500.0, 500.0, 150.0, 1e6, 1e15, 1e15]
    assert engine.evaluate("ml_monitor.kstwo_sf('d', 'n')", d=d, n=n) == [1, 1, 1, 0, 0, 1, 0, 1, 0]
    d, n = [None, 0.1, math.nan, math.inf, 0.1, 0.1], [500.0, None, 500.0, 500.0, 0.0, math.nan]
    assert engine.evaluate("ml_monitor.kstwo_sf('d', 'n')", d=d, n=n) == [None] * 6


def test_kstwo_sf_above_one_half_bounds_p(engine: Engine) -> None:
    n, d = (values.ravel() for values in np.meshgrid([20, 60, 141, 400, 1000], np.linspace(0.501, 0.99, 50)))
    values, exact = engine.values("ml_monitor.kstwo_sf('d', 'n')", d=d, n=n), stats.kstwo.sf(d, n)
    assert ((values >= 0.998 * exact) | (exact < 1e-300)).all()
    assert (values[n > 140] < 1e-32).all()


def test_kstwo_sf_holds_the_polynomials_of_the_script() -> None:
    source = (MACROS / "kstwo_sf.sql").read_text(encoding="utf-8")
    for name, coefficients in smirnov_tail.fitted().items():
        body = re.search(rf"set {name} = \[([^]]*)\]", source)
        assert body is not None
        written = [float(number) for number in body[1].split(",") if number.strip()]
        assert written == [float(value) for value in coefficients]


def test_ks_effective_n_rounds_ties_to_even(engine: Engine) -> None:
    n, m = (values.ravel() for values in np.meshgrid(np.arange(1, 81), np.arange(1, 81)))
    values = engine.values("ml_monitor.ks_effective_n('n', 'm')", n=n, m=m)
    assert (values == np.round(n * m / (n + m))).all()
    assert engine.evaluate("ml_monitor.ks_effective_n('n', 'm')", n=np.array([0, 3]), m=np.array([0, 0])) == [None, 0]


def test_kstwo_sf_gives_the_p_value_of_ks_2samp(engine: Engine) -> None:
    """Tolerance 1e-9 for p < 0.9: generated samples, unequal sizes."""
    rng = np.random.default_rng(20260101)
    results = []
    for n, m, shift in [(400, 700, 0.0), (500, 501, 0.1), (1000, 300, 0.2), (3000, 2500, 0.05), (900, 900, 1.0)]:
        test = stats.ks_2samp(rng.normal(size=n), rng.normal(shift, size=m), method="asymp")
        assert test.pvalue < 0.9
        results.append((test.statistic, n, m, test.pvalue))
    d, n, m, expected = (np.array(column) for column in zip(*results, strict=True))
    values = engine.values("ml_monitor.kstwo_sf('d', ml_monitor.ks_effective_n('n', 'm'))", d=d, n=n, m=m)
    assert_close(values, expected, 1e-9)


# ---- Student's t ---------------------------------------------------------------------------------------------------


def test_student_t_two_sided_p(engine: Engine) -> None:
    """Tolerance 2e-10: real df from 0.5 to 1e15, both signs, p down to 1e-290."""
    degrees = [0.5, 0.8, 1, 1.5, 2, 3, 4.3, 5, 7, 10, 15.5, 19.99, 29, 31, 60, 100, 333.3, 1e3, 1e4, 1e6, 1e9, 1e15]
    log_ratio = np.concatenate([np.geomspace(1e-11, 1e-3, 40), np.linspace(0.002, 6, 120), np.geomspace(6, 440, 40)])
    df, w = (values.ravel() for values in np.meshgrid(degrees, log_ratio))
    kept = df / 2 * w < 660
    df, w = df[kept], w[kept]
    t = np.sqrt(df * np.expm1(w)) * np.where(np.arange(kept.sum()) % 2, 1, -1)
    expected = 2 * stats.t.sf(np.abs(t), df)
    assert expected.min() < 1e-280
    assert_close(engine.values("ml_monitor.student_t_two_sided_p('t', 'df')", t=t, df=df), expected, 2e-10)


def test_student_t_two_sided_p_near_one(engine: Engine) -> None:
    """Absolute tolerance 1e-14 against 1 - 2 f(0) |t|: below |t| = 1e-5 at df = 1 scipy is 4e-9 off."""
    df, t = (values.ravel() for values in np.meshgrid([0.5, 1, 1.5, 2, 7, 100, 1e6], np.geomspace(1e-15, 1e-6, 30)))
    density = np.exp(special.gammaln((df + 1) / 2) - special.gammaln(df / 2)) / np.sqrt(np.pi * df)
    values = engine.values("ml_monitor.student_t_two_sided_p('t', 'df')", t=t, df=df)
    assert np.abs(values - (1 - 2 * density * t)).max() < 1e-14


def test_student_t_two_sided_p_of_whole_degrees(engine: Engine) -> None:
    """Tolerance 2e-10, df a whole-number column."""
    df, t = (values.ravel() for values in np.meshgrid(np.arange(1, 200), np.linspace(0, 12, 40)))
    values = engine.values("ml_monitor.student_t_two_sided_p('t', 'df')", t=t, df=df)
    assert_close(values, 2 * stats.t.sf(t, df), 2e-10)


def test_student_t_two_sided_p_gives_the_p_value_of_welch(engine: Engine) -> None:
    """Tolerance 2e-10: generated samples."""
    rng = np.random.default_rng(20260102)
    tests = [
        stats.ttest_ind(rng.normal(size=n), rng.normal(shift, 2, size=m), equal_var=False)
        for n, m, shift in [(3, 4, 0.5), (10, 25, 1.0), (40, 400, 0.3), (1000, 900, 0.0), (2000, 3000, 1.0)]
    ]
    t, df = (np.array([getattr(test, name) for test in tests]) for name in ("statistic", "df"))
    values = engine.values("ml_monitor.student_t_two_sided_p('t', 'df')", t=t, df=df)
    assert_close(values, [test.pvalue for test in tests], 2e-10)


def test_student_t_two_sided_p_at_the_ends(engine: Engine) -> None:
    t = [0.0, 1e-200, 1e100, 1e6, 1e101, 2.0, 2.0, 2.0, None, 2.0, math.nan, 2.0, math.inf, 0.0]
    df = [5.0, 5.0, 1e15, 1e15, 5.0, 0.4, 1e16, -1.0, 5.0, None, 5.0, math.nan, 5.0, None]
    values = engine.evaluate("ml_monitor.student_t_two_sided_p('t', 'df')", t=t, df=df)
    assert values[:2] == [1, 1]
    assert all(0 <= value < 1e-300 for value in values[2:4])
    assert values[4:] == [None] * 10


def test_student_t_95(engine: Engine) -> None:
    df = np.concatenate([np.linspace(1, 3, 80), np.linspace(3, 200, 400), np.logspace(2.4, 15, 60)])
    assert_close(engine.values("ml_monitor.student_t_95('df')", df=df), stats.t.ppf(0.975, df), 5e-11)
    values = engine.evaluate("ml_monitor.student_t_95('df')", df=[0.3, -4.0, 1.0, None])
    assert values[0] == values[1] == values[2] and values[3] is None


# ---- intervals and many tests --------------------------------------------------------------------------------------


def test_wilson_interval(engine: Engine) -> None:
    """Tolerance 1e-12: scipy's lower end is a difference of near numbers."""
    pairs = [(k, n) for n in (1, 2, 3, 10, 57, 1000) for k in {0, 1, n // 3, n // 2, n - 1, n}]
    pairs += [(1, 10**9), (10**9 - 1, 10**9), (123456, 10**7)]
    successes, trials = (np.array(column) for column in zip(*pairs, strict=True))
    intervals = [stats.binomtest(k, n).proportion_ci(method="wilson") for k, n in pairs]
    for side, expected in (("lower", [ci.low for ci in intervals]), ("upper", [ci.high for ci in intervals])):
        values = engine.values(f"ml_monitor.wilson_{side}('k', 'n')", k=successes, n=trials)
        assert ((values >= 0) & (values <= 1)).all()
        assert_close(values, expected, 1e-12)


@pytest.mark.parametrize("side", ["lower", "upper"])
def test_wilson_interval_is_null_where_it_is_not_defined(engine: Engine, side: str) -> None:
    successes, trials = [0.0, 1.0, 3.0, -1.0, None, 1.0, 1.0], [0.0, -2.0, 2.0, 5.0, 5.0, None, 0.0]
    assert engine.evaluate(f"ml_monitor.wilson_{side}('k', 'n')", k=successes, n=trials) == [None] * 7


def test_benjamini_hochberg_pattern(engine: Engine) -> None:
    """Tolerance 1e-14: the CTEs of the documentation, in two families, with ties and nulls."""
    documentation = (MACROS / "_statistics__docs.md").read_text(encoding="utf-8")
    model = "with " + pattern(documentation, "ranked as (", "```")
    rng = np.random.default_rng(20260103)
    p_values = np.concatenate([rng.uniform(size=60) ** 3, [0.01, 0.01, 0.01, 1.0, 1.0, 0.0]])
    family = rng.integers(0, 2, len(p_values))
    given = [*p_values.tolist(), None, None]
    engine.load("tested", test_id=np.arange(len(given)), family_id=np.array([*family, 0, 1]), p_value=given)
    rows = engine.query(f"{model}\n\nselect test_id, q_value from final order by test_id")
    values = [row[1] for row in rows]
    assert [row[0] for row in rows] == list(range(len(given))) and values[-2:] == [None, None]
    for number in (0, 1):
        expected = stats.false_discovery_control(p_values[family == number], method="bh")
        assert_close(np.array(values[:-2])[family == number], expected, 1e-14)


# ---- portability ---------------------------------------------------------------------------------------------------

# Functions with the same meaning on DuckDB, Postgres 15 and Spark 4 (there floor gives a bigint: cast where it matters).
PORTABLE = {"abs", "atanh", "cast", "coalesce", "exp", "floor", "greatest", "least", "ln", "nullif", "sign", "sqrt"}
KEYWORDS = {"and", "or", "not", "when", "then", "else", "case", "between"}
EXPRESSIONS = [
    "is_finite('x')", "safe_divide('x', 'y')", "clip('x', '0', '1')", "safe_exp('x')", "z_95()", "erfc('x')",
    "normal_sf('x')", "normal_two_sided_p('x')", "chi2_sf('x', 'df', 's')", "chi2_sf_term('x', 'k', 'g')",
    "chi2_sf_uses_term('df', 'k')", "kolmogorov_sf('x')", "kstwo_sf('x', 'n')", "ks_effective_n('n', 'm')",
    "student_t_two_sided_p('x', 'df')", "wilson_lower('k', 'n')", "wilson_upper('k', 'n')",
]  # fmt: skip


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_arguments_may_be_expressions(engine: Engine, expression: str) -> None:
    """`a - b` for a column gives what the column gives, and so does the result beside an operator."""
    columns = {"x": 0.375, "y": 3.0, "df": 3.0, "s": 0.25, "k": 1.5, "g": 0.25, "n": 200.0, "m": 300.0}
    used = {name: value for name, value in columns.items() if f"'{name}'" in expression} or {"x": 0.0}
    halves = {f"{name}_{part}": [value * share] for name, value in used.items() for part, share in (("a", 3), ("b", 2))}
    split = re.sub(r"'([a-z]+)'", r"'\1_a - \1_b'", expression)
    plain = engine.evaluate(f"ml_monitor.{expression}", **{name: [value] for name, value in used.items()})
    assert plain != [None]
    assert engine.evaluate(f"ml_monitor.{split}", **halves) == pytest.approx(plain, rel=1e-12)
    if isinstance(plain[0], float) and plain[0] != 0:
        template = f"select 7 / ({{{{ ml_monitor.{expression} }}}}), 7 / {{{{ ml_monitor.{expression} }}}} from inputs"
        engine.load("inputs", **{name: [value] for name, value in used.items()})
        inside, bare = engine.query(template)[0]
        assert inside == bare


@pytest.mark.parametrize("dialect", ["duckdb", "postgres", "spark"])
@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_expressions_use_the_portable_subset(dialect: str, expression: str) -> None:
    sql = MacroRenderer(dialect).render(f"{{{{ ml_monitor.{expression} }}}}")
    code = re.sub(r"/\*.*?\*/", " ", sql, flags=re.DOTALL)
    assert "--" not in code and '"' not in code and "'" not in code
    assert set(re.findall(r"([a-z_0-9]+)\s*\(", code)) - KEYWORDS <= PORTABLE
    type_name = "double precision" if dialect == "postgres" else "double"
    assert {kind.strip() for kind in re.findall(r" as ([a-z ]+)\)", code)} <= {type_name}
    uncast = re.sub(r"cast\(-?\d[\d.]*e-?\d+ as [a-z ]+\)", " ", code)
    assert not re.search(r"\d\.\d|\de", uncast), "a fraction that is not cast to a double"


def test_every_macro_is_described() -> None:
    described = set(re.findall(r"^  - name: (\w+)", (MACROS / "_statistics__macros.yml").read_text(), re.MULTILINE))
    assert {expression.split("(")[0] for expression in EXPRESSIONS} | {"double_literal"} <= described
