"""Days of a case: by when the next step is due, and before when one may not be taken.

The rule that must stay true: a deadline is reckoned by the most particular rule in force that says
anything of the step; nobody decides before what the party was given time for is over, nor on a day
before what is decided about.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from trace.recall.workdays import workdays_after
from typing import Any, Final

from sqlalchemy import Row

from base.clock import CIVIL_ZONE
from base.errors import Conflict, InvalidInput, Problem
from credit.cases.kinds import LISTING, CaseKind, Need, Step, case_kinds
from credit.cases.kinds import Clock as LegalClock
from credit.cases.model import CaseNote
from credit.cases.steps import CaseStep
from credit.rulebook.code_lists import code_lists
from credit.rulebook.lists import credit_lists
from credit.rulebook.model import Book, Regime, Rule
from credit.rules.listing import Counted, Workdays

_DAY: Final = timedelta(days=1)
# Parts of a clock that do not run from the step itself.
_TOTAL: Final = "total"
_EXTENSION: Final = "extension"


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A step that was taken, with its deadline as it was counted last, by whom, and when."""

    note: CaseNote
    actor: str
    seq: int
    recorded_on: date

    @property
    def on(self) -> date:
        """Return the day that the step is of: that of its decision or service, or its own."""
        return self.note.decided_on or self.note.served_on or self.recorded_on


def taken_of(step: CaseStep) -> Taken:
    """Return a step that was taken."""
    entry = step.entry
    return Taken(
        note=step.as_counted,
        actor=entry.header.actor,
        seq=entry.seq,
        recorded_on=entry.header.recorded_at.astimezone(CIVIL_ZONE).date(),
    )


def require_in_time(book: Book, step: Step, note: CaseNote, taken: Sequence[Taken]) -> None:
    """Refuse a step that comes too early, with the first day on which it may be."""
    if not step.after or not taken:
        return
    before = next((one for one in reversed(taken) if one.note.step == step.after), None)
    if before is None:
        message = f"Before {step.id} comes {step.after}, which was not taken yet."
        zh = f"应先“{case_kinds()[note.kind].steps[step.after].zh}”，再“{step.zh}”。"
        problem = Problem(path="step", code="state", message=message, message_zh=zh)
        raise Conflict(message, problems=(problem,))
    first_on = _first_day(book, case_kinds()[note.kind], before, taken)
    is_served = Need.SERVED in step.needs
    on = note.served_on if is_served else note.decided_on
    if on is not None and on < first_on:
        path = "served_on" if is_served else "decided_on"
        message = f"may be of {first_on.isoformat()} at the earliest"
        message_zh = f"最早可在{first_on.isoformat()}{'送达' if is_served else '作出'}。"
        problem = Problem(path=path, code="early", message=message, message_zh=message_zh)
        raise InvalidInput(f"{step.en}: {message}.", problems=(problem,))


def first_day(book: Book, step: Step, taken: Sequence[Taken]) -> date | None:
    """Return the first day that a step may be of; None where nothing has to come before it."""
    before = next((one for one in reversed(taken) if one.note.step == step.after), None)
    if before is None:
        return None
    return _first_day(book, case_kinds()[before.note.kind], before, taken)


def _first_day(book: Book, kind: CaseKind, before: Taken, taken: Sequence[Taken]) -> date:
    """Return the first day after a step: once its clock has run out, where it has to."""
    clock = kind.steps[before.note.step].clock
    rule = book.rules.get(before.note.due_rule)
    runs_out = clock is not None and clock.runs_out and before.note.due_on is not None
    # A row from memory gives a day to wait for, and refuses nothing.
    if runs_out and rule is not None and rule.is_certain:
        return (_kept(kind, before, taken) or before.on) + _DAY
    return before.on


def _kept(kind: CaseKind, before: Taken, taken: Sequence[Taken]) -> date | None:
    """Return the day on which the clock of a step runs out, as the steps since keep it."""
    due_on = before.note.due_on
    for one in taken:
        if one.seq > before.seq and kind.steps[one.note.step].keeps_clock:
            due_on = one.note.due_on or due_on
    return due_on


def with_deadline(
    book: Book,
    workdays: Workdays,
    note: CaseNote,
    step: Step,
    facts: Sequence[Row[*tuple[Any, ...]]],
    taken: Sequence[Taken],
    today: date,
) -> CaseNote:
    """Return the note with the day by which the next step is due, where a rule fixes one."""
    if step.keeps_clock and taken:
        last = taken[-1].note
        return replace(
            note, due_on=last.due_on, due_rule=last.due_rule, is_provisional=last.is_provisional
        )
    if step.clock is None:
        return note
    on = _runs_from(step, note, today)
    # Of a decision from before any rule fixed a time, publication ends by the rule of today.
    found = _days(book, step.clock, note, facts, on) or _days(book, step.clock, note, facts, today)
    if found is None:
        return note
    rule, part, days = found
    counted = workdays(_start_of(part, on, taken), days)
    return replace(
        note, due_on=counted.day, due_rule=rule.id, is_provisional=counted.is_provisional
    )


