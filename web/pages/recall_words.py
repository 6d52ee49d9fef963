"""What recalls are called on pages: classes, domains, steps, stages, states, in both languages.

One rule: a word here names what the ledger holds, and a table has one row for each.
"""

from collections.abc import Callable, Mapping
from trace.recall.deadlines import Domain, Step, Verified, domains
from trace.recall.model import AnswerKind, Outcome
from trace.recall.reading import Notice, Recall
from typing import Final

from schemas.profiles.units import unit_words
from web.pages.languages import chosen_lang
from web.pages.languages import say as _

LEVELS: Final[Mapping[int, Callable[[], str]]] = {
    1: lambda: _("Class I"),
    2: lambda: _("Class II"),
    3: lambda: _("Class III"),
}
LEVEL_HELP: Final[Mapping[int, Callable[[], str]]] = {
    1: lambda: _("It has done, or may do, serious harm to health."),
    2: lambda: _("It has done, or may do, harm that is slight or passes."),
    3: lambda: _("It does no harm to health as a rule; a label is wrong, for example."),
}
STEPS: Final[Mapping[Step, Callable[[], str]]] = {
    Step.START: lambda: _("Begin the recall"),
    Step.NOTIFY: lambda: _("Tell every holder"),
    Step.PLAN: lambda: _("Plan to the authority"),
    Step.PROGRESS: lambda: _("First report of progress"),
    Step.FINISH: lambda: _("Everything back or gone"),
    Step.ACKNOWLEDGE: lambda: _("Holders say that they have read it"),
    Step.COUNT: lambda: _("Holders say how much they found"),
}
VERIFIED: Final[Mapping[Verified, Callable[[], str]]] = {
    Verified.TEXT: lambda: _("clause read"),
    Verified.SECOND_HAND: lambda: _("second-hand"),
    Verified.MEMORY: lambda: _("not checked"),
    Verified.OWN: lambda: _("rule of this service"),
}
STAGES: Final[Mapping[str, Callable[[], str]]] = {
    "opened": lambda: _("Opened"),
    "scoped": lambda: _("Scope reckoned"),
    "noticed": lambda: _("Holders told"),
    "first_acknowledged": lambda: _("First holder has read it"),
    "all_acknowledged": lambda: _("All holders have read it"),
    "all_answered": lambda: _("All holders have answered"),
    "closed": lambda: _("Closed"),
}
ANSWERS: Final[Mapping[AnswerKind, Callable[[], str]]] = {
    AnswerKind.ACKNOWLEDGED: lambda: _("Read"),
    AnswerKind.COUNTED: lambda: _("Counted"),
    AnswerKind.EXPLAINED: lambda: _("Explained by the authority"),
}


def domain_name(domain: Domain | str) -> str:
    """Return what a domain is called."""
    found = domains()[domain] if isinstance(domain, str) else domain
    return found.zh if chosen_lang() == "zh" else found.en


def level_name(level: int) -> str:
    """Return what a class is called."""
    return LEVELS[level]()


def state_of(recall: Recall) -> tuple[str, str]:
    """Return the tone and the word of a recall's state."""
    if recall.closing is None:
        return "warn", _("In progress")
    if recall.closing.outcome is Outcome.WITHDRAWN:
        return "", _("Withdrawn")
    return "good", _("Completed")


def notice_state(notice: Notice, *, is_late: bool) -> tuple[str, str]:
    """Return the tone and the word of how far a holder is."""
    if notice.line_count == 0:
        return "", _("No longer concerned")
    if notice.final is not None:
        return "good", ANSWERS[notice.final.kind]()
    if is_late or notice.escalated_at is not None:
        return "bad", _("Late")
    if notice.answers:
        return "warn", _("Read")
    return "warn", _("Not read yet")


def unit_name(uom: str | None) -> str:
    """Return a unit in the reader's words; without one pieces are counted."""
    words = unit_words(uom)
    return words.zh if chosen_lang() == "zh" else words.en
