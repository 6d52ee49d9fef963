"""Takes a step of a case: who may, about what, with what in hand, and by when the next one is due.

The rule that must stay true: a step is an entry of the ledger before it has any effect, and its
deadline is reckoned once, by the rule in force on its day, and kept with it.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, Row, select

from base.clock import CIVIL_ZONE, Clock
from base.db import reading
from base.errors import Conflict, Forbidden, InvalidInput, NotFound, Problem
from credit.cases.articles import article_wrong
from credit.cases.competence import require_competent
from credit.cases.entries import case_draft
from credit.cases.items import is_contradicted, item_number
from credit.cases.kinds import LISTING, OBJECTION, By, Effect, Need, Step, case_kinds
from credit.cases.life import Life, lacking, life_of, may_take
from credit.cases.model import GROUND, CaseNote
from credit.cases.ripeness import hindrances
from credit.cases.steps import OPEN_ALREADY, steps_of_case
from credit.cases.timing import Taken, require_in_time, taken_of, with_deadline
from credit.facts import FactState, stands_on
from credit.judging.standing import stands_as
from credit.periods import FIRST_DAY, LAST_DAY
from credit.personal_texts import personal_problems
from credit.rulebook.code_lists import code_lists
from credit.rulebook.lists import credit_lists
from credit.rulebook.model import Book
from credit.rulebook.reading import rulebook
from credit.rules.listing import NoTerm, Workdays, term_of
from credit.rules.measures import has_bar
from credit.standing import standing_of
from credit.subjects import subject_of_party
from credit.tables import CREDIT_CASE, CREDIT_FACT
from ledger.batch import Batch, Idempotency
from ledger.journal import Journal
from parties.actors import Actor, Role

_REPAIR: Final = "repair"
_WITHDRAWAL: Final = "withdrawal"
_MEANWHILE: Final = frozenset({"case_open", "judged_since", "noticed_already"})
_ITEM: Final = re.compile(r"[1-9][0-9]?")
_ITEM_CHARS_MAX: Final = 16
_ROLES: Final = (Role.PRODUCER, Role.AUTHORITY, Role.OPERATOR)
_TERMS: Final = frozenset(
    {"list", "item", "measures", "authority", "authority_name", "restricted_until"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseDesk:
    """What taking a step needs. `bring_up` makes what was appended count."""

    journal: Journal
    clock: Clock
    book: Book
    workdays: Workdays
    bring_up: Callable[[], object]

    def today(self) -> date:
        """Return the day that it is in China."""
        return self.clock.now().astimezone(CIVIL_ZONE).date()


def take_step(
    desk: CaseDesk, actor: Actor, note: CaseNote, *, idempotency: Idempotency | None = None
) -> int:
    """Record a step and return its entry; the same request again is the same entry.

    `note` is what was asked for; party, deadline and, where the case is known, its facts are filled
    in here. Raises `NotFound`, `Forbidden`, `InvalidInput` with the fields that are lacking, and
    `Conflict` where the case is elsewhere by now.
    """
    desk.bring_up()
    told, repeated = _judged(desk, actor, note, is_once=idempotency is not None)
    if repeated is not None:
        return repeated
    batch = Batch(
        actor=actor.id,
        subject=str(told.case_id),
        drafts=(case_draft(told),),
        idempotency=idempotency,
    )
    try:
        receipt = desk.journal.append(batch)
    except InvalidInput as refusal:
        if all(one.code not in _MEANWHILE for one in refusal.problems):
            raise
        # Another case was opened since this one was judged, or its records went elsewhere.
        raise Conflict(refusal.message, problems=refusal.problems) from refusal
    desk.bring_up()
    return receipt.first_seq


def _judged(
    desk: CaseDesk, actor: Actor, note: CaseNote, *, is_once: bool
) -> tuple[CaseNote, int | None]:
    """Return the step as it is recorded, or the entry of the same step that was taken before."""
    engine, log = desk.journal.engine, desk.journal.log
    with reading(engine) as connection:
        taken = tuple(map(taken_of, steps_of_case(connection, log, note.case_id)))
        life = life_of(tuple(one.note for one in taken))
        step = _step_of(note)
        told = _filled(note, life, step)
        party_id = _party_for(connection, log, actor, step, told)
        told = replace(told, party_id=party_id)
        problem = life.refusal_of(told)
        if problem is not None:
            repeated = _repeated(taken, told, actor)
            if repeated is not None:
                return told, repeated
            if not is_once:
                message = f"{problem.message[0].upper()}{problem.message[1:]}."
                raise Conflict(message, problems=(problem,))
        standing_id = stands_as(connection, log, told.subject_id)
        facts = _facts(connection, log, told, None if life.notes else standing_id)
        if life.is_open and step.effect is not Effect.NONE and told.kind != OBJECTION:
            _require_its_own(facts, standing_id)
        if party_id is None:
            opened_by = taken[0].actor if taken else ""
            require_competent(connection, log, actor, told, facts, opened_by)
        _require(step, told, desk.today())
        require_in_time(desk.book, step, told, taken)
        if not life.notes:
            _require_openable(connection, desk, told, facts)
        told = with_deadline(desk.book, desk.workdays, told, step, facts, taken, desk.today())
    return told, None


def _repeated(taken: Sequence[Taken], note: CaseNote, actor: Actor) -> int | None:
    """Return the entry of a step that said the same, and was this actor's; None where none is."""
    same = (
        one.seq for one in taken if one.actor == actor.id and _content(one.note) == _content(note)
    )
    return next(same, None)


