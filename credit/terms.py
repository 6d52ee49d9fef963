"""How long an entry of a list lasts, by when it is deleted, and onto which list it leads.

The rule that must stay true: the console, the interface and the page answer one question alike, and
each day stands beside the rows of law that it follows from; a day that no row fixes is none.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final

from base.errors import InvalidInput, Problem
from base.strict_json import JsonObject
from credit.explaining import because_json, term_json
from credit.model import Because
from credit.rulebook.lists import CreditList, credit_lists
from credit.rulebook.model import Book, Rule
from credit.rules.listing import Counted, NoTerm, Step, Term, Workdays, delete_by, step_of, term_of

EXTENSION_MONTHS_MAX: Final = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class TermAsked:
    """An entry that starts on a day, on a ground by its number in the norm.

    `until_on` is the last day that the decision names; on `ended_on` the ground fell away.
    """

    listed_on: date
    item: str = ""
    extension_months: int = 0
    until_on: date | None = None
    ended_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListTerm:
    """What the law makes of an entry. `deletion` is the day by which it is taken off, and its row.

    `deletion` is None where the entry has no end, or no row says by when; `step` where it leads
    nowhere.
    """

    asked: TermAsked
    term: Term
    deletion: tuple[Counted, Rule] | None
    has_end: bool
    step: Step | None


def list_named(name: str) -> CreditList:
    """Return a list by its id or by the family of its rows; raises `InvalidInput` with both."""
    found = credit_lists().get(name)
    named = {_family(one): one for one in credit_lists().values() if one.facts}
    if found is None and name not in named:
        known = ", ".join(sorted({*credit_lists(), *named}))
        raise InvalidInput(f"{name} is no list; use one of {known}.")
    return found or named[name]


def term_of_list(book: Book, found: CreditList, asked: TermAsked, workdays: Workdays) -> ListTerm:
    """Return what the law makes of an entry; raises `InvalidInput` where no row says it."""
    for path, day in (("until", asked.until_on), ("ended", asked.ended_on)):
        if day is not None and day < asked.listed_on:
            message, zh = "is before the day of the entry", "早于列入之日。"
            raise _refusal(Problem(path=path, code="order", message=message, message_zh=zh))
    try:
        term = term_of(
            book,
            found.period,
            found.regime,
            starts_on=asked.listed_on,
            item=asked.item,
            extension_months=asked.extension_months,
            restricted_until_on=asked.until_on,
        )
    except NoTerm as error:
        raise _refusal(_no_term(asked, str(error))) from None
    ground_on = asked.ended_on or (term.maximum.last_on if term.maximum else None)
    deletion = None
    if ground_on is not None:
        deletion = delete_by(book, found.clock, found.regime, ground_on, workdays)
    step = step_of(book, f"{_family(found)}.step", found.regime, listed_on=asked.listed_on)
    return ListTerm(
        asked=asked, term=term, deletion=deletion, has_end=ground_on is not None, step=step
    )


def list_term_json(found: ListTerm) -> JsonObject:
    """Return what the law makes of an entry, as an object; a day that no row fixes is null."""
    told = {**term_json(found.term), "listed": found.asked.listed_on.isoformat()}
    if found.has_end:
        counted = None if found.deletion is None else found.deletion[0]
        rules = () if found.deletion is None else (found.deletion[1],)
        told["delete_by"] = None if counted is None else counted.day.isoformat()
        told["provisional"] = counted is not None and counted.is_provisional
        told["delete_because"] = because_json(Because(rules=rules))
    if found.step is not None:
        told["leads_to"] = {
            "list": found.step.onto,
            "on": found.step.on.isoformat(),
            "rule": found.step.rule.id,
        }
    return told


def _family(found: CreditList) -> str:
    # A list's rows are named after it: `serious_list.period` beside `serious_list.step`.
    return found.period.partition(".")[0]


def _no_term(asked: TermAsked, message: str) -> Problem:
    if not asked.extension_months:
        return Problem(path="item", code="no_period", message=message)
    zh = "这一名单的条款不允许这样延长。"
    return Problem(path="extension", code="extension", message=message, message_zh=zh)


def _refusal(problem: Problem) -> InvalidInput:
    return InvalidInput(f"{problem.path}: {problem.message}.", problems=(problem,))
