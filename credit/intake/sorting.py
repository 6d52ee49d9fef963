"""Sorts the rows of a batch: what is new, what is known, what was not understood.

The rule that must stay true: each row that was received is in exactly one of the three. What is new
is decided once more when the entry is read, in the ledger's order; here it is counted.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cache
from trace.recall.workdays import workdays_after
from typing import Final, TypeAlias
from uuid import UUID

import orjson

from base.strict_json import JsonObject
from credit.facts import KnownFact, content_hash_of, key_hash_of
from credit.feeds.interpreting import interpret
from credit.feeds.model import Claim, CodeScheme, Fault, Feed, Record, SubjectKind
from credit.feeds.persons import without_persons
from credit.intake.decoding import RawRow
from credit.intake.records import ROW_BYTES_MAX, PersonKey, record_json
from credit.intake.withholding import persons_of, told_cells
from credit.naming.comparing import Outcome, Side, compare_any

CONFLICTING: Final = "conflicting"
NAME_MISMATCH: Final = "1001"
LATE: Final = "late_report"
_CELL_CHARS_MAX: Final = 1000
_TELL_EVERY: Final = 1000
_ASKED_AT_ONCE: Final = 5000

Progress: TypeAlias = Callable[[int], None]
"""Is told how many rows were read so far."""


def nobody_waits(_: int) -> None:
    """Tell nobody."""


Code: TypeAlias = tuple[str, str]
"""A scheme, and a code in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownNames:
    """The names that whoever has a code is known by; `is_registered`: the register says so."""

    names: frozenset[str]
    is_registered: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What rows are held against: known facts by key hash, names of parties by their codes.

    `ordered_at` is when the rows came in, `day` the civil day of it.
    """

    person_key: PersonKey
    known_of: Callable[[Sequence[bytes]], Mapping[bytes, KnownFact]]
    names_of: Callable[[Sequence[Code]], Mapping[Code, KnownNames]]
    subject_of: Callable[[str], UUID | None]
    ordered_at: datetime
    day: date


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRow:
    """A row that tells something. `notes` are (field, quality code) of what is odd about it.

    `naming` are the codes that name its party: the social credit code, or the older ones beside
    a name; none in the register, which itself says what the name of a code is. `named_key` is what
    the record would be found by had its row told the name alone.
    """

    number: int
    key_hash: bytes
    content_hash: bytes
    record: JsonObject
    cells: Mapping[str, str]
    code: str
    naming: tuple[Code, ...]
    name: str
    is_ended: bool
    decided_on: date | None
    named_key: tuple[bytes, str] | None = None
    notes: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenRow:
    """A row that told nothing new: whose record it is, and what it says."""

    number: int
    key_hash: bytes
    content_hash: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarantined:
    """A row that was not understood, with its cells as they came, but for what is personal."""

    number: int
    faults: tuple[Fault, ...]
    cells: Mapping[str, str]

    def as_row(self) -> tuple[int, str, str, str]:
        """Return row number, first code, faults and cells."""
        faults = [
            {"path": one.path, "code": one.code, "message": one.message} for one in self.faults
        ]
        told = orjson.dumps(faults).decode()
        return self.number, self.faults[0].code, told, orjson.dumps(dict(self.cells)).decode()


@dataclass(slots=True, kw_only=True)
class Sorted:
    """The rows of a batch by what became of them.

    `stale` were told something newer since they came in: they are kept and change nothing.
    """

    new: list[NewRow] = field(default_factory=list)
    seen: list[SeenRow] = field(default_factory=list)
    stale: list[NewRow] = field(default_factory=list)
    quarantined: list[Quarantined] = field(default_factory=list)

    @property
    def received(self) -> int:
        """Return how many rows there were."""
        return len(self.new) + len(self.seen) + len(self.stale) + len(self.quarantined)

    @property
    def noted(self) -> int:
        """Return how many of the new rows something is odd about."""
        return sum(bool(row.notes) for row in self.new)


def sort_rows(
    feed: Feed, rows: Iterable[RawRow], ground: Ground, tell: Progress = nobody_waits
) -> Sorted:
    """Interpret and sort rows."""
    found = Sorted()
    fresh: dict[bytes, NewRow] = {}
    for row in _named_rightly(_understood(feed, rows, ground, found, tell), ground, found):
        earlier = fresh.get(row.key_hash)
        if earlier is None:
            fresh[row.key_hash] = row
        elif earlier.content_hash == row.content_hash:
            found.seen.append(_seen(row))
        else:
            message = f"says something else than row {earlier.number} with the same key"
            found.quarantined.append(
                _kept_back(row, Fault(path="", code=CONFLICTING, message=message))
            )
    named = (row.named_key[0] for row in fresh.values() if row.named_key is not None)
    known = ground.known_of([*fresh, *(one for one in named if one not in fresh)])
    used = set(fresh)
    for told in fresh.values():
        row = _as_known(told, known, used, ground)
        used.add(row.key_hash)
        fact = known.get(row.key_hash)
        if fact is not None and fact.is_newer_than(ground.ordered_at):
            found.stale.append(row)
        elif fact is not None and fact.says(row.content_hash, is_ended=row.is_ended):
            found.seen.append(_seen(row))
        else:
            found.new.append(_with_notes(feed, row, ground) if fact is None else row)
    return found


def _as_known(
    row: NewRow,
    known: Mapping[bytes, KnownFact],
    used: Set[bytes],
    ground: Ground,
) -> NewRow:
    """Return a row under the key of the record that was told without its code so far.

    One decision is one record, though its sender learns the code of its party after somebody judged
    whom the name means. Where nobody did, where it stands with another party, or where another row
    of the file tells it so already, there are two: no key is `used` twice.
    """
    if row.key_hash in known or row.named_key is None:
        return row
    key_hash, key = row.named_key
    fact = known.get(key_hash)
    if fact is None or fact.subject_id is None or key_hash in used:
        return row
    if fact.subject_id != ground.subject_of(row.code):
        return row
    record = {**row.record, "key": key}
    return replace(row, key_hash=key_hash, record=record, content_hash=content_hash_of(record))


def _named_rightly(rows: Iterable[NewRow], ground: Ground, found: Sorted) -> Iterator[NewRow]:
    """Yield the rows whose name and code go together (quality code 1001).

    Where the register says otherwise the row is kept back. Where it is one sender's word against
    another's it is accepted and marked.
    """
    waiting: list[NewRow] = []
    for row in rows:
        waiting.append(row)
        if len(waiting) == _ASKED_AT_ONCE:
            yield from _rightly(waiting, ground, found)
            waiting = []
    yield from _rightly(waiting, ground, found)


def _rightly(rows: Sequence[NewRow], ground: Ground, found: Sorted) -> Iterator[NewRow]:
    known = ground.names_of(sorted({code for row in rows for code in row.naming}))
    for row in rows:
        told = [known[code] for code in row.naming if code in known]
        if not told or any(_is_spoken(row.name, one.names) for one in told):
            yield row
        elif any(one.is_registered for one in told):
            message = "is not the name that the register has for this code"
            fault = Fault(path="", code=NAME_MISMATCH, message=message)
            found.quarantined.append(_kept_back(row, fault))
        else:
            yield replace(row, notes=(*row.notes, ("", NAME_MISMATCH)))


def _is_spoken(name: str, names: frozenset[str]) -> bool:
    """Return whether a name is one of a party's, in whatever characters and form it is written."""
    if _plain(name) in map(_plain, names):
        return True
    if not names:
        return False
    _, compared = compare_any(Side(name=name), sorted(names), "")
    return compared.outcome is Outcome.SAME


