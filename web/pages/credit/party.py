"""A party's credit: every fact with its source, article, clock and proof; its grade with reasons.

The rule that must stay true: a producer sees its own record and nobody else's; what the trace
ledger shows stands apart from what an authority decided.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from flask import current_app, render_template, request
from sqlalchemy import Connection
from werkzeug.exceptions import HTTPException

from base.db import reading
from base.errors import InvalidInput, NotFound
from credit.applying.desk import Application, ApplicationQuery, applications_of
from credit.called import called
from credit.cases.reading import CaseQuery, CaseRow, cases_of
from credit.facts import FactState, stands_on
from credit.feeds.model import FactKind
from credit.folding.cases import listed_id
from credit.looking_up import SubjectCard, subjects_by_id
from credit.names_then import card_then
from credit.nightly.grading import KeptGrade, kept_grades
from credit.records import FactRow
from credit.reporting.reasons import because_of, records_of
from credit.rulebook.lists import CreditList, ListKind, credit_lists
from credit.rulebook.model import Measure, Rule
from credit.scoring.model import Grade, Model, Why
from credit.scoring.reading import models
from parties.access import Action
from parties.actors import Role
from web.credit import book_of, code_asked, today
from web.credit_applying import seen_by
from web.credit_cases import record_for
from web.credit_grades import GradeAsked, grade_for
from web.credit_lists import end_of
from web.credit_supervision import supervision_for
from web.pages.credit import words
from web.pages.credit.asking import come_day_asked
from web.pages.credit.clock import Clock, clock_of
from web.pages.languages import chosen_lang
from web.pages.regions import region_name
from web.pages.work_blueprint import blueprint
from web.pages.work_forms import Form
from web.services import Services, services
from web.session import page_actor, page_requires

_GOOD: Final = frozenset({FactKind.PERMIT, FactKind.TAX_GRADE, FactKind.HONOUR})
_TRACE: Final = FactKind.TRACE.value
_KEPT_SHOWN: Final = 20
_SHOWN: Final = 12
"""So many records of a section are shown before somebody asks for all of them."""
_REASONS_SHOWN: Final = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class FactView:
    """A fact as the page tells it; what its feed does not say is ""."""

    fact: FactRow
    kind: str
    credit_list: CreditList | None
    article: str
    sort: str
    tone: str
    state: str
    severity: str
    feed: str
    clock: Clock | None
    because: tuple[Rule, ...]
    counts: bool
    details: tuple[tuple[str, str], ...]
    cases: tuple[CaseRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureView:
    """A measure that somebody applied to the party."""

    application: Application
    measure: Measure | None
    matter: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptView:
    """A grade that a night kept of the party: from which day on, and by what it was decided."""

    day: date
    grade: str
    points: int
    model: str
    why: str


@blueprint.get("/credit/me")
@page_requires(Action.READ_CREDIT)
def credit_me() -> str | tuple[str, int]:
    """Show a party its own credit record."""
    if page_actor().role is not Role.PRODUCER:
        return render_template("credit/party.html", subject=None, code="", own=False), 404
    return _page("")


@blueprint.get("/credit/parties/<uscc>")
@page_requires(Action.READ_CREDIT)
def credit_party(uscc: str) -> str | tuple[str, int]:
    """Show the credit record of a party: anybody's to an authority, a producer's own to it."""
    try:
        code = code_asked(uscc)
    except InvalidInput:
        return render_template("credit/party.html", subject=None, code=uscc[:40], own=False), 404
    return _page(code)


@blueprint.app_template_global("has_page")
def has_page(path: str) -> bool:
    """Return whether this installation has a page at a path, so that no link leads nowhere."""
    try:
        return bool(current_app.url_map.bind("").match(path))
    except HTTPException:
        return False


def _page(code: str) -> str | tuple[str, int]:
    parts, actor = services(), page_actor()
    is_own = actor.role is Role.PRODUCER
    form = Form(name="known", values=request.args.to_dict())
    known_on = come_day_asked(form, "known")
    known_at = None if known_on is None or known_on >= today(parts) else end_of(known_on)
    subject_id, facts = record_for(parts, actor, code, known_at=known_at)
    if subject_id is None:
        return render_template("credit/party.html", subject=None, code=code, own=is_own), 404
    with reading(parts.engine) as connection:
        query = CaseQuery(
            subject_id=subject_id, only_open=False, rows_max=parts.settings.page_size_max
        )
        cases = cases_of(connection, parts.log, query).cases
        card = _card(connection, parts, subject_id, facts, known_at)
        asked = ApplicationQuery(
            day=today(parts),
            # The office that applied a measure sees its own; the party and an auditor see all.
            actors=None if is_own else seen_by(connection, actor),
            subject_id=subject_id,
            rows_max=parts.settings.page_size_max,
        )
        used = applications_of(connection, parts.log, asked).applications
        if card is None:
            raise NotFound("There is no such record.")
        names = called(connection, parts.log, card, facts)
        reasons = _reasons(connection, parts, facts)
        until = None if known_at is None else known_on
        kept = kept_grades(connection, parts.log, subject_id, until=until)
    on = today(parts) if known_at is None or known_on is None else known_on
    # What is done about a record, and what follows from it, is told of now alone.
    cases = cases if known_at is None else ()
    views = [_view(one, cases, on, reasons.get(one.id, ())) for one in facts]
    asked_of = GradeAsked(uscc=code, day=on, known_at=known_at)
    found = grade_for(parts, actor, asked_of)
    return render_template(
        "credit/party.html",
        subject=replace(card, name=names.name),
        also_told_as=names.others,
        code=card.code,
        asked=code or card.code,
        own=is_own,
        region=region_name(card.region, chosen_lang()) if card.region else "",
        **_sections(views),
        **_folded(views, is_own=is_own, code=card.code),
        cases=cases,
        used=[_measure(one) for one in used],
        today=on,
        form=form,
        known_on=None if known_at is None else known_on,
        kept=[_kept(one) for one in kept[:_KEPT_SHOWN]],
        rows_max=parts.settings.credit_told_max,
        is_cut=len(facts) >= parts.settings.credit_told_max,
        supervision=supervision_for(parts, actor, asked_of) if known_at is None else None,
        **_graded(found, {one.fact.id: one for one in views}),
    )


def _card(
    connection: Connection,
    parts: Services,
    subject_id: UUID,
    facts: Sequence[FactRow],
    known_at: datetime | None,
) -> SubjectCard | None:
    """Return the party as it is known by its name, place and register, or was at an instant.

    Of whom nothing was known by then no name was, either.
    """
    card = subjects_by_id(connection, parts.log, {subject_id}).get(subject_id)
    if card is None or known_at is None:
        return card
    then = card_then(connection, parts.log, card, known_at)
    return then if facts or then.is_registered else replace(then, name="")


def _reasons(
    connection: Connection, parts: Services, facts: Sequence[FactRow]
) -> Mapping[UUID, tuple[Rule, ...]]:
    """Return the rows of law that each fact's class and days stand on."""
    book, records = book_of(parts), records_of(connection, parts.log, facts)
    return {one.id: because_of(one, records.get(one.id), book).rules for one in facts}


