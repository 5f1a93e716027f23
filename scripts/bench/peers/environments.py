"""The peers' virtual environments: one a peer, made from a file of pinned versions beside this one."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import venv
from pathlib import Path

NAMES = ("numpy", "evidently", "nannyml", "whylogs")
FOLDER_VARIABLE = "ML_MONITOR_BENCH_PEERS"
SCRIPTS = Path(__file__).parent
_FAILURE = "cannot_be_installed.txt"
_READY = "installed.txt"  # written last: an environment that is being made does not count
_QUIET = {"DO_NOT_TRACK": "1", "NML_DISABLE_USAGE_LOGGING": "1", "WHYLOGS_NO_ANALYTICS": "True"}


def folder() -> Path:
    """Where the environments are: the folder that ML_MONITOR_BENCH_PEERS names, else .peers in the project."""
    return Path(os.environ.get(FOLDER_VARIABLE) or SCRIPTS.parents[2] / ".peers")


def install(name: str) -> str | None:
    """Make the environment of a peer anew. None where that worked, else why not, which is kept beside it.

    Needs a package index, and Python 3.11, for which the versions are pinned.
    """
    place = folder() / name
    venv.create(place, clear=True, with_pip=True)
    command = [
        str(place / "bin/python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
        "-r", str(SCRIPTS / f"{name}.txt"),
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode == 0:
        done = subprocess.run(
            [str(place / "bin/python"), "-c", f"import {name}"], env=os.environ | _QUIET, capture_output=True, text=True, check=False
        )  # fmt: skip
    if done.returncode == 0:
        (place / _READY).touch()
        return None
    errors = [line for line in done.stderr.splitlines() if line.startswith("ERROR") or "Error:" in line]
    reason = re.sub(r"\S+://\S+", "(address)", f"cannot be installed: {errors[-1]}" if errors else "cannot be installed")
    (place / _FAILURE).write_text(reason)
    return reason


def python_of(name: str) -> Path | None:
    """The interpreter of a peer, None where it is not installed. The plain script also runs in the project's own."""
    place = folder() / name
    if (place / _READY).exists():
        return place / "bin/python"
    return Path(sys.executable) if name == "numpy" else None


def why_missing(name: str) -> str:
    """Why there is no environment of a peer, in words."""
    failure = folder() / name / _FAILURE
    return failure.read_text() if failure.exists() else "not installed: python -m scripts.bench.peers install"


def version_of(name: str) -> str:
    """The pinned version of the tool itself."""
    pins = dict(line.split("==") for line in (SCRIPTS / f"{name}.txt").read_text().split())
    return pins[name]


def variables() -> dict[str, str]:
    """Environment variables that keep the peers from sending usage data."""
    return dict(_QUIET)
