"""What cases are called on pages: their states, who takes a step, and what is refused.

One rule: the words of kinds and steps are those of `credit/cases/kinds.yaml`; a state has a row
here, and one without is shown by its id.
"""

import re
from collections.abc import Callable, Mapping
from typing import Final

from base.errors import AppError, Problem
from credit.cases.kinds import By, CaseKind
from credit.rulebook.model import Book
from web.pages.credit.words import cited, title
from web.pages.languages import chosen_lang
from web.pages.languages import say as _
from web.pages.work_forms import Form
from web.pages.work_refusals import Refusals, refusal_words, whole_refusal

STATES: Final[Mapping[str, Callable[[], str]]] = {
    "applied": lambda: _("Applied for"),
    "returned": lambda: _("Returned for completion"),
    "accepted": lambda: _("Accepted"),
    "extended": lambda: _("Time extended"),
    "repaired": lambda: _("Repaired"),
    "refused": lambda: _("Not granted"),
    "dropped": lambda: _("Taken back"),
    "revoked": lambda: _("Revoked"),
    "lodged": lambda: _("Lodged"),
    "upheld": lambda: _("Upheld"),
    "rejected": lambda: _("Rejected"),
    "annulled": lambda: _("Basis annulled"),
    "withdrawn": lambda: _("Set aside"),
    "shielded": lambda: _("Shielded for the time"),
    "restored": lambda: _("Published again"),
    "noticed": lambda: _("Notice given"),
    "served": lambda: _("Notice served"),
    "answered": lambda: _("Answered"),
    "listed": lambda: _("Listed"),
    "not_listed": lambda: _("Not listed"),
    "removed": lambda: _("Removed"),
}
LETTERS: Final[Mapping[tuple[str, str], Callable[[], str]]] = {
    ("listing", "notice"): lambda: _("Letter: prior notice"),
    ("listing", "list"): lambda: _("Letter: decision to list"),
    ("listing", "drop"): lambda: _("Letter: not listed"),
    ("listing", "remove"): lambda: _("Letter: removal from the list"),
    ("listing", "revoke"): lambda: _("Letter: listing revoked"),
    ("repair", "apply"): lambda: _("Letter: receipt of the application"),
    ("repair", "return"): lambda: _("Letter: what has to be completed"),
    ("repair", "accept"): lambda: _("Letter: acceptance"),
    ("repair", "extend"): lambda: _("Letter: time extended"),
    ("repair", "approve"): lambda: _("Letter: repair granted"),
    ("repair", "refuse"): lambda: _("Letter: repair not granted"),
    ("repair", "revoke"): lambda: _("Letter: repair revoked"),
    ("objection", "lodge"): lambda: _("Letter: receipt of the objection"),
    ("objection", "accept"): lambda: _("Letter: acceptance"),
    ("objection", "uphold"): lambda: _("Letter: answer to the objection"),
    ("objection", "reject"): lambda: _("Letter: answer to the objection"),
    ("withdrawal", "annul"): lambda: _("Letter: record withdrawn"),
    ("shielding", "shield"): lambda: _("Letter: shielding"),
    ("shielding", "refuse"): lambda: _("Letter: shielding not granted"),
    ("shielding", "finish"): lambda: _("Letter: repair granted"),
    ("shielding", "restore"): lambda: _("Letter: published again"),
}
_TONES: Final[Mapping[str, str]] = {
    "repaired": "good",
    "upheld": "good",
    "withdrawn": "good",
    "removed": "good",
    "refused": "bad",
    "rejected": "bad",
    "listed": "bad",
    "returned": "warn",
    "revoked": "warn",
}
# As `credit.cases.competence` says whose a decision is.
_RECORD: Final = re.compile(r"(?P<number>.*) is (?P<authority>.+)'s: it decides about it\.")
_LISTED_BY: Final = re.compile(r"A listing by (.+) is its own to make\.")
_FIELDS: Final = Refusals(fields={"served_on": "served", "committed": "commitment"})
# What a form of cases has a place for; whatever else is refused is told above all of it.
_PLACED: Final = frozenset(
    {
        "article",
        "commitment",
        "decided_on",
        "decision",
        "documents",
        "reason",
        "served",
    }
)
_PLACED_NEW: Final = _PLACED | {
    "authority",
    "authority_name",
    "facts",
    "item",
    "measures",
    "restricted_until",
}


