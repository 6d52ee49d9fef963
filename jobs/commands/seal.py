"""`manage.py seal`: the sealer, the one process that holds the signing key."""

from collections.abc import MutableMapping

import click

from base.clock import SystemClock
from base.config import Settings, load_settings
from base.db import open_database, reading
from base.log import configure_logging
from base.processes import StopSignal
from base.redis_server import owning
from jobs.initialised import require_initialised
from ledger.kept_note import kept_note
from ledger.opening import DEFAULT_LOG, load_signer, require_named
from ledger.sealing import seal, seal_until


@click.command()
@click.pass_obj
def command(environ: MutableMapping[str, str]) -> None:
    """Sign a checkpoint about every second until told to stop (SIGTERM, Ctrl-C)."""
    settings = load_settings(environ)
    configure_logging(settings.log_level)
    require_initialised(settings)
    # One sealer for a folder: the note of what it signed last has one writer.
    with owning(settings.data_dir, part="sealer"):
        _seal(settings)


def _seal(settings: Settings) -> None:
    engine = open_database(settings, pool_size=1)
    keys = settings.data_dir / "keys"
    memory = kept_note(keys, DEFAULT_LOG)
    signer = load_signer(keys, settings.origin, DEFAULT_LOG, may_create=False)
    with reading(engine) as connection:
        require_named(connection, DEFAULT_LOG, signer)
    clock = SystemClock()
    try:
        with StopSignal() as stop:
            # At once and not after the first pause: a database that was rolled back is refused
            # before it is used.
            seal(engine, DEFAULT_LOG, signer, clock, memory)
            seal_until(
                stop,
                engine,
                DEFAULT_LOG,
                signer,
                clock=clock,
                interval_s=settings.seal_interval_ms / 1000,
                memory=memory,
            )
    finally:
        engine.dispose()
