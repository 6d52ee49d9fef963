"""Credit as the interface and the pages ask for it.

One rule: every answer is of a day in China, and says so where it lacks entries of the ledger.
"""

from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from base.clock import CIVIL_ZONE
from base.db import glancing, reading
from base.errors import InvalidInput, NotFound, Problem
from codes.model import CodeError
from codes.schemes.cn_uscc import parse_uscc
from credit.checking import Answer, Entry, check_party
from credit.folding.projector import is_behind
from credit.list_reading import AsKnown, ListPage, search_list
from credit.refusal_words import sentence_zh
from credit.rulebook.lists import CreditList, credit_lists
from credit.rulebook.model import Book
from credit.rulebook.reading import rulebook
from web.credit_reading import brought_up
from web.services import Services


def book_of(parts: Services) -> Book:
    """Return the rules as they hold in the place of this installation."""
    return _book_in(parts.settings.region)


@cache
def _book_in(region: str) -> Book:
    return rulebook().for_region(region)


def today(parts: Services) -> date:
    """Return the day that it is in China."""
    return parts.clock.now().astimezone(CIVIL_ZONE).date()


def come_day(parts: Services, day: date | None, path: str = "day") -> date:
    """Return a day that was asked for, today where none was; raises `InvalidInput` for one to come.

    What is known today says nothing of it: nobody is clean on a day that has not come.
    """
    now_on = today(parts)
    if day is None or day <= now_on:
        return day or now_on
    message = f"Nothing is known of a day to come: ask for {now_on.isoformat()} or a day before."
    zh = f"未来的日子还没有信息：请查{now_on.isoformat()}或以前的日子。"
    problem = Problem(path=path, code="future", message=message, message_zh=zh)
    raise InvalidInput(message, problems=(problem,))


def check_uscc(parts: Services, *, uscc: str, matter: str | None, day: date | None) -> Answer:
    """Return what is known of a party; raises `InvalidInput` for a wrong code, matter or day."""
    book, code = book_of(parts), code_asked(uscc)
    if matter is not None and matter not in book.matters:
        raise _refusal("matter", f"There is no such matter; use one of {', '.join(book.matters)}.")
    on = come_day(parts, day)
    # Two statements without a transaction around them: the second sees what the first one saw, or
    # more, and beginning and ending one would cost as much as both.
    with glancing(parts.engine) as connection:
        if not is_behind(connection, parts.log):
            return check_party(connection, parts.log, book, uscc=code, matter=matter, day=on)
    brought_up(parts)
    with glancing(parts.engine) as connection:
        return check_party(connection, parts.log, book, uscc=code, matter=matter, day=on)


def code_asked(uscc: str) -> str:
    """Return a social credit code that was typed; raises `InvalidInput` for anything else."""
    try:
        return parse_uscc(uscc.strip()).text
    except CodeError as error:
        raise _refusal("uscc", f"This is no social credit code: {error.message}.") from None


def public_list(list_id: str) -> CreditList:
    """Return a list that the law lets be public; raises `NotFound` for any other."""
    found = credit_lists().get(list_id)
    if found is None or not found.is_public:
        raise NotFound("There is no public list of that name.")
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicAsked:
    """What is asked of a public list: a day, words of a name or a code, where a page begins.

    `may_look_back` where whoever asks may be told of a day that lies behind.
    """

    day: date | None = None
    words: str = ""
    after: str = ""
    rows_max: int | None = None
    may_look_back: bool = False


def page_of_list(parts: Services, list_id: str, asked: PublicAsked) -> ListPage:
    """Return a page of a public list: organisations alone, repaired entries left out.

    Raises `InvalidInput` for any day but today, unless whoever asks may look back: what has run
    out, or has not begun, is told to nobody else.
    """
    found, now_on = public_list(list_id), today(parts)
    day = asked.day or now_on
    if day != now_on and not asked.may_look_back:
        raise _refusal("day", "A public list is of today: what has run out is told no more.")
    come_day(parts, day)
    brought_up(parts)
    most = parts.settings.page_size_max
    with reading(parts.engine) as connection:
        return search_list(
            connection,
            parts.log,
            AsKnown(list_id=found.id, day=day),
            words=asked.words,
            after=asked.after,
            rows_max=min(asked.rows_max or most, most),
        )


def entry_told(entry: Entry) -> dict[str, Any]:
    """Return an entry of a list as every door of the interface tells it."""
    return {
        "list": entry.credit_list.id,
        "list_zh": entry.credit_list.zh,
        "kind": entry.credit_list.kind.value,
        "number": entry.number,
        "authority": entry.authority,
        "ground": entry.ground,
        "article": entry.article,
        "from_on": entry.from_on,
        "stops_on": entry.stops_on,
        "removable_on": entry.removable_on,
        "seq": entry.seq,
        "batch": entry.batch_id,
        "row": entry.row_number,
    }


def _refusal(path: str, message: str) -> InvalidInput:
    problem = Problem(path=path, code="invalid", message=message, message_zh=sentence_zh(message))
    return InvalidInput(message, problems=(problem,))
