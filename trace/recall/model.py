"""What entries of recalls say, as values.

Pure. The rule that must stay true: a note holds all that its rows hold, but for place, time and
actor, which the entry's header gives; so live rows and rebuilt ones are made from the same values.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import TypeAlias
from uuid import UUID


class AnswerKind(StrEnum):
    """What an answer is: read, counted, or explained by whoever runs the recall."""

    ACKNOWLEDGED = "acknowledged"
    COUNTED = "counted"
    EXPLAINED = "explained"


class Outcome(StrEnum):
    """How a recall ended: done, or it should not have been opened."""

    COMPLETED = "completed"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Criteria:
    """What a scope is asked for.

    `codes` are canonical URIs: lots, things, or a product for every lot of it. A party, a place or
    a time picks what was handled there and then: alone, everything; with codes, of these and of
    what was made of them only that. A container stands for what was in it in that time, without one
    for its last load. `without` leaves codes out, with what they alone lead to.
    """

    codes: tuple[str, ...] = ()
    party_id: UUID | None = None
    place: str = ""
    since: datetime | None = None
    until: datetime | None = None
    without: tuple[str, ...] = ()

    @property
    def has_window(self) -> bool:
        """Return whether events are picked by who, where or when."""
        return bool(self.party_id or self.place or self.since or self.until)

    @property
    def is_time_alone(self) -> bool:
        """Return whether events are picked by when alone."""
        return bool(self.since and self.until and not self.party_id and not self.place)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One affected code with one of its holders, as `trace.recall.tables.RECALL_LINE` keeps it.

    `quantity` is what the holder should still have, `sold` what it gave to consumers; None is
    unknown. A unit of None counts pieces.
    """

    uri: str
    depth: int
    binds: bool
    holder: UUID | None
    place: str | None
    quantity: Decimal | None
    sold: Decimal | None
    uom: str | None
    is_gone: bool
    shown_by: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """What a holder found of its goods in one unit, and what became of it."""

    uom: str | None
    found: Decimal
    destroyed: Decimal
    returned: Decimal
    sold: Decimal

    @property
    def accounted(self) -> Decimal:
        """Return how much is accounted for: what was found and what was sold already."""
        return self.found + self.sold


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenNote:
    """An entry opens a recall; `party_id` is None where the authority did."""

    id: UUID
    number: str
    domain: str
    level: int
    is_mock: bool
    party_id: UUID | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ScopeNote:
    """An entry fixes what a recall reaches, from the first `at_size` entries of the log."""

    id: UUID
    recall_id: UUID
    version: int
    at_size: int
    at_root: bytes
    criteria: Criteria
    reason: str
    line_count: int
    added_count: int
    removed_count: int
    is_cut: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LinesNote:
    """An entry holds some lines of a scope, from position `start` on."""

    recall_id: UUID
    scope_id: UUID
    start: int
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeNote:
    """An entry tells a holder of its lines; none where it has nothing affected any more."""

    id: UUID
    recall_id: UUID
    scope_id: UUID
    party_id: UUID
    line_count: int
    due_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerNote:
    """An entry holds what was said to a notice."""

    id: UUID
    recall_id: UUID
    notice_id: UUID
    party_id: UUID
    kind: AnswerKind
    amounts: tuple[Amount, ...]
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EscalationNote:
    """An entry says that a holder let the time of its notice pass."""

    id: UUID
    recall_id: UUID
    notice_id: UUID
    party_id: UUID
    due_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseNote:
    """An entry ends a recall."""

    id: UUID
    recall_id: UUID
    outcome: Outcome
    note: str


RecallNote: TypeAlias = (
    OpenNote | ScopeNote | LinesNote | NoticeNote | AnswerNote | EscalationNote | CloseNote
)
