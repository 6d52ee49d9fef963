"""What a listing is about as the page of its case shows it: ground, item, authority, how long.

One rule: the days are those that the rulebook makes of the decision, or would make of one today,
each beside its rows.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from credit.cases.items import item_bare, items_named
from credit.cases.kinds import Effect, case_kinds
from credit.cases.model import CaseNote
from credit.rulebook.code_lists import code_lists
from credit.rulebook.lists import credit_lists
from credit.rulebook.model import Book
from credit.rules.listing import NoTerm, Term, term_of
from web.credit_desk import WholeCase
from web.pages.credit.words import cited, title
from web.pages.languages import say as _

LISTING: Final = "listing"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingView:
    """What a listing is about; `term` is None where no row of law fixes one.

    `item` is "" where none was told, or the article names it. `decided_on` is None as long as it is
    not decided: `term` is then that of a decision today.
    """

    ground: str
    article: str
    item: str
    authority_kind: str
    authority: str
    restricted_until: str
    decided_on: date | None
    term: Term | None
    term_rows: Sequence[str]


def listing_view(whole: WholeCase, book: Book, today: date) -> ListingView | None:
    """Return what a listing is about, None for a case of another kind."""
    if whole.row.kind.id != LISTING or not whole.steps:
        return None
    notice = whole.steps[0].note
    decision = _decision(whole)
    item, until = notice.terms.get("item", ""), notice.terms.get("restricted_until", "")
    is_named = bool(items_named(notice.article))
    kind = code_lists().authorities.codes.get(notice.terms.get("authority", ""))
    term = _term(notice, book, (decision and decision.decided_on) or today)
    return ListingView(
        ground=notice.reason,
        article=notice.article,
        item=_("item (%(item)s)", item=item_bare(item)) if item and not is_named else "",
        authority_kind="" if kind is None else title(kind),
        authority=notice.terms.get("authority_name", ""),
        restricted_until=until,
        decided_on=None if decision is None else decision.decided_on,
        term=term,
        term_rows=[]
        if term is None
        else [
            cited(rule.norm, rule.article) for rule in term.because.rules if not rule.norm.is_own
        ],
    )


def _decision(whole: WholeCase) -> CaseNote | None:
    steps = case_kinds()[LISTING].steps
    made = [one.note for one in whole.steps if steps[one.note.step].effect is Effect.LISTED]
    return made[-1] if made else None


def _term(notice: CaseNote, book: Book, starts_on: date) -> Term | None:
    found = credit_lists().get(notice.terms.get("list", ""))
    until = notice.terms.get("restricted_until", "")
    if found is None:
        return None
    try:
        return term_of(
            book,
            found.period,
            found.regime,
            starts_on=starts_on,
            item=notice.terms.get("item", ""),
            restricted_until_on=date.fromisoformat(until) if until else None,
        )
    except NoTerm:
        return None
