"""Where a case is, and which steps may follow: pure functions of its notes.

The rule that must stay true: a case is decided by nobody's word but that of its own steps, in the
order in which the ledger took them; the second of two that contradict each other is refused.
"""

from dataclasses import dataclass, replace
from typing import Final

from base.errors import Problem
from credit.cases.items import item_number
from credit.cases.kinds import By, CaseKind, Need, Step, case_kinds
from credit.cases.model import CaseNote

_NEW: Final = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """A case after its notes so far; `state` is "" before the first."""

    kind: str = ""
    state: str = _NEW
    notes: tuple[CaseNote, ...] = ()

    @property
    def is_open(self) -> bool:
        """Return whether something is still waited for."""
        if not self.notes:
            return False
        kind = case_kinds()[self.kind]
        return kind.is_open_after(kind.steps[self.notes[-1].step])

    def after(self, note: CaseNote) -> "Life":
        """Return the case after one more note that was admitted."""
        step = case_kinds()[note.kind].steps[note.step]
        return replace(self, kind=note.kind, state=step.target, notes=(*self.notes, note))

    def is_beside(self, note: CaseNote) -> bool:
        """Return whether it is an open case of a note's kind about one of its facts."""
        if not self.is_open or self.kind != note.kind:
            return False
        # One record may lead onto two lists, each with a notice of its own.
        if self.notes[0].terms.get("list") != note.terms.get("list"):
            return False
        return not set(self.notes[0].fact_ids).isdisjoint(note.fact_ids)

    def is_same_notice(self, note: CaseNote) -> bool:
        """Return whether it is an open listing whose notice tells of the act that a note tells of.

        An act is known by its authority and number; without a number by all that is told of it.
        """
        if not self.is_open or self.kind != note.kind:
            return False
        first = self.notes[0]
        if any(first.terms.get(one) != note.terms.get(one) for one in _BY_WHOM):
            return False
        if first.decision and note.decision:
            return first.decision == note.decision
        return _told(first) == _told(note)

    def refusal_of(self, note: CaseNote) -> Problem | None:
        """Return why a note cannot follow; None where it can."""
        kind = case_kinds().get(note.kind)
        step = None if kind is None else kind.steps.get(note.step)
        if kind is None or step is None:
            return _problem("step", "unknown", f"{note.kind} has no step {note.step}")
        if self.state == _NEW:
            return None if note.step == kind.begins else _not_begun(kind)
        if self._is_another(note):
            return _problem("case", "other", "a step is about the case's own party and facts")
        if self.state not in step.sources:
            return _problem("step", "state", _where(kind, self.state, note.step))
        if step.times is not None and self._count(step) >= step.times:
            return _too_often(step)
        return None

    def _count(self, step: Step) -> int:
        return sum(note.step == step.id for note in self.notes)

    def _is_another(self, note: CaseNote) -> bool:
        first = self.notes[0]
        return (note.kind, note.subject_id) != (first.kind, first.subject_id)


def _too_often(step: Step) -> Problem:
    return Problem(
        path="step",
        code="times",
        message=f"a case takes {step.id} {step.times} times at most",
        message_zh=f"一件案件最多可“{step.zh}”{step.times} 次。",
    )


def life_of(notes: tuple[CaseNote, ...]) -> Life:
    """Return a case after its notes, which the ledger has taken already."""
    life = Life()
    for note in notes:
        life = life.after(note)
    return life


def lacking(step: Step, note: CaseNote) -> tuple[Problem, ...]:
    """Return what a step asks for and the note does not hold, each by its field of a request."""
    held = {
        "reason": bool(note.reason.strip()),
        "documents": bool(note.documents),
        "committed": note.is_committed,
        "decision": bool(note.decision.strip()),
        "decided_on": note.decided_on is not None,
        "article": bool(note.article.strip()),
        "terms.list": bool(note.terms.get("list")),
        "terms.measures": bool(note.terms.get("measures")),
        "served_on": note.served_on is not None,
    }
    return tuple(
        _problem(path, "required", message)
        for need in Need
        if need in step.needs
        for path, message in _ASKED[need].items()
        if not held[path]
    )


def may_take(step: Step, *, is_party: bool) -> bool:
    """Return whether the party that the case is about, or an authority, may take a step."""
    return (step.by is By.PARTY) is is_party


_BY_WHOM: Final = ("list", "authority", "authority_name")
"""What two notices of one act have in common, whatever else they say."""


def _told(note: CaseNote) -> tuple[str, str, str]:
    """Return what a notice tells of an act that has no number."""
    return note.reason.strip(), note.article.strip(), item_number(note.terms.get("item", ""))


# What a step asks for, by the fields of a request that hold it.
_ASKED: Final = {
    Need.REASON: {"reason": "say why"},
    Need.DOCUMENTS: {"documents": "hand in at least one document"},
    Need.COMMITMENT: {"committed": "the commitment has to be given"},
    Need.DECISION: {
        "decision": "name the decision by its number",
        "decided_on": "name the day of the decision",
    },
    Need.ARTICLE: {"article": "name the article that it stands on"},
    Need.LIST: {"terms.list": "name the list"},
    Need.MEASURES: {"terms.measures": "name the measures that would follow"},
    Need.SERVED: {"served_on": "name the day on which it was served"},
}


def _not_begun(kind: CaseKind) -> Problem:
    return _problem("step", "state", f"a case of this kind begins with {kind.begins}")


def _where(kind: CaseKind, state: str, step: str) -> str:
    may = ", ".join(one.id for one in kind.steps_from(state)) or "nothing"
    return f"the case is {state}: {step} cannot follow; what can is {may}"


def _problem(path: str, code: str, message: str) -> Problem:
    return Problem(path=path, code=code, message=message)
