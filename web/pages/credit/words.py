"""What credit is called on pages: lists, measures, norms, states, classes, in both languages.

One rule: a word here names what the rulebook or the ledger holds, and a table has one row for each.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Final, Protocol

from credit.fact_labels import Labels, labels_of, number_of, title_of
from credit.facts import FactState
from credit.feeds.model import FactKind
from credit.feeds.registry import EVERY_FEED
from credit.rulebook.code_lists import code_lists
from credit.rulebook.lists import CreditList, ListKind
from credit.rulebook.model import Measure, Norm, Severity, Verified
from credit.rules.measures import Refusal
from credit.scoring.model import Why
from web.pages.languages import chosen_lang
from web.pages.languages import say as _

# "135(1)" or "81-82": an article by number, with paragraph and item.
_NUMBERED: Final = re.compile(r"(?P<number>[0-9]+(?:[-,][0-9]+)*)(?P<parts>(?:\([0-9]+\))*)")


class Named(Protocol):
    """Whatever has a name in both languages."""

    @property
    def zh(self) -> str:
        """Return the Chinese one."""

    @property
    def en(self) -> str:
        """Return the English one."""


LIST_KINDS: Final[Mapping[ListKind, Callable[[], str]]] = {
    ListKind.PUNISHMENT: lambda: _("Punishment"),
    ListKind.ATTENTION: lambda: _("Attention"),
    ListKind.REWARD: lambda: _("Reward"),
}
LIST_TONES: Final[Mapping[ListKind, str]] = {
    ListKind.PUNISHMENT: "bad",
    ListKind.ATTENTION: "warn",
    ListKind.REWARD: "good",
}
VERIFIED: Final[Mapping[Verified, Callable[[], str]]] = {
    Verified.TEXT: lambda: _("provision read"),
    Verified.SECOND_HAND: lambda: _("second-hand"),
    Verified.MEMORY: lambda: _("not checked"),
    Verified.OWN: lambda: _("rule of this service"),
}
STATES: Final[Mapping[str, Callable[[], str]]] = {
    FactState.ACTIVE: lambda: _("Counts"),
    FactState.ENDED: lambda: _("Ended by its authority"),
    FactState.REPAIRED: lambda: _("Repaired"),
    FactState.WITHDRAWN: lambda: _("Set aside"),
    FactState.SHIELDED: lambda: _("Shielded for the time"),
}
SEVERITIES: Final[Mapping[str, Callable[[], str]]] = {
    Severity.MINOR: lambda: _("Minor"),
    Severity.GENERAL: lambda: _("General"),
    Severity.SERIOUS: lambda: _("Serious"),
    Severity.SPECIAL: lambda: _("Especially serious"),
}
FACT_KINDS: Final[Mapping[str, Callable[[], str]]] = {
    FactKind.REGISTRATION: lambda: _("Registration of the business"),
    FactKind.PENALTY: lambda: _("Administrative penalty"),
    FactKind.PERMIT: lambda: _("Administrative permit"),
    FactKind.JUDGMENT_DEFAULT: lambda: _("Judgment default"),
    FactKind.TAX_CASE: lambda: _("Major tax violation"),
    FactKind.TAX_GRADE: lambda: _("Grade of taxpayer"),
    FactKind.SERIOUS_LISTING: lambda: _("Serious violation"),
    FactKind.ABNORMAL_LISTING: lambda: _("Abnormal operation"),
    FactKind.INSPECTION: lambda: _("Sampling inspection"),
    FactKind.HONOUR: lambda: _("Honour"),
    FactKind.SUPERVISION_GRADE: lambda: _("Grade of supervision"),
    FactKind.TRACE: lambda: _("Evidence of the trace"),
}


GRADES: Final[Mapping[str, Callable[[], str]]] = {
    "passed": lambda: _("Passed"),
    "failed": lambda: _("Failed"),
}
DETAILS: Final[Mapping[str, Callable[[], str]]] = {
    "fine_fen": lambda: _("Fine"),
    "confiscated_fen": lambda: _("Confiscated"),
    "content": lambda: _("Content of the decision"),
    "duty": lambda: _("Duty"),
    "document": lambda: _("Enforced document"),
    "filed_on": lambda: _("Filed on"),
    "product": lambda: _("Product"),
    "lot": lambda: _("Lot"),
    "laboratory": lambda: _("Laboratory"),
    "removed_number": lambda: _("Decision on removal"),
    "removed_why": lambda: _("Why it was removed"),
    "remarks": lambda: _("Remarks"),
}
_SUMS: Final = frozenset({"fine_fen", "confiscated_fen"})


def title(named: Named) -> str:
    """Return a name in the language of the request."""
    return named.zh if chosen_lang() == "zh" else named.en


def cited(norm: Norm, article: str) -> str:
    """Return a norm as it is cited, with its number and article."""
    is_zh = chosen_lang() == "zh"
    if norm.is_own:
        # No book: marks of a title are for what was published.
        return title(norm)
    name = f"《{norm.zh}》" if is_zh else norm.en
    number = (
        norm.number if not norm.number else f"（{norm.number}）" if is_zh else f" ({norm.number})"
    )
    if not article:
        return f"{name}{number}"
    if is_zh:
        return f"{name}{number}{article_zh(article)}"
    return f"{name}{number}, art. {article}"


def article_zh(article: str) -> str:
    """Return an article as a Chinese text cites it; words of the rulebook stay as they are."""
    found = _NUMBERED.fullmatch(article)
    if found is None:
        return article
    parts = found["parts"].replace("(", "（").replace(")", "）")
    return f"第{found['number']}条{parts}"


def in_force_words(measure: Measure) -> str:
    """Return since when and until when the row of a measure holds."""
    first, last = measure.from_on, measure.to_on
    if last is not None:
        return _("in force %(first)s to %(last)s", first=_day(first), last=_day(last))
    if first is not None:
        return _("in force since %(first)s", first=_day(first))
    return _("in force; first day not told")


def refusal_words(why: Refusal, measure: Measure | None, matter: str, on: date) -> str:
    """Return in words why the gate refuses a measure, with the row that it stands on."""
    if measure is None or why is Refusal.UNKNOWN:
        return _("There is no such measure in the rulebook.")
    name, row = title(measure), cited(measure.norm, measure.article)
    if why is Refusal.NOT_IN_FORCE:
        return _not_in_force(measure, name, row, on)
    if why is Refusal.UNREAD:
        return _(
            "“%(name)s” may not be applied: nobody has read the row that it stands on, %(row)s.",
            name=name,
            row=row,
        )
    if why is Refusal.OTHER_MATTER:
        return _(
            "“%(name)s” does not bear on this matter (%(matter)s). It stands on %(row)s.",
            name=name,
            matter=matter,
            row=row,
        )
    return _(
        "Nothing that the party is known by on %(on)s calls for “%(name)s”. It stands on %(row)s.",
        on=_day(on),
        name=name,
        row=row,
    )


def _not_in_force(measure: Measure, name: str, row: str, on: date) -> str:
    if measure.to_on is not None and measure.to_on < on:
        return _(
            "“%(name)s” may not be applied: the row that it stands on, %(row)s, ended on %(last)s.",
            name=name,
            row=row,
            last=_day(measure.to_on),
        )
    return _(
        "“%(name)s” may not be applied on %(on)s: the row that it stands on, %(row)s, is in force "
        "from %(first)s on.",
        name=name,
        row=row,
        on=_day(on),
        first=_day(measure.from_on),
    )


def why_graded(why: Why, veto: str) -> str:
    """Return by what a class was decided; `veto` is the name of what fixed it."""
    if why is Why.VETO:
        return _("fixed by “%(veto)s”", veto=veto)
    return _("one class worse for the trace") if why is Why.TRACE else _("by the points")


def list_kind(found: CreditList) -> str:
    """Return what being on a list means."""
    return LIST_KINDS[found.kind]()


def feed_title(feed: str) -> str:
    """Return the name of a feed; what was decided here comes from no feed."""
    found = EVERY_FEED.get(feed)
    return _("Decided here") if found is None else title(found)


def fact_labels(kind: str) -> Labels:
    """Return what authority, number and day of a fact are called."""
    return labels_of(kind)


def fact_title(kind: str, told: str) -> str:
    """Return what a fact is about, in words."""
    return title(title_of(kind, told))


def expired() -> str:
    """Return the state of a record whose time has run out by itself."""
    return _("Run out")


def to_end(day: date) -> str:
    """Return the state of a record whose end its authority told beforehand."""
    return _("Counts, ended by its authority from %(day)s on", day=day.isoformat())


def grade_title(grade: str) -> str:
    """Return the result of an inspection, or what evidence of the trace shows, in words."""
    shown = code_lists().named("trace_evidence").codes.get(grade)
    if shown is not None:
        return title(shown)
    return GRADES[grade]() if grade in GRADES else grade


def fact_number(kind: str, number: str) -> str:
    """Return the number of a fact as people know it."""
    return title(number_of(kind, number))


def told_details(body: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield what a record says beside its heads: label and value, of known names alone."""
    kinds = [code_lists().penalties.codes.get(one) for one in body.get("kinds", ())]
    if kinds:
        yield _("Kind of penalty"), _(", ").join(title(one) for one in kinds if one is not None)
    if body.get("grade"):
        yield _("Result"), grade_title(str(body["grade"]))
    details = body.get("details", {})
    for name, label in DETAILS.items():
        value = details.get(name)
        if value:
            yield label(), _yuan(value) if name in _SUMS else str(value)


def _yuan(fen: int) -> str:
    return _("%(sum)s yuan", sum=f"{Decimal(fen) / 100:,.2f}")


def _day(day: date | None) -> str:
    return _("an unknown day") if day is None else day.isoformat()
