"""Whether a batch is plausible as a whole.

The rule that must stay true: everything that is odd about a batch is told in words and stops it
before it changes anything; whether it is taken all the same is a person's to say, who has seen it.
"""

import re
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
_NUMBER: Final = re.compile(r"[0-9]+")
_SENTENCE_END: Final = re.compile(r"(?<=[.?]) ")

_FEW: Final = "It has {} rows; {} at least are expected."
_MANY: Final = "It has {} rows; {} at most are expected."
_UNREAD: Final = "None of its rows was understood."
_ENDS: Final = "It would end {} records, and {} rows were not understood."
_GROWN: Final = "It has {} rows; the largest one before had {}."
_ENDS_MANY: Final = "It would end {} of {} records: are rows missing?"
_UNKNOWN: Final = "Only {} % of its codes are known; {} % are expected."
_OF_ROWS: Final = frozenset(
    one.replace("{}", "0") for one in (_FEW, _MANY, _UNREAD, _ENDS, _GROWN, _ENDS_MANY, _UNKNOWN)
)
"""What the rows themselves are doubted for, with 0 for every number."""


def why_held(
    connection: Connection, feed: Feed, batch: CreditBatch, found: Sorted, sent: Sent
) -> str:
    """Return everything that a batch is held for; "" where nothing is odd."""
    told = [sent.doubt] if sent.doubt else []
    if sent.rows is not None and sent.rows != batch.received:
        told.append(f"It has {batch.received} rows, and its sender says {sent.rows}.")
    return " ".join([*told, *_doubts(connection, feed, batch, found)])


def why_held_still(
    connection: Connection, feed: Feed, batch: CreditBatch, found: Sorted, seen: CreditBatch
) -> str:
    """Return why a batch is held anew that somebody releases who saw it as it was; "" for nothing.

    What came since may have changed what it would end: that counts by the numbers of today. A doubt
    that was told is no reason, and neither are numbers that became better.
    """
    doubts = list(_doubts(connection, feed, batch, found))
    told = _shape(seen.message)
    is_worse = batch.ended > seen.ended or batch.quarantined > seen.quarantined
    if not is_worse and all(_shape(one) in told for one in doubts):
        return ""
    others = [one for one in _SENTENCE_END.split(seen.message) if _shape(one) not in _OF_ROWS]
    return " ".join([*filter(None, others), *doubts])


def _shape(told: str) -> str:
    return _NUMBER.sub("0", told)


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
        yield _FEW.format(batch.received, feed.rows_min)
    if batch.received > feed.rows_max:
        yield _MANY.format(batch.received, feed.rows_max)
    if batch.quarantined == batch.received:
        yield _UNREAD
    if batch.quarantined and batch.ended:
        # What was not understood may be the very record that seems to be missing.
        yield _ENDS.format(batch.ended, batch.quarantined)
    largest = largest_accepted(connection, batch.log, feed.id)
    if largest and batch.received * _PERCENT > largest * feed.growth_max_percent:
        yield _GROWN.format(batch.received, largest)
    active = _count_active(connection, batch.log, feed.id)
    if active and batch.ended * _PERCENT > active * feed.ended_max_percent:
        yield _ENDS_MANY.format(batch.ended, active)
    matched = _matched_percent(connection, batch.log, found)
    if matched is not None and matched < feed.matched_min_percent:
        yield _UNKNOWN.format(matched, feed.matched_min_percent)


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
