"""The states of a drug pack and what is done to one. Pure.

The rule that must stay true: a state is told from acts alone, and an act from the words of an
event; so whoever records the event, by whichever door, says the same with it.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID


class State(StrEnum):
    """What a pack is; all but `ACTIVE` are the reasons for which it is decommissioned."""

    ACTIVE = "active"
    SUPPLIED = "supplied"
    DESTROYED = "destroyed"
    STOLEN = "stolen"
    SAMPLE = "sample"
    FREE_SAMPLE = "free_sample"
    EXPORTED = "exported"
    CHECKED_OUT = "checked_out"
    LOCKED = "locked"
    INACTIVE = "inactive"


class Who(StrEnum):
    """Who may bring a pack into a state: whoever has it, or whoever made it or owns the product."""

    HOLDER = "holder"
    MAKER = "maker"


class Block(StrEnum):
    """What forbids an operation whatever the state is."""

    RECALLED = "recalled"
    EXPIRED = "expired"


class Refusal(StrEnum):
    """Why an operation was refused."""

    UNKNOWN_PRODUCT = "unknown_product"
    UNKNOWN_SERIAL = "unknown_serial"
    BATCH_MISMATCH = "batch_mismatch"
    EXPIRY_MISMATCH = "expiry_mismatch"
    ALREADY_ACTIVE = "already_active"
    ALREADY_SUPPLIED = "already_supplied"
    DESTROYED = "destroyed"
    STOLEN = "stolen"
    LOCKED = "locked"
    DECOMMISSIONED = "decommissioned"
    RECALLED = "recalled"
    EXPIRED = "expired"
    NOT_IN_YOUR_HANDS = "not_in_your_hands"
    ALREADY_IN_STATE = "already_in_state"
    NEVER_UNDONE = "never_undone"
    UNDO_TOO_LATE = "undo_too_late"
    UNDO_BY_ANOTHER = "undo_by_another"
    UNDO_ELSEWHERE = "undo_elsewhere"
    HANDED_OVER = "handed_over"
    OTHER_REASON = "other_reason"
    NOT_A_PACK = "not_a_pack"
    NOT_A_DRUG = "not_a_drug"
    EMPTY = "empty"


class Deed(StrEnum):
    """What an act does: it makes, it changes the state, it recalls, it lifts a recall."""

    MAKE = "make"
    SET = "set"
    RECALL = "recall"
    LIFT = "lift"


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One event as the fold of a pack reads it.

    `key` is of the event's content, so that acts of one instant have the same order however late
    one of them came in. `state` is what a SET brings about. Periods are counted between the times
    of recording, which nobody can choose.
    """

    deed: Deed
    at: datetime
    recorded_at: datetime
    key: int
    seq: int
    party_id: UUID | None
    site: int | None = None
    state: State | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Contradiction:
    """An act that changed nothing, and why: a second sale, an undoing that came too late."""

    act: Act
    found: State
    refusal: Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class PackState:
    """What a pack is after all its acts; `by` brought it into its state, None for the making.

    `is_made` is False where nobody who may has put it into the world; `counted` are the entries
    that changed the state.
    """

    is_made: bool
    state: State
    by: Act | None
    is_recalled: bool
    recalled_by: Act | None
    contradictions: tuple[Contradiction, ...]
    counted: frozenset[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class PackFacts:
    """What the maker said of a pack; `lot` "" and `expires_on` None where nothing was said."""

    lot: str = ""
    expires_on: date | None = None
