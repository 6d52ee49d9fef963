"""What is said of names on pages: why a person is asked, how parts compare, what was judged.

One rule: a word of `credit/naming` or `credit/judging` that a page shows has a row here.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from base.errors import AppError, Conflict
from credit.folding.mentions import Why
from credit.judging.entries import Judged
from credit.judging.queue import Judgement
from credit.judging.standing import JudgementState, MentionState
from credit.naming.comparing import Compared, Outcome, Part, Verdict
from credit.naming.places import NATION
from web.pages.languages import chosen_lang
from web.pages.languages import say as _
from web.pages.regions import region_name
from web.pages.work_forms import Form
from web.pages.work_refusals import Refusals, refusal_words, whole_refusal

_CODE_CHARS: Final = 6

STATES: Final[Mapping[str, Callable[[], str]]] = {
    MentionState.WAITING: lambda: _("Waiting"),
    MentionState.UNSURE: lambda: _("Unsure"),
    MentionState.JUDGED: lambda: _("Judged"),
}
STATE_TONES: Final[Mapping[str, str]] = {
    MentionState.WAITING: "warn",
    MentionState.JUDGED: "good",
}
WHYS: Final[Mapping[str, Callable[[], str]]] = {
    Why.NO_CODE: lambda: _("named without a code"),
    Why.CODE_UNKNOWN: lambda: _("under a code that nobody is known by"),
    Why.CODE_AMBIGUOUS: lambda: _("under a code of several parties"),
    Why.MASKED: lambda: _("under a code that is hidden in part"),
    Why.MISMATCH: lambda: _("under a code that is known by another name"),
}
OUTCOMES: Final[Mapping[str, Callable[[], str]]] = {
    Outcome.SAME: lambda: _("Everything agrees"),
    Outcome.POSSIBLE: lambda: _("Possible"),
    Outcome.DIFFERENT: lambda: _("Something contradicts"),
}
OUTCOME_TONES: Final[Mapping[str, str]] = {Outcome.SAME: "good", Outcome.DIFFERENT: "bad"}
PARTS: Final[Mapping[str, Callable[[], str]]] = {
    Part.CORE: lambda: _("Shop name"),
    Part.INDUSTRY: lambda: _("Trade"),
    Part.PLACE: lambda: _("Place in the name"),
    Part.FORM: lambda: _("Legal form"),
    Part.BRANCH: lambda: _("Branch"),
    Part.EXTRA: lambda: _("In brackets"),
    Part.CODE: lambda: _("Code of the party"),
}
VERDICTS: Final[Mapping[str, Callable[[], str]]] = {
    Verdict.AGREES: lambda: _("agrees"),
    Verdict.NEAR: lambda: _("alike"),
    Verdict.MISSING: lambda: _("told once"),
    Verdict.DIFFERS: lambda: _("differs"),
}
VERDICT_TONES: Final[Mapping[str, str]] = {
    Verdict.AGREES: "good",
    Verdict.NEAR: "warn",
    Verdict.DIFFERS: "bad",
}
# "other", and what a verdict says by itself, has no words of its own.
REASONS: Final[Mapping[str, Callable[[], str]]] = {
    "one_character": lambda: _("but for one character"),
    "part_of_it": lambda: _("one is part of the other"),
    "masked": lambda: _("characters are hidden"),
    "number": lambda: _("another number"),
    "misspelt": lambda: _("a slip of the pen"),
    "inside": lambda: _("one lies in the other"),
    "left_out": lambda: _("may be left out"),
    "group": lambda: _("a group and a company"),
    "converted": lambda: _("may have been converted"),
    "branch": lambda: _("a branch is not its head office"),
}
_FORMS: Final[Mapping[str, Callable[[], str]]] = {
    "limited": lambda: _("limited company"),
    "joint_stock": lambda: _("joint-stock company"),
    "cooperative": lambda: _("cooperative"),
    "cooperative_union": lambda: _("union of cooperatives"),
    "partnership": lambda: _("partnership"),
    "farm": lambda: _("family farm"),
    "firm": lambda: _("firm"),
    "sole_trader": lambda: _("individual business"),
    "sole_owner": lambda: _("sole proprietorship"),
    "group": lambda: _("group"),
}
SAID: Final[Mapping[str, Callable[[], str]]] = {
    Judged.POSITIVE: lambda: _("It is this party"),
    Judged.NEGATIVE: lambda: _("It is not this party"),
    Judged.UNSURE: lambda: _("Cannot be said yet"),
}
SAID_TONES: Final[Mapping[str, str]] = {Judged.POSITIVE: "good", Judged.NEGATIVE: "bad"}
SAID_STATES: Final[Mapping[str, Callable[[], str]]] = {
    JudgementState.HOLDS: lambda: _("holds"),
    JudgementState.UNDONE: lambda: _("undone"),
    JudgementState.REPLACED: lambda: _("replaced"),
    JudgementState.VOID: lambda: _("without effect: somebody was quicker"),
}
SCHEMES: Final[Mapping[str, Callable[[], str]]] = {
    "uscc": lambda: _("Social credit code"),
    "org_code": lambda: _("Organisation code"),
    "registration": lambda: _("Registration number"),
    "tax": lambda: _("Tax number"),
}
_NO_WORDS: Final = Refusals()


def part_words(part: Compared, text: str) -> str:
    """Return what one side says of a part, as a person reads it."""
    if part.part is Part.PLACE:
        return _(", ").join(place_words(code) for code in text.split())
    if part.part is Part.FORM:
        between = "" if chosen_lang() == "zh" else " "
        return between.join(_FORMS[one]() if one in _FORMS else one for one in text.split())
    if part.part is Part.EXTRA:
        # A place in brackets beside another one is told by its code.
        said = (place_words(one) if one.isdecimal() else one for one in text.split())
        return _(", ").join(said)
    return text


def place_words(code: str) -> str:
    """Return the name of a place by as much of its code as is known; "" for none."""
    if code == NATION:
        return _("the whole country")
    return region_name(code.ljust(_CODE_CHARS, "0"), chosen_lang()) if code else ""


def verdict_words(part: Compared) -> str:
    """Return how a part compares, with the reason where there is more to say."""
    verdict = VERDICTS[part.verdict]()
    reason = REASONS.get(part.reason)
    return verdict if reason is None else _("%(verdict)s: %(why)s", verdict=verdict, why=reason())


def part_verdict(part: Compared) -> str:
    """Return which part it is and how it compares."""
    return _("%(part)s: %(verdict)s", part=PARTS[part.part](), verdict=verdict_words(part))


def joined(parts: Iterable[Compared]) -> str:
    """Return which parts these are, one after the other."""
    return _(", ").join(PARTS[one.part]() for one in parts)


def said_words(one: Judgement) -> str:
    """Return what a judgement says."""
    if one.is_new:
        return _("It is a party that nobody knew")
    return SAID[one.verdict]()


def refuse(form: Form, refusal: AppError) -> None:
    """Note what was refused beside its field, in words of this desk."""
    for problem in refusal.problems:
        known = (problem.path, problem.code) == ("reason", "required")
        field = problem.path if problem.path == "reason" else ""
        form.wrong(field, _("Say why.") if known else refusal_words(problem, _NO_WORDS))
    if not refusal.problems:
        moved = _("Somebody was here before you. Look at how it stands now, and choose again.")
        form.wrong("", moved if isinstance(refusal, Conflict) else whole_refusal(refusal))
