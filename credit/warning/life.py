"""What may follow for a warning: pure functions of its state and its grounds.

The rule that must stay true: what somebody dismissed or closed is opened again on new grounds
alone, never on those that were judged; what ended by itself opens when its ground comes back.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from credit.warning.model import WarningState


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """What can be done about a warning."""

    id: str
    zh: str
    en: str
    sources: frozenset[WarningState]
    target: WarningState
    needs_reason: bool


_OPEN, _SEEN = WarningState.OPEN, WarningState.ACKNOWLEDGED
ACTS: Final[Mapping[str, Act]] = MappingProxyType(
    {
        act.id: act
        for act in (
            Act(
                id="acknowledge",
                zh="已知悉",
                en="Acknowledge",
                sources=frozenset({_OPEN}),
                target=_SEEN,
                needs_reason=False,
            ),
            Act(
                id="dismiss",
                zh="不予处理",
                en="Dismiss",
                sources=frozenset({_OPEN, _SEEN}),
                target=WarningState.DISMISSED,
                needs_reason=True,
            ),
            Act(
                id="escalate",
                zh="转检查",
                en="Order an inspection",
                sources=frozenset({_OPEN, _SEEN}),
                target=WarningState.ESCALATED,
                needs_reason=True,
            ),
            Act(
                id="close",
                zh="办结",
                en="Close",
                sources=frozenset({_SEEN, WarningState.ESCALATED}),
                target=WarningState.CLOSED,
                needs_reason=True,
            ),
        )
    }
)


def acts_from(state: WarningState) -> tuple[Act, ...]:
    """Return what can be done about a warning in a state."""
    return tuple(act for act in ACTS.values() if state in act.sources)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A warning as a night compares it: where it is, on what, and what was judged of it."""

    state: WarningState
    refs: frozenset[str]
    judged: frozenset[str]
    is_ground_gone: bool


def is_news(standing: Standing | None, refs: frozenset[str]) -> bool:
    """Return whether grounds open a warning, or have to be added to it."""
    if standing is None or standing.is_ground_gone:
        return True
    if standing.state in (WarningState.DISMISSED, WarningState.CLOSED):
        return not refs <= standing.judged
    return not refs <= standing.refs


ENDING: Final = frozenset({WarningState.OPEN, WarningState.ACKNOWLEDGED})
"""What ends by itself once its ground is gone.

A warning whose inspection was ordered waits for its result; what was judged keeps its judgement.
"""
