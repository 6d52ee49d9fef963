"""Where a mention or a party stands by the judgements that hold.

The rule that must stay true: an answer follows from the judgements that hold alone, whatever was
said and undone before; so undoing one leaves everything as if it had never been made.
"""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Row, and_, or_, select

from credit.judging.entries import Judged
from credit.tables import CREDIT_ALIAS, CREDIT_JUDGEMENT, CREDIT_MENTION

_KEYS: Final = 900


class JudgementState:
    """Whether a judgement holds: these words are stored."""

    HOLDS: Final = "holds"
    UNDONE: Final = "undone"
    REPLACED: Final = "replaced"
    VOID: Final = "void"


class MentionState:
    """Whether a mention waits for a person: these words are stored."""

    WAITING: Final = "waiting"
    UNSURE: Final = "unsure"
    JUDGED: Final = "judged"


def stands_as(connection: Connection, log: int, subject_id: UUID) -> UUID:
    """Return the party that a party is by now: itself, unless a person joined it to another."""
    return aliases_of(connection, log, [subject_id]).get(subject_id, subject_id)


def aliases_of(connection: Connection, log: int, ids: Iterable[UUID]) -> dict[UUID, UUID]:
    """Return those of these parties that were joined to another, with the other."""
    wanted, found = sorted(set(ids)), {}
    for start in range(0, len(wanted), _KEYS):
        some = CREDIT_ALIAS.c.subject_id.in_(wanted[start : start + _KEYS])
        statement = select(CREDIT_ALIAS.c.subject_id, CREDIT_ALIAS.c.into_id)
        rows = connection.execute(statement.where(CREDIT_ALIAS.c.log == log, some))
        found.update({row.subject_id: row.into_id for row in rows})
    return found


def followed(connection: Connection, log: int, subject_id: UUID) -> UUID:
    """Return where a party leads by the joins that hold, one after the other."""
    seen = {subject_id}
    here = subject_id
    while True:
        step = _holding(connection, log, here, verdict=Judged.POSITIVE, is_join=True)
        if not step or step[0].subject_id in seen:
            return here
        here = step[0].subject_id
        seen.add(here)


def joined_into(connection: Connection, log: int, subject_id: UUID) -> list[UUID]:
    """Return a party and every one that was joined to it, straight or by another; in order."""
    found, edge = {subject_id}, [subject_id]
    while edge:
        statement = select(CREDIT_JUDGEMENT.c.node_id).where(
            *_holds(log),
            CREDIT_JUDGEMENT.c.is_join,
            CREDIT_JUDGEMENT.c.verdict == Judged.POSITIVE.value,
            CREDIT_JUDGEMENT.c.subject_id.in_(edge),
        )
        edge = [one for one in connection.execute(statement).scalars() if one not in found]
        found.update(edge)
    return sorted(found)


def stood_as(connection: Connection, log: int, subject_id: UUID, seq: int) -> UUID:
    """Return the party that a party was when an entry came: by the joins that held then."""
    row = CREDIT_JUDGEMENT.c
    held = and_(row.seq < seq, or_(row.undone_seq.is_(None), row.undone_seq > seq))
    return _led(connection, log, subject_id, held)


def stood_at(connection: Connection, log: int, subject_id: UUID, known_at: datetime) -> UUID:
    """Return the party that a party was at an instant: by the joins that held then."""
    row = CREDIT_JUDGEMENT.c
    held = and_(row.judged_at <= known_at, or_(row.undone_at.is_(None), row.undone_at > known_at))
    return _led(connection, log, subject_id, held)


def who_it_is(connection: Connection, log: int, mention: Row[*tuple[Any, ...]]) -> UUID | None:
    """Return the party that a mention is by now; None where it is nobody's."""
    named = named_by(connection, log, mention)
    return None if named is None else followed(connection, log, named)


def named_by(
    connection: Connection,
    log: int,
    mention: Row[*tuple[Any, ...]],
    *,
    without: UUID | None = None,
) -> UUID | None:
    """Return whom a person said that a mention is, or whom its code names.

    None where nobody said, or where a person said that it is not whom its code names. `without` is
    a judgement that is left out.
    """
    said = [one for one in holding_about(connection, log, mention.id) if one.id != without]
    for one in said:
        if one.verdict == Judged.POSITIVE.value:
            named: UUID = one.subject_id
            return named
    told: UUID | None = mention.told_id
    denied = {one.subject_id for one in said if one.verdict == Judged.NEGATIVE.value}
    return None if told is None or told in denied else told


def state_of_mention(connection: Connection, log: int, mention: Row[*tuple[Any, ...]]) -> str:
    """Return whether a mention waits for a person."""
    verdicts = {one.verdict for one in holding_about(connection, log, mention.id)}
    if Judged.POSITIVE.value in verdicts:
        return MentionState.JUDGED
    return MentionState.UNSURE if Judged.UNSURE.value in verdicts else MentionState.WAITING


def holding_about(connection: Connection, log: int, node_id: UUID) -> list[Any]:
    """Return the judgements about a mention or party that hold, oldest first."""
    return _holding(connection, log, node_id)


def mentions_of(
    connection: Connection, log: int, subjects: Collection[UUID]
) -> list[Row[*tuple[Any, ...]]]:
    """Return the mentions that are, or by their codes would be, one of these parties."""
    wanted = sorted(subjects)
    by_code = select(CREDIT_MENTION.c.id).where(
        CREDIT_MENTION.c.log == log, CREDIT_MENTION.c.told_id.in_(wanted)
    )
    by_person = select(CREDIT_JUDGEMENT.c.node_id).where(
        *_holds(log), CREDIT_JUDGEMENT.c.subject_id.in_(wanted)
    )
    ids = {*connection.execute(by_code).scalars(), *connection.execute(by_person).scalars()}
    statement = (
        select(CREDIT_MENTION)
        .where(CREDIT_MENTION.c.log == log, CREDIT_MENTION.c.id.in_(sorted(ids)))
        .order_by(CREDIT_MENTION.c.id)
    )
    return list(connection.execute(statement))


def _led(connection: Connection, log: int, subject_id: UUID, held: ColumnElement[bool]) -> UUID:
    """Return where a party led by the joins that `held`, one after the other."""
    row, here, seen = CREDIT_JUDGEMENT.c, subject_id, {subject_id}
    while True:
        step = select(row.subject_id).where(
            row.log == log,
            row.node_id == here,
            row.is_join,
            row.verdict == Judged.POSITIVE.value,
            row.state.in_((JudgementState.HOLDS, JudgementState.UNDONE)),
            held,
        )
        then = connection.execute(step.order_by(row.seq)).scalar()
        if then is None or then in seen:
            return here
        here = then
        seen.add(here)


def _holding(
    connection: Connection,
    log: int,
    node_id: UUID,
    *,
    verdict: Judged | None = None,
    is_join: bool | None = None,
) -> list[Any]:
    statement = (
        select(CREDIT_JUDGEMENT)
        .where(*_holds(log), CREDIT_JUDGEMENT.c.node_id == node_id)
        .order_by(CREDIT_JUDGEMENT.c.seq)
    )
    if verdict is not None:
        statement = statement.where(CREDIT_JUDGEMENT.c.verdict == verdict.value)
    if is_join is not None:
        statement = statement.where(CREDIT_JUDGEMENT.c.is_join.is_(is_join))
    return list(connection.execute(statement))


def _holds(log: int) -> tuple[Any, ...]:
    return (and_(CREDIT_JUDGEMENT.c.log == log, CREDIT_JUDGEMENT.c.state == JudgementState.HOLDS),)
