"""Activating and voiding codes of a block: one entry of the ledger for a whole range.

The rule that must stay true: whether codes may be activated is decided under the head's lock
(`parties.issuing.index`), and void is final.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, Row, select

from base.db import reading
from base.errors import InvalidInput, NotFound, Problem
from codes.gs1.charset import first_outside_cset82
from ledger.batch import Batch, Idempotency
from ledger.draft import draft_of_parts
from ledger.parts import Part
from parties.actors import Actor
from parties.ids import new_id, short_hex
from parties.issuing.blocks import Block, Issuer, block_at, read_block
from parties.issuing.index import RangeNote
from parties.issuing.tables import CODE_RANGE, REASON_CHARS_MAX, RangeAction
from parties.tables import LOT_CHARS_MAX

CODES_ACTIVATED: Final = "codes_activated"
CODES_VOIDED: Final = "codes_voided"

_KIND_OF: Final = {
    RangeAction.ACTIVATED: CODES_ACTIVATED,
    RangeAction.VOIDED: CODES_VOIDED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RangeRequest:
    """Codes number `first` … `last` of a block (from 1) and what becomes of them.

    An activation names the lot (GS1 AI 10); a void says why.
    """

    block_id: UUID
    action: RangeAction
    first: int
    last: int
    lot: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeRange:
    """A range that was activated or voided: codes number `first` … `last` of its block."""

    id: UUID
    log: int
    seq: int
    block: Block
    action: RangeAction
    first: int
    last: int
    lot: str
    reason: str
    recorded_at: datetime

    @property
    def count(self) -> int:
        """How many codes it has."""
        return self.last - self.first + 1


def record_range(
    issuer: Issuer, actor: Actor, request: RangeRequest, *, idempotency: Idempotency | None = None
) -> CodeRange:
    """Record a range for the actor's own block and return it, durable in the ledger.

    The same request under the same key returns the same range. Raises `InvalidInput` with the
    path of the field, also where some of the codes are activated or void already; `NotFound`.
    """
    journal = issuer.journal
    with reading(journal.engine) as connection:
        block = read_block(connection, issuer.secret, journal.log, request.block_id)
    if block.party_id != actor.party_id:
        raise NotFound("There is no block with that id.")
    _check(block, request)
    note = RangeNote(
        id=new_id(issuer.clock.now()),
        block_seq=block.seq,
        series_id=block.series.id,
        action=request.action,
        start=block.start + request.first - 1,
        count=request.last - request.first + 1,
        lot=request.lot,
        reason=request.reason,
        first=request.first,
    )
    draft = draft_of_parts(_KIND_OF[request.action], _payload(block, note), note=note)
    batch = Batch(actor=actor.id, subject=str(note.id), drafts=(draft,), idempotency=idempotency)
    receipt = journal.append(batch)
    with reading(journal.engine) as connection:
        return read_range(connection, issuer, UUID(receipt.subject))


def read_range(connection: Connection, issuer: Issuer, range_id: UUID) -> CodeRange:
    """Return a range; raises `NotFound`."""
    statement = select(CODE_RANGE).where(
        CODE_RANGE.c.log == issuer.journal.log, CODE_RANGE.c.id == range_id
    )
    row = connection.execute(statement).one_or_none()
    if row is None:
        raise NotFound("There is no range of codes with that id.")
    return _range_of(row, block_at(connection, issuer.secret, issuer.journal.log, row.block_seq))


def ranges_of(connection: Connection, block: Block, *, rows_max: int) -> list[CodeRange]:
    """Return what became of a block's codes, newest first."""
    statement = (
        select(CODE_RANGE)
        .where(CODE_RANGE.c.log == block.log, CODE_RANGE.c.block_seq == block.seq)
        .order_by(CODE_RANGE.c.seq.desc())
        .limit(rows_max)
    )
    return [_range_of(row, block) for row in connection.execute(statement)]


def activated_within(connection: Connection, found: CodeRange) -> list[tuple[int, int]]:
    """Return the first and last number of each piece of a range that is activated."""
    start = found.block.start + found.first - 1
    statement = (
        select(CODE_RANGE)
        .where(
            CODE_RANGE.c.log == found.log,
            CODE_RANGE.c.series_id == found.block.series.id,
            CODE_RANGE.c.action == int(RangeAction.ACTIVATED),
            CODE_RANGE.c.start < start + found.count,
            CODE_RANGE.c.start > start - found.block.count,
        )
        .order_by(CODE_RANGE.c.start)
    )
    pieces = [_range_of(row, found.block) for row in connection.execute(statement)]
    clipped = [(max(one.first, found.first), min(one.last, found.last)) for one in pieces]
    return [(first, last) for first, last in clipped if first <= last]


def _range_of(row: Row[Any], block: Block) -> CodeRange:
    first = row.start - block.start + 1
    return CodeRange(
        id=row.id,
        log=row.log,
        seq=row.seq,
        block=block,
        action=RangeAction(row.action),
        first=first,
        last=first + row.code_count - 1,
        lot=row.lot,
        reason=row.reason,
        recorded_at=row.recorded_at,
    )


def _payload(block: Block, note: RangeNote) -> dict[Part, dict[str, Any]]:
    authority = {
        "range_id": str(note.id),
        "block_id": str(block.id),
        "block_seq": block.seq,
        "series_id": str(note.series_id),
        "start": str(note.start),
        "count": note.count,
        "lot": note.lot,
        "reason": note.reason,
    }
    return {
        Part.PUBLIC: {"block": f"block:{short_hex(block.id)}", "kind": block.kind.name},
        Part.AUTHORITY: authority,
    }


def _check(block: Block, request: RangeRequest) -> None:
    problems: list[Problem] = []
    if not 1 <= request.first <= request.last <= block.count:
        message = f"the block has codes 1 to {block.count}"
        problems.append(Problem(path="first", code="range", message=message))
    if not block.kind.is_item:
        # Keys of a prefix are the enterprise's own to use: they are neither in use nor void here.
        message = "only codes of single items are activated or void"
        problems.append(Problem(path="block_id", code="kind", message=message))
    elif request.action is RangeAction.ACTIVATED:
        problems += _lot_problems(request.lot)
    elif not _is_text(request.reason, REASON_CHARS_MAX):
        message = f"says in 1 to {REASON_CHARS_MAX} printable characters why"
        problems.append(Problem(path="reason", code="text", message=message))
    if problems:
        first = problems[0]
        raise InvalidInput(f"{first.path}: {first.message}", problems=problems)


def _lot_problems(lot: str) -> Sequence[Problem]:
    if not 1 <= len(lot) <= LOT_CHARS_MAX or first_outside_cset82(lot) is not None:
        message = f"is 1 to {LOT_CHARS_MAX} characters of the GS1 set 82"
        return [Problem(path="lot", code="lot", message=message)]
    return []


def _is_text(text: str, chars_max: int) -> bool:
    return 1 <= len(text.strip()) <= len(text) <= chars_max and text.isprintable()
