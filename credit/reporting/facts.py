"""The facts that a report tells: what counts of a party on a day, as it was known at an instant.

The rule that must stay true: what is repaired, withdrawn, shielded or over is in no report; and in
a public one is nothing but what the law lets everybody know.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, Row, select

from base.errors import InputTooLarge
from base.strict_json import loads
from credit.checking import is_listed, version_at
from credit.facts import FactState
from credit.feeds.model import CodeScheme, FactKind
from credit.names_then import first_names, registered_then
from credit.personal_texts import public_text
from credit.reporting.layout import Publicity, layout
from credit.standing import counts_on
from credit.tables import CREDIT_CODE, CREDIT_FACT, CREDIT_SEEN, CREDIT_SUBJECT

_BODY_BYTES_MAX: Final = 1 << 20
_BODY_DEPTH_MAX: Final = 6
_STANDING: Final = (FactState.ACTIVE, FactState.ENDED)
_RECALLS: Final = frozenset({"own_recall", "ordered_recall"})
"""Of the evidence of the trace what everybody is told anyway: a recall is public."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A fact of a report, with where it came from: an entry of the log, and its row of a batch.

    What the trace shows stands in no section: it is no fact of the law.
    """

    id: UUID
    version: int
    section: str
    feed: str
    kind: str
    list_id: str
    authority: str
    number: str
    title: str
    decided_on: date | None
    starts_on: date | None
    ends_on: date | None
    severity: str | None
    is_published: bool
    repairable_on: date | None
    stops_on: date | None
    seq: int
    batch_id: UUID | None
    position: int | None
    first_at: datetime | None
    body: Mapping[str, Any]

    @property
    def is_trace(self) -> bool:
        """Return whether the trace ledger shows it, and no authority decided it."""
        return self.kind == FactKind.TRACE

    @property
    def grade(self) -> str:
        """Return its grade, result or kind of evidence, as a code."""
        return str(self.body.get("grade") or "")


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """Whom a report is about. `is_known` is False where nobody ever told of such a party."""

    subject_id: UUID
    kind: str
    name: str
    region: str
    industry: str
    codes: tuple[tuple[str, str], ...]
    is_known: bool

    @property
    def uscc(self) -> str:
        """Return its social credit code, "" for a natural person."""
        return next((code for scheme, code in self.codes if scheme == CodeScheme.USCC), "")


def about(
    connection: Connection, log: int, subject_id: UUID, *, known_at: datetime | None = None
) -> About | None:
    """Return who a subject is, as the register said at an instant; None where it has no row."""
    subject = CREDIT_SUBJECT.c
    row = connection.execute(
        select(CREDIT_SUBJECT).where(subject.log == log, subject.id == subject_id)
    ).one_or_none()
    if row is None:
        return None
    codes = connection.execute(
        select(CREDIT_CODE.c.scheme, CREDIT_CODE.c.code)
        .where(CREDIT_CODE.c.log == log, CREDIT_CODE.c.subject_id == subject_id)
        .order_by(CREDIT_CODE.c.scheme, CREDIT_CODE.c.code)
    )
    found = About(
        subject_id=subject_id,
        kind=row.kind,
        name=row.name,
        region=row.region,
        industry=row.industry,
        codes=tuple((one.scheme, one.code) for one in codes),
        is_known=True,
    )
    return found if known_at is None else _as_then(connection, log, found, known_at)


def _as_then(connection: Connection, log: int, found: About, known_at: datetime) -> About:
    then = registered_then(connection, log, [found.subject_id], known_at)
    if found.subject_id not in then:
        return found
    record = then[found.subject_id]
    if record is None:
        name = first_names(connection, log, [found.subject_id]).get(found.subject_id, found.name)
        return replace(found, name=name, region="", industry="")
    claim = record.claim
    return replace(
        found, kind=claim.kind.value, name=claim.name, region=claim.region, industry=record.item
    )


def facts_told(
    connection: Connection,
    log: int,
    subject_id: UUID,
    *,
    day: date,
    known_at: datetime | None,
    is_public: bool,
) -> list[Told]:
    """Return what a report tells of a party, the newest decision first.

    `known_at` None is what is known now. Raises `InputTooLarge` for more facts than one report
    holds: a report that leaves some out would be a wrong one.
    """
    facts_max = layout().limits.facts
    fact = CREDIT_FACT.c
    of_seen = (CREDIT_SEEN.c.log == fact.log) & (CREDIT_SEEN.c.fact_id == fact.id)
    known = fact.is_latest if known_at is None else fact.version == version_at(log, known_at)
    statement = (
        select(CREDIT_FACT, CREDIT_SEEN.c.first_at)
        .outerjoin(CREDIT_SEEN, of_seen)
        .where(
            fact.log == log, fact.subject_id == subject_id, known, counts_on(day), is_listed(day)
        )
        .order_by(fact.decided_on.desc(), fact.seq.desc(), fact.id)
        .limit(facts_max + 1)
    )
    rows = list(connection.execute(statement))
    if len(rows) > facts_max:
        raise InputTooLarge(f"More than {facts_max} facts count of this party: no report holds so.")
    gone = _gone_since(connection, log, [row.id for row in rows]) if known_at is not None else set()
    told = [_told(row) for row in rows if row.id not in gone]
    if not is_public:
        return told
    return [one for one in told if _is_open(one)]


def facts_hash(
    connection: Connection,
    log: int,
    subject_id: UUID,
    *,
    told: Sequence[Told],
    seqs: Sequence[int],
) -> bytes:
    """Return what stays the same as long as the report would say the same.

    Facts in their versions, entries of the trace, and the name of the party.
    """
    who = about(connection, log, subject_id)
    lines = [
        "" if who is None else who.name,
        *sorted(f"{one.id} {one.version}" for one in told),
        *map(str, sorted(seqs)),
    ]
    return sha256("\n".join(lines).encode()).digest()


def _is_open(one: Told) -> bool:
    """Return whether everybody may be told of a fact."""
    if one.is_trace:
        return one.grade in _RECALLS
    publicity = layout().section_of(one.kind, one.list_id).publicity
    if publicity is Publicity.PUBLISHED:
        return one.is_published
    # An entry of a list that is kept among authorities stays there, whatever its section.
    return publicity is Publicity.ALL and (one.is_published or not one.list_id)


def _gone_since(connection: Connection, log: int, ids: Sequence[UUID]) -> set[UUID]:
    """Return which of these facts were repaired, withdrawn or shielded by now.

    A look back must not bring them out again: who has to prove what was known has the ledger.
    """
    fact = CREDIT_FACT.c
    statement = select(fact.id).where(
        fact.log == log, fact.id.in_(ids), fact.is_latest, fact.state.not_in(_STANDING)
    )
    return set(connection.execute(statement).scalars())


def _told(row: Row[*tuple[Any, ...]]) -> Told:
    body: Any = loads(row.body.encode(), bytes_max=_BODY_BYTES_MAX, depth_max=_BODY_DEPTH_MAX)
    return Told(
        id=row.id,
        version=row.version,
        section="" if row.kind == FactKind.TRACE else layout().section_of(row.kind, row.list).id,
        feed=row.feed,
        kind=row.kind,
        list_id=row.list,
        authority=row.authority_name,
        number=public_text(row.number),
        title=public_text(row.title),
        decided_on=row.decided_on,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        severity=row.severity,
        is_published=row.is_published,
        repairable_on=row.repairable_on,
        stops_on=row.stops_on,
        seq=row.seq,
        batch_id=row.batch_id,
        position=row.position,
        first_at=row.first_at,
        body=body,
    )
