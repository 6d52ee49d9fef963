"""Reads what a feed's `feed.yaml` says of its fields and of its batches.

The rule that must stay true: a feed that is not understood whole is refused when it is read, with
the line of what is wrong.
"""

from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Final, TypeVar

from credit.feeds.model import Feed, Field, FieldKind, Mapper, Semantics
from credit.rulebook.code_lists import code_lists
from schemas.profiles.yaml_rows import Faults, Rows, read_rows

_CHARS_MAX: Final = 200
_FILES_DAYS: Final = 90

Word = TypeVar("Word", bound=StrEnum)


def read_feed(path: Path, mapper: Mapper) -> Feed:
    """Read a feed's file; raises `InvalidInput` with every fault."""
    faults = Faults()
    rows = read_rows(path, faults)
    fields = tuple(_field(row) for row in rows.each("fields"))
    feed = Feed(
        id=rows.text("id"),
        version=rows.whole("version", default=1) or 1,
        zh=rows.text("zh"),
        en=rows.text("en"),
        semantics=_word(rows, "semantics", Semantics, Semantics.DELTA),
        fields=fields,
        rows_min=rows.whole("rows_min", default=1) or 0,
        rows_max=rows.whole("rows_max", default=1_000_000) or 0,
        matched_min_percent=rows.whole("matched_min_percent", default=0) or 0,
        growth_max_percent=rows.whole("growth_max_percent", default=200) or 0,
        ended_max_percent=rows.whole("ended_max_percent", default=20) or 0,
        report_workdays=rows.whole("report_workdays", default=0) or 0,
        report_from=rows.text("report_from", default=""),
        party_name=rows.text("party_name", default=""),
        party_kind=rows.text("party_kind", default=""),
        party_number=rows.text("party_number", default=""),
        names_parties=rows.flag("names_parties"),
        files_days=rows.whole("files_days", default=_FILES_DAYS) or 0,
        map=mapper,
        by_header=MappingProxyType({name: one for one in fields for name in one.names}),
    )
    rows.done()
    for header in _repeated(feed):
        faults.add(path.name, "duplicate", f"{header} is the header of two fields")
    for name in (feed.report_from, feed.party_name, feed.party_kind, feed.party_number):
        if name and name not in {field.name for field in fields}:
            faults.add(path.name, "unknown", f"{name} is no field of the feed")
    if bool(feed.report_workdays) != bool(feed.report_from):
        faults.add(path.name, "half", "report_workdays and report_from come together")
    faults.refuse()
    return feed


def _field(rows: Rows) -> Field:
    list_name = rows.text("list", default="")
    if list_name and list_name not in code_lists().lists:
        rows.fault("list", "unknown", f"{list_name} is no code list")
    kind = _word(rows, "kind", FieldKind, FieldKind.TEXT)
    if (kind is FieldKind.WORD) != bool(list_name):
        rows.fault("list", "list", "is given for a word, and for nothing else")
    is_past = rows.flag("past")
    if is_past and kind is not FieldKind.DAY:
        rows.fault("past", "kind", "is said of a day, and of nothing else")
    zh = rows.text("zh")
    field = Field(
        names=(rows.text("name"), zh, *rows.texts("names")),
        kind=kind,
        zh=zh,
        en=rows.text("en"),
        chars_max=rows.whole("chars_max", default=_CHARS_MAX) or 0,
        is_required=rows.flag("required"),
        is_personal=rows.flag("personal"),
        may_be_masked=rows.flag("masked"),
        is_past=is_past,
        list_name=list_name,
    )
    rows.done()
    return field


def _repeated(feed: Feed) -> Iterator[str]:
    seen: set[str] = set()
    for field in feed.fields:
        for header in dict.fromkeys(field.names):
            if header in seen:
                yield header
            seen.add(header)


def _word(rows: Rows, key: str, words: type[Word], default: Word) -> Word:
    text = rows.text(key, default=default.value)
    try:
        return words(text)
    except ValueError:
        rows.fault(key, "word", f"is one of {', '.join(one.value for one in words)}")
        return default
