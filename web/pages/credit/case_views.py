"""A case as its page shows it: every step with its proof, what is due, and what may follow.

One rule: the page offers exactly the steps that the state machine offers this reader.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from credit.applying.desk import Application
from credit.cases.kinds import By, CaseKind, Effect, Need, Step
from credit.cases.life import may_take
from credit.cases.reading import StepRow
from credit.cases.timing import first_day
from credit.casework.desk import DeskRow, is_awaited
from credit.rulebook.lists import CreditList, credit_lists
from credit.rulebook.model import Book, Measure
from parties.access import Action, has_role_for
from parties.actors import Actor, Role
from web.credit import today
from web.credit_desk import WholeCase
from web.credit_documents import is_kept
from web.pages.credit.case_words import (
    by_title,
    doubt_words,
    letter_title,
    rule_words,
    step_title,
)
from web.pages.credit.listing_views import ListingView, listing_view
from web.pages.credit.refused import Meanwhile, seen_of
from web.pages.credit.words import title
from web.pages.work_forms import Form, blank
from web.services import Services

SOON_DAYS: Final = 3
"""What is due within so many days stands out; it decides nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperView:
    """A document of a step; `is_kept` where the file itself is here."""

    name: str
    sha256: str
    is_kept: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StepView:
    """A step that was taken. `rule` is the norm that its deadline follows."""

    row: StepRow
    title: str
    by: str
    papers: Sequence[PaperView]
    rule: str
    is_waiting: bool
    letter: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NextView:
    """A step that may follow, with the form that takes it; `takes_papers` where it has any.

    `first_on` is the first day that it may be of, where that is still to come; `ground` is what the
    party was told of, where the step decides about it.
    """

    step: Step
    title: str
    form: Form
    takes_papers: bool
    first_on: date | None
    ground: str

    def needs(self, name: str) -> bool:
        """Return whether the step asks for something."""
        return Need(name) in self.step.needs


@dataclass(frozen=True, slots=True, kw_only=True)
class UseView:
    """A measure that stands, or stood, on the records of a case.

    `stands_again` where it was lifted, and a record that it stood on counts again since.
    """

    application: Application
    measure: Measure | None
    matter: str
    stands_again: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseView:
    """A whole case; `waits_for` says whose turn it is, "" where nobody's.

    `due_doubt` is what is not known of the row that the deadline follows, "" where it is certain.
    """

    whole: WholeCase
    list: CreditList | None
    listing: ListingView | None
    measures: Sequence[Measure]
    steps: Sequence[StepView]
    due_rule: str
    due_doubt: str
    next: Sequence[NextView]
    waits_for: str
    is_waiting: bool
    uses: Sequence[UseView]

    def shares(self, other: DeskRow) -> bool:
        """Return whether another case is about a record of this one."""
        return not set(self.whole.row.fact_ids).isdisjoint(other.facts)


def case_view(
    parts: Services, actor: Actor, whole: WholeCase, book: Book, *, form: Form | None
) -> CaseView:
    """Return a case as its reader sees it; `form` is one that came back with what is wrong."""
    row = whole.row
    onward = row.kind.steps_from(row.state)
    terms = whole.steps[0].note.terms if whole.steps else {}
    measures = [book.measures.get(one) for one in terms.get("measures", "").split()]
    # Taking back what one asked for is never waited for.
    awaited = [step.by for step in onward if row.is_open and is_awaited(step, row.state)]
    waits = dict.fromkeys(by_title(by) for by in awaited)
    return CaseView(
        whole=whole,
        list=credit_lists().get(row.list_id),
        listing=listing_view(whole, book, today(parts)),
        measures=[one for one in measures if one is not None],
        steps=[_step(parts, row.kind, one, whole, book) for one in whole.steps],
        due_rule=rule_words(book, row.due_rule),
        due_doubt=doubt_words(book, row.due_rule),
        next=[
            _next(whole, step, book, today(parts), form)
            for step in onward
            if is_offered(actor, step) and not whole.not_yours
        ],
        waits_for=" / ".join(waits),
        is_waiting=row.is_open and row.kind.is_time_to_answer(row.state),
        uses=[_use(one, book, whole) for one in whole.applications],
    )


def steps_since(
    steps: Sequence[StepView], form: Form | None, *, is_shown: bool
) -> Iterator[Meanwhile]:
    """Yield the steps that were taken since the page of a form was made, the newest last."""
    seen = seen_of(form)
    if seen is None and form is not None and not is_shown and steps:
        # A page that does not say what it knew: the newest step is what it did not know.
        seen = steps[-1].row.seq - 1
    for one in steps:
        if seen is not None and one.row.seq > seen:
            yield Meanwhile(title=one.title, by=one.by, at=one.row.at, seq=one.row.seq)


def is_offered(actor: Actor, step: Step) -> bool:
    """Return whether a reader may take a step."""
    if not has_role_for(actor, Action.MOVE_CREDIT_CASES):
        return False
    return may_take(step, is_party=actor.role is Role.PRODUCER)


def due_tone(due_on: date | None, today: date) -> str:
    """Return how pressing a day is: "bad" when it has passed, "warn" when it comes, else ""."""
    if due_on is None:
        return ""
    if due_on < today:
        return "bad"
    return "warn" if due_on <= today + timedelta(days=SOON_DAYS) else ""


def _step(parts: Services, kind: CaseKind, row: StepRow, whole: WholeCase, book: Book) -> StepView:
    papers = [
        PaperView(
            name=one.name,
            sha256=one.sha256,
            is_kept=is_kept(parts, whole.row.id, whole.steps, one.sha256),
        )
        for one in row.note.documents
    ]
    step = kind.steps.get(row.note.step)
    return StepView(
        row=row,
        title=step_title(kind, row.note.step),
        by=by_title(step.by) if step else "",
        papers=papers,
        is_waiting=step is not None and kind.is_time_to_answer(step.target),
        letter=letter_title(kind, row.note.step),
        rule=rule_words(book, row.note.due_rule),
    )


def _next(whole: WholeCase, step: Step, book: Book, on: date, form: Form | None) -> NextView:
    name = f"step-{step.id}"
    first_on = first_day(book, step, [one.as_taken for one in whole.steps])
    notice = whole.steps[0].note if step.effect is Effect.LISTED else None
    known = {} if notice is None else {"article": notice.article}
    return NextView(
        step=step,
        title=step_title(whole.row.kind, step.id),
        form=form if form is not None and form.name == name else blank(name, **known),
        first_on=first_on if first_on is not None and first_on > on else None,
        ground="" if notice is None else notice.reason,
        takes_papers=step.by is By.PARTY
        or bool({Need.DOCUMENTS, Need.SERVED, Need.DECISION} & step.needs),
    )


def _use(one: Application, book: Book, whole: WholeCase) -> UseView:
    matter = book.matters.get(one.matter)
    return UseView(
        application=one,
        measure=book.measures.get(one.measure),
        matter=one.matter if matter is None else title(matter),
        stands_again=one.id in whole.stand_again,
    )
