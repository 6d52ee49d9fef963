"""The table of states, read from dated data and checked once.

The rule that must stay true: every state has exactly one row, every word leads to one state, and
what no row allows is refused.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from trace.drugs.model import Block, Refusal, State, Who
from typing import Final, TypeVar

from schemas.profiles.yaml_rows import Faults, Rows, read_rows

DATA: Final = Path(__file__).parent / "data"
FILE: Final = DATA / "states-1.yaml"

_ANY: Final = "*"
_NONE: Final = "-"

E = TypeVar("E", State, Refusal, Block, Who)


@dataclass(frozen=True, slots=True, kw_only=True)
class Norm:
    """A norm that rows cite; `is_verified` is False where it was cited from memory."""

    id: str
    title: str
    since: date
    is_verified: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """The words of the event that records a state."""

    action: str
    step: str
    disposition: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StateRow:
    """What is ruled about one state; `refused_with` answers whatever is not in `may`."""

    state: State
    title_zh: str
    title_en: str
    may: frozenset[State]
    refused_with: Refusal
    blocked_by: tuple[Block, ...]
    writes: Words
    reads: tuple[tuple[str, str], ...]
    who: frozenset[Who]
    norm: str
    clause: str

    def title(self, lang: str) -> str:
        """Return the state's name in a language."""
        return self.title_zh if lang == "zh" else self.title_en


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoRow:
    """Until when a state may be undone, from a day on; `days` None is without an end.

    `not_handed_over` where whoever undoes must say that the pack never left the premises.
    """

    state: State
    days: int | None
    not_handed_over: bool
    since: date
    norm: str
    clause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StateTable:
    """All rows, as `read_table` checked them."""

    norms: Mapping[str, Norm]
    rows: Mapping[State, StateRow]
    undo: tuple[UndoRow, ...]

    def undo_of(self, state: State, on: date) -> UndoRow | None:
        """Return the rule for undoing what was done on a day, None where it is never undone."""
        fits = [row for row in self.undo if row.state is state and row.since <= on]
        return max(fits, key=lambda row: row.since, default=None)

    def state_said(self, step: str | None, disposition: str | None) -> State | None:
        """Return the state that an event's words bring about, None where they say nothing of it."""
        for row in self.rows.values():
            for wanted_step, wanted_disposition in row.reads:
                if _fits(wanted_step, step) and _fits(wanted_disposition, disposition):
                    return row.state
        return None


@cache
def state_table() -> StateTable:
    """Return the table of this release; raises `InvalidInput` with every fault of the file."""
    return read_table(FILE)


def read_table(path: Path) -> StateTable:
    """Return the table in a file; raises `InvalidInput` with every fault of it."""
    faults = Faults()
    file = read_rows(path, faults)
    norms = {norm.id: norm for norm in (_norm(row) for row in file.each("norms"))}
    states = [(row, _state(row)) for row in file.each("states")]
    undo = tuple(_undo(row, norms) for row in file.each("undo"))
    file.done()
    faults.refuse()
    rows = {state.state: state for _, state in states}
    for row, state in states:
        if state.norm not in norms:
            row.fault("norm", "unknown_norm", f"{state.norm!r} is no norm of this file")
    for missing in [state for state in State if state not in rows]:
        file.fault("states", "missing", f"has no row for {missing}")
    if len(states) != len(rows):
        file.fault("states", "duplicate", "has two rows for one state")
    for pair in _twice(pair for _, state in states for pair in state.reads):
        file.fault("states", "duplicate", f"reads {pair[0]}/{pair[1]} twice")
    faults.refuse()
    return StateTable(norms=norms, rows=rows, undo=undo)


def _norm(row: Rows) -> Norm:
    norm = Norm(
        id=row.text("id"),
        title=row.text("title"),
        since=row.day("since") or date.max,
        is_verified=row.flag("verified"),
    )
    row.done()
    return norm


def _state(row: Rows) -> StateRow:
    words = row.under("writes")
    state = StateRow(
        state=_of(State, row, "name") or State.ACTIVE,
        title_zh=row.text("title_zh"),
        title_en=row.text("title_en"),
        may=frozenset(_each_of(State, row, "may")),
        refused_with=_of(Refusal, row, "refused_with") or Refusal.DECOMMISSIONED,
        blocked_by=tuple(_each_of(Block, row, "blocked_by")),
        writes=Words(
            action=words.text("action"),
            step=words.text("step"),
            disposition=words.text("disposition"),
        ),
        reads=tuple(_pair(text) for text in row.texts("reads")),
        who=frozenset(_each_of(Who, row, "who")),
        norm=row.text("norm"),
        clause=row.text("clause"),
    )
    words.done()
    row.done()
    return state


def _undo(row: Rows, norms: Mapping[str, Norm]) -> UndoRow:
    undo = UndoRow(
        state=_of(State, row, "from") or State.ACTIVE,
        days=row.whole("days"),
        not_handed_over=row.flag("not_handed_over"),
        since=row.day("since") or date.max,
        norm=row.text("norm"),
        clause=row.text("clause"),
    )
    if undo.norm not in norms:
        row.fault("norm", "unknown_norm", f"{undo.norm!r} is no norm of this file")
    row.done()
    return undo


def _of(kind: type[E], row: Rows, key: str) -> E | None:
    text = row.text(key)
    try:
        return kind(text)
    except ValueError:
        row.fault(key, "unknown", f"{text!r} is not known here")
        return None


def _each_of(kind: type[E], row: Rows, key: str) -> Iterable[E]:
    for text in row.texts(key):
        try:
            yield kind(text)
        except ValueError:
            row.fault(key, "unknown", f"{text!r} is not known here")


def _pair(text: str) -> tuple[str, str]:
    step, _, disposition = text.partition("/")
    return step, disposition


def _fits(wanted: str, said: str | None) -> bool:
    if wanted == _NONE:
        return said is None
    return wanted in (_ANY, said)


def _twice(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    counts = Counter(pairs)
    return [pair for pair, count in counts.items() if count > 1]
