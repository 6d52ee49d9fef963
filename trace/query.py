"""The event query of EPCIS 2.0 (ISO/IEC 19987 8.2.7): one row of a table for each parameter.

One rule: a filter never tells more than the answer would. Whatever is compared here is public, or
belongs to a code that its asker already holds.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from trace.events.model import Role
from trace.events.times import read_instant
from trace.identifiers import find_ids, key_of
from trace.page_tokens import read_instant as read_token_instant
from trace.page_tokens import read_token, refused_token, write_instant, write_token
from trace.partners import SIDE_ROLES, own_side_ids
from trace.reading import ReadEvent, read_events
from trace.tables import EVENT, EVENT_ITEM
from trace.types import ACTION_OF, EVENT_TYPE_OF
from typing import Final, TypeAlias

from sqlalchemy import ColumnElement, Connection, and_, false, or_, select

from base.errors import InvalidInput, NotFound, Problem
from codes.canonical import uris_of_text
from codes.model import Category, CodeError
from ledger.parts import Part
from parties.access import Action, has_role_for
from parties.actors import Actor
from schemas.cbv import BIZ_STEP, DISPOSITION, STANDARD_PREFIXES, Vocabulary, canonical_word

PER_PAGE_DEFAULT: Final = 30

_SAME_ID_MAX: Final = 50

Condition: TypeAlias = ColumnElement[bool]
_Build: TypeAlias = Callable[["_Asked"], Condition]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """One parameter as it was asked: its values, and where to look identifiers up."""

    name: str
    values: Sequence[str]
    connection: Connection
    log: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page of events, newest first, and the token of the next one."""

    events: tuple[ReadEvent, ...]
    next_token: str | None


def _time(column: str, *, is_from: bool) -> _Build:
    def build(asked: _Asked) -> Condition:
        instant = _instant(asked)
        return EVENT.c[column] >= instant if is_from else EVENT.c[column] < instant

    return build


def _number(column: str, numbers: Mapping[str, int]) -> _Build:
    def build(asked: _Asked) -> Condition:
        unknown = [value for value in asked.values if value not in numbers]
        if unknown:
            raise refused(asked.name, f"has the values {', '.join(numbers)}")
        return EVENT.c[column].in_([int(numbers[value]) for value in asked.values])

    return build


def _word(column: str, vocabulary: Vocabulary) -> _Build:
    def build(asked: _Asked) -> Condition:
        words = [canonical_word(vocabulary, value, STANDARD_PREFIXES) for value in asked.values]
        return EVENT.c[column].in_(words)

    return build


def _place(column: str) -> _Build:
    def build(asked: _Asked) -> Condition:
        return EVENT.c[column].in_(_ids(asked, Category.PLACE))

    return build


def _named(*roles: Role) -> _Build:
    def build(asked: _Asked) -> Condition:
        naming = select(EVENT_ITEM.c.seq).where(
            EVENT_ITEM.c.log == asked.log,
            EVENT_ITEM.c.item.in_(_ids(asked)),
            EVENT_ITEM.c.role.in_([int(role) for role in roles]),
        )
        return EVENT.c.seq.in_(naming)

    return build


PARAMETERS: Final[Mapping[str, _Build]] = {
    "eventType": _number("type", EVENT_TYPE_OF),
    "GE_eventTime": _time("event_at", is_from=True),
    "LT_eventTime": _time("event_at", is_from=False),
    "GE_recordTime": _time("recorded_at", is_from=True),
    "LT_recordTime": _time("recorded_at", is_from=False),
    "EQ_action": _number("action", ACTION_OF),
    "EQ_bizStep": _word("biz_step", BIZ_STEP),
    "EQ_disposition": _word("disposition", DISPOSITION),
    "EQ_readPoint": _place("read_point"),
    "EQ_bizLocation": _place("biz_location"),
    "MATCH_epc": _named(Role.EPC, Role.CHILD),
    "MATCH_parentID": _named(Role.PARENT),
    "MATCH_inputEPC": _named(Role.INPUT),
    "MATCH_outputEPC": _named(Role.OUTPUT),
    "MATCH_anyEPC": _named(Role.EPC, Role.CHILD, Role.PARENT, Role.INPUT, Role.OUTPUT),
    "MATCH_epcClass": _named(Role.EPC_CLASS, Role.CHILD_CLASS),
    "MATCH_inputEPCClass": _named(Role.INPUT_CLASS),
    "MATCH_outputEPCClass": _named(Role.OUTPUT_CLASS),
    "MATCH_anyEPCClass": _named(
        Role.EPC_CLASS, Role.CHILD_CLASS, Role.INPUT_CLASS, Role.OUTPUT_CLASS
    ),
}
"""Parameters by name; several values are written with `|` between them and mean "one of"."""


