"""Watches as their subscriber keeps them: added with a reason, listed, given up.

The rule that must stay true: a subscriber sees and changes its own watches alone; a natural person
is watched by nobody, and a batch of codes is added whole or not at all.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, TypeVar
from uuid import UUID

from sqlalchemy import Connection, Engine, Row, delete, func, insert, select

from base.db import transaction
from base.errors import Conflict, InvalidInput, Problem
from codes.model import CodeError
from codes.schemes.cn_uscc import parse_uscc
from credit.feeds.model import CodeScheme, SubjectKind
from credit.refusal_words import sentence_zh
from credit.tables import CREDIT_ALIAS, CREDIT_CODE, CREDIT_SUBJECT
from credit.watching.limits import limit_on
from credit.watching.positions import Position
from credit.watching.tables import CREDIT_WATCH, PURPOSE_CHARS_MAX
from parties.actors import Actor

_KEYS: Final = 400
_Key = TypeVar("_Key", str, UUID)
_FAULTS_MAX: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """A party that a subscriber watches, why, and from where on it is told of it."""

    code: str
    purpose: str
    since: Position
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """A party that a code names: the codes it is known by and whom it stands as."""

    subject_id: UUID
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """What came of adding codes: how many are new, and how many were watched already."""

    added: int
    known: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Codes that a subscriber wants to watch from a position on, and why.

    `places` are how a refusal names each of them, by their order unless they are told.
    """

    codes: Sequence[str]
    purpose: str
    since: Position
    day: date
    now: datetime
    places: Sequence[str] = ()

    def place(self, at: int) -> str:
        """Return how a refusal names a code."""
        return self.places[at] if self.places else f"codes[{at}]"


def add_watches(engine: Engine, log: int, actor: Actor, wanted: Wanted) -> Added:
    """Watch these parties; what is watched already stays as it is.

    Raises `InvalidInput` with the place of every code that is none, or is a natural person's, and
    `Conflict` where it would be more than a subscriber of this role may watch.
    """
    limit = limit_on(actor.role, wanted.day)
    purpose = wanted.purpose.strip()
    if not 0 < len(purpose) <= PURPOSE_CHARS_MAX:
        raise _refusal([_problem("purpose", "required", "Say why these parties are watched.")])
    if not 0 < len(wanted.codes) <= limit.at_once:
        message = f"At least one code and at most {limit.at_once} are added at once."
        raise _refusal([_problem("codes", "range", message)])
    codes = _codes(wanted)
    with transaction(engine) as connection:
        _refuse_persons(connection, log, codes, wanted)
        held = {one.code for one in watches_of(connection, log, actor)}
        fresh = sorted(set(codes) - held)
        if len(held) + len(fresh) > limit.watches:
            raise Conflict(f"At most {limit.watches} parties are watched; give up others first.")
        rows = [_values(log, actor, code, purpose, wanted) for code in fresh]
        if rows:
            connection.execute(insert(CREDIT_WATCH), rows)
    return Added(added=len(fresh), known=len(set(codes)) - len(fresh))


def remove_watch(engine: Engine, log: int, actor: Actor, code: str) -> bool:
    """Give up a watch; return whether there was one. What was not told by then is told no more."""
    own = CREDIT_WATCH.c
    statement = delete(CREDIT_WATCH).where(
        own.log == log, own.actor == actor.id, own.code == code.strip().upper()
    )
    with transaction(engine) as connection:
        return connection.execute(statement).rowcount > 0


def watches_of(
    connection: Connection, log: int, actor: Actor, *, after: str = "", rows_max: int | None = None
) -> list[Watch]:
    """Return the watches of a subscriber by code, behind `after`."""
    own = CREDIT_WATCH.c
    statement = (
        select(CREDIT_WATCH)
        .where(own.log == log, own.actor == actor.id, own.code > after)
        .order_by(own.code)
    )
    if rows_max is not None:
        statement = statement.limit(rows_max)
    return [_watch(row) for row in connection.execute(statement)]


def watches_among(
    connection: Connection, log: int, actor: Actor, parties: Collection[UUID]
) -> list[Watch]:
    """Return those of a subscriber's watches, by code, that name one of these parties."""
    own, found = CREDIT_WATCH.c, dict[str, Watch]()
    # One step after the other and no join: each is a look into an index, whatever the sizes are.
    for keys in _pieces(_codes_of(connection, log, parties)):
        statement = select(CREDIT_WATCH).where(
            own.log == log, own.actor == actor.id, own.code.in_(keys)
        )
        found |= {row.code: _watch(row) for row in connection.execute(statement)}
    return [found[one] for one in sorted(found)]


