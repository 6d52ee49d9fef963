"""What a batch is held against: facts that are known, and names of the register.

One rule: it is asked for many rows at once, and answers with what was accepted and nothing else.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, select

from base.strict_json import loads
from credit.facts import KnownFact, fact_id_of, known_facts
from credit.feeds.model import CodeScheme, FactKind
from credit.folding.versions import civil_day
from credit.intake.desk import IntakeDesk
from credit.intake.sorting import Ground
from credit.tables import CREDIT_CODE, CREDIT_FACT, CREDIT_SUBJECT

_KEYS: Final = 900
_BODY_BYTES_MAX: Final = 1 << 20
_BODY_DEPTH_MAX: Final = 6


def ground_for(desk: IntakeDesk, connection: Connection, ordered_at: datetime) -> Ground:
    """Return what rows that came at an instant are held against."""
    log = desk.journal.log

    def known_of(hashes: Sequence[bytes]) -> Mapping[bytes, KnownFact]:
        ids = [fact_id_of(one) for one in hashes]
        return {one.key_hash: one for one in known_facts(connection, log, ids)}

    def names_of(codes: Sequence[str]) -> Mapping[str, frozenset[str]]:
        return registered_names(connection, log, codes)

    return Ground(
        person_key=desk.person_key,
        known_of=known_of,
        names_of=names_of,
        ordered_at=ordered_at,
        day=civil_day(ordered_at),
    )


def registered_names(
    connection: Connection, log: int, codes: Sequence[str]
) -> Mapping[str, frozenset[str]]:
    """Return the names that the register has, or had, for social credit codes that it knows."""
    found: dict[str, set[str]] = {}
    for code, name, body in _told(connection, log, codes):
        told: Any = loads(body.encode(), bytes_max=_BODY_BYTES_MAX, depth_max=_BODY_DEPTH_MAX)
        former = told.get("details", {}).get("former_names", ())
        found.setdefault(code, set()).update((name, *former))
    return {code: frozenset(names) for code, names in found.items()}


def _told(connection: Connection, log: int, codes: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    of_subject = (CREDIT_SUBJECT.c.log == CREDIT_CODE.c.log) & (
        CREDIT_SUBJECT.c.id == CREDIT_CODE.c.subject_id
    )
    of_fact = (CREDIT_FACT.c.log == CREDIT_CODE.c.log) & (
        CREDIT_FACT.c.subject_id == CREDIT_CODE.c.subject_id
    )
    for start in range(0, len(codes), _KEYS):
        statement = (
            select(CREDIT_CODE.c.code, CREDIT_SUBJECT.c.name, CREDIT_FACT.c.body)
            .join(CREDIT_SUBJECT, of_subject)
            .join(CREDIT_FACT, of_fact)
            .where(
                CREDIT_CODE.c.log == log,
                CREDIT_CODE.c.scheme == CodeScheme.USCC.value,
                CREDIT_CODE.c.code.in_(codes[start : start + _KEYS]),
                CREDIT_SUBJECT.c.is_registered,
                CREDIT_FACT.c.kind == FactKind.REGISTRATION.value,
                CREDIT_FACT.c.is_latest,
            )
        )
        for row in connection.execute(statement):
            yield row.code, row.name, row.body
