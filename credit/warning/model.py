"""What a warning is: a rule's word about a party, with what it stands on.

The rule that must stay true: a warning has one id for its rule, its party and its key, so that the
same ground is the same warning on every night; what it stands on is named by facts and entries.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256
from types import MappingProxyType
from typing import Final, TypeAlias
from uuid import UUID

from parties.ids import id_of_hash

REFS_MAX: Final = 50
"""Of what shows one warning, as much is named: the newest."""

Detail: TypeAlias = str | int


class WarningState(StrEnum):
    """Where a warning is."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    DISMISSED = "dismissed"
    ESCALATED = "escalated"
    CLOSED = "closed"


ACTIVE: Final = frozenset({WarningState.OPEN, WarningState.ACKNOWLEDGED, WarningState.ESCALATED})
"""What is still to be dealt with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a rule found of a party.

    `key` tells two warnings of one rule about one party apart: whose goods, whose share. `facts`
    and `seqs` are what it stands on; `mark` stands for a ground that is no fact and no entry.
    """

    code: str
    severity: str
    subject_id: UUID
    key: str = ""
    details: Mapping[str, Detail] = field(default_factory=lambda: MappingProxyType({}))
    facts: tuple[UUID, ...] = ()
    seqs: tuple[int, ...] = ()
    mark: str = ""

    @property
    def id(self) -> UUID:
        """Return the warning's id."""
        return warning_id_of(self.code, self.subject_id, self.key)

    @property
    def refs(self) -> frozenset[str]:
        """Return what it stands on, as words that are compared with those of another night."""
        words = [f"fact:{one}" for one in self.facts] + [f"entry:{one}" for one in self.seqs]
        return frozenset([*words, *([f"mark:{self.mark}"] if self.mark else [])])


def warning_id_of(code: str, subject_id: UUID, key: str) -> UUID:
    """Return the id of the warning of a rule about a party."""
    return id_of_hash(sha256(f"warning\n{code}\n{subject_id}\n{key}".encode()).digest())
