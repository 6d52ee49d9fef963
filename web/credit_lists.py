"""Lists as the pages of authorities ask for them: whole, searched, as known on a day, compared.

One rule: every list of the rulebook is here, public or not, so these are for whoever checks credit
alone; organisations are on them, and never a natural person.
"""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from trace.recall.workdays import workdays_after
from unicodedata import normalize

from base.clock import CIVIL_ZONE
from base.db import reading
from base.errors import InvalidInput, NotFound, Problem
from credit.checking import Listed
from credit.feeds.persons import holds_number
from credit.list_passing import passed_between
from credit.list_reading import (
    AsKnown,
    Changes,
    ListPage,
    Removed,
    changes_between,
    count_on,
    search_list,
)
from credit.refusal_words import sentence_zh
from credit.rulebook.lists import CreditList, credit_lists
from credit.terms import ListTerm, TermAsked, term_of_list
from web.credit import book_of, come_day, today
from web.credit_reading import brought_up
from web.services import Services


def any_list(list_id: str) -> CreditList:
    """Return a list of the rulebook; raises `NotFound`."""
    found = credit_lists().get(list_id)
    if found is None:
        raise NotFound("There is no list of that name.")
    return found


def end_of(day: date) -> datetime:
    """Return the last instant of a day in China."""
    start = datetime.combine(day + timedelta(days=1), time(), tzinfo=CIVIL_ZONE)
    return start - timedelta(microseconds=1)


def as_known(parts: Services, list_id: str, *, day: date | None, known_on: date | None) -> AsKnown:
    """Return a list on a day, today unless one is given, as known at the end of a day, or now.

    Now is an instant, too: what comes in while pages of a list are read is on none of them. Raises
    `InvalidInput` for a day to come, of the list or of what is known.
    """
    found, on = any_list(list_id), come_day(parts, day)
    come_day(parts, known_on, "known")
    brought_up(parts)
    now = parts.clock.now()
    known_at = now if known_on is None else min(end_of(known_on), now)
    return AsKnown(list_id=found.id, day=on, known_at=known_at)


def sides_of(
    parts: Services, list_id: str, *, since: date, until: date | None
) -> tuple[AsKnown, AsKnown]:
    """Return a list on two days, each as it was known at the end of its own day.

    That is what a reader saw then. Raises `InvalidInput` for a day to come, and where the later day
    comes first.
    """
    last = come_day(parts, until, "to")
    if since > last:
        message = "The later day comes second."
        raise InvalidInput(message, problems=(Problem(path="to", code="order", message=message),))
    before, after = (as_known(parts, list_id, day=day, known_on=day) for day in (since, last))
    return before, after


def page_for(parts: Services, asked: AsKnown, *, words: str, after: str, rows_max: int) -> ListPage:
    """Return a page of a list; raises `InvalidInput` for the number of a natural person."""
    if holds_number(normalize("NFKC", words)):
        message = "Natural persons are searched for nowhere: lists hold organisations alone."
        problem = Problem(path="q", code="person", message=message, message_zh=sentence_zh(message))
        raise InvalidInput(message, problems=(problem,))
    with reading(parts.engine) as connection:
        return search_list(
            connection, parts.log, asked, words=words, after=after, rows_max=rows_max
        )


def whole_list(parts: Services, asked: AsKnown, *, words: str = "") -> Iterator[Listed]:
    """Yield all of a list, a page at a time."""
    after, is_last = "", False
    while not is_last:
        rows_max = parts.settings.page_size_max
        page = page_for(parts, asked, words=words, after=after, rows_max=rows_max)
        yield from page.listed
        after, is_last = page.next_after, not page.next_after


def counts_for(parts: Services) -> list[tuple[CreditList, int]]:
    """Return every list with how many entries it has today."""
    day = today(parts)
    brought_up(parts)
    with reading(parts.engine) as connection:
        return [
            (found, count_on(connection, parts.log, AsKnown(list_id=found.id, day=day)))
            for found in credit_lists().values()
        ]


def term_for(parts: Services, list_id: str, asked: TermAsked) -> ListTerm:
    """Return what the law makes of an entry of a list; nothing is recorded.

    Raises `InvalidInput` where no row says it.
    """
    return term_of_list(book_of(parts), any_list(list_id), asked, workdays_after)


def count_for(parts: Services, asked: AsKnown) -> int:
    """Return how many entries a list has."""
    with reading(parts.engine) as connection:
        return count_on(connection, parts.log, asked)


def passed_for(
    parts: Services, before: AsKnown, after: AsKnown, *, rows_max: int
) -> tuple[Removed, ...]:
    """Return who came onto a list and left it between its two sides."""
    with reading(parts.engine) as connection:
        return passed_between(connection, parts.log, before, after, rows_max=rows_max)


def changes_for(parts: Services, before: AsKnown, after: AsKnown, *, rows_max: int) -> Changes:
    """Return what differs between two lists."""
    with reading(parts.engine) as connection:
        return changes_between(connection, parts.log, before, after, rows_max=rows_max)
