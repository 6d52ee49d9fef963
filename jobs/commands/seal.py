"""`manage.py seal`: the sealer, the one process that holds the signing key."""

from collections.abc import MutableMapping

import click

from base.clock import SystemClock
from base.config import load_settings
from base.db import open_database, reading
from base.errors import ConfigurationError
from base.log import configure_logging
from base.processes import StopSignal
from ledger.kept_note import kept_note
from ledger.opening import DEFAULT_LOG, load_signer, read_verifiers
from ledger.sealing import seal, seal_until


@click.command()
@click.pass_obj
def command(environ: MutableMapping[str, str]) -> None:
    """Sign a checkpoint about every second until told to stop (SIGTERM, Ctrl-C)."""
    settings = load_settings(environ)
    configure_logging(settings.log_level)
    engine = open_database(settings, pool_size=1)
    keys = settings.data_dir / "keys"
    memory = kept_note(keys, DEFAULT_LOG)
    signer = load_signer(keys, settings.origin, DEFAULT_LOG, may_create=False)
    with reading(engine) as connection:
        if signer.verifier() not in read_verifiers(connection, DEFAULT_LOG):
            raise ConfigurationError(
                "The signing key in the data folder is not the one that this ledger names:"
                " SUXIN_ORIGIN or SUXIN_DATA_DIR is another instance's."
            )
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
