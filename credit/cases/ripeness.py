"""Whether repair of a record may be asked for on a day, or by which article it may not.

The rule that must stay true: only a row that somebody has read, or had read to him, refuses; what
stands on memory alone is told as a doubt, and left to the authority to decide by.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any, Final

from sqlalchemy import Row

from base.errors import Problem
from base.strict_json import loads
from credit.cases.scope import is_for_repair
from credit.feeds.model import FactKind
from credit.model import Penalty
from credit.rulebook.code_lists import code_lists
from credit.rulebook.lists import ListKind, credit_lists
from credit.rulebook.matters import NeverEarlyTerms
from credit.rulebook.model import Book, Measure, Regime, Rule, Severity
from credit.rules.listing import NoTerm, Term, term_of
from credit.rules.publicity import Publicity, publicity_of

_BODY_BYTES_MAX: Final = 1 << 20
_BODY_DEPTH_MAX: Final = 6

_ADVERSE: Final = "repair.adverse_information"

FactRow = Row[*tuple[Any, ...]]


def hindrances(book: Book, fact: FactRow, bar: Measure | None, day: date) -> Iterator[Problem]:
    """Yield what keeps a record from repair on a day; `bar` is one of the law that runs on it."""
    if fact.stops_on is not None and fact.stops_on <= day:
        yield _problem(
            "over", "its publication has ended by itself", "公示已经自动终止，无需修复。"
        )
    elif fact.kind == FactKind.PENALTY:
        found = publicity_of_fact(fact, book)
        if found is not None:
            yield from _of_penalty(found, day)
    elif fact.list and credit_lists()[fact.list].kind is not ListKind.REWARD:
        term = _term_of_fact(fact, book)
        if term is not None:
            yield from _of_entry(term, fact, bar, day)
    elif not is_for_repair(
        book,
        fact.kind,
        list_id=fact.list,
        grade=_body(fact).get("grade", ""),
        authority=fact.authority,
        day=day,
    ):
        yield from _by_nothing(book, day)


def doubts(book: Book, fact: FactRow, bar: Measure | None, day: date) -> Iterator[Rule]:
    """Yield the rows that would keep a record from repair on a day, had anybody read them."""
    if fact.stops_on is not None and fact.stops_on <= day:
        return
    found = publicity_of_fact(fact, book) if fact.kind == FactKind.PENALTY else None
    if found is not None:
        barring = [rule for rule in found.because.rules if isinstance(rule.terms, NeverEarlyTerms)]
        is_early = found.repairable_on is not None and found.repairable_on > day
        yield from _unread(*barring, found.barred_by, found.minimum_rule if is_early else None)
    elif fact.list:
        term = _term_of_fact(fact, book)
        if term is not None:
            is_early = term.removable_on is not None and term.removable_on > day
            is_restricted = _is_restricted(fact, bar, day)
            yield from _unread(
                term.minimum_rule if is_early else None, term.waits_by if is_restricted else None
            )


def _unread(*rules: Rule | None) -> Iterator[Rule]:
    yield from (rule for rule in rules if rule is not None and not rule.is_certain)


def publicity_of_fact(fact: FactRow, book: Book) -> Publicity | None:
    """Return what the rules make of a penalty that is kept; None where they cannot look at it."""
    authority = code_lists().authorities.codes.get(fact.authority)
    if fact.decided_on is None or authority is None:
        return None
    body = _body(fact)
    told = Penalty(
        decided_on=fact.decided_on,
        regime=authority.regime or Regime.CREDIT_CHINA,
        kinds=frozenset(body["kinds"]),
        fields=frozenset(body["fields"]),
        procedure=body.get("procedure"),
        published_on=_day(body.get("published_on")),
        fulfilled_on=_day(body.get("fulfilled_on")),
        restricted_until_on=fact.ends_on,
    )
    found = publicity_of(told, book)
    kept = None if fact.severity is None else Severity(fact.severity)
    if found.severity is kept:
        return found
    # The authority said itself how grave it is.
    return publicity_of(replace(told, stated=kept), book)


def _term_of_fact(fact: FactRow, book: Book) -> Term | None:
    found, start_on = credit_lists()[fact.list], fact.starts_on or fact.decided_on
    if start_on is None:
        return None
    try:
        return term_of(
            book,
            found.period,
            found.regime,
            starts_on=start_on,
            item=_body(fact).get("item", ""),
            restricted_until_on=fact.ends_on,
        )
    except NoTerm:
        return None


def _of_penalty(found: Publicity, day: date) -> Iterator[Problem]:
    if found.barred_by is not None and found.barred_by.is_certain:
        yield _by_law("barred", found.barred_by)
    elif found.repairable_on is not None and found.repairable_on > day:
        yield from _early(found.minimum_rule, found.repairable_on)


def _of_entry(term: Term, fact: FactRow, bar: Measure | None, day: date) -> Iterator[Problem]:
    rule = term.waits_by
    if rule is not None and rule.is_certain and _is_restricted(fact, bar, day):
        yield _by_law("restricted", rule)
    elif term.removable_on is not None and term.removable_on > day:
        yield from _early(term.minimum_rule, term.removable_on)


def _is_restricted(fact: FactRow, bar: Measure | None, day: date) -> bool:
    return bar is not None or (fact.ends_on is not None and fact.ends_on >= day)


def _by_nothing(book: Book, day: date) -> Iterator[Problem]:
    """Yield why an honour, a permit, what the trace shows or such a result is not repaired."""
    for rule in book.of(_ADVERSE, day)[:1]:
        yield _by_law("no_dishonesty", rule)


def _early(rule: Rule | None, first_on: date) -> Iterator[Problem]:
    if rule is not None and rule.is_certain:
        told = first_on.isoformat()
        yield _problem(
            "early",
            f"repair may be asked for from {told} on ({rule.norm.en}, {rule.norm.number})",
            f"自{told}起才能申请信用修复（{_cited(rule)}）。",
        )


def _by_law(code: str, rule: Rule) -> Problem:
    article = f", art. {rule.article}" if rule.article else ""
    message = f"it cannot be repaired ({rule.norm.en}, {rule.norm.number}{article}): {rule.en}"
    return _problem(code, message.removesuffix("."), f"{_cited(rule)}：{rule.zh}")


def _cited(rule: Rule) -> str:
    name = rule.norm.zh if rule.norm.is_own else f"《{rule.norm.zh}》"
    return f"{name}{rule.norm.number}{rule.article}"


def _problem(code: str, message: str, message_zh: str = "") -> Problem:
    return Problem(path="facts", code=code, message=message, message_zh=message_zh)


def _body(fact: FactRow) -> Any:
    return loads(fact.body.encode(), bytes_max=_BODY_BYTES_MAX, depth_max=_BODY_DEPTH_MAX)


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
