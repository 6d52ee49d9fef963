"""Who is at a batch: a claim with a token, which runs out where nobody renews it.

The rule that must stay true: one taker at a time has a batch, and whoever writes of it proves in
that very transaction that the claim is still his. How long a claim lasts is a dated row of
`claims.yaml`; a worker that died keeps nobody from the batch for longer.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Final
from uuid import uuid4

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from base.db import reading, transaction
from base.errors import Busy, Conflict
from credit.folding.versions import civil_day
from credit.intake.batches import CreditBatch, claim_row, drop_claim, read_batch, renew_row
from credit.intake.desk import IntakeDesk
from schemas.profiles.yaml_rows import Faults, read_rows

_FILE: Final = Path(__file__).with_name("claims.yaml")


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimTerms:
    """For how long a claim lasts, and after how many seconds whoever found one looks again."""

    from_on: date
    lasts: timedelta
    look_again_s: int


@cache
def claim_terms() -> tuple[ClaimTerms, ...]:
    """Return every row; raises `InvalidInput` with every fault."""
    faults = Faults()
    file = read_rows(_FILE, faults)
    found: list[ClaimTerms] = []
    for rows in file.each("claims"):
        one = ClaimTerms(
            from_on=rows.day("from") or date.min,
            lasts=timedelta(minutes=rows.whole("minutes") or 0),
            look_again_s=rows.whole("look_again_s") or 0,
        )
        rows.done()
        if not one.lasts or not one.look_again_s:
            rows.fault("minutes", "range", "is at least one, and so is the wait")
        found.append(one)
    file.done()
    if not found:
        file.fault("claims", "missing", "has no row")
    faults.refuse()
    return tuple(found)


def terms_at(now: datetime) -> ClaimTerms:
    """Return what holds at an instant; before the first row it is the first."""
    rows = sorted(claim_terms(), key=lambda one: one.from_on)
    held = [one for one in rows if one.from_on <= civil_day(now)]
    return held[-1] if held else rows[0]


def with_claim(desk: IntakeDesk, batch: CreditBatch) -> CreditBatch:
    """Return a batch with a claim of its own, which counts once it is written."""
    now = desk.clock.now()
    return replace(batch, claim=uuid4(), claimed_until=now + terms_at(now).lasts)


def claim_batch(desk: IntakeDesk, batch: CreditBatch) -> CreditBatch | None:
    """Return a batch with the claim on it, None where somebody moved it on in the meantime.

    Raises `Busy` where somebody else is at it.
    """
    mine = with_claim(desk, batch)
    with transaction(desk.journal.engine) as connection:
        if claim_row(connection, mine, now=desk.clock.now()):
            return mine
        found = read_batch(connection, batch.log, batch.id)
    require_free(desk, found)
    return None


def require_free(desk: IntakeDesk, batch: CreditBatch) -> None:
    """Refuse a batch that somebody is at: raises `Busy` with when to look again."""
    now = desk.clock.now()
    if batch.claimed_until is None or batch.claimed_until <= now:
        return
    again_s = terms_at(now).look_again_s
    message = f"Somebody else is taking this batch just now: look at it again in {again_s} seconds."
    raise Busy(message, retry_after_s=again_s)


def prove_claim(desk: IntakeDesk, connection: Connection, batch: CreditBatch) -> None:
    """Prove in a transaction that writes of a batch that the claim is still his, and renew it.

    Raises `Conflict` where somebody else has it by now.
    """
    now = desk.clock.now()
    if not renew_row(connection, batch, until=now + terms_at(now).lasts):
        raise taken_meanwhile()


def renewing(desk: IntakeDesk, batch: CreditBatch) -> IntakeDesk:
    """Return the desk that renews the claim while rows are read, before half of it is over."""
    until = batch.claimed_until or desk.clock.now()

    def tell(count: int) -> None:
        nonlocal until
        now = desk.clock.now()
        lasts = terms_at(now).lasts
        if until - now < lasts / 2:
            with transaction(desk.journal.engine) as connection:
                prove_claim(desk, connection, batch)
            until = now + lasts
        desk.tell(count)

    return replace(desk, tell=tell)


@contextmanager
def giving_back(desk: IntakeDesk, batch: CreditBatch) -> Iterator[None]:
    """Give the claim back where the taking ends by an error, so that nobody waits for it."""
    try:
        yield
    except BaseException:  # Broad: whatever ends it, the next one need not wait.
        # What cannot be given back, as the database is away, runs out by itself.
        with suppress(SQLAlchemyError), transaction(desk.journal.engine) as connection:
            drop_claim(connection, batch)
        raise


def standing_batch(desk: IntakeDesk, batch: CreditBatch) -> CreditBatch:
    """Return a batch as it stands by now."""
    with reading(desk.journal.engine) as connection:
        return read_batch(connection, batch.log, batch.id)


def taken_meanwhile() -> Conflict:
    """Return the refusal for whoever lost a batch to another taker."""
    return Conflict(
        "This batch was taken by somebody else in the meantime: look at what became of it."
    )
