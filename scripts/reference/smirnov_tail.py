"""Fit the polynomials of macros/statistics/kstwo_sf.sql; prints them as jinja lists (two seconds).

Smirnov's one-sided tail S(n, d) = P(D+ >= d) has, for n d large, an expansion

    ln S = -n I(d) + A0(d) + A1(d) / n + A2(d) / n^2 + A3(d) / n^3 + ...

where I is the large-deviation rate, the minimum over t of the Kullback-Leibler distance between Bernoulli(t + d) and
Bernoulli(t). Every A is smooth in d. At each of some nodes d in (0, 0.5] the A are solved for from the exact sum at
eight n (50 digits); then I(d) / d^2 is interpolated in d^2, and each A(d) / d fitted by least squares in d. The limits
A0 / d -> -2/3 and A1 / d -> 4/45 at d = 0 are the known ones of Gnedenko, Korolyuk and Skorokhod, and are kept exact.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from decimal import Decimal, localcontext

_DIGITS = 60
LARGEST_D = Decimal("0.5")
NODE_COUNT = 26
SMALLEST_NODE = Decimal("0.03")  # the expansion needs n d large, and n costs time
SAMPLE_SIZES = (300, 400, 500, 600, 700, 800, 900, 1000)
_PI = Decimal("3.14159265358979323846264338327950288419716939937510582097494")


def _cosine(angle: Decimal) -> Decimal:
    term = total = Decimal(1)
    for k in range(1, 60):
        term *= -angle * angle / ((2 * k - 1) * (2 * k))
        total += term
    return total


def chebyshev_nodes(count: int, largest: Decimal) -> list[Decimal]:
    """Return the Chebyshev nodes of (0, largest), ascending."""
    return [largest * (1 - _cosine(_PI * (2 * k + 1) / (2 * count))) / 2 for k in range(count)]


def solve(matrix: Sequence[Sequence[Decimal]], right: Sequence[Decimal]) -> list[Decimal]:
    """Solve a square linear system by Gaussian elimination with partial pivoting."""
    rows = [list(row) + [value] for row, value in zip(matrix, right, strict=True)]
    size = len(rows)
    for column in range(size):
        pivot = max(range(column, size), key=lambda index: abs(rows[index][column]))
        rows[column], rows[pivot] = rows[pivot], rows[column]
        for index in range(column + 1, size):
            factor = rows[index][column] / rows[column][column]
            rows[index] = [a - factor * b for a, b in zip(rows[index], rows[column], strict=True)]
    solution = [Decimal(0)] * size
    for index in reversed(range(size)):
        known = sum((rows[index][k] * solution[k] for k in range(index + 1, size)), Decimal(0))
        solution[index] = (rows[index][size] - known) / rows[index][index]
    return solution


def least_squares(xs: Sequence[Decimal], ys: Sequence[Decimal], degree: int) -> list[Decimal]:
    """Return the polynomial of a degree nearest to the points, lowest power first."""
    normal = [[sum((x ** (i + j) for x in xs), Decimal(0)) for j in range(degree + 1)] for i in range(degree + 1)]
    right = [sum((y * x**i for x, y in zip(xs, ys, strict=True)), Decimal(0)) for i in range(degree + 1)]
    return solve(normal, right)


def smirnov_tail(n: int, d: Decimal) -> Decimal:
    """Return P(D+ >= d) by Smirnov's sum (Birnbaum and Tingey 1951)."""
    total, binomial = Decimal(0), Decimal(1)
    for v in range(int(n * (1 - d)) + 1):
        if v:
            binomial = binomial * (n - v + 1) / v
        share = d + Decimal(v) / n
        total += binomial * share ** (v - 1) * (1 - share) ** (n - v)
    return d * total


def rate(d: Decimal) -> Decimal:
    """Return I(d): Newton's steps on the derivative in t, from the known expansion t = 1/2 - d/3."""
    t = Decimal("0.5") - d / 3
    for _ in range(8):
        slope = ((t + d) / t).ln() - d / t - ((1 - t - d) / (1 - t)).ln() - d / (1 - t)
        curve = 1 / (t + d) - 1 / t + d / (t * t) + 1 / (1 - t - d) - 1 / (1 - t) - d / ((1 - t) * (1 - t))
        t -= slope / curve
    return (t + d) * ((t + d) / t).ln() + (1 - t - d) * ((1 - t - d) / (1 - t)).ln()


def expansion(d: Decimal) -> list[Decimal]:
    """Return A0(d), A1(d), ... from the exact sum at eight sample sizes."""
    scale = max(Decimal(1), Decimal("0.12") / d)
    sizes = [int(size * scale) for size in SAMPLE_SIZES]
    right = [smirnov_tail(n, d).ln() + n * rate(d) for n in sizes]
    return solve([[Decimal(1) / Decimal(n) ** power for power in range(len(sizes))] for n in sizes], right)


def fitted() -> dict[str, list[Decimal]]:
    """Return the five polynomials, highest power first."""
    with localcontext() as context:
        context.prec = _DIGITS
        return _fitted()


def _fitted() -> dict[str, list[Decimal]]:
    squares = chebyshev_nodes(11, LARGEST_D**2)
    polynomials = {"e": solve([[u**k for k in range(11)] for u in squares], [rate(u.sqrt()) / u for u in squares])}
    nodes = [d for d in chebyshev_nodes(NODE_COUNT, LARGEST_D) if d > SMALLEST_NODE]
    values = [[value / d for value in expansion(d)] for d in nodes]
    for order, (degree, limit) in enumerate([(11, Decimal(-2) / 3), (7, Decimal(4) / 45), (5, None), (4, None)]):
        ys = [value[order] for value in values]
        if limit is None:
            fit = least_squares(nodes, ys, degree)
        else:
            fit = [limit, *least_squares(nodes, [(y - limit) / d for d, y in zip(nodes, ys, strict=True)], degree - 1)]
        polynomials[f"a{order}"] = fit
    return {name: fit[::-1] for name, fit in polynomials.items()}


def main() -> None:
    """Print the polynomials."""
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    for name, coefficients in fitted().items():
        print(f"{{%- set {name} = [{', '.join(repr(float(value)) for value in coefficients)}] -%}}")


if __name__ == "__main__":
    main()