def query_events(
    connection: Connection,
    log: int,
    asked: Mapping[str, str],
    actor: Actor,
    *,
    per_page: int,
    values_max: int,
    token: str | None,
) -> Page:
    """Return the events that fit every parameter, newest event first.

    Raises `InvalidInput` for an unknown parameter, a bad value, or a token of another query.
    """
    fingerprint = _fingerprint(asked)
    conditions = [EVENT.c.log == log]
    if not has_role_for(actor, Action.BROWSE) and not any(n.startswith("MATCH_") for n in asked):
        conditions.append(_is_near(connection, log, actor))
    for name, text in asked.items():
        build = PARAMETERS.get(name)
        if build is None:
            raise refused(name, "is not a query parameter that is offered here")
        values = _values(name, text, values_max)
        conditions.append(build(_Asked(name=name, values=values, connection=connection, log=log)))
    if token is not None:
        event_at, seq = _read_token(token, fingerprint)
        conditions.append(
            or_(EVENT.c.event_at < event_at, and_(EVENT.c.event_at == event_at, EVENT.c.seq < seq))
        )
    rows = connection.execute(
        select(EVENT.c.seq, EVENT.c.event_at)
        .where(*conditions)
        .order_by(EVENT.c.event_at.desc(), EVENT.c.seq.desc())
        .limit(per_page + 1)
    ).all()
    shown = rows[:per_page]
    events = read_events(connection, log, [row.seq for row in shown], actor)
    last = shown[-1] if len(rows) > per_page else None
    return Page(
        events=tuple(events[row.seq] for row in shown),
        next_token=None if last is None else _token(last.event_at, last.seq, fingerprint),
    )


def _is_near(connection: Connection, log: int, actor: Actor) -> Condition:
    """Return that an event is the actor's own or names it: nobody reads the whole city's trade."""
    if actor.party_id is None:
        return false()
    naming = select(EVENT_ITEM.c.seq).where(
        EVENT_ITEM.c.log == log,
        EVENT_ITEM.c.item.in_(own_side_ids(connection, log, actor.party_id)),
        EVENT_ITEM.c.role.in_(SIDE_ROLES),
    )
    return or_(EVENT.c.party_id == actor.party_id, EVENT.c.seq.in_(naming))


def events_by_id(
    connection: Connection, log: int, event_id: str, actor: Actor
) -> tuple[ReadEvent, ...]:
    """Return the event of an eventID and its error declarations, oldest first.

    The id is part of what only chain partners see, and a hash id would let anybody test guesses
    about hidden fields, so an event is found only by who may see its chain part. Raises
    `NotFound` otherwise.
    """
    statement = (
        select(EVENT.c.seq)
        .where(EVENT.c.log == log, EVENT.c.event_id_key == key_of(event_id))
        .order_by(EVENT.c.seq)
        .limit(_SAME_ID_MAX)
    )
    seqs = list(connection.execute(statement).scalars())
    events = read_events(connection, log, seqs, actor)
    found = tuple(
        event
        for event in events.values()
        if Part.CHAIN in event.parts and event_id in (event.event.get("eventID"), event.event_hash)
    )
    if not found:
        raise NotFound("There is no event of this id that you may see.")
    return found


def refused(name: str, message: str) -> InvalidInput:
    """Return the refusal of one query parameter."""
    problem = Problem(path=name, code="query_parameter", message=message)
    return InvalidInput(f"{name} {message}", problems=(problem,))


def _values(name: str, text: str, values_max: int) -> list[str]:
    # A NUL is text to SQLite and an error to PostgreSQL; neither stores one in any value.
    if not text.isprintable():
        raise refused(name, "has a control character")
    values = text.split("|")
    if len(values) > values_max or not all(values):
        raise refused(name, f"has 1 to {values_max} values with | between them")
    return values


def _instant(asked: _Asked) -> datetime:
    try:
        (value,) = asked.values
        return read_instant(value)
    except ValueError:
        raise refused(asked.name, "is one time with a zone, as 2026-01-31T08:00:00+08:00") from None


def _ids(asked: _Asked, category: Category | None = None) -> list[int]:
    """Return the ids of what the values name in any written form: a typed code finds its events."""
    try:
        uris = [uri for value in asked.values for uri in uris_of_text(value, category)]
    except CodeError as error:
        raise refused(asked.name, error.message) from None
    return list(find_ids(asked.connection, asked.log, uris).values())


def _fingerprint(asked: Mapping[str, str]) -> bytes:
    return sha256(repr(sorted(asked.items())).encode()).digest()[:8]


def _token(event_at: datetime, seq: int, fingerprint: bytes) -> str:
    return write_token(fingerprint, write_instant(event_at), seq.to_bytes(8))


def _read_token(token: str, fingerprint: bytes) -> tuple[datetime, int]:
    of_query, event_at, seq = read_token(token, 8, 8, 8)
    if of_query != fingerprint:
        raise refused_token("belongs to a query with other parameters")
    # No entry number is larger than 63 bits; a forged token must not reach the database with one.
    return read_token_instant(event_at), int.from_bytes(seq) & (2**63 - 1)
