"""`python -m scripts.bench.peers install [name ...]`: makes the environments of the peers; `list` says which there are."""

from __future__ import annotations

import argparse

from scripts.bench.peers import environments


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m scripts.bench.peers", description=__doc__)
    parser.add_argument("action", choices=["install", "list"])
    parser.add_argument("names", nargs="*", help=f"which (default: {', '.join(environments.NAMES)})")
    arguments = parser.parse_args()
    for name in arguments.names or environments.NAMES:
        if arguments.action == "install":
            print(f"{name} {environments.version_of(name)} ...", end=" ", flush=True)
            print(environments.install(name) or "installed", flush=True)
        else:
            state = "ready" if environments.python_of(name) else environments.why_missing(name)
            print(f"{name} {environments.version_of(name)}: {state}")


if __name__ == "__main__":
    main()