def _content(note: CaseNote) -> CaseNote:
    """Return what was asked for, without what was reckoned from it."""
    return replace(note, due_on=None, due_rule="", is_provisional=False, terms=dict(note.terms))


def _step_of(note: CaseNote) -> Step:
    kind = case_kinds().get(note.kind)
    step = None if kind is None else kind.steps.get(note.step)
    if step is None:
        message = f"A case of kind {note.kind} has no step {note.step}."
        raise NotFound(message, problems=(_problem("step", "unknown", message),))
    return step


def _filled(note: CaseNote, life: Life, step: Step) -> CaseNote:
    """Return the note with what the case itself says: its party, facts and terms."""
    if Need.SERVED not in step.needs:
        note = replace(note, served_on=None)
    if not life.notes or note.step == case_kinds()[note.kind].begins:
        # What opens a case a second time is the same request, or another one.
        return note
    first = life.notes[0]
    # Terms that an earlier release took in another case than a listing count for nothing.
    told = {**first.terms, **note.terms} if note.kind == LISTING else dict(note.terms)
    if step.effect is Effect.LISTED:
        # Why it is decided is the decision's own word; the ground is what the party was told of.
        told[GROUND] = first.reason
    return replace(
        note,
        kind=first.kind,
        subject_id=first.subject_id,
        fact_ids=first.fact_ids,
        terms=told,
    )


def _party_for(
    connection: Connection, log: int, actor: Actor, step: Step, note: CaseNote
) -> UUID | None:
    """Return the party that takes the step; raises `Forbidden` where it is not this actor's."""
    is_party = actor.role is Role.PRODUCER
    if not may_take(step, is_party=is_party) or actor.role not in _ROLES:
        who = "the party itself" if step.by is By.PARTY else "an authority"
        message = f"Only {who} takes this step."
        raise Forbidden(message, problems=(_problem("step", "not_yours_to_take", message),))
    if not is_party:
        return None
    own = None if actor.party_id is None else subject_of_party(connection, log, actor.party_id)
    if own != stands_as(connection, log, note.subject_id):
        raise _no_record("There is no such record of yours.")
    return actor.party_id


def _facts(
    connection: Connection, log: int, note: CaseNote, subject_id: UUID | None
) -> Sequence[Row[*tuple[Any, ...]]]:
    """Return the newest versions of the facts; raises `NotFound` where one is another party's.

    Without a party those of a case that is open already, wherever they stand by now. A listing may
    name the records that it rests on, or none.
    """
    if note.kind == LISTING and not note.fact_ids:
        return ()
    statement = select(CREDIT_FACT).where(
        CREDIT_FACT.c.log == log,
        CREDIT_FACT.c.id.in_(note.fact_ids),
        CREDIT_FACT.c.is_latest,
    )
    if subject_id is not None:
        statement = statement.where(CREDIT_FACT.c.subject_id == subject_id)
    found = list(connection.execute(statement))
    if not found or len(found) != len(set(note.fact_ids)):
        raise _no_record("There is no such record of this party.")
    return found


def _require_its_own(facts: Sequence[Row[*tuple[Any, ...]]], subject_id: UUID) -> None:
    """Refuse to change records that a person said since are another party's."""
    for fact in facts:
        if fact.subject_id != subject_id:
            message = (
                f"{fact.number} does not stand with this party any more: nothing is changed about "
                "it here. Refuse what was asked for, or let the party take it back"
            )
            problem = _problem("facts", "stands_elsewhere", message)
            raise Conflict(f"{message}.", problems=(problem,))


def _require(step: Step, note: CaseNote, today: date) -> None:
    problems = [*lacking(step, note), *_personal(note)]
    if note.decided_on is not None and note.decided_on > today:
        problems.append(_problem("decided_on", "future", "lies in the future"))
    if note.served_on is not None and note.served_on > today:
        problems.append(_problem("served_on", "future", "lies in the future"))
    problems += article_wrong(note.article)
    if note.kind == LISTING:
        problems += _terms_wrong(note, today)
    else:
        message = "is told in a listing alone"
        problems += [_problem(f"terms.{one}", "unknown", message) for one in sorted(note.terms)]
    if problems:
        raise InvalidInput(
            "The step lacks something: " + "; ".join(one.message for one in problems) + ".",
            problems=tuple(problems),
        )


def _personal(note: CaseNote) -> Iterator[Problem]:
    """Yield the texts that hold the number of a person: an entry keeps them, a ground is public."""
    told = {
        "reason": note.reason,
        "article": note.article,
        "decision": note.decision,
        **{f"terms.{name}": text for name, text in note.terms.items() if name != GROUND},
        **{f"documents.{at}.name": one.name for at, one in enumerate(note.documents)},
    }
    yield from personal_problems(told)


