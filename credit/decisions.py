"""A decision told in words, as a penalty that rules can look at.

The rule that must stay true: a word that no code list has is refused with its field, never guessed.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

from base.errors import InvalidInput, Problem
from credit.model import Penalty
from credit.rulebook.code_lists import CodeList, code_lists
from credit.rulebook.model import Book, Regime, Severity

_TRANSITION: Final = "publicity.transition"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A decision in words: codes of the code lists, or the words of the feeds.

    `on_credit_china`: under the rules of Credit China, whatever the authority's own are.
    """

    decided_on: date
    authority: str
    penalties: tuple[str, ...]
    fields: tuple[str, ...] = ()
    procedure: str = ""
    severity: Severity | None = None
    published_on: date | None = None
    fulfilled_on: date | None = None
    on_credit_china: bool = False


def penalty_told(told: Told) -> Penalty:
    """Return the penalty; raises `InvalidInput` for words that no list has."""
    lists = code_lists()
    procedures = _codes(lists.procedures, "procedure", filter(None, (told.procedure,)))
    return Penalty(
        decided_on=told.decided_on,
        regime=Regime.CREDIT_CHINA if told.on_credit_china else _regime(told.authority),
        kinds=_codes(lists.penalties, "penalties", told.penalties),
        fields=_codes(lists.fields, "fields", told.fields),
        procedure=next(iter(procedures), None),
        stated=told.severity,
        published_on=told.published_on,
        fulfilled_on=told.fulfilled_on,
    )


def converting(book: Book, ids: Iterable[str]) -> Book:
    """Return the book in which these changes of law convert older records."""
    wanted = tuple(ids)
    known = {rule.id for rule in book.rules.values() if rule.matter == _TRANSITION}
    for one in wanted:
        if one not in known:
            message = f"{one} is no change of law; use one of {', '.join(sorted(known))}."
            raise _refusal("convert", message)
    return book.converting(wanted)


def _regime(authority: str) -> Regime:
    lists = code_lists().authorities
    found = lists.of_word(authority) or lists.of_title(authority)
    if found is None or found.regime is None:
        raise _unknown("authority", authority, lists)
    return found.regime


def _codes(known: CodeList, path: str, words: Iterable[str]) -> frozenset[str]:
    found = set()
    for word in words:
        code = known.of_word(word)
        if code is None:
            raise _unknown(path, word, known)
        found.add(code.id)
    return frozenset(found)


def _unknown(path: str, word: str, known: CodeList) -> InvalidInput:
    return _refusal(path, f"{word} is not known here; use one of {', '.join(known.codes)}.")


def _refusal(path: str, message: str) -> InvalidInput:
    return InvalidInput(message, problems=(Problem(path=path, code="unknown", message=message),))
