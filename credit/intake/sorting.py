"""Sorts the rows of a batch: what is new, what is known, what was not understood.

The rule that must stay true: each row that was received is in exactly one of the three.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

import orjson

from base.strict_json import JsonObject
from credit.facts import FactState, KnownFact, content_hash_of, key_hash_of
from credit.feeds.interpreting import interpret
from credit.feeds.model import Claim, CodeScheme, Fault, Feed, SubjectKind
from credit.intake.decoding import RawRow
from credit.intake.records import ROW_BYTES_MAX, PersonKey, record_json, told_cells

CONFLICTING: Final = "conflicting"
_CELL_CHARS_MAX: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRow:
    """A row that tells something new."""

    number: int
    key_hash: bytes
    content_hash: bytes
    record: JsonObject
    cells: Mapping[str, str]
    uscc: str
    is_ended: bool


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
    """The rows of a batch by what became of them; `seen` are (row number, key hash)."""

    new: list[NewRow] = field(default_factory=list)
    seen: list[tuple[int, bytes]] = field(default_factory=list)
    quarantined: list[Quarantined] = field(default_factory=list)

    @property
    def received(self) -> int:
        """Return how many rows there were."""
        return len(self.new) + len(self.seen) + len(self.quarantined)


def sort_rows(
    feed: Feed,
    rows: Iterable[RawRow],
    person_key: PersonKey,
    known_of: Callable[[list[bytes]], Mapping[bytes, KnownFact]],
) -> Sorted:
    """Interpret and sort rows; `known_of` gives the facts that are known by key hash."""
    found = Sorted()
    fresh: dict[bytes, NewRow] = {}
    for row in _understood(feed, rows, person_key, found):
        earlier = fresh.get(row.key_hash)
        if earlier is None:
            fresh[row.key_hash] = row
        elif earlier.content_hash == row.content_hash:
            found.seen.append((row.number, row.key_hash))
        else:
            message = f"says something else than row {earlier.number} with the same key"
            fault = Fault(path="", code=CONFLICTING, message=message)
            found.quarantined.append(
                Quarantined(number=row.number, faults=(fault,), cells=row.cells)
            )
    known = known_of(list(fresh))
    for key_hash, row in fresh.items():
        if _is_known(known.get(key_hash), row):
            found.seen.append((row.number, key_hash))
        else:
            found.new.append(row)
    return found


def _is_known(known: KnownFact | None, row: NewRow) -> bool:
    """Return whether a row says nothing new: one that had ended and is told again is new."""
    if known is None or known.content_hash != row.content_hash:
        return False
    return known.state != FactState.ENDED or row.is_ended


def _understood(
    feed: Feed, rows: Iterable[RawRow], person_key: PersonKey, found: Sorted
) -> Iterator[NewRow]:
    for row in rows:
        read = interpret(feed, row.cells)
        cells = told_cells(feed, row.cells)
        if read.record is None:
            found.quarantined.append(
                Quarantined(number=row.number, faults=read.faults, cells=cells)
            )
            continue
        claim = read.record.claim
        record = replace(read.record, key=f"{read.record.key}|{_party(claim, person_key)}")
        told = record_json(record, person_key)
        kept_cells: dict[str, str] = {} if claim.kind is SubjectKind.PERSON else cells
        size = len(orjson.dumps((told, kept_cells)))
        if size > ROW_BYTES_MAX:
            message = f"has {size} bytes when it is kept; {ROW_BYTES_MAX} are allowed"
            fault = Fault(path="", code="too_large", message=message)
            found.quarantined.append(
                Quarantined(number=row.number, faults=(fault,), cells=_short(cells))
            )
            continue
        yield NewRow(
            number=row.number,
            key_hash=key_hash_of(feed.id, record.key),
            content_hash=content_hash_of(told),
            record=told,
            # What is said of a person stays with the person: the cells are not kept.
            cells=kept_cells,
            uscc=next(iter(claim.codes.values()), ""),
            is_ended=record.ended_on is not None,
        )


def _short(cells: Mapping[str, str]) -> dict[str, str]:
    return {name: text[:_CELL_CHARS_MAX] for name, text in cells.items()}


def _party(claim: Claim, person_key: PersonKey) -> str:
    """Return what tells the parties of one decision apart: a person's number and name never do."""
    if claim.kind is SubjectKind.PERSON:
        number = claim.person_number
        return person_key(number) if number and not claim.is_masked else ""
    return claim.codes.get(CodeScheme.USCC) or claim.name
