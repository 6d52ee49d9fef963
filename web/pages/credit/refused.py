"""A step that was refused, at the head of its page: why, what came meanwhile, what can be done now.

The rule that must stay true: whoever sent a form reads first that nothing was recorded, also where
the form is on the page no more; what they had typed is there all the same.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from web.pages.languages import say as _
from web.pages.work_forms import Form

SEEN: Final = "seen"
"""The field that names the newest entry that the page of a form knew of."""

_REASONS: Final = ("reason", "note")
# What no field of a form stands for, and what stands under another id.
_NOWHERE: Final = frozenset({"", "step", "case", "kind", "after", "once"})
_CHOICES: Final = frozenset({"facts", "measures"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Meanwhile:
    """Something that was done since the form was made, by whom; `href` leads to it."""

    title: str
    at: datetime | None = None
    by: str = ""
    seq: int | None = None
    href: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrong:
    """A sentence about what is wrong, and the id of its field, "" for none."""

    sentence: str
    field: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """What the head of the page says; `typed` is the reason that its form has no field for now."""

    wrongs: Sequence[Wrong]
    meanwhile: Sequence[Meanwhile]
    onward: str
    typed: str


def refused_view(
    form: Form | None,
    *,
    is_shown: bool,
    meanwhile: Iterable[Meanwhile] = (),
    may: Sequence[str] = (),
    onward: str = "",
) -> Refused | None:
    """Return what is said of a form that came back, None for one that nobody sent.

    `is_shown` where the form is on the page again; `may` names the steps that can be taken now;
    `onward` is what can be done in place of a step.
    """
    if form is None or form.is_good:
        return None
    wrongs = [
        Wrong(sentence=sentence, field=_field(form, name) if is_shown else "")
        for name, sentence in form.problems.items()
    ]
    typed = next((form.text(name) for name in _REASONS if form.text(name)), "")
    return Refused(
        wrongs=list({one.sentence: one for one in wrongs}.values()),
        meanwhile=tuple(meanwhile),
        onward=onward if onward and not is_shown else _onward(is_shown=is_shown, may=may),
        typed="" if is_shown else typed,
    )


def seen_of(form: Form | None, name: str = SEEN) -> int | None:
    """Return the newest entry that the page of a form knew of, None where it does not say."""
    text = "" if form is None else form.text(name)
    return int(text) if text.isdecimal() and text.isascii() and len(text) < 19 else None


def _onward(*, is_shown: bool, may: Sequence[str]) -> str:
    if is_shown:
        return _("What you typed is still in the form below: look through it, then send it again.")
    if may:
        return _("What can be done now: %(steps)s.", steps=_(", ").join(may))
    return _("Nothing can be done about it any more from here.")


def _field(form: Form, name: str) -> str:
    if name in _NOWHERE:
        return ""
    return f"{form.name}-choose-{name}" if name in _CHOICES else f"{form.name}-{name}"
