"""Run a command in a process of its own and say what it took: wall and CPU seconds, peak memory of that process alone."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_POLL_SECONDS = 0.05
_LEAST_FREE_SHARE = 0.03  # of the machine's memory; below it the process is stopped before the kernel picks one


@dataclass(frozen=True)
class Finished:
    """A process that has ended, or was stopped (`stopped` says why)."""

    returncode: int
    output: str
    seconds: float
    cpu_seconds: float
    peak_bytes: int
    stopped: str | None = None


def run(
    command: Sequence[str],
    environment: Mapping[str, str] | None = None,
    stop_when: Callable[[float], str | None] = lambda seconds: None,
) -> Finished:
    """Run a command in the project's folder until it ends, `stop_when` gives a reason, or the machine's memory runs out.

    CPU is user and system time of the process. Peak memory is the high-water mark of its resident set: as Linux keeps it
    for its address space, elsewhere the ru_maxrss of the process.
    """
    with tempfile.TemporaryFile() as output:
        start = time.perf_counter()
        process = subprocess.Popen(
            list(command), cwd=ROOT, env=os.environ | dict(environment or {}), stdout=output, stderr=subprocess.STDOUT
        )
        peak, stopped = 0, None
        try:
            while True:
                pid, status, usage = os.wait4(process.pid, os.WNOHANG)
                if pid:
                    break
                peak = max(peak, _high_water(process.pid))
                if stopped is None:
                    stopped = stop_when(time.perf_counter() - start) or _short_of_memory()
                    if stopped is not None:
                        process.kill()
                time.sleep(_POLL_SECONDS)
        except BaseException:
            process.kill()
            process.wait()
            raise
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        text = output.read().decode(errors="replace")
    if not peak:
        peak = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    return Finished(process.returncode, text, seconds, usage.ru_utime + usage.ru_stime, peak, stopped)


def run_python(*arguments: str) -> Finished:
    """Run this interpreter with these arguments; a failure ends the program with what the process said."""
    return checked(run([sys.executable, *arguments]), " ".join(arguments[:3]))


def checked(done: Finished, title: str) -> Finished:
    """The process, if it went well. Raises SystemExit with its last words if not."""
    if done.stopped:
        raise SystemExit(f"{title} was {done.stopped}")
    if done.returncode != 0:
        raise SystemExit(f"{title} failed:\n{done.output[-6000:]}")
    return done


def _high_water(pid: int) -> int:
    """VmHWM of a process in bytes; 0 where there is no such thing, or the process has ended."""
    try:
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    return 0


def _short_of_memory() -> str | None:
    try:
        lines = Path("/proc/meminfo").read_text().splitlines()
    except OSError:
        return None
    sizes = {line.split(":")[0]: int(line.split()[1]) for line in lines}
    if sizes.get("MemAvailable", 1) >= _LEAST_FREE_SHARE * sizes.get("MemTotal", 1):
        return None
    return "stopped: the machine ran out of memory"