def _plain(name: str) -> str:
    """Return a name without what people write in two ways."""
    return "".join(one for one in name.casefold() if one.isalnum())


def _seen(row: NewRow) -> SeenRow:
    return SeenRow(number=row.number, key_hash=row.key_hash, content_hash=row.content_hash)


def _kept_back(row: NewRow, fault: Fault) -> Quarantined:
    return Quarantined(number=row.number, faults=(fault,), cells=row.cells)


def _with_notes(feed: Feed, row: NewRow, ground: Ground) -> NewRow:
    """Note that a record came later than the rules of its feed allow."""
    if not feed.report_workdays or row.decided_on is None:
        return row
    if ground.day <= _due_on(row.decided_on, feed.report_workdays):
        return row
    return replace(row, notes=(*row.notes, (feed.report_from, LATE)))


@cache
def _due_on(day: date, workdays: int) -> date:
    return workdays_after(day, workdays).day


def _understood(
    feed: Feed, rows: Iterable[RawRow], ground: Ground, found: Sorted, tell: Progress
) -> Iterator[NewRow]:
    for count, row in enumerate(rows, start=1):
        if count % _TELL_EVERY == 0:
            tell(count)
        read = interpret(feed, row.cells, received_on=ground.day)
        persons = persons_of(feed, row.cells)
        cells = told_cells(feed, row.cells, persons)
        if read.record is None:
            found.quarantined.append(
                Quarantined(number=row.number, faults=read.faults, cells=cells)
            )
            continue
        new = _new_row(feed, row.number, read.record, ground, (persons.names, cells))
        size = len(orjson.dumps((new.record, dict(new.cells))))
        if size > ROW_BYTES_MAX:
            message = f"has {size} bytes when it is kept; {ROW_BYTES_MAX} are allowed"
            fault = Fault(path="", code="too_large", message=message)
            found.quarantined.append(
                Quarantined(number=row.number, faults=(fault,), cells=_short(cells))
            )
            continue
        yield new


