"""`manage.py init`: schema, signing key, ledger, first operator's key; safe to run again."""

from collections.abc import MutableMapping
from pathlib import Path
from typing import Final

import click
from alembic import command as alembic
from alembic.config import Config
from sqlalchemy import Engine

from base.clock import SystemClock
from base.config import Settings, load_settings
from base.data_folder import make_data_folder
from base.db import open_database, reading, transaction
from base.errors import ConfigurationError
from jobs.key_files import operator_key_file, write_key_file
from ledger.journal import Journal, JournalLimits
from ledger.kept_note import kept_note
from ledger.opening import DEFAULT_LOG, SYSTEM_ACTOR, is_open, load_signer, open_log, require_named
from ledger.sealing import seal
from parties.acts import ActsIndex, recorder
from parties.keys import KeyRequest, grant
from parties.tables import Role

MIGRATIONS: Final = Path(__file__).resolve().parents[2] / "migrations"


@click.command()
@click.pass_obj
def command(environ: MutableMapping[str, str]) -> None:
    """Bring the database up to date and open the ledger where there is none yet."""
    settings = load_settings(environ)
    make_data_folder(settings.data_dir)
    engine = open_database(settings, pool_size=2)
    try:
        upgrade(engine)
        initialise(settings, engine)
    finally:
        engine.dispose()
    click.echo(f"database and ledger are ready: {settings.data_dir}")


def upgrade(engine: Engine) -> None:
    """Run the migrations that the database lacks."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with transaction(engine) as connection:
        config.attributes["connection"] = connection
        alembic.upgrade(config, "head")


def initialise(settings: Settings, engine: Engine) -> None:
    """Open the ledger with its key, seal its first entry and grant the first operator's key."""
    keys = settings.data_dir / "keys"
    clock = SystemClock()
    with reading(engine) as connection:
        is_new = not is_open(connection, DEFAULT_LOG)
    memory = kept_note(keys, DEFAULT_LOG)
    if is_new and memory.read() is not None:
        raise ConfigurationError(
            "The database is empty, and the key in the data folder has signed checkpoints of a"
            f" ledger ({memory.path.name} beside it): restore that database. A new ledger needs a"
            " folder, a key and a SUXIN_ORIGIN of its own; opened under this key it would be a"
            " fork."
        )
    signer = load_signer(keys, settings.origin, DEFAULT_LOG, may_create=is_new)
    if is_new:
        with transaction(engine) as connection:
            open_log(
                connection,
                log=DEFAULT_LOG,
                origin=settings.origin,
                verifier=signer.verifier(),
                clock=clock,
            )
    else:
        with reading(engine) as connection:
            require_named(connection, DEFAULT_LOG, signer)
    path = operator_key_file(settings.data_dir)
    if is_new and not path.exists():
        write_key_file(path, _grant_operator(settings, engine))
    seal(engine, DEFAULT_LOG, signer, clock, memory)


def _grant_operator(settings: Settings, engine: Engine) -> str:
    clock = SystemClock()
    journal = Journal(
        engine=engine,
        log=DEFAULT_LOG,
        index=ActsIndex(),
        clock=clock,
        limits=JournalLimits(queue_entries_max=1, batch_entries_max=1),
        skew_max_ms=settings.clock_skew_max_ms,
    )
    granted = grant(
        engine,
        KeyRequest(label="first operator", role=Role.OPERATOR),
        now=clock.now(),
        record=recorder(journal, actor=SYSTEM_ACTOR),
    )
    if granted.text is None:
        raise ValueError("a key that was just made has its text")
    return granted.text
