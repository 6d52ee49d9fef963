"""Everything a request may use, built once per process.

One rule: a view takes what it needs from `services()` and from nowhere else, so that a test can
build the same application on another database, clock and ledger.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from trace.capture import Desk, document_limits, open_desk
from trace.recall.workdays import use_holidays
from trace.walk import WalkLimits
from typing import Final, TypeAlias

from flask import current_app
from rq import Queue
from sqlalchemy import Engine

from base.clock import Clock, SystemClock
from base.config import Settings
from base.db import open_database, reading
from base.installation_secret import InstallationSecret
from base.queue import LONG_QUEUE_NAME, open_queue
from credit.index import open_credit_journal
from credit.secret_needs import open_credit_secret
from ledger.journal import Journal
from ledger.opening import DEFAULT_LOG, is_open
from ledger.store import read_head
from parties.acts import recorder as journal_recorder
from parties.directory import Owners
from parties.issuing.owning import open_owners
from parties.keys import KeyRing, Record
from parties.links import LinkBook
from parties.passwords import Passwords
from parties.sign_ins import SignInDesk, SignInLimits
from schemas.epcis import DocumentLimits
from web.held_texts import HeldTexts

EXTENSION: Final = "suxin"

Recorder: TypeAlias = Callable[[str], Record]
"""Returns what records the acts of the actor with that ledger id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """One process's parts. `head_size` counts the ledger's entries, None where none is open.

    `log` is the log that this process writes and reads; `desk` is the one door in; `secret` gives
    the keys of serials, tags, sessions and hashed devices. Credit has a journal of its own.
    """

    settings: Settings
    engine: Engine
    clock: Clock
    key_ring: KeyRing
    sign_ins: SignInDesk
    owners: Owners
    credit_journal: Journal
    links: LinkBook
    recorder: Recorder
    head_size: Callable[[], int | None]
    log: int
    desk: Desk
    queue: Queue
    long_queue: Queue
    secret: InstallationSecret
    walk_limits: WalkLimits
    document_limits: DocumentLimits
    held_texts: HeldTexts = field(default_factory=HeldTexts)


def build_services(
    settings: Settings,
    *,
    clock: Clock | None = None,
    recorder: Recorder | None = None,
    head_size: Callable[[], int | None] | None = None,
    secret: InstallationSecret | None = None,
) -> Services:
    """Open the database of the settings and put a process's parts together."""
    clock = clock or SystemClock()
    use_holidays(settings.holidays_file)
    engine = open_database(settings, pool_size=settings.web_threads)
    secret = secret or open_credit_secret(settings, engine)
    owners = open_owners(engine, clock, secret, DEFAULT_LOG)
    desk = open_desk(settings, engine, clock, owners)
    journal = desk.journal
    return Services(
        settings=settings,
        engine=engine,
        clock=clock,
        key_ring=KeyRing(engine, clock),
        sign_ins=SignInDesk(
            engine=engine,
            passwords=Passwords(settings),
            limits=SignInLimits.of(settings),
            secret=secret,
        ),
        owners=owners,
        credit_journal=open_credit_journal(settings, engine, clock),
        links=LinkBook(engine, clock, owners.owners_of),
        recorder=recorder or (lambda actor: journal_recorder(journal, actor=actor)),
        head_size=head_size or (lambda: _head_size(engine, journal.log)),
        log=journal.log,
        desk=desk,
        queue=open_queue(settings),
        long_queue=open_queue(settings, name=LONG_QUEUE_NAME),
        secret=secret,
        walk_limits=WalkLimits(
            events_max=settings.history_events_max, depth_max=settings.history_depth_max
        ),
        document_limits=document_limits(settings),
    )


def services() -> Services:
    """Return the parts of the application that serves the current request."""
    parts = current_app.extensions[EXTENSION]
    if not isinstance(parts, Services):
        raise TypeError("the application was not made by create_app")
    return parts


def _head_size(engine: Engine, log: int) -> int | None:
    with reading(engine) as connection:
        return read_head(connection, log).size if is_open(connection, log) else None
