"""Whether a batch is plausible as a whole.

The rule that must stay true: what is odd about a batch is told in words and stops it before it
changes anything; whether it is taken all the same is a person's to say.
"""

from collections.abc import Iterator
from typing import Final

from sqlalchemy import Connection, func, select

from credit.facts import FactState
from credit.feeds.model import Feed, Semantics
from credit.intake.batches import CreditBatch, largest_accepted
from credit.intake.desk import Sent
from credit.intake.sorting import Sorted
from credit.tables import CREDIT_CODE, CREDIT_FACT

_KEYS: Final = 900
_PERCENT: Final = 100


def why_held(
    connection: Connection, feed: Feed, batch: CreditBatch, found: Sorted, sent: Sent
) -> str:
    """Return why a batch is held for a person; "" where nothing is odd."""
    if sent.doubt:
        return sent.doubt
    if sent.rows is not None and sent.rows != batch.received:
        return f"It has {batch.received} rows, and its sender says {sent.rows}."
    return next(_doubts(connection, feed, batch, found), "")


def count_ended(connection: Connection, log: int, feed: Feed, found: Sorted) -> int:
    """Return how many active records are not in a snapshot: those it would end."""
    if feed.semantics is not Semantics.SNAPSHOT:
        return 0
    there = {row.key_hash for rows in (found.new, found.stale) for row in rows}
    there.update(one.key_hash for one in found.seen)
    statement = select(CREDIT_FACT.c.key_hash).where(
        CREDIT_FACT.c.log == log,
        CREDIT_FACT.c.feed == feed.id,
        CREDIT_FACT.c.is_latest,
        CREDIT_FACT.c.state == FactState.ACTIVE,
    )
    return sum(key_hash not in there for key_hash in connection.execute(statement).scalars())


def _doubts(connection: Connection, feed: Feed, batch: CreditBatch, found: Sorted) -> Iterator[str]:
    if batch.received < feed.rows_min:
        yield f"It has {batch.received} rows; {feed.rows_min} at least are expected."
    if batch.received > feed.rows_max:
        yield f"It has {batch.received} rows; {feed.rows_max} at most are expected."
    if batch.quarantined == batch.received:
        yield "None of its rows was understood."
    if batch.quarantined and batch.ended:
        # What was not understood may be the very record that seems to be missing.
        unread = f"{batch.quarantined} rows were not understood"
        yield f"It would end {batch.ended} records, and {unread}."
    largest = largest_accepted(connection, batch.log, feed.id)
    if largest and batch.received * _PERCENT > largest * feed.growth_max_percent:
        yield f"It has {batch.received} rows; the largest one before had {largest}."
    active = _count_active(connection, batch.log, feed.id)
    if active and batch.ended * _PERCENT > active * feed.ended_max_percent:
        yield f"It would end {batch.ended} of {active} records: are rows missing?"
    matched = _matched_percent(connection, batch.log, found)
    if matched is not None and matched < feed.matched_min_percent:
        least = feed.matched_min_percent
        yield f"Only {matched} % of its codes are known; {least} % are expected."


def _matched_percent(connection: Connection, log: int, found: Sorted) -> int | None:
    """Return the share of the new rows' codes that are known; None where no code is known yet."""
    codes = sorted({row.code for row in found.new if row.code})
    any_known = select(CREDIT_CODE.c.code).where(CREDIT_CODE.c.log == log).limit(1)
    if not codes or connection.execute(any_known).first() is None:
        return None
    known = 0
    for start in range(0, len(codes), _KEYS):
        statement = select(func.count(func.distinct(CREDIT_CODE.c.code))).where(
            CREDIT_CODE.c.log == log, CREDIT_CODE.c.code.in_(codes[start : start + _KEYS])
        )
        known += connection.execute(statement).scalar_one()
    return known * _PERCENT // len(codes)


def _count_active(connection: Connection, log: int, feed: str) -> int:
    statement = select(func.count()).where(
        CREDIT_FACT.c.log == log,
        CREDIT_FACT.c.feed == feed,
        CREDIT_FACT.c.is_latest,
        CREDIT_FACT.c.state == FactState.ACTIVE,
    )
    return connection.execute(statement).scalar_one()
