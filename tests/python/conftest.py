"""What the tests share: warehouses that are built once, and a Postgres."""

from __future__ import annotations

import os
import subprocess
import sys
import warnings
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
sys.path.insert(0, str(Path(__file__).parent))

_NOT_RUN: list[str] = []


def not_run(reason: str) -> None:
    """Give up a test for want of something outside the project: a failure in CI, elsewhere named loudly at the end."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"cannot run: {reason}")
    _NOT_RUN.append(reason)
    pytest.skip(reason)


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "warehouse: needs the warehouse of the demo or of the real data (set by fixture)")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs a whole warehouse: `make test` runs it beside the other tests."""
    for item in items:
        if {"sample_warehouse", "demo_warehouse"} & set(getattr(item, "fixturenames", ())):
            item.add_marker("warehouse")


def pytest_terminal_summary(terminalreporter) -> None:
    for reason in sorted(set(_NOT_RUN)):
        terminalreporter.write_line(f"NOT RUN: {reason}", red=True, bold=True)


def run_command(arguments: list[str], **environment: str) -> str:
    """Run a command of the project in its folder; its output. Raises AssertionError with the end of it on failure."""
    done = subprocess.run(
        arguments, cwd=ROOT, env=os.environ | environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{' '.join(arguments[:4])} failed:\n{done.stdout[-6000:]}{done.stderr[-2000:]}"
    return done.stdout


def run_dbt(arguments: list[str], folder: Path, **environment: str) -> str:
    """Run dbt with its target below a folder; its output. No log file: nobody reads it, and it takes a tenth of the time."""
    dbt = str(Path(sys.executable).with_name("dbt"))
    places = ["--target-path", str(folder / "target"), "--log-path", str(folder / "logs"), "--log-level-file", "none"]
    return run_command([dbt, "--no-use-colors", *arguments, *places], DBT_PROFILES_DIR=str(ROOT), **environment)


@pytest.fixture(scope="session")
def sample_data_dir() -> Path:
    """The folder of the real data sets."""
    folder = Path(os.environ.get("ML_MONITOR_SAMPLE_DATA", ROOT / "../shared/data")).resolve()
    if not (folder / "hotel_cancellations" / "raw_predictions.parquet").exists():
        not_run(f"no real data in {folder}; ML_MONITOR_SAMPLE_DATA names their folder")
    return folder


@pytest.fixture(scope="session")
def sample_vars() -> str:
    return (ROOT / "scripts/sample/vars.yml").read_text()


@pytest.fixture(scope="session")
def sample_warehouse(sample_data_dir: Path, sample_vars: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The DuckDB file of the real data sets, built once with its data tests."""
    ready = os.environ.get("ML_MONITOR_TEST_SAMPLE_WAREHOUSE")
    if ready:
        warnings.warn(f"the sample is read from {ready}, not built", stacklevel=1)
        return Path(ready)
    folder = tmp_path_factory.mktemp("sample")
    path = folder / "sample.duckdb"
    settings = {"ML_MONITOR_DUCKDB_PATH": str(path), "ML_MONITOR_TARGET": "duckdb"}
    run_command([sys.executable, "-m", "scripts.sample.load"], ML_MONITOR_SAMPLE_DATA=str(sample_data_dir), **settings)
    run_dbt(["build", "--exclude-resource-type", "unit_test", "--vars", sample_vars], folder, **settings)
    return path


@pytest.fixture(scope="session")
def demo_warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The DuckDB file of the simulated retailer: the one that `make test` built just before, or a new one."""
    ready = os.environ.get("ML_MONITOR_CHECK_DEMO")
    if ready and Path(ready).exists():
        return Path(ready)
    folder = tmp_path_factory.mktemp("demo")
    path = folder / "demo.duckdb"
    settings = {"ML_MONITOR_DUCKDB_PATH": str(path), "ML_MONITOR_TARGET": "duckdb"}
    run_command([sys.executable, "-m", "scripts.demo.generate"], **settings)
    run_dbt(["build", "--exclude-resource-type", "unit_test", "test"], folder, **settings)
    return path


@pytest.fixture(scope="session")
def postgres() -> dict[str, str]:
    """Environment of a running PostgreSQL: the one that PGHOST names, or a throw-away one."""
    if os.environ.get("PGHOST"):
        return {name: os.environ[name] for name in os.environ if name.startswith("PG")}
    import postgres_server

    try:
        parameters = postgres_server.start()
    except postgres_server.NoPostgres as error:
        not_run(f"no PostgreSQL: {error}")
    names = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD", "dbname": "PGDATABASE"}
    return {names[key]: str(value) for key, value in parameters.items() if key in names and value is not None}