def _codes_of(connection: Connection, log: int, parties: Collection[UUID]) -> set[str]:
    """Return the codes of parties, and of whoever was joined to one of them and stands as it."""
    code, alias, found = CREDIT_CODE.c, CREDIT_ALIAS.c, set[str]()
    for keys in _pieces(parties):
        joined = select(alias.subject_id).where(alias.log == log, alias.into_id.in_(keys))
        for some in _pieces({*keys, *connection.execute(joined).scalars()}):
            # With a column that no key holds: else SQLite would read all codes, as they are there.
            codes = select(code.code, code.seq).where(
                code.log == log,
                code.subject_id.in_(some),
                code.scheme == CodeScheme.USCC.value,
            )
            found |= set(connection.execute(codes).scalars())
    return found


def watch_of(connection: Connection, log: int, actor: Actor, code: str) -> Watch | None:
    """Return a subscriber's watch of a code, None where it keeps none."""
    own = CREDIT_WATCH.c
    statement = select(CREDIT_WATCH).where(
        own.log == log, own.actor == actor.id, own.code == code.strip().upper()
    )
    row = connection.execute(statement).one_or_none()
    return None if row is None else _watch(row)


def count_watches(connection: Connection, log: int, actor: Actor) -> int:
    """Return how many parties a subscriber watches."""
    own = CREDIT_WATCH.c
    statement = select(func.count()).where(own.log == log, own.actor == actor.id)
    return int(connection.execute(statement).scalar_one())


def parties_of(
    connection: Connection, log: int, codes: Collection[str]
) -> Mapping[str, tuple[Party, ...]]:
    """Return whom these codes name: organisations alone, as they stand by now."""
    found: dict[str, dict[UUID, Party]] = {}
    for row in _named(connection, log, codes):
        if row.kind != SubjectKind.PERSON:
            found.setdefault(row.code, {})[row.id] = Party(subject_id=row.id, name=row.name)
    return {
        code: tuple(sorted(parties.values(), key=lambda one: one.subject_id))
        for code, parties in found.items()
    }


def _named(
    connection: Connection, log: int, codes: Collection[str]
) -> Iterator[Row[*tuple[Any, ...]]]:
    code, alias, subject = CREDIT_CODE.c, CREDIT_ALIAS.c, CREDIT_SUBJECT.c
    party = func.coalesce(alias.into_id, code.subject_id)
    wanted = sorted(codes)
    for start in range(0, len(wanted), _KEYS):
        statement = (
            select(code.code, subject.id, subject.name, subject.kind)
            .select_from(CREDIT_CODE)
            .outerjoin(
                CREDIT_ALIAS, (alias.log == code.log) & (alias.subject_id == code.subject_id)
            )
            .join(CREDIT_SUBJECT, (subject.log == code.log) & (subject.id == party))
            .where(
                code.log == log,
                code.scheme == CodeScheme.USCC.value,
                code.code.in_(wanted[start : start + _KEYS]),
            )
        )
        yield from connection.execute(statement)


def _pieces(keys: Collection[_Key]) -> Iterator[Sequence[_Key]]:
    wanted = sorted(keys)
    for start in range(0, len(wanted), _KEYS):
        yield wanted[start : start + _KEYS]


def _refuse_persons(connection: Connection, log: int, codes: Sequence[str], wanted: Wanted) -> None:
    persons = {row.code for row in _named(connection, log, codes) if row.kind == SubjectKind.PERSON}
    problems = [
        _problem(wanted.place(at), "person", "A natural person is watched by nobody.")
        for at, code in enumerate(codes)
        if code in persons
    ]
    if problems:
        raise _refusal(problems)


def _codes(wanted: Wanted) -> list[str]:
    found, problems = list[str](), list[Problem]()
    for at, one in enumerate(wanted.codes):
        try:
            found.append(parse_uscc(one.strip()).text)
        except CodeError as error:
            message = f"This is no social credit code: {error.message}."
            problems.append(_problem(wanted.place(at), "invalid", message))
    if problems:
        raise _refusal(problems)
    return found


def _values(
    log: int, actor: Actor, code: str, purpose: str, wanted: Wanted
) -> Mapping[str, object]:
    return {
        "log": log,
        "actor": actor.id,
        "code": code,
        "purpose": purpose,
        "since_seq": wanted.since.seq,
        "since_on": wanted.since.day,
        "since_night": wanted.since.night,
        "created_at": wanted.now,
    }


def _watch(row: Row[*tuple[Any, ...]]) -> Watch:
    return Watch(
        code=row.code,
        purpose=row.purpose,
        since=Position(seq=row.since_seq, day=row.since_on, night=row.since_night),
        created_at=row.created_at,
    )


def _refusal(problems: Sequence[Problem]) -> InvalidInput:
    return InvalidInput(problems[0].message, problems=tuple(problems[:_FAULTS_MAX]))


def _problem(path: str, code: str, message: str) -> Problem:
    return Problem(path=path, code=code, message=message, message_zh=sentence_zh(message))
