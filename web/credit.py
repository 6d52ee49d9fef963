"""Credit as the interface and the pages ask for it.

One rule: every answer is brought up to the head of the ledger first, and is of a day in China.
"""

from datetime import date
from functools import cache

from base.clock import CIVIL_ZONE
from base.db import reading
from base.errors import InvalidInput, NotFound, Problem
from codes.model import CodeError
from codes.schemes.cn_uscc import parse_uscc
from credit.checking import Answer, ListPage, check_party, list_page
from credit.folding.projector import bring_up_credit
from credit.rulebook.lists import CreditList, credit_lists
from credit.rulebook.model import Book
from credit.rulebook.reading import rulebook
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


def check_uscc(parts: Services, *, uscc: str, matter: str | None, day: date | None) -> Answer:
    """Return what is known of a party; raises `InvalidInput` for a wrong code or matter."""
    book, code = book_of(parts), code_asked(uscc)
    if matter is not None and matter not in book.matters:
        raise _refusal("matter", f"There is no such matter; use one of {', '.join(book.matters)}.")
    bring_up_credit(parts.engine, parts.log)
    with reading(parts.engine) as connection:
        return check_party(
            connection, parts.log, book, uscc=code, matter=matter, day=day or today(parts)
        )


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


def page_of_list(
    parts: Services, list_id: str, *, day: date | None, after: str, may_look_back: bool = False
) -> ListPage:
    """Return a page of a public list on a day: organisations alone, repaired entries left out.

    Raises `InvalidInput` for a day that lies behind, unless whoever asks may look back: what has
    run out since then is told to nobody else.
    """
    found = public_list(list_id)
    if day is not None and day < today(parts) and not may_look_back:
        raise _refusal("day", "A public list is of today: what has run out is told no more.")
    bring_up_credit(parts.engine, parts.log)
    with reading(parts.engine) as connection:
        return list_page(
            connection,
            parts.log,
            found.id,
            day=day or today(parts),
            after=after,
            rows_max=parts.settings.page_size_max,
        )


def _refusal(path: str, message: str) -> InvalidInput:
    return InvalidInput(message, problems=(Problem(path=path, code="invalid", message=message),))
