"""A batch that several take at once: threads, and another taker who comes by at an exact place."""

from collections.abc import Callable
from importlib import import_module
from threading import Barrier, Thread
from typing import Any

import pytest
from sqlalchemy import select

from base.db import reading
from base.errors import AppError
from credit.feeds.registry import FEEDS
from credit.folding.projector import bring_up_credit
from credit.intake.batches import CreditBatch, Door, list_batches
from credit.intake.claiming import claim_terms
from credit.intake.taking import IntakeDesk, Sent, take_batch
from credit.tables import CREDIT_FACT
from parties.actors import Actor
from tests.credit.rebuilding import rebuild
from tests.credit.samples import AUTHORITY, COLLEAGUE, csv_of, penalty
from tests.instances import Installation

PENALTY = FEEDS["penalty"]
BODY = csv_of([penalty(1), penalty(2)])
OTHER = csv_of([penalty(1), penalty(2, cf_wsh="青农罚〔2026〕9号")])
DOUBT = Sent(doubt="It is not signed.")
LEASE = claim_terms()[0].lasts
DRAFT = "credit.intake.entering.batch_draft"
THIRD = Actor(id="key:000000000000000b", role=AUTHORITY.role)


def take(
    intake: IntakeDesk, actor: Actor = AUTHORITY, *, body: bytes = BODY, **options: Any
) -> CreditBatch:
    return take_batch(intake, actor, PENALTY, body, door=Door.FILE, **options)


def release(intake: IntakeDesk, actor: Actor = COLLEAGUE) -> CreditBatch:
    return take(intake, actor, is_released=True)


def batches(intake: IntakeDesk) -> list[CreditBatch]:
    with reading(intake.journal.engine) as connection:
        return list_batches(connection, intake.journal.log, feed=None, state=None, rows_max=9)


def is_whole(installation: Installation, *, facts: int = 2) -> None:
    """Hold what was taken against the ledger, and make it anew from there."""
    bring_up_credit(installation.engine, installation.log)
    with reading(installation.engine) as connection:
        assert len(connection.execute(select(CREDIT_FACT.c.id)).all()) == facts
    rebuild(installation)


def once(monkeypatch: pytest.MonkeyPatch, place: str, act: Callable[[], object]) -> None:
    """Let something happen at a place, the first time that somebody comes by, and go on there."""
    module, _, name = place.rpartition(".")
    real = getattr(import_module(module), name)

    def between(*arguments: Any, **options: Any) -> Any:
        monkeypatch.setattr(place, real)
        act()
        return real(*arguments, **options)

    monkeypatch.setattr(place, between)


def kept(refusals: list[AppError], act: Callable[[], object]) -> Callable[[], None]:
    """Return an act whose refusal is kept, to be looked at."""

    def try_it() -> None:
        try:
            act()
        except AppError as refusal:
            refusals.append(refusal)

    return try_it


def at_once(act: Callable[[], CreditBatch], *, count: int) -> list[CreditBatch | AppError]:
    barrier, found = Barrier(count), list[CreditBatch | AppError]()

    def run() -> None:
        barrier.wait()
        try:
            found.append(act())
        except AppError as refusal:
            found.append(refusal)

    threads = [Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == count
    return found
