"""The tables of the benchmark, from the file of records: medians, and ratios within one run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from scripts.bench.builds import LAYERS, PARTS
from scripts.bench.data import Shape
from scripts.bench.peers import environments
from scripts.bench.records import Record, Records, Size, median

README = Path(__file__).resolve().parents[2] / "README.md"
MARKER = "<!-- bench -->"
_TITLES = {
    "drift": "drift", "performance": "performance", "estimated": "estimated performance", "fairness": "by group",
}  # fmt: skip
_LAYER_TITLES = {
    "staging": "staging: typed, checked, signed", "rows": "predictions with outcomes", "cubes": "cubes",
    "windows": "windows", "marts": "marts", "other": "seeds, schemas, hooks",
}  # fmt: skip


def text(records: Records) -> str:
    """All tables that there are records for, and what they were measured with."""
    blocks = [builds_table(records), peers_table(records), scaling_table(records), conditions(records)]
    return "\n\n".join(block for block in blocks if block)


def write(new: str, marker: str = MARKER) -> Path:
    """Put a text between two markers of the README. Raises SystemExit where there are none."""
    parts = README.read_text().split(marker)
    if len(parts) != 3:
        raise SystemExit(f"{README} lacks its two markers {marker}")
    README.write_text(f"{parts[0]}{marker}\n{new}\n{marker}{parts[2]}")
    return README


def _size(size: Size) -> str:
    return f"{size[0]:,}" + ("" if size[1] == Shape.days else f", {size[1]} days")


def _seconds(value: float | None) -> str:
    if value is None:
        return ""
    digits = 3 if value < 0.1 else 2 if value < 10 else 1 if value < 100 else 0
    return f"{value:,.{digits}f} s"


def times(value: float | None, base: float | None) -> str:
    """A value as a multiple of another, empty where either is missing."""
    if value is None or not base:
        return ""
    ratio = value / base
    return f"{ratio:,.{2 if ratio < 1 else 1 if ratio < 100 else 0}f} x"


def _bytes(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value / 1e9:.2f} GB" if value >= 1e9 else f"{value / 1e6:.0f} MB"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A markdown table."""
    return "\n".join("| " + " | ".join(cells) + " |" for cells in [head, ["---"] * len(head), *rows])


def _with(first: str, *more: str) -> str:
    """A figure with what is said of it in brackets."""
    said = [text for text in more if text]
    return f"{first} ({', '.join(said)})" if first and said else first


def builds_table(records: Records) -> str:
    """The floor, and each kind of build as seconds and as a multiple of the floor, a column a number of rows."""
    sizes = records.sizes("first_build")
    if not sizes:
        return ""

    def line(title: str, cell: Callable[[Size], str]) -> list[str]:
        return [title, *(cell(size) for size in sizes)]

    def value(size: Size, part: str, of: Callable[[Record], float | None]) -> float | None:
        return median(records.of_size(part, size), of)

    def floor(size: Size) -> float | None:
        return value(size, "floor", lambda record: record["seconds"])

    def sql(size: Size, part: str, base_part: str | None = None) -> str:
        took = value(size, part, lambda record: record["sql_seconds"])
        base = value(size, base_part, lambda record: record["sql_seconds"]) if base_part else None
        share = f"{took / base:.0%} of the first" if took is not None and base else ""
        return _with(_seconds(took), times(took, floor(size)), share)

    def layer(name: str) -> Callable[[Size], str]:
        def cell(size: Size) -> str:
            took = value(size, "first_build", lambda record: record["layers"][name])
            return _with(_seconds(took), times(took, floor(size)))

        return cell

    def whole(part: str) -> Callable[[Size], str]:
        def cell(size: Size) -> str:
            cpu = value(size, part, lambda record: record["cpu_seconds"])
            took = value(size, part, lambda record: record["seconds"])
            return _with(_seconds(took), f"CPU {_seconds(cpu)}" if cpu is not None else "")

        return cell

    def of(part: str, name: str, shown: Callable[[float | None], str]) -> Callable[[Size], str]:
        return lambda size: shown(value(size, part, lambda record: record[name]))

    rows = [
        line("floor: one scan with grouped sums", lambda size: _seconds(floor(size))),
        line("**first build**, whole command", whole("first_build")),
        line("SQL of all models", lambda size: sql(size, "first_build")),
        *(line(f"- {_LAYER_TITLES[name]}", layer(name)) for name in LAYERS),
        line("dbt itself", of("first_build", "dbt_seconds", _seconds)),
        line("peak memory", of("first_build", "peak_bytes", _bytes)),
        line("file, with the raw tables", of("first_build", "file_bytes", _bytes)),
        line("raw tables alone", of("floor", "raw_bytes", _bytes)),
        line("**daily run**, whole command", whole("daily")),
        line("SQL", lambda size: sql(size, "daily", "first_build")),
        line("dbt itself", of("daily", "dbt_seconds", _seconds)),
        line("**nothing new**, whole command", whole("nothing_new")),
        line("SQL", lambda size: sql(size, "nothing_new", "first_build")),
    ]
    for part, title in (("exact_build", "every window exact"), ("binned_build", "every window from cells")):
        if records.of(part):
            rows += [
                line(f"**first build, {title}**", whole(part)),
                line("SQL", partial(sql, part=part)),
                line("peak memory", of(part, "peak_bytes", _bytes)),
            ]
    return table(["predictions", *(_size(size) for size in sizes)], rows)


