"""Judgements as entries of the ledger, and back.

The rule that must stay true: who judged, whom, when and why is in the ledger for ever, undone or
not; in public stands that there was a judgement, and nothing about whom.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from uuid import UUID

from base.strict_json import JsonObject
from credit.naming.words import FIRST_VERSION
from ledger.draft import Draft, draft_of_parts
from ledger.parts import Part
from ledger.store import StoredEntry
from ledger.told import told_by

JUDGED_KIND: Final = "credit_judged"
UNDONE_KIND: Final = "credit_judgement_undone"


class Judged(StrEnum):
    """What a person says of two: they are one, they are not, or it cannot be told yet."""

    POSITIVE = "positive"
    NEGATIVE = "negative"
    UNSURE = "unsure"


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedNote:
    """A judgement about a mention, or with `is_join` about a party (`node_id`), and a party.

    `is_new` where the mention is a party that nobody knew: then it has this id from now on, and its
    name is read by the naming rules `naming`. `keeps_cases` where it is void if it would part an
    open case from its records; entries of before say nothing of it, and mean what they meant.
    """

    judgement_id: UUID
    node_id: UUID
    is_join: bool
    subject_id: UUID
    is_new: bool
    verdict: Judged
    reason: str
    naming: int = FIRST_VERSION
    keeps_cases: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoneNote:
    """That a judgement holds no more."""

    judgement_id: UUID
    reason: str


def judged_draft(note: JudgedNote) -> Draft:
    """Return the entry of a judgement."""
    public: JsonObject = {"judgement": str(note.judgement_id)}
    authority: JsonObject = {
        "node": str(note.node_id),
        "join": note.is_join,
        "subject": str(note.subject_id),
        "new": note.is_new,
        "verdict": note.verdict.value,
        "reason": note.reason,
        "naming": note.naming,
        "keeps_cases": note.keeps_cases,
    }
    return draft_of_parts(JUDGED_KIND, {Part.PUBLIC: public, Part.AUTHORITY: authority}, note=note)


def undone_draft(note: UndoneNote) -> Draft:
    """Return the entry that takes a judgement back."""
    public: JsonObject = {"judgement": str(note.judgement_id)}
    authority: JsonObject = {"reason": note.reason}
    return draft_of_parts(UNDONE_KIND, {Part.PUBLIC: public, Part.AUTHORITY: authority}, note=note)


def judged_of(entry: StoredEntry) -> JudgedNote:
    """Read a judgement back; raises `LedgerCorrupt` where the entry is none."""
    with told_by(entry, "a judgement") as told:
        return JudgedNote(
            judgement_id=UUID(told["judgement"]),
            node_id=UUID(told["node"]),
            is_join=told["join"] is True,
            subject_id=UUID(told["subject"]),
            is_new=told["new"] is True,
            verdict=Judged(told["verdict"]),
            reason=told["reason"],
            naming=int(told.get("naming", FIRST_VERSION)),
            keeps_cases=told.get("keeps_cases") is True,
        )


def undone_of(entry: StoredEntry) -> UndoneNote:
    """Read back that a judgement was undone; raises `LedgerCorrupt` where the entry is none."""
    with told_by(entry, "a judgement") as told:
        return UndoneNote(judgement_id=UUID(told["judgement"]), reason=told["reason"])
