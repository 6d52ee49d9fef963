"""What reports and snapshots hold and how often: rows of `reporting.yaml`.

The rule that must stay true: a kind of facts or a list stands in one section alone, so that nothing
is told twice and nothing is left out: what no section names stands under the last one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

from credit.feeds.model import FactKind
from credit.rulebook.lists import credit_lists
from schemas.profiles.yaml_rows import Faults, Rows, read_rows

_FILE: Final = Path(__file__).with_name("reporting.yaml")
_WHY: Final = ("norm", "zh", "en", "verified")


class Publicity(StrEnum):
    """What of a section anybody may be told."""

    ALL = "all"
    PUBLISHED = "published"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One section of a report. Nothing is collected for one without kinds and lists.

    `apart` says where the rest of the matter stands that is in the report, and in no section.
    """

    id: str
    zh: str
    en: str
    kinds: frozenset[str]
    lists: frozenset[str]
    publicity: Publicity
    note_zh: str
    note_en: str
    apart_zh: str
    apart_en: str

    @property
    def is_collected(self) -> bool:
        """Return whether anything that this service takes in is of the section."""
        return bool(self.kinds or self.lists)

    @property
    def is_wholly_public(self) -> bool:
        """Return whether anybody may be told of all of it: an entry of a list may be kept back."""
        return self.publicity is Publicity.ALL and not self.lists


@dataclass(frozen=True, slots=True, kw_only=True)
class DatedRow:
    """How many of its unit something takes on one of the days of the row.

    Years that a look is kept, months for which an authorisation is taken, days between snapshots.
    """

    id: str
    from_on: date | None
    to_on: date | None
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportLimits:
    """What one report, one proof, one snapshot and one file may hold."""

    facts: int
    snapshot_rows: int
    snapshot_paths: int
    snapshot_paper: int
    snapshot_compared: int
    file_bytes: int
    compare_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Everything that `reporting.yaml` says."""

    sections: tuple[Section, ...]
    access: tuple[DatedRow, ...]
    authorisation: tuple[DatedRow, ...]
    snapshots: tuple[DatedRow, ...]
    limits: ReportLimits
    by_list: Mapping[str, Section]
    by_kind: Mapping[str, Section]

    def section_of(self, kind: str, list_id: str) -> Section:
        """Return the section of a fact; the last one where none names it."""
        found = self.by_list.get(list_id) if list_id else None
        return found or self.by_kind.get(kind) or self.sections[-1]

    def access_years(self, day: date) -> int:
        """Return how many years a look of a day is kept."""
        return _count_on(self.access, day)

    def authorisation_months(self, day: date) -> int:
        """Return for how many months an authorisation may be taken on a day."""
        return _count_on(self.authorisation, day)

    def snapshot_days(self, day: date) -> int:
        """Return every how many days each public list that changed has a snapshot; 0 for never."""
        return _count_on(self.snapshots, day)


def _count_on(rows: Sequence[DatedRow], day: date) -> int:
    """Return what the row in force on a day says; the newest one where none was."""
    for row in rows:
        is_begun = row.from_on is None or row.from_on <= day
        if is_begun and (row.to_on is None or day <= row.to_on):
            return row.count
    return rows[-1].count


@cache
def layout() -> Layout:
    """Return the layout; raises `InvalidInput` with the line of what is wrong."""
    faults = Faults()
    file = read_rows(_FILE, faults)
    sections = tuple(_section(rows) for rows in file.each("sections"))
    access = tuple(_dated(rows, "years", words=_WHY) for rows in file.each("access"))
    authorisation = tuple(_dated(rows, "months", words=_WHY) for rows in file.each("authorisation"))
    snapshots = tuple(_dated(rows, "every_days") for rows in file.each("snapshots"))
    limits = _limits(file.under("limits"))
    _require_once(sections, faults)
    file.done()
    faults.refuse()
    return Layout(
        sections=sections,
        access=access,
        authorisation=authorisation,
        snapshots=snapshots,
        limits=limits,
        by_list=MappingProxyType({name: one for one in sections for name in one.lists}),
        by_kind=MappingProxyType({name: one for one in sections for name in one.kinds}),
    )


def _section(rows: Rows) -> Section:
    publicity = rows.text("public")
    if publicity not in set(Publicity):
        rows.fault("public", "word", f"is one of {', '.join(Publicity)}")
        publicity = Publicity.NONE
    kinds, lists = frozenset(rows.texts("kinds")), frozenset(rows.texts("lists"))
    for name in sorted(kinds - set(FactKind)):
        rows.fault("kinds", "unknown", f"{name} is no kind of fact")
    for name in sorted(lists - set(credit_lists())):
        rows.fault("lists", "unknown", f"{name} is no list")
    section = Section(
        id=rows.text("id"),
        zh=rows.text("zh"),
        en=rows.text("en"),
        kinds=kinds,
        lists=lists,
        publicity=Publicity(publicity),
        note_zh=rows.text("note_zh", default=""),
        note_en=rows.text("note_en", default=""),
        apart_zh=rows.text("apart_zh", default=""),
        apart_en=rows.text("apart_en", default=""),
    )
    rows.done()
    return section


def _dated(rows: Rows, unit: str, *, words: Sequence[str] = ()) -> DatedRow:
    """Read a dated row; its words are for whoever reads the file, and have to be there."""
    for name in words:
        rows.text(name)
    row = DatedRow(
        id=rows.text("id"),
        from_on=rows.day("from"),
        to_on=rows.day("to"),
        count=rows.whole(unit) or 0,
    )
    rows.done()
    return row


def _limits(rows: Rows) -> ReportLimits:
    limits = ReportLimits(
        facts=rows.whole("facts") or 0,
        snapshot_rows=rows.whole("snapshot_rows") or 0,
        snapshot_paths=rows.whole("snapshot_paths") or 0,
        snapshot_paper=rows.whole("snapshot_paper") or 0,
        snapshot_compared=rows.whole("snapshot_compared") or 0,
        file_bytes=rows.whole("file_bytes") or 0,
        compare_bytes=rows.whole("compare_bytes") or 0,
    )
    rows.done()
    return limits


def _require_once(sections: tuple[Section, ...], faults: Faults) -> None:
    seen: set[str] = set()
    for section in sections:
        for name in (*sorted(section.kinds), *sorted(section.lists)):
            if name in seen:
                faults.add(_FILE.name, "duplicate", f"{name} stands in two sections")
            seen.add(name)
