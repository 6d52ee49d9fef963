"""What every test of a fold says: the check finds nothing, before rows are made anew and after."""

from base.db import reading, transaction
from credit.folding.checking import differing_credit
from credit.folding.comparing import Difference
from credit.folding.projector import bring_up_credit, forget_credit
from ledger.store import read_head
from tests.instances import Installation


def differences(installation: Installation) -> list[Difference]:
    """Return where the stored rows of credit are not those that the ledger gives."""
    with reading(installation.engine) as connection:
        size = read_head(connection, installation.log).size
        return list(differing_credit(connection, installation.log, size))


def rebuild(installation: Installation) -> None:
    """Make every row of credit anew from the ledger."""
    assert differences(installation) == []
    with transaction(installation.engine) as connection:
        forget_credit(connection, installation.log)
    bring_up_credit(installation.engine, installation.log)
    assert differences(installation) == []
