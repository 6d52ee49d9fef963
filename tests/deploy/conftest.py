"""A PostgreSQL with the roles and grants of the project, and the service as they let it run."""

from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from flask import Flask
from psycopg import sql
from sqlalchemy import Engine

from base.db import open_engine
from jobs.commands.init import initialise, upgrade
from tests.deploy.installed import GRANTS, ROLES, Installation, app_settings
from tests.postgres import PostgresServer
from web.app import create_app
from web.services import build_services


@pytest.fixture(scope="module")
def installation(
    postgres_server: PostgresServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    """Follow docs/deploy.md: roles, migrations and ledger as the owner, then the grants."""
    name = postgres_server.new_database()
    folder = tmp_path_factory.mktemp("installation")
    installed = Installation(
        url_of=lambda role: postgres_server.url(name).replace("postgres@", f"{role}@"),
        folder=folder,
    )
    for _ in range(2):  # Running it again changes nothing.
        _run_file(postgres_server, name, "postgres", ROLES)
    owner = open_engine(installed.url_of("suxin_owner"))
    upgrade(owner)
    initialise(installed.settings("suxin_owner"), owner)
    owner.dispose()
    for _ in range(2):
        _run_file(postgres_server, name, "suxin_owner", GRANTS)
    yield installed
    postgres_server.drop_database(name)


def _run_file(server: PostgresServer, database: str, role: str, path: Path) -> None:
    with psycopg.connect(
        host=str(server.folder), user=role, dbname=database, autocommit=True
    ) as connection:
        connection.execute(sql.SQL(path.read_text(encoding="utf-8")))


@pytest.fixture
def engine_of(installation: Installation) -> Iterator[Callable[[str], Engine]]:
    opened: list[Engine] = []

    def open_as(role: str) -> Engine:
        opened.append(open_engine(installation.url_of(role), pool_size=1))
        return opened[-1]

    yield open_as
    for engine in opened:
        engine.dispose()


@pytest.fixture
def app(installation: Installation) -> Iterator[Flask]:
    settings = app_settings(installation)
    parts = build_services(settings)
    yield create_app(settings, services=parts)
    parts.engine.dispose()
