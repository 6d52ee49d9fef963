"""The real things a test may ask for: a PostgreSQL, a Redis, a running service, a browser."""

import shutil
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.postgres import PostgresServer, start_postgres


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


@pytest.fixture
def postgres_url(postgres_server: PostgresServer) -> Iterator[str]:
    """Give the address of an empty PostgreSQL database that only this test sees."""
    name = postgres_server.new_database()
    yield postgres_server.url(name)
    postgres_server.drop_database(name)


@pytest.fixture
def sqlite_url(tmp_path: Path) -> Iterator[str]:
    """Give the address of a SQLite file that only this test sees."""
    folder = tmp_path / "sqlite"
    folder.mkdir()
    yield f"sqlite:///{folder / 'suxin.db'}"
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """Give an empty database on each engine in turn: the test runs once on either."""
    name = "sqlite_url" if request.param == "sqlite" else "postgres_url"
    url = request.getfixturevalue(name)
    if not isinstance(url, str):
        raise TypeError(f"{name} is not an address")
    return url


@pytest.fixture
def free_port() -> int:
    """Give a TCP port of the loopback address that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
