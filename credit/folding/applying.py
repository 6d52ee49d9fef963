"""Applied and lifted measures made into rows, and who has to lift what.

The rule that must stay true: when a fact leaves the answers, every measure that stands on it and on
nothing else has to be lifted, and says so from that entry on.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, Row, select, update

from credit.applying.entries import applied_of, lifted_of
from credit.facts import FactState
from credit.tables import CREDIT_APPLICATION, CREDIT_FACT
from ledger.store import StoredEntry

_KEYS: Final = 900


def fold_applied(connection: Connection, log: int, entry: StoredEntry) -> None:
    """Write an application."""
    note = applied_of(entry)
    connection.execute(
        CREDIT_APPLICATION.insert().values(
            log=log,
            id=note.application_id,
            subject_id=note.subject_id,
            measure=note.measure,
            matter=note.matter,
            facts=" ".join(map(str, note.fact_ids)),
            actor=entry.header.actor,
            applied_on=note.applied_on,
            seq=entry.seq,
            must_lift_since=None,
            lifted_on=None,
            lifted_seq=None,
        )
    )


def fold_lifted(connection: Connection, log: int, entry: StoredEntry) -> None:
    """Note the receipt: the first one counts, and only that of whoever applied the measure."""
    note = lifted_of(entry)
    own = (
        update(CREDIT_APPLICATION)
        .where(
            CREDIT_APPLICATION.c.log == log,
            CREDIT_APPLICATION.c.id == note.application_id,
            CREDIT_APPLICATION.c.actor == entry.header.actor,
            CREDIT_APPLICATION.c.lifted_seq.is_(None),
        )
        .values(lifted_on=note.lifted_on, lifted_seq=entry.seq)
    )
    connection.execute(own)


def review_applications(
    connection: Connection, log: int, subjects: Collection[UUID], at: datetime
) -> None:
    """Say of the measures in use of these parties which have to be lifted from now on."""
    application = CREDIT_APPLICATION.c
    wanted = sorted(subjects)
    in_use: list[Row[*tuple[Any, ...]]] = []
    for start in range(0, len(wanted), _KEYS):
        statement = select(application.id, application.facts, application.must_lift_since).where(
            application.log == log,
            application.subject_id.in_(wanted[start : start + _KEYS]),
            application.lifted_seq.is_(None),
        )
        in_use += connection.execute(statement).all()
    for row in in_use:
        stands = _stands(connection, log, [UUID(one) for one in row.facts.split()])
        if stands is (row.must_lift_since is None):
            continue
        own = update(CREDIT_APPLICATION).where(application.log == log, application.id == row.id)
        connection.execute(own.values(must_lift_since=None if stands else at))


def _stands(connection: Connection, log: int, fact_ids: list[UUID]) -> bool:
    """Return whether one of the facts is still active."""
    statement = select(CREDIT_FACT.c.id).where(
        CREDIT_FACT.c.log == log,
        CREDIT_FACT.c.id.in_(fact_ids),
        CREDIT_FACT.c.is_latest,
        CREDIT_FACT.c.state == FactState.ACTIVE,
    )
    return connection.execute(statement.limit(1)).first() is not None
