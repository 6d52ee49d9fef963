"""What is said of changes on pages: what came about, why a record is gone, what was refused.

One rule: a word of `credit/watching` that a page shows has a row here.
"""

import re
from collections.abc import Callable, Mapping
from typing import Final

from base.errors import AppError, Problem
from credit.watching.history import ChangeKind, Why
from web.pages.languages import say as _
from web.pages.work_forms import Form
from web.pages.work_refusals import Refusals, refusal_words

_ROW: Final = re.compile(r"rows\[([0-9]+)\]\.uscc")
_NO_WORDS: Final = Refusals()
_REFUSED_MAX: Final = 20

KINDS: Final[Mapping[str, Callable[[], str]]] = {
    ChangeKind.RECORD_BEGUN: lambda: _("New record"),
    ChangeKind.RECORD_CHANGED: lambda: _("Told otherwise"),
    ChangeKind.RECORD_ENDED: lambda: _("Told no more"),
    ChangeKind.MEASURE_BEGUN: lambda: _("Measure begins"),
    ChangeKind.MEASURE_ENDED: lambda: _("Measure ends"),
    ChangeKind.GRADE_CHANGED: lambda: _("Grade changed"),
}
ON_LISTS: Final[Mapping[str, Callable[[], str]]] = {
    ChangeKind.RECORD_BEGUN: lambda: _("On the list"),
    ChangeKind.RECORD_ENDED: lambda: _("Off the list"),
}
WHYS: Final[Mapping[str, Callable[[], str]]] = {
    Why.ENDED: lambda: _("ended by its authority"),
    Why.RUN_OUT: lambda: _("its time has run out"),
    Why.REPAIRED: lambda: _("repaired"),
    Why.WITHDRAWN: lambda: _("withdrawn"),
    Why.SHIELDED: lambda: _("shielded for the time"),
    Why.OTHER: lambda: _("told otherwise"),
}
_CODES: Final[Mapping[str, Callable[[], str]]] = {
    "invalid": lambda: _("This is no social credit code: compare it character by character."),
    "person": lambda: _("A natural person is watched by nobody."),
}

_STATUS: Final = re.compile(r"HTTP ([0-9]{3})")
_OUTCOMES: Final[Mapping[str, Callable[[], str]]] = {
    "It is not known what came of it.": lambda: _("It is not known what came of it."),
    "It took too long.": lambda: _("It took too long."),
    "Nothing was left to be told.": lambda: _("Nothing was left to be told."),
    "The host leads to no machine of the public network.": lambda: _(
        "The host leads to no machine of the public network."
    ),
    "The address does not begin with https://.": lambda: _(
        "The address does not begin with https://."
    ),
}


def outcome_words(outcome: str) -> str:
    """Return what came of sending to a program, in the language of the request."""
    status = _STATUS.fullmatch(outcome)
    if status is not None:
        return _("The program answered HTTP %(status)s.", status=status[1])
    words = _OUTCOMES.get(outcome)
    return _("No connection could be made.") if words is None else words()


def refuse(form: Form, refusal: AppError, *, field: str) -> None:
    """Note what was refused beside its field: of codes beside `field`, with the rows of a file."""
    problems = refusal.problems or (
        Problem(path=field, code=refusal.code, message=refusal.message),
    )
    said: dict[str, list[str]] = {}
    for problem in problems[:_REFUSED_MAX]:
        at = "purpose" if problem.path == "purpose" else field
        said.setdefault(at, []).append(_said(problem))
    for name, sentences in said.items():
        form.wrong(name, " ".join(sentences))


def _said(problem: Problem) -> str:
    words = _CODES.get(problem.code)
    told = refusal_words(problem, _NO_WORDS) if words is None else words()
    row = _ROW.fullmatch(problem.path)
    return told if row is None else _("Row %(number)s: %(words)s", number=row[1], words=told)
