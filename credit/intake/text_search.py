"""Looks for the number of a person in what people typed: the reasons and grounds of entries.

The rule that must stay true: no entry is changed by it. What stands in the ledger stays there, is
hidden where it is published (`credit.personal_texts`), and whoever erases somebody is told of it.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, select

from credit.applying.entries import APPLIED_KIND, LIFTED_KIND
from credit.cases.entries import CASE_KIND, case_note_of
from credit.inspecting.entries import RESULT_KIND
from credit.judging.entries import JUDGED_KIND, UNDONE_KIND
from credit.tables import CREDIT_ENTRY
from credit.warning.entries import ACT_KIND
from ledger.store import StoredEntry, read_entries

_TYPED: Final = (
    CASE_KIND,
    APPLIED_KIND,
    LIFTED_KIND,
    RESULT_KIND,
    JUDGED_KIND,
    UNDONE_KIND,
    ACT_KIND,
)
_PAGE_ENTRIES: Final = 200
# Digits and what people put between them: a number is looked for wherever a cell holds one.
_BETWEEN: Final = re.compile(r"(?<=[0-9])[ \-]+(?=[0-9Xx])")


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldText:
    """An entry in whose texts somebody typed the number; `subject` is the case of a step."""

    seq: int
    kind: str
    subject: str


def texts_with(connection: Connection, log: int, number: str) -> Iterator[HeldText]:
    """Yield the entries of what people typed that hold an ID number, or the old form of it."""
    entry, last = CREDIT_ENTRY.c, -1
    while True:
        statement = (
            select(entry.seq)
            .where(entry.log == log, entry.kind.in_(_TYPED), entry.seq > last)
            .order_by(entry.seq)
            .limit(_PAGE_ENTRIES)
        )
        seqs = list(connection.execute(statement).scalars())
        if not seqs:
            return
        found = read_entries(connection, log, seqs)
        for seq in seqs:
            stored = found[seq]
            if any(text_holds(part.body.decode(), number) for part in stored.parts.values()):
                yield _held(stored)
        last = seqs[-1]


def _held(entry: StoredEntry) -> HeldText:
    case = case_note_of(entry).case_id if entry.header.kind == CASE_KIND else ""
    return HeldText(seq=entry.seq, kind=entry.header.kind, subject=str(case))


def text_holds(text: str, number: str) -> bool:
    """Return whether a text holds a number, however it is written; the old form of it, too."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    plain = _BETWEEN.sub("", text).upper()
    return number in plain or number[:6] + number[8:17] in plain
