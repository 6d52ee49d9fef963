"""What a batch is held against: facts that are known, and names of parties.

One rule: it is asked for many rows at once, and answers with what was accepted and nothing else.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, select

from base.db import plan_afresh
from base.strict_json import loads
from credit.facts import KnownFact, fact_id_of, known_facts
from credit.feeds.model import FactKind
from credit.folding.versions import civil_day
from credit.intake.desk import IntakeDesk
from credit.intake.sorting import Code, Ground, KnownNames
from credit.subjects import subject_of_code
from credit.tables import CREDIT_CODE, CREDIT_FACT, CREDIT_SUBJECT

_KEYS: Final = 900
_BODY_BYTES_MAX: Final = 1 << 20
_DEPTH_MAX: Final = 6


def ground_for(desk: IntakeDesk, connection: Connection, ordered_at: datetime) -> Ground:
    """Return what rows that came at an instant are held against."""
    log = desk.journal.log
    plan_afresh(connection)

    def known_of(hashes: Sequence[bytes]) -> Mapping[bytes, KnownFact]:
        ids = [fact_id_of(one) for one in hashes]
        return {one.key_hash: one for one in known_facts(connection, log, ids)}

    def names_of(codes: Sequence[Code]) -> Mapping[Code, KnownNames]:
        return known_names(connection, log, codes)

    def subject_of(uscc: str) -> UUID | None:
        return subject_of_code(connection, log, uscc)

    return Ground(
        person_key=desk.person_key,
        known_of=known_of,
        names_of=names_of,
        subject_of=subject_of,
        ordered_at=ordered_at,
        day=civil_day(ordered_at),
    )


def known_names(
    connection: Connection, log: int, codes: Sequence[Code]
) -> Mapping[Code, KnownNames]:
    """Return the names that parties have, or had, by those of their codes that are known.

    Where a code is several parties', it has the names of all of them.
    """
    found: dict[Code, KnownNames] = {}
    for row in _told(connection, log, codes):
        names, code = {row.name}, (row.scheme, row.code)
        if row.body is not None:
            told: Any = loads(row.body.encode(), bytes_max=_BODY_BYTES_MAX, depth_max=_DEPTH_MAX)
            names.update(told.get("details", {}).get("former_names", ()))
        before = found.get(code)
        found[code] = KnownNames(
            names=frozenset(names) if before is None else before.names | names,
            is_registered=row.is_registered or (before is not None and before.is_registered),
        )
    return found


def _told(connection: Connection, log: int, codes: Sequence[Code]) -> Iterator[Any]:
    wanted, texts = set(codes), sorted({code for _, code in codes})
    of_subject = (CREDIT_SUBJECT.c.log == CREDIT_CODE.c.log) & (
        CREDIT_SUBJECT.c.id == CREDIT_CODE.c.subject_id
    )
    of_register = (
        (CREDIT_FACT.c.log == CREDIT_CODE.c.log)
        & (CREDIT_FACT.c.subject_id == CREDIT_CODE.c.subject_id)
        & (CREDIT_FACT.c.kind == FactKind.REGISTRATION.value)
        & CREDIT_FACT.c.is_latest
    )
    for start in range(0, len(texts), _KEYS):
        statement = (
            select(
                CREDIT_CODE.c.scheme,
                CREDIT_CODE.c.code,
                CREDIT_SUBJECT.c.name,
                CREDIT_SUBJECT.c.is_registered,
                CREDIT_FACT.c.body,
            )
            .join(CREDIT_SUBJECT, of_subject)
            .outerjoin(CREDIT_FACT, of_register)
            .where(CREDIT_CODE.c.log == log, CREDIT_CODE.c.code.in_(texts[start : start + _KEYS]))
        )
        for row in connection.execute(statement):
            if (row.scheme, row.code) in wanted:
                yield row
