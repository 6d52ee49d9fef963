"""A grade as it would be, and by the versions of its model side by side.

The rule that must stay true: a page about a grade that is only supposed records nothing, says so,
and is reckoned by the very function that reckons the grade.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final
from uuid import UUID

from flask import render_template, request

from base.errors import InvalidInput
from credit.records import FactRow
from credit.scoring.model import Grade, Item, Model, ScoredFact
from credit.scoring.reading import models
from credit.scoring.what_if import Supposed
from parties.access import Action
from parties.actors import Role
from web.credit import code_asked, today
from web.credit_cases import record_for
from web.credit_grades import GradeAsked, grades_for, supposed_for
from web.pages.credit import words
from web.pages.credit.asking import legal_day
from web.pages.credit.grade_views import compared, counted_of, named_facts
from web.pages.credit.words import title
from web.pages.languages import say as _
from web.pages.work_blueprint import blueprint
from web.pages.work_forms import Form
from web.services import services
from web.session import page_actor, page_requires

_ADDED_MAX: Final = 5
_WITHOUT: Final = "without"
_NONE: Final = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Choice:
    """Something that may be supposed, as a form offers it."""

    value: str
    title: str
    fact: ScoredFact


@blueprint.get("/credit/me/grade")
@page_requires(Action.READ_CREDIT)
def credit_my_grade() -> str | tuple[str, int]:
    """Show a party what its grade would be, and its grade by every version of the model."""
    if page_actor().role is not Role.PRODUCER:
        return _unknown("")
    return _page("", "/work/credit/me")


@blueprint.get("/credit/parties/<uscc>/grade")
@page_requires(Action.READ_CREDIT)
def credit_party_grade(uscc: str) -> str | tuple[str, int]:
    """Show what a party's grade would be: anybody's to an authority, a producer's own to it."""
    try:
        code = code_asked(uscc)
    except InvalidInput:
        return _unknown(uscc[:40])
    return _page(code, f"/work/credit/parties/{code}")


def _unknown(code: str) -> tuple[str, int]:
    own = page_actor().role is Role.PRODUCER
    return render_template("credit/party.html", subject=None, code=code, own=own), 404


def _page(code: str, record: str) -> str | tuple[str, int]:
    parts, actor = services(), page_actor()
    subject_id, facts = record_for(parts, actor, code)
    form = Form(name="what-if", values=request.args.to_dict())
    day, model = _asked(form)
    asked = GradeAsked(uscc=code, day=day, model=model)
    every = grades_for(parts, actor, asked, ())
    if subject_id is None or every is None:
        return _unknown(code)
    supposed = _supposed(form, models()[model], day)
    now, then = next(grade for one, grade in every if one.name == model), None
    if form.is_good and supposed != Supposed():
        try:
            found = supposed_for(parts, actor, asked, supposed)
        except InvalidInput as refusal:
            form.wrong("", _wrong(refusal))
        else:
            then = None if found is None else found[2]
    told = render_template(
        "credit/grade.html",
        form=form,
        record=record,
        own=actor.role is Role.PRODUCER,
        day=day,
        model=models()[model],
        models=[{"value": one.name, "title": version_title(one)} for one in models().values()],
        counted=_counted(now, facts, supposed),
        choices=_choices(models()[model]),
        added_rows=_rows_of(form),
        now=now,
        then=then,
        lines=compared([now] if then is None else [now, then]),
        versions=[(one, version_title(one), grade) for one, grade in every],
        version_lines=compared([grade for _one, grade in every]),
        named=named_facts(facts),
    )
    return told if form.is_good else (told, 400)


def version_title(model: Model) -> str:
    """Return a version of a model as it is called."""
    return _("%(name)s, version %(version)s", name=title(model), version=str(model.version))


def _asked(form: Form) -> tuple[date, str]:
    """Return the day and the version that are asked for, else today's and the one in force."""
    on = today(services())
    day = legal_day(form, "day") or on
    held = [one for one in models().values() if one.from_on <= day]
    if not held:
        form.wrong("day", _("No version of the model holds on that day."))
    usual = max(held or models().values(), key=lambda one: one.from_on).name
    asked = form.text("model")
    if asked and asked not in models():
        form.wrong("model", _("Choose one of these."))
    return day, asked if asked in models() else usual


def _supposed(form: Form, model: Model, day: date) -> Supposed:
    """Return what is supposed; what is wrong with it is noted on the form."""
    without = set()
    for text in request.args.getlist(_WITHOUT):
        try:
            without.add(UUID(text))
        except ValueError:
            form.wrong(_WITHOUT, _("There is no such record."))
    added = []
    kinds = {one.value: one.fact for one in _choices(model)}
    for at in range(_ADDED_MAX):
        if form.text(f"add-{at}"):
            choice = form.choice(f"add-{at}", kinds)
            on = legal_day(form, f"on-{at}")
            if choice:
                # It has no id of its own: its place among the others stands for it.
                added.append(replace(kinds[choice], id=UUID(int=at), decided_on=on or day))
    return Supposed(
        without=frozenset(without), added=tuple(added), without_trace=form.is_ticked("trace")
    )


def _choices(model: Model) -> list[_Choice]:
    """Return what may be supposed: what the model counts, and the lists that fix a class."""
    items = [_Choice(value=one.id, title=title(one), fact=_of_item(one)) for one in model.items]
    vetoes = [
        _Choice(value=one.id, title=title(one), fact=_fact(list_id=min(one.lists)))
        for one in model.vetoes
    ]
    return [*items, *vetoes]


def _of_item(item: Item) -> ScoredFact:
    severity = min(item.severities, default=_NONE)
    return _fact(
        kind=min(item.kinds),
        severity=None if severity == _NONE else severity,
        grade=min(item.grades, default=""),
    )


def _fact(
    *, kind: str = "", list_id: str = "", severity: str | None = None, grade: str = ""
) -> ScoredFact:
    return ScoredFact(
        id=UUID(int=0), kind=kind, list_id=list_id, severity=severity, grade=grade, decided_on=None
    )


def _rows_of(form: Form) -> int:
    """Return how many rows there are for what is added: one more than are filled in."""
    filled = [at for at in range(_ADDED_MAX) if form.text(f"add-{at}")]
    return min(_ADDED_MAX, max(filled, default=-1) + 2)


def _counted(
    now: Grade, facts: Sequence[FactRow], supposed: Supposed
) -> Sequence[tuple[UUID, str, str, bool]]:
    """Return the records that a grade stands on: id, name, day, and whether one is left out."""
    rows = {one.id: one for one in facts}
    return [
        (
            one,
            " ".join((words.FACT_KINDS[rows[one].kind](), rows[one].number)).strip(),
            "" if (on := rows[one].decided_on) is None else on.isoformat(),
            one in supposed.without,
        )
        for one in counted_of(now)
        if one in rows
    ]


def _wrong(refusal: InvalidInput) -> str:
    if any(one.path == _WITHOUT for one in refusal.problems):
        return _("A record that does not count on that day cannot be left out.")
    return _("The model counts nothing of that kind.")
