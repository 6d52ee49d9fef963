"""Judgements made into rows: facts move with them, and back when they are undone.

The rule that must stay true: a fact that moves gets a new version with the entry that moved it, so
that what was known before stays known; and where it stands follows from the judgements that hold.
"""

from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, delete, or_, select, update

from base.bulk import insert_rows
from credit.folding.applying import review_applications
from credit.folding.naming import note_names
from credit.folding.owning import own_things
from credit.folding.versions import FACT_COLUMNS, no_longer_latest
from credit.judging.entries import Judged, JudgedNote, judged_of, undone_of
from credit.judging.refusals import refusal_of
from credit.judging.standing import (
    JudgementState,
    followed,
    joined_into,
    mentions_of,
    state_of_mention,
    who_it_is,
)
from credit.tables import (
    CREDIT_ALIAS,
    CREDIT_APPLICATION,
    CREDIT_CASE,
    CREDIT_FACT,
    CREDIT_JUDGEMENT,
    CREDIT_MENTION,
    CREDIT_NAME,
    CREDIT_OWN,
    CREDIT_SUBJECT,
)
from ledger.store import StoredEntry

_KEYS: Final = 900
_UNVERSIONED: Final = (CREDIT_APPLICATION, CREDIT_CASE)


def fold_judged(connection: Connection, log: int, entry: StoredEntry) -> None:
    """Write a judgement, and move what it moves; one that cannot be is void."""
    note = judged_of(entry)
    is_void = refusal_of(connection, log, note) is not None
    if not is_void:
        _replace_unsure(connection, log, note)
    values = {
        "log": log,
        "id": note.judgement_id,
        "node_id": note.node_id,
        "is_join": note.is_join,
        "subject_id": note.subject_id,
        "is_new": note.is_new,
        "verdict": note.verdict.value,
        "state": JudgementState.VOID if is_void else JudgementState.HOLDS,
        "reason": note.reason,
        "actor": entry.header.actor,
        "seq": entry.seq,
        "judged_at": entry.header.recorded_at,
    }
    connection.execute(CREDIT_JUDGEMENT.insert().values(values))
    if is_void:
        return
    if note.is_new:
        _make_known(connection, log, entry.seq, note)
    _settle(connection, log, entry, note.node_id, is_join=note.is_join)


def fold_undone(connection: Connection, log: int, entry: StoredEntry) -> None:
    """Let a judgement hold no more: the first time counts."""
    note = undone_of(entry)
    own = (
        CREDIT_JUDGEMENT.c.log == log,
        CREDIT_JUDGEMENT.c.id == note.judgement_id,
        CREDIT_JUDGEMENT.c.state == JudgementState.HOLDS,
    )
    row = connection.execute(select(CREDIT_JUDGEMENT).where(*own)).one_or_none()
    if row is None:
        return
    undone = {
        "state": JudgementState.UNDONE,
        "undone_seq": entry.seq,
        "undone_at": entry.header.recorded_at,
        "undone_by": entry.header.actor,
        "undone_reason": note.reason,
    }
    connection.execute(update(CREDIT_JUDGEMENT).where(*own).values(undone))
    _settle(connection, log, entry, row.node_id, is_join=row.is_join)
    if row.is_new:
        _forget_unused(connection, log, row.subject_id)


def _replace_unsure(connection: Connection, log: int, note: JudgedNote) -> None:
    """Let what was unsure hold no more: about the same two, or once it is known who it is."""
    own = update(CREDIT_JUDGEMENT).where(
        CREDIT_JUDGEMENT.c.log == log,
        CREDIT_JUDGEMENT.c.node_id == note.node_id,
        CREDIT_JUDGEMENT.c.state == JudgementState.HOLDS,
        CREDIT_JUDGEMENT.c.verdict == Judged.UNSURE.value,
    )
    if note.verdict is not Judged.POSITIVE:
        own = own.where(CREDIT_JUDGEMENT.c.subject_id == note.subject_id)
    connection.execute(own.values(state=JudgementState.REPLACED))


def _make_known(connection: Connection, log: int, seq: int, note: JudgedNote) -> None:
    """Make a party of a mention. It bears no code: what its rows say is its mention's alone."""
    mention = connection.execute(
        select(CREDIT_MENTION).where(
            CREDIT_MENTION.c.log == log, CREDIT_MENTION.c.id == note.node_id
        )
    ).one()
    connection.execute(
        CREDIT_SUBJECT.insert().values(
            log=log,
            id=note.subject_id,
            kind=mention.kind,
            name=mention.name,
            region=mention.region,
            industry="",
            is_registered=False,
            seq=seq,
        )
    )
    named = [(note.subject_id, mention.name)]
    note_names(connection, log, seq, named, naming=note.naming)


