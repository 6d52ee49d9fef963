"""What changed of one party between two positions: a walk over its moments, each looked at once.

The rule that must stay true: a change is the difference between what stood before a moment and what
stands after it, and the moments follow from the ledger and the calendar alone; so two walks tell
together what one walk over both tells, and none of it twice. A record ends too because a day came.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, Final, TypeAlias
from uuid import UUID

from sqlalchemy import Row

from credit.facts import FactState, stands_on
from credit.feeds.model import FactKind
from credit.folding.versions import civil_day
from credit.rulebook.lists import credit_lists
from credit.rulebook.model import Book
from credit.rules.measures import Punished, measures_for, over_on
from credit.standing import is_current, standing_from, told_body
from credit.watching.positions import Place, Position

FactRow: TypeAlias = Row[*tuple[Any, ...]]
Facts: TypeAlias = Mapping[UUID, FactRow]
DAY_RANK: Final = 0
NIGHT_RANK: Final = 1
ENTRY_RANK: Final = 2
_DAY: Final = timedelta(days=1)
_OUTLIVED: Final = (FactState.REPAIRED, FactState.ENDED)
_COMPARED: Final = ("number", "title", "authority_name", "starts_on", "stops_on", "repairable_on")


class ChangeKind(StrEnum):
    """What happened."""

    RECORD_BEGUN = "record_begun"
    RECORD_CHANGED = "record_changed"
    RECORD_ENDED = "record_ended"
    MEASURE_BEGUN = "measure_begun"
    MEASURE_ENDED = "measure_ended"
    GRADE_CHANGED = "grade_changed"


class Why(StrEnum):
    """Why a record is told no more."""

    ENDED = "ended"
    RUN_OUT = "run_out"
    REPAIRED = "repaired"
    WITHDRAWN = "withdrawn"
    SHIELDED = "shielded"
    OTHER = "other"


_WHY: Final = {
    FactState.ENDED: Why.ENDED,
    FactState.REPAIRED: Why.REPAIRED,
    FactState.WITHDRAWN: Why.WITHDRAWN,
    FactState.SHIELDED: Why.SHIELDED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change. `fact` is the row that made it; `item` is its id, a measure's, or "grade"."""

    place: Place
    kind: ChangeKind
    item: str
    list_id: str = ""
    why: Why | None = None
    fact: FactRow | None = None
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What a subscriber may be told of: everything, or entries of public lists and no measures."""

    book: Book
    is_public: bool

    def tells(self, row: FactRow) -> bool:
        """Return whether a record is one that the subscriber may know of."""
        if not self.is_public:
            return True
        return bool(row.list) and row.is_published and credit_lists()[row.list].is_public


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stand:
    """What is told of a party at a moment, and the measures that follow from it."""

    newest: Facts
    told: Facts
    measures: frozenset[str]


def changes_of(
    subject_id: UUID, rows: Sequence[FactRow], lower: Position, upper: Position, view: View
) -> Iterator[Change]:
    """Yield what changed of a party behind `lower` and up to `upper`, in the order it came about.

    `rows` are all versions of every fact that was ever the party's; `seq` of a position counts
    entries, the one with that number is the first behind it.
    """
    seq, day = lower.seq, lower.day
    before = _stand(subject_id, rows, seq, day, view)
    for on, rank, at in _moments(rows, lower, upper, view.book):
        seq, day = (seq, on) if rank == DAY_RANK else (at + 1, day)
        after = _stand(subject_id, rows, seq, day, view)
        for ordinal, make in enumerate(_differences(before, after, day)):
            yield make(Place(on, rank, at, subject_id, ordinal))
        before = after


def told_now(subject_id: UUID, rows: Sequence[FactRow], now: Position, view: View) -> Facts:
    """Return the records that may be spoken of now, whenever they came up."""
    return _told(_own(subject_id, _newest(rows, now.seq), now.day), now.day, view)


def _moments(
    rows: Sequence[FactRow], lower: Position, upper: Position, book: Book
) -> list[tuple[date, int, int]]:
    """Return the entries and the days on which anything can change, in order."""
    found = {
        # An entry of a day that was told to its end already counts on the last day told.
        (max(civil_day(row.recorded_at), lower.day), ENTRY_RANK, row.seq)
        for row in rows
        if lower.seq <= row.seq < upper.seq
    }
    days = {one for one in _days(rows, book) if lower.day < one <= upper.day}
    # Each entry is looked at on its own day; a day without one matters by its borders alone.
    days |= {on for on, _rank, _seq in found if lower.day < on}
    return sorted(found | {(one, DAY_RANK, 0) for one in days})


def _days(rows: Iterable[FactRow], book: Book) -> Iterator[date]:
    for row in rows:
        ends = (row.starts_on or row.decided_on, row.stops_on, row.ended_on)
        yield from (one for one in ends if one is not None)
        if row.kind == FactKind.PENALTY:
            yield from _bars_over(row, book)
    for measure in book.measures.values():
        if measure.from_on is not None:
            yield measure.from_on
        if measure.to_on is not None and measure.to_on < date.max:
            yield measure.to_on + _DAY


def _bars_over(row: FactRow, book: Book) -> Iterator[date]:
    body = told_body(row.body)
    punished = Punished(
        kinds=frozenset(body["kinds"]),
        fields=frozenset(body["fields"]),
        decided_on=row.decided_on,
        is_current=True,
        stops_on=row.stops_on,
    )
    for measure in book.measures.values():
        if measure.is_statutory_bar and measure.penalties & punished.kinds:
            over = over_on(measure, row.stops_on, punished)
            if over is not None:
                yield over


def _stand(subject_id: UUID, rows: Sequence[FactRow], seq: int, day: date, view: View) -> _Stand:
    newest = _newest(rows, seq)
    own = _own(subject_id, newest, day)
    measures: frozenset[str] = frozenset()
    if not view.is_public:
        standing = standing_from([row for row in own if _counts(row, day)], day)
        measures = frozenset(one.id for one in measures_for(view.book, standing, None, day))
    return _Stand(newest=newest, told=_told(own, day, view), measures=measures)


def _newest(rows: Sequence[FactRow], seq: int) -> Facts:
    newest: dict[UUID, FactRow] = {}
    for row in rows:
        if row.seq < seq and (row.id not in newest or row.version > newest[row.id].version):
            newest[row.id] = row
    return newest


def _own(subject_id: UUID, newest: Facts, day: date) -> list[FactRow]:
    own = [row for row in newest.values() if row.subject_id == subject_id and _began(row, day)]
    return sorted(own, key=lambda row: (row.seq, row.position or 0, row.id))


def _told(own: Sequence[FactRow], day: date, view: View) -> Facts:
    return {row.id: row for row in own if is_current(row, day) and view.tells(row)}


def _began(row: FactRow, day: date) -> bool:
    start_on = row.starts_on or row.decided_on
    return start_on is not None and start_on <= day


def _counts(row: FactRow, day: date) -> bool:
    """Return what `standing.tells_on` asks of a row in the database."""
    if stands_on(row.state, row.ended_on, day):
        return True
    if row.state not in _OUTLIVED:
        return False
    is_over = row.ended_on is not None and row.stops_on is not None and row.ended_on >= row.stops_on
    return row.kind == FactKind.PENALTY or is_over


_Make: TypeAlias = Callable[[Place], Change]


def _differences(before: _Stand, after: _Stand, day: date) -> Iterator[_Make]:
    for one in sorted(before.told.keys() - after.told.keys()):
        yield _record(ChangeKind.RECORD_ENDED, before.told[one], _why(one, after, day))
    for one in sorted(after.told.keys() - before.told.keys()):
        yield _record(ChangeKind.RECORD_BEGUN, after.told[one], None)
    for one in sorted(after.told.keys() & before.told.keys()):
        if _said(before.told[one]) != _said(after.told[one]):
            yield _record(ChangeKind.RECORD_CHANGED, after.told[one], None)
    for name in sorted(before.measures - after.measures):
        yield _measure(ChangeKind.MEASURE_ENDED, name)
    for name in sorted(after.measures - before.measures):
        yield _measure(ChangeKind.MEASURE_BEGUN, name)


def _record(kind: ChangeKind, row: FactRow, why: Why | None) -> _Make:
    return lambda place: Change(
        place=place, kind=kind, item=str(row.id), list_id=row.list, why=why, fact=row
    )


def _measure(kind: ChangeKind, name: str) -> _Make:
    return lambda place: Change(place=place, kind=kind, item=name)


def _said(row: FactRow) -> tuple[object, ...]:
    return tuple(getattr(row, name) for name in _COMPARED)


def _why(fact_id: UUID, after: _Stand, day: date) -> Why:
    row = after.newest[fact_id]
    if row.stops_on is not None and row.stops_on <= day and row.state == FactState.ACTIVE:
        return Why.RUN_OUT
    return _WHY.get(row.state, Why.OTHER)
