"""Tables for a test's database: made where there are none, and known where they are there."""

from functools import cache

from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect, text

from base.db import METADATA, reading
from jobs.commands.init import MIGRATIONS, upgrade

_VERSIONS = "alembic_version"


def migrate(engine: Engine) -> None:
    """Run the migrations where the database is not at the newest one.

    To find out by alembic alone means to read every migration there ever was, for each test.
    """
    if not is_migrated(engine):
        upgrade(engine)


def make_tables(engine: Engine) -> None:
    """Make every table that the program knows, in a database that was not migrated."""
    if not is_migrated(engine):
        METADATA.create_all(engine)


def is_migrated(engine: Engine) -> bool:
    """Return whether the newest migration was run in this database."""
    if not inspect(engine).has_table(_VERSIONS):
        return False
    with reading(engine) as connection:
        found = connection.execute(text(f"SELECT version_num FROM {_VERSIONS}")).scalars().all()  # noqa: S608 -- a name of ours
    return list(found) == [_newest()]


@cache
def _newest() -> str | None:
    return ScriptDirectory(str(MIGRATIONS)).get_current_head()
