"""A maker's credit in plain words on a consumer's page: what public lists say, and nothing else.

Pure. The rule that must stay true: an entry is told with the norm it stands on; not being known is
told as that, and never as good.
"""

from datetime import date
from typing import Final

from credit.checking import Entry
from credit.public_marks import PublicMark
from credit.rulebook.list_rules import norm_named
from credit.rulebook.lists import ListKind, credit_lists
from credit.rulebook.reading import rulebook
from web.pages.model import CreditMark, Lang, MarkEntry

_TONES: Final = {ListKind.PUNISHMENT: "bad", ListKind.ATTENTION: "warn", ListKind.REWARD: "good"}


def credit_mark(mark: PublicMark, lang: Lang) -> CreditMark:
    """Return what a page says of a party's credit."""
    return CreditMark(
        day=mark.day.isoformat(),
        is_known=mark.is_known,
        entries=tuple(_entry(one, lang) for one in mark.entries if _basis(one, lang)),
        looked_at=tuple(
            one.zh if lang == "zh" else one.en
            for one in credit_lists().values()
            if one.is_public and one.kind is not ListKind.REWARD
        ),
    )


def _entry(entry: Entry, lang: Lang) -> MarkEntry:
    found = entry.credit_list
    return MarkEntry(
        list_id=found.id,
        title=found.zh if lang == "zh" else found.en,
        kind=found.kind.value,
        tone=_TONES[found.kind],
        basis=_basis(entry, lang),
        ground=entry.ground,
        authority=entry.authority,
        number=entry.number,
        from_on=entry.from_on.isoformat(),
        stops_on=_day(entry.stops_on),
    )


def _basis(entry: Entry, lang: Lang) -> str:
    """Return the article that the decision names, else the norm by which the list is kept."""
    if entry.article:
        return entry.article
    norm = norm_named(rulebook(), entry.credit_list.norm)
    if norm is None:
        return ""
    return f"《{norm.zh}》" if lang == "zh" else norm.en


def _day(day: date | None) -> str:
    return "" if day is None else day.isoformat()