def counted_anew(book: Book, workdays: Workdays, taken: Sequence[Taken]) -> Counted | None:
    """Return the deadline of the newest step, counted by the rule that it stands on; None without.

    What it is counted from stays what it was: what may have come since is the calendar of a year.
    """
    # A step that keeps the clock of another has its deadline counted from that one.
    while case_kinds()[taken[-1].note.kind].steps[taken[-1].note.step].keeps_clock and taken[1:]:
        taken = taken[:-1]
    last = taken[-1]
    step = case_kinds()[last.note.kind].steps[last.note.step]
    rule = book.rules.get(last.note.due_rule)
    found = None if step.clock is None or rule is None else _part_of(rule, step.clock)
    if found is None or last.note.due_on is None:
        return None
    on = _ran_from(step, last, found[1])
    return workdays(_start_of(found[0], on, taken[:-1]), found[1])


def _ran_from(step: Step, last: Taken, days: int) -> date:
    """Return the day that the clock of a step was counted from when it was taken.

    An annulment of before was counted from the day on which it was recorded: its own deadline says
    so, where no count from the decision gives it, whichever notices were known then.
    """
    on, told = _runs_from(step, last.note, last.recorded_on), last.note.due_on
    if told is None or _may_give(told, on, days) or not _may_give(told, last.recorded_on, days):
        return on
    return last.recorded_on


def _may_give(told: date, on: date, days: int) -> bool:
    years = range(on.year, told.year + 2)
    return any(workdays_after(on, days, unknown_from=year).day == told for year in years)


def days_to_answer(book: Book, note: CaseNote, day: date) -> tuple[Rule, int] | None:
    """Return how many working days a party has from the service of a notice, and by which rule."""
    kind = case_kinds()[note.kind]
    serving = (one for one in kind.steps.values() if Need.SERVED in one.needs and one.clock)
    clock = next((one.clock for one in serving), None)
    found = None if clock is None else _days(book, clock, note, (), day)
    return None if found is None else (found[0], found[2])


def _runs_from(step: Step, note: CaseNote, recorded_on: date) -> date:
    """Return the day that the clock of a step runs from: that of the service, or of the decision.

    A decision that was annulled is taken down within days of the annulment (行政处罚法 art. 48),
    and not of the day on which somebody got round to recording it.
    """
    if Need.SERVED in step.needs:
        return note.served_on or recorded_on
    if Need.DECISION in step.needs:
        return note.decided_on or recorded_on
    return recorded_on


def _start_of(part: str, on: date, taken: Sequence[Taken]) -> date:
    """Return the day from which a part of a clock runs, for a step of a day after others."""
    if part == _TOTAL and taken:
        # The whole time runs from the day on which it was asked for.
        return taken[0].recorded_on
    if part == _EXTENSION and taken and taken[-1].note.due_on is not None:
        return taken[-1].note.due_on
    return on


def _days(
    book: Book,
    clock: LegalClock,
    note: CaseNote,
    facts: Sequence[Row[*tuple[Any, ...]]],
    day: date,
) -> tuple[Rule, str, int] | None:
    """Return the most particular rule that says any days, with the part of it and the days."""
    matter = credit_lists()[note.terms["list"]].clock if clock.matter == "list" else clock.matter
    about = {fact.kind for fact in facts}
    for rule in book.of(matter, day, _regime(note, facts)):
        kinds: frozenset[str] = getattr(rule.terms, "kinds", frozenset())
        if kinds and not about <= kinds:
            continue
        found = _part_of(rule, clock)
        if found is not None:
            return rule, *found
    return None


def _part_of(rule: Rule, clock: LegalClock) -> tuple[str, int] | None:
    """Return the first part of a clock that a rule says days for, and the days."""
    for part in clock.parts:
        days = getattr(rule.terms, part, None)
        if isinstance(days, int):
            return part, days
    return None


def _regime(note: CaseNote, facts: Sequence[Row[*tuple[Any, ...]]]) -> Regime:
    if note.kind == LISTING:
        return credit_lists()[note.terms["list"]].regime
    code = code_lists().authorities.codes.get(facts[0].authority) if facts else None
    return (code.regime if code else None) or Regime.CREDIT_CHINA