def _terms_wrong(note: CaseNote, today: date) -> Iterator[Problem]:
    """Yield what is wrong with what a listing is about: later steps count on all of it."""
    terms = note.terms
    is_notice = note.step == case_kinds()[LISTING].begins
    for unknown in sorted(terms.keys() - (_TERMS if is_notice else _TERMS | {GROUND})):
        yield _problem(f"terms.{unknown}", "unknown", f"is none of {', '.join(sorted(_TERMS))}")
    if terms.get("list", "") not in credit_lists():
        yield _problem("terms.list", "unknown", "is no list")
    if terms.get("authority", "") not in code_lists().authorities.codes:
        yield _problem("terms.authority", "unknown", "is no kind of authority")
    for measure in terms.get("measures", "").split():
        if measure not in rulebook().measures:
            yield _problem("terms.measures", "unknown", f"{measure} is no measure of the rulebook")
    if len(terms.get("item", "")) > _ITEM_CHARS_MAX:
        yield _problem("terms.item", "too_long", f"has at most {_ITEM_CHARS_MAX} characters")
    if is_notice and terms.get("item") and not _ITEM.fullmatch(item_number(terms["item"])):
        yield _problem("terms.item", "item", "is the number of one item of a norm, such as 6")
    if terms.get("list") in credit_lists() and not _has_period(note, today):
        yield _problem("terms.item", "no_period", "no row of law fixes a period for this ground")
    if is_contradicted(terms.get("item", ""), note.article):
        yield _contradiction(terms["item"], note.article, is_notice=is_notice)
    until = terms.get("restricted_until", "")
    if until and not _is_day(until):
        yield _problem("terms.restricted_until", "day", "is a day such as 2030-01-31")


def _contradiction(item: str, article: str, *, is_notice: bool) -> Problem:
    """Return what is wrong where the article of a step names other items than the notice."""
    return Problem(
        path="terms.item" if is_notice else "article",
        code="item_article",
        message=f"the article names another item than {item}: {article}",
        message_zh=f"适用的项“{item}”与所写条款“{article}”不一致。",
    )


def _has_period(note: CaseNote, today: date) -> bool:
    """Return whether the law says how long an entry lasts that would be made on this ground."""
    found = credit_lists()[note.terms["list"]]
    starts_on, item = note.decided_on or today, note.terms.get("item", "")
    try:
        term_of(rulebook(), found.period, found.regime, starts_on=starts_on, item=item)
    except NoTerm:
        return False
    return True


def _is_day(text: str) -> bool:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return False
    return day.isoformat() == text and FIRST_DAY <= day <= LAST_DAY


def _require_openable(
    connection: Connection,
    desk: CaseDesk,
    note: CaseNote,
    facts: Sequence[Row[*tuple[Any, ...]]],
) -> None:
    wanted, log = {str(one.id) for one in facts}, desk.journal.log
    open_cases = select(CREDIT_CASE.c.facts).where(
        CREDIT_CASE.c.log == log,
        CREDIT_CASE.c.subject_id == stands_as(connection, log, note.subject_id),
        CREDIT_CASE.c.kind == note.kind,
        CREDIT_CASE.c.list == note.terms.get("list", ""),
        CREDIT_CASE.c.is_open,
    )
    for text in connection.execute(open_cases).scalars():
        if any(one in text for one in wanted):
            raise Conflict(OPEN_ALREADY, problems=(_problem("facts", "case_open", OPEN_ALREADY),))
    for fact in facts:
        # A basis that was annulled takes its record back, hidden, repaired or ended as it may be.
        is_annulled = note.kind == _WITHDRAWAL and fact.state != FactState.WITHDRAWN
        if not is_annulled and not stands_on(fact.state, fact.ended_on, desk.today()):
            message = "This record does not count any more: there is nothing to decide."
            raise Conflict(message, problems=(_problem("facts", "counts_no_more", message),))
    if note.kind == _REPAIR:
        _require_ripe(connection, desk, note, facts)


def _require_ripe(
    connection: Connection,
    desk: CaseDesk,
    note: CaseNote,
    facts: Sequence[Row[*tuple[Any, ...]]],
) -> None:
    """Refuse a repair that is barred, or before its day, with the article and the day."""
    today, log = desk.today(), desk.journal.log
    subject_id = stands_as(connection, log, note.subject_id)
    standing = standing_of(connection, log, subject_id, today)
    bar = has_bar(desk.book, standing, today)
    for fact in facts:
        problems = tuple(hindrances(desk.book, fact, bar, today))
        if problems:
            told = "; ".join(one.message for one in problems)
            raise InvalidInput(f"{fact.number}: {told}.", problems=problems)


def _no_record(message: str) -> NotFound:
    return NotFound(message, problems=(_problem("facts", "no_record", message),))


def _problem(path: str, code: str, message: str) -> Problem:
    return Problem(path=path, code=code, message=message)
