"""Applied and lifted measures made into rows, and who has to lift what.

The rule that must stay true: when a fact leaves the answers, every measure that stands on it and on
nothing else has to be lifted, and says so from that entry on; where time alone ends it, from that
day on. What a law fixes for longer than the record is told stands until then.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, Row, select, update

from credit.applying.entries import applied_of, lifted_of
from credit.folding.owning import place_new
from credit.folding.versions import civil_day
from credit.rulebook.reading import rulebook
from credit.standing import Basis, basis_of
from credit.tables import CREDIT_APPLICATION
from ledger.store import StoredEntry

_KEYS: Final = 900


def fold_applied(connection: Connection, log: int, entry: StoredEntry) -> None:
    """Write an application; the first under an id stands."""
    note = applied_of(entry)
    application = CREDIT_APPLICATION.c
    own = (application.log == log, application.id == note.application_id)
    if connection.execute(select(application.id).where(*own)).first() is not None:
        return
    at = entry.header.recorded_at
    subject_id = place_new(connection, log, note.application_id, note.subject_id)
    basis = _basis(connection, log, subject_id, note.measure, note.fact_ids, at)
    values = {
        "log": log,
        "id": note.application_id,
        "subject_id": subject_id,
        "measure": note.measure,
        "matter": note.matter,
        "facts": " ".join(map(str, note.fact_ids)),
        "actor": entry.header.actor,
        "applied_on": note.applied_on,
        "seq": entry.seq,
        "must_lift_since": at if basis is None else None,
        "over_on": None if basis is None else basis.over_on,
        "lifted_on": None,
        "lifted_seq": None,
    }
    connection.execute(CREDIT_APPLICATION.insert().values(values))


def fold_lifted(connection: Connection, log: int, entry: StoredEntry) -> None:
    """Note the receipt: the first one counts; the desk takes none of another office."""
    note = lifted_of(entry)
    own = (
        update(CREDIT_APPLICATION)
        .where(
            CREDIT_APPLICATION.c.log == log,
            CREDIT_APPLICATION.c.id == note.application_id,
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
        statement = select(CREDIT_APPLICATION).where(
            application.log == log,
            application.subject_id.in_(wanted[start : start + _KEYS]),
            application.lifted_seq.is_(None),
        )
        in_use += connection.execute(statement).all()
    for row in in_use:
        facts = tuple(UUID(one) for one in row.facts.split())
        basis = _basis(connection, log, row.subject_id, row.measure, facts, at)
        own = update(CREDIT_APPLICATION).where(application.log == log, application.id == row.id)
        if basis is not None:
            connection.execute(own.values(must_lift_since=None, over_on=basis.over_on))
        elif row.must_lift_since is None:
            connection.execute(own.values(must_lift_since=at))


def _basis(
    connection: Connection,
    log: int,
    subject_id: UUID,
    measure_id: str,
    fact_ids: tuple[UUID, ...],
    at: datetime,
) -> Basis | None:
    """Return which of the facts still call for a measure; None where none does."""
    measure = rulebook().measures.get(measure_id)
    if measure is None:
        return None
    day, only = civil_day(at), frozenset(fact_ids)
    return basis_of(connection, log, subject_id, measure, day, only=only)
