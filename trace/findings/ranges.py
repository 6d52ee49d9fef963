"""The range of temperature that goods are judged by: rows of `cold.yaml`, and what labels say.

The rule that must stay true: what is said of the goods themselves goes before what is usual for
their class, and a row that is mere advice accuses nobody.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cache
from pathlib import Path
from trace.findings.storage import Storage, StorageKind
from types import MappingProxyType
from typing import Final

from schemas.profiles.yaml_rows import Faults, Rows, read_rows

_FILE: Final = Path(__file__).with_name("cold.yaml")
_VERIFIED: Final = ("text", "secondary", "memory", "own")


class Counts(StrEnum):
    """When goods are judged by a range."""

    ALWAYS = "always"
    SEEN = "seen"
    STATED = "stated"
    ADVICE = "advice"


@dataclass(frozen=True, slots=True, kw_only=True)
class ColdLimit:
    """A range of temperatures, in degrees Celsius; None is no bound, or no figure of its own."""

    minimum_c: Decimal | None
    maximum_c: Decimal | None
    minutes_out_max: int | None = None
    log_minutes_max: int | None = None

    def holds(self, degrees: Decimal) -> bool:
        """Return whether a temperature lies in the range; both ends do."""
        return (self.minimum_c is None or self.minimum_c <= degrees) and (
            self.maximum_c is None or degrees <= self.maximum_c
        )

    @property
    def width(self) -> Decimal:
        """Return how many degrees the range is wide, as far as it is bounded."""
        if self.minimum_c is None or self.maximum_c is None:
            return Decimal("Infinity")
        return self.maximum_c - self.minimum_c


@dataclass(frozen=True, slots=True, kw_only=True)
class ColdRow:
    """A row of the file: whose goods, how they are stored, the range, and when it counts."""

    profile: str
    only: tuple[str, ...]
    but: tuple[str, ...]
    kind: StorageKind
    limit: ColdLimit
    counts: Counts
    keeps_days_max: int | None
    norm: str
    verified: str
    from_on: date
    until_on: date | None

    def is_for(self, class_code: str) -> bool:
        """Return whether goods of a class code of the profile are meant."""
        return class_code not in self.but and (not self.only or class_code in self.only)

    def is_in_force(self, day: date) -> bool:
        """Return whether the row is applied to readings of a day."""
        return self.from_on <= day and (self.until_on is None or day <= self.until_on)


@dataclass(frozen=True, slots=True, kw_only=True)
class ColdTable:
    """The file: its rows, and what a heat treatment says of storage."""

    rows: tuple[ColdRow, ...]
    heat_treatments: Mapping[str, StorageKind]


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What is known of how some goods are stored, beside their class.

    `storages` are all that their labels, or the register, say; `keeps_days` is how long after
    their making the label's last day is.
    """

    storages: frozenset[Storage] = frozenset()
    keeps_days: int | None = None


NOTHING_SAID: Final = Said()


@cache
def cold_table() -> ColdTable:
    """Return the file; raises `InvalidInput` with the line of what is wrong."""
    faults = Faults()
    file = read_rows(_FILE, faults)
    since = file.day("since") or date.max
    rows = tuple(_row(row, since) for row in file.each("ranges"))
    heated = dict(_treatment(row) for row in file.each("heat_treatments"))
    file.done()
    faults.refuse()
    return ColdTable(rows=rows, heat_treatments=MappingProxyType(heated))


def rows_for(profile: str, class_code: str) -> tuple[ColdRow, ...]:
    """Return the rows for goods of a class code, as the file has them."""
    return tuple(
        row for row in cold_table().rows if row.profile == profile and row.is_for(class_code)
    )


def range_of(
    rows: Sequence[ColdRow], said: Said, day: date, values: Collection[Decimal]
) -> ColdLimit | None:
    """Return the range that goods with these readings are judged by, None for none.

    Of several rows that may be meant it is the narrowest one in which the goods ever were.
    """
    known = [row for row in rows if row.is_in_force(day)]
    if not values:
        return None
    if len(said.storages) == 1:
        return _stated(known, next(iter(said.storages)), values)
    if said.storages:
        # Their labels say several things: which of them is meant, nobody knows.
        return None
    usual = [row.limit for row in known if row.counts is Counts.ALWAYS and _may_keep(row, said)]
    seen = [row.limit for row in known if row.counts is Counts.SEEN]
    return _narrowest([*usual, *seen], values) or next(iter(usual), None)


def _stated(
    rows: Sequence[ColdRow], storage: Storage, values: Collection[Decimal]
) -> ColdLimit | None:
    of_kind = [
        row.limit for row in rows if row.kind is storage.kind and row.counts is not Counts.ADVICE
    ]
    found = _narrowest(of_kind, values) or next(iter(of_kind), None)
    if not storage.has_bounds:
        return found
    return ColdLimit(
        minimum_c=storage.minimum_c,
        maximum_c=storage.maximum_c,
        minutes_out_max=None if found is None else found.minutes_out_max,
        log_minutes_max=None if found is None else found.log_minutes_max,
    )


def _may_keep(row: ColdRow, said: Said) -> bool:
    limit, told = row.keeps_days_max, said.keeps_days
    return limit is None or told is None or told <= limit


def _narrowest(limits: Sequence[ColdLimit], values: Collection[Decimal]) -> ColdLimit | None:
    fitting = [one for one in limits if any(one.holds(value) for value in values)]
    return min(fitting, key=lambda one: one.width, default=None)


def _row(row: Rows, since: date) -> ColdRow:
    found = ColdRow(
        profile=row.text("profile"),
        only=row.texts("only"),
        but=row.texts("except"),
        kind=StorageKind(_word(row, "kind", StorageKind)),
        limit=ColdLimit(
            minimum_c=row.decimal("min"),
            maximum_c=row.decimal("max"),
            minutes_out_max=row.whole("minutes_out_max"),
            log_minutes_max=row.whole("log_minutes_max"),
        ),
        counts=Counts(_word(row, "counts", Counts)),
        keeps_days_max=row.whole("keeps_days_max"),
        norm=row.text("norm", default=""),
        verified=_word(row, "verified", _VERIFIED),
        from_on=row.day("since") or since,
        until_on=row.day("until"),
    )
    if found.limit.minimum_c is None and found.limit.maximum_c is None:
        row.fault("max", "required", "has min or max")
    row.done()
    return found


def _treatment(row: Rows) -> tuple[str, StorageKind]:
    code, kind = row.text("code"), StorageKind(_word(row, "kind", StorageKind))
    row.text("norm")
    _word(row, "verified", _VERIFIED)
    row.done()
    return code, kind


def _word(row: Rows, key: str, allowed: Iterable[str]) -> str:
    """Return a word of those that are allowed; another one is a fault, and read as the first."""
    words = [str(one) for one in allowed]
    word = row.text(key)
    if word in words:
        return word
    row.fault(key, "word", f"is one of {', '.join(words)}")
    return words[0]
