"""The counter's check: one field, and in one glance which lists a party is on and what follows.

The rule that must stay true: what is not known is said to be not known; nothing on this page is
wider than `credit.checking` answers, and each line names its norm and its proof.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from flask import render_template, request
from werkzeug.wrappers import Response as WerkzeugResponse

from base.db import reading
from credit.applying.desk import Application
from credit.checking import Answer, Entry
from credit.looking_up import SubjectCard, bearers_of, candidates_of
from credit.naming.finding import Candidate
from credit.rulebook.lists import ListKind, credit_lists
from credit.rulebook.model import Measure
from ledger.canonical import canonical_bytes
from ledger.heads import size_of
from parties.access import Action, has_role_for
from web.credit import book_of, check_uscc, today
from web.credit_applying import applications_for, in_use_of
from web.credit_names import found_by_names
from web.credit_reading import brought_up, credit_behind
from web.pages.credit import words
from web.pages.credit.asking import Asked, come_day_asked, party_asked
from web.pages.credit.person_numbers import led_to
from web.pages.languages import say as _
from web.pages.work_blueprint import blueprint, when
from web.pages.work_forms import Form, typed
from web.services import services
from web.session import page_actor, page_requires

_ASKED: Final = ("q", "matter", "day")
_PATH: Final = "/work/credit/check"
_CANDIDATES: Final = 20
_NUMBER_CHARS: Final = 16
_GRAVEST: Final = "stop"


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckView:
    """An answer as the counter sees it; `tone` is that of the gravest thing in it."""

    answer: Answer
    tone: str
    headline: str
    number: str
    size: int
    asked_at: datetime
    in_use: tuple[Application, ...]
    restrictions: tuple[Measure, ...]
    incentives: tuple[Measure, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Meant:
    """Whom a name may mean: `compared` with it part by part, and `others` that hold its words.

    With `is_code` the others are those whom the register gives an older code.
    """

    compared: tuple[Candidate, ...]
    others: tuple[SubjectCard, ...]
    is_cut: bool
    is_code: bool = False


@blueprint.context_processor
def _credit_rights() -> dict[str, object]:
    """Tell every page of the workbench what its reader may do with credit, and its words."""
    actor = page_actor()
    return {
        "checks_credit": has_role_for(actor, Action.CHECK_CREDIT),
        "applies_measures": has_role_for(actor, Action.APPLY_MEASURES),
        "reads_credit": has_role_for(actor, Action.READ_CREDIT),
        "credit_words": words,
        "credit_log": services().log,
    }


@blueprint.post("/credit/check")
@page_requires(Action.CHECK_CREDIT)
def credit_check_typed() -> WerkzeugResponse:
    """Take what was typed at the counter to its answer; a person's number gets into no address."""
    form = typed("check")
    return led_to(_PATH, [(name, form.text(name)) for name in _ASKED])


@blueprint.get("/credit/check")
@page_requires(Action.CHECK_CREDIT)
def credit_check() -> str | tuple[str, int]:
    """Ask for a party; show what is known of it, or whom a name may mean."""
    parts, form = services(), Form(name="check", values=_values_asked())
    asked, matter = party_asked(form.text("q")), form.text("matter")
    day = come_day_asked(form, "day")
    bearers = _bearers(asked.older)
    if asked.fault and not bearers:
        form.wrong("q", _("This is no social credit code: compare it character by character."))
    if matter not in book_of(parts).matters:
        matter = ""
    if not form.is_good:
        return _page(form, asked), 400
    if asked.code:
        return _page(form, asked, view=_checked(asked.code, matter, day))
    if bearers:
        return _page(form, asked, meant=bearers)
    if asked.name:
        return _page(form, asked, meant=_meant(asked.name))
    return _page(form, asked)


def _bearers(older: str) -> Meant | None:
    """Return whom the register gives an older code; None where it is nobody's."""
    if not older:
        return None
    parts = services()
    brought_up(parts)
    with reading(parts.engine) as connection:
        found = bearers_of(connection, parts.log, older, rows_max=_CANDIDATES + 1)
    if not found:
        return None
    is_cut = len(found) > _CANDIDATES
    return Meant(compared=(), others=tuple(found[:_CANDIDATES]), is_cut=is_cut, is_code=True)


