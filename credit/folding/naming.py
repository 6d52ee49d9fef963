"""The names of parties as rows, with the keys that they are found by.

The rule that must stay true: a name that a party once had stays its name to be found by; nobody is
found by the name of a natural person. Its keys are those of the rules that its
entry names.
"""

from collections.abc import Iterable, Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import Connection

from base.bulk import insert_rows
from base.errors import LedgerCorrupt
from credit.feeds.model import FactKind, Record, SubjectKind
from credit.naming.finding import names_of
from credit.naming.keys import keys_of
from credit.naming.words import FIRST_VERSION, Words, every_version
from credit.tables import CREDIT_NAME, NAME_CHARS_MAX

_COLUMNS: Final = tuple(column.name for column in CREDIT_NAME.columns)


def rules_of(seq: int, version: int) -> Words:
    """Return the naming rules that an entry was taken under.

    Raises `LedgerCorrupt` where this release does not have them: read by others its rows would not
    be those of the ledger.
    """
    found = every_version().get(version)
    if found is None:
        raise LedgerCorrupt(
            f"entry {seq}: it was taken under naming rules {version}, and the newest of this"
            f" release are {max(every_version())}: go on with the release that has them"
        )
    return found


def note_names(
    connection: Connection,
    log: int,
    seq: int,
    told: Iterable[tuple[UUID, str]],
    *,
    naming: int = FIRST_VERSION,
) -> None:
    """Add names of parties, as far as they are not known yet; `naming` are the entry's rules."""
    table = rules_of(seq, naming)
    wanted = {(one, name[:NAME_CHARS_MAX]) for one, name in told if name}
    known = names_of(connection, log, {one for one, _ in wanted})
    rows = []
    for subject_id, name in sorted(wanted):
        if name not in known.get(subject_id, ()):
            keys = keys_of(name, table)
            rows.append((log, subject_id, name, keys.core, keys.head, keys.tail, seq))
    insert_rows(connection, CREDIT_NAME, _COLUMNS, rows)


def told_names(told: Iterable[tuple[UUID, Record]]) -> Iterable[tuple[UUID, str]]:
    """Yield the names that the register tells of parties, present and former."""
    for subject_id, record in told:
        if record.kind is FactKind.REGISTRATION and record.claim.kind is not SubjectKind.PERSON:
            yield subject_id, record.claim.name
            former = record.details.get("former_names", ())
            for name in former if isinstance(former, Sequence) else ():
                yield subject_id, str(name)
