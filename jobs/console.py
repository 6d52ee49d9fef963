"""What the commands work with that write to the ledger from the console of the machine.

One rule: what is done at the console goes into the ledger first, as at every other door, under the
name of whoever sits at the machine itself.
"""

from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Engine

from base.clock import SystemClock
from base.config import Settings, load_settings
from base.db import open_database
from jobs.initialised import require_initialised
from ledger.journal import Journal, JournalLimits
from ledger.opening import DEFAULT_LOG
from parties.actors import CONSOLE
from parties.acts import ActsIndex, recorder
from parties.keys import Record

_POOL: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsoleDesk:
    """The settings, the database, the instant of the command, and what tells the ledger."""

    settings: Settings
    engine: Engine
    now: datetime
    record: Record


@contextmanager
def console_desk(environ: MutableMapping[str, str]) -> Iterator[ConsoleDesk]:
    """Open the installation for one command. Raises where it was never initialised."""
    settings = load_settings(environ)
    require_initialised(settings)
    clock = SystemClock()
    engine = open_database(settings, pool_size=_POOL)
    try:
        journal = Journal(
            engine=engine,
            log=DEFAULT_LOG,
            index=ActsIndex(),
            clock=clock,
            limits=JournalLimits(queue_entries_max=1, batch_entries_max=1),
            skew_max_ms=settings.clock_skew_max_ms,
        )
        record = recorder(journal, actor=CONSOLE.id)
        yield ConsoleDesk(settings=settings, engine=engine, now=clock.now(), record=record)
    finally:
        engine.dispose()