def _meant(name: str) -> Meant:
    """Return whom a name may mean; who it is, is for whoever asks to choose."""
    parts = services()
    (compared,) = found_by_names(parts, [name])
    with reading(parts.engine) as connection:
        holding = candidates_of(connection, parts.log, name, rows_max=_CANDIDATES + 1)
    shown = {one.subject_id for one in compared}
    others = [one for one in holding[:_CANDIDATES] if one.id not in shown]
    return Meant(compared=tuple(compared), others=tuple(others), is_cut=len(holding) > _CANDIDATES)


def _values_asked() -> dict[str, str]:
    """Return what the address says; a code by the interface's own word fills the one field."""
    values = request.args.to_dict()
    return {**values, "q": values.get("q") or values.get("uscc", "")}


def _checked(code: str, matter: str, day: date | None) -> CheckView:
    parts = services()
    # Before the question: an entry that comes while it is answered is not claimed to be in it.
    size = size_of(parts.engine, parts.log) or 0
    answer = check_uscc(parts, uscc=code, matter=matter or None, day=day)
    behind = credit_behind()
    tone, headline = _verdict(answer)
    if behind is not None and tone != _GRAVEST:
        # An unread record is not a clean record.
        tone, headline = "warn", _("Not certain yet: recorded entries are still being read")
    return CheckView(
        answer=answer,
        tone=tone,
        headline=headline,
        number=check_number(answer, matter),
        size=size if behind is None else behind.size,
        asked_at=parts.clock.now(),
        in_use=tuple(in_use_of(parts, page_actor(), code)) if _applies() else (),
        restrictions=tuple(one for one in answer.measures if not one.is_reward),
        incentives=tuple(one for one in answer.measures if one.is_reward),
    )


def _applies() -> bool:
    return has_role_for(page_actor(), Action.APPLY_MEASURES)


def check_number(answer: Answer, matter: str) -> str:
    """Return the number of a check: the same answer to the same question has the same number.

    It is the beginning of a SHA-256 over what was asked and told, so that a print can be compared
    with the answer anew: whoever changed a line on paper has another number. In which order a page
    shows the entries has no part in it.
    """
    entries = sorted(answer.entries, key=lambda one: (one.seq, one.row_number or 0))
    told = canonical_bytes(
        {
            "uscc": answer.code,
            "matter": matter,
            "day": answer.day.isoformat(),
            "known": answer.is_known,
            "entries": [[str(one.fact_id), one.seq] for one in entries],
            "measures": [one.id for one in answer.measures],
        }
    )
    digest = hashlib.sha256(told).hexdigest()[:_NUMBER_CHARS].upper()
    groups = "-".join(digest[at : at + 4] for at in range(0, _NUMBER_CHARS, 4))
    return f"{answer.day:%Y%m%d}-{groups}"


def _verdict(answer: Answer) -> tuple[str, str]:
    if not answer.is_known:
        return "warn", _("Not known: nobody has told of this party")
    kinds = {one.credit_list.kind for one in answer.entries}
    if ListKind.PUNISHMENT in kinds:
        count = _count(answer.entries, ListKind.PUNISHMENT)
        return "stop", _("On lists of punishment: %(count)s", count=str(count))
    if any(not one.is_reward for one in answer.measures):
        return "stop", _("On no list of punishment, but measures bind")
    if ListKind.ATTENTION in kinds:
        return "warn", _("On a list of attention")
    if ListKind.REWARD in kinds:
        return "good", _("On lists of reward alone")
    return "good", _("On no list on this day")


def _count(entries: Sequence[Entry], kind: ListKind) -> int:
    return len({one.credit_list.id for one in entries if one.credit_list.kind is kind})


def _page(
    form: Form,
    asked: Asked,
    *,
    view: CheckView | None = None,
    meant: Meant | None = None,
) -> str:
    parts, actor = services(), page_actor()
    book = book_of(parts)
    matter = book.matters.get(form.text("matter"))
    return render_template(
        "credit/check.html",
        form=form,
        asked=asked,
        view=view,
        matter=matter,
        matters=list(book.matters.values()),
        is_person=form.text("person") == "1",
        may_ask_personal=has_role_for(actor, Action.ISSUE_PERSONAL_REPORTS),
        meant=meant,
        today=today(parts),
        lists=list(credit_lists().values()),
        actor=actor,
        to_lift=len(applications_for(parts, actor, only_to_lift=True)),
        asked_when=when(parts.clock.now()),
    )
