"""Everything that is made of the ledger and kept beside it, compared with what the ledger gives.

The rule that must stay true: whoever checks one room's rows checks every room's.
"""

from trace.rebuild import IndexFinding, check_index

from sqlalchemy import Connection

from credit.folding.checking import differing_credit
from ledger.store import read_head


def check_indexes(connection: Connection, log: int) -> tuple[IndexFinding, ...]:
    """Return where stored rows are not those that the ledger gives; changes nothing.

    Raises `LedgerCorrupt` where an entry of the trace cannot be read.
    """
    size = read_head(connection, log).size
    of_credit = [
        IndexFinding(seq=seq, code=code, message=message)
        for seq, code, message in differing_credit(connection, log, size)
    ]
    return (*check_index(connection, log), *of_credit)