def _folded(views: Sequence[FactView], *, is_own: bool, code: str) -> dict[str, Any]:
    """Return what is shown of long sections, and where whatever is not shown stands."""
    shows_all = request.args.get("all") == "1"
    known = request.args.get("known", "")
    asked = urlencode({**({"known": known} if known else {}), "all": "1"})
    at = f"{'/work/credit/me' if is_own else f'/work/credit/parties/{code}'}?{asked}"
    sections = _sections(views)
    there = {
        one.fact.id
        for name in ("legal", "good", "other", "trace")
        for one in (sections[name] if shows_all else sections[name][:_SHOWN])
    }
    return {
        "shows_all": shows_all,
        "shown": _SHOWN,
        "reasons_shown": _REASONS_SHOWN,
        "all_at": at,
        "fact_at": lambda fact_id: f"{'' if fact_id in there else at}#fact-{fact_id}",
    }


def _sections(views: Sequence[FactView]) -> dict[str, Any]:
    # What counts, an entry of a list before all, is not looked for behind what counts no more.
    views = sorted(views, key=lambda one: (not one.counts, one.credit_list is None))
    legal = [one for one in views if one.sort == "legal"]
    return {
        "on_lists": [one for one in legal if one.counts and one.credit_list is not None],
        "legal": legal,
        "good": [one for one in views if one.sort == "good"],
        "other": [one for one in views if one.sort == "other"],
        "trace": [one for one in views if one.sort == "trace"],
    }


