"""One report of one measure in use, decided under the lock of the log's head.

The rule that must stay true: what an office has in use already is in no second entry, also of two
reports that come at the same time: it would have to be lifted twice.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import Connection, select

from base.errors import Problem
from credit.applying.entries import APPLIED_KIND, LIFTED_KIND, AppliedNote, applied_of, lifted_of
from credit.judging.standing import stands_as
from credit.offices import colleagues_of
from credit.tables import CREDIT_APPLICATION
from credit.unfolded import unfolded_entries
from ledger.batch import Batch
from ledger.store import StoredEntry, read_entries

# The oldest of the same measure in the same matter of one party that are compared.
_SAME_MAX: Final = 1000


@dataclass(slots=True)
class FirstApplications:
    """The applications that one transaction reports, each with its actor."""

    connection: Connection
    log: int
    told: list[tuple[str, AppliedNote]] = field(default_factory=list)

    def refused(self, batch: Batch) -> Mapping[int, Problem]:
        """Return the applications of a batch that are in use already, or whose id is taken."""
        refusals: dict[int, Problem] = {}
        for at, draft in enumerate(batch.drafts):
            note = draft.note
            if not isinstance(note, AppliedNote):
                continue
            if self._is_told(batch.actor, note) or self._is_recorded(batch.actor, note):
                refusals[at] = Problem(
                    path="reference", code="duplicate", message="it is in use already"
                )
            else:
                self.told.append((batch.actor, note))
        return refusals

    def _is_told(self, actor: str, note: AppliedNote) -> bool:
        return any(
            one.application_id == note.application_id
            or _is_same(self.connection, self.log, (actor, note), (by, one))
            for by, one in self.told
        )

    def _is_recorded(self, actor: str, note: AppliedNote) -> bool:
        unread = unfolded_entries(self.connection, self.log, (APPLIED_KIND,))
        if any(applied_of(entry).application_id == note.application_id for entry in unread):
            return True
        own = CREDIT_APPLICATION.c
        known = select(own.seq).where(own.log == self.log, own.id == note.application_id)
        if self.connection.execute(known).first() is not None:
            return True
        return same_in_use(self.connection, self.log, actor, note) is not None


def same_in_use(
    connection: Connection, log: int, actor: str, note: AppliedNote
) -> StoredEntry | None:
    """Return the oldest entry by which an actor's office has the same measure in use, if any.

    The same is one measure in one matter of one party under one file number; without a number two
    reports are one where they are of one day.
    """
    unread = unfolded_entries(connection, log, (APPLIED_KIND, LIFTED_KIND))
    lifted = {lifted_of(one).application_id for one in unread if one.header.kind == LIFTED_KIND}
    for entry in _in_use(connection, log, actor, note):
        told = applied_of(entry)
        if told.application_id not in lifted and _is_like(told, note):
            return entry
    for entry in unread:
        if entry.header.kind != APPLIED_KIND:
            continue
        told = applied_of(entry)
        other = (entry.header.actor, told)
        if told.application_id not in lifted and _is_same(connection, log, (actor, note), other):
            return entry
    return None


def _in_use(
    connection: Connection, log: int, actor: str, note: AppliedNote
) -> Iterator[StoredEntry]:
    """Yield the entries of what an office has in use of a measure, the oldest first."""
    own = CREDIT_APPLICATION.c
    statement = select(own.seq).where(
        own.log == log,
        own.subject_id == stands_as(connection, log, note.subject_id),
        own.measure == note.measure,
        own.matter == note.matter,
        own.lifted_seq.is_(None),
    )
    actors = colleagues_of(connection, actor)
    if actors is not None:
        statement = statement.where(own.actor.in_(sorted(actors)))
    seqs = list(connection.execute(statement.order_by(own.seq).limit(_SAME_MAX)).scalars())
    entries = read_entries(connection, log, seqs) if seqs else {}
    yield from (entries[seq] for seq in seqs)


def _is_same(
    connection: Connection, log: int, one: tuple[str, AppliedNote], other: tuple[str, AppliedNote]
) -> bool:
    """Return whether two reports, each with its actor, are of one office, party and matter."""
    (actor, note), (by, told) = one, other
    if not _is_like(told, note):
        return False
    actors = colleagues_of(connection, actor)
    if actors is not None and by not in actors:
        return False
    return stands_as(connection, log, told.subject_id) == stands_as(
        connection, log, note.subject_id
    )


def _is_like(told: AppliedNote, note: AppliedNote) -> bool:
    """Return whether two are one measure in one matter under one file number or of one day."""
    if (told.measure, told.matter, told.reference) != (note.measure, note.matter, note.reference):
        return False
    return note.reference != "" or told.applied_on == note.applied_on
