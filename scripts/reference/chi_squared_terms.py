"""Write seeds/reference/ml_chi_squared_terms.csv: what the finite sum of the chi-squared tail needs.

A row for k = 0, 0.5, 1, ... 1000: half_index is k and log_gamma is ln gamma(k + 1), computed with 50 digits and
rounded once to a double (math.lgamma differs in the last digits between platforms). The macro chi2_sf says how the
rows are used.
"""

from __future__ import annotations

import argparse
import csv
import sys
from decimal import Decimal, localcontext
from pathlib import Path

LARGEST_INDEX = 1000  # so 2000 degrees of freedom
DEFAULT_PATH = Path(__file__).resolve().parents[2] / "seeds" / "reference" / "ml_chi_squared_terms.csv"

_DIGITS = 50
_PI = Decimal("3.14159265358979323846264338327950288419716939937510582097494")


def terms(largest_index: int = LARGEST_INDEX) -> list[tuple[float, float]]:
    """Return (k, ln gamma(k + 1)) for k = 0, 0.5, ... largest_index."""
    with localcontext() as context:
        context.prec = _DIGITS
        gamma = {0: Decimal(1), 1: _PI.sqrt() / 2}  # gamma(k + 1) at k = 0 and 1/2, by the parity of 2 k
        values = []
        for twice_index in range(2 * largest_index + 1):
            parity = twice_index % 2
            if twice_index > 1:
                gamma[parity] *= Decimal(twice_index) / 2
            values.append((twice_index / 2, float(gamma[parity].ln())))
    return values


def write(path: Path) -> None:
    """Write the seed; the same bytes on every machine."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("half_index", "log_gamma"))
        writer.writerows((repr(index), repr(log_gamma)) for index, log_gamma in terms())


def main() -> int:
    """Write the seed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--path", type=Path, default=DEFAULT_PATH, help="where to write (default: the seed)")
    arguments = parser.parse_args()
    arguments.path.parent.mkdir(parents=True, exist_ok=True)
    write(arguments.path)
    print(f"wrote {arguments.path}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
