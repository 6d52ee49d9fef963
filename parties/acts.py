"""Acts about keys, accounts and prefixes as entries of the ledger.

The rule that must stay true: an act is durable in the ledger before it has any effect.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from sqlalchemy import Connection

from base.errors import Problem
from ledger.batch import Appended, Batch
from ledger.draft import draft_of_parts
from ledger.journal import Journal
from ledger.parts import Part
from parties.keys import Record

ACT_KINDS: Final = frozenset(
    {
        "account_ended",
        "account_granted",
        "account_password_changed",
        "key_granted",
        "key_revoked",
        "tag_key_made",
        "tag_key_revoked",
        "prefix_confirmed",
        "prefix_ended",
        "finding_judged",
        "credit_batch_refused",
        "credit_batch_released",
        "credit_sender_added",
        "credit_sender_revoked",
        "credit_source_added",
        "credit_source_ended",
        "credit_office_granted",
        "credit_office_ended",
    }
)


class ActsIndex:
    """The index of a journal that appends acts alone: they need no rows beside their entries.

    It refuses every other kind, so that no event slips into the ledger without its index rows.
    """

    def admit(
        self,
        connection: Connection,  # noqa: ARG002 -- the signature is the journal's
        batches: Sequence[Batch],
    ) -> Sequence[Mapping[int, Problem]]:
        """Refuse whatever is no act."""
        return [_refused(batch) for batch in batches]

    def write(self, connection: Connection, appended: Sequence[Appended]) -> None:
        """Write nothing."""


def _refused(batch: Batch) -> Mapping[int, Problem]:
    problem = Problem(path="kind", code="kind", message="only acts are recorded through this door")
    return {
        position: problem
        for position, draft in enumerate(batch.drafts)
        if draft.kind not in ACT_KINDS
    }


def recorder(journal: Journal, *, actor: str) -> Record:
    """Return what appends an act of `actor` to the journal and waits until it is durable."""

    def record(kind: str, public: Mapping[str, str], authority: Mapping[str, str]) -> None:
        draft = draft_of_parts(kind, {Part.PUBLIC: {**public}, Part.AUTHORITY: {**authority}})
        # What an act is about is named first: a key, a prefix, a claim.
        subject = next(iter(public.values()))
        journal.append(Batch(actor=actor, subject=subject, drafts=(draft,)))

    return record