def _new_row(
    feed: Feed,
    number: int,
    told: Record,
    ground: Ground,
    kept: tuple[frozenset[str], Mapping[str, str]],
) -> NewRow:
    names, cells = kept
    claim = told.claim
    is_person = claim.kind is SubjectKind.PERSON
    # Who represents a party may change, and its decision stays the same one.
    in_key = names if is_person else frozenset()
    of_record = without_persons(told.key, in_key)
    key = f"{of_record}|{_party(claim, ground.person_key)}"
    named_key = f"{of_record}|{claim.name}" if CodeScheme.USCC in claim.codes else ""
    record = record_json(replace(told, key=key), ground.person_key, names)
    return NewRow(
        number=number,
        key_hash=key_hash_of(feed.id, key),
        content_hash=content_hash_of(record),
        record=record,
        # What is said of a person stays with the person: the cells are not kept.
        cells={} if is_person else cells,
        code=next(iter(claim.codes.values()), ""),
        naming=() if feed.names_parties or claim.is_masked else _naming(claim),
        name=claim.name,
        is_ended=told.ended_on is not None,
        decided_on=told.decided_on,
        named_key=(key_hash_of(feed.id, named_key), named_key) if named_key else None,
    )


def _naming(claim: Claim) -> tuple[Code, ...]:
    if CodeScheme.USCC in claim.codes:
        return ((CodeScheme.USCC.value, claim.codes[CodeScheme.USCC]),)
    return tuple((scheme.value, claim.codes[scheme]) for scheme in sorted(claim.codes))


def _short(cells: Mapping[str, str]) -> dict[str, str]:
    return {name: text[:_CELL_CHARS_MAX] for name, text in cells.items()}


def _party(claim: Claim, person_key: PersonKey) -> str:
    """Return what tells the parties of one decision apart: a person's number and name never do.

    Of a masked person name and mask together do, as a key: two of them are never made one.
    """
    if claim.kind is SubjectKind.PERSON:
        number = claim.person_number or ""
        return person_key(f"{claim.name}|{number}" if claim.is_masked or not number else number)
    return claim.codes.get(CodeScheme.USCC) or claim.name
