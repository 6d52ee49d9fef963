"""Whom facts are about: found by their codes, or made known by them.

The rule that must stay true: precision before recall. A social credit code whose check fits names
its party; an older code names whoever is known by it alone; a name by itself names nobody.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, bindparam, select, update

from base.bulk import insert_rows
from credit.feeds.model import Claim, CodeScheme, FactKind, Record, SubjectKind
from credit.folding.naming import note_names, told_names
from credit.naming.words import FIRST_VERSION
from credit.tables import CREDIT_CODE, CREDIT_SUBJECT, NAME_CHARS_MAX
from parties.ids import id_of_hash

_KEYS: Final = 900
_NAMELESS: Final = frozenset({SubjectKind.PERSON})
_INDUSTRY_CHARS_MAX: Final = 8
_SUBJECT_COLUMNS: Final = tuple(column.name for column in CREDIT_SUBJECT.columns)
_REGISTERED: Final = (
    update(CREDIT_SUBJECT)
    .where(CREDIT_SUBJECT.c.log == bindparam("of_log"), CREDIT_SUBJECT.c.id == bindparam("of_id"))
    .values(
        kind=bindparam("new_kind"),
        name=bindparam("new_name"),
        region=bindparam("new_region"),
        industry=bindparam("new_industry"),
        is_registered=True,
    )
)
_CODE_COLUMNS: Final = tuple(column.name for column in CREDIT_CODE.columns)


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """Whom a claim names: None where nobody, or by `is_shared` codes several."""

    subject_id: UUID | None
    is_shared: bool


def subjects_of(
    connection: Connection,
    log: int,
    seq: int,
    claims: Sequence[Claim],
    *,
    naming: int = FIRST_VERSION,
) -> list[Named]:
    """Return whom each claim names by its codes.

    A social credit code that nobody is known by makes a party known, under the name of the claim,
    which is found again by the naming rules that the entry was taken under.
    """
    known = _known_codes(connection, log, claims)
    fresh: dict[UUID, Claim] = {}
    found: list[Named] = []
    for claim in claims:
        subject_id = _subject_of(claim, known)
        code = claim.codes.get(CodeScheme.USCC)
        if subject_id is None and code is not None and not claim.is_masked:
            subject_id = subject_id_of(CodeScheme.USCC, code)
            known[CodeScheme.USCC, code] = {subject_id}
            fresh[subject_id] = claim
        is_shared = subject_id is None and any(known.get(one) for one in claim.codes.items())
        found.append(Named(subject_id=subject_id, is_shared=is_shared))
    _make_known(connection, log, seq, fresh, naming)
    return found


def register_subjects(
    connection: Connection,
    log: int,
    seq: int,
    told: Iterable[tuple[UUID, Record]],
    *,
    naming: int,
) -> None:
    """Note what the register of enterprises says of parties: names, codes, region, industry."""
    of_register = {one: record for one, record in told if record.kind is FactKind.REGISTRATION}
    said = [
        {
            "of_log": log,
            "of_id": subject_id,
            "new_kind": record.claim.kind.value,
            "new_name": record.claim.name[:NAME_CHARS_MAX],
            "new_region": record.claim.region,
            "new_industry": record.item[:_INDUSTRY_CHARS_MAX],
        }
        for subject_id, record in of_register.items()
    ]
    if said:
        connection.execute(_REGISTERED, said)
    known = _codes_of(connection, log, list(of_register))
    codes = [
        (log, code, scheme.value, subject_id, seq)
        for subject_id, record in of_register.items()
        for scheme, code in record.claim.codes.items()
        if (subject_id, scheme.value, code) not in known
    ]
    insert_rows(connection, CREDIT_CODE, _CODE_COLUMNS, codes)
    note_names(connection, log, seq, told_names(of_register.items()), naming=naming)


def _codes_of(connection: Connection, log: int, ids: Sequence[UUID]) -> set[tuple[UUID, str, str]]:
    found: set[tuple[UUID, str, str]] = set()
    for start in range(0, len(ids), _KEYS):
        # With a column that no key holds: else SQLite would read all codes, as they are there.
        statement = select(
            CREDIT_CODE.c.subject_id, CREDIT_CODE.c.scheme, CREDIT_CODE.c.code, CREDIT_CODE.c.seq
        ).where(CREDIT_CODE.c.log == log, CREDIT_CODE.c.subject_id.in_(ids[start : start + _KEYS]))
        found.update(
            (row.subject_id, row.scheme, row.code) for row in connection.execute(statement)
        )
    return found


def subject_id_of(scheme: CodeScheme | str, code: str) -> UUID:
    """Return the id of whoever is first known by a code."""
    return id_of_hash(sha256(f"{scheme}\n{code}".encode()).digest())


def _subject_of(claim: Claim, known: dict[tuple[CodeScheme, str], set[UUID]]) -> UUID | None:
    if claim.is_masked:
        return None
    if claim.kind is SubjectKind.PERSON:
        return subject_id_of("person", claim.person_number) if claim.person_number else None
    if CodeScheme.USCC in claim.codes:
        return _only(known.get((CodeScheme.USCC, claim.codes[CodeScheme.USCC]), set()))
    named = [known.get((scheme, code), set()) for scheme, code in claim.codes.items()]
    # Codes that name two parties name neither.
    return _only(set().union(*named)) if named else None


def _only(ids: set[UUID]) -> UUID | None:
    return next(iter(ids)) if len(ids) == 1 else None


def _known_codes(
    connection: Connection, log: int, claims: Iterable[Claim]
) -> dict[tuple[CodeScheme, str], set[UUID]]:
    wanted = sorted({code for claim in claims for code in claim.codes.values()})
    known: dict[tuple[CodeScheme, str], set[UUID]] = {}
    for start in range(0, len(wanted), _KEYS):
        statement = select(
            CREDIT_CODE.c.scheme, CREDIT_CODE.c.code, CREDIT_CODE.c.subject_id
        ).where(CREDIT_CODE.c.log == log, CREDIT_CODE.c.code.in_(wanted[start : start + _KEYS]))
        for scheme, code, subject_id in connection.execute(statement):
            known.setdefault((CodeScheme(scheme), code), set()).add(subject_id)
    return known


def _make_known(
    connection: Connection, log: int, seq: int, fresh: dict[UUID, Claim], naming: int
) -> None:
    subjects = [
        (log, one, claim.kind.value, claim.name[:NAME_CHARS_MAX], claim.region, "", False, seq)
        for one, claim in fresh.items()
    ]
    codes = [
        (log, code, scheme.value, one, seq)
        for one, claim in fresh.items()
        for scheme, code in claim.codes.items()
        if scheme is CodeScheme.USCC
    ]
    insert_rows(connection, CREDIT_SUBJECT, _SUBJECT_COLUMNS, subjects)
    insert_rows(connection, CREDIT_CODE, _CODE_COLUMNS, codes)
    spoken = [(one, claim.name) for one, claim in fresh.items()]
    named = [row for row in spoken if fresh[row[0]].kind not in _NAMELESS]
    note_names(connection, log, seq, named, naming=naming)