def _forget_unused(connection: Connection, log: int, subject_id: UUID) -> None:
    """Take away a party that a judgement made, once no judgement names it and nothing is its."""
    used = select(CREDIT_JUDGEMENT.c.id).where(
        CREDIT_JUDGEMENT.c.log == log,
        CREDIT_JUDGEMENT.c.state == JudgementState.HOLDS,
        or_(CREDIT_JUDGEMENT.c.subject_id == subject_id, CREDIT_JUDGEMENT.c.node_id == subject_id),
    )
    # What was opened for it is its history, and has to find its name.
    kept = [
        select(table.c.id).where(table.c.log == log, table.c.subject_id == subject_id)
        for table in _UNVERSIONED
    ]
    if all(connection.execute(one.limit(1)).first() is None for one in (used, *kept)):
        connection.execute(
            delete(CREDIT_NAME).where(
                CREDIT_NAME.c.log == log, CREDIT_NAME.c.subject_id == subject_id
            )
        )
        connection.execute(
            delete(CREDIT_SUBJECT).where(
                CREDIT_SUBJECT.c.log == log, CREDIT_SUBJECT.c.id == subject_id
            )
        )


def _settle(
    connection: Connection, log: int, entry: StoredEntry, node_id: UUID, *, is_join: bool
) -> None:
    """Let everything of a node stand where the judgements that hold say."""
    touched: set[UUID] = set()
    if not is_join:
        statement = select(CREDIT_MENTION).where(
            CREDIT_MENTION.c.log == log, CREDIT_MENTION.c.id == node_id
        )
        touched |= _settle_mention(connection, log, entry, connection.execute(statement).one())
    else:
        joined = joined_into(connection, log, node_id)
        for subject_id in joined:
            touched |= _settle_subject(connection, log, entry, subject_id)
        for mention in mentions_of(connection, log, joined):
            touched |= _settle_mention(connection, log, entry, mention)
    review_applications(connection, log, touched, entry.header.recorded_at)


def _settle_mention(
    connection: Connection, log: int, entry: StoredEntry, mention: Any
) -> set[UUID]:
    subject_id = who_it_is(connection, log, mention)
    connection.execute(
        update(CREDIT_MENTION)
        .where(CREDIT_MENTION.c.log == log, CREDIT_MENTION.c.id == mention.id)
        .values(state=state_of_mention(connection, log, mention), subject_id=subject_id)
    )
    return _move(connection, log, entry, mention.id, subject_id)


def _settle_subject(
    connection: Connection, log: int, entry: StoredEntry, subject_id: UUID
) -> set[UUID]:
    into_id = followed(connection, log, subject_id)
    own = (CREDIT_ALIAS.c.log == log, CREDIT_ALIAS.c.subject_id == subject_id)
    connection.execute(delete(CREDIT_ALIAS).where(*own))
    if into_id != subject_id:
        connection.execute(
            CREDIT_ALIAS.insert().values(log=log, subject_id=subject_id, into_id=into_id)
        )
    _own_everything(connection, log, subject_id)
    return _move(connection, log, entry, subject_id, into_id)


def _own_everything(connection: Connection, log: int, subject_id: UUID) -> None:
    """Note that what stands with a party and is nobody else's by its own words is the party's."""
    known = select(CREDIT_OWN.c.thing_id).where(CREDIT_OWN.c.log == log)
    found: list[UUID] = []
    for table in (CREDIT_FACT, *_UNVERSIONED):
        statement = select(table.c.id).where(
            table.c.log == log, table.c.subject_id == subject_id, table.c.id.not_in(known)
        )
        if table is CREDIT_FACT:
            statement = statement.where(CREDIT_FACT.c.is_latest)
        found += connection.execute(statement).scalars()
    own_things(connection, log, [(one, subject_id) for one in sorted(found)])


def _move(
    connection: Connection, log: int, entry: StoredEntry, node_id: UUID, subject_id: UUID | None
) -> set[UUID]:
    """Let what is of a node stand with a party; return whom something left or came to."""
    statement = select(CREDIT_OWN.c.thing_id).where(
        CREDIT_OWN.c.log == log, CREDIT_OWN.c.node_id == node_id
    )
    things = sorted(connection.execute(statement).scalars())
    touched: set[UUID] = set()
    for start in range(0, len(things), _KEYS):
        some = things[start : start + _KEYS]
        touched |= _move_facts(connection, log, entry, some, subject_id)
        for table in _UNVERSIONED:
            moved = update(table).where(table.c.log == log, table.c.id.in_(some))
            connection.execute(moved.values(subject_id=subject_id))
    return touched


def _move_facts(
    connection: Connection, log: int, entry: StoredEntry, ids: list[UUID], subject_id: UUID | None
) -> set[UUID]:
    statement = select(CREDIT_FACT).where(
        CREDIT_FACT.c.log == log,
        CREDIT_FACT.c.id.in_(ids),
        CREDIT_FACT.c.is_latest,
        CREDIT_FACT.c.subject_id.is_distinct_from(subject_id),
    )
    rows = [dict(row._mapping) for row in connection.execute(statement)]  # noqa: SLF001 -- SQLAlchemy's public name
    no_longer_latest(connection, log, [row["id"] for row in rows])
    changed = {
        "is_latest": True,
        "seq": entry.seq,
        "recorded_at": entry.header.recorded_at,
        "subject_id": subject_id,
    }
    moved = [{**row, **changed, "version": row["version"] + 1} for row in rows]
    values = [tuple(row[name] for name in FACT_COLUMNS) for row in moved]
    insert_rows(connection, CREDIT_FACT, FACT_COLUMNS, values)
    left = {row["subject_id"] for row in rows}
    return {one for one in (*left, subject_id) if one is not None} if rows else set()
