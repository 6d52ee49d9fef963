"""Opening a case: a party asks for repair or objects, an authority gives notice or annuls.

The rule that must stay true: before its day repair is not asked for, and the page says the day;
what an authority opens is about a party that it names by its code.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from flask import redirect, render_template, request
from werkzeug.wrappers import Response as WerkzeugResponse

from base.db import reading
from base.errors import AppError, InvalidInput, NotFound
from credit.cases.kinds import CaseKind, case_kinds
from credit.casework.desk import Choice, DeskPage, DeskRow, desk_page
from credit.facts import FactState
from credit.feeds.model import FactKind
from credit.offices import EVERY, offices_of
from credit.records import FactRow
from credit.rulebook.code_lists import code_lists
from credit.rulebook.lists import ListKind, credit_lists
from credit.rulebook.model import Rule
from parties.access import Action
from parties.actors import Role
from parties.ids import new_id
from web.credit import book_of, today
from web.credit_cases import open_case_for, record_for
from web.credit_desk import news_for
from web.credit_documents import move_in
from web.idempotency import id_of_request
from web.pages.credit.asking import party_asked
from web.pages.credit.case_forms import CaseOf, facts_typed, note_typed, once
from web.pages.credit.case_views import is_offered
from web.pages.credit.case_words import refuse, state_title
from web.pages.credit.refused import Meanwhile, refused_view
from web.pages.credit.repairing import advice_of, conditions_of, declared_by, may_ask_for_repair
from web.pages.credit.words import title
from web.pages.languages import say as _
from web.pages.work_blueprint import blueprint, page_rows
from web.pages.work_forms import Form, once_of, typed
from web.services import services
from web.session import page_actor, page_requires

_LISTING: Final = "listing"
_REPAIR: Final = "repair"
_WITHDRAWAL: Final = "withdrawal"
_OBJECTION: Final = "objection"
_NEWS: Final = timedelta(days=30)
_NEWS_MAX: Final = 5
# What is told in a party's favour is not repaired, and what it registered itself is no record.
_NOT_REPAIRED: Final = frozenset(
    {FactKind.REGISTRATION, FactKind.PERMIT, FactKind.TAX_GRADE, FactKind.HONOUR}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordView:
    """A record of a party, and what it may ask for about it.

    `repair_on` is the day from which repair may be asked for, where that is still to come;
    `declares` are the entries that the party may declare wrong where they are.
    """

    fact: FactRow
    may_repair: bool
    may_object: bool
    repair_on: date | None
    open_cases: Sequence[DeskRow]
    conditions: Sequence[Rule]
    advice: str
    counts: bool
    declares: Sequence[int]


@blueprint.context_processor
def _credit_news() -> dict[str, object]:
    """Let the start page ask what a party is to be told of its cases."""
    return {"credit_news": _news}


def _news() -> list[DeskRow]:
    parts, actor = services(), page_actor()
    if actor.role is not Role.PRODUCER:
        return []
    since = parts.clock.now() - _NEWS
    return news_for(parts, actor, since=since, rows_max=_NEWS_MAX)


@blueprint.get("/credit/mine")
@page_requires(Action.READ_CREDIT)
def credit_mine() -> WerkzeugResponse | str:
    """Show a party its records with what it may ask for, and its cases."""
    parts, actor = services(), page_actor()
    if actor.role is not Role.PRODUCER:
        return redirect("/work/credit/cases", 303)
    subject_id, facts = record_for(parts, actor, "")
    every = Choice(subject_id=subject_id, rows_max=parts.settings.page_size_max)
    is_open = _own_cases(every).rows
    shown = replace(every, state="", after=request.args.get("after", ""), rows_max=page_rows())
    page, on = _own_cases(shown), today(parts)
    records = [_record(one, is_open, on) for one in facts if one.kind not in _NOT_REPAIRED]
    return render_template(
        "credit/cases/mine.html",
        is_known=subject_id is not None,
        records=records,
        cases=page.rows,
        next_after=page.next_after,
        waiting=[row for row in is_open if row.waits_for_party],
        today=on,
    )


def _own_cases(mine: Choice) -> DeskPage:
    """Return a page of a party's own cases; raises `NotFound` for one that there is not."""
    if mine.subject_id is None:
        return DeskPage(rows=(), next_after="")
    parts = services()
    try:
        with reading(parts.engine) as connection:
            return desk_page(connection, parts.log, mine)
    except InvalidInput as refusal:
        raise NotFound("There is no such page.") from refusal


@blueprint.get("/credit/cases/new")
@page_requires(Action.MOVE_CREDIT_CASES)
def credit_new_case() -> WerkzeugResponse | str:
    """Show the form that opens a case of a kind; a party chooses its record first."""
    form = Form(name="new", values=request.args.to_dict())
    kind = _kind_asked(form.text("kind"))
    if kind is None:
        return redirect("/work/credit/mine", 303)
    return _form_page(kind, form)