def _view(fact: FactRow, cases: Sequence[CaseRow], on: date, because: tuple[Rule, ...]) -> FactView:
    found = credit_lists().get(fact.list_id)
    sort = _sort(fact, found)
    counts = fact.counts_on(on)
    # A record that counts no longer has no clock that still runs.
    is_running = sort == "legal" and stands_on(fact.state, fact.ended_on, on)
    starts_on = fact.starts_on or fact.decided_on
    return FactView(
        fact=fact,
        kind=words.FACT_KINDS[FactKind(fact.kind)](),
        credit_list=found,
        article=fact.article,
        sort=sort,
        tone=_tone(fact, found, counts=counts),
        state=_state(fact, counts=counts),
        severity=words.SEVERITIES[fact.severity]() if fact.severity else "",
        feed=words.feed_title(fact.feed),
        clock=clock_of(starts_on, fact.repairable_on, fact.stops_on, on) if is_running else None,
        because=because if is_running else (),
        counts=counts,
        details=tuple(words.told_details(fact.body)),
        cases=tuple(one for one in cases if fact.id in (*one.fact_ids, listed_id(one.id))),
    )


def _sort(fact: FactRow, found: CreditList | None) -> str:
    if fact.kind == _TRACE:
        return "trace"
    if fact.kind == FactKind.REGISTRATION:
        return "other"
    if found is not None:
        return "good" if found.kind is ListKind.REWARD else "legal"
    if fact.kind in _GOOD:
        return "good"
    if fact.kind == FactKind.INSPECTION:
        return "legal" if fact.body.get("grade") == "failed" else "good"
    return "legal" if fact.kind == FactKind.PENALTY else "other"


def _tone(fact: FactRow, found: CreditList | None, *, counts: bool) -> str:
    if not counts:
        return ""
    if found is not None:
        return words.LIST_TONES[found.kind]
    return {"legal": "warn", "good": "good"}.get(_sort(fact, None), "")


def _state(fact: FactRow, *, counts: bool) -> str:
    if fact.state == FactState.ACTIVE and not counts:
        return words.expired()
    if fact.state == FactState.ENDED and counts and fact.ended_on is not None:
        return words.to_end(fact.ended_on)
    return words.STATES[fact.state]()


def _measure(one: Application) -> MeasureView:
    book = book_of(services())
    matter = book.matters.get(one.matter)
    return MeasureView(
        application=one,
        measure=book.measures.get(one.measure),
        matter=one.matter if matter is None else words.title(matter),
    )


def _kept(one: KeptGrade) -> KeptView:
    model = models().get(one.model)
    veto = one.reasons.get("veto", {}).get("id", "")
    named = next((item for item in (model.vetoes if model else ()) if item.id == veto), None)
    return KeptView(
        day=one.day,
        grade=one.grade,
        points=one.points,
        model=one.model if model is None else f"{words.title(model)} {model.version}",
        why=words.why_graded(Why(one.why), "" if named is None else words.title(named)),
    )


def _graded(found: tuple[Model, Grade] | None, views: Mapping[UUID, FactView]) -> dict[str, Any]:
    if found is None:
        return {"grade": None}
    model, grade = found
    return {
        "grade": grade,
        "model": model,
        "named": {key: _named(view) for key, view in views.items()},
        "whole": model.base + sum(one.points for one in grade.shares),
    }


def _named(view: FactView) -> str:
    told = words.fact_title(view.fact.kind, view.fact.title)
    return words.fact_number(view.fact.kind, view.fact.number) or told or view.kind
