"""Measures in use on pages: report one as applied through the gate, and give the receipt to lift.

The rule that must stay true: what the gate refuses is not recorded, and the page says in words
which row of law it was, and since when it holds no longer.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from flask import redirect, render_template, request
from werkzeug.wrappers import Response as WerkzeugResponse

from base.db import reading
from base.errors import AppError, Conflict
from credit.applying.again import standing_again
from credit.applying.desk import Application
from credit.looking_up import SubjectCard, subjects_by_id
from credit.rulebook.model import Measure
from credit.rules.measures import Refusal
from ledger.batch import Idempotency
from parties.access import Action
from parties.ids import new_id
from web.credit import book_of, check_uscc, today
from web.credit_applying import (
    Report,
    application_for,
    application_page_for,
    apply_for,
    in_use_of,
    lift_for,
)
from web.idempotency import id_of_request, request_hash
from web.pages.credit import words
from web.pages.credit.asking import legal_day, party_asked
from web.pages.languages import say as _
from web.pages.work_blueprint import blueprint
from web.pages.work_forms import Form, once_of, typed
from web.pages.work_refusals import Refusals
from web.services import services
from web.session import page_actor, page_requires

_REFERENCE_CHARS_MAX: Final = 200
_GATE: Final = frozenset(one.value for one in Refusal)


@dataclass(frozen=True, slots=True, kw_only=True)
class InUse:
    """A measure in use as a page shows it; `measure` is None where the rulebook lost its row.

    `stands_again` where it was lifted, and a record that it stood on counts again since.
    """

    application: Application
    subject: SubjectCard | None
    measure: Measure | None
    matter: str
    stands_again: bool


@blueprint.get("/credit/apply")
@page_requires(Action.APPLY_MEASURES)
def credit_apply_form() -> str | tuple[str, int]:
    """Ask which measure was applied to a party, in which matter, on which day."""
    form = Form(name="apply", values=request.args.to_dict())
    return _form_page(form) if party_asked(form.text("uscc")).code else (_form_page(form), 400)


@blueprint.post("/credit/apply")
@page_requires(Action.APPLY_MEASURES, keeps_typed=True)
def credit_apply() -> WerkzeugResponse | tuple[str, int]:
    """Record that a measure was applied, or say why it may not be."""
    parts, form, actor = services(), typed("apply"), page_actor()
    book = book_of(parts)
    code = party_asked(form.text("uscc")).code
    measure_id = form.choice("measure", book.measures)
    matter = form.choice("matter", book.matters)
    on = legal_day(form, "on") or today(parts)
    reference = form.text("reference")
    if not code:
        form.wrong("", _("Say by its social credit code which party is meant."))
    if len(reference) > _REFERENCE_CHARS_MAX:
        form.wrong("reference", _("At most 200 characters."))
    if not form.is_good:
        return _form_page(form), 400
    once = f"page:{once_of(form)}"
    report = Report(
        id=id_of_request(actor.id, once) if once_of(form) else new_id(parts.clock.now()),
        uscc=code,
        measure=measure_id,
        matter=matter,
        on=on,
        reference=reference,
    )
    asked = (code, measure_id, matter, on, reference)
    try:
        done = apply_for(parts, actor, report, idempotency=_once(form, asked))
    except AppError as refusal:
        _refuse(form, refusal, book.measures.get(measure_id), matter, on)
        return _form_page(form), 400
    return redirect(f"/work/credit/measures?{urlencode({'applied': str(done.id)})}", 303)


@blueprint.get("/credit/measures")
@page_requires(Action.APPLY_MEASURES, Action.CHECK_CREDIT)
def credit_measures() -> str:
    """List the measures in use: what has to be lifted first."""
    return _measures_page(Form(name="lift", values=request.args.to_dict()))


@blueprint.post("/credit/measures/<uuid:application_id>/lift")
@page_requires(Action.APPLY_MEASURES, keeps_typed=True)
def credit_lift(application_id: UUID) -> WerkzeugResponse | tuple[str, int]:
    """Take the receipt that a measure was lifted."""
    parts, actor, form = services(), page_actor(), typed("lift")
    on, reason = legal_day(form, "on"), form.text("reason")[:_REFERENCE_CHARS_MAX]
    reference = form.text("reference")[:_REFERENCE_CHARS_MAX]
    if not form.is_good:
        return _measures_page(form, application_id), 400
    there = redirect(f"/work/credit/measures?{urlencode({'lifted': str(application_id)})}", 303)
    try:
        lift_for(
            parts,
            actor,
            application_id,
            on=on,
            reference=reference,
            reason=reason,
            idempotency=_once(form, (application_id, on, reference, reason)),
        )
    except Conflict:
        # Pressed twice: one receipt is enough, and the page shows it.
        return there
    except AppError as refusal:
        form.refuse(refusal, Refusals())
        return _measures_page(form, application_id), 400
    return there


def _refuse(form: Form, refusal: AppError, measure: Measure | None, matter: str, on: date) -> None:
    code = refusal.problems[0].code if refusal.problems else ""
    if code in _GATE:
        name = words.title(book_of(services()).matters[matter])
        form.wrong("measure", words.refusal_words(Refusal(code), measure, name, on))
    elif code == "future":
        form.wrong("on", _("A measure is not applied before its day."))
    else:
        form.refuse(refusal, Refusals())


def _once(form: Form, values: object) -> Idempotency | None:
    once = once_of(form)
    return (
        None if once is None else Idempotency(key=f"page:{once}", request_hash=request_hash(values))
    )


def _form_page(form: Form) -> str:
    parts = services()
    book, code = book_of(parts), party_asked(form.text("uscc")).code
    answer = check_uscc(parts, uscc=code, matter=None, day=None) if code else None
    called = {one.id for one in answer.measures} if answer else set()
    on = today(parts)
    return render_template(
        "credit/apply.html",
        form=form,
        answer=answer,
        called=[one for one in book.measures.values() if one.id in called],
        others=[one for one in book.measures.values() if one.id not in called],
        matters=list(book.matters.values()),
        chosen=book.measures.get(form.text("measure")),
        today=on,
        in_use=[_row(one, {}) for one in in_use_of(parts, page_actor(), code)] if code else [],
    )


def _measures_page(form: Form, tried: UUID | None = None) -> str:
    parts, actor = services(), page_actor()
    due = application_page_for(parts, actor, only_to_lift=True, after="")
    page = application_page_for(parts, actor, only_to_lift=False, after=form.text("after"))
    found = (*due.applications, *page.applications)
    with reading(parts.engine) as connection:
        cards = subjects_by_id(connection, parts.log, {one.subject_id for one in found})
        again = standing_again(connection, parts.log, found, today(parts))
    rows = [_row(one, cards, stands_again=one.id in again) for one in page.applications]
    done = form.id("applied") or form.id("lifted")
    return render_template(
        "credit/measures.html",
        form=form,
        tried=tried,
        to_lift=[_row(one, cards) for one in due.applications],
        in_use=[
            row
            for row in rows
            if not row.application.must_lift and row.application.lifted_seq is None
        ],
        lifted=[row for row in rows if row.application.lifted_seq is not None],
        done=_done(done, cards),
        after=page.next_after,
        today=today(parts),
    )


def _done(application_id: UUID | None, cards: Mapping[UUID, SubjectCard]) -> InUse | None:
    if application_id is None:
        return None
    found = application_for(services(), page_actor(), application_id)
    return None if found is None else _row(found, cards)


def _row(
    one: Application, cards: Mapping[UUID, SubjectCard], *, stands_again: bool = False
) -> InUse:
    book = book_of(services())
    matter = book.matters.get(one.matter)
    return InUse(
        application=one,
        subject=cards.get(one.subject_id),
        measure=book.measures.get(one.measure),
        matter=one.matter if matter is None else words.title(matter),
        stands_again=stands_again,
    )
