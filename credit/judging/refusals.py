"""Why a judgement cannot be: one answer for whoever asks and for the fold.

The rule that must stay true: what is refused at the door is void in the fold, and nothing else is;
so of two people who judge at once the second one has no effect.
"""

from sqlalchemy import Connection, select

from base.errors import Problem
from credit.feeds.model import SubjectKind
from credit.judging.entries import Judged, JudgedNote
from credit.judging.parting import parted_by_judging
from credit.judging.standing import followed, holding_about
from credit.tables import CREDIT_MENTION, CREDIT_SUBJECT


def refusal_of(connection: Connection, log: int, note: JudgedNote) -> Problem | None:
    """Return why a judgement cannot be made; None where it can."""
    problem = _about_whom(connection, log, note) or _against(connection, log, note)
    if problem is None and note.keeps_cases:
        problem = parted_by_judging(connection, log, note)
    return problem


def _about_whom(connection: Connection, log: int, note: JudgedNote) -> Problem | None:
    kinds = [_kind(connection, log, note.node_id)] if note.is_join else []
    if not note.is_new:
        kinds.append(_kind(connection, log, note.subject_id))
    if None in kinds:
        return _problem("subject", "unknown", "nobody is known under this id")
    if SubjectKind.PERSON.value in kinds:
        return _problem("subject", "person", "a natural person is known by the number alone")
    if not note.is_join and not _is_mention(connection, log, note):
        return _problem("mention", "unknown", "nothing waits under this id")
    if note.is_new and (note.is_join or note.verdict is not Judged.POSITIVE):
        return _problem("verdict", "new", "a new party is what a mention is, or it is none")
    return None


def _against(connection: Connection, log: int, note: JudgedNote) -> Problem | None:
    """Return what was judged before that a judgement contradicts."""
    for one in holding_about(connection, log, note.node_id):
        if one.verdict == Judged.POSITIVE.value and note.verdict is Judged.POSITIVE:
            return _problem("verdict", "judged", "it was said already who this is; undo that first")
        if one.subject_id == note.subject_id and one.verdict != Judged.UNSURE.value:
            return _problem("verdict", "judged", "these two were judged already; undo that first")
    if note.is_join and _is_joined(connection, log, note):
        return _problem("subject", "joined", "the two are one party already, or joined to others")
    return None


def _is_joined(connection: Connection, log: int, note: JudgedNote) -> bool:
    if note.node_id == note.subject_id:
        return True
    if note.verdict is not Judged.POSITIVE:
        return False
    return (
        followed(connection, log, note.node_id) != note.node_id
        or followed(connection, log, note.subject_id) == note.node_id
    )


def _kind(connection: Connection, log: int, subject_id: object) -> str | None:
    statement = select(CREDIT_SUBJECT.c.kind).where(
        CREDIT_SUBJECT.c.log == log, CREDIT_SUBJECT.c.id == subject_id
    )
    return connection.execute(statement).scalar()


def _is_mention(connection: Connection, log: int, note: JudgedNote) -> bool:
    statement = select(CREDIT_MENTION.c.id).where(
        CREDIT_MENTION.c.log == log, CREDIT_MENTION.c.id == note.node_id
    )
    return connection.execute(statement).first() is not None


def _problem(path: str, code: str, message: str) -> Problem:
    return Problem(path=path, code=code, message=message)