@blueprint.post("/credit/cases/new")
@page_requires(Action.MOVE_CREDIT_CASES, keeps_typed=True)
def credit_open_case() -> WerkzeugResponse | tuple[str, int]:
    """Open a case."""
    parts, actor, form = services(), page_actor(), typed("new")
    kind = _kind_asked(form.text("kind"))
    if kind is None:
        raise NotFound("There is no such kind of case for you.")
    code = party_asked(form.text("uscc")).code
    subject_id, _facts = _subject(code)
    if subject_id is None:
        form.wrong("uscc", _("Nothing was told of such a party."))
        return _form_page(kind, form), 400
    key = once_of(form)
    case_id = id_of_request(actor.id, f"page:{key}") if key else new_id(parts.clock.now())
    facts = facts_typed(form)
    if kind.id != _LISTING and not facts:
        form.wrong("facts", _("Choose the record that it is about."))
    of = CaseOf(case_id=case_id, kind=kind, subject_id=subject_id, fact_ids=facts)
    note = note_typed(form, of, kind.steps[kind.begins], book_of(parts))
    if not form.is_good:
        return _form_page(kind, form), 400
    try:
        row = open_case_for(parts, actor, note, uscc=code, idempotency=once(form))
    except AppError as refusal:
        refuse(form, refusal, is_new=True)
        return _form_page(kind, form), 400
    move_in(parts, row.id, subject_id, note.documents)
    return redirect(f"/work/credit/cases/{row.id}?done={kind.begins}", 303)


def _kind_asked(name: str) -> CaseKind | None:
    """Return the kind of a name, None where this reader opens none of it."""
    kind = case_kinds().get(name)
    if kind is None or not is_offered(page_actor(), kind.steps[kind.begins]):
        return None
    return kind


def _subject(code: str) -> tuple[UUID | None, list[FactRow]]:
    actor = page_actor()
    if not code and actor.role is not Role.PRODUCER:
        return None, []
    return record_for(services(), actor, code)


def _form_page(kind: CaseKind, form: Form) -> str:
    parts, actor = services(), page_actor()
    code = party_asked(form.text("uscc")).code
    subject_id, facts = _subject(code)
    if form.text("uscc") and not code:
        form.wrong("uscc", _("This is no social credit code: compare it character by character."))
    elif code and subject_id is None:
        form.wrong("uscc", _("Nothing was told of such a party."))
    on, book = today(parts), book_of(parts)
    asked = form.text("fact")
    if asked:
        form.values = {**form.values, f"fact-{asked}": "1"}
    step = kind.steps[kind.begins]
    if kind.id == _LISTING and "authority_name" not in form.values:
        form.values = {**form.values, "authority_name": _own_office()}
    records = [_record(one, (), on) for one in facts if _may_be_about(kind, one, on)]
    return render_template(
        "credit/cases/new.html",
        kind=kind,
        step=step,
        needs=lambda name: name in {need.value for need in step.needs},
        form=form,
        code=code,
        is_known=subject_id is not None,
        is_party=actor.role is Role.PRODUCER,
        records=records,
        refused=refused_view(
            form if request.method == "POST" else None,
            is_shown=subject_id is not None and (kind.id == _LISTING or bool(records)),
            onward=_("Choose a party, and a record of it that such a case can be about."),
            meanwhile=[] if subject_id is None else _open_beside(kind, subject_id, form),
        ),
        lists=[
            {"value": one.id, "title": title(one)}
            for one in credit_lists().values()
            if one.kind is not ListKind.REWARD
        ],
        authorities=[
            {"value": one.id, "title": title(one)}
            for one in code_lists().authorities.codes.values()
        ],
        measures=[
            one
            for one in book.measures.values()
            if one.lists and not one.is_reward and one.is_in_force(on)
        ],
        list_names={one.id: title(one) for one in credit_lists().values()},
        today=on,
    )


def _open_beside(kind: CaseKind, subject_id: UUID, form: Form) -> list[Meanwhile]:
    """Return the open cases of a kind about what a form is about."""
    parts, about = services(), set(facts_typed(form))
    choice = Choice(kind=kind.id, subject_id=subject_id, rows_max=page_rows())
    with reading(parts.engine) as connection:
        rows = desk_page(connection, parts.log, choice).rows
    return [
        Meanwhile(
            title=f"{title(row.kind)}: {state_title(row.state)}",
            at=row.last_at,
            href=f"/work/credit/cases/{row.id}",
        )
        for row in rows
        if about.intersection(row.facts)
    ]


def _own_office() -> str:
    """Return the authority that this reader decides for, "" where that is none or several."""
    with reading(services().engine) as connection:
        names = {one.authority for one in offices_of(connection, page_actor().id)}
    return names.pop() if len(names) == 1 and EVERY not in names else ""


def _may_be_about(kind: CaseKind, fact: FactRow, on: date) -> bool:
    if kind.id == _WITHDRAWAL:
        return fact.state != FactState.WITHDRAWN
    if kind.id == _REPAIR and not may_ask_for_repair(fact, on):
        return False
    return fact.counts_on(on) and fact.kind not in _NOT_REPAIRED


def _record(fact: FactRow, cases: Sequence[DeskRow], on: date) -> RecordView:
    opened = [row for row in cases if fact.id in row.facts and row.is_open]
    busy = {row.kind.id for row in opened}
    counts = fact.counts_on(on)
    is_early = fact.repairable_on is not None and fact.repairable_on > on
    return RecordView(
        fact=fact,
        may_repair=counts and not is_early and _REPAIR not in busy and may_ask_for_repair(fact, on),
        may_object=counts and _OBJECTION not in busy,
        repair_on=fact.repairable_on if counts and is_early else None,
        open_cases=opened,
        conditions=conditions_of(fact, on) if counts else (),
        advice=advice_of(fact, on) if counts else "",
        counts=counts,
        declares=declared_by(fact) if counts else (),
    )
