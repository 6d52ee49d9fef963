"""The real things a test may ask for: a PostgreSQL, a Redis, a running service, a browser."""

import os
import shutil
import sys
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from playwright.sync_api import Browser, Page, expect, sync_playwright
from sqlalchemy import make_url

from base.db import open_engine
from base.redis_server import running_redis
from jobs.commands.init import upgrade
from tests.kept_logging import kept_logging
from tests.live import SERVICES, LiveServer, start_live_server
from tests.memory import folder_in_memory
from tests.ports import find_free_port
from tests.postgres import PostgresServer, start_postgres
from tests.setup_machine import find_chromium
from tests.waiting import PATIENCE_S

_TESTS = Path(__file__).resolve().parent
# Folders of few tests that start processes, the longest first.
_LONG = ("crash", "benchmarks", "demo", "browser", "jobs", "deploy")

# What a property is tried on is the same in every run, however long an example takes on a machine
# that has other work: a run says what the code is worth and not what luck it had. The long run of
# tests/codes looks further.
settings.register_profile(
    "suite",
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("suite")

CHROMIUM_ARGUMENTS = (
    "--no-sandbox",  # A test run may be root in a container, where the sandbox cannot start.
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def pytest_configure() -> None:
    """Prepare the process of a run, or of one of its workers."""
    # What a test starts would compile the whole program anew each time.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False
    memory = folder_in_memory()
    if memory is not None:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(memory))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol() -> Generator[None, object, object]:
    """Leave no test the handlers that another set: their stream is closed by then."""
    with kept_logging():
        return (yield)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the folders whose tests take long before those of many short ones.

    Two workers end together when what is left at the end is short; by number of tests, which is
    the other order there is, two tests of killed servers came last and kept one of them alone.
    """
    items.sort(key=lambda item: _turn(item.path))


def _turn(path: Path) -> int:
    folder = path.relative_to(_TESTS).parts[0] if path.is_relative_to(_TESTS) else ""
    return _LONG.index(folder) if folder in _LONG else len(_LONG)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """One PostgreSQL for the session (for each worker of a parallel run)."""
    server = start_postgres()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def new_postgres_database(postgres_server: PostgresServer) -> Callable[[], str]:
    """Give the address of a new, empty database with each call; it lives as long as the session."""
    return lambda: postgres_server.url(postgres_server.new_database())


@pytest.fixture(scope="session")
def migrated_database(new_postgres_database: Callable[[], str]) -> str:
    """Give the name of a database with every table and no row, to make others from."""
    url = make_url(new_postgres_database())
    _migrate(url.render_as_string(hide_password=False))
    return str(url.database)


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a SQLite file with every table and no row, to make others from."""
    path = tmp_path_factory.mktemp("migrated") / "suxin.db"
    _migrate(f"sqlite:///{path}")
    return path


def _migrate(url: str) -> None:
    engine = open_engine(url, pool_size=1)
    upgrade(engine)
    engine.dispose()


@pytest.fixture
def postgres_url(postgres_server: PostgresServer, migrated_database: str) -> Iterator[str]:
    """Give the address of a PostgreSQL database without a row that only this test sees."""
    name = postgres_server.borrow(migrated_database)
    yield postgres_server.url(name)
    postgres_server.give_back(name)


@pytest.fixture
def sqlite_url(tmp_path: Path, migrated_file: Path) -> Iterator[str]:
    """Give the address of a SQLite file without a row that only this test sees."""
    folder = tmp_path / "sqlite"
    folder.mkdir()
    yield f"sqlite:///{shutil.copy(migrated_file, folder)}"
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """Give a database without a row on each engine in turn: the test runs once on either.

    Its tables are there already: to migrate anew for each of thousands of tests is what most of
    their time went to.
    """
    name = "sqlite_url" if request.param == "sqlite" else "postgres_url"
    url = request.getfixturevalue(name)
    if not isinstance(url, str):
        raise TypeError(f"{name} is not an address")
    return url


@pytest.fixture(params=["sqlite", "postgresql"])
def bare_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Give a database without a table on each engine in turn."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'bare.db'}"
    return str(request.getfixturevalue("new_postgres_database")())


@pytest.fixture
def free_port() -> int:
    """Give a TCP port of the loopback address that was free a moment ago."""
    return find_free_port()


@pytest.fixture
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Give the address of a Redis that only this test sees."""
    with running_redis(tmp_path_factory.mktemp("redis")) as url:
        yield url


@pytest.fixture(scope="session")
def live_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """Give a running, empty installation; tests share it, so each posts its own things."""
    server = start_live_server(tmp_path_factory.mktemp("live"), find_free_port())
    yield server
    server.stop()


@pytest.fixture
def new_live_server(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Callable[..., LiveServer]]:
    """Start an installation of one's own with each call: `new_live_server(database_url=…)`."""
    started: list[LiveServer] = []

    def start(*, services: tuple[str, ...] = SERVICES, **settings: str) -> LiveServer:
        folder = tmp_path_factory.mktemp("live")
        port = find_free_port()
        started.append(start_live_server(folder, port, services=services, **settings))
        return started[-1]

    yield start
    for server in started:
        server.stop()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One headless Chromium for the session: the machine's own, as people have it."""
    path = find_chromium()
    if path is None:
        pytest.fail("no Chromium: run `make test`, or set SUXIN_CHROMIUM to its path")
    expect.set_options(timeout=PATIENCE_S * 1000)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=path, headless=True, args=CHROMIUM_ARGUMENTS
        )
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """Give a new page in a browser without history, of a person who reads Chinese first."""
    context = browser.new_context(locale="zh-CN", timezone_id="Asia/Shanghai")
    yield context.new_page()
    context.close()
