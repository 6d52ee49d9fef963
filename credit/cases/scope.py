"""Which records repair is for: penalties, entries of lists, failed inspections where a row says so.

The rule that must stay true: what is held against nobody is not repaired, and a result of an
inspection only where a row of law that is in force has it repaired by its kind of authority.
"""

from collections.abc import Sequence
from datetime import date
from typing import Final

from credit.feeds.model import FactKind
from credit.rulebook.code_lists import code_lists
from credit.rulebook.lists import ListKind, credit_lists
from credit.rulebook.model import Book, Regime, Rule

FAILED: Final = "failed"
_KINDS: Final = "repair.kinds"
# What is handed in whatever the record is, and what an inspection's own row leads to.
_BESIDE: Final = ("repair.materials", "repair.linked_inspection")


def is_for_repair(
    book: Book, kind: str, *, list_id: str, grade: str, authority: str, day: date
) -> bool:
    """Return whether a record is one that can be repaired on a day at all.

    `authority` is the id of its kind of authority; `grade` is the result of an inspection.
    """
    if kind == FactKind.PENALTY:
        return True
    if list_id:
        return credit_lists()[list_id].kind is not ListKind.REWARD
    is_failed = kind == FactKind.INSPECTION and grade == FAILED
    return is_failed and bool(_scope(book, authority, day))


def told_of_inspection(book: Book, authority: str, day: date) -> Sequence[Rule]:
    """Return the rows by which a failed inspection is repaired, none where it is not."""
    scope = _scope(book, authority, day)
    beside = [rule for matter in _BESIDE for rule in book.of(matter, day, Regime.MARKET)]
    return (*scope, *beside) if scope else ()


def _scope(book: Book, authority: str, day: date) -> Sequence[Rule]:
    code = code_lists().authorities.codes.get(authority)
    if code is None or code.regime is None:
        return ()
    # A row for any regime says what repair is, and names no result of an inspection (R107-1 does).
    return [rule for rule in book.of(_KINDS, day, code.regime) if rule.regime is code.regime]
