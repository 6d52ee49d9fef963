"""Gathers what the trace ledger shows of parties, and takes it as a batch of its own feed.

The rule that must stay true: recalls that were withdrawn, findings that nobody confirmed and tests
that were declared wrong are held against nobody; what was, ends on the day on which that is known.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from trace.findings.judgements import FindingState
from trace.findings.tables import FINDING
from trace.projections.tables import PROJECTION_CURSOR
from trace.recall.facts import FactKind, RecallFact, facts_of
from trace.recall.reading import RecallQuery, list_recalls
from trace.recall.scope import Owners
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

import orjson
from sqlalchemy import Connection, Select, and_, select, update

from base.clock import CIVIL_ZONE
from base.db import reading, transaction
from base.strict_json import loads
from credit.evidence.failed_tests import FAILED_TEST, declared_wrong, failed_tests
from credit.facts import FactState
from credit.feeds.model import CodeScheme
from credit.feeds.registry import OWN_FEED
from credit.folding.projector import bring_up_credit
from credit.intake.batches import CreditBatch, Door
from credit.intake.desk import IntakeDesk
from credit.intake.taking import take_batch
from credit.standing import told_body
from credit.tables import CREDIT_CODE, CREDIT_FACT, CREDIT_SUBJECT
from ledger.store import read_head
from parties.actors import Actor
from parties.directory import parties_by_id
from parties.rows import insert_once
from parties.tables import PARTY

_CURSOR: Final = "credit_evidence"
_PIECE: Final = 5_000
_SEQS_MAX: Final = 100
_SEQS_BYTES_MAX: Final = 1 << 20
_RECALLS: Final = 100
_OF_RECALLS: Final = MappingProxyType(
    {
        FactKind.RECALLED_OWN_GOODS: "own_recall",
        FactKind.GOODS_RECALLED_BY_AUTHORITY: "ordered_recall",
        FactKind.ANSWERED_LATE: "recall_answered_late",
        FactKind.NEVER_ANSWERED: "recall_never_answered",
    }
)
_NAMED: Final = (PARTY.c.name_zh, PARTY.c.uscc)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shown:
    """Something that the ledger shows of a party; `reference` is its name for ever."""

    reference: str
    name: str
    uscc: str
    evidence: str
    shown: str
    on: date
    seqs: tuple[int, ...]

    def row(self, ended_on: date | None = None) -> dict[str, str]:
        """Return it as a row of the feed."""
        told = {
            "reference": self.reference,
            "name": self.name,
            "uscc": self.uscc,
            "evidence": self.evidence,
            "shown": self.shown,
            "shown_on": self.on.isoformat(),
            "entries": " ".join(str(seq) for seq in self.seqs),
        }
        return told if ended_on is None else {**told, "ended_on": ended_on.isoformat()}


def gather_evidence(desk: IntakeDesk, actor: Actor, owners_of: Owners) -> list[CreditBatch]:
    """Take what is new or over since the last time; return the batches, none where nothing is.

    A party without a social credit code is left out: nothing could name it.
    """
    engine, log = desk.journal.engine, desk.journal.log
    bring_up_credit(engine, log)
    with reading(engine) as connection:
        head = read_head(connection, log)
        start = connection.execute(_cursor(log)).scalar() or 0
    end = head.size
    batches = []
    while True:
        stop = min(start + _PIECE, end)
        with reading(engine) as connection:
            rows = list(_tests(connection, log, start, stop))
            if stop == end:
                today = desk.clock.now().astimezone(CIVIL_ZONE).date()
                rows += _changes(connection, log, owners_of, today)
        if rows:
            body = b"".join(orjson.dumps(row) + b"\n" for row in rows)
            batches.append(take_batch(desk, actor, OWN_FEED, body, door=Door.OWN))
        _move(desk, stop)
        if stop == end:
            return batches
        start = stop


def _tests(connection: Connection, log: int, start: int, end: int) -> Iterator[dict[str, str]]:
    found = list(failed_tests(connection, log, start, end))
    parties = _parties(connection, {one.party_id for one in found})
    for one in found:
        if one.party_id in parties:
            name, uscc = parties[one.party_id]
            yield _Shown(
                reference=f"test:{one.seq}",
                name=name,
                uscc=uscc,
                evidence=FAILED_TEST,
                shown=one.item,
                on=one.on,
                seqs=(one.seq,),
            ).row()


def _changes(
    connection: Connection, log: int, owners_of: Owners, today: date
) -> Iterator[dict[str, str]]:
    """Yield the recalls and confirmed findings that are new, and whatever is over."""
    held = _held(connection, log)
    there = {
        one.reference: one
        for one in (*_recalls(connection, log, owners_of), *_findings(connection, log))
    }
    yield from (one.row() for name, one in there.items() if name not in held)
    tests = [one for one in held.values() if one.evidence == FAILED_TEST]
    wrong = declared_wrong(connection, log, {seq for one in tests for seq in one.seqs})
    for name, one in held.items():
        is_over = bool(wrong & set(one.seqs)) if one.evidence == FAILED_TEST else name not in there
        if is_over:
            yield one.row(ended_on=today)


def _recalls(connection: Connection, log: int, owners_of: Owners) -> Iterator[_Shown]:
    """Yield what recalls say of parties; of a drill, and of who answered in time, nothing."""
    told = [one for one in _recall_facts(connection, log, owners_of) if one.kind in _OF_RECALLS]
    parties = _parties(connection, {one.party_id for one in told})
    for one in told:
        if one.party_id in parties:
            name, uscc = parties[one.party_id]
            yield _Shown(
                reference=f"{_OF_RECALLS[one.kind]}:{one.number}:{uscc}",
                name=name,
                uscc=uscc,
                evidence=_OF_RECALLS[one.kind],
                shown=one.number,
                on=one.at.astimezone(CIVIL_ZONE).date(),
                seqs=one.entries[:_SEQS_MAX],
            )


def _recall_facts(connection: Connection, log: int, owners_of: Owners) -> Iterator[RecallFact]:
    query = RecallQuery(rows_max=_RECALLS)
    while recalls := list_recalls(connection, log, query):
        for one in recalls:
            if not one.is_mock:
                yield from facts_of(connection, log, one.id, owners_of)
        query = replace(query, before=recalls[-1].seq)


def _findings(connection: Connection, log: int) -> Iterator[_Shown]:
    finding = FINDING.c
    statement = (
        select(finding.id, finding.code, finding.seqs, finding.last_at, *_NAMED)
        .join(PARTY, PARTY.c.id == finding.party_id)
        .where(
            finding.log == log,
            finding.state == FindingState.CONFIRMED.value,
            PARTY.c.uscc.is_not(None),
        )
        .order_by(finding.last_seq, finding.id)
    )
    for row in connection.execute(statement):
        seqs: Any = loads(row.seqs.encode(), bytes_max=_SEQS_BYTES_MAX, depth_max=1)
        yield _Shown(
            reference=f"finding:{row.id}",
            name=row.name_zh,
            uscc=row.uscc,
            evidence="finding",
            shown=row.code,
            on=row.last_at.astimezone(CIVIL_ZONE).date(),
            seqs=tuple(seqs[:_SEQS_MAX]),
        )


def _held(connection: Connection, log: int) -> dict[str, _Shown]:
    """Return what stands of the feed, by reference."""
    fact, code, subject = CREDIT_FACT.c, CREDIT_CODE.c, CREDIT_SUBJECT.c
    statement = (
        select(fact.number, fact.title, fact.decided_on, fact.body, subject.name, code.code)
        .join(CREDIT_SUBJECT, and_(subject.log == fact.log, subject.id == fact.subject_id))
        .join(
            CREDIT_CODE,
            and_(
                code.log == fact.log,
                code.subject_id == fact.subject_id,
                code.scheme == CodeScheme.USCC.value,
            ),
        )
        .where(
            fact.log == log,
            fact.feed == OWN_FEED.id,
            fact.is_latest,
            fact.state == FactState.ACTIVE,
        )
        .order_by(fact.seq, fact.position)
    )
    found = {}
    for row in connection.execute(statement):
        told = told_body(row.body)
        found[row.number] = _Shown(
            reference=row.number,
            name=row.name,
            uscc=row.code,
            evidence=told["grade"],
            shown=row.title,
            on=row.decided_on,
            seqs=tuple(told["details"]["seqs"]),
        )
    return found


def _parties(connection: Connection, ids: set[UUID]) -> Mapping[UUID, tuple[str, str]]:
    """Return name and social credit code of these parties; nothing for one that has none."""
    cards = parties_by_id(connection, ids)
    return {one.id: (one.name_zh, one.uscc) for one in cards.values() if one.uscc}


def _cursor(log: int) -> Select[int]:
    cursor = PROJECTION_CURSOR.c
    return select(cursor.next_seq).where(cursor.log == log, cursor.name == _CURSOR)


def _move(desk: IntakeDesk, seq: int) -> None:
    log = desk.journal.log
    cursor = PROJECTION_CURSOR.c
    with transaction(desk.journal.engine) as connection:
        row = {"log": log, "name": _CURSOR, "next_seq": seq}
        if not insert_once(connection, PROJECTION_CURSOR, row):
            own = update(PROJECTION_CURSOR).where(cursor.log == log, cursor.name == _CURSOR)
            connection.execute(own.values(next_seq=seq))