def peers_table(records: Records) -> str:
    """Working time of the peers beside the SQL seconds of the models that give the same, a block a number of rows."""
    names = [name for name in environments.NAMES if records.of("peer", peer=name)]
    rows = []
    for size in records.sizes("peer"):
        ours = records.of_size("first_build", size)
        runs = {name: records.of_size("peer", size, peer=name) for name in names}
        for part in PARTS:
            base = median(ours, lambda record, part=part: record["needed"][part])
            rows.append([_size(size), _TITLES[part], _seconds(base), *(_peer_cell(runs[name], part, base) for name in names)])
        for title, field, shown in (
            ("whole process", "seconds", _seconds), ("its CPU", "cpu_seconds", _seconds), ("peak memory", "peak_bytes", _bytes),
        ):  # fmt: skip
            base = median(ours, lambda record, field=field: record[field])
            cells = []
            for name in names:
                took = median(runs[name], lambda record, field=field: record.get(field))
                is_partial = any("stopped" in found for run in runs[name] for found in run["parts"].values())
                cells.append(_with(_seconds_or(took, shown, is_partial), times(took, base)))
            rows.append([_size(size), title, shown(base), *cells])
    if not rows:
        return ""
    titles = {"numpy": "plain script"}
    joined = table(["predictions", "", "ml_monitor", *(titles.get(name, name) for name in names)], rows)
    missing = [f"- {titles.get(name, name)}: {said}" for name in names if (said := _missing(records, name))]
    return joined + ("\n\nWhat they leave out:\n\n" + "\n".join(missing) if missing else "")


def _seconds_or(took: float | None, shown: Callable[[float | None], str], is_partial: bool) -> str:
    return f"above {shown(took)}" if took and is_partial else shown(took)


def _peer_cell(runs: list[Record], part: str, base: float | None) -> str:
    found = [run["parts"][part] for run in runs if part in run["parts"]]
    took = median(found, lambda result: result.get("seconds"))
    if took is not None:
        return _with(_seconds(took), times(took, base))
    stopped = [result["stopped"] for result in found if "stopped" in result]
    return stopped[0] if stopped else "no" if found else ""


def _missing(records: Records, name: str) -> str:
    said: dict[str, str] = {}
    for record in records.of("peer", peer=name):
        for part, result in record["parts"].items():
            if result.get("missing"):
                said[part] = result["missing"]
    return "; ".join(f"{_TITLES[part]}: {said[part]}" for part in PARTS if part in said)


def scaling_table(records: Records) -> str:
    """What more history, more models and more features cost."""
    rows = [*_history_rows(records), *_models_rows(records)]
    for record in records.of("features"):
        checked = records.of("features_measured", features=record["features"])
        rows.append([
            f"first build, {record['rows']:,} predictions", f"{record['features']} numeric features",
            f"{checked[0]['measured'] if checked else 'none'} measured, SQL {_seconds(record['sql_seconds'])}",
            f"peak {_bytes(record['peak_bytes'])}",
        ])  # fmt: skip
    return table(["more of", "", "", ""], rows) if rows else ""


def _history_rows(records: Records) -> list[list[str]]:
    runs = records.of("history_daily")
    rows = []
    for rows_a_day in sorted({run["rows"] // run["days"] for run in runs}):
        of_day = [run for run in runs if run["rows"] // run["days"] == rows_a_day]
        short, long = (pick(run["days"] for run in of_day) for pick in (min, max))
        for name, title in (("sql_seconds", "SQL"), ("cpu_seconds", "CPU of the command")):
            took = [median([run for run in of_day if run["days"] == days], lambda run, name=name: run[name]) for days in (short, long)]
            rows.append([
                f"daily run of {rows_a_day:,}, {title}", f"after {short} days: {_seconds(took[0])}",
                f"after {long} days: {_seconds(took[1])}", times(took[1], took[0]),
            ])  # fmt: skip
    return rows


def _models_rows(records: Records) -> list[list[str]]:
    rows = []
    for size in sorted({run["rows"] for run in records.of("models")}):
        runs = records.of("models", rows=size)
        for count in sorted({run["models"] for run in runs} - {1}):
            for name, title in (("sql_seconds", "SQL"), ("seconds", "whole command")):
                took = [median([run for run in runs if run["models"] == many], lambda run, name=name: run[name]) for many in (1, count)]
                rows.append([
                    f"first build, {size:,} predictions, {title}", f"1 model: {_seconds(took[0])}",
                    f"{count} models: {_seconds(took[1])}", times(took[1], took[0]),
                ])  # fmt: skip
    return rows


def conditions(records: Records) -> str:
    """When, where and with which versions the figures were taken."""
    if not records.all:
        return "nothing is measured yet"
    machines = [record["machine"] for record in records.all]
    days = sorted({machine["at"][:10] for machine in machines})
    last = max(machines, key=lambda machine: machine["at"])
    runs = max(record.get("run", 0) for record in records.all) + 1
    versions = [f"DuckDB {last['duckdb']}", f"dbt {last['dbt']}", f"Python {last['python']}"]
    versions += sorted({f"{record['peer']} {record['version']}" for record in records.of("peer")})
    return (
        f"Measured {' to '.join(dict.fromkeys([days[0], days[-1]]))}, {last['cores']} cores, {last['memory_bytes'] / 2**30:.0f} GiB; "
        f"{', '.join(versions)}. {'Medians of up to ' + str(runs) + ' runs, taken in turns' if runs > 1 else 'One run each'}."
    )
