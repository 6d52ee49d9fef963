"""Forms of the signed-in pages: what was typed, and what is wrong with it, beside its field.

The rule that must stay true: what somebody typed comes back as it was typed, whatever was wrong.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final
from unicodedata import normalize
from uuid import UUID, uuid4

from flask import request

from base.errors import AppError, Problem
from web.kept_forms import RESUMED, is_resumed
from web.pages.languages import say as _
from web.pages.work_refusals import Refusals, refusal_words

ONCE: Final = "once"

_WHOLE: Final = re.compile(r"0|[1-9][0-9]{0,17}")
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(slots=True, kw_only=True)
class Form:
    """One form of a page; `name` begins the ids of its fields. `problems` are sentences by field.

    The problem of no field in particular stands under "".
    """

    name: str
    values: Mapping[str, str] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)

    @property
    def is_good(self) -> bool:
        """Return whether nothing is wrong so far."""
        return not self.problems

    @property
    def first_wrong(self) -> str:
        """The first field with a problem, "" for none."""
        return next((name for name in self.problems if name), "")

    def text(self, name: str) -> str:
        """Return a field as it was typed, without blanks at its ends."""
        return self.values.get(name, "").strip()

    def code(self, name: str) -> str:
        """Return a field of letters and digits; full-width ones are taken for what they mean."""
        return normalize("NFKC", self.text(name))

    def whole(self, name: str) -> int:
        """Return a whole number; 0 where it is none, with its problem noted."""
        typed = self.code(name)
        if _WHOLE.fullmatch(typed):
            return int(typed)
        self.wrong(name, _("A whole number is needed here.") if typed else _("This is needed."))
        return 0

    def day(self, name: str) -> date | None:
        """Return a day, None where the field is empty; a problem is noted."""
        typed = self.code(name)
        if not typed:
            return None
        if _DAY.fullmatch(typed):
            try:
                return date.fromisoformat(typed)
            except ValueError:
                pass
        self.wrong(name, _("A day is written as 2026-05-01."))
        return None

    def choice(self, name: str, among: Mapping[str, object]) -> str:
        """Return one of the given choices; "" for any other, with its problem noted."""
        typed = self.text(name)
        if typed in among:
            return typed
        self.wrong(name, _("Choose one of these."))
        return ""

    def id(self, name: str) -> UUID | None:
        """Return an id that a page gave out; None for nothing or anything else."""
        try:
            return UUID(self.text(name))
        except ValueError:
            return None

    def is_ticked(self, name: str) -> bool:
        """Return whether a box is ticked."""
        return bool(self.values.get(name))

    def wrong(self, name: str, sentence: str) -> None:
        """Note a problem; the first one of a field stays."""
        self.problems.setdefault(name, sentence)

    def refuse(self, refusal: AppError, words: Refusals) -> None:
        """Note what was refused, each problem beside its field."""
        problems = refusal.problems or (Problem(path="", code=refusal.code, message=str(refusal)),)
        for problem in problems:
            self.wrong(words.field_of(problem.path), refusal_words(problem, words))


def blank(name: str, **values: object) -> Form:
    """Return a form nobody has filled in yet, with what is likely."""
    return Form(name=name, values={key: str(value) for key, value in values.items()})


def typed(name: str) -> Form:
    """Return a form as it was sent; one that comes back from a sign-in is not good."""
    values = request.form.to_dict()
    form = Form(name=name, values={key: text for key, text in values.items() if key != RESUMED})
    if is_resumed():
        words = _("You signed in anew. Nothing was recorded: look through it and send it again.")
        form.wrong("", words)
    return form


def fresh_once() -> str:
    """Return what makes a form that is sent twice one request."""
    return str(uuid4())


def once_of(form: Form) -> UUID | None:
    """Return that of a form that was sent."""
    return form.id(ONCE)