def state_title(state: str) -> str:
    """Return what a state is called."""
    return STATES[state]() if state in STATES else state


def state_tone(state: str) -> str:
    """Return the tone of a state's badge."""
    return _TONES.get(state, "")


def step_title(kind: CaseKind, step: str) -> str:
    """Return what a step of a kind is called."""
    found = kind.steps.get(step)
    return step if found is None else title(found)


def by_title(by: By) -> str:
    """Return who takes a step."""
    return _("the party") if by is By.PARTY else _("the authority")


def rule_words(book: Book, rule_id: str) -> str:
    """Return the norm that a deadline follows, "" where none does."""
    rule = book.rules.get(rule_id)
    return "" if rule is None else cited(rule.norm, rule.article)


def doubtful_words(book: Book, rule_id: str) -> str:
    """Return the norm that a deadline follows where nobody has checked it, "" for any other."""
    rule = book.rules.get(rule_id)
    return "" if rule is None or rule.is_certain else cited(rule.norm, rule.article)


def doubt_words(book: Book, rule_id: str) -> str:
    """Return what is not known of the row that a deadline follows, "" where it is certain."""
    rule = book.rules.get(rule_id)
    if rule is None or rule.is_certain:
        return ""
    return rule.doubt_zh if chosen_lang() == "zh" else rule.doubt_en


def letter_title(kind: CaseKind, step: str) -> str:
    """Return what the letter of a step is called, "" for a step without one."""
    found = LETTERS.get((kind.id, step))
    return "" if found is None else found()


def refuse(form: Form, refusal: AppError, *, is_new: bool = False) -> None:
    """Note what was refused beside its field, in words of the desk.

    Above the form where it has no such field; `is_new` for the one that opens a case, which has
    more of them.
    """
    words: Mapping[tuple[str, str], Callable[[Problem], str]] = {
        ("reason", "required"): lambda _one: _("Say why."),
        ("documents", "required"): lambda _one: _("Hand in at least one document."),
        ("commitment", "required"): lambda _one: _("Without the commitment there is no repair."),
        ("decision", "required"): lambda _one: _("Name the decision by its number."),
        ("decided_on", "required"): lambda _one: _("Name the day of the decision."),
        ("article", "required"): lambda _one: _("Name the article that it stands on."),
        ("list", "required"): lambda _one: _("Choose the list."),
        ("list", "unknown"): lambda _one: _("Choose the list."),
        ("measures", "required"): lambda _one: _("Choose what would follow."),
        ("served", "required"): lambda _one: _("Name the day on which it was served."),
        ("decided_on", "future"): lambda _one: _("This lies in the future."),
        ("served", "future"): lambda _one: _("This lies in the future."),
        ("step", "state"): lambda _one: _(
            "The case has moved on meanwhile. Look at its state and choose again."
        ),
    }
    for problem in refusal.problems:
        name = _FIELDS.field_of(problem.path.rsplit(".", maxsplit=1)[-1])
        row = words.get((name, problem.code))
        said = row(problem) if row else not_yours_words(problem.message)
        place = name if name in (_PLACED_NEW if is_new else _PLACED) else ""
        form.wrong(place, said or refusal_words(problem, _FIELDS))
    if not refusal.problems:
        form.wrong("", _conflict(refusal) or whole_refusal(refusal))


def not_yours_words(message: str) -> str:
    """Return whose it is to decide, in the language of the request; "" for another message."""
    record = _RECORD.fullmatch(message)
    if record is not None:
        return _(
            "%(number)s was decided by %(authority)s, and it decides in this case.",
            number=record["number"],
            authority=record["authority"],
        )
    listing = _LISTED_BY.fullmatch(message)
    if listing is not None:
        return _("A listing in the name of %(authority)s is its own to make.", authority=listing[1])
    return ""


def _conflict(refusal: AppError) -> str:
    if "open already" in refusal.message:
        return _("A case of this kind about this record is open already.")
    if "does not count any more" in refusal.message:
        return _("This record does not count any more: there is nothing to decide.")
    if "cannot follow" in refusal.message or "was not taken yet" in refusal.message:
        return _("The case has moved on meanwhile. Look at its state and choose again.")
    return not_yours_words(refusal.message)
