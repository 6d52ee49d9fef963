"""Which rows of law say how one gets on a list, for how long, and how one gets off it.

The rule that must stay true: only rows in force on the day are told, each with its article; where
no row says how one gets off, nothing is made up.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import chain
from typing import Final

from credit.rulebook.lists import CreditList, credit_lists
from credit.rulebook.model import Book, Norm, Regime, Rule
from credit.rulebook.reading import national_book

_ON: Final = ("grounds", "ground", "threshold", "weighing", "exclusions", "when", "approval")
_HOW_LONG: Final = ("period",)
_OFF: Final = ("conditions", "clock", "correction", "annulled")
_ITEM: Final = re.compile(r"[1-9][0-9]?")
# Lists, items and days whose article is kept at hand: a check asks for it each time.
_CITED_MAX: Final = 4096
_DIGITS: Final = "零一二三四五六七八九"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListRules:
    """The rows behind a list on a day; `norm` is the one by which it is kept, if any row has it."""

    norm: Norm | None
    on: tuple[Rule, ...]
    how_long: tuple[Rule, ...]
    off: tuple[Rule, ...]


def rules_of_list(book: Book, found: CreditList, day: date) -> ListRules:
    """Return the rows of law behind a list that are in force on a day."""
    return ListRules(
        norm=norm_named(book, found.norm),
        on=(*_rules(book, found, day, _ON), *_named(book, found.grounds, day)),
        how_long=tuple(_rules(book, found, day, _HOW_LONG)),
        off=tuple(_rules(book, found, day, _OFF)),
    )


@lru_cache(maxsize=_CITED_MAX)
def ground_cited(list_id: str, items: tuple[str, ...], day: date) -> str:
    """Return the article under which a list holds an entry by these items of its grounds.

    "" where the items are no numbers, or no row of the day says which article they are items of.
    """
    found = credit_lists()[list_id]
    if not items or not all(_ITEM.fullmatch(one) for one in items):
        return ""
    for rule in _rules(national_book(), found, day, ("grounds",)):
        number = f"（{rule.norm.number}）" if rule.norm.number else ""
        # The courts' words are kept as the items of the article; other lists number theirs here.
        is_item = found.regime is Regime.COURT
        told = "、".join(f"第{_numeral(int(one))}项" for one in items) if is_item else ""
        return f"《{rule.norm.zh}》{number}{rule.article}{told}"
    return ""


def _numeral(number: int) -> str:
    """Return a number up to 99 as an article is cited by."""
    tens, ones = divmod(number, 10)
    ten = "" if tens == 0 else "十" if tens == 1 else f"{_DIGITS[tens]}十"
    return ten + (_DIGITS[ones] if ones else "")


def norm_named(book: Book, norm_id: str) -> Norm | None:
    """Return a norm by its id, None where no row of the book stands on it."""
    of_rules = (rule.norm for rule in book.rules.values())
    of_measures = (measure.norm for measure in book.measures.values())
    return next((one for one in chain(of_rules, of_measures) if one.id == norm_id), None)


def _named(book: Book, matters: Iterable[str], day: date) -> Iterator[Rule]:
    for matter in matters:
        yield from book.of(matter, day)


def _rules(book: Book, found: CreditList, day: date, parts: tuple[str, ...]) -> Iterator[Rule]:
    # A list's rows are named after it: `serious_list.period` beside `serious_list.conditions`.
    prefixes = {one.partition(".")[0] for one in (found.period, found.clock) if one}
    for part in parts:
        for prefix in sorted(prefixes):
            yield from book.of(f"{prefix}.{part}", day)
