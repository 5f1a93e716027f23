"""When SQL ran during a dbt command, from dbt's own log: what the warehouse did, apart from what dbt did around it."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

OTHER = "(dbt's own)"  # statements that belong to no model: schemas, lists of relations, hooks


@dataclass(frozen=True)
class Statement:
    """One SQL statement: the node it belongs to, and when it ran (seconds of the clock)."""

    node: str
    start: float
    end: float


def read_statements(log: Path) -> list[Statement]:
    """Every statement of dbt's log file, written with --log-format-file json and --log-level-file debug.

    dbt writes a line when a statement ends, with the seconds it took.
    """
    found = []
    with log.open() as lines:
        for line in lines:
            if '"SQLQueryStatus"' not in line:
                continue
            event = json.loads(line)
            end = datetime.fromisoformat(event["info"]["ts"].replace("Z", "+00:00")).timestamp()
            node = (event["data"].get("node_info") or {}).get("unique_id") or OTHER
            found.append(Statement(node, end - event["data"]["elapsed"], end))
    return found


def shared_seconds(statements: Iterable[Statement]) -> dict[str, float]:
    """Seconds of SQL by node. A moment in which several statements run counts in equal parts to each.

    So the seconds of all nodes add up to the time in which any SQL ran, however many threads dbt has.
    """
    changes: defaultdict[float, list[tuple[str, int]]] = defaultdict(list)
    for statement in statements:
        changes[statement.start].append((statement.node, 1))
        changes[statement.end].append((statement.node, -1))
    seconds: defaultdict[str, float] = defaultdict(float)
    running: defaultdict[str, int] = defaultdict(int)
    count, before = 0, 0.0
    for moment in sorted(changes):
        if count:
            for node, times in running.items():
                seconds[node] += (moment - before) * times / count
        for node, step in changes[moment]:
            running[node] += step
            count += step
            if running[node] == 0:
                del running[node]
        before = moment
    return dict(seconds)


def seconds_needed(targets: Iterable[str], seconds: Mapping[str, float], parents: Mapping[str, Iterable[str]]) -> float:
    """Seconds of SQL of some nodes and of everything that they are built from."""
    reached: set[str] = set()
    waiting = list(targets)
    while waiting:
        node = waiting.pop()
        if node not in reached:
            reached.add(node)
            waiting.extend(parents.get(node, ()))
    return sum(seconds.get(node, 0.0) for node in reached)
