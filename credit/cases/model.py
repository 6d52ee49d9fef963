"""What is said in a case: one note for each step, the first of which opens it.

The rule that must stay true: a note holds everything that its step was decided by, so that the case
can be told, and its clocks reckoned again, from the ledger alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Final
from uuid import UUID

GROUND: Final = "ground"
"""The term of a decision to list that holds the ground which the notice told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A document that was handed in: its name, and the SHA-256 of its bytes in hex."""

    name: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseNote:
    """One step of a case about some facts of a party.

    `party_id` is the register's row of whoever took it as the party, None for an authority.
    `decision` and `decided_on` name the decision behind the step, `article` its basis; `served_on`
    is the day on which a notice was served. By `due_on` the next step has to be taken, as the rule
    `due_rule` says; it is provisional where a year's holidays were not known. `terms` is what a
    listing is about: list, item, measures, its authority; of the decision also the `GROUND` that
    the party was told of, beside `reason`, why it is decided so.
    """

    case_id: UUID
    kind: str
    step: str
    subject_id: UUID
    fact_ids: tuple[UUID, ...]
    party_id: UUID | None
    reason: str = ""
    article: str = ""
    decision: str = ""
    decided_on: date | None = None
    served_on: date | None = None
    is_committed: bool = False
    documents: tuple[Document, ...] = ()
    due_on: date | None = None
    due_rule: str = ""
    is_provisional: bool = False
    terms: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True, kw_only=True)
class DueNote:
    """The deadline of a case's newest step `step_seq`, counted anew by a calendar known since.

    It was `was_on`; `notices` are the notices of holidays, by the years on the way.
    """

    case_id: UUID
    step_seq: int
    was_on: date
    due_on: date
    is_provisional: bool
    notices: tuple[str, ...]
