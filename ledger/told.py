"""What an entry says, all of its parts together, given to whoever makes something of it.

One rule: an entry that does not hold what its kind needs is damage of the ledger, told with its
number, and never a fault of whoever reads it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from base.errors import AppError, LedgerCorrupt
from ledger.parts import merge
from ledger.store import StoredEntry, parse_part


@contextmanager
def told_by(entry: StoredEntry, what: str) -> Iterator[Any]:
    """Give the merged payload of an entry that is to be read as `what`, such as "a case".

    Raises `LedgerCorrupt` where a part is damaged, and for whatever of it cannot be read inside.
    """
    if entry.damaged_parts():
        raise LedgerCorrupt(f"entry {entry.seq}: a part does not match its hash; run fsck")
    try:
        yield merge(parse_part(stored) for stored in entry.parts.values())
    except (AppError, KeyError, TypeError, ValueError, ArithmeticError) as error:
        raise LedgerCorrupt(f"entry {entry.seq}: not readable as {what}: {error!r}") from None
