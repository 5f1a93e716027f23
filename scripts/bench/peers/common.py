"""What the peers' scripts share: how they read the data, time their parts and hand over what they found.

Runs in the environments of the peers, so it needs nothing but pandas and pyarrow. The working time of a part is measured
after all imports and after the data is loaded, with days, labels and types already as the part wants them.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq

REFERENCE_DAYS = 28  # the first days of each version, as in the marts
THRESHOLD = 0.5
CATEGORICAL = ["c1", "c2", "c3", "c4"]
GROUP = "customer_group"
RESULT_COLUMNS = ["model_version", "day", "subject", "metric_name", "metric_value"]


def load(path: Path) -> pd.DataFrame:
    """Predictions with their outcomes: one row each, `day` from 0, `predicted` 0 or 1, `actual` missing where open."""
    texts = ["model_version", GROUP, *CATEGORICAL]
    frame = pq.read_table(path, read_dictionary=texts).to_pandas()
    start = frame["predicted_at"].min().normalize()
    frame["day"] = ((frame["predicted_at"] - start) // pd.Timedelta(days=1)).astype("int16")
    frame["predicted"] = (frame["score"] >= THRESHOLD).astype("int8")
    return frame


def numeric_features(frame: pd.DataFrame) -> list[str]:
    """Names of the numeric features: f1, f2, ..."""
    return [name for name in frame.columns if name.startswith("f") and name[1:].isdigit()]


def run(
    parts: Mapping[str, Callable[[pd.DataFrame], pd.DataFrame]],
    cannot: Mapping[str, str],
    prepare: Callable[[pd.DataFrame], pd.DataFrame] = lambda frame: frame,
) -> None:
    """Do the parts that the command line names, one after the other, and write down how long each took.

    cannot   what of a part, or that a whole part, is beyond the tool, in words
    prepare  brings the loaded frame into the shape that the tool wants; counts as loading
    """
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, required=True, help="parquet file of scripts.bench.data export")
    parser.add_argument("--progress", type=Path, required=True, help="file to write a JSON line to for each event")
    parser.add_argument("--parts", nargs="+", required=True)
    parser.add_argument("--results", type=Path, help="folder for a parquet file of what each part found")
    arguments = parser.parse_args()

    def tell(event: str, **more: object) -> None:
        with arguments.progress.open("a") as progress:
            progress.write(json.dumps({"event": event, "time": time.time(), **more}) + "\n")

    tell("started", part="loading")
    frame = prepare(load(arguments.data))
    tell("done", part="loading")
    for name in arguments.parts:
        if name not in parts:
            tell("cannot", part=name, missing=cannot[name])
            continue
        tell("started", part=name)
        start, cpu = time.perf_counter(), time.process_time()
        found = parts[name](frame)
        seconds, cpu_seconds = time.perf_counter() - start, time.process_time() - cpu
        tell("done", part=name, seconds=seconds, cpu_seconds=cpu_seconds, values=len(found), missing=cannot.get(name))
        if arguments.results:
            arguments.results.mkdir(parents=True, exist_ok=True)
            found[RESULT_COLUMNS].to_parquet(arguments.results / f"{name}.parquet")
