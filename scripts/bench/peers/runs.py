"""Run a peer's script over the exported data and say what each part took."""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from scripts.bench import processes
from scripts.bench.peers import environments


Tell = Callable[[str], None]


def measure(
    name: str, data: Path, parts: Sequence[str], timeout: float, results: Path | None = None, tell: Tell = lambda text: None
) -> dict[str, Any]:
    """What a peer took for some parts: {"parts": {part: ...}, "seconds", "cpu_seconds", "peak_bytes"} of its processes.

    A part that takes longer than `timeout` seconds is stopped, and so is loading; the other parts then run in a process
    of their own. Each part has `seconds` and `cpu_seconds` of work, or `stopped` with the reason; `missing` says what the
    tool cannot do of it. `results`: a folder for what each part found, as parquet; `tell` is called with each progress.
    """
    python = environments.python_of(name)
    if python is None:
        return {"parts": {part: {"stopped": environments.why_missing(name)} for part in parts}}
    found: dict[str, Any] = {"parts": {}, "seconds": 0.0, "cpu_seconds": 0.0, "peak_bytes": 0}
    waiting = list(parts)
    while waiting:
        events, done = _process(name, python, data, waiting, timeout, results, tell)
        for event in events:
            if event["event"] != "started" and event["part"] in waiting:
                found["parts"][event["part"]] = {key: event[key] for key in event if key not in ("event", "time", "part")}
        found["seconds"] += done.seconds
        found["cpu_seconds"] += done.cpu_seconds
        found["peak_bytes"] = max(found["peak_bytes"], done.peak_bytes)
        if not done.stopped and done.returncode == 0:
            break
        last = events[-1]["part"] if events else "loading"
        reason = done.stopped or f"failed: {_last_words(done.output)}"
        broken = waiting if last == "loading" else [last]
        for part in broken:
            found["parts"][part] = {"stopped": reason}
        waiting = [part for part in waiting if part not in found["parts"]]
    return found


def _process(
    name: str, python: Path, data: Path, parts: Sequence[str], timeout: float, results: Path | None, tell: Tell
) -> tuple[list[dict[str, Any]], processes.Finished]:
    """One process of the peer's script: the events that it wrote, and what it took as a whole."""
    with tempfile.TemporaryDirectory() as folder:
        progress = Path(folder) / "progress.jsonl"
        progress.touch()

        def events() -> list[dict[str, Any]]:
            return [json.loads(line) for line in progress.read_text().splitlines(keepends=True) if line.endswith("\n")]

        told = 0

        def stop_when(_: float) -> str | None:
            nonlocal told
            known = events()
            for event in known[told:]:
                tell(_in_words(event))
            told = len(known)
            last = known[-1:]
            if last and last[0]["event"] == "started" and time.time() - last[0]["time"] > timeout:
                return f"stopped after {timeout:g} s"
            return None

        command = [
            str(python), "-W", "ignore", str(environments.SCRIPTS / f"{name}_peer.py"),
            "--data", str(data), "--progress", str(progress), "--parts", *parts,
            *(["--results", str(results)] if results else []),
        ]  # fmt: skip
        done = processes.run(command, environments.variables(), stop_when)
        stop_when(done.seconds)  # tells what came last
        return events(), done


def _in_words(event: dict[str, Any]) -> str:
    if event["event"] == "cannot":
        return f"{event['part']}: {event['missing']}"
    took = f": {event['seconds']:.2f} s ({event['cpu_seconds']:.2f} s of CPU)" if "seconds" in event else ""
    return f"{event['part']} {event['event']}{took}"


def _last_words(output: str) -> str:
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    return lines[-1][:200] if lines else "no message"
