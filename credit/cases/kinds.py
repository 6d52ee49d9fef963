"""The kinds of cases: state machines read from `kinds.yaml`.

The rule that must stay true: a step that no row has cannot be taken, whoever wants to.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

from schemas.profiles.yaml_rows import Faults, Rows, read_rows

LISTING: Final = "listing"
OBJECTION: Final = "objection"
"""The kind by which a party says that a record is wrong, or is not its own."""

_FILE: Final = Path(__file__).with_name("kinds.yaml")


class By(StrEnum):
    """Who may take a step."""

    PARTY = "party"
    AUTHORITY = "authority"


class Need(StrEnum):
    """What a step asks for."""

    REASON = "reason"
    DOCUMENTS = "documents"
    COMMITMENT = "commitment"
    DECISION = "decision"
    ARTICLE = "article"
    LIST = "list"
    MEASURES = "measures"
    SERVED = "served"


class Effect(StrEnum):
    """What a step does to the facts of its case."""

    NONE = "none"
    REPAIRED = "repaired"
    WITHDRAWN = "withdrawn"
    SHIELDED = "shielded"
    ACTIVE = "active"
    LISTED = "listed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """Which working days run from a step: a part of a matter of the rules, until what is done.

    A matter of `list` stands for the clock of the list that the case is about. Of `parts` the first
    one counts that a rule has; `total` runs from the day on which the case was opened, `extension`
    from the day that was due. What `runs_out` has to be over before it is decided.
    """

    matter: str
    parts: tuple[str, ...]
    until: frozenset[str]
    runs_out: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of a kind of case.

    `after` is the step that has to be over before the day that this one is of, "" for none.
    `keeps_clock` where the clock that runs goes on as if the step had not been taken. `times` is
    how often a case takes it, None for as often as its states allow.
    """

    id: str
    zh: str
    en: str
    sources: frozenset[str]
    target: str
    by: By
    needs: frozenset[Need]
    effect: Effect
    clock: Clock | None
    after: str
    keeps_clock: bool
    times: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseKind:
    """A kind of case; `begins` is the step that opens one."""

    id: str
    zh: str
    en: str
    begins: str
    steps: Mapping[str, Step]

    def steps_from(self, state: str) -> tuple[Step, ...]:
        """Return the steps that lead on from a state."""
        return tuple(step for step in self.steps.values() if state in step.sources)

    def is_open_after(self, step: Step) -> bool:
        """Return whether a case is open after a step: it has a clock or a step to come.

        What can still be revoked is not waited for.
        """
        is_waited_for = step.effect is Effect.NONE or step.clock is not None
        return is_waited_for and bool(self.steps_from(step.target))

    def is_time_to_answer(self, state: str) -> bool:
        """Return whether the clock of a state ends with what the party alone may do, or leave.

        Once such a time is over the authority may decide; it is not late by that.
        """
        clocks = [step.clock for step in self._clocked(state) if step.clock]
        return {self.steps[name].by for clock in clocks for name in clock.until} == {By.PARTY}

    def _clocked(self, state: str) -> Iterator[Step]:
        """Yield the steps whose clock may run in a state."""
        for step in self.steps.values():
            if step.target == state:
                yield step
                if step.keeps_clock:
                    yield from (one for one in self.steps.values() if one.target in step.sources)


@cache
def case_kinds() -> Mapping[str, CaseKind]:
    """Return the kinds by id; raises `InvalidInput` with the line of what is wrong."""
    faults = Faults()
    file = read_rows(_FILE, faults)
    found: dict[str, CaseKind] = {}
    for rows in file.each("cases"):
        kind = _kind(rows)
        if kind.id in found:
            rows.fault("id", "duplicate", "is there already")
        found[kind.id] = kind
    file.done()
    faults.refuse()
    return MappingProxyType(found)


def _kind(rows: Rows) -> CaseKind:
    steps: dict[str, Step] = {}
    for row in rows.each("steps"):
        step = _step(row)
        if step.id in steps:
            row.fault("id", "duplicate", "is there already")
        steps[step.id] = step
    kind = CaseKind(
        id=rows.text("id"),
        zh=rows.text("zh"),
        en=rows.text("en"),
        begins=rows.text("begins"),
        steps=MappingProxyType(steps),
    )
    states = {step.target for step in steps.values()}
    for step in steps.values():
        for unknown in sorted(step.sources - states):
            rows.fault("steps", "unknown", f"{step.id}: no step leads to {unknown}")
        if step.after and step.after not in steps:
            rows.fault("steps", "unknown", f"{step.id}: {step.after} is no step")
        for unknown in sorted((step.clock.until if step.clock else frozenset()) - steps.keys()):
            rows.fault("steps", "unknown", f"{step.id}: {unknown} is no step")
    if kind.begins not in steps or steps[kind.begins].sources:
        rows.fault("begins", "unknown", "is no step that begins")
    rows.done()
    return kind


def _step(rows: Rows) -> Step:
    needs, by, effect = rows.texts("needs"), rows.text("by"), rows.text("effect", default="none")
    asked: list[tuple[str, set[str], str]] = [
        *((need, set(map(str, Need)), "needs") for need in needs),
        (by, set(map(str, By)), "by"),
        (effect, set(map(str, Effect)), "effect"),
    ]
    for word, words, key in asked:
        if word not in words:
            rows.fault(key, "word", f"{word} is none of {', '.join(sorted(words))}")
    step = Step(
        id=rows.text("id"),
        zh=rows.text("zh"),
        en=rows.text("en"),
        sources=frozenset(rows.texts("from")),
        target=rows.text("to"),
        by=By(by) if by in set(By) else By.AUTHORITY,
        needs=frozenset(Need(need) for need in needs if need in set(Need)),
        effect=Effect(effect) if effect in set(Effect) else Effect.NONE,
        clock=_clock(rows.under("clock")) if rows.has("clock") else None,
        after=rows.text("after", default=""),
        keeps_clock=rows.flag("keeps_clock"),
        times=rows.whole("times"),
    )
    rows.done()
    return step


def _clock(rows: Rows) -> Clock:
    clock = Clock(
        matter=rows.text("matter"),
        parts=rows.texts("parts"),
        until=frozenset(rows.texts("until")),
        runs_out=rows.flag("runs_out"),
    )
    rows.done()
    return clock
