"""Which entries speak of which warning, written in the append's transaction, and what they let.

The rule that must stay true: an act follows the very entry that its actor saw; whether it does is
decided under the lock of the log's head, so that the second of two is refused.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import Connection, delete, func, select

from base.bulk import insert_rows
from base.errors import Problem
from credit.inspecting.entries import RESULT_KIND, ResultNote, result_of
from credit.warning.entries import ACT_KIND, NIGHT_KIND, ActNote, NightNote, act_of, night_of
from credit.warning.tables import CREDIT_WARNING_STEP
from ledger.batch import Appended, Batch
from ledger.store import StoredEntry

_COLUMNS = ("log", "warning_id", "seq")
_UNNUMBERED = -1


@dataclass(slots=True)
class WarningSteps:
    """The warnings that one transaction acts on, by the newest entry about each."""

    connection: Connection
    log: int
    last: dict[UUID, int] = field(default_factory=dict)

    def refused(self, batch: Batch) -> Mapping[int, Problem]:
        """Return the acts of a batch that follow another entry than the newest."""
        refusals: dict[int, Problem] = {}
        for at, draft in enumerate(batch.drafts):
            note = draft.note
            if not isinstance(note, ActNote):
                continue
            if note.warning_id not in self.last:
                self.last[note.warning_id] = last_step(self.connection, self.log, note.warning_id)
            if self.last[note.warning_id] != note.after:
                refusals[at] = Problem(
                    path="after", code="state", message="something else was done about it meanwhile"
                )
            else:
                # What comes behind it in this transaction has not seen it.
                self.last[note.warning_id] = _UNNUMBERED
        return refusals


def last_step(connection: Connection, log: int, warning_id: UUID) -> int:
    """Return the newest entry about a warning, -1 where there is none."""
    newest = select(func.max(CREDIT_WARNING_STEP.c.seq)).where(
        CREDIT_WARNING_STEP.c.log == log, CREDIT_WARNING_STEP.c.warning_id == warning_id
    )
    found = connection.execute(newest).scalar()
    return _UNNUMBERED if found is None else int(found)


def steps_of(connection: Connection, log: int, warning_id: UUID) -> list[int]:
    """Return the entries about a warning, oldest first."""
    statement = select(CREDIT_WARNING_STEP.c.seq).where(
        CREDIT_WARNING_STEP.c.log == log, CREDIT_WARNING_STEP.c.warning_id == warning_id
    )
    return list(connection.execute(statement.order_by(CREDIT_WARNING_STEP.c.seq)).scalars())


def write_warning_steps(connection: Connection, log: int, appended: Sequence[Appended]) -> None:
    """Add the rows of the appended entries."""
    rows = [
        (log, warning_id, place.first_seq + offset)
        for place in appended
        for offset, at in enumerate(place.kept)
        for warning_id in _named_by(place.batch.drafts[at].note)
    ]
    insert_rows(connection, CREDIT_WARNING_STEP, _COLUMNS, rows)


def forget_warning_steps(connection: Connection, log: int) -> None:
    """Delete every row of a log that `rewrite_warning_steps` makes again."""
    connection.execute(delete(CREDIT_WARNING_STEP).where(CREDIT_WARNING_STEP.c.log == log))


def rewrite_warning_steps(connection: Connection, log: int, entries: Iterable[StoredEntry]) -> None:
    """Write the rows of these entries, as far as they speak of warnings."""
    rows = [(log, warning_id, entry.seq) for entry in entries for warning_id in _named_in(entry)]
    insert_rows(connection, CREDIT_WARNING_STEP, _COLUMNS, rows)


def _named_in(entry: StoredEntry) -> Iterator[UUID]:
    if entry.header.kind == NIGHT_KIND:
        yield from _named_by(night_of(entry))
    elif entry.header.kind == ACT_KIND:
        yield from _named_by(act_of(entry))
    elif entry.header.kind == RESULT_KIND:
        yield from _named_by(result_of(entry))


def _named_by(note: object) -> Iterator[UUID]:
    if isinstance(note, NightNote):
        yield from dict.fromkeys(note.warning_ids)
    elif isinstance(note, ActNote | ResultNote) and note.warning_id is not None:
        yield note.warning_id
