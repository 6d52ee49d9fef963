"""What waits for a person to say who it is, each with the likeliest candidates and their reasons.

The rule that must stay true: oldest first, and nothing leaves the queue but by a judgement.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from trace.page_tokens import read_token, write_token
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, and_, func, select

from base.errors import NotFound
from base.strict_json import loads
from credit.judging.entries import Judged
from credit.judging.standing import MentionState, holding_about
from credit.naming.comparing import Side
from credit.naming.finding import Candidate, Wanted, find_by_name
from credit.tables import CREDIT_FACT, CREDIT_JUDGEMENT, CREDIT_MENTION, CREDIT_OWN, CREDIT_SUBJECT

_CODES_BYTES_MAX: Final = 1 << 16
_SEQ_BYTES: Final = 8
_ID_BYTES: Final = 16
_FACTS_SHOWN: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedFact:
    """A fact that hangs on a mention, as far as it helps to see who it is about."""

    id: UUID
    feed: str
    authority: str
    number: str
    title: str
    decided_on: date | None
    seq: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """A party as rows name it. `told_id` is whom its code names all the same."""

    id: UUID
    why: str
    state: str
    kind: str
    name: str
    region: str
    codes: dict[str, str]
    told_id: UUID | None
    subject_id: UUID | None
    facts_count: int
    facts: tuple[NamedFact, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """A judgement with the names of the two that it is about."""

    id: UUID
    node_id: UUID
    is_join: bool
    node_name: str
    subject_id: UUID
    subject_name: str
    is_new: bool
    verdict: str
    state: str
    reason: str
    actor: str
    seq: int
    judged_at: datetime
    undone_at: datetime | None
    undone_by: str | None
    undone_reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A mention with who it may be, and what was said of it so far."""

    mention: Mention
    candidates: tuple[Candidate, ...]
    judgements: tuple[Judgement, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuePage:
    """Some of those that wait; `next_after` is "" on the last page."""

    waiting: tuple[Waiting, ...]
    total: int
    next_after: str


def queue_page(
    connection: Connection, log: int, *, state: str, after: str = "", rows_max: int
) -> QueuePage:
    """Return mentions in a state, the oldest first; raises `InvalidInput` for a wrong `after`."""
    mention = CREDIT_MENTION.c
    own = (mention.log == log, mention.state == state)
    statement = select(CREDIT_MENTION).where(*own).order_by(mention.seq, mention.id)
    if after:
        seq_bytes, id_bytes = read_token(after, _SEQ_BYTES, _ID_BYTES)
        seq, last = int.from_bytes(seq_bytes), UUID(bytes=id_bytes)
        statement = statement.where(
            (mention.seq > seq) | and_(mention.seq == seq, mention.id > last)
        )
    rows = list(connection.execute(statement.limit(rows_max + 1)))
    shown = rows[:rows_max]
    total = connection.execute(select(func.count()).select_from(CREDIT_MENTION).where(*own))
    is_last = len(rows) <= rows_max
    token = "" if is_last else write_token(shown[-1].seq.to_bytes(_SEQ_BYTES), shown[-1].id.bytes)
    return QueuePage(
        waiting=tuple(_waiting(connection, log, row) for row in shown),
        total=total.scalar_one(),
        next_after=token,
    )


def waiting_one(connection: Connection, log: int, mention_id: UUID) -> Waiting:
    """Return one mention; raises `NotFound` where there is none."""
    statement = select(CREDIT_MENTION).where(
        CREDIT_MENTION.c.log == log, CREDIT_MENTION.c.id == mention_id
    )
    row = connection.execute(statement).one_or_none()
    if row is None:
        raise NotFound("Nothing waits under this id.")
    return _waiting(connection, log, row)


def queue_counts(connection: Connection, log: int) -> dict[str, int]:
    """Return how many mentions are in each state."""
    state = CREDIT_MENTION.c.state
    statement = select(state, func.count()).where(CREDIT_MENTION.c.log == log).group_by(state)
    found = dict.fromkeys((MentionState.WAITING, MentionState.UNSURE, MentionState.JUDGED), 0)
    return {**found, **{row[0]: row[1] for row in connection.execute(statement)}}


def judgements_page(
    connection: Connection, log: int, *, after: str = "", rows_max: int
) -> tuple[list[Judgement], str]:
    """Return judgements, the newest first, and what the next page goes on after."""
    judgement = CREDIT_JUDGEMENT.c
    statement = select(CREDIT_JUDGEMENT).where(judgement.log == log)
    if after:
        (seq_bytes,) = read_token(after, _SEQ_BYTES)
        statement = statement.where(judgement.seq < int.from_bytes(seq_bytes))
    rows = list(connection.execute(statement.order_by(judgement.seq.desc()).limit(rows_max + 1)))
    shown = rows[:rows_max]
    token = "" if len(rows) <= rows_max else write_token(shown[-1].seq.to_bytes(_SEQ_BYTES))
    return _judgements(connection, log, shown), token


def judgement_told(connection: Connection, log: int, row: Any) -> Judgement:
    """Return a row as a judgement with its names."""
    return _judgements(connection, log, [row])[0]


def _waiting(connection: Connection, log: int, row: Any) -> Waiting:
    mention = _mention(connection, log, row)
    said = holding_about(connection, log, row.id)
    denied = {one.subject_id for one in said if one.verdict == Judged.NEGATIVE.value}
    wanted = Wanted(
        side=Side(name=mention.name, region=mention.region),
        codes=mention.codes,
        also=() if row.told_id is None else (row.told_id,),
    )
    found = find_by_name(connection, log, wanted)
    return Waiting(
        mention=mention,
        candidates=tuple(one for one in found if one.subject_id not in denied),
        judgements=tuple(_judgements(connection, log, said)),
    )


def _mention(connection: Connection, log: int, row: Any) -> Mention:
    of_own = and_(CREDIT_OWN.c.log == CREDIT_FACT.c.log, CREDIT_OWN.c.thing_id == CREDIT_FACT.c.id)
    hanging = (
        CREDIT_OWN.c.log == log,
        CREDIT_OWN.c.node_id == row.id,
        CREDIT_FACT.c.is_latest,
    )
    count = select(func.count()).select_from(CREDIT_FACT).join(CREDIT_OWN, of_own).where(*hanging)
    statement = (
        select(CREDIT_FACT)
        .join(CREDIT_OWN, of_own)
        .where(*hanging)
        .order_by(CREDIT_FACT.c.decided_on.desc(), CREDIT_FACT.c.id)
        .limit(_FACTS_SHOWN)
    )
    return Mention(
        id=row.id,
        why=row.why,
        state=row.state,
        kind=row.kind,
        name=row.name,
        region=row.region,
        codes=_codes(row.codes),
        told_id=row.told_id,
        subject_id=row.subject_id,
        facts_count=connection.execute(count).scalar_one(),
        facts=tuple(
            NamedFact(
                id=fact.id,
                feed=fact.feed,
                authority=fact.authority_name,
                number=fact.number,
                title=fact.title,
                decided_on=fact.decided_on,
                seq=fact.seq,
            )
            for fact in connection.execute(statement)
        ),
    )


def _codes(text: str) -> dict[str, str]:
    told: Any = loads(text.encode(), bytes_max=_CODES_BYTES_MAX, depth_max=1)
    return dict(told)


def _judgements(connection: Connection, log: int, rows: Sequence[Any]) -> list[Judgement]:
    ids = sorted({one for row in rows for one in (row.node_id, row.subject_id)})
    names: dict[UUID, str] = {}
    for table in (CREDIT_SUBJECT, CREDIT_MENTION):
        statement = select(table.c.id, table.c.name).where(table.c.log == log, table.c.id.in_(ids))
        names.update({row.id: row.name for row in connection.execute(statement)})
    return [
        Judgement(
            id=row.id,
            node_id=row.node_id,
            is_join=row.is_join,
            node_name=names.get(row.node_id, ""),
            subject_id=row.subject_id,
            subject_name=names.get(row.subject_id) or names.get(row.node_id, ""),
            is_new=row.is_new,
            verdict=row.verdict,
            state=row.state,
            reason=row.reason,
            actor=row.actor,
            seq=row.seq,
            judged_at=row.judged_at,
            undone_at=row.undone_at,
            undone_by=row.undone_by,
            undone_reason=row.undone_reason,
        )
        for row in rows
    ]
