"""In which recalls the authority's word stands above the owner's.

The rule that must stay true: what the authority opened or gave a scope, and every recall of the
gravest class, is for it alone to narrow and to end; an owner may always widen.
"""

from trace.recall.reading import Recall, scopes_of
from typing import Final

from sqlalchemy import Connection

from ledger.store import read_entries
from parties.actors import party_actor_id

GRAVEST: Final = 1


def is_under_authority(connection: Connection, recall: Recall) -> bool:
    """Return whether a recall is the authority's to narrow and to end."""
    if recall.party_id is None or recall.level == GRAVEST:
        return True
    # Whoever acts for the owner acts under the party's one name in the ledger.
    own = party_actor_id(recall.party_id)
    seqs = [scope.seq for scope in scopes_of(connection, recall.log, recall.id)]
    entries = read_entries(connection, recall.log, seqs)
    return any(entry.header.actor != own for entry in entries.values())
