"""What warnings and inspections are called on pages.

One rule: the words of rules and acts are those of `credit/warning`; a state, a result and what an
entry says have a row here.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import Final

from base.errors import AppError, Conflict
from credit.folding.versions import civil_day
from credit.inspecting.orders import Origin
from credit.inspecting.results import Result
from credit.refusal_words import sentence_zh
from credit.warning.gone import Gone, WhyGone
from credit.warning.life import ACTS
from credit.warning.model import WarningState
from credit.warning.reading import Said, WarningRow
from credit.warning.since import Since
from web.pages.credit.refused import Meanwhile
from web.pages.credit.words import title
from web.pages.languages import chosen_lang
from web.pages.languages import say as _
from web.pages.work_forms import Form
from web.pages.work_refusals import Refusals, refusal_words, whole_refusal

STATES: Final[Mapping[WarningState, Callable[[], str]]] = {
    WarningState.OPEN: lambda: _("To be looked at"),
    WarningState.ACKNOWLEDGED: lambda: _("Acknowledged"),
    WarningState.ESCALATED: lambda: _("Inspection ordered"),
    WarningState.DISMISSED: lambda: _("Dismissed"),
    WarningState.CLOSED: lambda: _("Closed"),
}
STATE_TONES: Final[Mapping[WarningState, str]] = {
    WarningState.OPEN: "warn",
    WarningState.CLOSED: "good",
}
SEVERITIES: Final[Mapping[str, Callable[[], str]]] = {
    "alarm": lambda: _("Alarm"),
    "warn": lambda: _("Warning"),
    "note": lambda: _("Note"),
}
SEVERITY_TONES: Final[Mapping[str, str]] = {"alarm": "bad", "warn": "warn"}
RESULTS: Final[Mapping[str, Callable[[], str]]] = {
    Result.PASSED: lambda: _("Passed"),
    Result.FAILED: lambda: _("Failed"),
    Result.NOT_DONE: lambda: _("Could not be made"),
}
RESULT_TONES: Final[Mapping[str, str]] = {Result.PASSED: "good", Result.FAILED: "bad"}
ORIGINS: Final[Mapping[str, Callable[[], str]]] = {
    Origin.DRAW: lambda: _("drawn at random"),
    Origin.WARNING: lambda: _("ordered by a warning"),
}
_SAID: Final[Mapping[str, Callable[[], str]]] = {
    "night": lambda: _("Found by the rules, or its ground fell away"),
    "inspected_passed": lambda: _("Inspected: passed"),
    "inspected_failed": lambda: _("Inspected: failed"),
    "inspected_not_done": lambda: _("The inspection could not be made"),
}
# As `credit.inspecting.checking` says it.
_PROBLEMS: Final[Sequence[tuple[re.Pattern[str], Callable[..., str]]]] = (
    (
        re.compile(r"No entry commits to this draw\."),
        lambda: _("The ledger holds no entry that fixed it beforehand."),
    ),
    (
        re.compile(r"Entry ([0-9]+) commits to it a second time\."),
        lambda seq: _("Entry %(seq)s fixes it a second time.", seq=seq),
    ),
    (
        re.compile(r"Entry ([0-9]+) draws before entry ([0-9]+) commits\."),
        lambda seq, after: _(
            "Entry %(seq)s draws before entry %(after)s fixes pool and seed.", seq=seq, after=after
        ),
    ),
    (
        re.compile(r"Entry ([0-9]+) draws with another seed or value; it does not count\."),
        lambda seq: _(
            "Entry %(seq)s draws with another seed or value; it does not count.", seq=seq
        ),
    ),
    (
        re.compile(r"The seed is not the one that was committed to\."),
        lambda: _("The seed is not the one that was fixed: its hash differs."),
    ),
    (
        re.compile(r"The pool cannot be read: .*", re.DOTALL),
        lambda: _("The pool is gone or was changed: it has not the hash that was fixed."),
    ),
    (
        re.compile(r"Seed, value and pool give another draw than the entries tell\."),
        lambda: _("Seed, value and pool give others than those who were ordered."),
    ),
)
_NO_WORDS: Final = Refusals()
_GONE: Final[Mapping[WhyGone, Callable[[], str]]] = {
    WhyGone.REPAIRED: lambda: _("repaired"),
    WhyGone.WITHDRAWN: lambda: _("withdrawn"),
    WhyGone.SHIELDED: lambda: _("shielded for the time"),
    WhyGone.ENDED: lambda: _("ended by its authority"),
    WhyGone.RUN_OUT: lambda: _("its time has run out"),
    WhyGone.TOO_OLD: lambda: _("longer ago than the rule looks back"),
    WhyGone.NOBODYS: lambda: _("nobody knows yet whose it is"),
    WhyGone.OTHER: lambda: _("told otherwise"),
}
# What is refused as a whole, by the sentence of whoever refuses.
_WHOLE: Final[Mapping[str, Callable[[], str]]] = {
    "This inspection has its result already.": lambda: _("This inspection has its result already."),
    "This draw was made already, with another value.": lambda: _(
        "This draw was made already, with another value."
    ),
}


def rule_title(row: WarningRow) -> str:
    """Return what a warning is called."""
    return row.code if row.rule is None else row.rule.title(chosen_lang())


def rule_says(row: WarningRow) -> str:
    """Return the sentence about what was found."""
    return "" if row.rule is None else row.rule.says(chosen_lang(), row.details)


def found_says(row: WarningRow, since: Since) -> str:
    """Return the sentence about what was found, with the day on which it was, or was no more."""
    says, day = rule_says(row), civil_day(since.at).isoformat()
    if not says:
        return ""
    if row.is_ground_gone:
        return _("Was found: %(says)s It has not been so since %(day)s.", says=says, day=day)
    return _("Found on %(day)s: %(says)s", day=day, says=says)


def gone_why(gone: Gone) -> str:
    """Return why a record counts no more, and since when, as far as it is known."""
    why = _GONE[gone.why]()
    if gone.since_on is None:
        return why
    return _("since %(day)s, %(why)s", day=gone.since_on.isoformat(), why=why)


def gone_groups(since: Since) -> list[tuple[int, str]]:
    """Return how many records of a warning count no more for one reason and from one day on."""
    counts = Counter(since.gone.values())
    first = sorted(counts, key=lambda one: (one.since_on or date.min, one.why))
    return [(counts[one], gone_why(one)) for one in first]


def said_title(act: str) -> str:
    """Return what an entry about a warning says."""
    if act in ACTS:
        return title(ACTS[act])
    return _SAID[act]() if act in _SAID else act


def said_since(said: Sequence[Said], seen: int | None) -> Iterator[Meanwhile]:
    """Yield what was said of a warning after an entry, the newest last."""
    for one in said:
        if seen is not None and one.seq > seen:
            yield Meanwhile(title=said_title(one.act), at=one.at, seq=one.seq)


def problem_words(sentence: str) -> str:
    """Return what a check of a draw found, in the language of the request."""
    for pattern, words in _PROBLEMS:
        found = pattern.fullmatch(sentence)
        if found is not None:
            return words(*found.groups())
    return sentence


def no_code() -> str:
    """Return why a name finds no warnings: they are kept by code."""
    return _("Give the 18 characters of a unified social credit code.")


def refuse(form: Form, refusal: AppError) -> None:
    """Note what was refused beside its field, in words of this desk."""
    words: Mapping[tuple[str, str], Callable[[], str]] = {
        ("reason", "required"): lambda: _("Say why."),
        ("after", "state"): _moved,
        ("act", "state"): _moved,
        ("result", "duplicate"): lambda: _("This inspection has its result already."),
        ("due_on", "past"): lambda: _("Choose today or a day to come."),
        ("failed_item", "contradiction"): lambda: _(
            "Say what failed where it failed, and nothing where it did not."
        ),
        ("inspected_on", "order"): lambda: _(
            "The day lies between the order of the inspection and today."
        ),
        ("result", "unknown"): lambda: _("Choose one of these."),
        ("inspectors", "shape"): lambda: _(
            "An inspector is named by the number of a certificate: letters, digits and hyphens."
        ),
        ("inspectors", "twice"): lambda: _("An inspector is named once."),
        ("inspectors", "few"): lambda: _("There are fewer inspectors than each party gets."),
        ("pool", "empty"): lambda: _(
            "There is nobody to draw from here: no registered party, or all of them rest."
        ),
        ("title", "required"): lambda: _("Give it a title."),
        ("beacon", "required"): lambda: _("Name the public value that is not known yet."),
        ("value", "required"): lambda: _("Give the public value as it was announced."),
    }
    for problem in refusal.problems:
        name = "region" if problem.path == "pool" else problem.path
        row = words.get((problem.path, problem.code))
        form.wrong(name, row() if row else refusal_words(problem, _NO_WORDS))
    if not refusal.problems:
        form.wrong("", _whole(refusal))


def _whole(refusal: AppError) -> str:
    if refusal.message in _WHOLE:
        return _WHOLE[refusal.message]()
    if isinstance(refusal, Conflict):
        return _moved()
    said = sentence_zh(refusal.message) if chosen_lang() == "zh" else refusal.message
    return said or whole_refusal(refusal)


def _moved() -> str:
    return _("Somebody was here before you. Look at how it stands now, and choose again.")
