"""What recalls say of parties: facts for whoever judges them, each with the entries that prove it.

The rule that must stay true: a fact is what an entry says, and no judgement. A drill is told as a
drill, and who warned of its own goods in time is told as well as who was late.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from trace.recall.model import AnswerKind, Outcome
from trace.recall.reading import RecallQuery, list_recalls
from trace.recall.replay import recall_by
from trace.recall.report import entries_of
from trace.recall.retold import Holder, Retold, retell
from trace.recall.scope import Owners
from uuid import UUID

from sqlalchemy import Connection

from ledger.store import read_entries


class FactKind(StrEnum):
    """What a recall says of a party."""

    RECALLED_OWN_GOODS = "recalled_own_goods"
    GOODS_RECALLED_BY_AUTHORITY = "goods_recalled_by_authority"
    ANSWERED_IN_TIME = "answered_in_time"
    ANSWERED_LATE = "answered_late"
    NEVER_ANSWERED = "never_answered"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecallFact:
    """One fact about a party; `entries` of the log prove it (`GET /ledger/proof/…` each)."""

    kind: FactKind
    party_id: UUID
    recall_id: UUID
    number: str
    level: int
    is_mock: bool
    at: datetime
    log: int
    entries: tuple[int, ...]


def facts_of(
    connection: Connection, log: int, recall_id: UUID, owners_of: Owners
) -> tuple[RecallFact, ...]:
    """Return what a recall says of its owner and of its holders; of a withdrawn one nothing."""
    stored = read_entries(connection, log, entries_of(connection, log, recall_id))
    told = retell(recall_by(entry) for entry in stored.values())
    if told.closing is not None and told.closing.outcome is Outcome.WITHDRAWN:
        return ()
    return (*_of_owners(told, log, owners_of), *_of_holders(told, log))


def facts_since(
    connection: Connection, log: int, owners_of: Owners, *, before: int | None, rows_max: int
) -> Sequence[RecallFact]:
    """Return the facts of some recalls, newest first; `before` is the entry that opened the last.

    Asked page after page it is the stream of all of them.
    """
    query = RecallQuery(rows_max=rows_max, before=before)
    return [
        fact
        for recall in list_recalls(connection, log, query)
        for fact in facts_of(connection, log, recall.id, owners_of)
    ]


def _of_owners(told: Retold, log: int, owners_of: Owners) -> Iterator[RecallFact]:
    if told.opening.party_id is not None:
        yield _fact(told, log, FactKind.RECALLED_OWN_GOODS, told.opening.party_id, (told.seq,))
        return
    # Whose goods it began with: what was made of them by others is not their makers' fault.
    nearest = {line.uri for note in told.lines for line in note.lines if line.depth == 0}
    owners = owners_of(nearest)
    for party_id in sorted({owner for owner in owners.values() if owner is not None}):
        kind = FactKind.GOODS_RECALLED_BY_AUTHORITY
        yield _fact(told, log, kind, party_id, (told.seq,))


def _of_holders(told: Retold, log: int) -> Iterator[RecallFact]:
    for holder in told.holders:
        kind = _kind_of(holder, is_over=told.closing is not None)
        if kind is None:
            continue
        proofs = [
            seq
            for one in holder.told
            for seq in (
                one.seq,
                *(entry.seq for entry, _ in one.answers),
                *([] if one.escalation is None else [one.escalation.seq]),
            )
        ]
        yield _fact(told, log, kind, holder.notice.party_id, tuple(sorted(proofs)))


def _kind_of(holder: Holder, *, is_over: bool) -> FactKind | None:
    """Return what is known of a holder, None where its time is not up and it said nothing."""
    said = [
        (told.notice, entry)
        for told in holder.told
        for entry, note in told.answers
        if note.kind is not AnswerKind.EXPLAINED
    ]
    if said:
        # What it once said stands when another scope brings another notice, and so does its delay.
        notice, entry = said[0]
        in_time = entry.recorded_at <= notice.due_at and not holder.is_escalated
        return FactKind.ANSWERED_IN_TIME if in_time else FactKind.ANSWERED_LATE
    is_asked = holder.notice.line_count > 0
    return FactKind.NEVER_ANSWERED if is_asked and (holder.is_escalated and is_over) else None


def _fact(
    told: Retold, log: int, kind: FactKind, party_id: UUID, entries: tuple[int, ...]
) -> RecallFact:
    return RecallFact(
        kind=kind,
        party_id=party_id,
        recall_id=told.opening.id,
        number=told.opening.number,
        level=told.opening.level,
        is_mock=told.opening.is_mock,
        at=told.opened_at,
        log=log,
        entries=entries,
    )
